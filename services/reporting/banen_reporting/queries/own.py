"""What a partner sees of an answer: its own units, without figures of all units together."""

from collections.abc import Iterable, Sequence

from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import percent, sum_of
from banen_reporting.queries.schemas import (
    ComparedRuleSet,
    CountParts,
    Results,
    RuleSets,
    Targets,
    UnitResults,
    UnitTargets,
)


def own_targets(found: Targets, units: Iterable[UnitTargets]) -> Targets:
    """Only the reader's own units, without figures of all units together."""
    return Targets(**aggregate.heading(found), units=tuple(units), outside_units=None, national=None)


def own_results(found: Results, units: Iterable[UnitResults]) -> Results:
    return Results(**aggregate.heading(found), units=tuple(units), national=None, costs=None, funnel=None)


def own_rule_set(row: ComparedRuleSet, units: Sequence[UnitTargets]) -> ComparedRuleSet:
    """One rule set, counted over the reader's own units."""
    counted = sum(unit.total.counted or 0 for unit in units)
    return ComparedRuleSet(
        id=row.id,
        version=row.version,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        params=row.params,
        count=counted,
        parts=CountParts(counted=counted, imported=0),
        routes={route: sum(unit.routes[route].counted or 0 for unit in units) for route in row.routes},
        percent_of_target=percent(counted, sum_of(unit.total.target for unit in units)),
        euro_per_placement=None,
    )


def compared_on(found: RuleSets | Targets, rows: Iterable[ComparedRuleSet]) -> RuleSets:
    """These rule sets, with the dates and the position of an answer."""
    return RuleSets(
        known_on=found.known_on,
        happened_until=found.happened_until,
        position=found.position,
        rule_sets=tuple(rows),
    )
