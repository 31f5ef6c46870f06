"""Moves a service's events between PostgreSQL and KurrentDB while it is stopped. See ADR 0060.

Everything else of the service stays in its PostgreSQL. What stands there at a position of the old store (relay, timers,
lists, decisions) is moved to the position of the same event in the new store, in the transaction that changes the store.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from banen_kit.application.definition import Service
from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.eventstore.copying import Both, CopyRefused, Side, compare, copy_missing
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.postgres_copy import PostgresSide
from banen_kit.postgres.connection import (
    Connection,
    Pool,
    migrations,
    reachable,
    refuse_unsafe,
    refuse_wrong_schema,
    when_reachable,
)
from banen_kit.runtime.settings import schema_of

LONG_SECONDS = 3600.0
"""The deadline of a statement that may go through all events."""
CONNECT_ATTEMPTS = 4
ONE_COPY = "select pg_try_advisory_lock(18, store_number())"
IS_OWNER = "select has_table_privilege('events', 'insert')"
IS_ELSEWHERE = "select exists (select from stream_index_progress)"
FOLDED = "select position, event_id from stream_index_progress where position > 0"
RUNNING = """
select exists (select from pg_stat_activity
                where datname = current_database() and application_name = $1 and usename <> current_user)
"""
PLACES = "create temporary table copied (source bigint primary key, event_id uuid not null, target bigint not null)"
# A service that starts now waits at the second lock, and then finds its events moved.
CLOSE = "lock table events in exclusive mode; lock table stream_index_progress in access exclusive mode"
NOT_COPIED = """
select count(*) + (select count(*) from checkpoints c where consumer = 'relay' and position > 0
                    and not exists (select from copied where source = c.position))
  from publications p where not exists (select from copied where event_id = p.event_id)
"""
MOVE = """
update checkpoints c set position = target from copied where consumer = 'relay' and source = c.position;
update publications p set position = target from copied where copied.event_id = p.event_id;
update timer_progress t set position = target from copied where source = t.position and copied.event_id = t.event_id;
update list_progress l set position = target from copied where source = l.position and copied.event_id = l.event_id;
-- two steps: a new position may be an old one of another row
update relay_decisions d set position = -target from copied where copied.event_id = d.event_id;
update relay_decisions set position = -position where position < 0;
delete from stream_index;
delete from stream_index_references;
delete from stream_index_progress;
"""
TO_KURRENTDB = "insert into stream_index_progress (position) values (0)"


@dataclass(frozen=True)
class Copied:
    """How many events and streams both stores hold, a hash of them, and how many events were copied now."""

    events: int
    streams: int
    sha256: str
    now: int


@dataclass(frozen=True)
class Addresses:
    """PostgreSQL as its owner, and KurrentDB."""

    postgres: str
    kurrentdb: str


async def copy_store(
    partner: str,
    service: Service,
    addresses: Addresses,
    told: Callable[[int], None],
    *,
    to_kurrentdb: bool,
) -> Copied:
    """Copies what is missing, compares all of it, and then lets the service use the other store. Can be run again.

    Raises `CopyRefused`, `StoreRefusesToStart`, `StoreUnavailable`, `StreamTooLong`.
    """
    schema = schema_of(partner, service.name)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(_owned(addresses.postgres, schema, service))
        postgres: Side = PostgresSide(PostgresStore(pool))
        connection = await stack.enter_async_context(pool.acquire())
        async with reachable():
            await _refuse_unfit(connection, schema, to_kurrentdb=to_kurrentdb)
        kurrentdb = await stack.enter_async_context(_kurrentdb(addresses.kurrentdb, pool, schema))
        source, target = (postgres, kurrentdb) if to_kurrentdb else (kurrentdb, postgres)
        now = await copy_missing(source, target, told)
        async with reachable():
            return await _switch(connection, schema, source, target, now)


async def _switch(connection: Connection, schema: str, source: Side, target: Side, now: int) -> Copied:
    await connection.execute(PLACES)

    async def note(both: Both) -> None:
        rows = [
            (here.record.position, here.record.id, there.record.position)
            for here, there in zip(*both, strict=True)
        ]
        await connection.copy_records_to_table("copied", records=rows)

    async with connection.transaction():
        await connection.execute(CLOSE)
        await _refuse_running(connection, schema)
        digests = await compare(source, target, note)
        if await connection.fetchval(NOT_COPIED, timeout=LONG_SECONDS):
            raise CopyRefused(
                f"{source.name} lacks events that were published: it was restored from before, or it is another store"
            )
        await connection.execute(MOVE, timeout=LONG_SECONDS)
        if source.name == PostgresSide.name:
            await connection.execute(TO_KURRENTDB)
    events = sum(count for count, _ in digests.streams.values())
    return Copied(events, len(digests.streams), digests.total(), now)


async def _refuse_unfit(connection: Connection, schema: str, *, to_kurrentdb: bool) -> None:
    if not await connection.fetchval(IS_OWNER):
        raise CopyRefused("the address of PostgreSQL must be that of the owner of its database")
    if not await connection.fetchval(ONE_COPY):
        raise CopyRefused("another copy of these events is under way")
    await _refuse_running(connection, schema)
    if await connection.fetchval(IS_ELSEWHERE) is to_kurrentdb:
        where = "KurrentDB" if to_kurrentdb else "PostgreSQL"
        raise CopyRefused(f"the events of this service are in {where} already")


async def _refuse_running(connection: Connection, schema: str) -> None:
    if await connection.fetchval(RUNNING, schema):
        raise CopyRefused("the service still runs, or a command that uses its store; stop it first")


@asynccontextmanager
async def _owned(url: str, schema: str, service: Service) -> AsyncGenerator[Pool]:
    pool = await when_reachable(url, schema, lambda _: None, attempts=CONNECT_ATTEMPTS)
    try:
        await refuse_unsafe(pool)
        await refuse_wrong_schema(pool, schema, migrations(service.sql))
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def _kurrentdb(url: str, pool: Pool, schema: str) -> AsyncGenerator[Side]:
    try:
        # Imported only where they are used: their client is an extra.
        from banen_kit.eventstore.kurrentdb import KurrentStore
        from banen_kit.eventstore.kurrentdb_connection import client_of, close, refuse_unfit
        from banen_kit.eventstore.kurrentdb_copy import KurrentSide
    except ImportError as error:
        raise StoreRefusesToStart("an address of KurrentDB needs the extra banen-kit[kurrentdb]") from error
    client = client_of(url)
    try:
        await refuse_unfit(client, lambda _: None, attempts=CONNECT_ATTEMPTS)
        store = KurrentStore(client, pool, schema)
        async with reachable():
            folded = await pool.fetchrow(FOLDED)
        if folded is not None and not await store.holds(*folded):
            raise CopyRefused("it is not the KurrentDB in which the events of this service are")
        yield KurrentSide(store, client, schema)
    finally:
        await close(client)
