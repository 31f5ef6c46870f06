"""What only PostgreSQL can break: appends under way, other stores beside this one, rights, settings and cut connections."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import pytest

from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.eventstore.port import Append, NewEvent, Outcome, StoredRecord
from banen_kit.eventstore.postgres import (
    APPEND,
    POLL_SECONDS,
    PostgresStore,
    append_arguments,
    open_store,
    outcomes,
)
from banen_kit.postgres.connection import UNREACHABLE, connect, reachable
from banen_local.cluster.postgres import Postgres
from support.waiting import DEADLINE

IDS = UUID("00000000-0000-0000-0000-000000000002")
NewSchema = Callable[..., Awaitable[str]]


def command(stream: str, *names: str, expected: int | None = None) -> Append:
    events = tuple(NewEvent(uuid5(IDS, name), "thing-done", 1, "{}") for name in names)
    return Append(stream, events, expected, "{}")


def ids(events: list[StoredRecord]) -> list[UUID]:
    return [event.id for event in events]


def named(*names: str) -> list[UUID]:
    return [uuid5(IDS, name) for name in names]


async def schema_of(store: PostgresStore) -> str:
    return await store.pool.fetchval("select current_schema()")


@pytest.fixture
async def owner(database) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner_url)
    yield connection
    await connection.close()


@asynccontextmanager
async def connection_of(store: PostgresStore, url: str) -> AsyncGenerator[asyncpg.Connection]:
    """A connection beside those of the store, to the same schema."""
    async with asyncpg_connection(url, await schema_of(store)) as connection:
        yield connection


@asynccontextmanager
async def asyncpg_connection(url: str, schema: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(url, server_settings={"search_path": schema})
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def held(store: PostgresStore, url: str, *commands: Append) -> AsyncGenerator[Any]:
    """An append that was made and is not committed; the block says how it ends, otherwise it is rolled back."""
    async with connection_of(store, url) as connection:
        transaction = connection.transaction()
        await transaction.start()
        results = outcomes(await connection.fetch(APPEND, *append_arguments(commands)), commands)
        assert {result.outcome for result in results} == {Outcome.APPENDED}
        yield transaction


async def until_blocked(owner: asyncpg.Connection, schema: str) -> int:
    """The process that works for this schema and waits for a lock."""
    async with asyncio.timeout(10):
        while True:
            blocked = await owner.fetchval(
                "select pid from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'",
                schema,
            )
            if blocked:
                return blocked
            await asyncio.sleep(0.01)


# Appends under way


async def test_does_not_read_past_an_append_under_way_and_loses_nothing(store: PostgresStore, database):
    first = await store.append(command("thing-1", "a"))
    async with held(store, database.service_url, command("thing-2", "b", "c")) as append:
        later = await store.append(command("thing-3", "d"))
        assert later.position == first.position + 3
        assert ids(await store.read_all(0, 10)) == named("a")
        await append.commit()
    assert ids(await store.read_all(first.position, 10)) == named("b", "c", "d")


async def test_is_not_settled_while_an_append_is_under_way(store: PostgresStore, database):
    first = await store.append(command("thing-1", "a"))
    async with held(store, database.service_url, command("thing-2", "b")) as append:
        during = await store.horizon()
        assert (during.safe, during.settled) == (first.position, False)
        await append.commit()
    after = await store.horizon()
    assert (after.safe, after.settled) == (first.position + 1, True)


async def test_reads_over_the_gap_that_a_rolled_back_append_leaves(store: PostgresStore, database):
    await store.append(command("thing-1", "a"))
    async with held(store, database.service_url, command("thing-2", "b", "c")) as append:
        await store.append(command("thing-3", "d"))
        await append.rollback()
    events = await store.read_all(0, 10)
    assert ids(events) == named("a", "d")
    assert [event.position for event in events] == [1, 4]


# What floors and horizons start from is read while positions are drawn. Every 32nd drawing logs ahead, and the sequence's page
# shows the value ahead for a moment: then the value seen later is lower.
DRAW = "select nextval('position') from generate_series(1, 50000)"
WATCH = """
create function watch(out plain int, out drawn int) language plpgsql as $$
declare seen bigint; plain_before bigint := 0; drawn_before bigint := 0;
begin
  plain := 0; drawn := 0;
  for n in 1..100000 loop
    select last_value into seen from position;
    if seen < plain_before then plain := plain + 1; end if;
    plain_before := seen;
    seen := last_drawn();
    if seen < drawn_before then drawn := drawn + 1; end if;
    drawn_before := seen;
  end loop;
