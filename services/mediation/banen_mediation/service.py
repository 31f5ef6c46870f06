"""The definition of the service mediation, as the kit needs it to run."""

from typing import get_args

from banen_contracts.base import BUREAU
from banen_contracts.reporting import ProgrammeDefined
from banen_contracts.roles import ROLES
from banen_kit.application.definition import Learns, Service
from banen_kit.core.answer_language import SHARED
from banen_kit.eventstore.serializer import only_added
from banen_kit.privacy.kit_features import with_kit_features
from banen_mediation.commands import COMMANDS
from banen_mediation.events import (
    ClientTakenOn,
    Correction,
    MediationEvent,
    PlacementCorrected,
    PlacementStarted,
)
from banen_mediation.lists import LISTS
from banen_mediation.permissions import VIEWS
from banen_mediation.publish import to_public_event
from banen_mediation.reactors import NOTE_REFERENCE, REACTORS
from banen_mediation.timers import TIMERS

SERVICE = with_kit_features(
    Service(
        name="mediation",
        events=get_args(MediationEvent | Correction),
        to_public_event=to_public_event,
        commands=COMMANDS,
        views=VIEWS,
        roles=ROLES,
        texts=(*SHARED, "banen_mediation"),
        upcasters={
            (ClientTakenOn.TYPE, 1): only_added,
            (ClientTakenOn.TYPE, 2): only_added,
            (PlacementStarted.TYPE, 1): only_added,
            (PlacementStarted.TYPE, 2): only_added,
            (PlacementCorrected.TYPE, 1): only_added,
            (PlacementCorrected.TYPE, 2): only_added,
        },
        learns=(Learns(ProgrammeDefined, BUREAU, zone=lambda event: event.definition.zone),),
        records=(NOTE_REFERENCE,),
        reactors=REACTORS,
        timers=TIMERS,
        lists=LISTS,
        sql=("banen_kit", "banen_mediation"),
    )
)
