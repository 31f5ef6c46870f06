"""The key sentence says what the table of the same answers says, in both languages."""

from collections.abc import Mapping
from datetime import date

import pytest

from banen_reporting.queries.cells import with_target
from banen_reporting.queries.schemas import (
    Cell,
    Counts,
    NationalTargets,
    RuleSetVersion,
    Targets,
    UnitTargets,
)
from banen_reporting.queries.schemas_course import Course
from banen_reporting.web.key_sentence import by_permission, key_of
from banen_reporting.web.words import LANGUAGES, ProgrammeWords
from support.definition import DEFINITION

WORDS = {code: ProgrammeWords(language, DEFINITION) for code, language in LANGUAGES.items()}
HEADING = {
    "rule_set": RuleSetVersion(id="published", version=1),
    "known_on": date(2009, 1, 22),
    "happened_until": date(2009, 1, 22),
    "provisional": False,
    "position": 1,
}


def cell(counted: int, target: int | None) -> Cell:
    return with_target({"counted": counted, "pending": 0, "excluded": 0}, target)


def unit(name: str, a: Cell, b: Cell, total: Cell) -> UnitTargets:
    by = "target" if total.target is not None else "permission"
    routes = {"A": a, "B": b}
    return UnitTargets(
        id=name, label=name, members=(), counted_by=by, routes=routes, other_routes={}, total=total
    )


UNITS = (
    unit("uaf", cell(500, 450), cell(109, 490), cell(609, 940)),
    unit("chain", cell(639, 625), cell(411, 1035), cell(1050, 1660)),
    unit("goed-werk", cell(58, None), cell(0, None), cell(58, None)),
    unit("uwv", cell(610, None), cell(0, None), cell(610, None)),
)
"""The figures of the final report."""
NATIONAL = NationalTargets(
    routes={"A": cell(1807, 1075), "B": cell(520, 1525)}, total=cell(2327, 2600), duplicates=Counts()
)


def targets(national: NationalTargets | None = NATIONAL, units: tuple[UnitTargets, ...] = UNITS) -> Targets:
    return Targets(**HEADING, units=units, outside_units=None, national=national)


def course(planned: Mapping[str, int | None], *, is_over: bool) -> Course:
    return Course(**HEADING, months=(), planned=planned, is_over=is_over)


OVER = course({"A": 1075, "B": 1525}, is_over=True)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "nl",
            "2.327 van de 2.600 plaatsingen: 89,5%. Route A ligt 732 boven de taakstelling van 1.075, "
            "Route B ligt 1.005 onder de taakstelling van 1.525. "
            "Zonder de partners die met toestemming meetellen is het 63,8%.",
        ),
        (
            "en",
            "2,327 of 2,600 placements: 89.5%. Route A is 732 above its target of 1,075, "
            "Route B is 1,005 below its target of 1,525. "
            "Without the partners that count by permission it is 63.8%.",
        ),
    ],
)
def test_after_the_end_it_says_what_was_reached_of_the_targets(code: str, said: str):
    assert key_of(targets(), OVER, WORDS[code]).text == said


def test_before_the_end_it_says_what_the_plan_asks_for():
    during = course({"A": 668, "B": 948}, is_over=False)

    text = key_of(targets(), during, WORDS["en"]).text
    assert "On plan would be 1,616." in text
    assert "Route A is 1,139 above its plan of 668, Route B is 428 below its plan of 948." in text


def test_a_partner_reads_of_its_own_unit():
    text = key_of(targets(None, UNITS[:1]), OVER, WORDS["nl"]).text
    assert text.startswith("609 van de 940 plaatsingen: 64,8%. Route A ligt 50 boven de taakstelling van 450")


def test_without_a_target_it_gives_no_share():
    text = key_of(targets(None, UNITS[3:]), OVER, WORDS["nl"]).text
    assert text == "610 plaatsingen tellen mee; er is geen taakstelling."


def test_what_is_kept_back_is_not_said():
    hidden = Cell(
        counted=None, pending=0, excluded=0, suppressed={"counted": "."}, target=2600, target_status="set",
        recorded=None, attainment=None,
    )  # fmt: skip
    shown = NATIONAL.model_copy(update={"total": hidden})

    text = key_of(targets(shown), OVER, WORDS["nl"]).text
    assert "%" not in text
    assert not any(sign.isdigit() for sign in text)


def test_how_many_count_by_permission_is_only_said_where_nothing_counts_twice():
    assert by_permission(targets()) == 668
    twice = NATIONAL.model_copy(update={"duplicates": Counts(counted=3)})
    assert by_permission(targets(twice)) is None