end $$
"""


async def test_floors_and_horizons_never_start_from_a_position_that_is_only_logged_ahead(
    store: PostgresStore, database
):
    """A plain reading of the sequence, beside it, shows that such positions were there to be believed."""
    schema = await schema_of(store)
    plain = drawn = 0
    async with (
        asyncpg_connection(database.owner_url, schema) as watching,
        asyncpg_connection(database.owner_url, schema) as drawing,
    ):
        await watching.execute(WATCH)
        async with asyncio.timeout(DEADLINE):
            while plain < 5:
                row, _ = await asyncio.gather(watching.fetchrow("select * from watch()"), draw(drawing))
                assert row
                plain, drawn = plain + row["plain"], drawn + row["drawn"]
    assert drawn == 0


async def draw(connection: asyncpg.Connection) -> None:
    for _ in range(10):
        await connection.execute(DRAW)


async def test_the_oldest_of_several_appends_under_way_holds_readers(store: PostgresStore, database):
    async with held(store, database.service_url, command("thing-1", "a")) as older:
        async with held(store, database.service_url, command("thing-2", "b")) as younger:
            await younger.commit()
        assert await store.read_all(0, 10) == []
        await older.commit()
    assert ids(await store.read_all(0, 10)) == named("a", "b")


async def test_a_reader_of_one_type_stops_at_an_append_under_way_too(store: PostgresStore, database):
    kind = command("thing-1", "a").events[0].type
    async with held(store, database.service_url, command("thing-1", "a")) as older:
        await store.append(command("thing-2", "b"))
        assert await store.read_all(0, 10, kind) == []
        await older.commit()
    assert ids(await store.read_all(0, 10, kind)) == named("a", "b")


async def test_a_conflict_burns_no_position(store: PostgresStore):
    before = (await store.append(command("thing-1", "a"))).position
    await store.append(command("thing-1", "b", expected=0))
    assert (await store.append(command("thing-2", "c"))).position == before + 1


async def test_holds_readers_beyond_four_thousand_million_events_too(
    store: PostgresStore, database, owner: asyncpg.Connection
):
    await owner.execute(f"alter sequence {await schema_of(store)}.position restart with {2**33}")
    first = await store.append(command("thing-1", "a"))
    async with held(store, database.service_url, command("thing-2", "b")) as append:
        await store.append(command("thing-3", "c"))
        assert (await store.horizon()).safe == first.position == 2**33
        await append.commit()
    assert ids(await store.read_all(2**33, 10)) == named("b", "c")


async def test_a_gap_at_the_end_does_not_keep_a_waiting_reader_busy(store: PostgresStore, database):
    last = await store.append(command("thing-1", "a"))
    async with held(store, database.service_url, command("thing-2", "b")) as append:
        await append.rollback()
    counted = Counted(store.pool)
    began = asyncio.get_running_loop().time()
    await PostgresStore(counted).wait(last.position, 3 * POLL_SECONDS)  # pyright: ignore[reportArgumentType]
    assert asyncio.get_running_loop().time() - began >= 2.9 * POLL_SECONDS
    assert counted.fetches <= 5


class Counted:
    """A pool that counts what is asked of it."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.fetches = 0

    async def fetch(self, *arguments: Any) -> Any:
        self.fetches += 1
        return await self._pool.fetch(*arguments)


async def test_an_append_of_another_process_ends_the_waiting(store: PostgresStore, database):
    other = PostgresStore(await connect(database.service_url, await schema_of(store)))
    waiting = asyncio.create_task(store.wait(0, 60))
    await other.append(command("thing-1", "a"))
    async with asyncio.timeout(10):
        await waiting
    await other.pool.close()


# Other stores, and other locks, in the same server


async def test_an_append_under_way_in_another_store_holds_nobody_here(
    store: PostgresStore, database, new_schema: NewSchema
):
    other = PostgresStore(await connect(database.service_url, await new_schema()))
    async with held(other, database.service_url, command("thing-1", "a")) as append:
        here = await store.append(command("thing-1", "a"))
        assert ids(await store.read_all(0, 10)) == named("a")
        horizon = await store.horizon()
        assert (horizon.safe, horizon.settled) == (here.position, True)
        await other.append(command("thing-2", "b"))
        assert await other.read_all(0, 10) == []
        await append.commit()
    assert ids(await other.read_all(0, 10)) == named("a", "b")
    await other.pool.close()


