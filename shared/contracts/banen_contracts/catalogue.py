"""All public events by type, and their JSON Schemas for readers that do not use Python."""

from typing import Any

from banen_contracts import employers, intake, mediation, reporting
from banen_contracts.base import DOMAIN, URN, PublicEvent

EVENTS: tuple[type[PublicEvent], ...] = (
    intake.ContactMade,
    intake.ContactErased,
    intake.CandidateRegistered,
    intake.IntakeCompleted,
    intake.DistanceAssessed,
    intake.RouteAssigned,
    intake.CandidateClosed,
    intake.CandidateErased,
    intake.HandoverOffered,
    intake.HandoverCompleted,
    mediation.ClientTakenOn,
    mediation.ClientErased,
    mediation.HandoverAccepted,
    mediation.PlacementStarted,
    mediation.PlacementCorrected,
    mediation.PlacementExtended,
    mediation.PlacementEnded,
    mediation.PlacementVoided,
    mediation.RetentionConfirmed,
    employers.EmployerRegistered,
    employers.EmployerErased,
    employers.AgreementSigned,
    employers.GroupPlacementPlanned,
    employers.GroupPlacementClosed,
    reporting.ProgrammeDefined,
    reporting.PartnerAdmitted,
    reporting.PartnerRenamed,
    reporting.PartnerAssigned,
    reporting.SourceDeclaredLive,
    reporting.TargetUnitDefined,
    reporting.TargetUnitAmended,
    reporting.TargetSet,
    reporting.TargetRevised,
    reporting.RegularQuotaSet,
    reporting.CountingPermissionGranted,
    reporting.CountingPermissionRevoked,
    reporting.CountingRuleSetPublished,
    reporting.FundingRecorded,
    reporting.CostRecorded,
    reporting.HistoricFigureImported,
    reporting.HistoricFigureSuperseded,
    intake.IntakeEventSkipped,
    mediation.MediationEventSkipped,
    employers.EmployersEventSkipped,
    reporting.ReportingEventSkipped,
)
"""All public events, in the order of the programme."""

SERVICES: tuple[str, ...] = tuple(dict.fromkeys(event.NAME.split(".")[0] for event in EVENTS))
"""The services that publish."""

BY_TYPE: dict[str, type[PublicEvent]] = {f"{DOMAIN}.{event.NAME}": event for event in EVENTS}
"""CloudEvents type to event class."""


def json_schema(event: type[PublicEvent]) -> dict[str, Any]:
    """Returns the JSON Schema (2020-12) of an event's body, for validation by readers; it allows new fields."""
    schema = event.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{URN}:{event.NAME}",
        **schema,
    }
