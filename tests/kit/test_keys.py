"""Persons' keys: made once, kept wrapped, destroyed for good, and reached through one function only."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from banen_kit.keys import Keys, MasterKey, MemoryKeys, PostgresKeys
from banen_kit.postgres import Pool, connect, grant_keys, migrate, migrations
from banen_kit.store import StoreRefusesToStart, StoreUnavailable
from banen_local.postgres import Postgres

MASTER = MasterKey(bytes(range(32)))
ROLE = "keys-user"
PASSWORD = "only-for-tests"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server beside that of the stores, as everywhere."""
    server = Postgres(tmp_path_factory.mktemp("keys") / "postgres")

    async def prepare() -> None:
        await server.start()
        owner = await asyncpg.connect(server.url())
        await owner.execute(f"create role \"{ROLE}\" login password '{PASSWORD}'")
        await owner.close()

    asyncio.run(prepare())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def owner(cluster: Postgres) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(cluster.url(), server_settings={"search_path": "uaf_keys"})
    await migrate(connection, "uaf_keys", migrations(["banen_kit"], "keys_sql"))
    await grant_keys(connection, "uaf_keys", ROLE)
    yield connection
    await connection.execute("drop schema uaf_keys cascade")
    await connection.close()


@pytest.fixture
async def pool(cluster: Postgres, owner: asyncpg.Connection) -> AsyncGenerator[Pool]:
    pool = await connect(cluster.url(user=ROLE, password=PASSWORD), "uaf_keys")
    yield pool
    await pool.close()


@pytest.fixture(params=["memory", "postgresql"])
def keys(request: pytest.FixtureRequest, pool: Pool) -> Keys:
    return MemoryKeys() if request.param == "memory" else PostgresKeys(pool, MASTER)


async def destroy(owner: asyncpg.Connection, person: str) -> None:
    await owner.execute(
        "update keys set wrapped = null, destroyed_at = clock_timestamp() where person = $1", person
    )


async def test_makes_a_key_of_32_bytes_at_first_use_and_keeps_it(keys: Keys):
    first = await keys.keys_for(["p1", "p2"])
    assert [len(key or b"") for key in first.values()] == [32, 32]
    assert first["p1"] != first["p2"]
    assert await keys.keys_for(["p2", "p1", "p1"]) == first


async def test_nobody_asked_for_gets_no_key(keys: Keys):
    assert await keys.keys_for([]) == {}


async def test_many_who_ask_at_once_get_the_same_key(pool: Pool, owner: asyncpg.Connection):
    askers = [PostgresKeys(pool, MASTER) for _ in range(4)]
    people = [f"p{number}" for number in range(20)]
    found = await asyncio.gather(*(asker.keys_for(people) for asker in askers for _ in range(5)))
    assert all(keys == found[0] for keys in found)
    assert await owner.fetchval("select count(*) from keys") == 20


async def test_keeps_keys_wrapped_and_another_master_key_does_not_open_them(
    pool: Pool, owner: asyncpg.Connection
):
    key = (await PostgresKeys(pool, MASTER).keys_for(["p1"]))["p1"]
    wrapped = await owner.fetchval("select wrapped from keys")
    assert key
    assert key not in wrapped
    assert MASTER.unwrap(wrapped) == key
    with pytest.raises(InvalidUnwrap):
        await PostgresKeys(pool, MasterKey(bytes(32))).keys_for(["p1"])


async def test_a_destroyed_key_leaves_a_tombstone_and_is_never_made_again(
    pool: Pool, owner: asyncpg.Connection
):
    keys = PostgresKeys(pool, MASTER)
    before = await keys.keys_for(["p1", "p2"])
    await destroy(owner, "p1")
    for _ in range(2):
        assert await keys.keys_for(["p1", "p2"]) == {"p1": None, "p2": before["p2"]}


async def test_a_key_that_cannot_be_had_is_an_error_and_no_erasure(pool: Pool):
    keys = PostgresKeys(pool, MASTER)
    await keys.keys_for(["p1"])
    await pool.close()
    with pytest.raises(StoreUnavailable):
        await keys.keys_for(["p1"])


