"""Public facts of intake: who was met, registered and prepared, without a word about the person."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from banen_contracts.base import (
    Code,
    Day,
    Digest,
    EventSkipped,
    MethodVersion,
    MunicipalityCode,
    PartnerId,
    PublicEvent,
    ReasonCode,
    Ref,
    RegionId,
    each_once,
)
from banen_contracts.consent import Consent
from banen_contracts.reaching import (
    AttendanceBand as AttendanceBand,
    Channel as Channel,
    ContactErased as ContactErased,
    ContactKind as ContactKind,
    ContactMade as ContactMade,
    OutreachHeld as OutreachHeld,
    OutreachKind as OutreachKind,
    ReachEstimateImported as ReachEstimateImported,
    ReachRef as ReachRef,
    ReachSource as ReachSource,
    reach_ref_of as reach_ref_of,
)


class EducationBand(StrEnum):
    LOW = "low"
    MID = "mid"
    HIGH = "high"
    UNKNOWN = "unknown"


class ActivityKind(StrEnum):
    """What a candidate does to become ready for work. It never counts as a placement."""

    LANGUAGE = "language"
    VOCATIONAL_LANGUAGE = "vocational_language"
    INTERNSHIP = "internship"
    VOLUNTEERING = "volunteering"
    TRAINING = "training"
    COMPETENCY_TEST = "competency_test"
    DIPLOMA_VALUATION = "diploma_valuation"
    COACHING = "coaching"
    STUDY = "study"


class ActivityOutcome(StrEnum):
    """How an activity ended. What a test or a valuation said stays with the partner."""

    COMPLETED = "completed"
    CANDIDATE_STOPPED = "candidate_stopped"
    PROVIDER_STOPPED = "provider_stopped"
    FOUND_WORK = "found_work"
    OTHER = "other"


class HandoverOutcome(StrEnum):
    """Why an offer ended without a handover."""

    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


DistancePhase = Annotated[int, Field(ge=1, le=4)]
"""Distance to the labour market (fase 1-4): 1 and 2 can be mediated directly, 3 and 4 are far away."""
ProfessionGroup = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
"""The first two digits of a profession in the International Standard Classification of Occupations (ISCO-08)."""
Month = Annotated[str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A calendar month, such as 2006-03."""
Spell = Annotated[int, Field(ge=2, le=1000)]
Consents = Annotated[tuple[Consent, ...], Field(max_length=50), AfterValidator(each_once)]


class CandidateRegistered(PublicEvent, frozen=True):
    """A person enters the programme at this partner, under a random reference.

    Without consent to statistics the education is `unknown` and there is no municipality.
    """

    NAME: ClassVar[str] = "intake.candidate-registered.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    contact_ref: Ref | None = None
    education_band: EducationBand
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    consents: Consents = ()
    """What the candidate allows from the start."""


class IntakeStarted(PublicEvent, frozen=True):
    """The intake of a candidate began: an interview that looks at work."""

    NAME: ClassVar[str] = "intake.intake-started.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref


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


class DevelopmentActivityStarted(PublicEvent, frozen=True):
    """A candidate began something that prepares for work, such as a language course."""

    NAME: ClassVar[str] = "intake.development-activity-started.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    activity_ref: Ref
    kind: ActivityKind


class DevelopmentActivityEnded(PublicEvent, frozen=True):
    """Such an activity came to its end."""

    NAME: ClassVar[str] = "intake.development-activity-ended.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    activity_ref: Ref
    outcome: ActivityOutcome


class CandidateReadyForMediation(PublicEvent, frozen=True):
    """A candidate can be placed from a month on. Without consent to statistics there is no profession."""

    NAME: ClassVar[str] = "intake.candidate-ready-for-mediation.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    available_from: Month
    profession_group: ProfessionGroup | None = None


class ConsentGranted(PublicEvent, Consent, frozen=True):
    """A candidate allows something, from that day on."""

    NAME: ClassVar[str] = "intake.consent-granted.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref


class ConsentWithdrawn(PublicEvent, Consent, frozen=True):
    """A candidate no longer allows something; whoever relies on it stops."""

    NAME: ClassVar[str] = "intake.consent-withdrawn.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref


class CandidateLost(PublicEvent, frozen=True):
    """The partner has lost contact with a candidate, or has recorded nothing about them for half a year."""

    NAME: ClassVar[str] = "intake.candidate-lost.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref


class CandidateFound(PublicEvent, frozen=True):
    """The partner has contact again with a candidate whom it had lost."""

    NAME: ClassVar[str] = "intake.candidate-found.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref


class CandidateClosed(PublicEvent, frozen=True):
    """The partner closed a candidate's file; no facts follow unless the candidate takes part again."""

    NAME: ClassVar[str] = "intake.candidate-closed.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    reason_code: ReasonCode


class CandidateReentered(PublicEvent, frozen=True):
    """A candidate whose file was closed takes part again. What was recorded before stays."""

    NAME: ClassVar[str] = "intake.candidate-reentered.v1"
    REF: ClassVar[str] = "candidate_ref"
    candidate_ref: Ref
    spell: Spell
    """Which time it is: 2 the first time after a closing."""


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


class HandoverEnded(PublicEvent, frozen=True):
    """The offer came to nothing: the other partner declined, the days ran out, or it was withdrawn."""

    NAME: ClassVar[str] = "intake.handover-ended.v1"
    REF: ClassVar[str] = "handover_ref"
    handover_ref: Ref
    candidate_ref: Ref
    to_partner: PartnerId
    outcome: HandoverOutcome
    reason_code: ReasonCode | None = None


class IntakeEventSkipped(EventSkipped, frozen=True):
    """A fact of intake about this could not be published, and a human let it be left out."""

    NAME: ClassVar[str] = "intake.event-skipped.v1"
