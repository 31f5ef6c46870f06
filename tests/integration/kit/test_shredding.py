"""A destroyed key is gone: no file of its cluster holds it, and what stands in the way is an error."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from banen_kit.core.decider import DomainEvent
from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.crypto import shredding as destroy
from banen_kit.crypto.keys import NotDestroyed
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.crypto.shredding import refuse_recycling
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import Pool
from banen_kit.runtime.opening import reapplied
from banen_local.cluster.postgres import Postgres

MASTER = MasterKey(bytes(range(32)))
EVERYBODY = [f"p{number:03}" for number in range(120)]
"""So many that ANALYZE would keep a sample of their keys, if it were let."""
GONE = ["p003", "p077"]


@pytest.fixture
def keys(keys_pool: Pool) -> PostgresKeys:
    return PostgresKeys(keys_pool, MASTER)


@pytest.fixture
def data(keys_cluster: Postgres) -> Path:
    return keys_cluster.folder / "data"


@pytest.fixture
async def wrapped(keys: PostgresKeys, keys_owner: asyncpg.Connection) -> Mapping[str, bytes]:
    """Everybody's key as it stands on the disk, linked in one case, sampled and checkpointed."""
    await keys.keys_for(EVERYBODY)
    await keys.link([("p003", "p077")])
    await keys_owner.execute("analyze keys")
    await keys_owner.execute("checkpoint")
    return {row["person"]: row["wrapped"] for row in await keys_owner.fetch("select * from keys")}


def files_with(data: Path, needle: bytes) -> list[str]:
    found: list[str] = []
    for path in data.rglob("*"):
        try:
            if path.is_file() and needle in path.read_bytes():
                found.append(str(path.relative_to(data)))
        except FileNotFoundError:
            continue  # a segment that was removed while we looked
    return found


async def test_no_file_of_the_cluster_holds_a_destroyed_key(
    keys: PostgresKeys, keys_pool: Pool, wrapped: Mapping[str, bytes], data: Path
):
    before = await keys.keys_for(EVERYBODY)
    for person in GONE:
        places = files_with(data, wrapped[person])
        assert any(place.startswith("base/") for place in places), places
        assert any(place.startswith("pg_wal/") for place in places), places
    done = await keys.destroy(["p003"])
    assert [(one.person, one.already) for one in done] == [("p003", False), ("p077", False)]
    assert {person: files_with(data, wrapped[person]) for person in GONE} == {"p003": [], "p077": []}
    after = await PostgresKeys(keys_pool, MASTER).find_keys(EVERYBODY)
    assert after == {**before, "p003": None, "p077": None}
    assert files_with(data, wrapped["p004"]) != []


async def test_a_key_that_goes_alone_is_gone_from_the_disk_too(
    keys: PostgresKeys, wrapped: Mapping[str, bytes], data: Path
):
    await keys.destroy(["p003"], alone=True)
    assert files_with(data, wrapped["p003"]) == []
    assert files_with(data, wrapped["p077"]) != []


@pytest.mark.parametrize("step", ["_rewrite_table", "_leave_log"])
async def test_without_either_step_a_destroyed_key_is_still_on_the_disk(
    keys: PostgresKeys,
    wrapped: Mapping[str, bytes],
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
):
    """The search above finds what the steps are for."""

    async def nothing(_: object) -> None:
        return

    monkeypatch.setattr(destroy, step, nothing)
    await keys.destroy(["p003"])
    where = {"_rewrite_table": "base/", "_leave_log": "pg_wal/"}[step]
    assert any(place.startswith(where) for place in files_with(data, wrapped["p003"]))


async def test_a_sample_of_the_keys_is_nowhere(wrapped: Mapping[str, bytes], keys_owner: asyncpg.Connection):
    sampled = await keys_owner.fetch("select attname from pg_stats where tablename = 'keys'")
    assert "person" in [row["attname"] for row in sampled]
    assert "wrapped" not in [row["attname"] for row in sampled]


