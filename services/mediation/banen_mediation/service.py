"""Mediation as one value: what the kit needs to run it."""

from typing import get_args

from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive, live_reactor
from banen_kit.privacy.requests import RequestEvent
from banen_mediation.commands import COMMANDS, KEPT
from banen_mediation.events import MediationEvent
from banen_mediation.permissions import PERMISSIONS
from banen_mediation.publish import to_public_event
from banen_mediation.reactors import HANDOVER_OFFERED, PLACEMENT_CONVERTED

SERVICE = Service(
    name="mediation",
    events=(*get_args(MediationEvent), *get_args(RequestEvent), WentLive),
    to_public_event=to_public_event,
    commands=COMMANDS,
    permissions=PERMISSIONS,
    kept=KEPT,
    reactors=(HANDOVER_OFFERED, PLACEMENT_CONVERTED, live_reactor("mediation")),
)
