"""The answers for aggregate readers, built field by field.

This module is the allow-list: a new field of an answer stays hidden from them until it is added here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from banen_reporting.counting import Outcome, Tally, Verdict
from banen_reporting.queries.schemas import (
    Cell,
    ComparedRuleSet,
    Costs,
    CountParts,
    Counts,
    DocumentFigure,
    Funnel,
    Heading,
    NationalTargets,
    Numbers,
    ProgrammePart,
    RegularPart,
    ResultParts,
    Results,
    RuleSetVersion,
    Sign,
    Targets,
    UnitRegularPart,
    UnitResults,
    UnitTargets,
)
from banen_reporting.queries.suppression import (
    DUPLICATES,
    NATIONAL,
    OUTSIDE,
    TOTAL,
    Ever,
    Suppression,
    columns_of,
    suppress,
)

Signs = Mapping[Outcome, Sign]


def kept_back(
    found: Targets, tally: Tally, verdicts: Sequence[Verdict], ever: Ever
) -> tuple[Targets, Mapping[str, int]]:
    """Returns the targets without suppressed cells, and the values that they reveal."""
    assert found.outside_units is not None
    assert found.national is not None
    routes = tuple(found.national.routes)
    hidden = suppress([unit.id for unit in found.units], routes, tally, verdicts, ever)
    others = columns_of(tally, routes)[len(routes) :]
    answer = Targets(
        **heading(found),
        units=tuple(unit_targets(unit, others, hidden) for unit in found.units),
        outside_units=cell(found.outside_units, hidden.at(OUTSIDE, TOTAL)),
        national=NationalTargets(
            routes={
                name: cell(one, hidden.at(NATIONAL, name)) for name, one in found.national.routes.items()
            },
            total=cell(found.national.total, hidden.at(NATIONAL, TOTAL)),
            duplicates=counts(found.national.duplicates, hidden.at(DUPLICATES, TOTAL)),
            clauses=hidden.clauses,
        ),
    )
    return answer, hidden.told


def heading(found: Heading) -> dict[str, Any]:
    return {
        "rule_set": RuleSetVersion(id=found.rule_set.id, version=found.rule_set.version),
        "known_on": found.known_on,
        "happened_until": found.happened_until,
        "provisional": found.provisional,
        "position": found.position,
    }


def unit_targets(unit: UnitTargets, others: Sequence[str], hidden: Suppression) -> UnitTargets:
    return UnitTargets(
        id=unit.id,
        label=unit.label,
        members=unit.members,
        counted_by=unit.counted_by,
        routes={name: cell(one, hidden.at(unit.id, name)) for name, one in unit.routes.items()},
        # Also columns that are empty now, if that must not be known.
        other_routes={
            name: counts(unit.other_routes.get(name, Counts()), hidden.at(unit.id, name))
            for name in others
            if name in unit.other_routes or hidden.at(unit.id, name)
        },
        total=cell(unit.total, hidden.at(unit.id, TOTAL)),
    )


def cell(found: Cell, signs: Signs) -> Cell:
    return Cell(
        **numbers(found, signs),
        target=found.target,
        target_status=found.target_status,
        recorded=None if signs else found.recorded,
        attainment=None if "counted" in signs else found.attainment,
    )


def counts(found: Counts, signs: Signs) -> Counts:
    shown = numbers(found, signs)
    if "counted" in signs:
        return Counts(**shown, recorded=None, attainment=None)
    return Counts(**shown, recorded=None) if signs else Counts(**shown)


def numbers(found: Numbers, signs: Signs) -> dict[str, Any]:
    return {
        "counted": None if "counted" in signs else found.counted,
        "pending": None if "pending" in signs else found.pending,
        "excluded": None if "excluded" in signs else found.excluded,
        "suppressed": signs,
    }


def results(found: Results, targets: Targets, *, with_conversations: bool) -> Results:
    """The programme's part as shown in `targets`, and no total from which a suppressed part could be derived."""
    totals = {unit.id: unit.total for unit in targets.units}
    assert targets.national is not None
    assert found.national is not None
    is_shown = targets.national.total.counted is not None
    return Results(
        **heading(found),
        units=tuple(unit_results(unit, totals[unit.id]) for unit in found.units),
        national=ResultParts(
            programme=programme(found.national.programme, targets.national.total),
            regular=RegularPart(
                value=found.national.regular.value, provenance=found.national.regular.provenance
            ),
            total=found.national.total if is_shown else None,
        ),
        costs=costs(found.costs) if is_shown else None,
        funnel=funnel(found.funnel) if is_shown and with_conversations else None,
    )


def unit_results(found: UnitResults, total: Cell) -> UnitResults:
    documents = tuple(
        DocumentFigure(year=one.year, value=one.value, document=one.document, precision=one.precision)
        for one in found.regular.documents
    )
    return UnitResults(
        id=found.id,
        label=found.label,
        programme=programme(found.programme, total),
        regular=UnitRegularPart(
            value=found.regular.value, provenance=found.regular.provenance, documents=documents
        ),
        total=found.total if total.counted is not None else None,
    )


def programme(found: ProgrammePart, total: Cell) -> ProgrammePart:
    if total.counted is not None:
        return ProgrammePart(value=found.value, provenance=found.provenance)
    return ProgrammePart(value=None, provenance=found.provenance, suppressed=total.suppressed["counted"])


def costs(found: Costs | None) -> Costs | None:
    return found and Costs(total_euro=found.total_euro, per_placement_euro=found.per_placement_euro)


def funnel(found: Funnel | None) -> Funnel | None:
    return found and Funnel(
        conversations=found.conversations,
        placed_of_conversations_percent=found.placed_of_conversations_percent,
        planned=found.planned,
    )


def rule_set(found: ComparedRuleSet, national: NationalTargets) -> ComparedRuleSet:
    """One rule set, without what is suppressed in its own table."""
    is_shown = national.total.counted is not None
    return ComparedRuleSet(
        id=found.id,
        version=found.version,
        approved_by=found.approved_by,
        approved_on=found.approved_on,
        params=found.params,
        count=found.count if is_shown else None,
        parts=CountParts(counted=found.parts.counted if is_shown else None, imported=found.parts.imported),
        routes={name: one.counted for name, one in national.routes.items()},
        percent_of_target=found.percent_of_target if is_shown else None,
        euro_per_placement=found.euro_per_placement if is_shown else None,
    )
