"""A workbook says what its rows say."""

from datetime import date

from banen_reporting.web.workbook import CHUNK, workbook
from support.workbooks import rows_of, sheets_of


def test_values_keep_their_kind():
    rows = [
        ("Unit", "Number", "Share", "Day"),
        ("Goed & <Werk>", 58, 12.5, date(2008, 12, 31)),
        ("", None, 7),
    ]

    assert rows_of(b"".join(workbook([("targets", rows)]))) == [list(row) for row in rows]


def test_a_text_that_looks_like_a_formula_stays_a_text():
    assert rows_of(b"".join(workbook([("targets", [("=1+1", "-2")])]))) == [["=1+1", "-2"]]


def test_each_table_has_a_sheet_of_its_own():
    book = b"".join(workbook([("one", [("a", 1)]), ("two", [("b", 2)])]))
    assert sheets_of(book) == {"one": [["a", 1]], "two": [["b", 2]]}


def test_a_long_table_is_sent_in_parts():
    parts = list(
        workbook([("placements", ((f"{number * 7919 % 999_983}", number) for number in range(50_000)))])
    )
    assert len(parts) > 2
    assert max(map(len, parts)) <= CHUNK
    assert len(rows_of(b"".join(parts))) == 50_000
