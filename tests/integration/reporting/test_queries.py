"""The cells: what is no target, what is nothing recorded, and what is really zero; and the rows behind them."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import Precision
from banen_contracts.mediation import ProgrammeTag
from banen_contracts.reporting import CostRecorded, HistoricFigureImported, ProgrammeDefined, Provenance
from banen_kit.core.problem import Problem
from banen_kit.postgres.connection import Pool
from banen_reporting.administration.domain.figure import figure_ref
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.figures import Figures
from banen_reporting.queries.cells import NONE, percent
from banen_reporting.queries.cursor import write_cursor
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.rows import DUPLICATES, PlacementFilter
from banen_reporting.queries.schemas import OUTCOMES, Numbers, Placements, Targets, UnitTargets

NOW = datetime(2009, 2, 1, 12, tzinfo=UTC)
UNTIL = date(2008, 12, 31)


async def answers_of(pool: Pool, facts: Any) -> FigureQueries:
    """Those of the small programme with what a test added to it."""
    await facts.store(pool)
    view = FactStore(pool)
    while await project(view):
        pass
    assert await view.set_aside() == []
    return FigureQueries(Figures(view), view, lambda: NOW)


async def targets(answers: FigureQueries, rule_set: str = "published") -> Targets:
    return await answers.targets(answers.asked(rule_set, None, UNTIL))


async def unit(answers: FigureQueries, ref: str, rule_set: str = "published") -> UnitTargets:
    return next(one for one in (await targets(answers, rule_set)).units if one.id == ref)


async def rows(
    answers: FigureQueries, wanted: PlacementFilter, rule_set: str = "published", limit: int = 100
) -> Placements:
    return await answers.placements(answers.asked(rule_set, None, UNTIL), wanted, None, limit)


async def test_the_first_definition_holds_for_the_days_before_it_was_known(pool: Pool, facts: Any):
    """An older release knew routes and kinds by itself: what was final under it must not change."""
    defined = f"nl.banenoffensief.{ProgrammeDefined.NAME}"
    later = datetime(2009, 1, 15, 12, tzinfo=UTC)
    facts.rows = [(*row[:6], later, *row[7:]) if row[3] == defined else row for row in facts.rows]
    answers = await answers_of(pool, facts)

    found = await answers.targets(answers.asked(None, UNTIL, UNTIL))

    assert found.national is not None
    assert list(found.national.routes) == ["A", "B"]
    assert found.national.total.counted == 5


async def test_a_cell_has_target_outcomes_and_percentage(answers: FigureQueries):
    found = (await unit(answers, "uaf")).routes["A"]

    assert json.loads(found.to_json()) == {
        "target": 4,
        "targetStatus": "set",
        "counted": 2,
        "pending": 1,
        "excluded": 2,
        "recorded": 5,
        "attainment": 50.0,
    }


async def test_no_target_is_none_and_has_no_percentage(answers: FigureQueries):
    found = (await unit(answers, "goed-werk")).total

    assert (found.target, found.target_status, found.attainment) == (None, "none", None)


async def test_zero_of_something_recorded_differs_from_nothing_recorded(answers: FigureQueries):
    goed_werk, uwv = await unit(answers, "goed-werk"), await unit(answers, "uwv")

    assert (goed_werk.routes["B"].counted, goed_werk.routes["B"].recorded) == (0, 1)
    assert (uwv.routes["B"].counted, uwv.routes["B"].recorded) == (0, 0)


async def test_units_without_a_target_follow_those_with_one(answers: FigureQueries):
    assert [one.id for one in (await targets(answers)).units] == ["uaf", "goed-werk", "uwv"]


async def test_the_nation_is_the_sum_of_the_units_less_the_duplicates(answers: FigureQueries):
    found = await targets(answers, "each")

    assert found.national is not None
    assert [one.total.counted for one in found.units] == [4, 1, 1]
    assert (found.national.duplicates.counted, found.national.total.counted) == (1, 5)


@pytest.mark.parametrize("rule_set", ["published", "each", "with-regular", "without-uwv"])
async def test_every_figure_has_exactly_that_many_rows(answers: FigureQueries, rule_set: str):
    found = await targets(answers, rule_set)
    assert found.national is not None
    assert found.outside_units is not None
    figures: dict[tuple[str | None, str | None], Numbers] = {
        (None, None): found.national.total,
        (NONE, None): found.outside_units,
        (DUPLICATES, None): found.national.duplicates,
    }
    figures |= {(one.id, route): cell for one in found.units for route, cell in one.routes.items()}
    figures |= {(one.id, None): one.total for one in found.units}
    figures |= {(None, route): cell for route, cell in found.national.routes.items()}

    counts = {
        (*place, outcome): (await rows(answers, PlacementFilter(*place, outcome), rule_set)).count
        for place in figures
        for outcome in OUTCOMES
    }

    assert counts == {
        (*place, outcome): cell.of(outcome) for place, cell in figures.items() for outcome in OUTCOMES
    }


async def test_the_pages_of_a_list_hold_every_row_once(answers: FigureQueries):
    asked = answers.asked(None, None, UNTIL)
    seen: list[str] = []
    cursor = None
    while True:
        page = await answers.placements(asked, PlacementFilter(), cursor, 4)
        seen += [row.ref for row in page.placements]
        cursor = page.next
        if cursor is None:
            break

    assert (len(seen), len(set(seen)), page.count) == (9, 9, 9)


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WzEsMiwzLDRd", "bnVsbA=="])
async def test_a_cursor_of_somebody_else_is_refused(answers: FigureQueries, cursor: str):
    with pytest.raises(Problem, match="cursor") as caught:
        await answers.placements(answers.asked(None, None, UNTIL), PlacementFilter(), cursor, 4)

    assert caught.value.status == 400


async def test_a_cursor_beyond_the_last_row_gives_no_rows(answers: FigureQueries):
    cursor = write_cursor(("9999-12-31", "", "", ""))

    found = await answers.placements(answers.asked(None, None, UNTIL), PlacementFilter(), cursor, 4)

    assert (found.placements, found.next) == ((), None)


async def test_the_imported_part_keeps_its_provenance_and_document(answers: FigureQueries):
    found = await answers.results(answers.asked(None, None, UNTIL))

    uaf, goed_werk, _ = found.units
    assert (uaf.programme.value, uaf.regular.value, uaf.total) == (3, 150, 153)
    assert uaf.regular.provenance == "assumed"
    assert uaf.regular.documents[0].document == "BOV/report-2009"
    assert goed_werk.regular.value is None


async def test_figures_from_documents_and_costs_follow_their_days(facts: Any, pool: Pool):
    """A year's figure is there from its last day on, a cost from its own."""
    cost = {"amount_euro": 2000, "precision": Precision.EXACT, "occurred_on": date(2007, 6, 1)}
    facts.bureau(CostRecorded(cost_ref=UUID(int=5), **cost))
    found: dict[date, tuple[int | None, int | None]] = {}
    answers = await answers_of(pool, facts)
    for until in (
        date(2006, 12, 30),
        date(2006, 12, 31),
        date(2007, 1, 1),
        date(2007, 5, 31),
        date(2007, 6, 1),
    ):
        results = await answers.results(answers.asked("with-regular", None, until))
        [compared] = [
            row
            for row in (await answers.rule_sets(answers.asked(None, None, until))).rule_sets
            if row.id == "with-regular"
        ]
        assert results.national is not None
        assert results.costs is not None
        assert compared.parts.imported == results.national.regular.value
        found[until] = results.national.regular.value, results.costs.total_euro

    assert list(found.values()) == [(0, None), (150, None), (150, 5000), (150, 5000), (150, 7000)]


