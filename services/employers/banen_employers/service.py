"""The definition of the service employers, as the kit needs it to run."""

from typing import get_args

from banen_contracts.base import BUREAU
from banen_contracts.reporting import ProgrammeDefined
from banen_contracts.roles import ROLES
from banen_employers.commands import COMMANDS
from banen_employers.events import (
    Correction,
    EmployerDetailsCorrected,
    EmployersEvent,
    PlaceFilled,
    PlaceFreed,
    PlacementGrouped,
)
from banen_employers.events.places import group_became_places
from banen_employers.lists import LISTS
from banen_employers.permissions import VIEWS
from banen_employers.publish import to_public_event
from banen_employers.reactors import CHECK_PLACE, REACTORS
from banen_employers.timers import TIMERS
from banen_kit.application.definition import Learns, Service
from banen_kit.core.answer_language import SHARED
from banen_kit.eventstore.serializer import only_added
from banen_kit.privacy.kit_features import with_kit_features

SERVICE = with_kit_features(
    Service(
        name="employers",
        events=get_args(EmployersEvent | Correction),
        to_public_event=to_public_event,
        commands=COMMANDS,
        views=VIEWS,
        roles=ROLES,
        texts=(*SHARED, "banen_employers"),
        learns=(Learns(ProgrammeDefined, BUREAU, zone=lambda event: event.definition.zone),),
        records=(CHECK_PLACE,),
        reactors=REACTORS,
        timers=TIMERS,
        lists=LISTS,
        sql=("banen_kit", "banen_employers"),
        upcasters={
            (EmployerDetailsCorrected.TYPE, 1): only_added,
            (PlacementGrouped.TYPE, 1): only_added,
            (PlaceFilled.TYPE, 1): group_became_places,
            (PlaceFreed.TYPE, 1): group_became_places,
        },
    )
)