@pytest.mark.parametrize(
    "lock",
    [
        pytest.param(
            "pg_advisory_lock_shared((5::bigint << 56) | (60000::bigint << 40))", id="of-another-store"
        ),
        pytest.param("pg_advisory_lock_shared(5::bigint << 56)", id="with-the-same-first-byte"),
        pytest.param(
            "pg_advisory_lock_shared((9::bigint << 56) | ({number}::bigint << 40))", id="of-another-class"
        ),
        pytest.param("pg_advisory_lock_shared((5 << 24) | ({number} << 8), 0)", id="in-two-integers"),
    ],
)
async def test_a_foreign_lock_holds_nobody(store: PostgresStore, database, lock: str):
    last = await store.append(command("thing-1", "a"))
    async with connection_of(store, database.owner_url) as stranger:
        number = await stranger.fetchval("select store_number()")
        await stranger.execute("select " + lock.format(number=number))
        horizon = await store.horizon()
    assert (horizon.safe, horizon.settled) == (last.position, True)


async def test_the_lock_of_a_store_in_another_database_holds_nobody(
    store: PostgresStore, database, owner: asyncpg.Connection
):
    last = await store.append(command("thing-1", "a"))
    number = await store.pool.fetchval("select store_number()")
    await owner.execute("create database beside")
    stranger = await asyncpg.connect(database.server.url("beside"))
    await stranger.execute(
        f"select pg_advisory_lock_shared((5::bigint << 56) | ({number}::bigint << 40) | 0)"
    )
    horizon = await store.horizon()
    await stranger.close()
    await owner.execute("drop database beside with (force)")
    assert (horizon.safe, horizon.settled) == (last.position, True)


async def test_each_store_has_a_number_of_its_own(database, new_schema: NewSchema, owner: asyncpg.Connection):
    schemas = [await new_schema() for _ in range(3)]
    numbers = [await owner.fetchval(f"select {schema}.store_number()") for schema in schemas]
    assert len(set(numbers)) == 3


# What the stored function promises


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_refuses_to_read_with_an_old_snapshot(store: PostgresStore, database, isolation: Any):
    async with connection_of(store, database.service_url) as connection:
        with pytest.raises(asyncpg.RaiseError, match="read_all needs READ COMMITTED"):
            async with connection.transaction(isolation=isolation):
                await connection.fetch("select * from read_all(0, 10)")


async def test_waits_to_see_whether_an_id_under_way_is_a_repeat(
    store: PostgresStore, database, owner: asyncpg.Connection
):
    async with held(store, database.service_url, command("thing-1", "a")) as first:
        second = asyncio.create_task(store.append(command("thing-2", "a")))
        await until_blocked(owner, await schema_of(store))
        await first.commit()
        assert (await second).outcome is Outcome.REPEATED
    assert [event.stream for event in await store.read_all(0, 10)] == ["thing-1"]


async def test_an_id_whose_append_was_rolled_back_is_free(
    store: PostgresStore, database, owner: asyncpg.Connection
):
    async with held(store, database.service_url, command("thing-1", "a")) as first:
        second = asyncio.create_task(store.append(command("thing-2", "a")))
        await until_blocked(owner, await schema_of(store))
        await first.rollback()
        assert (await second).outcome is Outcome.APPENDED
    assert [event.stream for event in await store.read_all(0, 10)] == ["thing-2"]


async def test_batches_in_opposite_order_do_not_block_each_other_for_good(store: PostgresStore):
    streams = [f"thing-{number}" for number in range(8)]
    batches = [
        [command(stream, f"{number}-{stream}") for stream in (streams if number % 2 else reversed(streams))]
        for number in range(40)
    ]
    results = await asyncio.gather(*(store.append_many(batch) for batch in batches))
    assert {result.outcome for batch in results for result in batch} == {Outcome.APPENDED}
    assert [event.version for event in await store.read("thing-0")] == list(range(1, 41))


async def test_concurrent_callers_share_transactions(store: PostgresStore):
    await asyncio.gather(*(store.append(command(f"thing-{number}", str(number))) for number in range(300)))
    assert await store.pool.fetchval("select count(*) from events") == 300
    assert await store.pool.fetchval("select count(distinct xid) from events") < 50


# Rights


