"""Speed of appending and reading. The floor writes and reads the same rows without our store."""

import asyncio
import json
import statistics
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
from rich.console import Console

from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.postgres.connection import Pool
from banen_local.bench.rows import RUNS, Row, paired, rate, schema
from banen_local.cluster.postgres import Postgres

PAYLOAD = json.dumps({"client_ref": str(uuid4()), "origin": "walk_in", "origin_ref": None, "note": "x" * 100})
METADATA = json.dumps({"commandId": str(uuid4()), "correlationId": str(uuid4()), "causationId": str(uuid4())})


def event() -> NewEvent:
    return NewEvent(uuid4(), "client-taken-on", 1, PAYLOAD)


def new_stream() -> Append:
    return Append(f"client-{uuid4()}", (event(),), 0, METADATA)


class StoreBench:
    """Measures appending and reading, and the floor: the same rows without our store."""

    def __init__(self, pool: Pool, floor: Pool) -> None:
        self._store = PostgresStore(pool)
        self._pool = pool
        self._floor = floor

    async def append(self, callers: int, count: int) -> float:
        async def call() -> None:
            for _ in range(count // callers):
                await self._store.append(new_stream())

        return await rate(count, asyncio.gather(*(call() for _ in range(callers))))

    async def insert(self, callers: int, count: int) -> float:
        """The floor: one plain INSERT and commit per event; each caller has its own connection."""

        async def call() -> None:
            async with self._floor.acquire() as connection:
                for number in range(count // callers):
                    await connection.execute(
                        "insert into floor values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                        number, f"client-{uuid4()}", 1, uuid4(), "client-taken-on", 1, PAYLOAD, METADATA,
                        datetime.now(UTC),
                    )  # fmt: skip

        return await rate(count, asyncio.gather(*(call() for _ in range(callers))))

    async def read(self, count: int) -> float:
        async def work() -> None:
            after = 0
            while records := await self._store.read_all(after, 1000):
                for record in records:
                    json.loads(record.data)
                after = records[-1].position
                if after >= count:
                    break

        return await rate(count, work())

    async def select(self, count: int) -> float:
        async def work() -> None:
            after = 0
            while after < count:
                rows = await self._pool.fetch(
                    "select * from events where position > $1 order by position limit 1000", after
                )
                after = rows[-1]["position"]

        return await rate(count, work())

    async def fill(self, total: int) -> None:
        """Fills the store quickly up to this many events."""
        have = await self._pool.fetchval("select count(*) from events")
        while have < total:
            commands = [
                Append(f"client-{uuid4()}", tuple(event() for _ in range(20)), 0, METADATA)
                for _ in range(200)
            ]
            await self._store.append_many(commands)
            have += 4000


async def store_rows(server: Postgres, console: Console, events: int) -> list[Row]:
    async with schema(server, "bench_store") as pool:
        floor = await asyncpg.create_pool(server.url(), min_size=16, max_size=16)
        await floor.execute(
            "create table floor (position bigint, stream text, version bigint, id uuid, type text, schema_version int,"
            " data text, metadata text, at timestamptz, primary key (stream, version))"
        )
        await floor.execute("create unique index on floor (id)")
        bench = StoreBench(pool, floor)
        await bench.append(16, 1600)
        await bench.insert(16, 1600)
        rows = [
            await paired(
                "append, 1 caller",
                "events/s",
                None,
                lambda: bench.append(1, 1000),
                lambda: bench.insert(1, 1000),
            ),
            await paired(
                "append, 16 callers",
                "events/s",
                0.9,
                lambda: bench.append(16, 8000),
                lambda: bench.insert(16, 8000),
            ),
            await paired(
                "append, 256 callers",
                "events/s",
                2.0,
                lambda: bench.append(256, 25600),
                lambda: bench.insert(16, 8000),
            ),
            await paired(
                "read_all, decoded",
                "events/s",
                0.35,
                lambda: bench.read(50_000),
                lambda: bench.select(50_000),
            ),
        ]
        await floor.close()
    console.print(f"[dim]filling a store with {events:,} events …[/dim]")
    return [*rows, await cost_in_a_large_store(server, events)]


async def cost_in_a_large_store(server: Postgres, events: int) -> Row:
    """What an append costs in a store with this many events, compared with one of ten thousand."""
    async with schema(server, "bench_large") as pool:
        bench = StoreBench(pool, pool)
        await bench.fill(10_000)
        small = statistics.median([await bench.append(256, 12800) for _ in range(RUNS)])
        await bench.fill(events)
        large = statistics.median([await bench.append(256, 12800) for _ in range(RUNS)])
    cost = small / large
    return Row(
        f"append at {events:,} events, cost",
        round(large),
        "events/s",
        round(small),
        round(cost, 2),
        "≤ 1.5",
        cost <= 1.5,
    )
