"""The rows of the table of targets on the page, of units and of the nation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from banen_reporting.counting import Outcome
from banen_reporting.queries.cells import NONE, sum_of, with_target
from banen_reporting.queries.rows import DUPLICATES
from banen_reporting.queries.schemas import OUTCOMES, Cell, Counts, NationalTargets, Targets, UnitTargets
from banen_reporting.web.files import Table, Value
from banen_reporting.web.words import ProgrammeWords

COLOURS = ("a", "b")
"""Of the routes, in turn; each route is named beside its mark."""


@dataclass(frozen=True)
class Line:
    """A row of the table of targets: its label and numbers, and the filters of the links."""

    label: str
    numbers: Cell | Counts
    unit: str | None
    route: str | None = None
    colour: str = "t"

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

    @property
    def gap(self) -> int | None:
        """What counts more than the target, or less; None if one of them is not there to see."""
        counted = self.numbers.counted
        return None if self.target is None or counted is None else counted - self.target


@dataclass(frozen=True)
class Part:
    """What a key sentence is about: the nation, or what a reader has of it."""

    total: Cell
    routes: Mapping[str, Cell]
    unit: str | None = None

    def lines(self, words: ProgrammeWords) -> list[Line]:
        routes = route_lines(self.routes, self.unit, words)
        return [Line(words.gettext("total"), self.total, self.unit), *routes]

    @property
    def highest(self) -> int:
        """The common end of all bars."""
        return highest([self.total, *self.routes.values()])


def highest(cells: Iterable[Cell | Counts]) -> int:
    found = [value for one in cells for value in (one.counted, getattr(one, "target", None))]
    return max([value for value in found if value is not None], default=0) or 1


def part_of(targets: Targets) -> Part:
    """The nation, or the sum of a partner's own units."""
    if targets.national is not None:
        return Part(targets.national.total, targets.national.routes)
    units = targets.units
    if len(units) == 1:
        return Part(units[0].total, units[0].routes, units[0].id)
    routes = list(units[0].routes) if units else []
    return Part(
        added([unit.total for unit in units]),
        {route: added([unit.routes[route] for unit in units]) for route in routes},
    )


def added(cells: Sequence[Cell]) -> Cell:
    numbers: dict[Outcome, int] = {
        outcome: sum(cell.of(outcome) or 0 for cell in cells) for outcome in OUTCOMES
    }
    return with_target(numbers, sum_of(cell.target for cell in cells))


def unit_lines(unit: UnitTargets, words: ProgrammeWords) -> list[Line]:
    """The rows of a unit: its routes, what is on none of them, and the total."""
    others = [Line(words.route(name), counts, unit.id, name) for name, counts in unit.other_routes.items()]
    total = Line(words.gettext("total"), unit.total, unit.id)
    return [*route_lines(unit.routes, unit.id, words), *others, total]


def national_lines(national: NationalTargets, words: ProgrammeWords) -> list[Line]:
    duplicates = Line(words.gettext("duplicates"), national.duplicates, DUPLICATES)
    first = [] if duplicates.is_blank else [duplicates]
    total = Line(words.gettext("total"), national.total, None)
    return [*first, *route_lines(national.routes, None, words), total]


def route_lines(routes: Mapping[str, Cell], unit: str | None, words: ProgrammeWords) -> list[Line]:
    return [
        Line(words.route(name), cell, unit, name, COLOURS[at % len(COLOURS)])
        for at, (name, cell) in enumerate(routes.items())
    ]


Group: TypeAlias = tuple[str, UnitTargets | None, list[Line]]
"""The heading of a part of the table, its unit and its rows."""


def groups(targets: Targets, words: ProgrammeWords) -> list[Group]:
    """The whole table of targets."""
    found: list[Group] = [(unit.label, unit, unit_lines(unit, words)) for unit in targets.units]
    outside = targets.outside_units and Line(words.gettext("total"), targets.outside_units, NONE)
    if outside and not outside.is_blank:
        found.append((words.gettext("outside"), None, [outside]))
    if targets.national:
        found.append((words.gettext("national"), None, national_lines(targets.national, words)))
    return found


def has_pending(targets: Targets, groups: Iterable[Group]) -> bool:
    """Whether the column of what is pending says anything."""
    return targets.provisional or any(line.numbers.pending != 0 for _, _, lines in groups for line in lines)


def targets_table(targets: Targets, words: ProgrammeWords) -> Table:
    return Table("targets", heads(words), rows(targets, words))


def heads(words: ProgrammeWords) -> list[str]:
    return [
        words.gettext("unit"), words.gettext("route"), words.gettext("target"), words.gettext("result"),
        words.gettext("attainment"), words.gettext("gap"), words.gettext("pending"), words.gettext("excluded"),
    ]  # fmt: skip


def rows(targets: Targets, words: ProgrammeWords) -> Iterable[Sequence[Value]]:
    for label, _, lines in groups(targets, words):
        for line in lines:
            target = (
                line.target
                if line.target is not None
                else words.gettext("none_set")
                if line.can_have_target
                else None
            )
            counted, pending, excluded = (value_of(line, outcome) for outcome in OUTCOMES)
            yield label, line.label, target, counted, line.numbers.attainment, line.gap, pending, excluded


def value_of(line: Line, outcome: Outcome) -> Value:
    """As the page shows it: a number, the sign of one that is kept back, or nothing."""
    sign = line.numbers.suppressed.get(outcome)
    return sign or (None if line.is_blank else line.numbers.of(outcome))
