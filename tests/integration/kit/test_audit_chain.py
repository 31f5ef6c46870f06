"""The chain of an audit log: whatever its owner does to it is found, by the hashes or by the anchors."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from banen_kit.audit.anchored import AnchoredAudit, Anchors, AuditNotTrusted
from banen_kit.audit.chain import (
    MOST_FAULTS,
    AnchorRefused,
    Verified,
    anchor,
    head_of,
    verify,
)
from banen_kit.audit.log import APPEND, Entry, Outcome, PostgresAudit, arguments
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.postgres.connection import (
    Pool,
    connect,
    grant_anchors,
    grant_keys,
    grant_store,
    migrate,
    migrations,
)
from support.waiting import eventually

CORRELATION = UUID("00000000-0000-0000-0000-000000000018")
PASSWORD = "only-for-tests"
RECOMPUTE = """
do $$ declare r record; p bytea := decode(repeat('00', 32), 'hex'); begin
  for r in select * from audit order by number loop
    update audit set previous = p, hash = sha256(convert_to(jsonb_build_array(
      number, extract(epoch from at)::text, subject, partner, roles, action, target, outcome, correlation_id, purpose,
      detail, encode(p, 'hex'))::text, 'UTF8')) where number = r.number returning hash into p;
  end loop;
end $$
"""


@dataclass(frozen=True)
class Site:
    """One service's log and its anchors; both pools log in as the service, `owner` may do anything to the log."""

    schema: str
    store: Pool
    keys: Pool
    owner: asyncpg.Connection
    keys_owner: asyncpg.Connection

    async def record(self, count: int) -> None:
        entries = [
            Entry(
                "s-1",
                "uaf",
                ("adviser",),
                "open-file",
                f"client-{number}",
                Outcome.SHOWN,
                CORRELATION,
                "dpia-1",
            )
            for number in range(count)
        ]
        await PostgresAudit(self.store).record(entries)

    async def anchor(self) -> int:
        return await anchor(self.store, self.keys, self.schema)

    async def verify(self) -> Verified:
        return await verify(self.store, self.keys, self.schema)

    async def faults(self) -> tuple[str, ...]:
        return (await self.verify()).faults


@pytest.fixture(scope="module")
def keys_database(database) -> str:
    """The anchors stand in a database of their own; elsewhere it is a cluster."""

    async def make() -> None:
        owner = await asyncpg.connect(database.owner_url)
        await owner.execute("create database anchored")
        await owner.close()
        keys_owner = await asyncpg.connect(database.server.url("anchored"))
        await migrate(keys_owner, "uaf_keys", migrations(["banen_kit"], "keys_sql"))
        await keys_owner.close()

    asyncio.run(make())
    return "anchored"


@pytest.fixture
async def site(
    database, keys_database: str, new_schema: Callable[..., Awaitable[str]]
) -> AsyncGenerator[Site]:
    schema = await new_schema()
    owner = await asyncpg.connect(database.owner_url, server_settings={"search_path": schema})
    await owner.execute(f"create role {schema} login password '{PASSWORD}'")
    await grant_store(owner, schema, schema)
    keys_owner = await asyncpg.connect(
        database.server.url(keys_database), server_settings={"search_path": "uaf_keys"}
    )
    await grant_keys(keys_owner, "uaf_keys", schema, links=True)
    await grant_anchors(keys_owner, "uaf_keys", schema)
    store = await connect(database.server.url(user=schema, password=PASSWORD), schema)
    keys = await connect(database.server.url(keys_database, user=schema, password=PASSWORD), "uaf_keys")
    yield Site(schema, store, keys, owner, keys_owner)
    for pool in (store, keys):
        await pool.close()
    for connection in (owner, keys_owner):
        await connection.close()


async def tamper(site: Site, *statements: str) -> None:
    """As the owner, who can put every refusal aside."""
    await site.owner.execute("set session_replication_role = replica")
    for statement in statements:
        await site.owner.execute(statement)


