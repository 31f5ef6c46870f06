"""Folds public events into facts. A fact is what is known of one thing, a pure function of that thing's own events."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from banen_contracts import PublicEvent, reporting as r
from banen_kit.core.clocks import day_of
from banen_reporting.facts.model import (
    CostFact,
    Fact,
    FigureFact,
    FundingFact,
    PartnerFact,
    ProgrammeFact,
    RuleSetFact,
    StatedFact,
    UnitFact,
)


class CannotFold(Exception):
    """An event does not fit the facts known before it. `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Known = TypeVar("Known", bound=Fact)


@dataclass(frozen=True)
class Learned:
    """When an event became known, for folds that record it."""

    known_at: datetime
    imported: bool

    @property
    def day(self) -> date:
        return day_of(self.known_at)


def fold_programme(_: ProgrammeFact | None, event: r.ProgrammeDefined, __: Learned) -> ProgrammeFact:
    return ProgrammeFact(version=event.version, definition=event.definition)


def fold_partner(row: PartnerFact | None, event: PublicEvent, when: Learned) -> PartnerFact:
    if isinstance(event, r.PartnerAdmitted):
        before = row.admitted if row else dict[str, datetime]()
        admitted = {service: before.get(service, when.known_at) for service in event.services}
        if row is not None:
            return replace(row, name=event.name, services=event.services, admitted=admitted)
        return PartnerFact(name=event.name, services=event.services, admitted=admitted)
    known = must_exist(row)
    match event:
        case r.SourceDeclaredLive():
            return replace(known, live=(*known.live, event.service))
        case r.SourceEnded():
            return replace(known, ended={**known.ended, event.service: event.sequence})
        case r.SourceResumed():
            return _resumed(known, event.service, when.known_at)
        case r.PartnerRenamed():
            return replace(known, name=event.name)
        case r.PartnerAssigned():
            first = event.first_day or date.min
            return replace(known, units=dict(sorted({**known.units, first: event.unit_id}.items())))
        case _:
            raise CannotFold("type-unknown")


def _resumed(known: PartnerFact, service: str, known_at: datetime) -> PartnerFact:
    if service not in known.ended:
        raise CannotFold("not-ended")
    before = known.resumed.get(service, ())
    return replace(
        known,
        ended={one: last for one, last in known.ended.items() if one != service},
        resumed={**known.resumed, service: (*before, (known.ended[service], known_at))},
    )


def fold_unit(row: UnitFact | None, event: PublicEvent, _: Learned) -> UnitFact:
    if isinstance(event, r.TargetUnitDefined):
        must_be_new(row)
        return UnitFact(label=event.label, members=event.members)
    known = must_exist(row)
    match event:
        case r.TargetSet():  # TargetRevised is a subclass
            return _with_target(known, event)
        case r.TargetUnitAmended():
            return replace(known, label=event.label)
        case r.RegularQuotaSet():
            return replace(known, regular_per_year=event.per_year)
        case r.CountingPermissionGranted():
            return replace(known, permission_from=event.counts_starts_from)
        case r.CountingPermissionRevoked():
            return replace(known, permission_from=None)
        case _:
            raise CannotFold("type-unknown")


def _with_target(known: UnitFact, event: r.TargetSet) -> UnitFact:
    if event.year is None:
        return replace(known, targets={**known.targets, event.route: event.value})
    of_years = {**known.targets_of_years.get(event.route, {}), event.year: event.value}
    values = [value for value in of_years.values() if value is not None]
    return replace(
        known,
        targets={**known.targets, event.route: sum(values) if values else None},
        targets_of_years={**known.targets_of_years, event.route: of_years},
    )


def fold_rule_set(_: RuleSetFact | None, event: r.CountingRuleSetPublished, __: Learned) -> RuleSetFact:
    return RuleSetFact(
        version=event.version,
        params=event.params,
        approved_by=event.approved_by,
        approved_on=event.occurred_on,
    )


def fold_funding(row: FundingFact | None, event: r.FundingRecorded, _: Learned) -> FundingFact:
    must_be_new(row)
    return FundingFact(
        occurred_on=event.occurred_on,
        funder=event.funder,
        status=event.status,
        amount_euro=event.amount_euro,
        precision=event.precision.value,
    )


def fold_cost(row: CostFact | None, event: r.CostRecorded, _: Learned) -> CostFact:
    must_be_new(row)
    return CostFact(
        occurred_on=event.occurred_on, amount_euro=event.amount_euro, precision=event.precision.value
    )


def fold_stated(row: StatedFact | None, event: r.ProgrammeFactRecorded, learned: Learned) -> StatedFact:
    must_be_new(row)
    return StatedFact(
        topic=event.topic,
        code=event.code,
        label=event.label,
        value=event.value,
        precision=event.precision.value,
        period_from=event.period_from,
        period_until=event.period_until,
        document_ref=event.document_ref,
        stated_at=learned.known_at,
    )


def fold_figure(row: FigureFact | None, event: r.HistoricFigureImported, _: Learned) -> FigureFact:
    if isinstance(event, r.HistoricFigureSuperseded):
        must_exist(row)
    else:
        must_be_new(row)
    return FigureFact(
        unit_id=event.unit_id,
        measure=event.measure,
        year=event.year,
        value=event.value,
        provenance=event.provenance,
        precision=event.precision.value,
        document_ref=event.document_ref,
    )


def must_be_new(row: Fact | None) -> None:
    if row is not None:
        raise CannotFold("already-known")


def must_exist(row: Known | None) -> Known:
    if row is None:
        raise CannotFold("ref-unknown")
    return row


def text_of(ref: object) -> str | None:
    return None if ref is None else str(ref)
