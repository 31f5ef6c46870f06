"""The day as of which pages open, where nobody chose one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from banen_kit.postgres.connection import Pool
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.figures import Figures
from banen_reporting.queries.opening import opening_day
from banen_reporting.queries.queries import PUBLISHED, FigureQueries
from banen_reporting.queries.released import Released
from support.programme import KNOWN


class Final(Figures):
    async def is_provisional(self, known_on: date | None) -> bool:
        return known_on is None


async def answers_at(pool: Pool, facts: Any, now: datetime) -> FigureQueries:
    await facts.store(pool)
    view = FactStore(pool)
    while await project(view):
        pass
    return FigureQueries(Final(view), view, lambda: now)


async def test_pages_open_on_the_last_final_day_that_knew_the_rule_set(pool: Pool, facts: Any):
    answers = await answers_at(pool, facts, datetime(2009, 2, 1, 12, tzinfo=UTC))
    assert await opening_day(answers, Released(pool), PUBLISHED) == date(2009, 1, 31)
    assert await opening_day(answers, Released(pool), "never-published") is None


@pytest.mark.parametrize(("days", "opens_on"), [(0, None), (1, KNOWN.date())])
async def test_pages_of_a_programme_younger_than_yesterday_open_on_what_is_known_now(
    pool: Pool, facts: Any, days: int, opens_on: date | None
):
    answers = await answers_at(pool, facts, KNOWN + timedelta(days=days))
    assert await opening_day(answers, Released(pool), PUBLISHED) == opens_on
