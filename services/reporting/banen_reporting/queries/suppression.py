"""Cell suppression: which cells aggregate readers do not see, so that no figure is about a few people.

Primary suppression: a cell that is 1 to 4, or differs by 1 to 4 from a value of the same cell that was ever shown, in
another month or under another rule set (ADR 0020). Secondary suppression: since rows and columns have sums, more cells
are hidden until each hidden cell could have another value without any shown cell changing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import product
from typing import Any, TypeAlias

from banen_reporting.counting import Clause, Outcome, Tally, Verdict, national_choice
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.schemas import OUTCOMES, ClauseCount, Sign

FEW = range(1, 5)
UNSHOWN: Sign = "."
TOTAL = "total"
NATIONAL = "national"
OUTSIDE = "outside"
DUPLICATES = "duplicates"

Place = tuple[str, str]
"""Row and column: a unit or the nation, a route or the total."""
Line = tuple[int, str]
"""A row (0) or a column (1), whose cells add up."""
Shown: TypeAlias = Mapping[str, int]
"""What an answer reveals, by cell name: `uaf/A/counted`, `clause/R3/excluded`, `conversations`."""
CONVERSATIONS = "conversations"


@dataclass
class Ever:
    """Every value ever shown to aggregate readers, by cell name."""

    values: dict[str, set[int]] = field(default_factory=dict[str, set[int]])

    def add(self, shown: Shown) -> None:
        for name, value in shown.items():
            self.values.setdefault(name, set()).add(value)

    def is_secret(self, name: str, value: int) -> bool:
        return value in FEW or any(abs(value - other) in FEW for other in self.values.get(name, ()))


@dataclass
class Table:
    """The counts of one outcome. Rows add up to the nation, columns to the total."""

    counts: Mapping[Place, int]
    routes: Collection[str]
    """The columns of which the nation's figures are shown."""
    hidden: dict[Place, Sign] = field(default_factory=dict[Place, Sign])
    lines: dict[Line, list[Place]] = field(init=False, default_factory=dict[Line, list[Place]])

    def __post_init__(self) -> None:
        for place in self.counts:
            for axis in (0, 1):
                self.lines.setdefault((axis, place[axis]), []).append(place)

    @property
    def shown(self) -> dict[Place, int]:
        return {place: count for place, count in self.counts.items() if place not in self.hidden}

    def hide(self, secret: Iterable[Place]) -> None:
        for place in secret:
            self.hidden[place] = sign_of(self.counts[place])
        for place in list(self.hidden):
            cover = self._cover(place)
            if cover is None:
                # Too few cells are left: hide the whole table.
                self.hidden = dict.fromkeys(self.counts, UNSHOWN)
                return
            for other in cover:
                self.hidden.setdefault(other, UNSHOWN)

    def _cover(self, place: Place) -> list[Place] | None:
        """Returns the cheapest cells that can change by one together with this cell, keeping all sums."""
        ways = [change for change in (1, -1) if self._can_move(place, change)]
        found = [way for change in ways or (1, -1) if (way := self._way_round(place, change))]
        return min(found)[1] if found else None

    def _way_round(self, start: Place, change: int) -> tuple[int, list[Place]] | None:
        """Finds the cheapest path from a cell's row to its column without the cell (Dijkstra); with it, it is a cycle."""
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
            axis = line[0]
            for place in self.lines[line]:
                moved = sign(place) * turn * (1 if axis else -1)
                if place != start and self._can_move(place, moved):
                    heappush(queue, (cost + self._cost(place), (1 - axis, place[1 - axis]), [*way, place]))
        return None

    def _can_move(self, place: Place, change: int) -> bool:
        """Whether a reader who knows this module could believe that the cell is one higher, or one lower."""
        count = self.counts[place]
        if self.is_never_shown(place):
            is_nothing = self.counts[place[0], TOTAL] == 0 and place[0] != NATIONAL
            return not is_nothing and count + change >= 0
        return can_move(count, change)

    def is_never_shown(self, place: Place) -> bool:
        """Whether a cell is in no answer, but can be derived from one."""
        row, column = place
        return (row in (OUTSIDE, DUPLICATES) and column != TOTAL) or (
            row == NATIONAL and column not in (*self.routes, TOTAL)
        )

    def _cost(self, place: Place) -> int:
        """The cost of hiding this cell too: the nation is hidden last, and small cells before large ones."""
        if place in self.hidden or self.is_never_shown(place):
            return 1
        margin = 100_000 if place[0] == NATIONAL else 10_000 if place[1] == TOTAL else 1000
        return margin + min(self.counts[place], 999)


def sign_of(count: int) -> Sign:
    return "<5" if count in FEW else UNSHOWN


def sign(place: Place) -> int:
    """With these signs every line adds up to zero, so along a cycle cells go up and down alternately."""
    return (-1 if place[0] in (NATIONAL, DUPLICATES) else 1) * (-1 if place[1] == TOTAL else 1)


Clauses: TypeAlias = Mapping[Outcome, Mapping[Clause, int]]
"""For placements that do not count, or not yet: how many by each clause, each placement once."""


