"""Month-ends for aggregate readers: released once, in order, when final; what was shown stays shown and tells of nobody."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from banen_contracts.base import Precision
from banen_contracts.reporting import CostRecorded
from banen_contracts.roles import Role
from banen_kit.postgres.connection import Pool
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.figures import Figures
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released, Releasing, settled_from

NOW = datetime(2009, 2, 1, 12, tzinfo=UTC)
Reader = Callable[..., httpx2.AsyncClient]


class FinalUntil(Figures):
    """Figures that are final up to a day."""

    def __init__(self, view: FactStore, day: date) -> None:
        super().__init__(view)
        self.day = day

    async def is_provisional(self, known_on: date | None) -> bool:
        return known_on is None or known_on > self.day


async def answers_of(pool: Pool, facts: Any, until: date) -> FigureQueries:
    await facts.store(pool)
    view = FactStore(pool)
    while await project(view):
        pass
    return FigureQueries(FinalUntil(view, until), view, lambda: NOW)


async def rows_of(pool: Pool) -> list[tuple[date, str, dict[str, Any]]]:
    rows = await pool.fetch("select month, rule_set, answer from released order by month, rule_set")
    return [(row["month"], row["rule_set"], json.loads(row["answer"])) for row in rows]


def grow(facts: Any, random: Random) -> None:
    """Each month a few placements become known, and sometimes many."""
    partners = ("uaf", "uaf", "uwv", "goed-werk")
    kinds = ("employment", "temp", "internship", "self_employment")
    number = 0
    for month in range(22):
        known_at = datetime(2007, 3, 1, 12, tzinfo=UTC) + timedelta(days=30 * month)
        for _ in range(random.choice((0, 1, 2, 3, 4, 6, 12, 30))):
            number += 1
            contract = random.choice(("open_ended", "open_ended", "unknown", "fixed"))
            facts.place(
                f"grown {number}", random.choice(partners), random.choice(kinds), contract=contract,
                start_date=date(2007, 1, 1) + timedelta(days=random.randrange(700)), known_at=known_at,
            )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
async def test_no_two_month_ends_or_rule_sets_tell_a_few_people_apart(pool: Pool, facts: Any, seed: int):
    grow(facts, Random(seed))
    answers = await answers_of(pool, facts, date(2009, 12, 31))
    await Releasing(answers, Released(pool)).work()

    seen: dict[str, set[int]] = {}
    for _, _, answer in await rows_of(pool):
        for name, value in numbers_in(answer).items():
            seen.setdefault(name, set()).add(value)

    assert len(seen) > 40
    assert any(len(values) > 2 for values in seen.values())
    for name, values in seen.items():
        assert not values & {1, 2, 3, 4}, name
        assert not [pair for pair in combinations(values, 2) if abs(pair[0] - pair[1]) in range(1, 5)], name


def numbers_in(answer: dict[str, Any]) -> dict[str, int]:
    """Every count that an answer shows, by its place; read from the answers, not from what they say they show."""
    found: dict[str, int | None] = {}
    targets = answer["targets"]
    rows = {
        unit["id"]: {**unit["routes"], **unit["otherRoutes"], "total": unit["total"]}
        for unit in targets["units"]
    }
    national = targets["national"]
    rows["national"] = {**national["routes"], "total": national["total"]}
    rows["outside"], rows["duplicates"] = (
        {"total": targets["outsideUnits"]},
        {"total": national["duplicates"]},
    )
    for row, cells in rows.items():
        for column, cell in cells.items():
            found |= {
                f"{row}/{column}/{outcome}": cell[outcome] for outcome in ("counted", "pending", "excluded")
            }
    for outcome, clauses in national["clauses"].items():
        found |= {f"{outcome}/{one['clause']}": one["count"] for one in clauses or ()}
    for unit in answer["results"]["units"]:
        found[f"{unit['id']}/total/counted "] = unit["programme"]["value"]
    row = answer["ruleSet"]
    found |= {
        "national/A/counted ": row["routes"]["A"],
        "national/B/counted ": row["routes"]["B"],
        "counted ": row["parts"]["counted"],
    }
    if answer["results"]["funnel"]:
        found["conversations"] = answer["results"]["funnel"]["conversations"]
    return {name: value for name, value in found.items() if value is not None}


async def test_a_month_is_released_once_it_is_final_and_in_order(pool: Pool, facts: Any):
    answers = await answers_of(pool, facts, date(2007, 4, 29))
    released = Released(pool)
    assert isinstance(answers.figures, FinalUntil)
    await Releasing(answers, released).work()
    assert {month for month, _, _ in await rows_of(pool)} == {date(2007, 2, 28), date(2007, 3, 31)}

    answers.figures.day = date(2007, 4, 30)
    await Releasing(answers, released).work()

    assert released.newest == date(2007, 4, 30)
    assert {rule_set for month, rule_set, _ in await rows_of(pool) if month == released.newest} == {
        "published", "each", "with-regular", "without-uwv",
    }  # fmt: skip


async def test_a_month_that_is_not_over_is_not_released(pool: Pool, facts: Any):
    answers = replace(
        await answers_of(pool, facts, date(2012, 1, 1)), clock=lambda: datetime(2007, 3, 31, 20, tzinfo=UTC)
    )
    await Releasing(answers, Released(pool)).work()

    assert {month for month, _, _ in await rows_of(pool)} == {date(2007, 2, 28)}


async def test_what_was_shown_stays_shown_when_facts_are_folded_anew(pool: Pool, facts: Any):
    answers = await answers_of(pool, facts, date(2009, 12, 31))
    await Releasing(answers, Released(pool)).work()
    before = await rows_of(pool)
    await pool.execute("delete from facts; delete from set_aside; update projected set sequence = 0")
    await pool.execute("delete from inbox where type like '%placement%'")

    view = FactStore(pool)
    while await project(view):
        pass
    await Releasing(
        FigureQueries(FinalUntil(view, date(2009, 12, 31)), view, lambda: NOW), Released(pool)
    ).work()

    assert await rows_of(pool) == before
    for change in ("delete from released", "update released set month = month", "truncate released"):
        with pytest.raises(asyncpg.PostgresError):
            await pool.execute(change)


async def test_months_in_which_nothing_can_change_are_those_of_the_last_that_could(pool: Pool, facts: Any):
    cost = {"amount_euro": 9, "precision": Precision.EXACT, "occurred_on": date(2007, 1, 1)}
    later = datetime(2012, 6, 5, 12, tzinfo=UTC)
    facts.say("bureau", CostRecorded(cost_ref=UUID(int=9, version=4), **cost), known_at=later)
    answers = replace(
        await answers_of(pool, facts, date(2020, 1, 1)), clock=lambda: datetime(2012, 9, 1, 12, tzinfo=UTC)
    )
    released = Released(pool)
    await Releasing(answers, released).work()

    model, _ = await answers.figures.model(date(2012, 5, 31))
    assert settled_from(model) < date(2012, 1, 31)
    kept = {(month, rule_set): answer for month, rule_set, answer in await rows_of(pool)}
    for month, cost_seen in ((date(2012, 5, 31), 5000), (date(2012, 6, 30), 5009), (date(2012, 8, 31), 5009)):
        answer = kept[month, "with-regular"]
        assert answer["targets"]["knownOn"] == answer["results"]["happenedUntil"] == month.isoformat()
        whole = await answers.results(answers.asked("with-regular", month, month))
        assert whole.costs
        assert whole.costs.total_euro == cost_seen
        assert answer["results"]["costs"] in (None, json.loads(whole.costs.to_json()))
    assert len({month for month, _ in kept}) == 67


async def test_a_month_that_was_not_released_is_not_there(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        for path in ("/v1/targets", "/v1/results", "/v1/rule-sets", "/v1/targets?knownOn=2008-12-31"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "month-not-released")
        assert "nog niet vrijgegeven" in (await client.get("/nl/overzicht?month=2008-12")).text


@pytest.mark.usefixtures("month_ends")
async def test_the_ministry_is_told_why_placements_do_not_count(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        national = (await client.get("/v1/targets?knownOn=2008-12-31")).json()["national"]
        page = (await client.get("/nl/overzicht?month=2008-12")).text

    assert set(national["clauses"]) == {"pending", "excluded"}
    assert "Waarom plaatsingen niet of nog niet meetellen" in page
