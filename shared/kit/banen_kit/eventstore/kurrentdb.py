"""The event store on EventStoreDB or KurrentDB. Everything but the events stays in the service's PostgreSQL.

Appending is optimistic: read the stream, decide, write under its exact version, read what was written. Meanwhile a lock in
PostgreSQL tells `horizon` of every process when it began; that time is the lower bound of `recorded_at`. See ADR 0056.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from kurrentdbclient import AsyncKurrentDBClient, RecordedEvent, StreamState
from kurrentdbclient.exceptions import InvalidCommitPositionError, NotFoundError, WrongCurrentVersionError

from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.eventstore.kurrentdb_connection import SECONDS, answering, client_of, close, refuse_unfit
from banen_kit.eventstore.kurrentdb_records import (
    Attempt,
    Kept,
    judge,
    to_kept,
    to_new_events,
)
from banen_kit.eventstore.port import (
    Append,
    Appended,
    Horizon,
    Outcome,
    StoredRecord,
    refuse_unfit as refuse_unfit_commands,
)
from banen_kit.eventstore.stream_index import StreamIndex
from banen_kit.postgres.batching import Batcher
from banen_kit.postgres.connection import Pool, reachable

TRIES = 3
"""How often an append is tried while the server does not answer."""
TRY_AGAIN_SECONDS = 0.2
READ_SECONDS = 60.0
"""The deadline of reading up to a batch, or one stream."""
WHOLE_LOG_SECONDS = 600.0
"""The deadline of reading one type, for which the server looks through its log."""
MOST_COUNTED = 1000
READERS = 2
"""Concurrent batches of reads of streams."""
RECENT = 500
"""How many streams are remembered."""
IN_POSTGRES = "select exists (select from events) and not exists (select from stream_index_progress)"
"""Else the events in PostgreSQL are a copy of what was moved."""

R = TypeVar("R")


class KurrentStore:
    """One service's store. Its streams have the service's name before them. Create it with `open_kurrentdb`."""

    def __init__(self, client: AsyncKurrentDBClient, pool: Pool, service: str, *, writers: int = 3) -> None:
        self.pool = pool
        self._client = client
        self._prefix = f"{service}."
        self._recent: dict[str, tuple[Kept, ...]] = {}
        """Streams that were read lately, the latest last: what was recorded never changes."""
        self._callers = Batcher[Append, Appended | BaseException](
            self._append_batch, key=lambda command: command.stream, workers=writers
        )
        self._readers = Batcher[str, tuple[Kept, ...] | BaseException](
            self._read_batch, key=lambda _: object(), workers=READERS
        )
        self._settled_at = datetime.min.replace(tzinfo=UTC)
        self.index = StreamIndex(pool, self.kept_after, self.holds)

    async def close(self) -> None:
        """Closes the connection to KurrentDB; the pool is its owner's."""
        await close(self._client)

    async def append(self, command: Append) -> Appended:
        refuse_unfit_commands([command])
        return _result(await self._callers.ask(command))

    async def append_many(self, commands: Sequence[Append]) -> list[Appended]:
        refuse_unfit_commands(commands)
        return [_result(result) for result in (await self._append_batch(commands) if commands else ())]

    async def _append_batch(self, commands: Sequence[Append]) -> Sequence[Appended | BaseException]:
        """An error of one command is that command's alone."""
        if all(map(self._is_overtaken, commands)):
            return [Appended(Outcome.CONFLICT)] * len(commands)
        async with self._under_way() as attempt:
            appending = (self._append(command, attempt) for command in commands)
            # All of them end before the floor is taken away.
            return await asyncio.gather(*appending, return_exceptions=True)

    def _is_overtaken(self, command: Append) -> bool:
        """Whether a conflict is certain without asking, so that many who race for one stream cost each other little."""
        if command.expected is None or command.known_at is not None:
            return False
        recent = self._recent.get(command.stream, ())
        ids = {event.id for event in command.events}
        return command.expected < len(recent) and not any(kept.record.id in ids for kept in recent)

    @asynccontextmanager
    async def _under_way(self) -> AsyncGenerator[Attempt]:
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow("select number, now from append_elsewhere()")
            assert row is not None
            yield Attempt(*row)

    async def _append(self, command: Append, attempt: Attempt) -> Appended:
        """Tries again while the server does not answer: what it recorded all the same is found and not written twice."""
        for left in reversed(range(TRIES)):
            try:
                return await self._append_after_reading(command, attempt)
            except StoreUnavailable:
                if not left:
                    raise
                await asyncio.sleep(TRY_AGAIN_SECONDS)
        raise AssertionError

    async def _append_after_reading(self, command: Append, attempt: Attempt) -> Appended:
        stream = await self._stream(command.stream)
        while (appended := judge(command, stream, attempt)) is None:
            await self._write(command, stream, attempt)
            # What is there now is ours, or that of somebody who was faster.
            known, stream = len(stream), await self._stream(command.stream)
            if len(stream) <= known:
                raise StoreUnavailable(f"KurrentDB does not give back what it recorded in {command.stream}")
        return appended

    async def _write(self, command: Append, stream: Sequence[Kept], attempt: Attempt) -> None:
        async with answering():
            try:
                await self._client.append_to_stream(
                    self._prefix + command.stream,
                    events=to_new_events(command, stream, attempt),
                    current_version=len(stream) - 1 if stream else StreamState.NO_STREAM,
                    timeout=SECONDS,
                )
            except WrongCurrentVersionError:
                return

    async def read(self, stream: str) -> list[StoredRecord]:
        return [kept.record for kept in _result(await self._readers.ask(stream))]

    async def _read_batch(self, streams: Sequence[str]) -> Sequence[tuple[Kept, ...] | BaseException]:
        """Many who read one stream at once share one answer; an error is of one stream alone."""
        names = list(dict.fromkeys(streams))
        found = await asyncio.gather(*map(self._stream, names), return_exceptions=True)
        by_name = dict(zip(names, found, strict=True))
        return [by_name[stream] for stream in streams]

    async def _stream(self, stream: str) -> tuple[Kept, ...]:
        """Returns the whole stream. Asks for the last event that was read lately, and for those after it."""
        recent = self._recent.pop(stream, ())
        first = max(len(recent) - 1, 0)
        async with answering():
            try:
                events = await self._client.get_stream(
                    self._prefix + stream, stream_position=first, timeout=READ_SECONDS
                )
            except NotFoundError:
                events = ()
        found = tuple(to_kept(event, self._prefix) for event in events)
        is_whole = all(kept.record.version == number for number, kept in enumerate(found, first + 1))
        is_same = not recent or bool(found and found[0].place == recent[-1].place)
        if not (is_whole and is_same):
            self._remember(stream, recent)
            raise StoreUnavailable(
                f"events of {stream} are gone from KurrentDB: they were deleted, or it was restored from before"
            )
        return self._remember(stream, (*recent[:-1], *found))

    def _remember(self, stream: str, kept: tuple[Kept, ...]) -> tuple[Kept, ...]:
        self._recent[stream] = kept
        if len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]
        return kept

    async def concerning(self, refs: Sequence[UUID], streams: Sequence[str]) -> list[str]:
        return await self.index.concerning(refs, streams)

    async def quiet(
        self, category: str, before: datetime, ended: Sequence[str], after: str, limit: int
    ) -> list[str]:
        return await self.index.quiet(category, before, ended, after, limit)

    async def read_all(self, after: int, limit: int, kind: str | None = None) -> list[StoredRecord]:
        if kind is None:
            return [kept.record for kept in await self.kept_after(after, limit)]
        found: list[StoredRecord] = []
        pattern = re.escape(kind)
        async with answering():
            events = await self._client.read_all(
                commit_position=after or None, filter_include=(pattern,), timeout=WHOLE_LOG_SECONDS
            )
            async with events:
                # The server filters by one thing only: other services' streams are left out here.
                async for event in events:
                    if event.commit_position > after and event.stream_name.startswith(self._prefix):
                        found.append(to_kept(event, self._prefix).record)
                        if len(found) == limit:
                            break
        return found

    async def kept_after(self, after: int, limit: int) -> list[Kept]:
        """Raises `StoreUnavailable` also if no event is at `after`: then this is not the store that was read before."""
        events = await self._read(after, limit + 1 if after else limit)
        if after:
            if not events or events[0].commit_position != after:
                raise StoreUnavailable(
                    f"KurrentDB has no event of this service at position {after}: it was restored from before that,"
                    " or it is another store"
                )
            events = events[1:]
        return [to_kept(event, self._prefix) for event in events]

    async def _read(self, position: int, limit: int, *, backwards: bool = False) -> list[RecordedEvent]:
        """Returns own events from a position on; with `backwards`, the last ones. Returns none if no event is there."""
        async with answering():
            events = await self._client.read_all(
                commit_position=position or None,
                backwards=backwards,
                limit=limit,
                timeout=READ_SECONDS,
                **self._own(),
            )
            try:
                return [event async for event in events]
            except InvalidCommitPositionError:
                return []

    def _own(self) -> dict[str, Any]:
        return {"filter_include": (self._prefix,), "filter_by_stream_name": True, "filter_by_prefix": True}

    async def holds(self, position: int, event_id: UUID) -> bool:
        events = await self._read(position, 1)
        return [(event.commit_position, event.id) for event in events] == [(position, event_id)]

    async def count_after(self, after: int) -> int:
        return len(await self.kept_after(after, MOST_COUNTED))

    async def horizon(self) -> Horizon:
        """Always settled: `at` is when the oldest append under way began."""
        async with reachable():
            at: datetime = await self.pool.fetchval("select at from horizon_elsewhere()")
        last = await self._read(0, 1, backwards=True)  # afterwards: all appends that ended are in it
        self._settled_at = max(at, self._settled_at)  # what held before still holds
        return Horizon(self._settled_at, last[0].commit_position if last else 0, settled=True)

    async def wait(self, after: int, timeout: float) -> None:  # noqa: ASYNC109 - part of the promise
        try:
            async with answering(), asyncio.timeout(timeout):
                events = await self._client.subscribe_to_all(commit_position=after or None, **self._own())
                async with events:
                    async for event in events:
                        if event.commit_position > after:
                            return
        except TimeoutError:
            return


def _result(result: R | BaseException) -> R:
    if isinstance(result, BaseException):
        raise result
    return result


async def open_kurrentdb(url: str, pool: Pool, service: str, waits: Callable[[str], None]) -> KurrentStore:
    """Connects, and waits for a server that is still starting. `service` is the name of the service's schema.

    Raises `StoreRefusesToStart` or `StoreUnavailable`.
    """
    async with reachable():
        if await pool.fetchval(IN_POSTGRES):
            raise StoreRefusesToStart(
                "the events of this service are in PostgreSQL; move them first (banen store copy)"
            )
    client = client_of(url)
    try:
        await refuse_unfit(client, waits)
        store = KurrentStore(client, pool, service)
        await store.index.mark()
    except BaseException:
        await close(client)
        raise
    return store
