"""`banen torture`: shows on its own server that no reader of the store misses an event, but a naive one does."""

import asyncio
import secrets
import tempfile
import time
from array import array
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Annotated

import asyncpg
import typer

from banen_cli.fault import Fault
from banen_kit.core.errors import StoreUnavailable
from banen_kit.eventstore.postgres import PostgresStore, open_store
from banen_kit.postgres.connection import UNREACHABLE, Pool, connect, grant_store, migrate, migrations
from banen_local.cluster.folder import LocalError
from banen_local.cluster.postgres import Postgres
from banen_local.torture.readers import Reader, compare
from banen_local.torture.writers import Load, write_in_transactions, write_through

SCHEMA = "torture"
ROLE = "torturer"
SAFE = "select position, stream, version from read_all($1, $2)"
NAIVE = "select position, stream, version from events where position > $1 order by position limit $2"
WRITERS = 12
"""Each holds its append open in a transaction of its own."""
CALLERS = 32
"""Each appends through the store, where concurrent callers share a transaction."""
PROGRESS_SECONDS = 5.0
PATIENCE = 120.0
"""Seconds a reader may take to get to the end once all is written; what it has not seen then is missed."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """Summed over all readers, but for `naive_missed`, which is the naive reader's alone."""

    events: int
    missed: int
    duplicated: int
    order_violations: int
    naive_missed: int

    def __str__(self) -> str:
        return (
            f"events={self.events} missed={self.missed} duplicated={self.duplicated} "
            f"order_violations={self.order_violations} naive_missed={self.naive_missed}"
        )

    @property
    def proves(self) -> bool:
        """Nothing was missed, although a naive reader did miss something."""
        return self.missed == self.duplicated == self.order_violations == 0 and self.naive_missed > 0


