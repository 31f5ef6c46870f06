"""The event store on PostgreSQL: one stored function appends; readers stop at the published floor, so they miss nothing."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.eventstore.port import Append, Appended, Horizon, Outcome, StoredRecord, refuse_unfit
from banen_kit.postgres.batching import Batcher
from banen_kit.postgres.connection import (
    Pool,
    connect,
    migrations,
    reachable,
    refuse_unsafe,
    refuse_wrong_schema,
)

POLL_SECONDS = 0.25
"""After this time, appends by other processes are noticed; those of this process wake readers at once."""
MOST_COUNTED = 100_000
READERS = 2
"""Concurrent queries for streams; each uses a connection."""
COLUMNS = "position, stream, version, id, type, schema_version, data, metadata, recorded_at, known_at"
APPEND = "select * from append_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
"""Takes the result of `append_arguments`; `outcomes` reads what it returns."""
CONCERNING = (
    "select stream from streams where stream = any ($2)"
    " union select stream from stream_references where ref = any ($1) order by 1"
)
QUIET = (
    "select stream from streams s"
    " where starts_with(stream, $1 || '-') and stream > $4 and recorded_at < $2 and not exists"
    " (select from events e where e.stream = s.stream and e.version = s.version and e.type = any ($3))"
    " order by stream limit $5"
)


class PostgresStore:
    """One service's store, in its own schema. Create it with `open_store`."""

    def __init__(self, pool: Pool, *, writers: int = 3) -> None:
        self.pool = pool
        self._grown = asyncio.Event()
        self._callers = Batcher(self._append_batch, key=lambda command: command.stream, workers=writers)
        self._readers = Batcher[str, list[StoredRecord]](
            self._read_batch, key=lambda _: object(), workers=READERS
        )

    async def append(self, command: Append) -> Appended:
        refuse_unfit([command])
        return await self._callers.ask(command)

    async def append_many(self, commands: Sequence[Append]) -> list[Appended]:
        refuse_unfit(commands)
        return list(await self._append_batch(commands)) if commands else []

    async def _append_batch(self, commands: Sequence[Append]) -> Sequence[Appended]:
        async with reachable():
            rows = await self._call(append_arguments(commands))
        self._grown.set()
        return outcomes(rows, commands)

    async def _call(self, arguments: tuple[object, ...]) -> list[asyncpg.Record]:
        try:
            return await self.pool.fetch(APPEND, *arguments)
        except asyncpg.UniqueViolationError:
            # The same command arrived twice at once. The other one is committed now, so this one is seen as a repeat.
            return await self.pool.fetch(APPEND, *arguments)

    async def read(self, stream: str) -> list[StoredRecord]:
        return await self._readers.ask(stream)

    async def _read_batch(self, streams: Sequence[str]) -> Sequence[list[StoredRecord]]:
        found: dict[str, list[StoredRecord]] = {stream: [] for stream in streams}
        query = f"select {COLUMNS} from events where stream = any ($1) order by stream, version"
        async with reachable():
            for record in map(StoredRecord._make, await self.pool.fetch(query, list(found))):
                found[record.stream].append(record)
        return [found[stream] for stream in streams]

    async def concerning(self, refs: Sequence[UUID], streams: Sequence[str]) -> list[str]:
        async with reachable():
            rows = await self.pool.fetch(CONCERNING, list(refs), list(streams))
        return [row["stream"] for row in rows]

    async def quiet(
        self, category: str, before: datetime, ended: Sequence[str], after: str, limit: int
    ) -> list[str]:
        async with reachable():
            rows = await self.pool.fetch(QUIET, category, before, list(ended), after, limit)
        return [row["stream"] for row in rows]

    async def read_all(self, after: int, limit: int, kind: str | None = None) -> list[StoredRecord]:
        if kind is None:
            query, arguments = f"select {COLUMNS} from read_all($1, $2)", (after, limit)
        else:  # how far, before what: a statement of its own
            safe = (await self.horizon()).safe
            query = f"select {COLUMNS} from of_type($1, $2, $3) where position <= $4"
            arguments = (kind, after, limit, safe)
        async with reachable():
            return list(map(StoredRecord._make, await self.pool.fetch(query, *arguments)))

    async def holds(self, position: int, event_id: UUID) -> bool:
        query = "select exists (select from events where position = $1 and id = $2)"
        async with reachable():
            return bool(await self.pool.fetchval(query, position, event_id))

    async def count_after(self, after: int) -> int:
        query = f"select count(*) from (select from events where position > $1 limit {MOST_COUNTED}) found"
        async with reachable():
            return int(await self.pool.fetchval(query, after))

    async def horizon(self) -> Horizon:
        async with reachable():
            row = await self.pool.fetchrow("select at, safe, settled from horizon()")
        assert row is not None
        return Horizon(*row)

    async def wait(self, after: int, timeout: float) -> None:  # noqa: ASYNC109 - part of the promise
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            self._grown.clear()
            if await self.read_all(
                after, 1
            ):  # not the highest position: a rolled-back append leaves a gap that never fills
                return
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return
            try:
                # Not wait_for: before Python 3.12 it can swallow a cancellation.
                async with asyncio.timeout(min(left, POLL_SECONDS)):
                    await self._grown.wait()
            except TimeoutError:
                continue


def append_arguments(commands: Sequence[Append]) -> tuple[object, ...]:
    """Returns the commands as the arrays that the stored function takes."""
    events = [(number, event) for number, command in enumerate(commands, 1) for event in command.events]
    refs = [(number, ref) for number, command in enumerate(commands, 1) for ref in command.refs]
    return (
        [command.stream for command in commands],
        [command.expected for command in commands],
        [command.known_at for command in commands],
        [command.metadata for command in commands],
        [len(command.events) for command in commands],
        [number for number, _ in events],
        [event.id for _, event in events],
        [event.type for _, event in events],
        [event.schema_version for _, event in events],
        [event.data for _, event in events],
        [number for number, _ in refs],
        [ref for _, ref in refs],
    )


def outcomes(rows: Sequence[asyncpg.Record], commands: Sequence[Append]) -> list[Appended]:
    """Returns the stored function's outcome of each command, in their order."""
    found = {row[0]: Appended(Outcome(row[1]), row[2], row[3]) for row in rows}
    return [found[command.stream] for command in commands]


async def refuse_elsewhere(pool: Pool) -> None:
    """Raises `StoreRefusesToStart` if this service keeps its events in another store."""
    async with reachable():
        if await pool.fetchval("select exists (select from stream_index_progress)"):
            raise StoreRefusesToStart(
                "the events of this service are in KurrentDB; its address must be in BANEN_STORE_URL"
            )


async def open_store(
    url: str, schema: str, *, writers: int = 3, packages: Sequence[str] = ("banen_kit",)
) -> PostgresStore:
    """Connect to a migrated schema. Raises `StoreRefusesToStart` or `StoreUnavailable`."""
    pool = await connect(url, schema)
    try:
        await refuse_unsafe(pool)
        await refuse_wrong_schema(pool, schema, migrations(packages))
        await refuse_elsewhere(pool)
    except BaseException:
        await pool.close()
        raise
    return PostgresStore(pool, writers=writers)
