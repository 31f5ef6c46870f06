"""Public facts of employers: who offers places, what was agreed, which places are open, and which groups were placed."""

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
    ReasonCode,
    Ref,
    Routes,
)
from banen_contracts.vacancies import (
    Places as Places,
    UnmetDemandReported as UnmetDemandReported,
    VacancyClosed as VacancyClosed,
    VacancyClosing as VacancyClosing,
    VacancyOpened as VacancyOpened,
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


class ApproachChannel(StrEnum):
    """Through what an employer was approached."""

    REGIONAL = "regional"
    PLATFORM = "platform"
    AMBASSADOR = "ambassador"
    JOB_FAIR = "job_fair"
    SECTOR_FUND = "sector_fund"
    OTHER = "other"


class ApproachLevel(StrEnum):
    """Whom of an employer was spoken to."""

    BOARD = "board"
    HR = "hr"
    LINE_MANAGER = "line_manager"
    SHOP_FLOOR = "shop_floor"
    UNKNOWN = "unknown"


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


class EmployerRenamed(PublicEvent, frozen=True):
    """An organisation has another name, or agreed or no longer agrees to its publication; without a name it has no public one."""

    NAME: ClassVar[str] = "employers.employer-renamed.v1"
    REF: ClassVar[str] = "employer_ref"
    employer_ref: Ref
    name: OrganisationName | None = None
    reason_code: ReasonCode


class EmployerClosed(PublicEvent, frozen=True):
    """The partner no longer works with an employer; what was placed there stays."""

    NAME: ClassVar[str] = "employers.employer-closed.v1"
    REF: ClassVar[str] = "employer_ref"
    employer_ref: Ref
    reason_code: ReasonCode


class EmployerReopened(PublicEvent, frozen=True):
    """The partner works with an employer again."""

    NAME: ClassVar[str] = "employers.employer-reopened.v1"
    REF: ClassVar[str] = "employer_ref"
    employer_ref: Ref
    reason_code: ReasonCode


class PlatformMembershipChanged(PublicEvent, frozen=True):
    """An employer joined the platform of employers, or left it."""

    NAME: ClassVar[str] = "employers.platform-membership-changed.v1"
    REF: ClassVar[str] = "employer_ref"
    employer_ref: Ref
    joined: bool


class EmployerApproached(PublicEvent, frozen=True):
    """An employer was asked whether it has places; nothing says who was spoken to."""

    NAME: ClassVar[str] = "employers.employer-approached.v1"
    REF: ClassVar[str] = "approach_ref"
    approach_ref: Ref
    employer_ref: Ref
    channel: ApproachChannel
    level: ApproachLevel = ApproachLevel.UNKNOWN


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


class AgreementAmended(PublicEvent, frozen=True):
    """The terms of an agreement were changed; these hold from then on, all of them."""

    NAME: ClassVar[str] = "employers.agreement-amended.v1"
    REF: ClassVar[str] = "agreement_ref"
    agreement_ref: Ref
    places_promised: Count | None = None
    routes: Routes
    valid_from: Day
    valid_to: Day | None = None
    document_ref: DocumentRef | None = None
    reason_code: ReasonCode


class AgreementRenewed(PublicEvent, frozen=True):
    """An agreement holds until a later day than before, also if it had expired."""

    NAME: ClassVar[str] = "employers.agreement-renewed.v1"
    REF: ClassVar[str] = "agreement_ref"
    agreement_ref: Ref
    valid_to: Day
    document_ref: DocumentRef | None = None


class AgreementEnded(PublicEvent, frozen=True):
    """An agreement was ended before its last day, or it had none."""

    NAME: ClassVar[str] = "employers.agreement-ended.v1"
    REF: ClassVar[str] = "agreement_ref"
    agreement_ref: Ref
    reason_code: ReasonCode


class AgreementExpired(PublicEvent, frozen=True):
    """The last day of an agreement is over."""

    NAME: ClassVar[str] = "employers.agreement-expired.v1"
    REF: ClassVar[str] = "agreement_ref"
    agreement_ref: Ref


class ReferralReceived(PublicEvent, frozen=True):
    """Somebody was referred under an agreement; nothing says who."""

    NAME: ClassVar[str] = "employers.referral-received.v1"
    REF: ClassVar[str] = "agreement_ref"
    agreement_ref: Ref
    number: Count
    """How many there are with this one."""


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


class GroupPlacementUpdated(PublicEvent, frozen=True):
    """How many people are in guidance for a group placement now, and how many places are planned."""

    NAME: ClassVar[str] = "employers.group-placement-updated.v1"
    REF: ClassVar[str] = "group_ref"
    group_ref: Ref
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
