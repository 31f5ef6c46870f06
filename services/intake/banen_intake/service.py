"""The definition of the service intake, as the kit needs it to run."""

from typing import Any, get_args

from banen_contracts.base import BUREAU
from banen_contracts.reporting import ProgrammeDefined
from banen_contracts.roles import ROLES
from banen_intake.commands import COMMANDS
from banen_intake.events import (
    CandidateClosed,
    CandidateRegistered,
    ContactMade,
    Correction,
    DistanceAssessed,
    IntakeEvent,
    RouteAssigned,
)
from banen_intake.lists import LISTS, TALLIES
from banen_intake.permissions import VIEWS
from banen_intake.publish import to_public_event
from banen_intake.reactors import REACTORS
from banen_intake.timers import TIMERS
from banen_kit.application.definition import Learns, Service
from banen_kit.core.answer_language import SHARED
from banen_kit.eventstore.serializer import only_added
from banen_kit.privacy.kit_features import with_kit_features


def without_consents(fields: dict[str, Any]) -> dict[str, Any]:
    """A registration from before consents were asked for one by one."""
    return {**fields, "consents": None}


SERVICE = with_kit_features(
    Service(
        name="intake",
        events=get_args(IntakeEvent | Correction),
        to_public_event=to_public_event,
        commands=COMMANDS,
        views=VIEWS,
        roles=ROLES,
        texts=(*SHARED, "banen_intake"),
        learns=(Learns(ProgrammeDefined, BUREAU, zone=lambda event: event.definition.zone),),
        reactors=REACTORS,
        timers=TIMERS,
        lists=LISTS,
        tallies=TALLIES,
        sql=("banen_kit", "banen_intake"),
        upcasters={
            (CandidateRegistered.TYPE, 1): without_consents,
            (CandidateRegistered.TYPE, 2): only_added,
            (ContactMade.TYPE, 1): only_added,
            (ContactMade.TYPE, 2): only_added,
            (DistanceAssessed.TYPE, 1): only_added,
            (RouteAssigned.TYPE, 1): only_added,
            (CandidateClosed.TYPE, 1): only_added,
        },
    )
)
