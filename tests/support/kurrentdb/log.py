"""What the stand-in has recorded, and what an append does to it."""

import asyncio
import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

ANY, NO_STREAM, EXISTS = -2, -1, -4
"""Expected revisions that are no revisions."""
TOMBSTONE = 2**63 - 1
RECORD_BYTES = 143
"""What a record takes beside its content, so that positions have gaps."""
REMEMBERED = 1000
"""Of how many events the ids are known, for repeats without an expected revision; none after a restart."""


class WrongExpectedVersion(Exception):
    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(expected, actual)
        self.expected = expected
        self.actual = actual


class StreamDeleted(Exception):
    pass


@dataclass(frozen=True)
class Proposed:
    id: UUID
    type: str
    content_type: str
    metadata: bytes
    data: bytes


@dataclass(frozen=True)
class Recorded:
    proposed: Proposed
    stream: str
    revision: int
    position: int
    created: datetime


@dataclass
class Log:
    """All methods answer at once; one event loop calls them."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    events: list[Recorded] = field(default_factory=list[Recorded])
    by_stream: dict[str, list[Recorded]] = field(default_factory=dict[str, list[Recorded]])
    truncated_before: dict[str, int] = field(default_factory=dict[str, int])
    tombstoned: set[str] = field(default_factory=set[str])
    end: int = 0

    def __post_init__(self) -> None:
        self.grown = asyncio.Event()
        self.forget()
        account = Proposed(uuid4(), "$UserCreated", "application/json", b"", b'{"loginName": "admin"}')
        self.append("$user-admin", [account], NO_STREAM)

    def forget(self) -> None:
        """What a restart loses."""
        self.remembered: dict[UUID, Recorded] = {}

    def append(self, stream: str, events: Sequence[Proposed], expected: int) -> Recorded | None:
        """Returns the last event, also of an append that repeats another; None if there was none.

        Raises `WrongExpectedVersion`, `StreamDeleted`.
        """
        if stream in self.tombstoned:
            raise StreamDeleted(stream)
        before = self._repeated(stream, events, expected)
        if before is not None:
            return before
        actual = self.revision(stream)
        is_gone = not self.visible(stream)
        fits = {EXISTS: not is_gone, NO_STREAM: is_gone, ANY: True}.get(expected, expected == actual)
        if not fits:
            raise WrongExpectedVersion(expected, actual)
        if is_gone and actual != NO_STREAM:
            self._truncate(stream, actual + 1)
        last = None
        for event in events:
            last = self._record(stream, event, self.revision(stream) + 1)
        return last

    def _repeated(self, stream: str, events: Sequence[Proposed], expected: int) -> Recorded | None:
        """A repeat of all events is none; of some of them, it is a wrong version."""
        if expected in (ANY, EXISTS):
            found = [self.remembered.get(event.id) for event in events]
            known = [one for one in found if one is not None and one.stream == stream]
            if not found or found[0] not in known:
                return None
        else:
            recorded = self.by_stream.get(stream, [])
            later = [one for one in recorded if one.revision > expected]
            known = [one for one, event in zip(later, events, strict=False) if one.proposed.id == event.id]
            if not known or known[0] != later[0]:
                return None
        if len(known) < len(events):
            raise WrongExpectedVersion(expected, self.revision(stream))
        return known[-1]

    def _record(self, stream: str, event: Proposed, revision: int) -> Recorded:
        recorded = Recorded(event, stream, revision, self.end, self.clock())
        self.end += RECORD_BYTES + len(event.type) + len(event.metadata) + len(event.data)
        self.events.append(recorded)
        self.by_stream.setdefault(stream, []).append(recorded)
        self.remembered[event.id] = recorded
        if len(self.remembered) > REMEMBERED:
            del self.remembered[next(iter(self.remembered))]
        self.grown.set()
        self.grown = asyncio.Event()
        return recorded

    def revision(self, stream: str) -> int:
        recorded = self.by_stream.get(stream)
        return recorded[-1].revision if recorded else NO_STREAM

    def visible(self, stream: str) -> list[Recorded]:
        """Raises `StreamDeleted` after a tombstone."""
        if stream in self.tombstoned:
            raise StreamDeleted(stream)
        first = self.truncated_before.get(stream, 0)
        return [one for one in self.by_stream.get(stream, []) if one.revision >= first]

    def delete(self, stream: str, expected: int) -> None:
        """It may be written again; its revisions go on."""
        self._refuse_wrong(stream, expected)
        self._truncate(stream, TOMBSTONE)

    def tombstone(self, stream: str, expected: int) -> None:
        """Nobody can write it again."""
        self._refuse_wrong(stream, expected)
        self._record(stream, Proposed(uuid4(), "$streamDeleted", "application/json", b"", b""), TOMBSTONE)
        self.tombstoned.add(stream)

    def _refuse_wrong(self, stream: str, expected: int) -> None:
        if stream in self.tombstoned:
            raise StreamDeleted(stream)
        actual = self.revision(stream)
        if expected not in (ANY, actual) and not (expected == EXISTS and actual != NO_STREAM):
            raise WrongExpectedVersion(expected, actual)

    def _truncate(self, stream: str, before: int) -> None:
        self.truncated_before[stream] = before
        data = json.dumps({"$tb": before}).encode()
        about = f"$${stream}"
        event = Proposed(uuid4(), "$metadata", "application/json", b"", data)
        self._record(about, event, self.revision(about) + 1)

    def after(self, position: int) -> Iterator[Recorded]:
        """What begins at a position or later, also what is recorded while this is read."""
        number = self._number_of(position)
        while number < len(self.events):
            yield self.events[number]
            number += 1

    def before(self, position: int) -> Iterator[Recorded]:
        return iter(self.events[: self._number_of(position)][::-1])

    def has(self, position: int) -> bool:
        """Whether a record begins there."""
        number = self._number_of(position)
        return number < len(self.events) and self.events[number].position == position

    def _number_of(self, position: int) -> int:
        return bisect_left(self.events, position, key=lambda event: event.position)