# A log that nobody touched


async def test_an_empty_log_has_no_faults(site: Site):
    assert await site.verify() == Verified(0, None, ())


async def test_an_untouched_log_has_no_faults(site: Site):
    await site.record(3)
    assert await site.verify() == Verified(3, None, ())
    assert await site.anchor() == 3
    await site.record(2)
    assert await site.verify() == Verified(5, 3, ())


async def test_goes_on_where_the_log_is_longer_than_a_batch(site: Site):
    for _ in range(5):
        await site.record(1000)
        await site.anchor()
    assert await site.verify() == Verified(5000, 5000, ())


async def test_checks_a_log_that_grows_meanwhile(site: Site):
    async def grow() -> None:
        for _ in range(30):
            await site.record(5)
            await site.anchor()

    growing = asyncio.create_task(grow())
    seen = {await site.verify()}
    while not growing.done():
        seen.add(await site.verify())
    await growing
    assert {one.faults for one in seen} == {()}
    assert len(seen) > 2


async def test_any_text_that_the_database_takes_hashes_the_same_in_both_places(site: Site):
    hostile = "\" \\ / \b\f\n\r\t \x01\x1f\x7f é 🚲 \u2028 </script> ', ] [null"
    entry = Entry(
        hostile, hostile, (), hostile, hostile, Outcome.SHOWN, CORRELATION, hostile, {hostile: hostile}
    )
    bare = Entry("", "", (), "", None, Outcome.SHOWN, CORRELATION)
    await site.store.execute(APPEND, *arguments([entry, bare]))
    assert await site.verify() == Verified(2, None, ())


# What the hashes find


@pytest.mark.parametrize(
    "change",
    [
        "number = 21",
        "at = at + interval '1 microsecond'",
        "at = 'infinity'",
        "at = '20000-01-01'",
        "subject = 's-2'",
        "partner = 'uwv'",
        "roles = '{}'",
        "roles = '{adviser,mediator}'",
        "action = 'look-away'",
        "target = 'client-99'",
        "target = null",
        "outcome = 'refused'",
        "correlation_id = '00000000-0000-0000-0000-000000000019'",
        "purpose = null",
        "purpose = 'null'",
        "detail = '{ }'",
        "previous = sha256('x')",
        "hash = sha256('x')",
    ],
)
async def test_finds_a_column_that_was_changed(site: Site, change: str):
    await site.record(10)
    await tamper(site, f"update audit set {change} where number = 7")
    changed = "row 21 was changed" if change.startswith("number") else "row 7 was changed"
    assert changed in await site.faults()


async def test_every_column_is_in_that_test(site: Site):
    marks = test_finds_a_column_that_was_changed.pytestmark  # pyright: ignore[reportFunctionMemberAccess]
    tried = {change.split(" = ")[0] for change in marks[0].args[1]}
    rows = await site.owner.fetch(
        "select column_name from information_schema.columns where table_name = 'audit' and table_schema = $1",
        site.schema,
    )
    assert tried == {row[0] for row in rows}


@pytest.mark.parametrize(
    ("gone", "fault"),
    [
        ("number = 1", "row 1 is missing"),
        ("number = 7", "row 7 is missing"),
        ("number between 3 and 5", "rows 3 to 5 are missing"),
    ],
)
async def test_finds_rows_that_were_deleted(site: Site, gone: str, fault: str):
    await site.record(10)
    await tamper(site, f"delete from audit where {gone}")
    assert await site.faults() == (fault,)


async def test_finds_a_row_that_was_deleted_and_the_gap_closed(site: Site):
    await site.record(10)
    await tamper(
        site,
        "delete from audit where number = 7",
        "update audit set number = number - 1 where number = 8",
        "update audit set number = number - 1 where number = 9",
        "update audit set number = number - 1 where number = 10",
    )
    assert "row 7 does not follow from row 6: one of them was replaced" in await site.faults()
    assert "row 7 was changed" in await site.faults()


