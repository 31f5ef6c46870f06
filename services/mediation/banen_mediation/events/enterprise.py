"""A client's way to a firm of their own. A firm is its owner: name, plan and loan are personal data."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from banen_contracts.base import PartnerId, ReasonCode
from banen_contracts.mediation import SupportSource
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


class EnterpriseTrackStarted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "enterprise-track-started"
    track_ref: UUID
    client_ref: PersonRef
    occurred_on: date
    support_source: SupportSource
    guided_by: PartnerId | None = None
    plan: Annotated[Personal[str] | None, Of("client_ref")] = None
    firm_name: Annotated[Personal[str] | None, Of("client_ref")] = None


class MicrocreditDecided(DomainEvent, frozen=True):
    """A bank or fund granted a loan, or did not."""

    TYPE: ClassVar[str] = "microcredit-decided"
    track_ref: UUID
    client_ref: PersonRef
    occurred_on: date
    granted: bool
    amount_euro: Annotated[Personal[int] | None, Of("client_ref")] = None


class EnterpriseStarted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "enterprise-started"
    track_ref: UUID
    client_ref: PersonRef
    occurred_on: date
    placement_ref: UUID | None = None
    firm_name: Annotated[Personal[str] | None, Of("client_ref")] = None


class EnterpriseStillRunning(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "enterprise-still-running"
    track_ref: UUID
    occurred_on: date


class EnterpriseStopped(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "enterprise-stopped"
    track_ref: UUID
    occurred_on: date
    reason_code: ReasonCode


class EnterpriseStep(StrEnum):
    """What can be recorded of a track after its start."""

    MICROCREDIT = "microcredit"
    START = "start"
    CONFIRMATION = "confirmation"
    STOP = "stop"


class EnterpriseStepTakenBack(DomainEvent, frozen=True):
    """The last step was recorded wrongly. The days and the placement are those that hold now."""

    TYPE: ClassVar[str] = "enterprise-step-taken-back"
    track_ref: UUID
    occurred_on: date
    step: EnterpriseStep
    reason_code: ReasonCode
    started_on: date | None = None
    running_on: date | None = None
    placement_ref: UUID | None = None

    def corrects(self) -> bool:
        return True
