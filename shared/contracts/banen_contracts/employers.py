"""Public facts of employers: who offers places, what was agreed, and which groups were placed."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from banen_contracts.base import (
    Code,
    Count,
    Day,
    DocumentRef,
    EventSkipped,
    MunicipalityCode,
    OrganisationName,
    Precision,
    PublicEvent,
    Ref,
    Routes,
)


class LegalKind(StrEnum):
    """A sole trader is a person, so its name never travels."""

    COMPANY = "company"
    PUBLIC = "public"
    SOLE_TRADER = "sole_trader"


class SizeBand(StrEnum):
    UNDER_10 = "under_10"
    FROM_10_TO_99 = "10_to_99"
    FROM_100 = "from_100"
    UNKNOWN = "unknown"


class PartyKind(StrEnum):
    """With whom an agreement was signed."""

    EMPLOYER = "employer"
    EMPLOYERS_ORGANISATION = "employers_org"
    SECTOR_FUND = "sector_fund"
    COMPANY_FUND = "company_fund"
    UNION = "union"
    MUNICIPALITY = "municipality"
    REINTEGRATION_COMPANY = "reintegration_company"


SectorCode = Annotated[str, Field(pattern=r"^[A-U]$")]
"""A section of the standard industrial classification (SBI 2008)."""


class EmployerRegistered(PublicEvent, frozen=True):
    """An employer is known to this partner; its name travels only if it is no person and agreed to it."""

    NAME: ClassVar[str] = "employers.employer-registered.v1"
    REF: ClassVar[str] = "employer_ref"
    employer_ref: Ref
    legal_kind: LegalKind
    sector_code: SectorCode
    size_band: SizeBand = SizeBand.UNKNOWN
    municipality_code: MunicipalityCode | None = None
    name: OrganisationName | None = None


class EmployerErased(PublicEvent, frozen=True):
    """The partner destroyed what it kept on the persons of an employer; agreements and placements stay."""

    NAME: ClassVar[str] = "employers.employer-erased.v1"
    REF: ClassVar[str] = "employer_ref"
    employer_ref: Ref


class AgreementSigned(PublicEvent, frozen=True):
    """A party promised places, on the given routes, between two days."""

    NAME: ClassVar[str] = "employers.agreement-signed.v1"
    REF: ClassVar[str] = "agreement_ref"
    agreement_ref: Ref
    party_kind: PartyKind
    party_ref: Ref | None = None
    places_promised: Count | None = None
    routes: Routes
    valid_from: Day
    valid_to: Day | None = None
    document_ref: DocumentRef | None = None


class GroupPlacementPlanned(PublicEvent, frozen=True):
    """Several people are to be placed together at one employer."""

    NAME: ClassVar[str] = "employers.group-placement-planned.v1"
    REF: ClassVar[str] = "group_ref"
    group_ref: Ref
    employer_ref: Ref
    kind: Code
    seasonal: bool = False
    in_guidance: Count | None = None
    places_planned: Count | None = None


class GroupPlacementClosed(PublicEvent, frozen=True):
    """A group placement is over; `placed` is the number that was reported, and how exactly."""

    NAME: ClassVar[str] = "employers.group-placement-closed.v1"
    REF: ClassVar[str] = "group_ref"
    group_ref: Ref
    placed: Count | None = None
    precision: Precision


class EmployersEventSkipped(EventSkipped, frozen=True):
    """A fact of employers about this could not be published, and a human let it be left out."""

    NAME: ClassVar[str] = "employers.event-skipped.v1"
