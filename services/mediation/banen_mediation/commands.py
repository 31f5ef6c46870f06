"""The commands of mediation, with their paths."""

from banen_contracts.reporting import ProgrammeDefined
from banen_kit.application.definition import CommandRoute
from banen_kit.core.decider import Command
from banen_mediation.domain.aftercare import LogAftercare
from banen_mediation.domain.client import (
    CLIENT,
    CloseClient,
    CorrectClient,
    EraseClient,
    ReopenClient,
    TakeOnClient,
)
from banen_mediation.domain.effort import EFFORT, MEETING, RecordEffort, RecordMeeting
from banen_mediation.domain.ending import CorrectEnd, CorrectExtension, EndPlacement, ExtendPlacement
from banen_mediation.domain.enterprise import (
    ENTERPRISE,
    ConfirmEnterprise,
    RecordMicrocredit,
    StartEnterprise,
    StartEnterpriseTrack,
    StopEnterprise,
    TakeBackEnterpriseStep,
)
from banen_mediation.domain.handover import HANDOVER, AcceptHandover, DeclineHandover
from banen_mediation.domain.match import (
    MATCH,
    ProposeMatch,
    RecordInterview,
    TakeBackMatchStep,
    WithdrawMatch,
)
from banen_mediation.domain.pause import PausePlacement, ResumePlacement
from banen_mediation.domain.placement import PLACEMENT, CorrectPlacement, StartPlacement, VoidPlacement
from banen_mediation.domain.reference import IN_MATCH, IN_TERMS
from banen_mediation.domain.retention import ConfirmRetention, DenyRetention
from banen_mediation.permissions import MEDIATORS, MEDIATORS_AND_MANAGERS, STAFF

ITS_CLIENT = ("client", "client_ref")
REPLACED = ("placement", "converted_from")


def _of_placement(
    verb: str,
    command: type[Command],
    *,
    corrects: bool = False,
    has_terms: bool = False,
    related: tuple[tuple[str, str], ...] = (),
) -> CommandRoute:
    return CommandRoute(
        f"/placements/{{ref}}/{verb}",
        command,
        "placement",
        PLACEMENT,
        MEDIATORS if corrects else STAFF,
        needs_version=corrects,
        refers_to=tuple(IN_TERMS) if has_terms else (),
        related=related,
        learned=ProgrammeDefined if has_terms else None,
    )


COMMANDS: tuple[CommandRoute, ...] = (
    CommandRoute("/clients/{ref}/take-on", TakeOnClient, "client", CLIENT, STAFF),
    CommandRoute("/clients/{ref}/correct", CorrectClient, "client", CLIENT, STAFF, needs_version=True),
    CommandRoute("/clients/{ref}/close", CloseClient, "client", CLIENT, STAFF),
    CommandRoute("/clients/{ref}/reopen", ReopenClient, "client", CLIENT, STAFF),
    CommandRoute("/clients/{ref}/erase", EraseClient, "client", CLIENT, erases=True),
    CommandRoute(
        "/handovers/{ref}/accept",
        AcceptHandover,
        "handover",
        HANDOVER,
        STAFF,
        related=(ITS_CLIENT,),
    ),
    CommandRoute("/handovers/{ref}/decline", DeclineHandover, "handover", HANDOVER, STAFF),
    CommandRoute(
        "/matches/{ref}/propose",
        ProposeMatch,
        "match",
        MATCH,
        STAFF,
        related=(ITS_CLIENT,),
        refers_to=tuple(IN_MATCH),
    ),
    CommandRoute("/matches/{ref}/record-interview", RecordInterview, "match", MATCH, STAFF),
    CommandRoute("/matches/{ref}/withdraw", WithdrawMatch, "match", MATCH, STAFF),
    CommandRoute("/matches/{ref}/take-back", TakeBackMatchStep, "match", MATCH, STAFF, needs_version=True),
    _of_placement("start", StartPlacement, has_terms=True, related=(ITS_CLIENT, REPLACED)),
    _of_placement("extend", ExtendPlacement),
    _of_placement("correct-extension", CorrectExtension, corrects=True),
    _of_placement("pause", PausePlacement),
    _of_placement("resume", ResumePlacement),
    _of_placement("end", EndPlacement),
    _of_placement("correct-end", CorrectEnd, corrects=True),
    _of_placement("correct", CorrectPlacement, corrects=True, has_terms=True, related=(REPLACED,)),
    _of_placement("void", VoidPlacement, corrects=True),
    _of_placement("confirm-retention", ConfirmRetention),
    _of_placement("deny-retention", DenyRetention),
    _of_placement("log-aftercare", LogAftercare),
    CommandRoute(
        "/enterprises/{ref}/start-track",
        StartEnterpriseTrack,
        "enterprise",
        ENTERPRISE,
        STAFF,
        related=(ITS_CLIENT,),
    ),
    CommandRoute(
        "/enterprises/{ref}/record-microcredit",
        RecordMicrocredit,
        "enterprise",
        ENTERPRISE,
        STAFF,
    ),
    CommandRoute(
        "/enterprises/{ref}/start",
        StartEnterprise,
        "enterprise",
        ENTERPRISE,
        STAFF,
        related=(("placement", "placement_ref"),),
    ),
    CommandRoute("/enterprises/{ref}/confirm", ConfirmEnterprise, "enterprise", ENTERPRISE, STAFF),
    CommandRoute("/enterprises/{ref}/stop", StopEnterprise, "enterprise", ENTERPRISE, STAFF),
    CommandRoute(
        "/enterprises/{ref}/take-back",
        TakeBackEnterpriseStep,
        "enterprise",
        ENTERPRISE,
        STAFF,
        needs_version=True,
    ),
    CommandRoute("/effort/{ref}/record", RecordEffort, "effort", EFFORT, MEDIATORS_AND_MANAGERS, ref="slug"),
    CommandRoute("/meetings/{ref}/record", RecordMeeting, "meeting", MEETING, MEDIATORS_AND_MANAGERS),
)
