"""Bringing a schema up to date: once, in order, all or nothing, also when several try at once."""

import asyncio
import json
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.messaging.wire import lines_of
from banen_kit.postgres.connection import Migration, connect, migrate, migrations, refuse_wrong_schema

FIRST = Migration(1, "first", "create table thing (number int); insert into thing values (1)")
SECOND = Migration(2, "second", "insert into thing values (2)")
BROKEN = Migration(3, "broken", "insert into thing values (3); select 1 / 0")


@pytest.fixture
async def owner(database) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def schema(owner: asyncpg.Connection) -> AsyncGenerator[str]:
    """A name that is free, before and after."""
    yield "fresh"
    await owner.execute("drop schema if exists fresh cascade")
    await owner.execute("delete from public.banen_stores where schema = 'fresh'")


async def things(owner: asyncpg.Connection, schema: str) -> list[int]:
    return [row[0] for row in await owner.fetch(f"select number from {schema}.thing order by 1")]


async def test_takes_the_steps_in_order_and_names_them(owner: asyncpg.Connection, schema: str):
    assert await migrate(owner, schema, [FIRST, SECOND]) == ["first", "second"]
    assert await things(owner, schema) == [1, 2]


async def test_takes_each_step_once(owner: asyncpg.Connection, schema: str):
    await migrate(owner, schema, [FIRST])
    assert await migrate(owner, schema, [FIRST]) == []
    assert await migrate(owner, schema, [FIRST, SECOND]) == ["second"]
    assert await things(owner, schema) == [1, 2]


async def test_takes_each_step_once_when_many_try_at_the_same_moment(database, schema: str, owner):
    connections = [await asyncpg.connect(database.owner_url) for _ in range(8)]
    done = await asyncio.gather(*(migrate(connection, schema, [FIRST, SECOND]) for connection in connections))
    assert sorted(done) == [[]] * 7 + [["first", "second"]]
    assert await things(owner, schema) == [1, 2]
    for connection in connections:
        await connection.close()


async def test_a_step_that_fails_leaves_the_schema_as_it_was(owner: asyncpg.Connection, schema: str):
    await migrate(owner, schema, [FIRST])
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(owner, schema, [FIRST, SECOND, BROKEN])
    assert await things(owner, schema) == [1]
    assert await migrate(owner, schema, [FIRST, SECOND]) == ["second"]


async def test_leaves_a_schema_from_the_future_alone(owner: asyncpg.Connection, schema: str):
    await migrate(owner, schema, [FIRST, SECOND])
    with pytest.raises(StoreRefusesToStart, match=r'"fresh" was migrated by a newer version \(step 2\)'):
        await migrate(owner, schema, [FIRST])


async def test_keeps_the_number_of_a_store(owner: asyncpg.Connection, schema: str):
    await migrate(owner, schema, migrations(["banen_kit"]))
    before = await owner.fetchval(f"select {schema}.store_number()")
    await migrate(owner, schema, migrations(["banen_kit"]))
    assert await owner.fetchval(f"select {schema}.store_number()") == before


async def test_leaves_the_search_path_of_the_connection_as_it_was(owner: asyncpg.Connection, schema: str):
    before = await owner.fetchval("show search_path")
    await migrate(owner, schema, [FIRST])
    assert await owner.fetchval("show search_path") == before


@pytest.mark.parametrize(
    ("steps", "message"),
    [([FIRST, SECOND], "lacks second; run: banen migrate"), ([], r"newer version \(step 1\)")],
)
async def test_a_service_starts_on_its_own_steps_only(
    database, owner: asyncpg.Connection, schema: str, steps: list[Migration], message: str
):
    await migrate(owner, schema, [FIRST])
    pool = await connect(database.owner_url, schema)
    await refuse_wrong_schema(pool, schema, [FIRST])
    with pytest.raises(StoreRefusesToStart, match=message):
        await refuse_wrong_schema(pool, schema, steps)
    await pool.close()


@pytest.mark.parametrize(("packages", "folder"), [(["banen_kit"], "sql"), (["banen_kit"], "keys_sql")])
def test_finds_the_steps_of_a_package_by_their_numbers(packages: list[str], folder: str):
    found = migrations(packages, folder)
    assert [step.number for step in found] == list(range(1, len(found) + 1))
    assert all(step.sql for step in found)


def test_numbers_of_different_packages_do_not_clash():
    numbers = [step.number for step in migrations(["banen_kit", "banen_reporting"])]
    assert numbers == sorted(set(numbers))


async def test_headers_that_were_kept_as_json_become_the_lines_that_were_sent(
    owner: asyncpg.Connection, schema: str
):
    steps = migrations(["banen_kit"])
    await migrate(owner, schema, [step for step in steps if step.number < 10])
    headers = {"content-type": "application/json", "ce-subject": "a\\b%20c", "ce-id": "1"}
    await owner.execute(
        "insert into fresh.publications values (1, 1, gen_random_uuid(), 'evt.x', $1, '{}')",
        json.dumps(headers),
    )
    await migrate(owner, schema, steps)
    assert await owner.fetchval("select headers from fresh.publications") == lines_of(headers)
    with pytest.raises(asyncpg.CheckViolationError):  # a relay of before that is still running
        await owner.execute(
            "insert into fresh.publications values (2, 2, gen_random_uuid(), 'evt.x', $1, '{}')",
            json.dumps(headers),
        )
