"""The private facts of employers: who they are, what was agreed and which groups were placed."""

from datetime import date
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID

from banen_contracts.base import (
    Count,
    DocumentRef,
    ErasureReason,
    MunicipalityCode,
    OrganisationName,
    Precision,
    Route,
)
from banen_contracts.employers import LegalKind, PartyKind, SectorCode, SizeBand
from banen_contracts.mediation import PlacementKind
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


class EmployerRegistered(DomainEvent, frozen=True):
    """The name is always kept as personal, since it may be that of a sole trader."""

    TYPE: ClassVar[str] = "employer-registered"
    employer_ref: PersonRef
    occurred_on: date
    legal_kind: LegalKind
    sector_code: SectorCode
    size_band: SizeBand
    municipality_code: MunicipalityCode | None = None
    name: Annotated[Personal[str], Of("employer_ref")]
    public_name: OrganisationName | None = None
    """The same name, where it is no person's and may be published."""
    contact_name: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_phone: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_email: Annotated[Personal[str] | None, Of("employer_ref")] = None


class EmployerErased(DomainEvent, frozen=True):
    """Its contact persons and its own name are gone; a name that was published stays an organisation's.

    Its reference is no `PersonRef`: nobody's key is needed to write down that it was destroyed.
    """

    TYPE: ClassVar[str] = "employer-erased"
    employer_ref: UUID
    occurred_on: date
    reason: ErasureReason

    def erased_person(self) -> UUID:
        return self.employer_ref

    def erases_alone(self) -> bool:
        return self.reason is ErasureReason.RETENTION


class AgreementSigned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "agreement-signed"
    agreement_ref: UUID
    occurred_on: date
    party_kind: PartyKind
    party_ref: UUID | None = None
    places_promised: Count | None = None
    routes: tuple[Route, ...]
    valid_from: date
    valid_to: date | None = None
    document_ref: DocumentRef | None = None


class GroupPlanned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "group-planned"
    group_ref: UUID
    occurred_on: date
    employer_ref: UUID
    kind: PlacementKind
    seasonal: bool
    in_guidance: Count | None = None
    places_planned: Count | None = None


class GroupClosed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "group-closed"
    group_ref: UUID
    occurred_on: date
    placed: Count | None = None
    precision: Precision


EmployerEvent: TypeAlias = EmployerRegistered | EmployerErased
GroupEvent: TypeAlias = GroupPlanned | GroupClosed
EmployersEvent: TypeAlias = EmployerEvent | AgreementSigned | GroupEvent
