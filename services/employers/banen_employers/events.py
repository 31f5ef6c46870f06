"""The private events of employers: employers, agreements and group placements."""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from banen_contracts.base import (
    Code,
    Count,
    DocumentRef,
    MunicipalityCode,
    OrganisationName,
    Precision,
)
from banen_contracts.employers import LegalKind, PartyKind, SectorCode, SizeBand
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import DetailsCorrected, Erasure
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef

EmployerDetail: TypeAlias = Literal["contactName", "contactPhone", "contactEmail"]
"""What may be known of an employer's contact person, and need not be."""


class EmployerRegistered(DomainEvent, frozen=True):
    """The name is always stored as personal data, since it may be a sole trader's."""

    TYPE: ClassVar[str] = "employer-registered"
    employer_ref: PersonRef
    occurred_on: date
    legal_kind: LegalKind
    sector_code: SectorCode
    size_band: SizeBand
    municipality_code: MunicipalityCode | None = None
    name: Annotated[Personal[str], Of("employer_ref")]
    public_name: OrganisationName | None = None
    """The same name, if it is not a person's and may be published."""
    contact_name: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_phone: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_email: Annotated[Personal[str] | None, Of("employer_ref")] = None


class EmployerDetailsCorrected(DetailsCorrected, frozen=True):
    """Of the contact person. The employer's own name may be published, and is not corrected this way."""

    TYPE: ClassVar[str] = "employer-details-corrected"
    employer_ref: PersonRef
    contact_name: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_phone: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_email: Annotated[Personal[str] | None, Of("employer_ref")] = None
    removed: tuple[EmployerDetail, ...] = ()


class EmployerErased(Erasure, frozen=True):
    """Its contact persons and its stored name were erased. A published name stays, since it is an organisation's."""

    TYPE: ClassVar[str] = "employer-erased"
    employer_ref: UUID

    def erased_person(self) -> UUID:
        return self.employer_ref


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


class GroupPlanned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "group-planned"
    group_ref: UUID
    occurred_on: date
    employer_ref: UUID
    kind: Code
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
Correction: TypeAlias = EmployerDetailsCorrected
"""Stored beside the others, and never published."""
