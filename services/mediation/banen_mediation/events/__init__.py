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
    PlacementCorrected,
    PlacementEnded,
    PlacementExtended,
    PlacementStarted,
    PlacementVoided,
    RetentionConfirmed,
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
    | RetentionConfirmed
)
MediationEvent: TypeAlias = ClientEvent | HandoverEvent | PlacementEvent
Correction: TypeAlias = ClientDetailsCorrected
"""Stored beside the others, and never published."""

__all__ = [
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
    "PlacementCorrected",
    "PlacementEnded",
    "PlacementEvent",
    "PlacementExtended",
    "PlacementStarted",
    "PlacementVoided",
    "RetentionConfirmed",
    "Terms",
]
