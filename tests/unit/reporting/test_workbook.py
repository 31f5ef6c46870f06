"""A workbook says what its rows say, and is written while they are read."""

from collections.abc import Iterator
from datetime import date

from banen_reporting.web.workbook import CHUNK, workbook
from support.workbooks import rows_of


def test_values_keep_their_kind():
    rows = [("Unit", "Number", "Share", "Day"), ("Goed & <Werk>", 58, 12.5, date(2008, 12, 31)), ("", None)]

    assert rows_of(b"".join(workbook("targets", rows))) == [list(row) for row in rows]


def test_a_text_that_looks_like_a_formula_stays_a_text():
    assert rows_of(b"".join(workbook("targets", [("=1+1", "-2")]))) == [["=1+1", "-2"]]


def test_a_long_table_is_sent_while_it_is_read():
    read = 0

    def rows() -> Iterator[tuple[str, int]]:
        nonlocal read
        for number in range(50_000):
            read += 1
            yield f"{number * 7919 % 999_983}-{number}", number

    writing = workbook("placements", rows())
    first = next(writing)

    assert 0 < read < 50_000
    assert CHUNK < len(first) < 2 * CHUNK
    assert all(len(chunk) < 2 * CHUNK for chunk in writing)
    assert read == 50_000
