"""The handovers that this partner offered."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from banen_contracts.base import (
    Digest,
    PartnerId,
    ReasonCode,
)
from banen_contracts.intake import (
    HandoverOutcome,
)
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import PersonRef


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
