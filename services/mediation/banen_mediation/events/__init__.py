"""The private events of mediation, one module per stream."""

from typing import TypeAlias

from banen_mediation.events.client import (
    ClientClosed,
    ClientDetail,
    ClientDetailsCorrected,
    ClientErased,
    ClientReopened,
    ClientTakenOn,
)
from banen_mediation.events.effort import EffortRecorded, MeetingHeld
from banen_mediation.events.enterprise import (
    EnterpriseStarted,
    EnterpriseStep,
    EnterpriseStepTakenBack,
    EnterpriseStillRunning,
    EnterpriseStopped,
    EnterpriseTrackStarted,
    MicrocreditDecided,
)
from banen_mediation.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverReceived,
    HandoverSettled,
)
from banen_mediation.events.match import (
    EmployerInterviewHeld,
    MatchProposed,
    MatchStepTakenBack,
    MatchWithdrawn,
)
from banen_mediation.events.placement import (
    AftercareContactLogged,
    AftercareDue,
    MilestoneDue,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
    PlacementExtended,
    PlacementExtensionCorrected,
    PlacementPaused,
    PlacementResumed,
    PlacementStarted,
    PlacementVoided,
    RetentionConfirmed,
    RetentionNotReached,
    Terms,
)
from banen_mediation.events.reference import ReferenceKind, ReferenceNoted, ReferenceState

ClientEvent: TypeAlias = ClientTakenOn | ClientClosed | ClientReopened | ClientErased
HandoverEvent: TypeAlias = HandoverReceived | HandoverAccepted | HandoverDeclined | HandoverSettled
PlacementEvent: TypeAlias = (
    PlacementStarted
    | PlacementCorrected
    | PlacementExtended
    | PlacementEnded
    | PlacementVoided
    | PlacementEndCorrected
    | PlacementExtensionCorrected
    | PlacementPaused
    | PlacementResumed
    | RetentionConfirmed
    | RetentionNotReached
    | MilestoneDue
    | AftercareDue
    | AftercareContactLogged
)
MatchEvent: TypeAlias = MatchProposed | EmployerInterviewHeld | MatchWithdrawn | MatchStepTakenBack
EnterpriseEvent: TypeAlias = (
    EnterpriseTrackStarted
    | MicrocreditDecided
    | EnterpriseStarted
    | EnterpriseStillRunning
    | EnterpriseStopped
    | EnterpriseStepTakenBack
)
MediationEvent: TypeAlias = (
    ClientEvent
    | HandoverEvent
    | MatchEvent
    | PlacementEvent
    | EnterpriseEvent
    | EffortRecorded
    | MeetingHeld
    | ReferenceNoted
)
Correction: TypeAlias = ClientDetailsCorrected
"""Stored beside the others, and never published."""

__all__ = [
    "AftercareContactLogged",
    "AftercareDue",
    "ClientClosed",
    "ClientDetail",
    "ClientDetailsCorrected",
    "ClientErased",
    "ClientEvent",
    "ClientReopened",
    "ClientTakenOn",
    "Correction",
    "EffortRecorded",
    "EmployerInterviewHeld",
    "EnterpriseEvent",
    "EnterpriseStarted",
    "EnterpriseStep",
    "EnterpriseStepTakenBack",
    "EnterpriseStillRunning",
    "EnterpriseStopped",
    "EnterpriseTrackStarted",
    "HandoverAccepted",
    "HandoverDeclined",
    "HandoverEvent",
    "HandoverReceived",
    "HandoverSettled",
    "MatchEvent",
    "MatchProposed",
    "MatchStepTakenBack",
    "MatchWithdrawn",
    "MediationEvent",
    "MeetingHeld",
    "MicrocreditDecided",
    "MilestoneDue",
    "PlacementCorrected",
    "PlacementEndCorrected",
    "PlacementEnded",
    "PlacementEvent",
    "PlacementExtended",
    "PlacementExtensionCorrected",
    "PlacementPaused",
    "PlacementResumed",
    "PlacementStarted",
    "PlacementVoided",
    "ReferenceKind",
    "ReferenceNoted",
    "ReferenceState",
    "RetentionConfirmed",
    "RetentionNotReached",
    "Terms",
]
