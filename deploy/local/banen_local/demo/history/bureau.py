"""What the project bureau recorded: partners, units, targets, rules, money, and the two permissions at the end."""

from datetime import date
from typing import Any

from banen_contracts.base import Precision
from banen_contracts.reporting import Funder, Provenance, RuleSetParams
from banen_local.demo.history.book import BUREAU, Book
from banen_local.demo.published import PUBLISHED
from banen_reporting.administration.domain.cost import RecordCost
from banen_reporting.administration.domain.figure import ImportHistoricFigure
from banen_reporting.administration.domain.funding import RecordFunding
from banen_reporting.administration.domain.partner import AdmitPartner, DeclareSourceLive
from banen_reporting.administration.domain.rule_set import PublishRuleSet
from banen_reporting.administration.domain.unit import (
    DefineTargetUnit,
    GrantCountingPermission,
    SetRegularQuota,
    SetTarget,
)

FIRST_DAY = PUBLISHED.window.first
REPORT = "BOV/eindrapport-2009"
STEERING_GROUP, MINISTRY, OFFICE = "steering-group", "ministry", "project-bureau"

ADMITTED = {
    "bureau": AdmitPartner(occurred_on=FIRST_DAY, name="Projectbureau", services=("reporting",)),
    "vluchtelingenwerk": AdmitPartner(
        occurred_on=FIRST_DAY, name="VluchtelingenWerk Nederland", services=("intake",)
    ),
    "emplooi": AdmitPartner(
        occurred_on=FIRST_DAY, name="Stichting Emplooi", services=("mediation", "employers")
    ),
    "uaf": AdmitPartner(occurred_on=FIRST_DAY, name="UAF", services=("intake", "mediation", "employers")),
    "uwv": AdmitPartner(occurred_on=FIRST_DAY, name="UWV WERKbedrijf", services=("intake", "mediation")),
    "goed-werk": AdmitPartner(
        occurred_on=date(2007, 9, 3), name="Goed-Werk", services=("mediation", "employers")
    ),
}
AS_PUBLISHED = RuleSetParams(window_from=PUBLISHED.window.first, window_to=PUBLISHED.window.last)
OTHERWISE: dict[str, dict[str, Any]] = {
    "published": {},
    "without-permission": {"permissions": "none"},
    "without-uwv": {"permissions": "except", "except_units": ("uwv",)},
    "without-goed-werk": {"permissions": "except", "except_units": ("goed-werk",)},
    "no-compensation-between-routes": {"compensation": "capped_by_route"},
    "capped-by-unit-route": {"compensation": "capped_by_unit_route"},
    "including-regular": {"additionality": "none"},
}
"""How each rule set differs from the published one."""
PERMITTED = {"uwv": date(2009, 1, 15), "goed-werk": date(2009, 1, 22)}
"""The report gives no dates; these were chosen for the demo."""


def record_programme(book: Book) -> None:
    for partner, command in ADMITTED.items():
        book.write(BUREAU, partner, command)
    record_units(book)
    for rule_set, changes in OTHERWISE.items():
        is_published = not changes
        command = PublishRuleSet(
            occurred_on=date(2005, 12, 15) if is_published else date(2008, 12, 15),
            params=AS_PUBLISHED.model_copy(update=changes),
            approved_by=STEERING_GROUP if is_published else OFFICE,
        )
        book.write(BUREAU, rule_set, command)
    record_money(book)
    record_regular(book)


def record_units(book: Book) -> None:
    for unit in PUBLISHED.units:
        since = max(ADMITTED[partner].occurred_on for partner in unit.members)
        define = DefineTargetUnit(occurred_on=since, label=unit.label, members=unit.members)
        book.write(BUREAU, unit.id, define)
        for route, value in unit.target.items():
            target = SetTarget(occurred_on=since, route=route, value=value, decided_by=STEERING_GROUP)
            book.write(BUREAU, unit.id, target)
        quota = SetRegularQuota(
            occurred_on=since,
            per_year=unit.regular.per_year if unit.regular else None,
            precision=Precision.APPROX if unit.regular else Precision.EXACT,
        )
        book.write(BUREAU, unit.id, quota)


def record_money(book: Book) -> None:
    """The report gives the ministry's part and the expected total; it does not say how the rest was paid."""
    costs = PUBLISHED.costs
    rest = costs.planned_euro - costs.ministry_euro
    for funder, amount in ((Funder.MINISTRY, costs.ministry_euro), (Funder.OTHER, rest)):
        planned = RecordFunding(
            occurred_on=FIRST_DAY,
            funder=funder,
            status="planned",
            amount_euro=amount,
            precision=Precision.APPROX,
        )
        book.write(BUREAU, book.ref(), planned)
    spent = RecordCost(
        occurred_on=PUBLISHED.window.last,
        amount_euro=costs.total_euro,
        precision=Precision.APPROX,
        document_ref=REPORT,
    )
    book.write(BUREAU, book.ref(), spent)


def record_regular(book: Book) -> None:
    """Each year's quota, used as the result: the published regular column is exactly three times the average."""
    for unit in PUBLISHED.units:
        for year in (2006, 2007, 2008):
            if unit.regular:
                figure = ImportHistoricFigure(
                    occurred_on=date(year, 12, 31),
                    measure="regular_placements",
                    year=year,
                    value=unit.regular.per_year,
                    provenance=Provenance(unit.regular.provenance),
                    precision=Precision.APPROX,
                    document_ref=REPORT,
                )
                book.write(BUREAU, unit.id, figure)


def grant_permissions(book: Book) -> None:
    for unit, day in PERMITTED.items():
        grant = GrantCountingPermission(occurred_on=day, counts_starts_from=FIRST_DAY, grantor=MINISTRY)
        book.write(BUREAU, unit, grant)


def declare_live(book: Book, today: date) -> None:
    for partner, admitted in ADMITTED.items():
        for service in admitted.services:
            book.write(BUREAU, partner, DeclareSourceLive(occurred_on=today, service=service), live=True)
