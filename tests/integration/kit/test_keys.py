"""Persons' keys: made once, kept wrapped, linked, destroyed for good, and reached through a few functions only."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from banen_kit.core.decider import PersonErased
from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.keys import (
    MASTER_CHECK,
    PARTNER_FINGERPRINT,
    PARTNER_SIGNING,
    Keys,
    MasterKeyDiffers,
    NotDestroyed,
    fingerprint_under,
)
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import CACHE_SECONDS, PostgresKeys
from banen_kit.postgres.connection import Pool, connect, grant_keys, migrate, migrations
from banen_local.cluster.postgres import Postgres

MASTER = MasterKey(bytes(range(32)))
OTHER_MASTER = MasterKey(bytes(32))


@pytest.fixture(params=["memory", "postgresql"])
def keys(request: pytest.FixtureRequest, keys_pool: Pool) -> Keys:
    return MemoryKeys() if request.param == "memory" else PostgresKeys(keys_pool, MASTER)


# What every adapter promises


async def test_makes_a_key_of_32_bytes_at_first_use_and_keeps_it(keys: Keys):
    first = await keys.keys_for(["p1", "p2"])
    assert [len(key or b"") for key in first.values()] == [32, 32]
    assert first["p1"] != first["p2"]
    assert await keys.keys_for(["p2", "p1", "p1"]) == first


async def test_nobody_asked_for_gets_no_key(keys: Keys):
    assert await keys.keys_for([]) == {}
    assert await keys.find_keys([]) == {}


async def test_finding_a_key_never_makes_one(keys: Keys):
    made = await keys.keys_for(["p1"])
    assert await keys.find_keys(["p1", "p2"]) == made
    assert await keys.find_keys(["p2"]) == {}


async def test_a_destroyed_key_leaves_a_tombstone_and_is_never_made_again(keys: Keys):
    before = await keys.keys_for(["p1", "p2"])
    (done,) = await keys.destroy(["p1"])
    assert (done.person, done.already) == ("p1", False)
    for _ in range(2):
        assert await keys.keys_for(["p1", "p2"]) == {"p1": None, "p2": before["p2"]}
        assert await keys.find_keys(["p1", "p2"]) == {"p1": None, "p2": before["p2"]}


async def test_destroying_again_says_so_and_changes_nothing(keys: Keys):
    (first,) = await keys.destroy(["p1"])
    (second,) = await keys.destroy(["p1"])
    assert (first.already, second.already) == (False, True)
    assert first.at == second.at


async def test_tells_what_was_destroyed_and_destroys_nothing_itself(keys: Keys):
    made = await keys.keys_for(["p1", "p2", "p3"])
    await keys.link([("p1", "p2")])
    with pytest.raises(NotDestroyed):
        await keys.destroyed("p1", alone=False)
    assert await keys.find_keys(["p1", "p2", "p3"]) == made
    done = await keys.destroy(["p1"])
    told = await keys.destroyed("p2", alone=False)
    assert [(one.person, one.at, one.gone_at) for one in told] == [
        (one.person, one.at, one.gone_at) for one in done
    ]
    assert [one.person for one in await keys.destroyed("p2", alone=True)] == ["p2"]
    with pytest.raises(NotDestroyed):
        await keys.destroyed("p3", alone=True)


async def test_destroying_nobody_does_nothing(keys: Keys):
    assert await keys.destroy([]) == []


async def test_whoever_never_had_a_key_never_gets_one_once_destroyed(keys: Keys):
    await keys.destroy(["p1"])
    assert await keys.keys_for(["p1"]) == {"p1": None}


async def test_links_lead_both_ways_and_through_others(keys: Keys):
    await keys.link([("p2", "p1")])
    await keys.link([("p2", "p3"), ("p4", "p5")])
    for person in ("p1", "p2", "p3"):
        assert await keys.linked(person) == {"p1", "p2", "p3"}
    assert await keys.linked("p6") == {"p6"}


async def test_linking_again_changes_nothing(keys: Keys):
    for _ in range(2):
        await keys.link([("p1", "p2"), ("p2", "p1"), ("p1", "p1")])
    assert await keys.linked("p1") == {"p1", "p2"}


async def test_destroying_one_reference_destroys_all_that_are_linked_to_it(keys: Keys):
    before = await keys.keys_for(["p1", "p2", "p9"])
    await keys.link([("p1", "p2"), ("p2", "p3")])
    done = await keys.destroy(["p2"])
    assert [one.person for one in done] == ["p1", "p2", "p3"]
    assert await keys.keys_for(["p1", "p2", "p3", "p9"]) == {
        "p1": None,
        "p2": None,
        "p3": None,
        "p9": before["p9"],
    }


@pytest.mark.parametrize("pair", [("p1", "p9"), ("p9", "p1"), ("p2", "p9"), ("p3", "p9")])
async def test_links_nothing_to_an_erased_person(keys: Keys, pair: tuple[str, str]):
    await keys.link([("p1", "p2"), ("p2", "p3")])
    await keys.destroy(["p1"])
    with pytest.raises(PersonErased):
        await keys.link([("p7", "p8"), pair])
    assert await keys.linked("p9") == {"p9"}
    assert await keys.linked("p7") == {"p7"}
    assert await keys.find_keys(["p7", "p8", "p9"]) == {}


async def test_of_many_who_link_at_once_only_those_to_an_erased_person_are_refused(keys: Keys):
    await keys.destroy(["gone"])
    pairs = [(f"p{n}", "gone" if n % 3 == 0 else f"q{n}") for n in range(30)]
    results = await asyncio.gather(*(keys.link([pair]) for pair in pairs), return_exceptions=True)
    assert [isinstance(result, PersonErased) for result in results] == [n % 3 == 0 for n in range(30)]
    assert await keys.linked("gone") == {"gone"}
    assert await keys.linked("q1") == {"p1", "q1"}


async def test_knows_what_is_left_to_destroy(keys: Keys):
    await keys.keys_for(["p1", "p2", "p3"])
    await keys.link([("p1", "p2")])
    assert await keys.left_to_destroy([], [], []) == set()
    assert await keys.left_to_destroy(["p2", "p4"], [], []) == {"p1", "p2", "p4"}
    await keys.destroy(["p2", "p4"])
    assert await keys.left_to_destroy(["p2", "p4"], [], [("p1", "p2")]) == set()


async def test_a_link_that_was_lost_is_recorded_again_and_who_it_leads_to_is_left_to_destroy(keys: Keys):
    await keys.keys_for(["p1", "p2", "p5", "p6"])
    await keys.destroy(["p1"])
    assert await keys.left_to_destroy([], [], [("p1", "p2"), ("p2", "p3"), ("p5", "p6")]) == {"p2", "p3"}
    assert await keys.linked("p3") == {"p1", "p2", "p3"}
    assert await keys.linked("p5") == {"p5", "p6"}


async def test_destroying_a_reference_alone_leaves_those_linked_to_it(keys: Keys):
    before = await keys.keys_for(["p1", "p2"])
    await keys.link([("p1", "p2"), ("p2", "p3")])
    done = await keys.destroy(["p1"], alone=True)
    assert [(one.person, one.already) for one in done] == [("p1", False)]
    assert await keys.find_keys(["p1", "p2", "p3"]) == {"p1": None, "p2": before["p2"]}
    assert await keys.linked("p1") == {"p1", "p2", "p3"}
    (again,) = await keys.destroy(["p1"], alone=True)
    assert (again.person, again.already, again.at) == ("p1", True, done[0].at)


async def test_a_reference_without_a_key_that_went_alone_never_gets_one(keys: Keys):
    await keys.destroy(["p1"], alone=True)
    assert await keys.keys_for(["p1"]) == {"p1": None}


async def test_of_a_reference_that_went_alone_others_may_be_the_same_person(keys: Keys):
    await keys.destroy(["p1"], alone=True)
    await keys.link([("p1", "p2")])
    assert await keys.linked("p2") == {"p1", "p2"}
    assert (await keys.keys_for(["p2"]))["p2"] is not None


@pytest.mark.parametrize("asked", ["p1", "p2", "p3"])
async def test_an_erasure_reaches_through_a_reference_that_went_alone(keys: Keys, asked: str):
    await keys.keys_for(["p1", "p2", "p3"])
    await keys.link([("p1", "p2"), ("p2", "p3")])
    (alone,) = await keys.destroy(["p2"], alone=True)
    done = await keys.destroy([asked])
    assert [(one.person, one.already) for one in done] == [("p1", False), ("p2", True), ("p3", False)]
    assert done[1].at == alone.at
    assert await keys.find_keys(["p1", "p2", "p3"]) == {"p1": None, "p2": None, "p3": None}
    with pytest.raises(PersonErased):
        await keys.link([("p2", "p4")])


async def test_who_was_erased_with_all_references_never_counts_as_gone_alone(keys: Keys):
    await keys.link([("p1", "p2")])
    await keys.destroy(["p1"])
    await keys.destroy(["p1", "p2"], alone=True)
    with pytest.raises(PersonErased):
        await keys.link([("p1", "p3")])


async def test_who_went_alone_leaves_nobody_else_to_destroy(keys: Keys):
    await keys.keys_for(["p1", "p2", "p3", "p4"])
    await keys.link([("p1", "p2")])
    await keys.destroy(["p1"], alone=True)
    assert await keys.left_to_destroy([], ["p1"], []) == set()
    assert await keys.left_to_destroy([], ["p1", "p3"], []) == {"p3"}
    assert await keys.left_to_destroy([], ["p1"], [("p1", "p4")]) == set()
    assert await keys.left_to_destroy(["p2"], ["p1"], []) == {"p2", "p4"}


async def test_a_fingerprint_depends_on_the_text_and_on_the_key_it_is_under(keys: Keys):
    prints = {
        await keys.fingerprint(b"one"),
        await keys.fingerprint(b"two"),
        await keys.fingerprint(b"one", b"1" * 32),
        await keys.fingerprint(b"one", b"2" * 32),
    }
    assert len(prints) == 4
    assert await keys.fingerprint(b"one") == await keys.fingerprint(b"one")
    assert await keys.fingerprint(b"one", b"1" * 32) == fingerprint_under(b"1" * 32, b"one")


async def test_signs_with_the_same_key_each_time(keys: Keys):
    first, second = await keys.signing_key(), await keys.signing_key()
    assert first.public_key() == second.public_key()
    second.public_key().verify(first.sign(b"certificate"), b"certificate")


# PostgreSQL


async def test_many_who_ask_at_once_get_the_same_key(keys_pool: Pool, keys_owner: asyncpg.Connection):
    askers = [PostgresKeys(keys_pool, MASTER) for _ in range(4)]
    people = [f"p{number}" for number in range(20)]
    found = await asyncio.gather(*(asker.keys_for(people) for asker in askers for _ in range(5)))
    assert all(keys == found[0] for keys in found)
    assert await keys_owner.fetchval("select count(*) from keys") == 20


async def test_keeps_keys_wrapped_and_another_master_key_does_not_open_them(
    keys_pool: Pool, keys_owner: asyncpg.Connection
):
    key = (await PostgresKeys(keys_pool, MASTER).keys_for(["p1"]))["p1"]
    wrapped = await keys_owner.fetchval("select wrapped from keys")
    assert key
    assert key not in wrapped
    assert MASTER.unwrap(wrapped) == key
    with pytest.raises(InvalidUnwrap):
        OTHER_MASTER.unwrap(wrapped)
    with pytest.raises(MasterKeyDiffers):
        await PostgresKeys(keys_pool, OTHER_MASTER).keys_for(["p1"])


async def test_a_key_of_another_master_key_stands_in_nobody_elses_way(keys_pool: Pool):
    await PostgresKeys(keys_pool, OTHER_MASTER).keys_for(["p1"])
    keys = PostgresKeys(keys_pool, MASTER)
    first, second = await asyncio.gather(keys.keys_for(["p1"]), keys.keys_for(["p2"]), return_exceptions=True)
    assert isinstance(first, MasterKeyDiffers)
    assert isinstance(second, dict)


async def test_a_key_that_cannot_be_had_is_an_error_and_no_erasure(keys_pool: Pool):
    keys = PostgresKeys(keys_pool, MASTER)
    await keys_pool.close()
    for question in (
        keys.keys_for(["p1"]),
        keys.find_keys(["p1"]),
        keys.link([("p1", "p2")]),
        keys.linked("p1"),
        keys.destroy(["p1"]),
        keys.left_to_destroy(["p1"], [], []),
        keys.fingerprint(b"one"),
        keys.signing_key(),
    ):
        with pytest.raises(StoreUnavailable):
            await question


async def test_partners_have_keys_of_their_own(
    keys_cluster: Postgres, keys_pool: Pool, keys_owner: asyncpg.Connection
):
    await migrate(keys_owner, "uwv_keys", migrations(["banen_kit"], "keys_sql"))
    other_pool = await connect(keys_cluster.url(), "uwv_keys")
    ours = await PostgresKeys(keys_pool, MASTER).keys_for(["p1"])
    theirs = await PostgresKeys(other_pool, MASTER).keys_for(["p1"])
    await other_pool.close()
    await keys_owner.execute("drop schema uwv_keys cascade")
    assert ours != theirs


@pytest.mark.parametrize("name", [MASTER_CHECK, PARTNER_FINGERPRINT, PARTNER_SIGNING])
async def test_the_partners_own_keys_are_not_destroyed(keys_pool: Pool, name: str):
    keys = PostgresKeys(keys_pool, MASTER)
    before = await keys.keys_for([name])
    await keys.link([("p1", name)])
    for person in (name, "p1"):
        with pytest.raises(asyncpg.RaiseError, match="own keys"):
            await keys.destroy([person])
    assert await PostgresKeys(keys_pool, MASTER).keys_for([name]) == before


async def test_a_link_and_an_erasure_at_the_same_moment_leave_no_key_behind(keys_pool: Pool):
    """Whichever comes first: either the link is refused, or both references are destroyed."""
    linker, destroyer = PostgresKeys(keys_pool, MASTER), PostgresKeys(keys_pool, MASTER)
    for number in range(20):
        a, b = f"a{number}", f"b{number}"
        await linker.keys_for([a, b])
        refused, _ = await asyncio.gather(
            linker.link([(a, b)]), destroyer.destroy([a]), return_exceptions=True
        )
        left = await PostgresKeys(keys_pool, MASTER).find_keys([a, b])
        assert left[a] is None
        assert (left[b] is None) == (refused is None)


# The cache


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_another_processs_erasure_shows_at_once_to_who_opens_and_within_a_minute_to_who_seals(
    keys_pool: Pool,
):
    clock = Clock()
    ours = PostgresKeys(keys_pool, MASTER, clock)
    before = await ours.keys_for(["p1"])
    await PostgresKeys(keys_pool, MASTER).destroy(["p1"])
    clock.now += CACHE_SECONDS - 1
    assert await ours.keys_for(["p1"]) == before
    clock.now += 1
    assert await ours.keys_for(["p1"]) == {"p1": None}

    await ours.keys_for(["p2"])
    await PostgresKeys(keys_pool, MASTER).destroy(["p2"])
    assert await ours.find_keys(["p2"]) == await ours.keys_for(["p2"]) == {"p2": None}
    assert CACHE_SECONDS <= 60


async def test_its_own_erasure_shows_at_once(keys_pool: Pool):
    ours = PostgresKeys(keys_pool, MASTER, Clock())
    await ours.keys_for(["p1", "p2"])
    await ours.link([("p1", "p2")])
    await ours.destroy(["p1"])
    assert await ours.keys_for(["p1", "p2"]) == {"p1": None, "p2": None}


async def test_using_a_key_does_not_keep_it_longer(keys_pool: Pool):
    clock = Clock()
    ours = PostgresKeys(keys_pool, MASTER, clock)
    await ours.keys_for(["p1"])
    await PostgresKeys(keys_pool, MASTER).destroy(["p1"])
    while clock.now < 1000 + CACHE_SECONDS:
        assert (await ours.keys_for(["p1"]))["p1"] is not None
        clock.now += 1
    assert await ours.keys_for(["p1"]) == {"p1": None}


async def test_sealing_within_a_minute_and_tombstones_for_ever_need_no_database(keys_pool: Pool):
    clock = Clock()
    ours = PostgresKeys(keys_pool, MASTER, clock)
    await ours.destroy(["p2"])
    key = await ours.keys_for(["p1"])
    await keys_pool.close()
    assert await ours.keys_for(["p1", "p2"]) == {**key, "p2": None}
    with pytest.raises(StoreUnavailable):
        await ours.find_keys(["p1"])
    clock.now += 10 * CACHE_SECONDS
    assert await ours.find_keys(["p2"]) == {"p2": None}
    with pytest.raises(StoreUnavailable):
        await ours.keys_for(["p1"])


async def test_that_there_was_no_key_is_not_remembered(keys_pool: Pool):
    ours = PostgresKeys(keys_pool, MASTER, Clock())
    assert await ours.find_keys(["p1"]) == {}
    made = await PostgresKeys(keys_pool, MASTER).keys_for(["p1"])
    assert await ours.find_keys(["p1"]) == made


async def test_a_key_that_was_read_just_before_it_was_destroyed_is_not_used(keys_pool: Pool):
    ours = PostgresKeys(keys_pool, MASTER, Clock())
    await PostgresKeys(keys_pool, MASTER).keys_for(["p1"])
    held = HeldPool(keys_pool)
    ours._pool = held  # pyright: ignore
    reading = asyncio.create_task(ours.find_keys(["p1"]))
    await held.read.wait()
    await ours.destroy(["p1"])
    held.go_on.set()
    assert await reading == {"p1": None}
    assert await ours.find_keys(["p1"]) == {"p1": None}


class HeldPool:
    """Gives what `find_keys` read only when told to."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.read = asyncio.Event()
        self.go_on = asyncio.Event()

    async def fetch(self, query: str, *arguments: Any) -> Any:
        rows = await self._pool.fetch(query, *arguments)
        if "find_keys" in query:
            self.read.set()
            await self.go_on.wait()
        return rows

    def acquire(self) -> Any:
        return self._pool.acquire()


