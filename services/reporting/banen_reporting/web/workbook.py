"""Rows as a workbook (Office Open XML). Needs `banen-reporting[exports]`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from tempfile import TemporaryFile

from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]
from xlsxwriter.worksheet import Worksheet  # pyright: ignore[reportMissingTypeStubs]

CHUNK = 65_536
OPTIONS = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
"""Only one row is kept in memory; the others wait in a file without a name."""
LONGEST_NAME = 31
Rows = Iterable[Sequence[str | float | date | None]]


def workbook(sheets: Iterable[tuple[str, Rows]]) -> Iterator[bytes]:
    """The file, in parts: a sheet for each name. A text stays a text, also if it looks like a formula or an address."""
    with TemporaryFile() as file:
        with Workbook(file, OPTIONS) as book:
            for name, rows in sheets:
                write(book.add_worksheet(name[:LONGEST_NAME]), rows)  # pyright: ignore[reportUnknownMemberType]
        file.seek(0)
        while part := file.read(CHUNK):
            yield part


def write(sheet: Worksheet, rows: Rows) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            match value:
                case None:
                    pass
                case str():
                    sheet.write_string(number, column, value)
                case date():
                    sheet.write_datetime(number, column, datetime.combine(value, time()))
                case _:
                    sheet.write_number(number, column, value)
