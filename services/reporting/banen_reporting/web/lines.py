"""The rows of the table of targets on the page, of units and of the nation."""

from dataclasses import dataclass

from banen_contracts.labels import OTHER_ROUTE
from banen_reporting.queries.queries import DUPLICATES
from banen_reporting.queries.schemas import Cell, Counts, NationalTargets, UnitTargets
from banen_reporting.web.templating import LANGUAGE

gettext = LANGUAGE.gettext


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


def unit_lines(unit: UnitTargets) -> list[Line]:
    """The rows of a unit: both routes, what is on neither, and the total."""
    others = [Line(OTHER_ROUTE[name], counts, unit.id, name) for name, counts in unit.other_routes.items()]
    return [*route_lines(unit, unit.id), *others, Line(gettext("total"), unit.total, unit.id)]


def national_lines(national: NationalTargets) -> list[Line]:
    duplicates = Line(gettext("duplicates"), national.duplicates, DUPLICATES)
    first = [] if duplicates.is_blank else [duplicates]
    return [*first, *route_lines(national, None), Line(gettext("total"), national.total, None)]


def route_lines(part: UnitTargets | NationalTargets, unit: str | None) -> list[Line]:
    return [
        Line(gettext("route_of").format(route=name), cell, unit, name.value)
        for name, cell in part.routes.items()
    ]
