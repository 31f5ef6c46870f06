"""Public facts of how people are reached: outreach, contacts, and estimates of how many there are."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from banen_contracts.base import (
    Count,
    MethodVersion,
    MunicipalityCode,
    Precision,
    PublicEvent,
    Ref,
    RegionId,
    Year,
)


class Channel(StrEnum):
    """How a person was found."""

    INFO_SESSION = "info_session"
    SELF_ORGANISATION = "self_organisation"
    UWV_FILE = "uwv_file"
    MUNICIPALITY = "municipality"
    WORD_OF_MOUTH = "word_of_mouth"
    STUDENT_POOL = "student_pool"
    OTHER = "other"


class ContactKind(StrEnum):
    """A contact is any first sign of life; a conversation is an interview that was held."""

    CONTACT = "contact"
    CONVERSATION = "conversation"


class OutreachKind(StrEnum):
    """What was held to reach people."""

    INFO_SESSION = "info_session"
    HOME_VISIT = "home_visit"
    JOB_FAIR = "job_fair"
    OPEN_HOUSE = "open_house"
    OTHER = "other"


class AttendanceBand(StrEnum):
    """How many people came; a small number would say who."""

    UNDER_10 = "under_10"
    FROM_10_TO_24 = "10_to_24"
    FROM_25_TO_49 = "25_to_49"
    FROM_50 = "from_50"
    UNKNOWN = "unknown"


class ContactMade(PublicEvent, frozen=True):
    """Somebody of the target group was reached, or had a conversation; nothing says who."""

    NAME: ClassVar[str] = "intake.contact-made.v1"
    REF: ClassVar[str] = "contact_ref"
    contact_ref: Ref
    channel: Channel
    kind: ContactKind
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    outreach_ref: Ref | None = None
    """The event at which this person was met."""


class ContactErased(PublicEvent, frozen=True):
    """The partner destroyed what it kept on the person of a contact; the contact itself stays counted."""

    NAME: ClassVar[str] = "intake.contact-erased.v1"
    REF: ClassVar[str] = "contact_ref"
    contact_ref: Ref


class OutreachHeld(PublicEvent, frozen=True):
    """Something was held to reach people of the target group; nothing says who came."""

    NAME: ClassVar[str] = "intake.outreach-held.v1"
    REF: ClassVar[str] = "outreach_ref"
    outreach_ref: Ref
    kind: OutreachKind
    attendance: AttendanceBand
    self_organisation_involved: bool
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None


class ReachSource(StrEnum):
    """Where an estimate of the target group comes from."""

    CBS = "cbs"
    """Computed from figures of Statistics Netherlands."""
    PARTNER = "partner"
    """The partner's own research."""
    ASSUMED = "assumed"
    """Nobody measured it."""


ReachRef = Annotated[str, StringConstraints(pattern=r"^gm[0-9]{4}-[0-9]{4}$")]


def reach_ref_of(municipality_code: str, year: int) -> str:
    """The reference of a partner's estimate for a municipality in a year, such as gm0363-2007."""
    return f"{municipality_code.lower()}-{year}"


class ReachEstimateImported(PublicEvent, frozen=True):
    """How many people of the target group live in a municipality in a year, as this partner estimates; the last one holds.

    The municipality is one of the classification of that year (`municipalities.py`).
    """

    NAME: ClassVar[str] = "intake.reach-estimate-imported.v1"
    REF: ClassVar[str] = "reach_ref"
    reach_ref: ReachRef
    """The municipality code and the year, as `reach_ref_of` writes them."""
    municipality_code: MunicipalityCode
    year: Year
    estimate: Count
    precision: Precision
    source: ReachSource
    method_version: MethodVersion