async def test_several_destructions_at_once_all_come_true(
    keys: PostgresKeys, keys_pool: Pool, wrapped: Mapping[str, bytes], data: Path
):
    others = [PostgresKeys(keys_pool, MASTER) for _ in range(3)]
    people = EVERYBODY[20:40]
    await asyncio.gather(
        *((others[number % 3]).destroy([person]) for number, person in enumerate(people)),
        keys.destroy(people[:5]),
    )
    for person in people[::5]:
        assert files_with(data, wrapped[person]) == []
    found = await PostgresKeys(keys_pool, MASTER).find_keys(EVERYBODY)
    assert sorted(person for person, key in found.items() if key is None) == people


@pytest.fixture
async def older_reader(keys_cluster: Postgres) -> AsyncGenerator[asyncpg.Connection]:
    """Has a snapshot of before, as a backup under way does."""
    connection = await asyncpg.connect(keys_cluster.url())
    await connection.execute("begin isolation level repeatable read")
    await connection.fetchval("select count(*) from pg_class")
    yield connection
    await connection.close()


async def test_an_older_reader_stands_in_the_way_and_a_repeat_goes_on(
    keys_pool: Pool,
    keys_owner: asyncpg.Connection,
    wrapped: Mapping[str, bytes],
    data: Path,
    older_reader: asyncpg.Connection,
):
    keys = PostgresKeys(keys_pool, MASTER, patience=1.0)
    with pytest.raises(NotDestroyed, match="still on the disk"):
        await keys.destroy(["p003"])
    assert await keys.find_keys(GONE) == dict.fromkeys(GONE)
    assert files_with(data, wrapped["p003"]) != []
    assert await keys.left_to_destroy(["p003"], [], []) == {"p003", "p077"}
    await older_reader.execute("rollback")
    done = await keys.destroy(["p003"])
    assert [one.already for one in done] == [False, False]
    # A backup that was made in between may hold them.
    assert {one.gone_at for one in done if one.gone_at > one.at} == {done[0].gone_at}
    assert files_with(data, wrapped["p003"]) == []
    assert {one.gone_at for one in await keys.destroy(["p003"])} == {done[0].gone_at}
    assert await keys.left_to_destroy(["p003"], [], []) == set()


async def test_an_older_reader_who_leaves_in_time_does_no_harm(
    keys: PostgresKeys, wrapped: Mapping[str, bytes], data: Path, older_reader: asyncpg.Connection
):
    destroying = asyncio.create_task(keys.destroy(["p003"]))
    while await keys.find_keys(["p003"]) != {"p003": None}:
        await older_reader.fetchval("select 1")
    await older_reader.execute("rollback")
    await destroying
    assert files_with(data, wrapped["p003"]) == []


async def test_keys_are_made_and_found_while_a_reader_of_the_table_stands_in_the_way(
    keys: PostgresKeys,
    keys_pool: Pool,
    wrapped: Mapping[str, bytes],
    data: Path,
    older_reader: asyncpg.Connection,
):
    await older_reader.execute("select * from uaf_keys.keys limit 1")
    destroying = asyncio.create_task(keys.destroy(["p003"]))
    others = PostgresKeys(keys_pool, MASTER)
    for number in range(3):
        while not await is_waiting_for_a_lock(older_reader):
            assert not destroying.done()
        assert await others.keys_for([f"new-{number}"])
    assert not destroying.done()
    await older_reader.execute("rollback")
    await destroying
    assert files_with(data, wrapped["p003"]) == []


async def is_waiting_for_a_lock(connection: asyncpg.Connection) -> bool:
    await connection.execute("select pg_stat_clear_snapshot()")
    return await connection.fetchval(
        "select exists (select from pg_stat_activity where query like 'vacuum%' and wait_event_type = 'Lock')"
    )


