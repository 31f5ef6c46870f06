"""The plan pro rata: each month weighs the same, and a revision moves the line from its day on."""

from datetime import date

import pytest

from banen_contracts.programme import Period
from banen_reporting.queries.plan import Decided, planned

PERIOD = Period(first_day=date(2005, 12, 1), last_day=date(2008, 12, 31))
START = date(2005, 12, 1)


def decided(value: int | None, *, on: date = START, year: int | None = None, unit: str = "uaf") -> Decided:
    return Decided(on, unit, "A", year, value)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2005, 11, 30), 0),
        (date(2005, 12, 31), 10),
        (date(2007, 10, 31), 230),
        (date(2007, 11, 15), 235),
        (date(2008, 12, 31), 370),
        (date(2010, 1, 1), 370),
    ],
)
def test_each_month_asks_for_the_same(day: date, expected: int):
    assert planned([decided(370)], PERIOD, day) == pytest.approx(expected)


def test_from_the_day_of_a_revision_on_the_line_is_the_revised_one():
    targets = [decided(370), decided(740, on=date(2007, 11, 1))]

    assert planned(targets, PERIOD, date(2007, 10, 31)) == pytest.approx(230)
    assert planned(targets, PERIOD, date(2007, 11, 30)) == pytest.approx(480)


def test_a_target_that_was_decided_later_holds_from_the_first_day_on():
    assert planned([decided(370, on=date(2006, 6, 1))], PERIOD, date(2005, 12, 31)) == pytest.approx(10)


def test_targets_of_years_add_up_and_each_is_pro_rata_within_its_year():
    targets = [decided(12, year=2006), decided(24, year=2007)]

    assert planned(targets, PERIOD, date(2006, 6, 30)) == pytest.approx(6)
    assert planned(targets, PERIOD, date(2007, 1, 31)) == pytest.approx(14)


def test_no_target_is_no_plan_and_not_zero():
    assert planned([], PERIOD, date(2007, 1, 1)) is None
    assert planned([decided(None)], PERIOD, date(2007, 1, 1)) is None


def test_the_plans_of_units_add_up():
    assert planned([decided(370), decided(37, unit="uwv")], PERIOD, date(2005, 12, 31)) == pytest.approx(11)
