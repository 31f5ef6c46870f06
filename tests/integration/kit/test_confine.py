"""What a service's role cannot do to other partners on the same server, tried as that role."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest

from banen_employers.service import SERVICE as EMPLOYERS
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.definition import Service
from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.eventstore.port import Append, NewEvent, Outcome
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.postgres.confine import CONNECTIONS, confine_database
from banen_kit.postgres.connection import connect
from banen_kit.runtime.provision import provision_keys, provision_store
from banen_local.cluster.postgres import Postgres

PASSWORD = "only-for-tests"
WHO: list[tuple[str, Service]] = [("uaf", INTAKE), ("uaf", EMPLOYERS), ("uwv", INTAKE)]
ROLES = ["uaf_intake", "uaf_employers", "uwv_intake"]

LOCKS = [
    f"pg_{attempt}advisory_{span}lock{mode}({key})"
    for attempt in ("", "try_")
    for span in ("", "xact_")
    for mode in ("", "_shared")
    for key in ("(5::bigint << 56) | (1::bigint << 40)", "17, 1", "8, 1", "7, 1")
]
REFUSED = [
    *(f"select {lock}" for lock in LOCKS),
    "select lo_create(0)",
    "select lo_creat(-1)",
    "select lo_from_bytea(0, 'x')",
    "select lo_open(1, 131072)",
    "select lo_unlink(1)",
    "select pg_logical_emit_message(true, 'x', 'x')",
    "select pg_logical_emit_message(false, 'x', 'x'::bytea)",
    "create temporary table mine (a int)",
    "create table public.mine (a int)",
    "create schema mine",
    "create publication mine",
    "select pg_create_physical_replication_slot('mine')",
    "select pg_backup_start('mine')",
    "select pg_read_file('postgresql.conf')",
    "select pg_reload_conf()",
    "select pg_stat_reset()",
    "select * from public.banen_stores",
    "lock table public.banen_stores",
    "set temp_file_limit = -1",
    "set log_statement = 'all'",
    "alter role current_user connection limit -1",
    "alter database postgres connection limit 1",
    "copy (select 1) to program 'true'",
    "create role mine",
]


@dataclass
class Site:
    server: Postgres
    owner: asyncpg.Connection

    @asynccontextmanager
    async def as_role(self, role: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(
            self.server.url(user=role, password=PASSWORD), server_settings={"search_path": role}
        )
        try:
            yield connection
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """Stores and keys of two partners in one database: the worst case."""
    server = Postgres(
        tmp_path_factory.mktemp("shared") / "postgres",
        settings={"wal_recycle": "off", "max_connections": "60"},
    )

    async def prepare() -> None:
        await server.start()
        owner = await asyncpg.connect(server.url())
        for role in ROLES:
            await owner.execute(f"create role {role} login password '{PASSWORD}'")
        for _ in range(2):  # doing it again changes nothing
            for partner, service in WHO:
                await provision_store(owner, partner, service)
                await provision_keys(owner, partner, service)
        await owner.close()

    asyncio.run(prepare())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def site(server: Postgres) -> AsyncGenerator[Site]:
    owner = await asyncpg.connect(server.url())
    yield Site(server, owner)
    await owner.close()


async def refused(connection: asyncpg.Connection, statement: str) -> bool:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await transaction.rollback()
    return False


@pytest.mark.parametrize("role", ROLES)
async def test_a_service_takes_nothing_that_is_shared(site: Site, role: str):
    async with site.as_role(role) as connection:
        worked = [statement for statement in REFUSED if not await refused(connection, statement)]
    assert worked == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_service_sees_and_calls_nothing_of_another(site: Site, role: str):
    tables = await site.owner.fetch(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = any ($1)",
        [*(other for other in ROLES if other != role), "uwv_keys" if role.startswith("uaf") else "uaf_keys"],
    )
    calls = await site.owner.fetch(
        "select oid::regprocedure::text as name, pronamespace::regnamespace::text as schema from pg_proc"
        " where pronamespace = any ($1::regnamespace[]) and has_function_privilege($2, oid, 'execute')"
        " and has_schema_privilege($2, pronamespace, 'usage')",
        [*(other for other in ROLES if other != role), "uwv_keys" if role.startswith("uaf") else "uaf_keys"],
        role,
    )
    assert calls == []
    assert len(tables) > 20
    async with site.as_role(role) as connection:
        for row in tables:
            for statement in (f"select from {row['name']}", f"lock table {row['name']} in share mode"):
                assert await refused(connection, statement), statement


async def test_the_locks_that_a_store_needs_it_takes_all_the_same(site: Site):
    pool = await connect(site.server.url(user="uaf_intake", password=PASSWORD), "uaf_intake", max_size=4)
    event = NewEvent(await pool.fetchval("select gen_random_uuid()"), "thing-done", 1, "{}")
    store = PostgresStore(pool)
    assert (await store.append(Append("thing-1", (event,), 0, "{}"))).outcome is Outcome.APPENDED
    assert (await store.horizon()).settled
    async with site.as_role("uaf_intake") as first, site.as_role("uaf_intake") as second:
        assert await first.fetchval("select own_relay()")
        assert not await second.fetchval("select own_relay()")
        async with site.as_role("uwv_intake") as other:
            assert await other.fetchval("select own_relay()")
    await pool.close()


async def test_a_service_has_so_many_connections_and_others_still_have_theirs(site: Site):
    address = site.server.url(user="uaf_employers", password=PASSWORD)
    held = [await asyncpg.connect(address) for _ in range(CONNECTIONS)]
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await asyncpg.connect(address)
    async with site.as_role("uwv_intake") as other:
        assert await other.fetchval("select 1") == 1
    for connection in held:
        await connection.close()


async def test_who_was_not_let_into_the_database_does_not_connect(site: Site):
    await site.owner.execute(f"create role stranger login password '{PASSWORD}'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(site.server.url(user="stranger", password=PASSWORD))
    await site.owner.execute("drop role stranger")


async def test_a_transaction_that_stands_is_ended_and_temporary_files_have_a_limit(site: Site):
    async with site.as_role("uaf_intake") as connection:
        for setting in ("idle_in_transaction_session_timeout", "temp_file_limit"):
            assert await connection.fetchval("select current_setting($1)", setting) not in ("0", "-1")


async def test_only_a_superuser_can_confine(site: Site):
    async with site.as_role("uaf_intake") as connection:
        with pytest.raises(StoreRefusesToStart, match="must be a superuser"):
            await confine_database(connection)
