"""How an event is kept in KurrentDB: its JSON is the data, and the metadata say what the server has no place for.

`notBefore` is the lower bound of the moment at which it was recorded: the server's clock may be behind, or step back.
What was copied from another store has the moment itself, `recordedAt`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import kurrentdbclient as kurrent

from banen_kit.core.errors import StoreUnavailable
from banen_kit.eventstore.port import Append, Appended, Outcome, StoredRecord

OURS = ',"metadata":'
"""Before the metadata of the command, which are kept to the letter. What stands before it is ours and never holds this."""
NO_ATTEMPT = 0
"""Of what was copied from another store: no command of this one wrote it."""


@dataclass(frozen=True)
class Attempt:
    """One try to append: no two have the same number. `now` is the database's time at which it began."""

    number: int
    now: datetime


@dataclass(frozen=True)
class Kept:
    """A record, and what only the store itself asks for."""

    record: StoredRecord
    refs: tuple[UUID, ...]
    attempt: int

    @property
    def place(self) -> tuple[int, UUID]:
        """What no other event has."""
        return self.record.position, self.record.id


def to_new_events(command: Append, before: Sequence[Kept], attempt: Attempt) -> list[kurrent.NewEvent]:
    """`before` is the stream so far."""
    bounds = [attempt.now, *(kept.record.recorded_at for kept in before[-1:])]
    own: dict[str, Any] = {
        "notBefore": max(bounds).isoformat(),
        "knownAt": command.known_at.isoformat() if command.known_at else None,
        "refs": sorted(map(str, command.refs)),
        "attempt": attempt.number,
    }
    return [
        _new_event(
            event.id, event.type, event.data, own | {"schemaVersion": event.schema_version}, command.metadata
        )
        for event in command.events
    ]


def to_copied_event(record: StoredRecord, refs: Sequence[UUID]) -> kurrent.NewEvent:
    """A record of another store, which keeps its moments: `recordedAt` stands above the server's time."""
    own: dict[str, Any] = {
        "notBefore": record.recorded_at.isoformat(),
        "recordedAt": record.recorded_at.isoformat(),
        "knownAt": record.known_at.isoformat() if record.imported else None,
        "refs": sorted(map(str, refs)),
        "attempt": NO_ATTEMPT,
        "schemaVersion": record.schema_version,
    }
    return _new_event(record.id, record.type, record.data, own, record.metadata)


def _new_event(id: UUID, type: str, data: str, own: dict[str, Any], metadata: str) -> kurrent.NewEvent:
    return kurrent.NewEvent(type, data.encode(), f"{json.dumps(own)[:-1]}{OURS}{metadata}}}".encode(), id=id)


def to_kept(recorded: kurrent.RecordedEvent, prefix: str) -> Kept:
    """Raises `StoreUnavailable` for an event that no service wrote."""
    head, mark, rest = recorded.metadata.decode(errors="replace").partition(OURS)
    if not mark or recorded.recorded_at is None:
        raise StoreUnavailable(f"event {recorded.id} in KurrentDB was not written by this software")
    own = json.loads(head + "}")
    if "recordedAt" in own:
        recorded_at = datetime.fromisoformat(own["recordedAt"])
    else:
        recorded_at = max(recorded.recorded_at, datetime.fromisoformat(own["notBefore"]))
    record = StoredRecord(
        recorded.commit_position,
        recorded.stream_name.removeprefix(prefix),
        recorded.stream_position + 1,
        recorded.id,
        recorded.type,
        own["schemaVersion"],
        recorded.data.decode(),
        rest[:-1],
        recorded_at,
        datetime.fromisoformat(own["knownAt"]) if own["knownAt"] else recorded_at,
    )
    return Kept(record, tuple(map(UUID, own["refs"])), own["attempt"])


def judge(command: Append, stream: Sequence[Kept], attempt: Attempt) -> Appended | None:
    """Returns the outcome if it is known from what the stream holds; None if the events may be written after it."""
    ids = {event.id for event in command.events}
    found = [kept for kept in stream if kept.record.id in ids]
    if found and found[-1].attempt == attempt.number:
        return Appended(Outcome.APPENDED, found[-1].record.version, found[-1].record.position)
    if found:
        return Appended(Outcome.REPEATED)
    known_at = command.known_at
    if known_at is not None and known_at >= attempt.now:
        return Appended(Outcome.KNOWN_AT_REFUSED)
    if command.expected not in (None, len(stream)):
        return Appended(Outcome.CONFLICT)
    if known_at is not None and any(kept.record.known_at > known_at for kept in stream[-1:]):
        return Appended(Outcome.KNOWN_AT_REFUSED)
    return None
