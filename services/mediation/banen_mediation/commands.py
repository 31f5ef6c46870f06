"""The commands of mediation, with their paths."""

from banen_contracts.reporting import ProgrammeDefined
from banen_kit.application.definition import CommandRoute
from banen_mediation.domain.client import CLIENT, CorrectClient, EraseClient, TakeOnClient
from banen_mediation.domain.handover import HANDOVER, AcceptHandover, DeclineHandover
from banen_mediation.domain.placement import (
    PLACEMENT,
    ConfirmRetention,
    CorrectPlacement,
    EndPlacement,
    ExtendPlacement,
    StartPlacement,
    VoidPlacement,
)
from banen_mediation.permissions import MEDIATORS, STAFF

COMMANDS: tuple[CommandRoute, ...] = (
    CommandRoute("/clients/{ref}/take-on", TakeOnClient, "client", CLIENT, STAFF),
    CommandRoute("/clients/{ref}/correct", CorrectClient, "client", CLIENT, STAFF, needs_version=True),
    CommandRoute("/clients/{ref}/erase", EraseClient, "client", CLIENT, erases=True),
    CommandRoute(
        "/handovers/{ref}/accept",
        AcceptHandover,
        "handover",
        HANDOVER,
        STAFF,
        related=("client", "client_ref"),
    ),
    CommandRoute("/handovers/{ref}/decline", DeclineHandover, "handover", HANDOVER, STAFF),
    CommandRoute(
        "/placements/{ref}/start", StartPlacement, "placement", PLACEMENT, STAFF, learned=ProgrammeDefined
    ),
    CommandRoute("/placements/{ref}/extend", ExtendPlacement, "placement", PLACEMENT, STAFF),
    CommandRoute("/placements/{ref}/end", EndPlacement, "placement", PLACEMENT, STAFF),
    CommandRoute(
        "/placements/{ref}/correct",
        CorrectPlacement,
        "placement",
        PLACEMENT,
        MEDIATORS,
        needs_version=True,
        learned=ProgrammeDefined,
    ),
    CommandRoute(
        "/placements/{ref}/void", VoidPlacement, "placement", PLACEMENT, MEDIATORS, needs_version=True
    ),
    CommandRoute("/placements/{ref}/confirm-retention", ConfirmRetention, "placement", PLACEMENT, STAFF),
)
