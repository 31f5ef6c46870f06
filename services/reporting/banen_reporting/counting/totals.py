"""Counts of verdicts: per unit, route and outcome, and the duplicates between units."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from banen_reporting.counting.inputs import CountedRoute, Outcome, PlacementKey, Verdict

_NATIONAL_CHOICE: Mapping[Outcome, int] = {"counted": 0, "pending": 1, "excluded": 2}


@dataclass(frozen=True, slots=True)
class Tally:
    """`cells` per unit, route and outcome; `duplicates` per route and outcome, to be subtracted from the units' sum."""

    cells: Mapping[tuple[str | None, CountedRoute | None, Outcome], int]
    duplicates: Mapping[tuple[CountedRoute | None, Outcome], int]

    def national(self, route: CountedRoute | None, outcome: Outcome) -> int:
        """The sum of the units minus the duplicates: each placement once."""
        units = sum(count for (_, r, o), count in self.cells.items() if (r, o) == (route, outcome))
        return units - self.duplicates.get((route, outcome), 0)


def tally(verdicts: Iterable[Verdict]) -> Tally:
    cells: Counter[tuple[str | None, CountedRoute | None, Outcome]] = Counter()
    duplicates: Counter[tuple[CountedRoute | None, Outcome]] = Counter()
    verdicts = list(verdicts)
    chosen = national_choice(verdicts)
    for verdict in verdicts:
        cells[verdict.unit, verdict.route, verdict.outcome] += 1
        if chosen[verdict.key] is not verdict:
            duplicates[verdict.route, verdict.outcome] += 1
    return Tally(dict(cells), dict(duplicates))


def national_choice(verdicts: Iterable[Verdict]) -> dict[PlacementKey, Verdict]:
    """R10: the nation uses one verdict per placement, counted before pending before excluded. The others are duplicates."""
    chosen: dict[PlacementKey, Verdict] = {}
    for verdict in verdicts:
        rival = chosen.setdefault(verdict.key, verdict)
        if _NATIONAL_CHOICE[verdict.outcome] < _NATIONAL_CHOICE[rival.outcome]:
            chosen[verdict.key] = verdict
    return chosen
