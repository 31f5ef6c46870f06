"""The handovers that other partners offered."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Digest, PartnerId, ReasonCode
from banen_contracts.intake import HandoverOutcome
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import PersonRef


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
