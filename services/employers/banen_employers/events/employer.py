"""Employers: registered, approached, on the platform, closed, corrected and erased."""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from banen_contracts.base import MunicipalityCode, OrganisationName, ReasonCode
from banen_contracts.employers import ApproachChannel, ApproachLevel, LegalKind, SectorCode, SizeBand
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


class EmployerRenamed(DomainEvent, frozen=True):
    """Of an organisation. Its name may be published, unlike that of a sole trader, which is corrected."""

    TYPE: ClassVar[str] = "employer-renamed"
    employer_ref: PersonRef
    occurred_on: date
    reason_code: ReasonCode
    name: Annotated[Personal[str], Of("employer_ref")]
    public_name: OrganisationName | None = None


class EmployerDetailsCorrected(DetailsCorrected, frozen=True):
    """Of the contact person, or of a sole trader's name."""

    TYPE: ClassVar[str] = "employer-details-corrected"
    VERSION: ClassVar[int] = 2
    employer_ref: PersonRef
    name: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_name: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_phone: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact_email: Annotated[Personal[str] | None, Of("employer_ref")] = None
    removed: tuple[EmployerDetail, ...] = ()


class EmployerClosed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "employer-closed"
    employer_ref: PersonRef
    occurred_on: date
    reason_code: ReasonCode


class EmployerReopened(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "employer-reopened"
    employer_ref: PersonRef
    occurred_on: date
    reason_code: ReasonCode


class PlatformMembershipChanged(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "platform-membership-changed"
    employer_ref: PersonRef
    occurred_on: date
    joined: bool


class EmployerErased(Erasure, frozen=True):
    """Its contact persons and its stored name were erased. A published name stays, since it is an organisation's."""

    TYPE: ClassVar[str] = "employer-erased"
    employer_ref: UUID

    def erased_person(self) -> UUID:
        return self.employer_ref


class EmployerApproached(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "employer-approached"
    approach_ref: UUID
    occurred_on: date
    employer_ref: PersonRef
    channel: ApproachChannel
    level: ApproachLevel
    notes: Annotated[Personal[str] | None, Of("employer_ref")] = None
