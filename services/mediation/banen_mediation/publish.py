"""The public events of mediation: each private event becomes a public one, or nothing."""

from collections.abc import Mapping

from banen_contracts import PublicEvent, mediation
from banen_kit.core.decider import DomainEvent, public_form
from banen_mediation import events as e

SAME: Mapping[type[DomainEvent], type[PublicEvent]] = {
    e.ClientTakenOn: mediation.ClientTakenOn,
    e.ClientClosed: mediation.ClientClosed,
    e.ClientReopened: mediation.ClientReopened,
    e.ClientErased: mediation.ClientErased,
    e.HandoverAccepted: mediation.HandoverAccepted,
    e.HandoverDeclined: mediation.HandoverDeclined,
    e.MatchProposed: mediation.MatchProposed,
    e.EmployerInterviewHeld: mediation.EmployerInterviewHeld,
    e.MatchWithdrawn: mediation.MatchWithdrawn,
    e.MatchStepTakenBack: mediation.MatchStepTakenBack,
    e.PlacementCorrected: mediation.PlacementCorrected,
    e.PlacementExtended: mediation.PlacementExtended,
    e.PlacementVoided: mediation.PlacementVoided,
    e.PlacementEndCorrected: mediation.PlacementEndCorrected,
    e.PlacementExtensionCorrected: mediation.PlacementExtensionCorrected,
    e.PlacementPaused: mediation.PlacementPaused,
    e.PlacementResumed: mediation.PlacementResumed,
    e.RetentionNotReached: mediation.RetentionNotReached,
    e.AftercareContactLogged: mediation.AftercareContactLogged,
    e.RetentionConfirmed: mediation.RetentionConfirmed,
    e.EnterpriseTrackStarted: mediation.EnterpriseTrackStarted,
    e.EnterpriseStarted: mediation.EnterpriseStarted,
    e.EnterpriseStillRunning: mediation.EnterpriseStillRunning,
    e.EnterpriseStopped: mediation.EnterpriseStopped,
    e.EnterpriseStepTakenBack: mediation.EnterpriseStepTakenBack,
    e.MeetingHeld: mediation.MeetingHeld,
}
"""The public event takes from the private one the fields that it declares, and nothing else."""

PRIVATE: frozenset[type[DomainEvent]] = frozenset(
    {
        e.HandoverReceived,
        e.HandoverSettled,
        e.ReferenceNoted,
        e.MilestoneDue,
        e.AftercareDue,
        e.MicrocreditDecided,
    }
)
"""What another source published, what reminds our own staff, and what only the own partner may know."""


def to_public_event(event: e.MediationEvent) -> PublicEvent | None:
    match event:
        case e.PlacementStarted():
            return mediation.PlacementStarted(
                placement_ref=event.placement_ref, occurred_on=event.start_date, **event.terms()
            )
        case e.PlacementEnded():
            return mediation.PlacementEnded(
                placement_ref=event.placement_ref,
                occurred_on=event.end_date,
                end_date=event.end_date,
                reason_code=event.reason_code,
            )
        case e.EnterpriseStepTakenBack(step=e.EnterpriseStep.MICROCREDIT):
            return None  # as the loan itself
        case e.EffortRecorded():
            return effort_recorded(event)
        case _:
            return None if type(event) in PRIVATE else public_form(event, SAME[type(event)])


def effort_recorded(event: e.EffortRecorded) -> PublicEvent:
    """Without its numbers, where they could be those of one person."""
    public = public_form(event, mediation.EffortRecorded)
    if 0 < event.people < mediation.FEWEST_PEOPLE:
        return public.model_copy(update={"hours": None, "people": None})
    return public
