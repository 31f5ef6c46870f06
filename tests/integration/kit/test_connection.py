"""What PostgreSQL says is told apart: away, not now, full, read-only, or no; and a wrong setting is named at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from banen_kit.core.errors import StoreFull, StoreReadOnly, StoreRefusesToStart, StoreUnavailable
from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.postgres.connection import (
    Pool,
    connect,
    reachable,
    refuse_foreign_schema,
    refuse_read_only,
    refuse_wrong_keys,
    when_reachable,
)
from banen_local.cluster.folder import free_port
from banen_local.cluster.postgres import Postgres


@pytest.fixture
async def pool(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    pool = await connect(database.service_url, await new_schema(), max_size=2)
    yield pool
    await pool.close()


async def run(pool: Pool, statement: str) -> None:
    async with reachable():
        await pool.execute(statement)


def raising(code: str) -> str:
    return f"do $$ begin raise exception sqlstate '{code}'; end $$"


@pytest.mark.parametrize(
    "code", ["08006", "40001", "40P01", "53200", "53300", "55P03", "57014", "57P01", "57P03", "58030"]
)
async def test_not_now_is_unavailable(pool: Pool, code: str):
    with pytest.raises(StoreUnavailable) as caught:
        await run(pool, raising(code))
    assert type(caught.value) is StoreUnavailable


async def test_a_full_disk_is_called_that(pool: Pool):
    with pytest.raises(StoreFull, match="disk of PostgreSQL is full"):
        await run(pool, raising("53100"))


async def test_a_database_that_takes_no_changes_is_called_that(pool: Pool):
    await pool.execute("set default_transaction_read_only = on")
    event = NewEvent(UUID(int=1), "thing-done", 1, "{}")
    with pytest.raises(StoreReadOnly, match="read-only"):
        await refuse_read_only(pool)
    with pytest.raises(StoreReadOnly, match="read-only"):
        await PostgresStore(pool).append(Append("thing-1", (event,), 0, "{}"))


async def test_a_cancelled_statement_is_unavailable(pool: Pool):
    async def cancel() -> None:
        while not await pool.fetchval(
            "select pg_cancel_backend(pid) from pg_stat_activity"
            " where query like 'select pg_sleep%' and state = 'active' and usename = current_user"
        ):
            continue

    cancelling = asyncio.create_task(cancel())
    with pytest.raises(StoreUnavailable, match="QueryCanceledError"):
        await run(pool, "select pg_sleep(60)")
    await cancelling


async def test_a_statement_timeout_is_unavailable(pool: Pool):
    await pool.execute("set statement_timeout = 10")
    with pytest.raises(StoreUnavailable, match="QueryCanceledError"):
        await run(pool, "select pg_sleep(60)")


async def test_a_fault_of_our_own_is_no_bad_day(pool: Pool):
    with pytest.raises(asyncpg.UndefinedTableError):
        await run(pool, "select * from nothing_of_that_name")


def told(_: str) -> None:
    raise AssertionError("it waited")


async def test_a_wrong_password_is_told_at_once(database: Any):
    url = database.server.url(user="service", password="wrong")
    with pytest.raises(StoreRefusesToStart, match="refuses the user or the password"):
        await when_reachable(url, "t", told)


async def test_a_database_that_does_not_exist_is_told_at_once(database: Any):
    url = database.service_url.replace("/postgres", "/nothing")
    with pytest.raises(StoreRefusesToStart, match="no such database"):
        await when_reachable(url, "t", told)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "http://127.0.0.1/x",
        "postgresql://a:b@127.0.0.1:port/x",
        "postgresql://a:b@127.0.0.1:99999/x",
    ],
)
async def test_what_is_no_address_is_told_at_once(url: str):
    with pytest.raises(StoreRefusesToStart, match="no address"):
        await when_reachable(url, "t", told)


async def test_waiting_for_a_database_is_said_once():
    said: list[str] = []
    url = f"postgresql://a:b@127.0.0.1:{free_port()}/x"
    with pytest.raises(StoreUnavailable):
        await when_reachable(url, "t", said.append, attempts=3)
    assert said == ["PostgreSQL cannot be reached: ConnectionRefusedError"]


async def test_a_schema_of_somebody_else_is_refused(
    pool: Pool, database: Any, new_schema: Callable[..., Awaitable[str]]
):
    schema = await new_schema()
    await refuse_foreign_schema(pool, schema)
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(f'revoke usage on schema "{schema}" from service')
    await owner.close()
    with pytest.raises(StoreRefusesToStart, match="of another service or partner"):
        await refuse_foreign_schema(pool, schema)


async def test_keys_of_another_partner_are_refused(keys_pool: Pool, keys_cluster: Postgres):
    await refuse_wrong_keys(keys_pool, "uaf_keys")
    owner = await asyncpg.connect(keys_cluster.url())
    await owner.execute("create schema if not exists emplooi_keys")
    await owner.close()
    with pytest.raises(StoreRefusesToStart, match="of another service or partner"):
        await refuse_wrong_keys(keys_pool, "emplooi_keys")


async def test_keys_that_were_not_migrated_are_refused(keys_pool: Pool):
    with pytest.raises(StoreRefusesToStart, match="banen migrate --keys"):
        await refuse_wrong_keys(keys_pool, "nothing_keys")
