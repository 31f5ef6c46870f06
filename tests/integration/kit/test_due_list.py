"""The list of who is due: the same in memory and in PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from banen_kit.postgres.connection import connect
from banen_kit.privacy.due_list import Due, DueList, MemoryDueList, PostgresDueList

TODAY = date(2026, 3, 1)
ONE, TWO = ("contact", "1"), ("candidate", "2")


@pytest.fixture(params=["memory", "postgres"])
async def listing(
    request: pytest.FixtureRequest, database: Any, new_schema: Callable[..., Awaitable[str]]
) -> AsyncIterator[DueList]:
    if request.param == "memory":
        yield MemoryDueList()
        return
    pool = await connect(database.service_url, await new_schema())
    yield PostgresDueList(pool)
    await pool.close()


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


async def test_counts_the_later_days_on_which_somebody_was_due(listing: DueList):
    assert await listing.see([ONE], TODAY) == [Due(*ONE, TODAY, 0, False)]
    assert await listing.see([ONE], TODAY) == [Due(*ONE, TODAY, 0, False)]
    assert await listing.see([ONE, TWO], on(1)) == [
        Due(*ONE, TODAY, 1, False), Due(*TWO, on(1), 0, False),
    ]  # fmt: skip
    # A clock that jumps makes one day of it, and one that goes back none.
    assert (await listing.see([ONE], on(4000)))[0].days == 2
    assert (await listing.see([ONE], on(2)))[0].days == 2


async def test_who_is_no_longer_due_leaves_and_begins_anew(listing: DueList):
    await listing.see([ONE, TWO], TODAY)
    await listing.see([TWO], on(1))
    assert await listing.listed() == [Due(*TWO, TODAY, 1, False)]
    assert Due(*ONE, on(2), 0, False) in await listing.see([ONE, TWO], on(2))


async def test_remembers_whom_a_steward_confirmed(listing: DueList):
    await listing.see([ONE, TWO], TODAY)
    await listing.confirm([ONE])
    assert {one.ref: one.confirmed for one in await listing.see([ONE, TWO], TODAY)} == {"1": True, "2": False}


async def test_knows_the_largest_pass_of_90_days(listing: DueList):
    assert await listing.largest_pass(TODAY) == 0
    await listing.note_pass(on(-90), 50)
    await listing.note_pass(on(-89), 7)
    await listing.note_pass(on(-3), 5)
    assert await listing.largest_pass(TODAY) == 7
