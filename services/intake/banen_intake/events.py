"""The private events of intake: outreach, contacts, candidates and the handovers that this partner offered."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, TypeAlias
from uuid import UUID

from banen_contracts.base import (
    Code,
    Digest,
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
    AttendanceBand,
    Channel,
    ContactKind,
    DistancePhase,
    EducationBand,
    HandoverOutcome,
    Month,
    OutreachKind,
    ProfessionGroup,
)
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import Erasure
from banen_kit.core.text import StaffRef
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef
from banen_kit.eventstore.serializer import Upcaster


class OutreachHeld(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "outreach-held"
    outreach_ref: UUID
    occurred_on: date
    kind: OutreachKind
    attendance: AttendanceBand
    self_organisation_involved: bool
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None


class ContactMade(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "contact-made"
    VERSION: ClassVar[int] = 2
    contact_ref: PersonRef
    occurred_on: date
    channel: Channel
    kind: ContactKind
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    name: Annotated[Personal[str] | None, Of("contact_ref")] = None
    phone: Annotated[Personal[str] | None, Of("contact_ref")] = None
    outreach_ref: UUID | None = None
    notes: Annotated[Personal[str] | None, Of("contact_ref")] = None


class ContactErased(Erasure, frozen=True):
    TYPE: ClassVar[str] = "contact-erased"
    contact_ref: UUID

    def erased_person(self) -> UUID:
        return self.contact_ref


class AboutCandidate(DomainEvent, frozen=True):
    """What every event of a candidate's file says."""

    candidate_ref: PersonRef
    occurred_on: date


class CandidateRegistered(AboutCandidate, frozen=True):
    TYPE: ClassVar[str] = "candidate-registered"
    VERSION: ClassVar[int] = 2
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

    def same_person(self) -> tuple[UUID, UUID] | None:
        return (self.candidate_ref, self.contact_ref) if self.contact_ref else None


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


class HandoverOffered(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "handover-offered"
    handover_ref: UUID
    occurred_on: date
    candidate_ref: PersonRef
    to_partner: PartnerId
    expires_on: date
    dossier_hash: Digest | None = None


class HandoverCompleted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "handover-completed"
    handover_ref: UUID
    occurred_on: date
    candidate_ref: UUID
    """Repeats the offer's reference, but not as a `PersonRef`: an accepted offer is completed even after an erasure."""
    to_partner: PartnerId

    def may_follow_erasure(self) -> bool:
        return True


class HandoverEnded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "handover-ended"
    handover_ref: UUID
    occurred_on: date
    candidate_ref: UUID
    """As in `HandoverCompleted`: an open offer ends because of an erasure."""
    to_partner: PartnerId
    outcome: HandoverOutcome
    reason_code: ReasonCode | None = None

    def may_follow_erasure(self) -> bool:
        return True


ContactEvent: TypeAlias = ContactMade | ContactErased
CandidateEvent: TypeAlias = (
    CandidateRegistered
    | WorkerAssigned
    | ConversationLogged
    | IntakeStarted
    | IntakeCompleted
    | PlanAgreed
    | DistanceAssessed
    | RouteAssigned
    | ActivityStarted
    | ActivityEnded
    | ReadyForMediation
    | ConsentGranted
    | ConsentWithdrawn
    | PortraitPublished
    | PortraitTakenDown
    | CandidateLost
    | CandidateFound
    | CandidateClosed
    | CandidateReentered
    | CandidateErased
)
HandoverEvent: TypeAlias = HandoverOffered | HandoverCompleted | HandoverEnded
IntakeEvent: TypeAlias = OutreachHeld | ContactEvent | CandidateEvent | HandoverEvent


def _with_defaults(fields: dict[str, Any]) -> dict[str, Any]:
    """For a version that only added fields which may be left out."""
    return fields


def _without_consents(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "consents": None}


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    (CandidateRegistered.TYPE, 1): _without_consents,
    (ContactMade.TYPE, 1): _with_defaults,
    (DistanceAssessed.TYPE, 1): _with_defaults,
    (RouteAssigned.TYPE, 1): _with_defaults,
    (CandidateClosed.TYPE, 1): _with_defaults,
}
