"""The verdicts behind a figure: which ones, in which order, and how many each reason decides."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from banen_reporting.counting import Clause, Outcome, Verdict, national_choice
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.cursor import row_order
from banen_reporting.queries.schemas import OUTCOMES, ClauseTotal

DUPLICATES = "duplicates"
"""As a unit in a filter: the verdicts that the national count subtracts as duplicates."""
Order = Literal["start", "-start", "unit", "-unit", "clause", "-clause"]
"""What the rows are sorted by; with a minus, from the end."""
KEYS: Mapping[str, Callable[[Verdict], str]] = {
    "start": lambda verdict: verdict.start.isoformat(),
    "unit": lambda verdict: verdict.unit or "",
    "clause": lambda verdict: verdict.clause or "",
}


@dataclass(frozen=True)
class PlacementFilter:
    """A filter on verdicts. None accepts all; `none` accepts those without unit or route."""

    unit: str | None = None
    route: str | None = None
    outcome: str | None = None
    clause: str | None = None
    within: frozenset[str] | None = None
    """The only units whose rows the reader may see; None means all."""

    def takes_place(self, verdict: Verdict) -> bool:
        """Whether it is of the unit and the route, whatever became of it."""
        return (
            self.unit in (None, DUPLICATES, verdict.unit or NONE)
            and self.route in (None, verdict.route or NONE)
            and (self.within is None or verdict.unit in self.within)
        )

    def takes(self, verdict: Verdict) -> bool:
        """Whether it has the outcome and the reason."""
        return self.outcome in (None, verdict.outcome) and self.clause in (None, verdict.clause)


@dataclass(frozen=True)
class Listed:
    """The rows behind a figure, with what they are a part of."""

    rows: Sequence[Verdict]
    totals: Mapping[Outcome, int]
    """Of the same unit and route: what became of all of them."""
    clauses: tuple[ClauseTotal, ...]
    """Of the same unit, route and outcome: how many each reason decided, most first."""


def listed(verdicts: Sequence[Verdict], wanted: PlacementFilter, order: Order = "start") -> Listed:
    place = [verdict for verdict in behind(verdicts, wanted) if wanted.takes_place(verdict)]
    rows = sorted((verdict for verdict in place if wanted.takes(verdict)), key=row_order)
    if order != "start":
        rows.sort(key=KEYS[order.removeprefix("-")], reverse=order.startswith("-"))
    counted = Counter(verdict.outcome for verdict in place)
    decided = [verdict for verdict in place if wanted.outcome in (None, verdict.outcome)]
    return Listed(rows, {outcome: counted[outcome] for outcome in OUTCOMES}, clause_totals(decided))


def clause_totals(verdicts: Sequence[Verdict]) -> tuple[ClauseTotal, ...]:
    """By outcome and reason, in the order of the outcomes and then most first."""
    reasons: dict[tuple[Outcome, Clause], Counter[str]] = {}
    for verdict in verdicts:
        if verdict.clause is not None:
            routes = reasons.setdefault((verdict.outcome, verdict.clause), Counter[str]())
            routes[verdict.route or NONE] += 1
    rows = [
        ClauseTotal(outcome=outcome, clause=clause, count=sum(routes.values()), routes=routes)
        for (outcome, clause), routes in reasons.items()
    ]
    order = get_args(Clause)
    return tuple(
        sorted(rows, key=lambda row: (OUTCOMES.index(row.outcome), -row.count, order.index(row.clause)))
    )


def behind(verdicts: Sequence[Verdict], wanted: PlacementFilter) -> Sequence[Verdict]:
    """The verdicts behind a unit's figures; without a unit those behind the national figures, each placement once.

    A reader of some units sees no national figures: without a unit, the result is what those units count together.
    """
    if wanted.unit not in (None, DUPLICATES) or (wanted.unit is None and wanted.within is not None):
        return verdicts
    chosen = national_choice(verdicts)
    return [verdict for verdict in verdicts if (chosen[verdict.key] is verdict) == (wanted.unit is None)]
