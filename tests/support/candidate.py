"""A candidate's file for tests of intake: one event of each kind, and the scenario that they stand in."""

from datetime import date
from typing import Any
from uuid import UUID

from banen_contracts.base import ErasureReason
from banen_contracts.consent import Consent, ConsentScope
from banen_contracts.intake import ActivityKind, ActivityOutcome, EducationBand
from banen_intake.domain.candidate import CANDIDATE
from banen_intake.events import (
    ActivityEnded,
    ActivityStarted,
    CandidateClosed,
    CandidateErased,
    CandidateFound,
    CandidateLost,
    CandidateReentered,
    CandidateRegistered,
    ConsentGranted,
    ConsentWithdrawn,
    ConversationLogged,
    DistanceAssessed,
    IntakeCompleted,
    IntakeStarted,
    PlanAgreed,
    PortraitPublished,
    PortraitTakenDown,
    ReadyForMediation,
    RouteAssigned,
    WorkerAssigned,
)
from banen_kit.crypto.personal_fields import Open
from banen_kit.testing import Scenario
from support.definition import DEFINED

REF = UUID(int=1)
ACTIVITY, PORTRAIT = UUID(int=11), UUID(int=12)
DAY, BEFORE, AFTER = date(2006, 3, 1), date(2006, 2, 28), date(2006, 3, 2)

candidate: Scenario[Any] = Scenario(CANDIDATE, str(REF), partner="vluchtelingenwerk").knowing(DEFINED)

registered = CandidateRegistered(
    candidate_ref=REF,
    occurred_on=DAY,
    education_band=EducationBand.UNKNOWN,
    name=Open("Sanne Voorbeeld"),
)
worker = WorkerAssigned(candidate_ref=REF, occurred_on=DAY, worker="worker-7")
logged = ConversationLogged(candidate_ref=REF, occurred_on=DAY, notes=Open("Belt liever niet."))
started = IntakeStarted(candidate_ref=REF, occurred_on=DAY)
completed = IntakeCompleted(
    candidate_ref=REF, occurred_on=DAY, method_version="star-1", notes=Open("Wil graag leren.")
)
planned = PlanAgreed(candidate_ref=REF, occurred_on=DAY, plan=Open("Eerst Nederlands."))
assessed = DistanceAssessed(
    candidate_ref=REF, occurred_on=DAY, distance_phase=3, assessor="vluchtelingenwerk"
)
assigned = RouteAssigned(candidate_ref=REF, occurred_on=DAY, route="B", reason_code="far-from-work")
activity = ActivityStarted(
    candidate_ref=REF, occurred_on=DAY, activity_ref=ACTIVITY, kind=ActivityKind.LANGUAGE
)
activity_ended = ActivityEnded(
    candidate_ref=REF, occurred_on=DAY, activity_ref=ACTIVITY, outcome=ActivityOutcome.COMPLETED
)
ready = ReadyForMediation(
    candidate_ref=REF,
    occurred_on=DAY,
    available_from="2006-04",
    profession_group="52",
    is_profession_public=False,
)
lost = CandidateLost(candidate_ref=REF, occurred_on=DAY)
found = CandidateFound(candidate_ref=REF, occurred_on=DAY)
closed = CandidateClosed(candidate_ref=REF, occurred_on=DAY, reason_code="moved-away")
reentered = CandidateReentered(candidate_ref=REF, occurred_on=DAY, spell=2, reason_code="returned")
erased = CandidateErased(candidate_ref=REF, occurred_on=DAY, reason=ErasureReason.REQUEST)
portrait = PortraitPublished(
    candidate_ref=REF, occurred_on=DAY, portrait_ref=PORTRAIT, document_ref="PHOTO-1"
)
taken_down = PortraitTakenDown(candidate_ref=REF, occurred_on=DAY, portrait_ref=PORTRAIT)


def allowed(scope: ConsentScope, to_partner: str | None = None) -> ConsentGranted:
    return ConsentGranted(candidate_ref=REF, occurred_on=DAY, scope=scope, to_partner=to_partner)


def no_longer(
    scope: ConsentScope, to_partner: str | None = None, portraits: tuple[UUID, ...] = ()
) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        candidate_ref=REF, occurred_on=DAY, scope=scope, to_partner=to_partner, portraits=portraits
    )


def allowing(*consents: Consent) -> CandidateRegistered:
    """The registration of somebody who allows this from the start."""
    return registered.model_copy(update={"consents": consents})


TO_EMPLOOI = Consent(scope=ConsentScope.HANDOVER, to_partner="emplooi")
STATISTICS = Consent(scope=ConsentScope.STATISTICS)
