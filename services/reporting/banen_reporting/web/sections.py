"""A page that is made of tables: each table is the same on the page and in its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import Response

from banen_kit.web.shell.charts import TileMap
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.schemas import Heading
from banen_reporting.web.files import Row, Table
from banen_reporting.web.visit import Visit

Form = Literal["text", "number", "signed", "percent", "euro", "day", "month"]
"""How the values of a column are written on the page; a text in a column of numbers says why there is none."""


@dataclass(frozen=True)
class Column:
    head: str
    form: Form = "number"
    has_bar: bool = False
    """Whether a bar beside the head of the row shows it; all bars of a table have one scale."""


@dataclass(frozen=True)
class Section:
    """A table with its heading. The first column has the heads of the rows."""

    name: str
    title: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    note: str = ""
    links: Sequence[str | None] = ()
    """Where the head of each row leads, if anywhere."""
    has_sum: bool = False
    """Whether the last row is the sum of the others."""
    if_empty: str = ""
    """What stands in place of a table without rows."""

    @property
    def table(self) -> Table:
        return Table(self.name, [column.head for column in self.columns], self.rows)

    @property
    def bar(self) -> int | None:
        return next((at for at, column in enumerate(self.columns) if column.has_bar), None)

    @property
    def scale(self) -> int:
        """The common end of all bars."""
        if self.bar is None:
            return 1
        values = [row[self.bar] for row in self.rows]
        return max([int(value) for value in values if isinstance(value, int)], default=0) or 1


@dataclass(frozen=True)
class Choice:
    """A field of a page's filter."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    """Value and label; the empty value stands for all."""
    chosen: str | None


@dataclass(frozen=True)
class TileFigure:
    """A tile map with its title, what it shows in words, and its legend."""

    drawn: TileMap
    title: str
    description: str
    legend: str


@dataclass(frozen=True)
class TablesPage:
    """What a page of tables says. `lead` is the key sentence, out of the same answer as the tables."""

    page: str
    title: str
    lead: str
    sections: Sequence[Section]
    notes: Sequence[str] = ()
    choices: Sequence[Choice] = ()
    figure: TileFigure | None = None
    """Stands beside the first table."""

    @property
    def filters(self) -> dict[str, str]:
        return {choice.name: choice.chosen for choice in self.choices if choice.chosen is not None}

    @property
    def filter_words(self) -> list[str]:
        """What was chosen, in words."""
        return [dict(one.options)[one.chosen] for one in self.choices if one.chosen is not None]


async def shown(
    visit: Visit, asked: FigureQuery, heading: Heading, said: TablesPage, file: str | None
) -> Response:
    """The page, or one of its tables as a file."""
    if file is not None:
        return visit.file(heading, file, [one.table for one in said.sections], *said.filter_words)
    return visit.page(
        "tables.html",
        asked,
        [visit.overview_crumb(asked)],
        heading=heading,
        said=said,
        own_address=visit.links(asked).to(said.page),
        rule_names=await visit.rule_names(asked),
    )
