"""The private events of mediation, one module per stream."""

from typing import TypeAlias

from banen_mediation.events.client import (
    ClientDetail,
    ClientDetailsCorrected,
    ClientErased,
    ClientTakenOn,
)
from banen_mediation.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverReceived,
    HandoverSettled,
)
from banen_mediation.events.placement import (
    AftercareContactLogged,
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

ClientEvent: TypeAlias = ClientTakenOn | ClientErased
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
    | AftercareContactLogged
)
MediationEvent: TypeAlias = ClientEvent | HandoverEvent | PlacementEvent
Correction: TypeAlias = ClientDetailsCorrected
"""Stored beside the others, and never published."""

__all__ = [
    "AftercareContactLogged",
    "ClientDetail",
    "ClientDetailsCorrected",
    "ClientErased",
    "ClientEvent",
    "ClientTakenOn",
    "Correction",
    "HandoverAccepted",
    "HandoverDeclined",
    "HandoverEvent",
    "HandoverReceived",
    "HandoverSettled",
    "MediationEvent",
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
    "RetentionConfirmed",
    "RetentionNotReached",
    "Terms",
]
