"""The public events of intake: each private event becomes a public one, or nothing."""

from collections.abc import Mapping

from banen_contracts import PublicEvent, intake
from banen_contracts.consent import ConsentScope
from banen_intake import events as e
from banen_kit.core.decider import DomainEvent, public_form

SAME: Mapping[type[DomainEvent], type[PublicEvent]] = {
    e.ReachEstimateImported: intake.ReachEstimateImported,
    e.OutreachHeld: intake.OutreachHeld,
    e.ContactMade: intake.ContactMade,
    e.ContactErased: intake.ContactErased,
    e.IntakeStarted: intake.IntakeStarted,
    e.IntakeCompleted: intake.IntakeCompleted,
    e.DistanceAssessed: intake.DistanceAssessed,
    e.RouteAssigned: intake.RouteAssigned,
    e.ActivityStarted: intake.DevelopmentActivityStarted,
    e.ActivityEnded: intake.DevelopmentActivityEnded,
    e.ConsentGranted: intake.ConsentGranted,
    e.ConsentWithdrawn: intake.ConsentWithdrawn,
    e.CandidateLost: intake.CandidateLost,
    e.CandidateFound: intake.CandidateFound,
    e.CandidateClosed: intake.CandidateClosed,
    e.CandidateReentered: intake.CandidateReentered,
    e.CandidateErased: intake.CandidateErased,
    e.HandoverOffered: intake.HandoverOffered,
    e.HandoverCompleted: intake.HandoverCompleted,
    e.HandoverEnded: intake.HandoverEnded,
}
"""The public event takes from the private one the fields that it declares, and nothing else."""

PRIVATE: frozenset[type[DomainEvent]] = frozenset(
    {e.WorkerAssigned, e.ConversationLogged, e.PlanAgreed, e.PortraitPublished, e.PortraitTakenDown}
)
"""What only the own partner may know, such as who is responsible and what was said."""


def to_public_event(event: e.IntakeEvent) -> PublicEvent | None:
    match event:
        case e.CandidateRegistered():
            return registered(event)
        case e.ReadyForMediation():
            return ready(event)
        case _:
            return None if type(event) in PRIVATE else public_form(event, SAME[type(event)])


def registered(event: e.CandidateRegistered) -> PublicEvent:
    """Education and municipality are public only for those who allow statistics."""
    consents = event.consents
    is_told = consents is None or any(one.scope is ConsentScope.STATISTICS for one in consents)
    return intake.CandidateRegistered(
        candidate_ref=event.candidate_ref,
        occurred_on=event.occurred_on,
        contact_ref=event.contact_ref,
        education_band=event.education_band if is_told else intake.EducationBand.UNKNOWN,
        region_id=event.region_id,
        municipality_code=event.municipality_code if is_told else None,
        consents=consents or (),
    )


def ready(event: e.ReadyForMediation) -> PublicEvent:
    """The profession too."""
    return intake.CandidateReadyForMediation(
        candidate_ref=event.candidate_ref,
        occurred_on=event.occurred_on,
        available_from=event.available_from,
        profession_group=event.profession_group if event.is_profession_public else None,
    )
