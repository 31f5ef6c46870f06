"""The commands of mediation, with their paths."""

from banen_contracts.reporting import ProgrammeDefined
from banen_kit.application.definition import CommandRoute
from banen_kit.core.decider import Command
from banen_mediation.domain.client import CLIENT, CorrectClient, EraseClient, TakeOnClient
from banen_mediation.domain.ending import CorrectEnd, CorrectExtension, EndPlacement, ExtendPlacement
from banen_mediation.domain.handover import HANDOVER, AcceptHandover, DeclineHandover
from banen_mediation.domain.pause import PausePlacement, ResumePlacement
from banen_mediation.domain.placement import PLACEMENT, CorrectPlacement, StartPlacement, VoidPlacement
from banen_mediation.domain.retention import ConfirmRetention, DenyRetention, LogAftercare
from banen_mediation.permissions import MEDIATORS, STAFF


def _of_placement(
    verb: str, command: type[Command], *, corrects: bool = False, learns: bool = False
) -> CommandRoute:
    return CommandRoute(
        f"/placements/{{ref}}/{verb}",
        command,
        "placement",
        PLACEMENT,
        MEDIATORS if corrects else STAFF,
        needs_version=corrects,
        learned=ProgrammeDefined if learns else None,
    )


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
    _of_placement("start", StartPlacement, learns=True),
    _of_placement("extend", ExtendPlacement),
    _of_placement("correct-extension", CorrectExtension, corrects=True),
    _of_placement("pause", PausePlacement),
    _of_placement("resume", ResumePlacement),
    _of_placement("end", EndPlacement),
    _of_placement("correct-end", CorrectEnd, corrects=True),
    _of_placement("correct", CorrectPlacement, corrects=True, learns=True),
    _of_placement("void", VoidPlacement, corrects=True),
    _of_placement("confirm-retention", ConfirmRetention),
    _of_placement("deny-retention", DenyRetention),
    _of_placement("log-aftercare", LogAftercare),
)
