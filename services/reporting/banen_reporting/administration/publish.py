"""The public events of the programme administration."""

from collections.abc import Mapping

from banen_contracts import PublicEvent, reporting as public
from banen_kit.core.decider import DomainEvent, public_form
from banen_reporting.administration import events as e

SAME: Mapping[type[DomainEvent], type[PublicEvent]] = {
    e.ProgrammeDefined: public.ProgrammeDefined,
    e.PartnerAdmitted: public.PartnerAdmitted,
    e.PartnerRenamed: public.PartnerRenamed,
    e.PartnerAssigned: public.PartnerAssigned,
    e.SourceDeclaredLive: public.SourceDeclaredLive,
    e.SourceEnded: public.SourceEnded,
    e.SourceResumed: public.SourceResumed,
    e.TargetUnitDefined: public.TargetUnitDefined,
    e.TargetUnitAmended: public.TargetUnitAmended,
    e.TargetSet: public.TargetSet,
    e.TargetRevised: public.TargetRevised,
    e.RegularQuotaSet: public.RegularQuotaSet,
    e.CountingPermissionGranted: public.CountingPermissionGranted,
    e.CountingPermissionRevoked: public.CountingPermissionRevoked,
    e.FundingRecorded: public.FundingRecorded,
    e.CostRecorded: public.CostRecorded,
    e.ProgrammeFactRecorded: public.ProgrammeFactRecorded,
    e.HistoricFigureImported: public.HistoricFigureImported,
    e.HistoricFigureSuperseded: public.HistoricFigureSuperseded,
    e.RuleSetPublished: public.CountingRuleSetPublished,
}
"""The public event takes from the private one the fields that it declares, and nothing else."""


def to_public_event(event: e.ProgrammeEvent) -> PublicEvent:
    return public_form(event, SAME[type(event)])
