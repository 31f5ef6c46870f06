"""How people are reached: outreach, contacts, and estimates of how many there are."""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from banen_contracts.base import (
    Count,
    MethodVersion,
    MunicipalityCode,
    Precision,
    RegionId,
    Year,
)
from banen_contracts.intake import (
    AttendanceBand,
    Channel,
    ContactKind,
    OutreachKind,
    ReachSource,
    reach_ref_of,
)
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import DetailsCorrected, Erasure
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


class OutreachHeld(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "outreach-held"
    outreach_ref: UUID
    occurred_on: date
    kind: OutreachKind
    attendance: AttendanceBand
    self_organisation_involved: bool
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None


ContactDetail: TypeAlias = Literal["name", "phone", "email", "address", "birthDate", "notes"]
"""What may be known of a contact, and need not be."""


class ContactMade(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "contact-made"
    VERSION: ClassVar[int] = 3
    contact_ref: PersonRef
    occurred_on: date
    channel: Channel
    kind: ContactKind
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    name: Annotated[Personal[str] | None, Of("contact_ref")] = None
    phone: Annotated[Personal[str] | None, Of("contact_ref")] = None
    outreach_ref: UUID | None = None
    notes: Annotated[Personal[str] | None, Of("contact_ref")] = None
    email: Annotated[Personal[str] | None, Of("contact_ref")] = None
    address: Annotated[Personal[str] | None, Of("contact_ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("contact_ref")] = None
    """Stored as YYYY-MM-DD, because a sealed value is JSON."""
    not_the_same_as: tuple[UUID, ...] = ()
    """Other contacts who were said to be other people."""
    likely_same_as: tuple[UUID, ...] = ()
    """Contacts of whom that was not said, in the load of a history."""


class ContactDetailsCorrected(DetailsCorrected, frozen=True):
    TYPE: ClassVar[str] = "contact-details-corrected"
    contact_ref: PersonRef
    name: Annotated[Personal[str] | None, Of("contact_ref")] = None
    phone: Annotated[Personal[str] | None, Of("contact_ref")] = None
    email: Annotated[Personal[str] | None, Of("contact_ref")] = None
    address: Annotated[Personal[str] | None, Of("contact_ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("contact_ref")] = None
    notes: Annotated[Personal[str] | None, Of("contact_ref")] = None
    removed: tuple[ContactDetail, ...] = ()


class ContactErased(Erasure, frozen=True):
    TYPE: ClassVar[str] = "contact-erased"
    contact_ref: UUID

    def erased_person(self) -> UUID:
        return self.contact_ref


class ReachEstimateImported(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "reach-estimate-imported"
    occurred_on: date
    municipality_code: MunicipalityCode
    year: Year
    estimate: Count
    precision: Precision
    source: ReachSource
    method_version: MethodVersion

    @property
    def reach_ref(self) -> str:
        return reach_ref_of(self.municipality_code, self.year)