async def test_a_log_that_somebody_keeps_stands_in_the_way(
    keys_pool: Pool, keys_owner: asyncpg.Connection, wrapped: Mapping[str, bytes]
):
    await keys_owner.execute("select pg_create_physical_replication_slot('kept', true)")
    try:
        with pytest.raises(NotDestroyed, match="keeps the log"):
            await PostgresKeys(keys_pool, MASTER, patience=1.0).destroy(["p003"])
    finally:
        await keys_owner.execute("select pg_drop_replication_slot('kept')")
    await PostgresKeys(keys_pool, MASTER).destroy(["p003"])


async def test_a_right_that_is_missing_is_an_error(
    keys: PostgresKeys, keys_owner: asyncpg.Connection, wrapped: Mapping[str, bytes]
):
    await keys_owner.execute('revoke maintain on keys from "keys-user"')
    with pytest.raises(NotDestroyed):
        await keys.destroy(["p003"])
    await keys_owner.execute('grant maintain on keys to "keys-user"')
    await keys_owner.execute('revoke execute on function pg_catalog.pg_switch_wal() from "keys-user"')
    with pytest.raises(NotDestroyed, match="permission denied"):
        await keys.destroy(["p003"])


# Where keys can be destroyed at all


async def test_takes_a_cluster_that_does_not_keep_its_log(keys_pool: Pool):
    await refuse_recycling(keys_pool)


async def test_refuses_a_cluster_that_recycles_its_log(store: PostgresStore):
    with pytest.raises(StoreRefusesToStart, match="wal_recycle=off"):
        await refuse_recycling(store.pool)


async def test_refuses_a_cluster_that_keeps_its_log(keys_pool: Pool, keys_owner: asyncpg.Connection):
    async def kept() -> str:
        await keys_owner.execute("select pg_reload_conf()")
        return await keys_pool.fetchval("show wal_keep_size")

    await keys_owner.execute("alter system set wal_keep_size = '16MB'")
    try:
        while await kept() == "0":
            pass
        with pytest.raises(StoreRefusesToStart, match="wal_keep_size=0"):
            await refuse_recycling(keys_pool)
    finally:
        await keys_owner.execute("alter system reset wal_keep_size")
        while await kept() != "0":
            pass


class Forgotten(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "forgotten"
    person_ref: UUID
    alone: bool

    def erased_person(self) -> UUID:
        return self.person_ref

    def erases_alone(self) -> bool:
        return self.alone


async def test_a_service_starts_once_keys_are_overwritten_and_sweeps_the_disk_meanwhile(
    keys_pool: Pool, keys_owner: asyncpg.Connection, data: Path, older_reader: asyncpg.Connection
):
    """An erasure of somebody and one of a reference alone, then a start while a dump of the keys is under way."""
    persons = [UUID(int=1), UUID(int=2)]
    hasty, patient = (PostgresKeys(keys_pool, MASTER, patience=patience) for patience in (0.3, 30.0))
    await hasty.keys_for([str(person) for person in persons])
    stored = [row["wrapped"] for row in await keys_owner.fetch("select * from keys")]
    store = MemoryStore()
    for number, person in enumerate(persons, 1):
        body = Forgotten(person_ref=person, alone=number == 2).model_dump_json()
        event = NewEvent(UUID(int=number), Forgotten.TYPE, 1, body)
        await store.append(Append(f"person-{person}", (event,), 0, "{}"))
    repository: EventRepository[Any] = EventRepository(store, EventSerializer([Forgotten]), patient)
    faults = Faults(Metrics.create(CollectorRegistry()))

    [loop] = await reapplied(repository, hasty, faults)
    assert await hasty.find_keys(map(str, persons)) == {str(person): None for person in persons}
    assert not faults.open()["sweep"].still_ready
    assert any(files_with(data, key) for key in stored)

    sweeping = asyncio.ensure_future(loop())
    await older_reader.execute("rollback")
    deadline = asyncio.get_running_loop().time() + 30
    while faults.open():
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"
        await asyncio.sleep(0.01)
    assert [files_with(data, key) for key in stored] == [[], []]
    sweeping.cancel()
    assert await reapplied(repository, hasty, faults) == []
