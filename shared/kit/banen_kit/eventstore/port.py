"""The interface of the event store: its guarantees, its records and its errors.

`tests/ports/test_event_store.py` is the conformance suite for adapters.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from banen_kit.core.errors import StreamTooLong
from banen_kit.postgres.connection import Pool

MOST_EVENTS = 1000
"""How many events a command may append."""
BATCH = 500
"""How many events are read at a time, so that other work gets its turn."""


@dataclass(frozen=True)
class NewEvent:
    """An event that is about to be appended. `data` is JSON."""

    id: UUID
    type: str
    schema_version: int
    data: str


@dataclass(frozen=True)
class Append:
    """The events of one command for one stream, appended all or not at all.

    `expected` is the stream's version before the append: 0 = must not exist, None = any.
    `known_at` is None unless a historic load states an earlier moment. `metadata` is JSON.
    """

    stream: str
    events: tuple[NewEvent, ...]
    expected: int | None
    metadata: str
    known_at: datetime | None = None
    refs: frozenset[UUID] = frozenset()
    """References of whom the events may concern, besides that in the stream's name; `concerning` uses them."""


def refuse_unfit(commands: Sequence[Append]) -> None:
    """Raises `StreamTooLong`, or `ValueError` where two commands are for one stream."""
    for command in commands:
        if not 0 < len(command.events) <= MOST_EVENTS:
            raise StreamTooLong(f"a command appends 1 to {MOST_EVENTS} events, not {len(command.events)}")
    if len({command.stream for command in commands}) != len(commands):
        raise ValueError("at most one command per stream in a batch")


def ref_of(stream: str) -> str:
    """Returns the reference in the name of a stream."""
    return stream.split("-", 1)[1]


class Outcome(StrEnum):
    """The result of one command of a batch."""

    APPENDED = "appended"
    REPEATED = "repeated"
    """An event with one of these ids is already in the stream; nothing was written. PostgreSQL sees other streams too."""
    CONFLICT = "conflict"
    """The stream's version is not the expected one; nothing was written."""
    KNOWN_AT_REFUSED = "known-at"
    """`known_at` lies in the future, or before what the stream already knows; nothing was written."""


@dataclass(frozen=True)
class Appended:
    """The outcome of one command. If it was appended, `version` and `position` are those of its last event."""

    outcome: Outcome
    version: int = 0
    position: int = 0


class StoredRecord(NamedTuple):
    """An event as stored. `position` orders the whole store, with gaps; `version` (from 1) counts in the stream."""

    position: int
    stream: str
    version: int
    id: UUID
    type: str
    schema_version: int
    data: str
    metadata: str
    recorded_at: datetime
    known_at: datetime

    @property
    def imported(self) -> bool:
        """Whether a historic load stated when this was known."""
        return self.known_at != self.recorded_at


@dataclass(frozen=True)
class Horizon:
    """How far the store can be read. `settled`: all events recorded before `at` have a position up to `safe`."""

    at: datetime
    safe: int
    settled: bool


class EventStore(Protocol):
    """An append-only log of events in streams.

    All methods raise `StoreUnavailable` when the database cannot be reached; appending may raise `StreamTooLong`.
    """

    async def append(self, command: Append) -> Appended:
        """Appends one command's events. Concurrent callers may share a transaction; each gets its own outcome."""
        ...

    async def append_many(self, commands: Sequence[Append]) -> list[Appended]:
        """Appends independent commands, at most one per stream; returns their outcomes in the same order."""
        ...

    async def read(self, stream: str) -> list[StoredRecord]:
        """Returns all events of a stream, in order; an empty list if it does not exist."""
        ...

    async def concerning(self, refs: Sequence[UUID], streams: Sequence[str]) -> list[str]:
        """Returns, sorted, the named streams that exist and all streams whose commands named one of the references."""
        ...

    async def quiet(
        self, category: str, before: datetime, ended: Sequence[str], after: str, limit: int
    ) -> list[str]:
        """Returns names of streams `<category>-…` after a name, in an order that the store chooses.

        Only streams with no event since `before`, and whose last event is not of one of the types `ended`.
        """
        ...

    async def read_all(self, after: int, limit: int, kind: str | None = None) -> list[StoredRecord]:
        """Returns events after a position, in order; of one type, if `kind` is given.

        `after` is 0 or the position of an event. No event appears later at a position that was already read past.
        """
        ...

    async def holds(self, position: int, event_id: UUID) -> bool:
        """Whether this event is at this position. If it no longer is, the store was restored from before, or is another."""
        ...

    async def count_after(self, after: int) -> int:
        """Returns how many events follow a position. A store may stop counting at a thousand."""
        ...

    async def horizon(self) -> Horizon:
        """Returns how far the store can be read, and as of when."""
        ...

    async def wait(self, after: int, timeout: float) -> None:  # noqa: ASYNC109 - part of the promise
        """Returns when there may be an event after the position, or after `timeout` seconds."""
        ...


class ServiceStore(EventStore, Protocol):
    """The event store of a service, and the service's own PostgreSQL, which holds everything else."""

    pool: Pool


async def of_type(store: EventStore, kind: str) -> AsyncIterator[list[StoredRecord]]:
    """Yields all records of one type in order, `BATCH` at a time. Raises `StoreUnavailable`."""
    after = 0
    while records := await store.read_all(after, BATCH, kind):
        after = records[-1].position
        yield records
