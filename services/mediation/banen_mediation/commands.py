"""The commands that mediation takes, and where."""

from banen_kit.application.definition import Operation
from banen_kit.privacy.requests import REQUESTS
from banen_mediation.domain.client import CLIENT, EraseClient, TakeOnClient
from banen_mediation.domain.handover import HANDOVER, AcceptHandover
from banen_mediation.domain.placement import (
    PLACEMENT,
    ConfirmRetention,
    CorrectPlacement,
    EndPlacement,
    ExtendPlacement,
    StartPlacement,
    VoidPlacement,
)

KEPT = {
    "client": Operation("/clients/{ref}/erase", EraseClient, "client", CLIENT),
}
"""The kinds of data on persons, each with the command that erases one."""

OPERATIONS: tuple[Operation, ...] = (
    Operation("/clients/{ref}/take-on", TakeOnClient, "client", CLIENT),
    KEPT["client"],
    Operation(
        "/handovers/{ref}/accept", AcceptHandover, "handover", HANDOVER, related=("client", "client_ref")
    ),
    Operation("/placements/{ref}/start", StartPlacement, "placement", PLACEMENT),
    Operation("/placements/{ref}/extend", ExtendPlacement, "placement", PLACEMENT),
    Operation("/placements/{ref}/end", EndPlacement, "placement", PLACEMENT),
    Operation("/placements/{ref}/correct", CorrectPlacement, "placement", PLACEMENT, needs_version=True),
    Operation("/placements/{ref}/void", VoidPlacement, "placement", PLACEMENT, needs_version=True),
    Operation("/placements/{ref}/confirm-retention", ConfirmRetention, "placement", PLACEMENT),
    *REQUESTS,
)
