"""Public facts of mediation: clients taken on and everything that makes a placement count or not."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Field

from banen_contracts.base import (
    Code,
    Day,
    Digest,
    EventSkipped,
    PartnerId,
    PartnerIds,
    PublicEvent,
    ReasonCode,
    Ref,
)
from banen_contracts.clients import (
    ClientClosed as ClientClosed,
    ClientErased as ClientErased,
    ClientReopened as ClientReopened,
    ClientTakenOn as ClientTakenOn,
    HandoverAccepted as HandoverAccepted,
    HandoverDeclined as HandoverDeclined,
    Origin as Origin,
)
from banen_contracts.effort import (
    FEWEST_PEOPLE as FEWEST_PEOPLE,
    EffortRecorded as EffortRecorded,
    EffortRef as EffortRef,
    EffortRole as EffortRole,
    MeetingHeld as MeetingHeld,
    MeetingKind as MeetingKind,
    effort_ref_of as effort_ref_of,
)
from banen_contracts.matching import (
    EmployerInterviewHeld as EmployerInterviewHeld,
    EnterpriseStarted as EnterpriseStarted,
    EnterpriseStepTakenBack as EnterpriseStepTakenBack,
    EnterpriseStillRunning as EnterpriseStillRunning,
    EnterpriseStopped as EnterpriseStopped,
    EnterpriseTrackStarted as EnterpriseTrackStarted,
    InterviewOutcome as InterviewOutcome,
    MatchProposed as MatchProposed,
    MatchStep as MatchStep,
    MatchStepTakenBack as MatchStepTakenBack,
    MatchWithdrawn as MatchWithdrawn,
    SupportSource as SupportSource,
)


class ContractTerm(StrEnum):
    """Whether the contract has an agreed last day."""

    FIXED = "fixed"
    OPEN_ENDED = "open_ended"
    UNKNOWN = "unknown"


class HoursBand(StrEnum):
    """Hours a week."""

    UNDER_12 = "under_12"
    FROM_12_TO_24 = "12_to_24"
    FROM_24_TO_32 = "24_to_32"
    FROM_32 = "from_32"
    UNKNOWN = "unknown"


class JobLevel(StrEnum):
    """The education that the work asks for, in the bands in which that of candidates is told."""

    LOW = "low"
    MID = "mid"
    HIGH = "high"
    UNKNOWN = "unknown"


class ProgrammeTag(StrEnum):
    """Whether the partner counts the placement as extra (programme) or as its regular work."""

    PROGRAMME = "programme"
    REGULAR = "regular"
    UNSPECIFIED = "unspecified"


class EndReason(StrEnum):
    COMPLETED = "completed"
    EMPLOYER_ENDED = "employer_ended"
    CANDIDATE_ENDED = "candidate_ended"
    CONVERTED = "converted"
    OTHER = "other"


class RetentionMethod(StrEnum):
    """What the confirmation rests on."""

    CONTRACT = "contract"
    EMPLOYER_CONFIRMATION = "employer_confirmation"
    CANDIDATE = "candidate"
    REGISTER = "register"


Months = Annotated[int, Field(ge=1, le=36)]
"""Months of a placement, counted from its first day."""


class Terms(BaseModel, frozen=True):
    """What was agreed about a placement; days are inclusive. Mediation's private events have the same fields."""

    client_ref: Ref
    kind: Code
    contract: ContractTerm
    start_date: Day
    planned_end_date: Day | None = None
    """The agreed last day, where the contract is fixed."""
    seasonal: bool = False
    paid: bool
    benefit_retained: bool = False
    hours_band: HoursBand = HoursBand.UNKNOWN
    route_reported: Code | None = None
    programme_tag: ProgrammeTag
    primary_partner: PartnerId
    assist_partners: PartnerIds = ()
    employer_ref: Ref | None = None
    """The legal employer; none for self-employment, where the firm is a person."""
    hiring_employer_ref: Ref | None = None
    """Where the work is done, if that is not the legal employer."""
    group_ref: Ref | None = None
    vacancy_ref: Ref | None = None
    """The vacancy of which this placement fills a place."""
    converted_from: Ref | None = None
    """The placement of the same client that this one replaces."""
    evidence_hash: Digest | None = None
    level: JobLevel = JobLevel.UNKNOWN
    employer_is_partner: bool = False
    """Whether a partner of the programme itself employs the client."""
    funding_source: Code | None = None
    """The funder who pays for the place, where that is known."""
    benefit_agreement_ref: Ref | None = None
    """The agreement of the municipality on which keeping the benefit rests."""


