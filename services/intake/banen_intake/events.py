"""The private events of intake: contacts, candidates and the handovers that this partner offered."""

from datetime import date
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID

from banen_contracts.base import (
    Code,
    Count,
    Digest,
    MethodVersion,
    MunicipalityCode,
    PartnerId,
    Precision,
    ReasonCode,
    RegionId,
    Year,
)
from banen_contracts.intake import Channel, ContactKind, DistancePhase, EducationBand, ReachSource
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import Erasure
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


class ContactMade(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "contact-made"
    contact_ref: PersonRef
    occurred_on: date
    channel: Channel
    kind: ContactKind
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    name: Annotated[Personal[str] | None, Of("contact_ref")] = None
    phone: Annotated[Personal[str] | None, Of("contact_ref")] = None
    notes: Annotated[Personal[str] | None, Of("contact_ref")] = None


class ContactErased(Erasure, frozen=True):
    TYPE: ClassVar[str] = "contact-erased"
    contact_ref: UUID

    def erased_person(self) -> UUID:
        return self.contact_ref


class CandidateRegistered(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "candidate-registered"
    candidate_ref: PersonRef
    occurred_on: date
    contact_ref: UUID | None = None
    education_band: EducationBand
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    name: Annotated[Personal[str], Of("candidate_ref")]
    birth_date: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    """Stored as YYYY-MM-DD, because a sealed value is JSON."""
    phone: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    email: Annotated[Personal[str] | None, Of("candidate_ref")] = None
    v_number: Annotated[Personal[str] | None, Of("candidate_ref")] = None

    def same_person(self) -> tuple[UUID, UUID] | None:
        return (self.candidate_ref, self.contact_ref) if self.contact_ref else None


class IntakeCompleted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "intake-completed"
    candidate_ref: PersonRef
    occurred_on: date
    method_version: MethodVersion
    notes: Annotated[Personal[str] | None, Of("candidate_ref")] = None


class DistanceAssessed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "distance-assessed"
    candidate_ref: PersonRef
    occurred_on: date
    distance_phase: DistancePhase
    assessor: PartnerId


class RouteAssigned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "route-assigned"
    candidate_ref: PersonRef
    occurred_on: date
    route: Code
    reason_code: ReasonCode


class CandidateClosed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "candidate-closed"
    candidate_ref: PersonRef
    occurred_on: date
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


class ReachEstimateImported(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "reach-estimate-imported"
    occurred_on: date
    municipality_code: MunicipalityCode
    year: Year
    estimate: Count
    precision: Precision
    source: ReachSource
    method_version: MethodVersion


ContactEvent: TypeAlias = ContactMade | ContactErased
CandidateEvent: TypeAlias = (
    CandidateRegistered
    | IntakeCompleted
    | DistanceAssessed
    | RouteAssigned
    | CandidateClosed
    | CandidateErased
)
HandoverEvent: TypeAlias = HandoverOffered | HandoverCompleted
IntakeEvent: TypeAlias = ContactEvent | CandidateEvent | HandoverEvent | ReachEstimateImported