REST = "at, subject, partner, roles, action, target, outcome, correlation_id, purpose, detail, previous, hash"


@pytest.mark.parametrize("number", ["11", "11000", "0", "-5"])
async def test_finds_a_row_that_was_inserted(site: Site, number: str):
    await site.record(10)
    await tamper(site, f"insert into audit select {number}, {REST} from audit where number = 7")
    assert any(f"row {number} " in fault for fault in await site.faults())


async def test_finds_a_second_row_of_the_same_number(site: Site):
    await site.record(10)
    await tamper(
        site,
        "alter table audit drop constraint audit_pkey",
        "insert into audit select * from audit where number = 7",
    )
    assert await site.faults() == ("row 7 is one too many",)


async def test_finds_two_rows_that_were_swapped(site: Site):
    await site.record(10)
    await tamper(
        site,
        "update audit set number = 0 where number = 4",
        "update audit set number = 4 where number = 5",
        "update audit set number = 5 where number = 0",
    )
    assert {"row 4 was changed", "row 5 was changed"} <= set(await site.faults())


async def test_finds_a_row_that_was_replaced_together_with_its_hash(site: Site):
    await site.record(10)
    next_previous = await site.owner.fetchval("select previous from audit where number = 8")
    await tamper(
        site,
        "update audit set subject = 's-2' where number = 7",
        RECOMPUTE,
        f"update audit set previous = '\\x{next_previous.hex()}', hash = sha256('x') where number = 8",
    )
    assert "row 8 does not follow from row 7: one of them was replaced" in await site.faults()


async def test_finds_that_the_first_rows_were_cut_off_and_the_rest_renumbered(site: Site):
    await site.record(10)
    await tamper(site, "delete from audit where number = 1", "update audit set number = 1 where number = 2")
    assert "row 1 is not the first that was recorded" in await site.faults()


async def test_stops_after_many_faults(site: Site):
    await site.record(MOST_FAULTS + 50)
    await tamper(site, "update audit set subject = 's-2'")
    found = await site.verify()
    assert found.rows == MOST_FAULTS
    assert found.faults[-1] == f"and perhaps more: checking stopped at row {MOST_FAULTS}"


# What only the anchors find


async def test_finds_that_the_newest_rows_were_cut_off(site: Site):
    await site.record(10)
    await site.anchor()
    await tamper(site, "delete from audit where number > 6")
    (fault,) = await site.faults()
    assert fault.startswith("the chain ends at 6, but row 10 was anchored on 2")


async def test_finds_that_all_rows_were_cut_off(site: Site):
    await site.record(10)
    await site.anchor()
    await tamper(site, "delete from audit")
    (fault,) = await site.faults()
    assert fault.startswith("the chain ends at 0, but row 10 was anchored on 2")


async def test_finds_that_the_newest_rows_were_cut_off_and_others_came_after(site: Site):
    await site.record(10)
    await site.anchor()
    await tamper(site, "delete from audit where number > 6")
    await site.record(10)
    (fault,) = await site.faults()
    assert fault.startswith("row 10 is not the one that was anchored on 2")
    await site.anchor()
    assert await site.faults() == (fault,)


async def test_finds_a_chain_that_was_computed_again_and_says_from_where(site: Site):
    for _ in range(4):
        await site.record(5)
        await site.anchor()
    await tamper(site, "update audit set subject = 's-2' where number = 12", RECOMPUTE)
    (fault,) = await site.faults()
    assert fault.startswith("row 15 is not the one that was anchored on 2")
    assert fault.endswith("the chain was rewritten from row 11 or later")


async def test_computing_the_chain_again_needs_the_anchors_to_be_found(site: Site):
    """The counterpart of the test above: what it does to the chain leaves no other trace."""
    await site.record(10)
    await tamper(site, "update audit set subject = 's-2' where number = 7", RECOMPUTE)
    assert await site.faults() == ()


# Anchors