class PlacementTerms(PublicEvent, Terms, frozen=True):
    """The terms of one placement, as they are published."""

    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref


class PlacementStarted(PlacementTerms, frozen=True):
    """A client starts in a job, internship, work-experience place, training or own firm."""

    NAME: ClassVar[str] = "mediation.placement-started.v1"


class PlacementCorrected(PlacementTerms, frozen=True):
    """The terms of a placement were recorded wrongly; these are the right ones, all of them."""

    NAME: ClassVar[str] = "mediation.placement-corrected.v1"
    reason_code: ReasonCode


class PlacementExtended(PublicEvent, frozen=True):
    """The contract of a running placement was prolonged, to a new last day or without one."""

    NAME: ClassVar[str] = "mediation.placement-extended.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    contract: Literal[ContractTerm.FIXED, ContractTerm.OPEN_ENDED]
    planned_end_date: Day | None = None


class PlacementEnded(PublicEvent, frozen=True):
    """A placement came to its end; the end date is its last day."""

    NAME: ClassVar[str] = "mediation.placement-ended.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    end_date: Day
    reason_code: EndReason


class PlacementEndCorrected(PublicEvent, frozen=True):
    """How a placement ended was recorded wrongly; this is right. Without a last day it had not ended, and runs on."""

    NAME: ClassVar[str] = "mediation.placement-end-corrected.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    reason_code: ReasonCode
    """Of the correction."""
    end_date: Day | None = None
    end_reason: EndReason | None = None


class PlacementExtensionCorrected(PublicEvent, frozen=True):
    """The last extension was recorded wrongly; this holds instead. Without a contract there is no extension."""

    NAME: ClassVar[str] = "mediation.placement-extension-corrected.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    reason_code: ReasonCode
    contract: Literal[ContractTerm.FIXED, ContractTerm.OPEN_ENDED] | None = None
    planned_end_date: Day | None = None


class PlacementPaused(PublicEvent, frozen=True):
    """From this day on no work is done, while the placement goes on. Why is never said."""

    NAME: ClassVar[str] = "mediation.placement-paused.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref


class PlacementResumed(PublicEvent, frozen=True):
    """From this day on the work goes on."""

    NAME: ClassVar[str] = "mediation.placement-resumed.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref


class PlacementVoided(PublicEvent, frozen=True):
    """A placement was recorded that never was; it never counts."""

    NAME: ClassVar[str] = "mediation.placement-voided.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    reason_code: ReasonCode


class RetentionConfirmed(PublicEvent, frozen=True):
    """Somebody checked that a placement lasted this many months."""

    NAME: ClassVar[str] = "mediation.retention-confirmed.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    months: Months
    method: RetentionMethod


class RetentionNotReached(PublicEvent, frozen=True):
    """Somebody checked, and a placement had not lasted this many months."""

    NAME: ClassVar[str] = "mediation.retention-not-reached.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    months: Months


class AftercareContactLogged(PublicEvent, frozen=True):
    """There was contact with the client or the employer during a placement, or it was tried in vain."""

    NAME: ClassVar[str] = "mediation.aftercare-contact-logged.v1"
    REF: ClassVar[str] = "placement_ref"
    placement_ref: Ref
    due_month: Months | None = None
    """The month of the placement for which it was due."""
    done: bool


class MediationEventSkipped(EventSkipped, frozen=True):
    """A fact of mediation about this could not be published, and a human let it be left out."""

    NAME: ClassVar[str] = "mediation.event-skipped.v1"
