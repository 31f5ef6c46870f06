"""Public facts of matching: clients proposed to employers, and the way to a firm of their own."""

from enum import StrEnum
from typing import ClassVar

from banen_contracts.base import Day, PartnerId, PublicEvent, ReasonCode, Ref


class InterviewOutcome(StrEnum):
    """What came of an interview with an employer. The first three settle the match."""

    HIRED = "hired"
    REJECTED = "rejected"
    CANDIDATE_DECLINED = "candidate_declined"
    NO_SHOW = "no_show"
    ANOTHER_INTERVIEW = "another_interview"


class MatchStep(StrEnum):
    """What can be recorded of a match after its proposal."""

    INTERVIEW = "interview"
    WITHDRAWAL = "withdrawal"


class SupportSource(StrEnum):
    """Who supports somebody on the way to a firm of their own."""

    PARTNER = "partner"
    KNOWLEDGE_TEAM = "knowledge_team"
    """Volunteers who are or were entrepreneurs, in a region."""
    BANK = "bank"
    FUND = "fund"
    OTHER = "other"


class MatchProposed(PublicEvent, frozen=True):
    """A partner proposes a client to an employer; a placement that comes of it is recorded by itself."""

    NAME: ClassVar[str] = "mediation.match-proposed.v1"
    REF: ClassVar[str] = "match_ref"
    match_ref: Ref
    client_ref: Ref
    vacancy_ref: Ref | None = None
    employer_ref: Ref | None = None
    """At least one of the two; what they lead to may become known later."""


class EmployerInterviewHeld(PublicEvent, frozen=True):
    """An employer talked with a proposed client, or was to; feedback stays with the partner."""

    NAME: ClassVar[str] = "mediation.employer-interview-held.v1"
    REF: ClassVar[str] = "match_ref"
    match_ref: Ref
    outcome: InterviewOutcome


class MatchWithdrawn(PublicEvent, frozen=True):
    """A client is no longer proposed to an employer."""

    NAME: ClassVar[str] = "mediation.match-withdrawn.v1"
    REF: ClassVar[str] = "match_ref"
    match_ref: Ref
    reason_code: ReasonCode


class MatchStepTakenBack(PublicEvent, frozen=True):
    """The last step of a match was recorded wrongly; what was recorded before it holds. It may be recorded anew."""

    NAME: ClassVar[str] = "mediation.match-step-taken-back.v1"
    REF: ClassVar[str] = "match_ref"
    match_ref: Ref
    step: MatchStep
    """Which it was."""
    reason_code: ReasonCode


class EnterpriseTrackStarted(PublicEvent, frozen=True):
    """A client begins to prepare a firm of their own; nothing says which."""

    NAME: ClassVar[str] = "mediation.enterprise-track-started.v1"
    REF: ClassVar[str] = "track_ref"
    track_ref: Ref
    client_ref: Ref
    support_source: SupportSource
    guided_by: PartnerId | None = None
    """The partner whose people guide the client, if one does."""


class EnterpriseStarted(PublicEvent, frozen=True):
    """The firm began. Where it counts as a placement, that placement is an event of its own."""

    NAME: ClassVar[str] = "mediation.enterprise-started.v1"
    REF: ClassVar[str] = "track_ref"
    track_ref: Ref
    placement_ref: Ref | None = None
    """The placement that the own firm is."""


class EnterpriseStillRunning(PublicEvent, frozen=True):
    """Somebody checked that the firm was still running on that day."""

    NAME: ClassVar[str] = "mediation.enterprise-still-running.v1"
    REF: ClassVar[str] = "track_ref"
    track_ref: Ref


class EnterpriseStopped(PublicEvent, frozen=True):
    """The firm stopped, or its preparation did before it began."""

    NAME: ClassVar[str] = "mediation.enterprise-stopped.v1"
    REF: ClassVar[str] = "track_ref"
    track_ref: Ref
    reason_code: ReasonCode


class EnterpriseStepTakenBack(PublicEvent, frozen=True):
    """The last step of a track was recorded wrongly; this holds instead, and the track has not stopped."""

    NAME: ClassVar[str] = "mediation.enterprise-step-taken-back.v1"
    REF: ClassVar[str] = "track_ref"
    track_ref: Ref
    reason_code: ReasonCode
    started_on: Day | None = None
    """The first day of the firm, if it began."""
    running_on: Day | None = None
    """The last day on which it is known to have run."""
    placement_ref: Ref | None = None
