"""What every audit log promises, asked of each adapter, and what only PostgreSQL can break."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.audit.log import APPEND, Audit, Detail, Entry, EntryUnfit, Outcome, PostgresAudit, arguments
from banen_kit.core.errors import StoreUnavailable
from banen_kit.postgres.connection import Pool, connect

CORRELATION = UUID("00000000-0000-0000-0000-000000000017")
FULL = Entry(
    "auth0|5f7c8ec7",
    "uaf",
    ("adviser", "mediator"),
    "candidate-file",
    "client-1",
    Outcome.SHOWN,
    CORRELATION,
    "dpia/2024-3",
    {"unit": "uaf", "count": 3, "own": True, "route": None},
)
AT_MOST_APART = timedelta(seconds=1)


def entry(target: str | None = "client-1", action: str = "open-file", detail: Detail | None = None) -> Entry:
    return Entry("s-1", "uaf", ("adviser",), action, target, Outcome.SHOWN, CORRELATION, detail=detail or {})


@pytest.fixture
async def pool(database, new_schema: Callable[..., Awaitable[str]]) -> AsyncGenerator[Pool]:
    pool = await connect(database.service_url, await new_schema())
    yield pool
    await pool.close()


@pytest.fixture(params=["memory", "postgresql"])
def audit(request: pytest.FixtureRequest, pool: Pool) -> Audit:
    return MemoryAudit() if request.param == "memory" else PostgresAudit(pool)


# Every audit log


async def test_gives_back_what_was_recorded_and_when(audit: Audit):
    before = datetime.now(UTC)
    await audit.record([FULL])
    (kept,) = await audit.about(["client-1"])
    assert (kept.number, kept.entry) == (1, FULL)
    assert before - AT_MOST_APART <= kept.at <= datetime.now(UTC) + AT_MOST_APART


@pytest.mark.parametrize("outcome", Outcome)
async def test_knows_every_outcome_again(audit: Audit, outcome: Outcome):
    recorded = Entry("s-1", "uaf", (), "open-file", "client-1", outcome, CORRELATION)
    await audit.record([recorded])
    assert [kept.entry for kept in await audit.about(["client-1"])] == [recorded]


async def test_finds_only_what_is_about_the_targets_oldest_first(audit: Audit):
    await audit.record([entry("b", "first"), entry("c"), entry(None), entry("a", "second")])
    await audit.record([entry("b", "third")])
    found = await audit.about({"a", "b"})
    assert [(kept.number, kept.entry.action) for kept in found] == [(1, "first"), (4, "second"), (5, "third")]
    assert await audit.about(["nobody"]) == []
    assert await audit.about([]) == []


async def test_keeps_the_order_of_a_call_of_five_hundred(audit: Audit):
    actions = [f"view-{number}" for number in range(500)]
    await audit.record([entry(action=action) for action in actions])
    assert [kept.entry.action for kept in await audit.about(["client-1"])] == actions


async def test_a_call_without_entries_records_nothing(audit: Audit):
    await audit.record([])
    await audit.record([entry()])
    assert [kept.number for kept in await audit.about(["client-1"])] == [1]


@pytest.mark.parametrize(
    ("field", "unfit"),
    [
        ("subject", Entry("Synthetica Voorbeeld", "uaf", (), "open", None, Outcome.SHOWN, CORRELATION)),
        ("partner", Entry("s-1", "", (), "open", None, Outcome.SHOWN, CORRELATION)),
        ("roles", Entry("s-1", "uaf", ("two words",), "open", None, Outcome.SHOWN, CORRELATION)),
        ("roles", Entry("s-1", "uaf", ("mediator", "adviser"), "open", None, Outcome.SHOWN, CORRELATION)),
        ("roles", Entry("s-1", "uaf", ("adviser", "adviser"), "open", None, Outcome.SHOWN, CORRELATION)),
        ("action", entry(action="open the file")),
        ("target", entry("Synthetica Voorbeeld")),
        ("target", entry("client\0")),
        ("target", entry("client\udc80")),
        ("target", entry("client-1\n")),
        ("purpose", Entry("s-1", "uaf", (), "open", None, Outcome.SHOWN, CORRELATION, "why not")),
        ("detail", entry(detail={"note": "Synthetica called"})),
        ("detail", entry(detail={"a note": 1})),
    ],
)
async def test_refuses_free_text_naming_the_field_and_records_nothing(audit: Audit, field: str, unfit: Entry):
    with pytest.raises(EntryUnfit, match=f"^{field}: ") as refused:
        await audit.record([entry("client-2"), unfit])
    assert "Synthetica" not in str(refused.value)
    assert await audit.about(["client-2"]) == []


# PostgreSQL


async def numbers(pool: Pool) -> list[int]:
    return [row["number"] for row in await pool.fetch("select number from audit order by number")]


async def test_many_recorders_at_once_leave_no_gap_and_keep_each_calls_order(
    database, new_schema: Callable[..., Awaitable[str]]
):
    schema = await new_schema()
    pools = [await connect(database.service_url, schema, max_size=4) for _ in range(2)]
    audits = [PostgresAudit(pool) for pool in pools for _ in range(4)]
    await asyncio.gather(
        *(
            audits[caller % 8].record([entry(f"c-{caller}", f"view-{part}") for part in range(3)])
            for caller in range(64)
        )
    )
    assert await numbers(pools[0]) == list(range(1, 64 * 3 + 1))
    for caller in range(64):
        kept = await audits[0].about([f"c-{caller}"])
        assert [one.entry.action for one in kept] == ["view-0", "view-1", "view-2"]
        assert kept[2].number == kept[0].number + 2
    for pool in pools:
        await pool.close()


async def test_concurrent_callers_share_transactions(pool: Pool):
    audit = PostgresAudit(pool)
    await asyncio.gather(*(audit.record([entry()]) for _ in range(64)))
    assert await pool.fetchval("select count(distinct xmin::text) from audit") <= 4


async def test_a_recorder_whose_snapshot_is_older_than_the_head_forks_nothing(pool: Pool):
    audit = PostgresAudit(pool)
    await audit.record([entry()])
    async with pool.acquire() as connection:
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()
        await connection.execute("select 1 from audit")
        await audit.record([entry()])
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(APPEND, *arguments([entry()]))
        await transaction.rollback()
    assert await numbers(pool) == [1, 2]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into audit select * from audit",
        "update audit set subject = 's-2'",
        "delete from audit",
        "truncate audit",
        "drop table audit",
        "alter table audit disable trigger all",
        "alter table audit add column more int",
        "create or replace function refuse_to_change_audit() returns trigger language plpgsql as 'begin end'",
    ],
)
async def test_a_service_cannot_write_the_log_past_the_function(pool: Pool, statement: str):
    audit = PostgresAudit(pool)
    await audit.record([FULL])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
    assert [kept.entry for kept in await audit.about(["client-1"])] == [FULL]


@pytest.mark.parametrize(
    "statement", ["update audit set subject = 's-2'", "delete from audit", "truncate audit"]
)
async def test_also_the_owner_is_refused_by_default(pool: Pool, database, statement: str):
    await PostgresAudit(pool).record([FULL])
    schema = await pool.fetchval("select current_schema()")
    owner = await asyncpg.connect(database.owner_url, server_settings={"search_path": schema})
    with pytest.raises(asyncpg.RaiseError, match="only ever added to"):
        await owner.execute(statement)
    await owner.close()


async def test_a_temporary_table_of_the_service_does_not_catch_its_entries(database, pool: Pool):
    """Which it cannot make since it is confined; a second line."""
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("grant temporary on database postgres to service")
    async with pool.acquire() as connection:
        await connection.execute("create temporary table audit as select * from audit")
        await connection.execute(APPEND, *arguments([entry()]))
        await connection.execute("drop table pg_temp.audit")
    await owner.execute("revoke temporary on database postgres from service")
    await owner.close()
    assert await numbers(pool) == [1]


async def test_a_database_that_is_away_is_an_error(pool: Pool):
    audit = PostgresAudit(pool)
    await pool.close()
    with pytest.raises(StoreUnavailable):
        await audit.record([entry()])
    with pytest.raises(StoreUnavailable):
        await audit.about(["client-1"])


async def test_a_connection_that_is_cut_is_an_error_and_the_next_call_works(pool: Pool, database):
    audit = PostgresAudit(pool)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(APPEND, *arguments([entry("c-1")]))
        waiting = asyncio.create_task(audit.record([entry("c-2")]))
        await cut_off_who_waits(database.owner_url)
        with pytest.raises(StoreUnavailable):
            await waiting
        await transaction.rollback()
    await audit.record([entry("c-3")])
    assert await numbers(pool) == [1]
    assert await audit.about(["c-1", "c-2"]) == []


async def cut_off_who_waits(url: str) -> None:
    owner = await asyncpg.connect(url)
    async with asyncio.timeout(10):
        while True:
            if await owner.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_locks"
                " where locktype = 'advisory' and classid = 17 and not granted"
            ):
                break
            await asyncio.sleep(0.01)
    await owner.close()
