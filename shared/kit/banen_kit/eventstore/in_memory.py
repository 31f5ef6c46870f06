"""The event store in memory, for unit tests. It passes the same conformance suite as the store in PostgreSQL."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from banen_kit.core.clocks import utc_now
from banen_kit.eventstore.port import Append, Appended, Horizon, Outcome, StoredRecord, refuse_unfit


class MemoryStore:
    """Keeps everything in lists. `clock` stands in for the database's clock."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._log: list[StoredRecord] = []
        self._streams: dict[str, list[StoredRecord]] = {}
        self._ids: set[UUID] = set()
        self._refs: dict[UUID, set[str]] = {}
        self._grown = asyncio.Event()

    async def append(self, command: Append) -> Appended:
        refuse_unfit([command])
        stream = self._streams.get(command.stream, [])
        now = self._clock()
        if any(event.id in self._ids for event in command.events):
            return Appended(Outcome.REPEATED)
        if command.known_at is not None and command.known_at > now:
            return Appended(Outcome.KNOWN_AT_REFUSED)
        if command.expected is not None and command.expected != len(stream):
            return Appended(Outcome.CONFLICT)
        if command.known_at is not None and any(event.known_at > command.known_at for event in stream[-1:]):
            return Appended(Outcome.KNOWN_AT_REFUSED)
        recorded_at = max([now] + [event.recorded_at for event in stream[-1:]])
        for event in command.events:
            self._add(
                StoredRecord(
                    len(self._log) + 1,
                    command.stream,
                    len(self._streams.get(command.stream, [])) + 1,
                    event.id,
                    event.type,
                    event.schema_version,
                    event.data,
                    command.metadata,
                    recorded_at,
                    command.known_at or recorded_at,
                )
            )
        for ref in command.refs:
            self._refs.setdefault(ref, set()).add(command.stream)
        self._grown.set()
        last = self._log[-1]
        return Appended(Outcome.APPENDED, last.version, last.position)

    def _add(self, event: StoredRecord) -> None:
        self._log.append(event)
        self._streams.setdefault(event.stream, []).append(event)
        self._ids.add(event.id)

    async def append_many(self, commands: Sequence[Append]) -> list[Appended]:
        refuse_unfit(commands)
        return [await self.append(command) for command in commands]

    async def read(self, stream: str) -> list[StoredRecord]:
        return list(self._streams.get(stream, []))

    async def concerning(self, refs: Sequence[UUID], streams: Sequence[str]) -> list[str]:
        found = {stream for ref in refs for stream in self._refs.get(ref, ())}
        return sorted(found | (self._streams.keys() & set(streams)))

    async def quiet(
        self, category: str, before: datetime, ended: Sequence[str], after: str, limit: int
    ) -> list[str]:
        last = {stream: events[-1] for stream, events in self._streams.items()}
        return sorted(
            stream
            for stream, event in last.items()
            if stream.startswith(f"{category}-") and stream > after
            if event.recorded_at < before and event.type not in ended
        )[:limit]

    async def read_all(self, after: int, limit: int, kind: str | None = None) -> list[StoredRecord]:
        wanted = (event for event in islice(self._log, after, None) if kind in (None, event.type))
        return list(islice(wanted, limit))

    async def holds(self, position: int, event_id: UUID) -> bool:
        return 0 < position <= len(self._log) and self._log[position - 1].id == event_id

    async def count_after(self, after: int) -> int:
        return len(self._log) - after

    async def horizon(self) -> Horizon:
        return Horizon(self._clock(), len(self._log), settled=True)

    async def wait(self, after: int, timeout: float) -> None:  # noqa: ASYNC109 - part of the promise
        if len(self._log) > after:
            return
        self._grown.clear()
        try:
            async with asyncio.timeout(timeout):
                await self._grown.wait()
        except TimeoutError:
            return
