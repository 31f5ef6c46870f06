"""Agreements: signed, amended, renewed, ended, expired, and who was referred under them."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Code, Count, DocumentRef, ReasonCode
from banen_contracts.employers import PartyKind
from banen_kit.core.decider import DomainEvent


class AgreementSigned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "agreement-signed"
    agreement_ref: UUID
    occurred_on: date
    party_kind: PartyKind
    party_ref: UUID | None = None
    places_promised: Count | None = None
    routes: tuple[Code, ...]
    valid_from: date
    valid_to: date | None = None
    document_ref: DocumentRef | None = None


class AgreementAmended(DomainEvent, frozen=True):
    """All terms, as they are from then on."""

    TYPE: ClassVar[str] = "agreement-amended"
    agreement_ref: UUID
    occurred_on: date
    places_promised: Count | None = None
    routes: tuple[Code, ...]
    valid_from: date
    valid_to: date | None = None
    document_ref: DocumentRef | None = None
    reason_code: ReasonCode


class AgreementRenewed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "agreement-renewed"
    agreement_ref: UUID
    occurred_on: date
    valid_to: date
    document_ref: DocumentRef | None = None


class AgreementEnded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "agreement-ended"
    agreement_ref: UUID
    occurred_on: date
    reason_code: ReasonCode


class AgreementExpired(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "agreement-expired"
    agreement_ref: UUID
    occurred_on: date


class ReferralReceived(DomainEvent, frozen=True):
    """Somebody was referred under the agreement; it does not say who."""

    TYPE: ClassVar[str] = "referral-received"
    agreement_ref: UUID
    occurred_on: date
    number: Count
    """How many there are with this one."""