async def test_partners_have_keys_of_their_own(cluster: Postgres, pool: Pool, owner: asyncpg.Connection):
    await migrate(owner, "uwv_keys", migrations(["banen_kit"], "keys_sql"))
    other_pool = await connect(cluster.url(), "uwv_keys")
    ours = await PostgresKeys(pool, MASTER).keys_for(["p1"])
    theirs = await PostgresKeys(other_pool, MASTER).keys_for(["p1"])
    await other_pool.close()
    await owner.execute("drop schema uwv_keys cascade")
    assert ours != theirs


@pytest.mark.parametrize(
    "statement",
    [
        "select * from keys",
        "select count(*) from keys",
        "insert into keys (person) values ('p2')",
        "update keys set wrapped = null",
        "delete from keys",
        "truncate keys",
        "drop table keys",
        "select * from migrations",
        "create table uaf_keys.more (number int)",
    ],
)
async def test_a_service_may_only_call_keys_for(pool: Pool, owner: asyncpg.Connection, statement: str):
    await PostgresKeys(pool, MASTER).keys_for(["p1"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
    assert await owner.fetchval("select count(*) from keys where wrapped is not null") == 1


async def test_a_role_that_was_granted_nothing_gets_no_key(cluster: Postgres, owner: asyncpg.Connection):
    await owner.execute(f"create role stranger login password '{PASSWORD}'")
    stranger = await asyncpg.connect(cluster.url(user="stranger", password=PASSWORD))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await stranger.fetch("select * from uaf_keys.keys_for('{p1}', '{x}')")
    await stranger.close()
    await owner.execute("drop role stranger")


async def test_a_temporary_table_of_the_service_does_not_catch_its_keys(
    cluster: Postgres, owner: asyncpg.Connection
):
    service = await asyncpg.connect(
        cluster.url(user=ROLE, password=PASSWORD), server_settings={"search_path": "uaf_keys"}
    )
    await service.execute("create temporary table keys (person text primary key, wrapped bytea)")
    await service.fetch("select * from uaf_keys.keys_for('{p1}', '{x}')")
    await service.close()
    assert await owner.fetchval("select count(*) from uaf_keys.keys") == 1


# Fingerprints and the master key


def test_a_fingerprint_depends_on_the_text_and_on_the_key_it_is_under():
    prints = {
        MASTER.fingerprint(b"one"),
        MASTER.fingerprint(b"two"),
        MASTER.fingerprint(b"one", b"1" * 32),
        MASTER.fingerprint(b"one", b"2" * 32),
        MasterKey(bytes(32)).fingerprint(b"one"),
    }
    assert len(prints) == 5
    assert MASTER.fingerprint(b"one") == MasterKey(bytes(range(32))).fingerprint(b"one")


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "master-key"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_reads_the_master_key_from_a_file_of_its_own(tmp_path: Path):
    read = MasterKey.read(written(tmp_path, bytes(range(32)).hex() + "\n"))
    assert read.fingerprint(b"one") == MASTER.fingerprint(b"one")


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("00" * 32, 0o640, "can be read by others; chmod 600 it"),
        ("00" * 32, 0o604, "can be read by others; chmod 600 it"),
        ("00" * 31, 0o600, "holds less than 32 bytes"),
        ("", 0o600, "holds less than 32 bytes"),
        ("not hexadecimal at all", 0o600, "holds something else than hexadecimal"),
        ("é" * 64, 0o600, "holds something else than hexadecimal"),
    ],
)
def test_refuses_a_master_key_that_is_not_safe(tmp_path: Path, text: str, mode: int, message: str):
    with pytest.raises(StoreRefusesToStart, match=message):
        MasterKey.read(written(tmp_path, text, mode))


def test_refuses_a_master_key_that_is_not_there(tmp_path: Path):
    with pytest.raises(StoreRefusesToStart, match="does not exist"):
        MasterKey.read(tmp_path / "master-key")


async def test_a_service_does_not_start_with_another_master_key(pool: Pool, owner: asyncpg.Connection):
    await PostgresKeys(pool, MASTER).refuse_other_master()
    await PostgresKeys(pool, MASTER).refuse_other_master()
    with pytest.raises(StoreRefusesToStart, match="another master key"):
        await PostgresKeys(pool, MasterKey(bytes(32))).refuse_other_master()
