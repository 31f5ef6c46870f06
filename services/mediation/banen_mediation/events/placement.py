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
    VERSION: ClassVar[int] = 3
    placement_ref: UUID
    workplace: Annotated[Personal[str] | None, Of("client_ref")] = None


class PlacementCorrected(DomainEvent, Terms, frozen=True):
    TYPE: ClassVar[str] = "placement-corrected"
    VERSION: ClassVar[int] = 3
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


class PlacementEndCorrected(DomainEvent, frozen=True):
    """Without a last day it had not ended."""

    TYPE: ClassVar[str] = "placement-end-corrected"
    placement_ref: UUID
    occurred_on: date
    reason_code: ReasonCode
    end_date: date | None = None
    end_reason: EndReason | None = None
    start_date: date
    """As known then: if the placement runs on, its milestones count from here."""

    def corrects(self) -> bool:
        return True


class PlacementExtensionCorrected(DomainEvent, frozen=True):
    """What is agreed now: by the last extension, as corrected, or by the one before if that was withdrawn."""

    TYPE: ClassVar[str] = "placement-extension-corrected"
    placement_ref: UUID
    occurred_on: date
    reason_code: ReasonCode
    is_withdrawn: bool
    contract: ContractTerm | None = None
    """None: no extension is left."""
    planned_end_date: date | None = None

    def corrects(self) -> bool:
        return True


class PlacementPaused(DomainEvent, frozen=True):
    """The first day without work. The reason may be about health, so it is sealed and never published."""

    TYPE: ClassVar[str] = "placement-paused"
    placement_ref: UUID
    occurred_on: date
    client_ref: PersonRef
    reason: Annotated[Personal[str] | None, Of("client_ref")] = None


class PlacementResumed(DomainEvent, frozen=True):
    """The first day of work again."""

    TYPE: ClassVar[str] = "placement-resumed"
    placement_ref: UUID
    occurred_on: date


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


class RetentionNotReached(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "retention-not-reached"
    placement_ref: UUID
    occurred_on: date
    months: int


class MilestoneDue(DomainEvent, frozen=True):
    """Somebody should check whether the placement lasted this many months; from this day on that can be known."""

    TYPE: ClassVar[str] = "milestone-due"
    placement_ref: UUID
    occurred_on: date
    months: int


class AftercareDue(DomainEvent, frozen=True):
    """Somebody should ask how it goes, since these months are over and no contact was logged for them."""

    TYPE: ClassVar[str] = "aftercare-due"
    placement_ref: UUID
    occurred_on: date
    due_month: int


class AftercareContactLogged(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "aftercare-contact-logged"
    placement_ref: UUID
    occurred_on: date
    client_ref: PersonRef
    due_month: int | None = None
    done: bool
    notes: Annotated[Personal[str] | None, Of("client_ref")] = None