async def anchors(site: Site) -> list[int]:
    return [
        row[0]
        for row in await site.keys.fetch(
            "select number from audit_anchors where service = $1 order by number", site.schema
        )
    ]


async def test_an_empty_log_is_not_anchored(site: Site):
    assert await site.anchor() == 0
    assert await anchors(site) == []


async def test_anchoring_twice_is_anchoring_once(site: Site):
    await site.record(3)
    assert [await site.anchor(), await site.anchor()] == [3, 3]
    assert await anchors(site) == [3]


@pytest.mark.parametrize(
    ("tampering", "message"),
    [
        ("delete from audit where number > 3", "ends at row 3, but row 5 was anchored"),
        ("delete from audit where number > 4", "ends at row 4, but row 5 was anchored"),
        (
            "update audit set hash = sha256('x') where number = 5",
            "row 5 of .* is not the row that was anchored",
        ),
    ],
)
async def test_refuses_to_anchor_a_log_that_went_back(site: Site, tampering: str, message: str):
    await site.record(3)
    await site.anchor()
    await site.record(2)
    await site.anchor()
    await tamper(site, tampering)
    with pytest.raises(AnchorRefused, match=message):
        await site.anchor()
    assert await anchors(site) == [3, 5]


async def test_a_service_anchors_no_other_log(site: Site):
    await site.record(3)
    with pytest.raises(AnchorRefused, match="may not anchor the audit log of uaf_intake"):
        await anchor(site.store, site.keys, "uaf_intake")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into audit_anchors (service, number, hash) values (session_user, 9, sha256('x'))",
        "update audit_anchors set number = 9",
        "delete from audit_anchors",
        "truncate audit_anchors",
        "drop table audit_anchors",
        "select * from keys",
    ],
)
async def test_a_service_cannot_write_anchors_past_the_function(site: Site, statement: str):
    await site.record(3)
    await site.anchor()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await site.keys.execute(statement)
    assert await anchors(site) == [3]


@pytest.mark.parametrize(
    "statement",
    ["update audit_anchors set number = 9", "delete from audit_anchors", "truncate audit_anchors"],
)
async def test_also_the_owner_of_the_anchors_is_refused_by_default(site: Site, statement: str):
    with pytest.raises(asyncpg.RaiseError, match="only ever added to"):
        await site.keys_owner.execute(statement)


async def until_anchored(site: Site, number: int) -> None:
    async def is_anchored() -> bool:
        return (await anchors(site))[-1:] == [number]

    await eventually(is_anchored)


async def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    await eventually(lambda: text in caplog.text)


def faults() -> Faults:
    return Faults(Metrics.create(CollectorRegistry()))


async def test_anchors_whenever_the_log_has_grown(site: Site):
    loop = asyncio.create_task(Anchors(site.store, site.keys, site.schema).forever(faults(), every=0.02))
    await site.record(3)
    await until_anchored(site, 3)
    await site.record(2)
    await until_anchored(site, 5)
    loop.cancel()


async def test_goes_on_anchoring_when_the_database_is_back(
    site: Site, keys_database: str, caplog: pytest.LogCaptureFixture
):
    await site.record(3)
    await site.owner.execute(f"alter role {site.schema} connection limit 0")
    await site.owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and datname = $2",
        site.schema,
        keys_database,
    )
    loop = asyncio.create_task(Anchors(site.store, site.keys, site.schema).forever(faults(), every=0.02))
    await until_logged(caplog, "audit: PostgreSQL cannot be reached")
    await site.owner.execute(f"alter role {site.schema} connection limit -1")
    await until_anchored(site, 3)
    loop.cancel()


async def test_says_aloud_that_a_log_went_back(site: Site, caplog: pytest.LogCaptureFixture):
    await site.record(5)
    await site.anchor()
    await tamper(site, "delete from audit where number > 3")
    loop = asyncio.create_task(Anchors(site.store, site.keys, site.schema).forever(faults(), every=0.02))
    await until_logged(caplog, "the audit log cannot be trusted: the audit log of")
    loop.cancel()


