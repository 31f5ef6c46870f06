"""The event store as everybody else sees it: its promises, its records and its errors.

What an adapter must hold is written as a conformance suite in `tests/ports/test_event_store.py`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from banen_kit.core.errors import StreamTooLong

MOST_EVENTS = 1000
"""How many events a command may append."""
BATCH = 500
"""How many are read at a time, so that others get their turn."""


@dataclass(frozen=True)
class NewEvent:
    """An event that is about to be appended. `data` is JSON."""

    id: UUID
    type: str
    schema_version: int
    data: str


@dataclass(frozen=True)
class Append:
    """The events of one command, for one stream, all or nothing.

    `expected` is the stream's version before the append: 0 = must not exist, None = any.
    `known_at` is None unless a historic load states an earlier moment. `metadata` is JSON.
    """

    stream: str
    events: tuple[NewEvent, ...]
    expected: int | None
    metadata: str
    known_at: datetime | None = None
    refs: frozenset[UUID] = frozenset()
    """Whom the events may concern, beside the reference in the stream's name: so that `concerning` finds the stream."""


def refuse_unfit(commands: Sequence[Append]) -> None:
    """Raises `StreamTooLong`, or `ValueError` where two commands are for one stream."""
    for command in commands:
        if not 0 < len(command.events) <= MOST_EVENTS:
            raise StreamTooLong(f"a command appends 1 to {MOST_EVENTS} events, not {len(command.events)}")
    if len({command.stream for command in commands}) != len(commands):
        raise ValueError("at most one command per stream in a batch")


def ref_of(stream: str) -> str:
    """The reference in the name of a stream."""
    return stream.split("-", 1)[1]


class Outcome(StrEnum):
    """What became of one command of a batch."""

    APPENDED = "appended"
    REPEATED = "repeated"
    """An event with one of these ids is in the store already; nothing was written."""
    CONFLICT = "conflict"
    """The stream's version is not the expected one; nothing was written."""
    KNOWN_AT_REFUSED = "known-at"
    """`known_at` lies in the future, or before what its stream already knows; nothing was written."""


@dataclass(frozen=True)
class Appended:
    """The outcome of one command; `version` and `position` are of its last event, where it was appended."""

    outcome: Outcome
    version: int = 0
    position: int = 0


class StoredRecord(NamedTuple):
    """An event as the store holds it. `position` orders the store, `version` (from 1) its stream."""

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
    """How far the store can be read. `settled`: all that was recorded before `at` lies at or below `safe`."""

    at: datetime
    safe: int
    settled: bool


class EventStore(Protocol):
    """An append-only log of events in streams.

    All methods raise `StoreUnavailable` when the database cannot be reached; appending may raise `StreamTooLong`.
    """

    async def append(self, command: Append) -> Appended:
        """Append one command's events. Concurrent callers may share one transaction; each keeps its own outcome."""
        ...

    async def append_many(self, commands: Sequence[Append]) -> list[Appended]:
        """Append independent commands, an outcome each in their order; at most one per stream."""
        ...

    async def read(self, stream: str) -> list[StoredRecord]:
        """All events of one stream, in order; empty if it does not exist."""
        ...

    async def find(self, event_id: UUID) -> StoredRecord | None:
        """The event with this id."""
        ...

    async def of_type(self, kind: str, after: int, limit: int) -> list[StoredRecord]:
        """Events of one type after a position, in order."""
        ...

    async def concerning(self, refs: Sequence[UUID], streams: Sequence[str]) -> list[str]:
        """In order: those of the named streams that exist, and all whose commands named one of the references."""
        ...

    async def quiet(
        self, category: str, before: datetime, ended: Sequence[str], after: str, limit: int
    ) -> list[str]:
        """Names of streams `<category>-…` after a name, in an order of the store's own.

        Only those in which nothing was recorded since `before`, and whose last event is of none of the types `ended`.
        """
        ...

    async def read_all(self, after: int, limit: int) -> list[StoredRecord]:
        """Events after a position, in order. An event that a caller has read past never turns up later."""
        ...

    async def horizon(self) -> Horizon:
        """How far the store can be read, and as of when."""
        ...

    async def wait(self, after: int, timeout: float) -> None:  # noqa: ASYNC109 - part of the promise
        """Return when there may be an event after the position, at the latest after `timeout` seconds."""
        ...


async def of_type(store: EventStore, kind: str) -> AsyncIterator[list[StoredRecord]]:
    """All records of one type in order, `BATCH` at a time. Raises `StoreUnavailable`."""
    after = 0
    while records := await store.of_type(kind, after, BATCH):
        after = records[-1].position
        yield records
