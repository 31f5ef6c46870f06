"""Public facts of intake: who was met, registered and prepared, without a word about the person."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from banen_contracts.base import (
    Code,
    Count,
    Day,
    Digest,
    EventSkipped,
    MethodVersion,
    MunicipalityCode,
    PartnerId,
    Precision,
    PublicEvent,
    ReasonCode,
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


class EducationBand(StrEnum):
    LOW = "low"
    MID = "mid"
    HIGH = "high"
    UNKNOWN = "unknown"


DistancePhase = Annotated[int, Field(ge=1, le=4)]
"""Distance to the labour market (fase 1-4): 1 and 2 can be mediated directly, 3 and 4 are far away."""


class ContactMade(PublicEvent, frozen=True):
    """Somebody of the target group was reached, or had a conversation; nothing says who."""

    NAME: ClassVar[str] = "intake.contact-made.v1"
    REF: ClassVar[str] = "contact_ref"
    contact_ref: Ref
    channel: Channel
    kind: ContactKind
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None


class ContactErased(PublicEvent, frozen=True):
    """The partner destroyed what it kept on the person of a contact; the contact itself stays counted."""

    NAME: ClassVar[str] = "intake.contact-erased.v1"
    REF: ClassVar[str] = "contact_ref"
    contact_ref: Ref


class CandidateRegistered(PublicEvent, frozen=True):
    """A person enters the programme at this partner, under a random reference."""

    NAME: ClassVar[str] = "intake.candidate-registered.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    contact_ref: Ref | None = None
    education_band: EducationBand
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None


class IntakeCompleted(PublicEvent, frozen=True):
    """The intake interview of a candidate is done; what was said stays with the partner."""

    NAME: ClassVar[str] = "intake.intake-completed.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    method_version: MethodVersion


class DistanceAssessed(PublicEvent, frozen=True):
    """A candidate's distance to the labour market was assessed, for the first time or again."""

    NAME: ClassVar[str] = "intake.distance-assessed.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    distance_phase: DistancePhase
    assessor: PartnerId


class RouteAssigned(PublicEvent, frozen=True):
    """A candidate was assigned to a route, for the first time or anew."""

    NAME: ClassVar[str] = "intake.route-assigned.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    route: Code
    reason_code: ReasonCode


class CandidateClosed(PublicEvent, frozen=True):
    """The partner closed a candidate's file; later facts about that candidate are refused."""

    NAME: ClassVar[str] = "intake.candidate-closed.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    reason_code: ReasonCode


class CandidateErased(PublicEvent, frozen=True):
    """The partner destroyed what it kept on a candidate; the reference leads to nobody, and figures stay."""

    NAME: ClassVar[str] = "intake.candidate-erased.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref


class HandoverOffered(PublicEvent, frozen=True):
    """This partner offers a candidate to another, who may accept until the offer expires."""

    NAME: ClassVar[str] = "intake.handover-offered.v1"
    REF: ClassVar[str] = "handover_ref"
    handover_ref: Ref
    candidate_ref: Ref
    to_partner: PartnerId
    expires_on: Day
    dossier_hash: Digest | None = None


class HandoverCompleted(PublicEvent, frozen=True):
    """The offer was accepted and is settled: the other partner now mediates this candidate."""

    NAME: ClassVar[str] = "intake.handover-completed.v1"
    REF: ClassVar[str] = "handover_ref"
    handover_ref: Ref
    candidate_ref: Ref
    to_partner: PartnerId


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


class IntakeEventSkipped(EventSkipped, frozen=True):
    """A fact of intake about this could not be published, and a human let it be left out."""

    NAME: ClassVar[str] = "intake.event-skipped.v1"