def national_clauses(verdicts: Sequence[Verdict]) -> Clauses:
    chosen = national_choice(verdicts)
    found: dict[Outcome, Counter[Clause]] = {"pending": Counter(), "excluded": Counter()}
    for verdict in verdicts:
        if verdict.clause is not None and chosen[verdict.key] is verdict:
            found[verdict.outcome][verdict.clause] += 1
    return found


def alone_in(verdicts: Sequence[Verdict], outcome: Outcome) -> dict[Place, Clause]:
    """The cells in which all placements have the same clause, so that the cell reveals that clause's count."""
    found: dict[Place, set[Clause]] = {}
    for verdict in verdicts:
        if verdict.outcome == outcome and verdict.clause is not None:
            for place in product((verdict.unit or OUTSIDE, NATIONAL), (verdict.route or NONE, TOTAL)):
                found.setdefault(place, set()).add(verdict.clause)
    return {place: next(iter(clauses)) for place, clauses in found.items() if len(clauses) == 1}


def kept_back_clauses(
    counts: Mapping[Clause, int], outcome: Outcome, table: Table, alone: Mapping[Place, Clause], ever: Ever
) -> tuple[ClauseCount, ...] | None:
    """Returns the number, or its sign, per clause; None if nothing may be shown.

    The numbers add up to the national figure. So a suppressed clause needs another suppressed one that could be lower when
    it is higher. If the national figure is suppressed itself, some suppressed clause must be able to go up, and one down.
    """
    secret: set[Clause] = {
        clause for clause, count in counts.items() if ever.is_secret(clause_cell(clause, outcome), count)
    }
    secret |= {clause for place, clause in alone.items() if place in table.hidden and clause in counts}
    hidden = set(secret)
    whole_is_hidden = (NATIONAL, TOTAL) in table.hidden
    rest = sorted(counts.keys() - hidden, key=lambda clause: (counts[clause], clause), reverse=True)

    def is_enough() -> bool:
        if whole_is_hidden:
            return all(any(can_move(counts[one], change) for one in hidden) for change in (1, -1))
        return all(_has_partner(clause, hidden, counts) for clause in secret)

    while not is_enough():
        if not rest:
            return None
        hidden.add(rest.pop())
    return tuple(
        ClauseCount(clause=clause, count=count)
        if clause not in hidden
        else ClauseCount(clause=clause, count=None, suppressed=sign_of(count))
        for clause, count in sorted(counts.items())
    )


def _has_partner(clause: Clause, hidden: Iterable[Clause], counts: Mapping[Clause, int]) -> bool:
    return any(
        can_move(counts[clause], change) and can_move(counts[other], -change)
        for other in hidden
        if other != clause
        for change in (1, -1)
    )


def can_move(count: int, change: int) -> bool:
    """Whether a reader who sees only the sign could believe that it is one more, or one less."""
    return count + change in FEW if count in FEW else min(count, count + change) >= FEW.stop


def cell_name(place: Place, outcome: Outcome) -> str:
    return f"{place[0]}/{place[1]}/{outcome}"


def clause_cell(clause: Clause, outcome: Outcome) -> str:
    return f"clause/{clause}/{outcome}"


@dataclass(frozen=True)
class Suppression:
    """The suppressed cells of a table of targets, and the values that it reveals."""

    signs: Mapping[Outcome, Mapping[Place, Sign]]
    clauses: Mapping[Outcome, tuple[ClauseCount, ...] | None]
    told: Mapping[str, int]

    def at(self, row: str, column: str) -> dict[Outcome, Sign]:
        return {o: hidden[row, column] for o, hidden in self.signs.items() if (row, column) in hidden}


def suppress(
    units: Sequence[str], routes: Sequence[str], tally: Tally, verdicts: Sequence[Verdict], ever: Ever
) -> Suppression:
    """Suppresses everything that must not be visible, given all that was ever shown."""
    columns = columns_of(tally, routes)
    signs: dict[Outcome, Mapping[Place, Sign]] = {}
    told: dict[str, int] = {}
    clauses: dict[Outcome, tuple[ClauseCount, ...] | None] = {}
    by_clause = national_clauses(verdicts)
    for outcome in OUTCOMES:
        table = Table(counts_of(tally, units, columns, outcome), routes)
        cells = table.counts.items()
        table.hide([place for place, count in cells if ever.is_secret(cell_name(place, outcome), count)])
        told |= {cell_name(place, outcome): count for place, count in table.shown.items()}
        signs[outcome] = table.hidden
        if outcome in by_clause:
            alone = alone_in(verdicts, outcome)
            rows = kept_back_clauses(by_clause[outcome], outcome, table, alone, ever)
            clauses[outcome] = rows
            told |= {
                clause_cell(row.clause, outcome): row.count for row in rows or () if row.count is not None
            }
    return Suppression(signs, clauses, told)


def columns_of(tally: Tally, routes: Sequence[str]) -> list[str]:
    """The routes, and any other columns."""
    seen = {route or NONE for _, route, _ in tally.cells}
    return [*routes, *sorted(seen.difference(routes))]


def counts_of(
    tally: Tally, units: Sequence[str], columns: Sequence[str], outcome: Outcome
) -> dict[Place, int]:
    """One outcome as a table, including cells that can be derived from the answer."""
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
