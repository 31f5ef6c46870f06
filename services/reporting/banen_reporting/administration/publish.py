"""The public events of the programme administration."""

from typing import assert_never

from banen_contracts import PublicEvent
from banen_contracts import reporting as public
from banen_reporting.administration.events import (
    CostRecorded,
    CountingPermissionGranted,
    CountingPermissionRevoked,
    FundingRecorded,
    HistoricFigureImported,
    HistoricFigureSuperseded,
    PartnerAdmitted,
    PartnerAssigned,
    PartnerEvent,
    PartnerRenamed,
    ProgrammeDefined,
    ProgrammeEvent,
    RegularQuotaSet,
    RuleSetPublished,
    SourceDeclaredLive,
    TargetRevised,
    TargetSet,
    TargetUnitAmended,
    TargetUnitDefined,
)


# Field by field, so that a new private field does not become public automatically.
def to_public_event(event: ProgrammeEvent) -> PublicEvent:
    match event:
        case ProgrammeDefined():
            return public.ProgrammeDefined(
                programme_id=event.programme_id,
                occurred_on=event.occurred_on,
                version=event.version,
                definition=event.definition,
            )
        case PartnerAdmitted() | SourceDeclaredLive() | PartnerRenamed() | PartnerAssigned():
            return _partner(event)
        case TargetUnitDefined() | TargetUnitAmended() | RegularQuotaSet():
            return _unit(event)
        case TargetSet() | TargetRevised():
            return _target(event)
        case CountingPermissionGranted() | CountingPermissionRevoked():
            return _permission(event)
        case RuleSetPublished():
            return public.CountingRuleSetPublished(
                rule_set_id=event.rule_set_id,
                occurred_on=event.occurred_on,
                version=event.version,
                params=event.params,
                approved_by=event.approved_by,
            )
        case FundingRecorded() | CostRecorded():
            return _money(event)
        case HistoricFigureImported():  # HistoricFigureSuperseded is a subclass
            return _figure(event)
        case _:
            assert_never(event)


def _partner(event: PartnerEvent) -> PublicEvent:
    match event:
        case PartnerAdmitted():
            return public.PartnerAdmitted(
                partner_id=event.partner_id,
                occurred_on=event.occurred_on,
                name=event.name,
                services=event.services,
            )
        case PartnerRenamed():
            return public.PartnerRenamed(
                partner_id=event.partner_id, occurred_on=event.occurred_on, name=event.name
            )
        case PartnerAssigned():
            return public.PartnerAssigned(
                partner_id=event.partner_id,
                occurred_on=event.occurred_on,
                unit_id=event.unit_id,
                first_day=event.first_day,
                reason_code=event.reason_code,
            )
        case SourceDeclaredLive():
            return public.SourceDeclaredLive(
                partner_id=event.partner_id, occurred_on=event.occurred_on, service=event.service
            )


def _unit(event: TargetUnitDefined | TargetUnitAmended | RegularQuotaSet) -> PublicEvent:
    match event:
        case TargetUnitDefined():
            return public.TargetUnitDefined(
                unit_id=event.unit_id, occurred_on=event.occurred_on, label=event.label, members=event.members
            )
        case TargetUnitAmended():
            return public.TargetUnitAmended(
                unit_id=event.unit_id,
                occurred_on=event.occurred_on,
                label=event.label,
                reason_code=event.reason_code,
            )
        case RegularQuotaSet():
            return public.RegularQuotaSet(
                unit_id=event.unit_id,
                occurred_on=event.occurred_on,
                per_year=event.per_year,
                precision=event.precision,
                document_ref=event.document_ref,
            )


def _target(event: TargetSet | TargetRevised) -> PublicEvent:
    if isinstance(event, TargetSet):
        return public.TargetSet(
            unit_id=event.unit_id,
            occurred_on=event.occurred_on,
            route=event.route,
            year=event.year,
            value=event.value,
            decided_by=event.decided_by,
            document_ref=event.document_ref,
        )
    return public.TargetRevised(
        unit_id=event.unit_id,
        occurred_on=event.occurred_on,
        route=event.route,
        year=event.year,
        value=event.value,
        decided_by=event.decided_by,
        reason_code=event.reason_code,
        document_ref=event.document_ref,
    )


def _permission(event: CountingPermissionGranted | CountingPermissionRevoked) -> PublicEvent:
    if isinstance(event, CountingPermissionGranted):
        return public.CountingPermissionGranted(
            unit_id=event.unit_id,
            occurred_on=event.occurred_on,
            counts_starts_from=event.counts_starts_from,
            grantor=event.grantor,
            document_ref=event.document_ref,
        )
    return public.CountingPermissionRevoked(
        unit_id=event.unit_id, occurred_on=event.occurred_on, reason_code=event.reason_code
    )


def _money(event: FundingRecorded | CostRecorded) -> PublicEvent:
    if isinstance(event, FundingRecorded):
        return public.FundingRecorded(
            funding_ref=event.funding_ref,
            occurred_on=event.occurred_on,
            funder=event.funder,
            status=event.status,
            amount_euro=event.amount_euro,
            precision=event.precision,
            document_ref=event.document_ref,
        )
    return public.CostRecorded(
        cost_ref=event.cost_ref,
        occurred_on=event.occurred_on,
        amount_euro=event.amount_euro,
        precision=event.precision,
        document_ref=event.document_ref,
    )


def _figure(event: HistoricFigureImported) -> PublicEvent:
    figure = public.HistoricFigureImported(
        figure_ref=event.figure_ref,
        occurred_on=event.occurred_on,
        unit_id=event.unit_id,
        measure=event.measure,
        year=event.year,
        value=event.value,
        provenance=event.provenance,
        precision=event.precision,
        document_ref=event.document_ref,
    )
    if isinstance(event, HistoricFigureSuperseded):
        return public.HistoricFigureSuperseded(**dict(figure), reason_code=event.reason_code)
    return figure
