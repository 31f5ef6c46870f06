"""A placement."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from banen_contracts import mediation
from banen_contracts.base import ReasonCode
from banen_contracts.mediation import ContractTerm, EndReason, RetentionMethod
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


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
