"""A client's file."""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from banen_contracts.base import ReasonCode
from banen_contracts.mediation import Origin
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import DetailsCorrected, Erasure
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef

ClientDetail: TypeAlias = Literal["phone", "email", "address", "birthDate"]
"""What may be known of a client, and need not be."""


class ClientTakenOn(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "client-taken-on"
    VERSION: ClassVar[int] = 3
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
    not_the_same_as: tuple[UUID, ...] = ()
    """Other clients who were said to be other people."""
    likely_same_as: tuple[UUID, ...] = ()
    """Clients of whom that was not said, in the load of a history."""

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


class ClientClosed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "client-closed"
    client_ref: PersonRef
    occurred_on: date
    reason_code: ReasonCode


class ClientReopened(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "client-reopened"
    client_ref: PersonRef
    occurred_on: date
    reason_code: ReasonCode