async def test_two_figures_of_one_unit_and_year_are_never_added(facts: Any, pool: Pool):
    """As earlier versions published them; that which can be superseded is the one."""
    about: dict[str, Any] = {
        "unit_id": "uaf", "measure": "regular_placements", "provenance": Provenance.MEASURED, "precision": Precision.EXACT,
        "document_ref": "annual-report", "occurred_on": date(2007, 1, 1),
    }  # fmt: skip
    facts.bureau(HistoricFigureImported(figure_ref=UUID(int=6), year=2006, value=1000, **about))
    ref = figure_ref("uaf", "regular_placements", 2006)
    facts.bureau(HistoricFigureImported(figure_ref=ref, year=2006, value=157, **about))
    facts.bureau(HistoricFigureImported(figure_ref=UUID(int=7), year=2006, value=2000, **about))
    facts.bureau(
        HistoricFigureImported(figure_ref=UUID(int=8), year=2006, value=9, **{**about, "unit_id": "nobody"})
    )
    answers = await answers_of(pool, facts)

    found = await answers.results(answers.asked(None, None, UNTIL))

    assert found.national is not None
    assert found.units[0].regular.value == found.national.regular.value == 157


async def test_regular_work_counts_until_a_figure_covers_its_year(facts: Any, pool: Pool):
    facts.place(
        "regular", "uaf", "employment", programme_tag=ProgrammeTag.REGULAR, start_date=date(2006, 3, 1)
    )
    answers = await answers_of(pool, facts)
    for until, outcome in ((date(2006, 12, 30), "counted"), (date(2006, 12, 31), "excluded")):
        one = await answers.placement(
            facts.address("regular").rsplit("/")[-1], None, answers.asked(None, None, until)
        )
        [verdict] = [verdict for verdict in one.verdicts if verdict.rule_set == "with-regular"]
        assert (verdict.verdict, verdict.clause) == (outcome, "R5" if outcome == "excluded" else None)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 16, 6.3), (3, 16, 18.8), (1, 800, 0.1), (2599, 2600, 99.9), (2600, 2600, 100.0), (9999, 10_000, 99.9),
        (2601, 2600, 100.0), (4367, 2600, 168.0), (0, 5, 0.0), (5, 0, None), (5, None, None),
    ],
)  # fmt: skip
def test_percentages_are_rounded_half_up_and_never_to_100_below_the_target(
    part: int, whole: int | None, shown: float | None
):
    assert percent(part, whole) == shown


async def test_an_end_counts_from_the_day_on_which_it_was_known(answers: FigureQueries):
    before = await answers.targets(answers.asked(None, date(2007, 3, 4), UNTIL))
    after = await answers.targets(answers.asked(None, date(2007, 3, 5), UNTIL))

    assert before.national is not None
    assert after.national is not None
    assert (before.national.total.counted, after.national.total.counted) == (6, 5)


async def test_rule_sets_are_compared_on_the_same_facts(answers: FigureQueries):
    found = (await answers.rule_sets(answers.asked(None, None, UNTIL))).rule_sets

    said = {row.id: (row.count, row.percent_of_target, row.euro_per_placement) for row in found}
    assert list(said) == ["published", "each", "with-regular", "without-uwv"]
    assert said["published"] == (5, 55.6, 1000.0)
    assert said["without-uwv"] == (4, 44.4, 1250.0)
    assert said["with-regular"] == (155, 1722.2, 32.26)