@pytest.mark.parametrize(
    "statement",
    [
        *[
            f"{change} {table}"
            for table in ("events", "streams", "stream_references", "migrations")
            for change in ("insert into", "update", "delete from", "truncate", "drop table")
        ],
        "nextval",
        "setval",
        "create table",
        "replace function",
    ],
)
async def test_a_service_cannot_write_the_log_past_the_function(store: PostgresStore, statement: str):
    await store.append(command("thing-1", "a"))
    endings = {
        "insert into": " select * from {0}",
        "update": " set {1} = {1}",
        "delete from": "",
        "truncate": "",
        "drop table": "",
    }
    others = {
        "nextval": "select nextval('position')",
        "setval": "select setval('position', 1)",
        "create table": f"create table {await schema_of(store)}.more (number int)",
        "replace function": "create or replace function store_number() returns int language sql as 'select 1'",
    }
    change, _, table = statement.rpartition(" ")
    column = {
        "events": "position",
        "streams": "version",
        "migrations": "name",
        "stream_references": "ref",
    }.get(table, "")
    sql = others.get(statement) or statement + endings[change].format(table, column)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await store.pool.execute(sql)
    assert ids(await store.read_all(0, 10)) == named("a")


async def test_a_temporary_table_of_the_service_does_not_catch_its_appends(
    store: PostgresStore, database, owner: asyncpg.Connection
):
    """Which it cannot make since it is confined; a second line."""
    await owner.execute("grant temporary on database postgres to service")
    async with connection_of(store, database.service_url) as connection:
        await connection.execute("create temporary table streams as select * from streams")
        await connection.execute("create temporary table events as select * from events")
        await connection.fetch(APPEND, *append_arguments([command("thing-1", "a")]))
    await owner.execute("revoke temporary on database postgres from service")
    assert ids(await store.read_all(0, 10)) == named("a")


