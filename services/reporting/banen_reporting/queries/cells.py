"""The cells of the tables: counts with their targets, and figures from documents."""

import json
from collections.abc import Container, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from asyncpg import Record

from banen_contracts.base import Precision
from banen_contracts.programme import NO_ROUTE
from banen_contracts.reporting import Provenance, RuleSetParams
from banen_reporting.counting import CountedRoute, Outcome, Tally, Verdict
from banen_reporting.facts.model import UnitFact
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.schemas import (
    OUTCOMES,
    Cell,
    ComparedRuleSet,
    Costs,
    CountParts,
    Counts,
    DocumentFigure,
    PlacementEvent,
    PlacementRow,
    ProgrammePart,
    UnitRegularPart,
)

TENTH, CENT = Decimal("0.1"), Decimal("0.01")
NONE = NO_ROUTE
"""Means "in no unit" or "on no route" in a query."""


def ordered_units(model: FactSnapshot) -> list[tuple[str, UnitFact]]:
    """Units with a target first, then the others, each sorted by name."""
    return sorted(
        model.units.items(),
        key=lambda item: (sum_of(item[1].targets.values()) is None, item[1].label),
    )


def counted_by(model: FactSnapshot, ref: str) -> Literal["target", "permission"] | None:
    unit = model.units[ref]
    if sum_of(unit.targets.values()) is not None:
        return "target"
    return "permission" if unit.permission_from else None


def cell(counts: Tally, unit: str | None, route: str, target: int | None) -> Cell:
    numbers: dict[Outcome, int] = {
        outcome: counts.cells.get((unit, route, outcome), 0) for outcome in OUTCOMES
    }
    return with_target(numbers, target)


def total_cell(counts: Tally, unit: str | None, target: int | None) -> Cell:
    return with_target(unit_numbers(counts, unit), target)


def unit_numbers(counts: Tally, unit: str | None) -> dict[Outcome, int]:
    return {
        outcome: sum(n for (u, _, o), n in counts.cells.items() if (u, o) == (unit, outcome))
        for outcome in OUTCOMES
    }


def other_routes(counts: Tally, unit: str, routes: Container[str | None]) -> dict[str, Counts]:
    """Counts on none of these routes: own firms counted separately, and placements whose route is unknown."""
    found: dict[str, dict[Outcome, int]] = {}
    for (u, route, outcome), n in counts.cells.items():
        if u == unit and route not in routes and n:
            found.setdefault(route or NONE, {})[outcome] = n
    return {route: Counts.model_validate(numbers) for route, numbers in found.items()}


def duplicates(counts: Tally) -> Counts:
    """What more than one unit counts: subtracted from the sum of the units."""
    numbers = {
        outcome: sum(n for (_, o), n in counts.duplicates.items() if o == outcome) for outcome in OUTCOMES
    }
    return Counts.model_validate(numbers)


def national_cell(counts: Tally, routes: Iterable[CountedRoute] | None, target: int | None) -> Cell:
    return with_target(national_numbers(counts, routes), target)


def national_numbers(counts: Tally, routes: Iterable[CountedRoute] | None = None) -> dict[Outcome, int]:
    """The sum of all units, minus the duplicates."""
    seen: set[CountedRoute | None] = set(routes) if routes else {route for _, route, _ in counts.cells}
    return {outcome: sum(counts.national(route, outcome) for route in seen) for outcome in OUTCOMES}


def with_target(numbers: Mapping[Outcome, int], target: int | None) -> Cell:
    return Cell(
        target=target,
        target_status="none" if target is None else "set",
        counted=numbers["counted"],
        pending=numbers["pending"],
        excluded=numbers["excluded"],
        recorded=sum(numbers.values()),
        attainment=percent(numbers["counted"], target),
    )


def percent(part: int, whole: int | None) -> float | None:
    """One decimal, rounded half up; below the whole it is never shown as 100."""
    if not whole:
        return None
    found = rounded(Decimal(100 * part) / whole, TENTH)
    return 99.9 if found == 100 and part < whole else found


def rounded(value: Decimal, unit: Decimal) -> float:
    """Rounded half up."""
    return float(value.quantize(unit, ROUND_HALF_UP))


def sum_of(values: Iterable[int | None]) -> int | None:
    """The sum of the values that are set; None if none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def programme_part(counted: int) -> ProgrammePart:
    return ProgrammePart(value=counted, provenance=Provenance.MEASURED)


def regular_part(model: FactSnapshot, unit: str, until: date) -> UnitRegularPart:
    figures = [row for row in model.regular_figures(until) if row.unit_id == unit]
    documents = tuple(
        DocumentFigure(
            year=row.year, value=row.value, document=row.document_ref, precision=Precision(row.precision)
        )
        for row in figures
    )
    provenance = figures[0].provenance if figures else None
    return UnitRegularPart(
        value=sum_of(row.value for row in figures), provenance=provenance, documents=documents
    )


def imported_regular(model: FactSnapshot, until: date) -> int:
    return sum(row.value for row in model.regular_figures(until))


def cost_part(model: FactSnapshot, placements: int, until: date) -> Costs:
    """Costs until a day, in total and per placement."""
    total = sum_of(row.amount_euro for row in model.costs.values() if row.occurred_on <= until)
    return Costs(total_euro=total, per_placement_euro=euro_each(total, placements))


def euro_each(euro: int | None, number: int | None) -> float | None:
    """A sum over so many, in cents; None if there is no sum, or nothing to spread it over."""
    return rounded(Decimal(euro) / number, CENT) if euro is not None and number else None


def placement_row(judged: Evaluation, verdict: Verdict) -> PlacementRow:
    placement = judged.model.placements[verdict.key]
    return PlacementRow(
        ref=verdict.key[1],
        source=verdict.key[0],
        partner=placement.primary_partner,
        kind=placement.kind,
        contract=placement.contract,
        start=placement.start,
        planned_end=placement.planned_end,
        end=placement.end,
        imported=placement.imported,
        unit=verdict.unit,
        route=verdict.route,
        verdict=verdict.outcome,
        clause=verdict.clause,
    )


def national_target(model: FactSnapshot) -> int | None:
    return sum_of(target for unit in model.units.values() for target in unit.targets.values())


def compared(ref: str, model: FactSnapshot, counts: Tally, until: date) -> ComparedRuleSet:
    """One row of the comparison of rule sets."""
    row = model.rule_sets[ref]
    counted = national_numbers(counts)["counted"]
    imported = imported_regular(model, until) if row.params.additionality == "none" else 0
    return ComparedRuleSet(
        id=ref,
        version=row.version,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        params=RuleSetParams(**dict(row.params)),  # so that defaults are included
        count=counted + imported,
        parts=CountParts(counted=counted, imported=imported),
        routes={route: national_numbers(counts, (route,))["counted"] for route in model.routes},
        percent_of_target=percent(counted + imported, national_target(model)),
        euro_per_placement=cost_part(model, counted + imported, until).per_placement_euro,
    )


def placement_event(row: Record) -> PlacementEvent:
    return PlacementEvent(
        event=row["type"].removeprefix("nl.banenoffensief."),
        sequence=row["sequence"],
        recorded_at=row["recorded_at"],
        known_at=row["known_at"],
        imported=row["imported"],
        data=json.loads(row["body"]),
    )
