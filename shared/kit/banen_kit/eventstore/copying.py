"""Copies the events of one service from one store to another, and compares both.

Events keep their order, so a copy that was cut off is the beginning of the whole, and is gone on with.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import sha256
from typing import ClassVar, NamedTuple, Protocol, TypeAlias
from uuid import UUID

from banen_kit.eventstore.port import BATCH, StoredRecord


class CopyRefused(Exception):
    """The copy cannot be made like this; the message says what is in the way. The source is unchanged and still in use."""


class Entry(NamedTuple):
    """An event with references of whom it may concern. A store may give all those of its stream."""

    record: StoredRecord
    refs: Sequence[UUID]

    @property
    def place(self) -> tuple[str, int, UUID]:
        return self.record.stream, self.record.version, self.record.id


class Side(Protocol):
    """One of the two stores. All methods raise `StoreUnavailable`."""

    name: ClassVar[str]

    async def after(self, position: int, limit: int) -> Sequence[Entry]:
        """Returns what follows a position, in order."""
        ...

    async def add(self, entries: Sequence[Entry]) -> None:
        """Appends events as they are. Raises `CopyRefused`, `StreamTooLong`."""
        ...


@dataclass
class Digests:
    """Of each stream how many events it has, and a hash of them; and its references."""

    streams: dict[str, tuple[int, bytes]] = field(default_factory=dict[str, tuple[int, bytes]])
    refs: defaultdict[str, set[UUID]] = field(default_factory=lambda: defaultdict[str, set[UUID]](set))

    def add(self, entries: Sequence[Entry]) -> None:
        for record, refs in entries:
            count, before = self.streams.get(record.stream, (0, b""))
            moments = [moment.astimezone(UTC).isoformat() for moment in (record.recorded_at, record.known_at)]
            content = repr((record[1:8], moments))
            self.streams[record.stream] = count + 1, sha256(before + content.encode()).digest()
            if refs:
                self.refs[record.stream].update(refs)

    def difference(self, other: "Digests") -> str | None:
        """Returns the name of a stream that is not the same in both."""
        for stream in self.streams.keys() | other.streams.keys():
            if (self.streams.get(stream), self.refs.get(stream)) != (
                other.streams.get(stream),
                other.refs.get(stream),
            ):
                return stream
        return None

    def total(self) -> str:
        """Returns one hash of all streams."""
        whole = sha256()
        for stream, (count, digest) in sorted(self.streams.items()):
            whole.update(f"{stream} {count} {digest.hex()}\n".encode())
        return whole.hexdigest()


Both: TypeAlias = tuple[Sequence[Entry], Sequence[Entry]]


async def held_by_both(source: Side, target: Side) -> AsyncGenerator[Both]:
    """Yields what the target holds, beside the same events of the source. Raises `CopyRefused` if it holds others."""
    here_after = there_after = 0
    while there := await target.after(there_after, BATCH):
        here = await source.after(here_after, len(there))
        if [one.place for one in here] != [one.place for one in there]:
            raise CopyRefused(f"{target.name} holds events of this service that are not in {source.name}")
        yield here, there
        here_after, there_after = here[-1].record.position, there[-1].record.position


async def copy_missing(source: Side, target: Side, told: Callable[[int], None]) -> int:
    """Copies what the target lacks, and returns how many events that were. `told` gets how many it holds."""
    after, held, copied = 0, 0, 0
    async for here, _ in held_by_both(source, target):
        after, held = here[-1].record.position, held + len(here)
    while entries := await source.after(after, BATCH):
        await target.add(entries)
        after, copied = entries[-1].record.position, copied + len(entries)
        told(held + copied)
    return copied


async def compare(source: Side, target: Side, note: Callable[[Both], Awaitable[None]]) -> Digests:
    """Reads both to their ends; `note` gets all events of both. Raises `CopyRefused` where they are not the same."""
    ours, theirs, after = Digests(), Digests(), 0
    async for here, there in held_by_both(source, target):
        ours.add(here)
        theirs.add(there)
        after = here[-1].record.position
        await note((here, there))
    if await source.after(after, 1):
        raise CopyRefused("something was recorded meanwhile; stop the service, and run this again")
    if (stream := ours.difference(theirs)) is not None:
        raise CopyRefused(f"the stream {stream} is not the same in {target.name} as in {source.name}")
    return ours