@pytest.mark.parametrize(
    "question",
    [
        "select * from {0}.events",
        "select * from {0}.read_all(0, 1)",
        "select * from {0}.append_many({array})".replace("{array}", ", ".join(["'{{}}'"] * 12)),
    ],
)
async def test_a_role_that_was_granted_nothing_gets_nothing(
    store: PostgresStore, database, owner: asyncpg.Connection, question: str
):
    await owner.execute("create role stranger login password 'only-for-tests'")
    await owner.execute("grant connect on database postgres to stranger")
    stranger = await asyncpg.connect(database.server.url(user="stranger", password="only-for-tests"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await stranger.fetch(question.format(await schema_of(store)))
    await stranger.close()
    await owner.execute("drop owned by stranger; drop role stranger")


# Refusing to start


async def test_opens_a_schema_that_is_up_to_date(database, new_schema: NewSchema):
    store = await open_store(database.service_url, await new_schema())
    assert (await store.append(command("thing-1", "a"))).outcome is Outcome.APPENDED
    await store.pool.close()


@pytest.mark.parametrize("value", ["off", "local"])
async def test_refuses_a_role_whose_commits_may_be_lost(
    database, new_schema: NewSchema, owner: asyncpg.Connection, value: str
):
    await owner.execute(f"""
        create role careless login password 'only-for-tests';
        grant connect on database postgres to careless;
        alter role careless set synchronous_commit = {value};
    """)
    with pytest.raises(StoreRefusesToStart, match=f"synchronous_commit={value}"):
        await open_store(database.server.url(user="careless", password="only-for-tests"), await new_schema())
    await owner.execute("drop owned by careless; drop role careless")


async def test_refuses_a_database_whose_commits_may_be_lost(database, owner: asyncpg.Connection):
    await owner.execute("create database careless")
    await owner.execute("alter database careless set synchronous_commit = off")
    with pytest.raises(StoreRefusesToStart, match="synchronous_commit=off"):
        await open_store(database.server.url("careless"), "public")
    await owner.execute("drop database careless with (force)")


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
async def test_refuses_a_server_that_a_power_cut_can_break(tmp_path: Path, setting: str):
    server = Postgres(tmp_path / "postgres", settings={setting: "off"})
    await server.start()
    with pytest.raises(StoreRefusesToStart, match=f"{setting}=off"):
        await open_store(server.url(), "public")
    await server.stop()


async def test_refuses_a_schema_from_the_future(database, new_schema: NewSchema, owner: asyncpg.Connection):
    schema = await new_schema()
    await owner.execute(f"insert into {schema}.migrations (number, name) values (999, 'later')")
    with pytest.raises(StoreRefusesToStart, match=r"newer version \(step 999\)"):
        await open_store(database.service_url, schema)


async def test_refuses_a_schema_that_lacks_a_step(database, new_schema: NewSchema, owner: asyncpg.Connection):
    schema = await new_schema()
    await owner.execute(f"delete from {schema}.migrations")
    with pytest.raises(StoreRefusesToStart, match=r"lacks store, .*; run: banen migrate"):
        await open_store(database.service_url, schema)


async def test_refuses_a_schema_that_was_never_migrated(database):
    with pytest.raises(StoreRefusesToStart, match='Schema "nowhere" lacks store'):
        await open_store(database.service_url, "nowhere")


async def test_says_that_a_server_is_away(database):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        url = f"postgresql://service@127.0.0.1:{taken.getsockname()[1]}/postgres"
        with pytest.raises(StoreUnavailable):
            await open_store(url, "public")


# Cut connections


async def test_a_cut_while_appending_is_said_and_the_same_command_can_be_sent_again(
    store: PostgresStore, database, owner: asyncpg.Connection
):
    schema = await schema_of(store)
    async with held(store, database.service_url, command("thing-1", "a")) as blocking:
        appending = asyncio.create_task(store.append(command("thing-1", "b")))
        await owner.execute("select pg_terminate_backend($1)", await until_blocked(owner, schema))
        with pytest.raises(StoreUnavailable):
            await appending
        await blocking.commit()
    assert (await store.append(command("thing-1", "b"))).outcome is Outcome.APPENDED
    assert ids(await store.read_all(0, 10)) == named("a", "b")


async def test_an_answer_that_was_lost_shows_as_a_repeat(store: PostgresStore):
    forgetful = PostgresStore(LosesFirstAnswer(store.pool))  # pyright: ignore[reportArgumentType]
    with pytest.raises(StoreUnavailable):
        await forgetful.append(command("thing-1", "a"))
    assert (await forgetful.append(command("thing-1", "a"))).outcome is Outcome.REPEATED
    assert ids(await store.read_all(0, 10)) == named("a")


class LosesFirstAnswer:
    """A pool whose first query is carried out, and whose answer does not arrive."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._lost = False

    async def fetch(self, *arguments: Any) -> Any:
        rows = await self._pool.fetch(*arguments)
        if not self._lost:
            self._lost = True
            raise ConnectionResetError
        return rows


async def test_cuts_among_many_callers_leave_one_copy_of_everything(
    store: PostgresStore, owner: asyncpg.Connection
):
    schema = await schema_of(store)
    names = [f"event-{number}" for number in range(1000)]
    one_at_a_time = asyncio.Lock()
    landed = cuts = 0

    async def cut() -> None:
        nonlocal cuts
        async with one_at_a_time:
            cuts += await owner.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1",
                schema,
            )

    async def insist(name: str) -> None:
        nonlocal landed
        while True:
            try:
                await store.append(command(f"thing-{name}", name, expected=0))
            except StoreUnavailable:
                continue
            landed += 1
            if landed % 100 == 1:
                await cut()
            return

    async with asyncio.timeout(60):
        await asyncio.gather(*(insist(name) for name in names))
    assert cuts > 0
    assert sorted(ids(await read_after_cuts(store))) == sorted(named(*names))


async def read_after_cuts(store: PostgresStore) -> list[StoredRecord]:
    """The last cut may still be found out by whoever comes next."""
    while True:
        try:
            return await store.read_all(0, 2000)
        except StoreUnavailable:
            continue


@pytest.mark.parametrize("error", UNREACHABLE)
async def test_whatever_a_lost_connection_looks_like_the_store_is_unavailable(error: type[Exception]):
    with pytest.raises(StoreUnavailable) as raised:
        async with reachable():
            raise error("row of Synthetic Person")
    assert "Synthetic" not in str(raised.value)


async def test_what_the_database_refuses_is_not_called_unavailable(store: PostgresStore):
    with pytest.raises(asyncpg.UndefinedTableError):
        async with reachable():
            await store.pool.execute("select * from nothing_of_the_kind")


async def test_input_that_no_database_could_take_does_not_look_like_a_database_that_is_away(
    store: PostgresStore,
):
    with pytest.raises(asyncpg.DataError, match="out of int64 range"):
        await store.append(command("thing-1", "a", expected=2**80))
