"""The municipalities of 2004-2018, held against how many there were, and what the table says of a code on a day."""

from datetime import date, timedelta

import pytest

from banen_contracts.municipalities import FIRST_DAY, LAST_DAY, fault_of_municipality, municipalities

COUNTS = {
    2004: 483, 2005: 467, 2006: 458, 2007: 443, 2008: 443, 2009: 441, 2010: 431, 2011: 418,
    2012: 415, 2013: 408, 2014: 403, 2015: 393, 2016: 390, 2017: 388, 2018: 380, 2019: 355,
}  # fmt: skip
"""How many there were on 1 January, written down beside the table and not taken from it."""


@pytest.mark.parametrize("year", COUNTS)
def test_there_are_as_many_as_statistics_netherlands_counts(year: int):
    there = [one for one in municipalities().values() if one.existed_on(date(year, 1, 1))]
    assert len(there) == COUNTS[year]


def test_what_ended_has_a_successor_that_was_there_the_day_after():
    for one in municipalities().values():
        assert (one.last_day is None) == (one.successor is None)
        if one.last_day and one.successor:
            after = municipalities()[one.successor]
            assert after.existed_on(one.last_day + timedelta(1)), one


def test_each_code_is_of_the_form_of_the_events():
    assert all(len(code) == 6 and code[:2] == "GM" and code[2:].isdigit() for code in municipalities())


@pytest.mark.parametrize(
    ("code", "day"),
    [
        (None, date(2007, 1, 1)),
        ("GM0363", date(2007, 1, 1)),
        ("GM0240", date(2006, 5, 18)),
        ("GM1586", date(2006, 5, 19)),
        ("GM9999", FIRST_DAY - timedelta(1)),
        ("GM9999", LAST_DAY + timedelta(1)),
    ],
)
def test_a_code_is_taken_where_it_existed_and_where_the_table_does_not_reach(code: str | None, day: date):
    assert fault_of_municipality(code, day) is None


@pytest.mark.parametrize(
    ("code", "day", "fault"),
    [
        (
            "GM0240",
            date(2006, 5, 19),
            ("municipality-over", "Groenlo ended on 2006-05-18; it went into GM1586 Oost Gelre."),
        ),
        ("GM1586", date(2006, 5, 18), ("municipality-unknown", "Oost Gelre exists since 2006-05-19.")),
        (
            "GM9999",
            FIRST_DAY,
            ("municipality-unknown", "Statistics Netherlands has no such municipality code."),
        ),
        (
            "GM9999",
            LAST_DAY,
            ("municipality-unknown", "Statistics Netherlands has no such municipality code."),
        ),
    ],
)
def test_a_code_that_did_not_exist_is_refused_with_what_became_of_it(
    code: str, day: date, fault: tuple[str, str]
):
    assert fault_of_municipality(code, day) == fault
