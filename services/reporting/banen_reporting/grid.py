"""What is kept back from aggregate readers, so that no figure they see is about a handful of people.

A cell is kept back when it is 1 to 4, or its change since the end of the month before is (`decisions.md` 27), or its
difference from the same cell as another rule set shows it. Since sums would give it away, others are kept back with it:
for every such cell there is another table with the same shown cells in which it is another number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from banen_reporting.cells import NONE, OUTCOMES, ROUTES
from banen_reporting.verdict import Outcome, Tally

FEW = range(1, 5)
SMALL = "<5"
UNSHOWN = "."
TOTAL = "total"
NATIONAL = "national"
OUTSIDE = "outside"
DUPLICATES = "duplicates"

Place = tuple[str, str]
"""Row and column: a unit or the nation, a route or the total."""
Line = tuple[int, str]
"""A row (0) or a column (1): its cells add up."""


@dataclass
class Table:
    """The counts of one outcome: rows add up to the nation, columns to the total."""

    counts: Mapping[Place, int]
    hidden: dict[Place, str] = field(default_factory=dict[Place, str])

    @property
    def shown(self) -> dict[Place, int]:
        return {place: count for place, count in self.counts.items() if place not in self.hidden}

    def hide(self, beside: Sequence[Mapping[Place, int]]) -> None:
        secret = [place for place, count in self.counts.items() if self._is_secret(place, count, beside)]
        for place in secret:
            self.hidden[place] = SMALL if self.counts[place] in FEW else UNSHOWN
        for place in secret:
            cover = self._cover(place)
            if cover is None:
                # Too little is left to hide behind.
                self.hidden = dict.fromkeys(self.counts, UNSHOWN)
                return
            for other in cover:
                self.hidden.setdefault(other, UNSHOWN)

    @staticmethod
    def _is_secret(place: Place, count: int, beside: Sequence[Mapping[Place, int]]) -> bool:
        return count in FEW or any(place in other and abs(count - other[place]) in FEW for other in beside)

    def _cover(self, place: Place) -> list[Place] | None:
        """The cells that can move by one together with this one, so that every sum stays; those that cost least."""
        ways = [change for change in (1, -1) if self._can_move(place, change)]
        found = [way for change in ways or (1, -1) if (way := self._way_round(place, change))]
        return min(found)[1] if found else None

    def _way_round(self, start: Place, change: int) -> tuple[int, list[Place]] | None:
        """From the row of a cell to its column without that cell (Dijkstra's algorithm): with it, that is a ring."""
        turn = change * sign(start)
        queue: list[tuple[int, Line, list[Place]]] = [(0, (0, start[0]), [])]
        seen: set[Line] = set()
        while queue:
            cost, line, way = heappop(queue)
            if line == (1, start[1]):
                return cost, way
            if line in seen:
                continue
            seen.add(line)
            axis, name = line
            for place in self.counts:
                moved = sign(place) * turn * (1 if axis else -1)
                if place[axis] == name and place != start and self._can_move(place, moved):
                    heappush(queue, (cost + self._cost(place), (1 - axis, place[1 - axis]), [*way, place]))
        return None

    def _can_move(self, place: Place, change: int) -> bool:
        """Whether a reader who knows this module could take the cell for one more, or one less, than it is."""
        count = self.counts[place]
        if is_never_shown(place):
            is_nothing = self.counts[place[0], TOTAL] == 0 and place[0] != NATIONAL
            return not is_nothing and count + change >= 0
        if count in FEW:
            return count + change in FEW
        return min(count, count + change) >= FEW.stop

    def _cost(self, place: Place) -> int:
        """Of keeping back this one too: the nation is the last to go, small cells go before large ones."""
        if place in self.hidden or is_never_shown(place):
            return 1
        margin = 100_000 if place[0] == NATIONAL else 10_000 if place[1] == TOTAL else 1000
        return margin + min(self.counts[place], 999)


def sign(place: Place) -> int:
    """With these signs every line of the table adds up to nought, so that around a ring cells go up and down in turn."""
    return (-1 if place[0] in (NATIONAL, DUPLICATES) else 1) * (-1 if place[1] == TOTAL else 1)


def is_never_shown(place: Place) -> bool:
    """What no answer has, but can be told from what it has."""
    row, column = place
    return (row in (OUTSIDE, DUPLICATES) and column != TOTAL) or (
        row == NATIONAL and column not in (*ROUTES, TOTAL)
    )


@dataclass(frozen=True)
class Counted:
    """What one rule set counts at the end of a month, and what it counted at the end of the month before."""

    now: Tally
    before: Tally | None
    """None where these rules were not published yet."""


def kept_back(now: Mapping[str, Any], asked: Counted, others: Sequence[Counted]) -> dict[str, Any]:
    """The answer of `targets`, made of a tally, without what must not be seen beside the same answer of others."""
    units = [unit["id"] for unit in now["units"]]
    every = [*others, asked]
    columns = columns_of(tally for one in every for tally in (one.now, one.before) if tally)
    hidden: dict[str, dict[Place, str]] = {}
    for outcome in OUTCOMES:
        shown_by_others: list[Mapping[Place, int]] = []
        for one in every:
            table = Table(counts_of(one.now, units, columns, outcome))
            before = [counts_of(one.before, units, columns, outcome)] if one.before else []
            table.hide([*before, *shown_by_others])
            shown_by_others.append(table.shown)
            hidden[outcome] = table.hidden

    def shown(row: str, column: str, cell: Mapping[str, Any]) -> dict[str, Any]:
        secrets = {o: hidden[o][row, column] for o in OUTCOMES if (row, column) in hidden[o]}
        without = {**cell, **dict.fromkeys(secrets), "suppressed": secrets}
        if secrets:
            without["recorded"] = None
        if "counted" in secrets:
            without["attainment"] = None
        return without

    def part(row: str, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **given,
            "routes": {name: shown(row, name, cell) for name, cell in given["routes"].items()},
            "total": shown(row, TOTAL, given["total"]),
        }

    def other_routes(row: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Also what is nothing now, where that must not be known."""
        names = [name for name in columns if name in given or any((row, name) in hidden[o] for o in OUTCOMES)]
        return {
            name: shown(row, name, numbers_of(given.get(name, {}))) for name in names if name not in ROUTES
        }

    duplicates = numbers_of(now["national"]["duplicates"])
    return {
        **now,
        "units": [
            {**part(unit["id"], unit), "otherRoutes": other_routes(unit["id"], unit["otherRoutes"])}
            for unit in now["units"]
        ],
        "outsideUnits": shown(OUTSIDE, TOTAL, now["outsideUnits"]),
        "national": {**part(NATIONAL, now["national"]), "duplicates": shown(DUPLICATES, TOTAL, duplicates)},
    }


def columns_of(tallies: Iterable[Tally]) -> list[str]:
    """The two routes, and whatever else there is."""
    seen = {route or NONE for one in tallies for _, route, _ in one.cells}
    return [*ROUTES, *sorted(seen.difference(ROUTES))]


def counts_of(
    tally: Tally, units: Sequence[str], columns: Sequence[str], outcome: Outcome
) -> dict[Place, int]:
    """One outcome as a table, with all that can be told from the answer that is made of it."""
    found: dict[Place, int] = {}
    for name in columns:
        route: Any = None if name == NONE else name
        for row, unit in [*((unit, unit) for unit in units), (OUTSIDE, None)]:
            found[row, name] = tally.cells.get((unit, route, outcome), 0)
        found[DUPLICATES, name] = tally.duplicates.get((route, outcome), 0)
        found[NATIONAL, name] = tally.national(route, outcome)
    for row in dict.fromkeys(row for row, _ in found):
        found[row, TOTAL] = sum(found[row, name] for name in columns)
    return found


def numbers_of(cell: Mapping[str, int]) -> dict[str, int]:
    return {outcome: cell.get(outcome, 0) for outcome in OUTCOMES}
