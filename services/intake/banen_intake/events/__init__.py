"""The private events of intake, one module per stream."""

from typing import TypeAlias

from banen_intake.events.candidate import (
    ActivityEnded,
    ActivityStarted,
    CandidateClosed,
    CandidateDetailsCorrected,
    CandidateErased,
    CandidateFound,
    CandidateLost,
    CandidateReentered,
    CandidateRegistered,
    ConsentGranted,
    ConsentWithdrawn,
    ConversationLogged,
    DistanceAssessed,
    IntakeCompleted,
    IntakeStarted,
    PlanAgreed,
    PortraitPublished,
    PortraitTakenDown,
    ReadyForMediation,
    RouteAssigned,
    WorkerAssigned,
)
from banen_intake.events.handover import (
    HandoverCompleted,
    HandoverEnded,
    HandoverOffered,
)
from banen_intake.events.reaching import (
    ContactDetailsCorrected,
    ContactErased,
    ContactMade,
    OutreachHeld,
    ReachEstimateImported,
)

ContactEvent: TypeAlias = ContactMade | ContactErased
CandidateEvent: TypeAlias = (
    CandidateRegistered
    | WorkerAssigned
    | ConversationLogged
    | IntakeStarted
    | IntakeCompleted
    | PlanAgreed
    | DistanceAssessed
    | RouteAssigned
    | ActivityStarted
    | ActivityEnded
    | ReadyForMediation
    | ConsentGranted
    | ConsentWithdrawn
    | PortraitPublished
    | PortraitTakenDown
    | CandidateLost
    | CandidateFound
    | CandidateClosed
    | CandidateReentered
    | CandidateErased
)
HandoverEvent: TypeAlias = HandoverOffered | HandoverCompleted | HandoverEnded
IntakeEvent: TypeAlias = OutreachHeld | ContactEvent | CandidateEvent | HandoverEvent | ReachEstimateImported
Correction: TypeAlias = ContactDetailsCorrected | CandidateDetailsCorrected
"""Stored beside the others, and never published."""

__all__ = [
    "ActivityEnded",
    "ActivityStarted",
    "CandidateClosed",
    "CandidateDetailsCorrected",
    "CandidateErased",
    "CandidateEvent",
    "CandidateFound",
    "CandidateLost",
    "CandidateReentered",
    "CandidateRegistered",
    "ConsentGranted",
    "ConsentWithdrawn",
    "ContactDetailsCorrected",
    "ContactErased",
    "ContactEvent",
    "ContactMade",
    "ConversationLogged",
    "Correction",
    "DistanceAssessed",
    "HandoverCompleted",
    "HandoverEnded",
    "HandoverEvent",
    "HandoverOffered",
    "IntakeCompleted",
    "IntakeEvent",
    "IntakeStarted",
    "OutreachHeld",
    "PlanAgreed",
    "PortraitPublished",
    "PortraitTakenDown",
    "ReachEstimateImported",
    "ReadyForMediation",
    "RouteAssigned",
    "WorkerAssigned",
]
