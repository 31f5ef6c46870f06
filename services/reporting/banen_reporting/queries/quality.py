"""The catalogue of checks on the data: what looks inconsistent, and how often. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from banen_reporting.queries import aggregate, quality_programme as p, quality_work as w
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.quality_work import Found
from banen_reporting.queries.schemas_views import DataQuality, QualityFinding, Severity


@dataclass(frozen=True)
class Check:
    """Finds a number of things, of so many that were looked at; None: nothing was recorded that it could look at."""

    id: str
    severity: Severity
    find: Callable[[ProgrammeDay, Extent], Found]
    is_national: bool = False
    """Whether it is about the programme as a whole, which a partner does not see."""


CHECKS: tuple[Check, ...] = (
    Check("route-mix", "warn", p.route_mix, is_national=True),
    Check("by-permission", "warn", p.by_permission, is_national=True),
    Check("plan-below-target", "warn", p.plan_below_target, is_national=True),
    Check("contacts-behind-plan", "warn", p.contacts_behind_plan, is_national=True),
    Check("partner-silent", "warn", w.partner_silent),
    Check("milestone-not-recorded", "warn", w.milestone_not_recorded),
    Check("agreement-without-yield", "warn", w.agreement_without_yield),
    Check("group-more-than-counts", "warn", w.group_more_than_counts),
    Check("contract-unknown", "warn", w.contract_unknown),
    Check("in-no-unit", "warn", w.in_no_unit, is_national=True),
    Check("seasonal", "info", w.seasonal),
    Check("boundary", "info", w.boundary),
    Check("own-firm-without-placement", "info", w.own_firm_without_placement),
    Check("route-reported-differs", "info", w.route_reported_differs),
    Check("helped-by-two", "info", w.helped_by_two),
    Check("several-placements", "info", w.several_placements),
    Check("without-client", "info", w.without_client),
    Check("without-target", "info", p.without_target, is_national=True),
    Check("route-never-recorded", "info", p.route_never_recorded),
    Check("regular-is-quota", "info", p.regular_is_quota, is_national=True),
    Check("target-without-years", "info", p.target_without_years),
    Check("cost-approximate", "info", p.cost_approximate, is_national=True),
    Check("regions-and-departments", "info", p.regions_and_departments, is_national=True),
)


def data_quality(day: ProgrammeDay, extent: Extent) -> DataQuality:
    findings = [
        QualityFinding(
            check=check.id, severity=check.severity, found=found and found[0], of=found and found[1]
        )
        for check in CHECKS
        if extent.partners is None or not check.is_national
        for found in (check.find(day, extent),)
    ]
    findings.sort(key=lambda one: (not one.found, one.found is None, one.severity != "warn"))
    return DataQuality(**aggregate.heading(day.heading), findings=tuple(findings))
