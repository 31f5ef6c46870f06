"""What is kept back from aggregate readers, so that no figure they see is about a handful of people.

A cell is kept back when it, or its change since the end of the month before, is 1 to 4 (`decisions.md` 27), or its
difference from the same cell under the published rules. In every
line of the table where one cell is kept back a second one is, since the sum would give the first away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from banen_reporting.cells import OUTCOMES

FEW = range(1, 5)
SMALL = "<5"
UNSHOWN = "."
TOTAL = "total"
NATIONAL = "national"

Place = tuple[str, str]
"""Row and column: a unit or the nation, a route or the total."""


@dataclass
class Table:
    """The counts of one outcome: rows add up to the nation, columns to the total."""

    counts: Mapping[Place, int]
    hidden: dict[Place, str] = field(default_factory=dict[Place, str])

    def hide(self, beside: Sequence[Mapping[Place, int]]) -> None:
        for place, count in self.counts.items():
            if count in FEW:
                self.hidden[place] = SMALL
            elif any(abs(count - other.get(place, 0)) in FEW for other in beside):
                self.hidden[place] = UNSHOWN
        while exposed := self._exposed():
            self.hidden[exposed] = UNSHOWN

    def _exposed(self) -> Place | None:
        """The next cell to be kept back: in a line that has exactly one such cell, the smallest other one."""
        for line in self._lines():
            if sum(place in self.hidden for place in line) == 1:
                others = [place for place in line if place not in self.hidden]
                return min(others, key=self._cost, default=None)
        return None

    def _cost(self, place: Place) -> tuple[bool, bool, int, Place]:
        """A total is the last to go, and nothing is no cover."""
        return (TOTAL in place or NATIONAL in place, self.counts[place] == 0, self.counts[place], place)

    def _lines(self) -> Iterable[Sequence[Place]]:
        for axis in (0, 1):
            for name in dict.fromkeys(place[axis] for place in self.counts):
                yield [place for place in self.counts if place[axis] == name]


def kept_back(now: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The answer of `targets` at the end of a month, without what must not be seen beside other such answers."""
    hidden: dict[str, dict[Place, str]] = {}
    for outcome in OUTCOMES:
        table = Table(counts_of(now, outcome))
        table.hide([counts_of(other, outcome) for other in beside])
        hidden[outcome] = table.hidden

    def shown(row: str, column: str, cell: Mapping[str, Any]) -> dict[str, Any]:
        secrets = {o: hidden[o][row, column] for o in OUTCOMES if (row, column) in hidden[o]}
        without = {**cell, **dict.fromkeys(secrets), "suppressed": secrets}
        if "counted" in secrets:
            without["attainment"] = None
        if secrets:
            without["recorded"] = None
        return without

    def part(row: str, given: Mapping[str, Any]) -> dict[str, Any]:
        others = {
            name: shown(row, name, numbers_of(cell)) for name, cell in given.get("otherRoutes", {}).items()
        }
        return {
            **given,
            "routes": {name: shown(row, name, cell) for name, cell in given["routes"].items()},
            "total": shown(row, TOTAL, given["total"]),
            **({"otherRoutes": others} if "otherRoutes" in given else {}),
        }

    duplicates = numbers_of(now["national"]["duplicates"])
    return {
        **now,
        "units": [part(unit["id"], unit) for unit in now["units"]],
        "outsideUnits": shown("outside", TOTAL, now["outsideUnits"]),
        "national": {**part(NATIONAL, now["national"]), "duplicates": shown("duplicates", TOTAL, duplicates)},
    }


def counts_of(targets: Mapping[str, Any], outcome: str) -> dict[Place, int]:
    """One outcome of a `targets` answer as a table."""
    found: dict[Place, int] = {}
    for unit in targets["units"]:
        for name, cell in {**unit["routes"], **unit["otherRoutes"], TOTAL: unit["total"]}.items():
            found[unit["id"], name] = cell.get(outcome, 0)
    found["outside", TOTAL] = targets["outsideUnits"][outcome]
    national = targets["national"]
    found["duplicates", TOTAL] = national["duplicates"][outcome]
    for name, cell in {**national["routes"], TOTAL: national["total"]}.items():
        found[NATIONAL, name] = cell[outcome]
    return found


def numbers_of(cell: Mapping[str, int]) -> dict[str, int]:
    return {outcome: cell.get(outcome, 0) for outcome in OUTCOMES}
