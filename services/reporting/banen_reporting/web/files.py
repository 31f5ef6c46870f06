"""A table of a page as a file: the same numbers, below what they are numbers of."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from itertools import chain

from fastapi.responses import StreamingResponse

from banen_kit.core.problem import Problem
from banen_reporting.queries.schemas import Heading
from banen_reporting.web.words import ProgrammeWords

Value = str | int | float | date | None
Row = Sequence[Value]
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these is a formula to a spreadsheet that reads CSV."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""So that spreadsheets read it as UTF-8."""
FORMS = {"csv": "text/csv; charset=utf-8"}
"""How a file may be had: the end of its name, and its media type. Workbooks need `banen-reporting[exports]`."""
if find_spec("xlsxwriter"):
    FORMS["xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Table:
    name: str
    """As in the address of its file."""
    heads: Sequence[str]
    rows: Iterable[Row]


def file_of(
    words: ProgrammeWords, heading: Heading, table: Table, filters: Sequence[str], form: str
) -> StreamingResponse:
    """Written row by row, so that a long table takes no memory."""
    rows = chain(about(words, heading, filters), [(), table.heads], table.rows)
    name = f"{table.name}-{heading.known_on.isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "csv":
        return StreamingResponse(lines(rows), 200, headers, FORMS[form])
    from banen_reporting.web.workbook import workbook

    return StreamingResponse(workbook([(table.name, rows)]), 200, headers, FORMS[form])


def workbook_of(
    words: ProgrammeWords, heading: Heading, parts: Mapping[str, Sequence[Table]]
) -> StreamingResponse:
    """All tables of some pages, by the pages' names: a sheet each, behind one that says what they are numbers of.

    Raises `Problem` 404 without `banen-reporting[exports]`.
    """
    if "xlsx" not in FORMS:
        raise Problem(404, "not-found", "Not Found")
    from banen_reporting.web.workbook import workbook

    sheets = [(f"{page} {table.name}", table) for page, tables in parts.items() for table in tables]
    first = [*about(words, heading, ()), (), *((name,) for name, _ in sheets)]
    written = ((name, chain([table.heads], table.rows)) for name, table in sheets)
    headers = {"Content-Disposition": f'attachment; filename="banen-{heading.known_on.isoformat()}.xlsx"'}
    rows = chain([(words.gettext("about_sheet"), first)], written)
    return StreamingResponse(workbook(rows), 200, headers, FORMS["xlsx"])


def about(words: ProgrammeWords, heading: Heading, filters: Sequence[str]) -> list[Row]:
    return [
        (words.gettext("rule_set"), heading.rule_set.id),
        (words.gettext("version"), heading.rule_set.version),
        (words.gettext("known_on"), heading.known_on),
        (words.gettext("happened_until"), heading.happened_until),
        (
            words.gettext("state"),
            words.gettext("provisional") if heading.provisional else words.gettext("final"),
        ),
        (words.gettext("position"), heading.position),
        *((words.gettext("filters"), one) for one in filters),
    ]


def lines(rows: Iterable[Row]) -> Iterator[str]:
    yield BOM
    for row in rows:
        yield line(row)


def line(row: Row) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(value) for value in row])
    return written.getvalue()


def harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value
