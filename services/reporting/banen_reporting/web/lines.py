"""The rows of the table of targets on the page, of units and of the nation."""

from dataclasses import dataclass

from banen_reporting.queries.queries import DUPLICATES
from banen_reporting.queries.schemas import Cell, Counts, NationalTargets, UnitTargets
from banen_reporting.web.words import ProgrammeWords, gettext


@dataclass(frozen=True)
class Line:
    """A row of the table of targets: its label and numbers, and the filters of the links."""

    label: str
    numbers: Cell | Counts
    unit: str | None
    route: str | None = None

    @property
    def target(self) -> int | None:
        return self.numbers.target if isinstance(self.numbers, Cell) else None

    @property
    def can_have_target(self) -> bool:
        return isinstance(self.numbers, Cell)

    @property
    def is_blank(self) -> bool:
        """Nothing was recorded, which differs from "none counts"."""
        return self.target is None and self.numbers.in_all == 0


def unit_lines(unit: UnitTargets, words: ProgrammeWords) -> list[Line]:
    """The rows of a unit: its routes, what is on none of them, and the total."""
    others = [Line(words.route(name), counts, unit.id, name) for name, counts in unit.other_routes.items()]
    return [*route_lines(unit, unit.id, words), *others, Line(gettext("total"), unit.total, unit.id)]


def national_lines(national: NationalTargets, words: ProgrammeWords) -> list[Line]:
    duplicates = Line(gettext("duplicates"), national.duplicates, DUPLICATES)
    first = [] if duplicates.is_blank else [duplicates]
    return [*first, *route_lines(national, None, words), Line(gettext("total"), national.total, None)]


def route_lines(part: UnitTargets | NationalTargets, unit: str | None, words: ProgrammeWords) -> list[Line]:
    return [Line(words.route(name), cell, unit, name) for name, cell in part.routes.items()]
