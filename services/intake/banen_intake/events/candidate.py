"""A candidate's file."""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from banen_contracts.base import (
    Code,
    DocumentRef,
    MethodVersion,
    MunicipalityCode,
    PartnerId,
    ReasonCode,
    RegionId,
)
from banen_contracts.consent import Consent
from banen_contracts.intake import (
    ActivityKind,
    ActivityOutcome,
    DistancePhase,
    EducationBand,
    Month,
    ProfessionGroup,
)
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import DetailsCorrected, Erasure
from banen_kit.core.text import StaffRef
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


class AboutCandidate(DomainEvent, frozen=True):
    """What every event of a candidate's file says."""

    candidate_ref: PersonRef
    occurred_on: date


class CandidateRegistered(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "candidate-registered"
    VERSION: ClassVar[int] = 3
    contact_ref: UUID | None = None
    education_band: EducationBand
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    consents: tuple[Consent, ...] | None = ()
    """None: recorded before consents were asked for one by one; then education and municipality were published."""
    name: Annotated[Personal[str], Of("candidate_ref")]
    birth_date: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    """Stored as YYYY-MM-DD, because a sealed value is JSON."""
    phone: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    email: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    address: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    v_number: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    not_the_same_as: tuple[UUID, ...] = ()
    """Other candidates who were said to be other people."""
    likely_same_as: tuple[UUID, ...] = ()
    """Candidates of whom that was not said, in the load of a history."""

    def same_person(self) -> tuple[UUID, UUID] | None:
        return (self.candidate_ref, self.contact_ref) if self.contact_ref else None


CandidateDetail: TypeAlias = Literal["birthDate", "phone", "email", "address", "vNumber"]
"""What may be known of a candidate, and need not be."""


class CandidateDetailsCorrected(DetailsCorrected, frozen=True):
    TYPE: ClassVar[str] = "candidate-details-corrected"
    candidate_ref: PersonRef
    name: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    phone: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    email: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    address: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    v_number: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    removed: tuple[CandidateDetail, ...] = ()


class WorkerAssigned(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "worker-assigned"
    worker: StaffRef


class ConversationLogged(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "conversation-logged"
    notes: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class IntakeStarted(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "intake-started"


class IntakeCompleted(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "intake-completed"
    method_version: MethodVersion
    notes: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class PlanAgreed(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "plan-agreed"
    plan: Annotated[Personal[str], Of("candidate_ref")]
    review_on: date | None = None


class DistanceAssessed(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "distance-assessed"
    VERSION: ClassVar[int] = 2
    distance_phase: DistancePhase
    assessor: PartnerId
    notes: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class RouteAssigned(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "route-assigned"
    VERSION: ClassVar[int] = 2
    route: Code
    reason_code: ReasonCode
    notes: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class ActivityStarted(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "activity-started"
    activity_ref: UUID
    kind: ActivityKind
    planned_end_date: date | None = None
    provider: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    notes: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class ActivityEnded(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "activity-ended"
    activity_ref: UUID
    outcome: ActivityOutcome
    result: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class ReadyForMediation(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "ready-for-mediation"
    available_from: Month
    profession_group: ProfessionGroup | None
    is_profession_public: bool
    """Whether the candidate allowed statistics by then."""


class ConsentGranted(AboutCandidate, Consent, frozen=True):
    TYPE: ClassVar[str] = "consent-granted"
    document_ref: DocumentRef | None = None


class ConsentWithdrawn(AboutCandidate, Consent, frozen=True):
    TYPE: ClassVar[str] = "consent-withdrawn"
    portraits: tuple[UUID, ...] = ()
    """The portraits that must be taken down."""


class PortraitPublished(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "portrait-published"
    portrait_ref: UUID
    document_ref: DocumentRef


class PortraitTakenDown(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "portrait-taken-down"
    portrait_ref: UUID


class CandidateLost(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "candidate-lost"


class CandidateFound(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "candidate-found"


class CandidateClosed(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "candidate-closed"
    VERSION: ClassVar[int] = 2
    reason_code: ReasonCode
    notes: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class CandidateReentered(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "candidate-reentered"
    spell: int
    reason_code: ReasonCode


class CandidateErased(Erasure, frozen=True):
    TYPE: ClassVar[str] = "candidate-erased"
    candidate_ref: UUID

    def erased_person(self) -> UUID:
        return self.candidate_ref
