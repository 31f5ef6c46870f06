"""Checks on what the bureau decided, and on the programme as a whole. Pure."""

from banen_contracts.base import Precision
from banen_reporting.queries.cells import sum_of
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.plan import share
from banen_reporting.queries.quality_work import Found

DRIFT_PERCENT = 10
"""A route's share may differ by so many percentage points from that of its target."""


def targets_of(day: ProgrammeDay) -> dict[str, int]:
    """The target of each route that has one."""
    found = {
        route: sum_of(unit.targets.get(route) for unit in day.model.units.values())
        for route in day.model.routes
    }
    return {route: target for route, target in found.items() if target}


def counted_on(day: ProgrammeDay) -> dict[str, int]:
    counted = [one.route for one in day.chosen.values() if one.outcome == "counted"]
    return {route: counted.count(route) for route in targets_of(day)}


def route_mix(day: ProgrammeDay, _: Extent) -> Found:
    """Routes of which the share of what counts lies far from the share of the targets."""
    targets, counted = targets_of(day), counted_on(day)
    whole, all_counted = sum(targets.values()), sum(counted.values())
    if not whole or not all_counted:
        return None
    drifted = [
        route
        for route, target in targets.items()
        if abs(counted[route] / all_counted - target / whole) * 100 > DRIFT_PERCENT
    ]
    return len(drifted), len(targets)


def by_permission(day: ProgrammeDay, _: Extent) -> Found:
    """Placements that count only by permission of the funder: their unit has no target."""
    counted = [one.unit for one in day.chosen.values() if one.outcome == "counted"]
    without = {ref for ref, unit in day.model.units.items() if sum_of(unit.targets.values()) is None}
    return (sum(unit in without for unit in counted), len(counted)) if counted else None


def plan_below_target(day: ProgrammeDay, _: Extent) -> Found:
    """How many placements the plan of contacts leaves short of the target."""
    definition, target = day.model.definition, sum(targets_of(day).values())
    plan = definition.funnel if definition else None
    if plan is None or plan.contacts is None or plan.placeable_percent is None or not target:
        return None
    return max(target - plan.contacts * plan.placeable_percent // 100, 0), target


def contacts_behind_plan(day: ProgrammeDay, _: Extent) -> Found:
    """How many contacts the plan asks for by the day, pro rata, more than there are; of how many it asks for."""
    definition = day.model.definition
    if definition is None or definition.funnel is None or not definition.funnel.contacts or not day.met:
        return None
    period = definition.period
    asked = round(definition.funnel.contacts * share(period.first_day, period.last_day, day.until))
    return max(asked - len(day.met), 0), asked


def without_target(day: ProgrammeDay, _: Extent) -> Found:
    """Units without any target, which is not a target of zero."""
    units = day.model.units.values()
    return (sum(sum_of(unit.targets.values()) is None for unit in units), len(units)) if units else None


def route_never_recorded(day: ProgrammeDay, extent: Extent) -> Found:
    """Lines of the table, a unit and a route, of which no placement was ever recorded: the cell is empty and not zero."""
    recorded = {(one.unit, one.route) for one in day.verdicts}
    lines = [(unit, route) for unit in day.model.units if extent.has_unit(unit) for route in day.model.routes]
    return (sum(line not in recorded for line in lines), len(lines)) if lines else None


def regular_is_quota(day: ProgrammeDay, _: Extent) -> Found:
    """Regular figures that are exactly the quota of the unit: they were assumed and not counted."""
    figures = day.model.regular_figures(day.until)
    same = [row for row in figures if row.value == day.model.units[row.unit_id].regular_per_year]
    return (len(same), len(figures)) if figures else None


def target_without_years(day: ProgrammeDay, extent: Extent) -> Found:
    """Targets for the whole period alone, so that no year can be judged."""
    targets = [
        route in unit.targets_of_years
        for ref, unit in day.model.units.items()
        if extent.has_unit(ref)
        for route, value in unit.targets.items()
        if value is not None
    ]
    return (targets.count(False), len(targets)) if targets else None


def cost_approximate(day: ProgrammeDay, _: Extent) -> Found:
    """Costs that are not exact."""
    costs = [row for row in day.model.costs.values() if row.occurred_on <= day.until]
    return (sum(row.precision != Precision.EXACT for row in costs), len(costs)) if costs else None


def regions_and_departments(day: ProgrammeDay, _: Extent) -> Found:
    """Departments that are no region of the programme: figures of the two cannot be laid side by side."""
    definition = day.model.definition
    if definition is None or not definition.departments:
        return None
    regions = {one.id for one in definition.regions}
    departments = definition.departments
    return sum(one.id not in regions for one in departments), len(departments)