@dataclass
class Run:
    """One run on a running server: writers, readers, and a task that cuts their connections."""

    events: int
    load: Load
    say: Say
    owner: Pool
    pool: Pool
    store: PostgresStore
    other: PostgresStore
    """The same store, as another process has it."""
    readers: list[Reader] = field(default_factory=lambda: [Reader() for _ in range(4)])
    naive: Reader = field(default_factory=Reader)
    last: int | None = None
    """The last position, once everything is written."""
    started: float = field(default_factory=time.monotonic)

    async def result(self) -> Result:
        often, steady, seldom, waiting = self.readers
        disturbing = [asyncio.create_task(self._cut()), asyncio.create_task(self._report())]
        reading = [
            asyncio.create_task(self._poll(often, SAFE, limit=100, pause=0.002)),
            asyncio.create_task(self._poll(steady, SAFE, limit=1000, pause=0.01)),
            asyncio.create_task(self._poll(seldom, SAFE, limit=5000, pause=0.1)),
            asyncio.create_task(self._follow(waiting)),
            asyncio.create_task(self._poll(self.naive, NAIVE, limit=1000, pause=0.002)),
        ]
        try:
            await self._write_all()
            await asyncio.wait(reading, timeout=PATIENCE)
        finally:
            for task in (*disturbing, *reading):
                task.cancel()
            ended = await asyncio.gather(*disturbing, *reading, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error
        return await self._compare()

    async def _write_all(self) -> None:
        """Until exactly so many events are in the table: after a cut it is unknown whether the last ones are."""
        while missing := self.events - await self._count():
            self.load.left = missing
            async with asyncio.TaskGroup() as group:
                for _ in range(WRITERS):
                    group.create_task(write_in_transactions(self.pool, self.load))
                for _ in range(CALLERS):
                    group.create_task(write_through(self.store, self.load))
        self.last = await self.owner.fetchval("select max(position) from events")

    async def _count(self) -> int:
        # A connection that was cut may still be at work on the server.
        busy = "select exists (select 1 from pg_locks where relation = 'events'::regclass and mode = 'RowExclusiveLock')"
        while True:
            if not await self.owner.fetchval(busy):
                return await self.owner.fetchval("select count(*) from events") or 0
            await asyncio.sleep(0.01)

    async def _poll(self, reader: Reader, query: str, *, limit: int, pause: float) -> None:
        while self.last is None or reader.cursor < self.last:
            try:
                rows = await self.pool.fetch(query, reader.cursor, limit)
            except UNREACHABLE:
                continue
            reader.take((row[0], row[1], row[2]) for row in rows)
            if not rows:
                await asyncio.sleep(pause)

    async def _follow(self, reader: Reader) -> None:
        """Reads as the relay does."""
        while self.last is None or reader.cursor < self.last:
            try:
                await self.other.wait(reader.cursor, 1)
                events = await self.other.read_all(reader.cursor, 1000)
            except StoreUnavailable:
                continue
            reader.take((event.position, event.stream, event.version) for event in events)

    async def _cut(self) -> None:
        while True:
            await asyncio.sleep(self.load.random.uniform(0.05, 0.4))
            rows = await self.owner.fetch("select pid from pg_stat_activity where usename = $1", ROLE)
            victim = self.load.random.choice([row[0] for row in rows])
            await self.owner.execute("select pg_terminate_backend($1)", victim)

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            written = self.events - self.load.left
            read = min(len(reader.positions) for reader in self.readers)
            self.say(
                f"{time.monotonic() - self.started:4.0f} s: {written:,} events asked for, {read:,} read by the slowest "
                f"reader; {self.load.conflicts:,} conflicts, {self.load.rollbacks:,} rollbacks, {self.load.cuts:,} cuts"
            )

    async def _compare(self) -> Result:
        written = array(
            "q", await self.owner.fetchval("select array_agg(position order by position) from events")
        )
        # What a writer was told is in the store counts as missed too, if it is not.
        missed, _ = compare(self.load.acknowledged, written)
        duplicated = 0
        for reader in self.readers:
            not_seen, again = compare(written, reader.positions)
            missed, duplicated = missed + not_seen, duplicated + again
        violations = sum(reader.order_violations for reader in self.readers)
        naive_missed, _ = compare(written, self.naive.positions)
        return Result(len(written), missed, duplicated, violations, naive_missed)


async def run(events: int, seed: int, folder: Path, say: Say) -> Result:
    """Starts a server in the folder, and stops it. The seed repeats the requests, not the order they arrive in."""
    server = Postgres(folder / "postgres")
    password = secrets.token_hex(16)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        await server.start()
        await _prepare(server, password)
        url = server.url(user=ROLE, password=password)
        owner = await connect(server.url(), SCHEMA)
        stack.push_async_callback(owner.close)
        pool = await connect(url, SCHEMA, max_size=WRITERS + 4)
        stack.push_async_callback(pool.close)
        store, other = await open_store(url, SCHEMA), await open_store(url, SCHEMA)
        stack.push_async_callback(store.pool.close)
        stack.push_async_callback(other.pool.close)
        load = Load(Random(seed))  # noqa: S311 - it must be possible to repeat
        return await Run(events, load, say, owner, pool, store, other).result()


async def _prepare(server: Postgres, password: str) -> None:
    owner = await asyncpg.connect(server.url())
    try:
        await owner.execute(f"create role {ROLE} login password '{password}'")
        await migrate(owner, SCHEMA, migrations(["banen_kit"]))
        await grant_store(owner, SCHEMA, ROLE)
    finally:
        await owner.close()


def torture(
    events: Annotated[int, typer.Option(min=1, help="How many events are written.")] = 1_000_000,
    seed: Annotated[int | None, typer.Option(help="Asks for the same load again.")] = None,
) -> None:
    """Write to the event store under the worst conditions, and show that no reader misses an event."""
    chosen = secrets.randbelow(2**31) if seed is None else seed
    typer.echo(f"seed={chosen}")
    with tempfile.TemporaryDirectory(prefix="banen-torture-") as folder:
        try:
            result = asyncio.run(run(events, chosen, Path(folder), typer.echo))
        except LocalError as error:
            raise Fault(str(error)) from error
    if not result.naive_missed:
        typer.echo("The naive reader lost nothing: this run did not bite, and shows nothing.")
    typer.echo(str(result))
    if not result.proves:
        raise typer.Exit(1)
