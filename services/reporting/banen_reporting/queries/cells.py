"""The cells of the tables: counts beside their targets, and the parts that come from documents."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from banen_contracts.base import Route
from banen_reporting.counting import (
    CountedRoute,
    Outcome,
    Tally,
    Verdict,
)
from banen_reporting.facts.model import UnitFact
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.snapshot import FactSnapshot

ROUTES = (Route.A, Route.B)
OUTCOMES: tuple[Outcome, ...] = ("counted", "pending", "excluded")
TENTH, CENT = Decimal("0.1"), Decimal("0.01")
NONE = "none"
"""Stands for "in no unit" or "no route" in a query."""


def ordered_units(model: FactSnapshot) -> list[tuple[str, UnitFact]]:
    """Units with a target first, then the others, by their names."""
    return sorted(
        model.units.items(),
        key=lambda item: (sum_of(item[1].targets.values()) is None, item[1].label),
    )


def counted_by(model: FactSnapshot, ref: str) -> str | None:
    unit = model.units[ref]
    if sum_of(unit.targets.values()) is not None:
        return "target"
    return "permission" if unit.permission_from else None


def cell(counts: Tally, unit: str | None, route: Route, target: int | None) -> dict[str, Any]:
    numbers = {outcome: counts.cells.get((unit, route.value, outcome), 0) for outcome in OUTCOMES}
    return with_target(numbers, target)


def total_cell(counts: Tally, unit: str | None, target: int | None) -> dict[str, Any]:
    numbers = {
        outcome: sum(n for (u, _, o), n in counts.cells.items() if (u, o) == (unit, outcome))
        for outcome in OUTCOMES
    }
    return with_target(numbers, target)


def other_routes(counts: Tally, unit: str) -> dict[str, dict[str, int]]:
    """What is on neither route: own firms counted apart, and placements whose route is not known."""
    found: dict[str, dict[str, int]] = {}
    for (u, route, outcome), n in counts.cells.items():
        if u == unit and route not in ROUTES and n:
            found.setdefault(route or NONE, {})[outcome] = n
    return found


def national_cell(counts: Tally, routes: Iterable[CountedRoute] | None, target: int | None) -> dict[str, Any]:
    """Units together, less the duplicates."""
    seen: set[CountedRoute | None] = set(routes or ()) if routes else {route for _, route, _ in counts.cells}
    numbers = {outcome: sum(counts.national(route, outcome) for route in seen) for outcome in OUTCOMES}
    return with_target(numbers, target)


def with_target(numbers: Mapping[str, int], target: int | None) -> dict[str, Any]:
    recorded = sum(numbers.values())
    return {
        "target": target,
        "targetStatus": "none" if target is None else "set",
        **numbers,
        "recorded": recorded,
        "attainment": percent(numbers["counted"], target),
    }


def percent(part: int, whole: int | None) -> float | None:
    """To one decimal, half up; what is short of the whole is never said to be 100."""
    if not whole:
        return None
    found = rounded(Decimal(100 * part) / whole, TENTH)
    return 99.9 if found == 100 and part < whole else found


def rounded(value: Decimal, unit: Decimal) -> float:
    """Half up, as people round."""
    return float(value.quantize(unit, ROUND_HALF_UP))


def sum_of(values: Iterable[int | None]) -> int | None:
    """The sum of what is set; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def regular_part(model: FactSnapshot, unit: str, until: date) -> dict[str, Any]:
    figures = [row for row in model.regular_figures(until) if row.unit_id == unit]
    if not figures:
        return {"value": None, "provenance": None, "documents": []}
    return {
        "value": sum(row.value for row in figures),
        "provenance": figures[0].provenance.value,
        "documents": [
            {"year": row.year, "value": row.value, "document": row.document_ref, "precision": row.precision}
            for row in figures
        ],
    }


def imported_regular(model: FactSnapshot, until: date) -> int:
    return sum(row.value for row in model.regular_figures(until))


def cost_part(model: FactSnapshot, placements: int, until: date) -> dict[str, Any]:
    """What was spent until a day, and for each placement."""
    total = sum_of(row.amount_euro for row in model.costs.values() if row.occurred_on <= until)
    each = rounded(Decimal(total) / placements, CENT) if total is not None and placements else None
    return {"totalEuro": total, "perPlacementEuro": each}


def placement_row(judged: Evaluation, verdict: Verdict) -> dict[str, Any]:
    placement = judged.model.placements[verdict.key]
    return {
        "ref": verdict.key[1],
        "source": verdict.key[0],
        "partner": placement.primary_partner,
        "kind": placement.kind.value,
        "contract": placement.contract.value,
        "start": placement.start.isoformat(),
        "plannedEnd": placement.planned_end and placement.planned_end.isoformat(),
        "end": placement.end and placement.end.isoformat(),
        "imported": placement.imported,
        **verdict_part(verdict),
    }


def verdict_part(verdict: Verdict) -> dict[str, Any]:
    return {
        "unit": verdict.unit,
        "route": verdict.route,
        "verdict": verdict.outcome,
        "clause": verdict.clause,
    }
