"""The private events of mediation: clients, handovers received and placements."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, TypeAlias
from uuid import UUID

from banen_contracts import mediation
from banen_contracts.base import Digest, PartnerId, ReasonCode
from banen_contracts.intake import HandoverOutcome
from banen_contracts.mediation import (
    ContractTerm,
    EndReason,
    Origin,
    RetentionMethod,
)
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import DetailsCorrected, Erasure
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef

ClientDetail: TypeAlias = Literal["phone", "email", "address", "birthDate"]
"""What may be known of a client, and need not be."""


class ClientTakenOn(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "client-taken-on"
    VERSION: ClassVar[int] = 2
    client_ref: PersonRef
    occurred_on: date
    origin: Origin
    origin_ref: UUID | None = None
    name: Annotated[Personal[str], Of("client_ref")]
    phone: Annotated[Personal[str] | None, Of("client_ref")] = None
    email: Annotated[Personal[str] | None, Of("client_ref")] = None
    address: Annotated[Personal[str] | None, Of("client_ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("client_ref")] = None
    """Stored as YYYY-MM-DD, because a sealed value is JSON."""

    def same_person(self) -> tuple[UUID, UUID] | None:
        """A candidate of our own intake is the same person; one handed over has a key with another partner."""
        if self.origin is Origin.OWN_INTAKE and self.origin_ref:
            return self.client_ref, self.origin_ref
        return None


class ClientDetailsCorrected(DetailsCorrected, frozen=True):
    TYPE: ClassVar[str] = "client-details-corrected"
    client_ref: PersonRef
    name: Annotated[Personal[str] | None, Of("client_ref")] = None
    phone: Annotated[Personal[str] | None, Of("client_ref")] = None
    email: Annotated[Personal[str] | None, Of("client_ref")] = None
    address: Annotated[Personal[str] | None, Of("client_ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("client_ref")] = None
    removed: tuple[ClientDetail, ...] = ()


class ClientErased(Erasure, frozen=True):
    TYPE: ClassVar[str] = "client-erased"
    client_ref: UUID

    def erased_person(self) -> UUID:
        return self.client_ref


class HandoverReceived(DomainEvent, frozen=True):
    """Another partner offered us a candidate. Not published, because the offer itself is public already."""

    TYPE: ClassVar[str] = "handover-received"
    handover_ref: UUID
    occurred_on: date
    from_partner: PartnerId
    candidate_ref: UUID
    expires_on: date
    dossier_hash: Digest | None = None


class HandoverAccepted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "handover-accepted"
    handover_ref: UUID
    occurred_on: date
    client_ref: PersonRef
    from_partner: PartnerId


class HandoverDeclined(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "handover-declined"
    handover_ref: UUID
    occurred_on: date
    from_partner: PartnerId
    reason_code: ReasonCode


class HandoverSettled(DomainEvent, frozen=True):
    """The offering partner settled the offer. Not published, because that partner published it."""

    TYPE: ClassVar[str] = "handover-settled"
    handover_ref: UUID
    occurred_on: date
    from_partner: PartnerId
    outcome: HandoverOutcome | None
    """None: completed."""


class Terms(mediation.Terms, frozen=True):
    """The agreed terms of a placement, and its client."""

    client_ref: PersonRef

    def terms(self) -> dict[str, Any]:
        """Returns only the terms, without the other fields of a command or event."""
        return {name: getattr(self, name) for name in Terms.model_fields}


class PlacementStarted(DomainEvent, Terms, frozen=True):
    """Its business date is the start date."""

    TYPE: ClassVar[str] = "placement-started"
    placement_ref: UUID
    workplace: Annotated[Personal[str] | None, Of("client_ref")] = None


class PlacementCorrected(DomainEvent, Terms, frozen=True):
    TYPE: ClassVar[str] = "placement-corrected"
    placement_ref: UUID
    occurred_on: date
    reason_code: ReasonCode

    def corrects(self) -> bool:
        return True


class PlacementExtended(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "placement-extended"
    placement_ref: UUID
    occurred_on: date
    contract: Literal[ContractTerm.FIXED, ContractTerm.OPEN_ENDED]
    planned_end_date: date | None = None


class PlacementEnded(DomainEvent, frozen=True):
    """Its business date is the end date."""

    TYPE: ClassVar[str] = "placement-ended"
    placement_ref: UUID
    end_date: date
    reason_code: EndReason


class PlacementVoided(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "placement-voided"
    placement_ref: UUID
    occurred_on: date
    reason_code: ReasonCode

    def corrects(self) -> bool:
        return True


class RetentionConfirmed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "retention-confirmed"
    placement_ref: UUID
    occurred_on: date
    months: int
    method: RetentionMethod


ClientEvent: TypeAlias = ClientTakenOn | ClientErased
HandoverEvent: TypeAlias = HandoverReceived | HandoverAccepted | HandoverDeclined | HandoverSettled
PlacementEvent: TypeAlias = (
    PlacementStarted
    | PlacementCorrected
    | PlacementExtended
    | PlacementEnded
    | PlacementVoided
    | RetentionConfirmed
)
MediationEvent: TypeAlias = ClientEvent | HandoverEvent | PlacementEvent
Correction: TypeAlias = ClientDetailsCorrected
"""Stored beside the others, and never published."""
