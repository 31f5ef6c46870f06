"""What the service employers of a partner said of a thing that mediation may name."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from banen_contracts.base import PartnerId
from banen_kit.core.decider import DomainEvent


class ReferenceKind(StrEnum):
    EMPLOYER = "employer"
    GROUP = "group"
    AGREEMENT = "agreement"
    VACANCY = "vacancy"


class ReferenceState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """Or ended, or expired."""
    ERASED = "erased"


class ReferenceNoted(DomainEvent, frozen=True):
    """Not published, because that partner published it."""

    TYPE: ClassVar[str] = "reference-noted"
    reference_ref: UUID
    occurred_on: date
    kind: ReferenceKind
    state: ReferenceState
    """From `occurred_on` on."""
    of_partner: PartnerId
    sequence: int
    """Of the public event that said so."""