# Anchored at once


def entry(action: str, outcome: Outcome) -> Entry:
    return Entry("somebody", "uaf", ("partner_data_steward",), action, "ref-1", outcome, uuid4())


def audit_of(site: Site) -> AnchoredAudit:
    anchors = Anchors(site.store, site.keys, site.schema)
    return AnchoredAudit(PostgresAudit(site.store), anchors, {"erase-candidate"})


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("export-person", Outcome.SHOWN),
        ("erasure-certificate", Outcome.SHOWN),
        ("erase-candidate", Outcome.ACCEPTED),
        ("erase-candidate", Outcome.REPEATED),
    ],
)
async def test_an_export_or_an_erasure_cannot_be_cut_off_the_log_unseen(
    site: Site, action: str, outcome: Outcome
):
    await site.record(3)
    await audit_of(site).record([entry(action, outcome)])

    await tamper(site, "delete from audit where number > 3")

    assert (await site.verify()).faults[0].startswith("the chain ends at 3, but row 4 was anchored")


async def test_many_exports_at_once_share_their_anchors(site: Site):
    audit = audit_of(site)
    await asyncio.gather(*(audit.record([entry("export-person", Outcome.SHOWN)]) for _ in range(50)))

    anchored = await anchors(site)
    assert anchored[-1] == 50
    assert len(anchored) < 50
    assert (await site.verify()).faults == ()


async def test_a_refusal_is_anchored_soon_and_a_thousand_make_few_anchors(site: Site):
    audit = audit_of(site)
    loop = asyncio.create_task(audit.anchors.forever(faults()))
    for _ in range(10):
        await audit.record([entry("read-candidate", Outcome.REFUSED)] * 100)
    await until_anchored(site, 1000)
    loop.cancel()

    assert len(await anchors(site)) <= 5


async def test_two_processes_that_anchor_at_the_same_time_do_not_accuse_each_other(site: Site):
    first, second = audit_of(site), audit_of(site)
    await asyncio.gather(
        *(audit.record([entry("export-person", Outcome.SHOWN)]) for audit in [first, second] * 100)
    )
    assert (await anchors(site))[-1] == 200
    assert (await site.verify()).faults == ()


@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "cut off"])
async def test_who_is_late_with_an_anchor_looks_whether_the_later_one_is_of_this_log(
    site: Site, monkeypatch: pytest.MonkeyPatch, is_cut: bool
):
    """Another process has recorded and anchored more since this one read how far the log had come."""
    await site.record(3)
    late = await head_of(site.store)
    await site.record(2)
    await site.anchor()
    if is_cut:
        await tamper(site, "delete from audit where number > 3")

    async def read_before(_: Pool) -> tuple[int, bytes] | None:
        return late

    monkeypatch.setattr("banen_kit.audit.anchored.head_of", read_before)
    now = Anchors(site.store, site.keys, site.schema).now()
    if is_cut:
        with pytest.raises(AnchorRefused, match="ends at row 3, but row 5 was anchored"):
            await now
    else:
        await now
    assert await anchors(site) == [5]


async def test_nothing_is_opened_that_cannot_be_anchored(site: Site, keys_database: str):
    await site.owner.execute(f"alter role {site.schema} connection limit 0")
    await site.owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and datname = $2",
        site.schema,
        keys_database,
    )
    with pytest.raises(StoreUnavailable):
        await audit_of(site).record([entry("export-person", Outcome.SHOWN)])
    await site.owner.execute(f"alter role {site.schema} connection limit -1")


async def test_nothing_is_opened_where_the_log_went_back(site: Site):
    await site.record(5)
    await site.anchor()
    await tamper(site, "delete from audit where number > 3")

    with pytest.raises(AuditNotTrusted):
        await audit_of(site).record([entry("export-person", Outcome.SHOWN)])
