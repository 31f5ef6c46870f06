"""Public facts of whom mediation works for: its clients, and the offers that it answered."""

from enum import StrEnum
from typing import ClassVar

from banen_contracts.base import (
    PartnerId,
    PublicEvent,
    ReasonCode,
    Ref,
)
from banen_contracts.effort import (
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
    EnterpriseStillRunning as EnterpriseStillRunning,
    EnterpriseStopped as EnterpriseStopped,
    EnterpriseTrackStarted as EnterpriseTrackStarted,
    InterviewOutcome as InterviewOutcome,
    MatchProposed as MatchProposed,
    MatchWithdrawn as MatchWithdrawn,
    SupportSource as SupportSource,
)


class Origin(StrEnum):
    """Where a client came from."""

    OWN_INTAKE = "own_intake"
    HANDOVER = "handover"
    WALK_IN = "walk_in"


class ClientTakenOn(PublicEvent, frozen=True):
    """A partner takes a person on for mediation: from its own intake, by handover, or who walked in."""

    NAME: ClassVar[str] = "mediation.client-taken-on.v1"
    REF: ClassVar[str] = "client_ref"
    client_ref: Ref
    origin: Origin
    origin_ref: Ref | None = None
    """The candidate (own intake) or the handover; none for a walk-in."""


class ClientClosed(PublicEvent, frozen=True):
    """A partner no longer mediates for a client; placements that there are go on, and can still end."""

    NAME: ClassVar[str] = "mediation.client-closed.v1"
    REF: ClassVar[str] = "client_ref"
    client_ref: Ref
    reason_code: ReasonCode


class ClientReopened(PublicEvent, frozen=True):
    """A partner mediates again for a client whose file was closed. What was recorded before stays."""

    NAME: ClassVar[str] = "mediation.client-reopened.v1"
    REF: ClassVar[str] = "client_ref"
    client_ref: Ref
    reason_code: ReasonCode


class ClientErased(PublicEvent, frozen=True):
    """The partner destroyed what it kept on a client; the reference leads to nobody, and placements stay."""

    NAME: ClassVar[str] = "mediation.client-erased.v1"
    REF: ClassVar[str] = "client_ref"
    client_ref: Ref


class HandoverAccepted(PublicEvent, frozen=True):
    """The receiving partner accepts an offered candidate and has taken the person on as its client."""

    NAME: ClassVar[str] = "mediation.handover-accepted.v1"
    REF: ClassVar[str] = "handover_ref"
    handover_ref: Ref
    client_ref: Ref
    from_partner: PartnerId


class HandoverDeclined(PublicEvent, frozen=True):
    """The receiving partner does not take an offered candidate."""

    NAME: ClassVar[str] = "mediation.handover-declined.v1"
    REF: ClassVar[str] = "handover_ref"
    handover_ref: Ref
    from_partner: PartnerId
    reason_code: ReasonCode
