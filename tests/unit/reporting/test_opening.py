"""The day as of which pages open."""

from datetime import date

from banen_reporting.queries.opening import days_to_open_on
from support.definition import DEFINITION

REPORTED = DEFINITION.model_copy(update={"reporting_days": (date(2009, 1, 14), date(2009, 1, 22))})


def test_a_programme_that_is_over_opens_on_its_last_day_of_reporting():
    assert days_to_open_on(REPORTED, date(2026, 11, 27))[0] == date(2009, 1, 22)


def test_a_day_of_reporting_that_is_still_to_come_is_left_out():
    assert days_to_open_on(REPORTED, date(2009, 1, 20)) == [date(2009, 1, 14), date(2009, 1, 19)]


def test_a_programme_that_runs_opens_on_yesterday():
    assert days_to_open_on(REPORTED, date(2007, 6, 1)) == [date(2007, 5, 31)]
    assert days_to_open_on(None, date(2007, 6, 1)) == [date(2007, 5, 31)]