# What a service may do


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
        "alter table keys alter column wrapped set statistics 100",
        "copy keys to stdout",
        "select * from links",
        "insert into links values ('p1', 'p2')",
        "delete from links",
        "select * from migrations",
        "create table uaf_keys.more (number int)",
        "create function uaf_keys.more() returns int language sql as 'select 1'",
        "select * from pg_ls_waldir()",
        "select pg_read_binary_file('postgresql.conf')",
        "select * from pg_authid",
        "set role postgres",
        "alter system set wal_recycle = on",
    ],
)
async def test_a_service_may_only_call_its_functions(
    keys_pool: Pool, keys_owner: asyncpg.Connection, statement: str
):
    await PostgresKeys(keys_pool, MASTER).keys_for(["p1"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await keys_pool.execute(statement)
    assert await keys_owner.fetchval("select count(*) from keys where wrapped is not null") == 1


@pytest.mark.parametrize(("table", "may"), [("keys", True), ("links", False), ("migrations", False)])
async def test_a_service_may_rewrite_the_keys_and_no_other_table(
    keys_pool: Pool, keys_owner: asyncpg.Connection, table: str, may: bool
):
    """What it may not rewrite, PostgreSQL skips with no more than a warning."""
    before = await keys_owner.fetchval("select pg_relation_filenode($1::regclass)", table)
    await keys_pool.execute(f"vacuum (full) {table}")
    after = await keys_owner.fetchval("select pg_relation_filenode($1::regclass)", table)
    assert (after != before) == may


async def test_of_the_functions_in_the_schema_a_service_may_call_exactly_these(
    keys_pool: Pool, keys_owner: asyncpg.Connection
):
    names = await keys_owner.fetch("""
        select proname, has_function_privilege('keys-user', oid, 'execute') as may
        from pg_proc where pronamespace = 'uaf_keys'::regnamespace order by 1
    """)
    assert {row["proname"] for row in names if row["may"]} == {
        "claim_keys",
        "destroy_keys",
        "destroyed_keys",
        "erased_among",
        "find_keys",
        "keys_for",
        "left_to_destroy",
        "link_persons",
        "linked",
        "mark_swept",
        "oldest_segment",
    }
    # Anchoring the audit log is granted apart.
    assert [row["proname"] for row in names if not row["may"]] == [
        "anchor_audit", "destroyable", "is_ours", "may_link", "refuse_to_change_anchors",
    ]  # fmt: skip


async def test_a_role_that_was_granted_nothing_gets_no_key(
    keys_cluster: Postgres, keys_owner: asyncpg.Connection
):
    await keys_owner.execute("create role stranger login password 'only-for-tests'")
    await keys_owner.execute("grant connect on database postgres to stranger")
    stranger = await asyncpg.connect(keys_cluster.url(user="stranger", password="only-for-tests"))
    for call in (
        "keys_for('{p1}', '{x}')",
        "find_keys('{p1}')",
        "linked('{p1}')",
        "destroy_keys('{p1}', false)",
        "left_to_destroy('{p1}', '{}', '{}', '{}')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.fetch(f"select * from uaf_keys.{call}")
    await stranger.close()
    await keys_owner.execute("drop owned by stranger; drop role stranger")


async def test_a_wrong_password_gets_no_key(keys_cluster: Postgres, keys_owner: asyncpg.Connection):
    assert await keys_owner.fetchval(
        "select rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname = 'keys-user'"
    )
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(keys_cluster.url(user="keys-user", password="another"))


async def test_a_temporary_table_of_the_service_does_not_catch_its_keys(
    keys_cluster: Postgres, keys_owner: asyncpg.Connection
):
    """Which it cannot make since it is confined; a second line."""
    await keys_owner.execute('grant temporary on database postgres to "keys-user"')
    service = await asyncpg.connect(
        keys_cluster.url(user="keys-user", password="only-for-tests"),
        server_settings={"search_path": "uaf_keys"},
    )
    await service.execute("create temporary table keys (person text primary key, wrapped bytea)")
    await service.fetch("select * from uaf_keys.keys_for('{p1}', '{x}')")
    await service.close()
    await keys_owner.execute('revoke temporary on database postgres from "keys-user"')
    assert await keys_owner.fetchval("select count(*) from uaf_keys.keys") == 1


async def test_granting_again_changes_nothing(keys_pool: Pool, keys_owner: asyncpg.Connection):
    await grant_keys(keys_owner, "uaf_keys", "keys-user", links=True)
    await PostgresKeys(keys_pool, MASTER).destroy(["p1"])


# The master key


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "master-key"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_reads_the_master_key_from_a_file_of_its_own(tmp_path: Path):
    read = MasterKey.read(written(tmp_path, bytes(range(32)).hex() + "\n"))
    assert read.unwrap(MASTER.wrap(b"k" * 32)) == b"k" * 32


def test_wraps_with_the_first_line_and_opens_with_any(tmp_path: Path):
    lines = [bytes([n] * 32).hex() for n in range(3)]
    read = MasterKey.read(written(tmp_path, "\n".join(lines) + "\n\n"))
    for number in range(3):
        wrapped = MasterKey(bytes([number] * 32)).wrap(b"k" * 32)
        assert read.unwrap(wrapped) == b"k" * 32
        assert read.is_current(wrapped) == (number == 0)
    assert MasterKey(bytes(32)).unwrap(read.wrap(b"k" * 32)) == b"k" * 32
    with pytest.raises(InvalidUnwrap):
        read.unwrap(MasterKey(bytes([3] * 32)).wrap(b"k" * 32))


def test_sees_that_the_file_changed(tmp_path: Path):
    read = MasterKey.read(written(tmp_path, "00" * 32))
    assert read.renewed() is read
    written(tmp_path, "11" * 32 + "\n" + "00" * 32)
    assert read.renewed().is_current(MasterKey(b"\x11" * 32).wrap(b"k" * 32))
    written(tmp_path, "nothing")
    with pytest.raises(StoreRefusesToStart):
        read.renewed()
    assert MASTER.renewed() is MASTER


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("00" * 32, 0o640, "can be read by others; chmod 600 it"),
        ("00" * 32, 0o604, "can be read by others; chmod 600 it"),
        ("00" * 31, 0o600, "holds less than 32 bytes"),
        ("00" * 32 + "\n" + "00" * 31, 0o600, "holds less than 32 bytes"),
        ("", 0o600, "holds less than 32 bytes"),
        ("\n\n", 0o600, "holds less than 32 bytes"),
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


async def test_a_service_does_not_start_with_another_master_key(keys_pool: Pool):
    await PostgresKeys(keys_pool, MASTER).refuse_other_master()
    await PostgresKeys(keys_pool, MASTER).refuse_other_master()
    with pytest.raises(StoreRefusesToStart, match="another master key"):
        await PostgresKeys(keys_pool, OTHER_MASTER).refuse_other_master()
