"""A table of a page as CSV: the same numbers, below what they are numbers of."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fastapi.responses import StreamingResponse

from banen_reporting.queries.schemas import Heading
from banen_reporting.web.words import ProgrammeWords

Value = str | int | float | None
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these is a formula to a spreadsheet."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""So that spreadsheets read it as UTF-8."""


@dataclass(frozen=True)
class Table:
    name: str
    """As in the address of its file."""
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]


def csv_of(
    words: ProgrammeWords, heading: Heading, table: Table, filters: Sequence[str]
) -> StreamingResponse:
    """Written row by row, so that a long table takes no memory."""
    about: list[tuple[str, Value]] = [
        (words.gettext("rule_set"), heading.rule_set.id),
        (words.gettext("version"), heading.rule_set.version),
        (words.gettext("known_on"), heading.known_on.isoformat()),
        (words.gettext("happened_until"), heading.happened_until.isoformat()),
        (
            words.gettext("state"),
            words.gettext("provisional") if heading.provisional else words.gettext("final"),
        ),
        (words.gettext("position"), heading.position),
        *((words.gettext("filters"), one) for one in filters),
    ]
    name = f"{table.name}-{heading.known_on.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines(about, table), 200, headers, "text/csv; charset=utf-8")


def lines(about: Sequence[tuple[str, Value]], table: Table) -> Iterator[str]:
    yield BOM
    for row in (*about, (), table.heads):
        yield line(row)
    for row in table.rows:
        yield line(row)


def line(row: Sequence[Value]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(value) for value in row])
    return written.getvalue()


def harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value
