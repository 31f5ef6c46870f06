"""Intake as one value: what the kit needs to run it."""

from typing import get_args

from banen_intake.commands import COMMANDS, KEPT
from banen_intake.events import IntakeEvent
from banen_intake.permissions import PERMISSIONS
from banen_intake.publish import to_public_event
from banen_intake.reactors import HANDOVER_ACCEPTED
from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive, live_reactor
from banen_kit.privacy.requests import RequestEvent

SERVICE = Service(
    name="intake",
    events=(*get_args(IntakeEvent), *get_args(RequestEvent), WentLive),
    to_public_event=to_public_event,
    commands=COMMANDS,
    permissions=PERMISSIONS,
    kept=KEPT,
    reactors=(HANDOVER_ACCEPTED, live_reactor("intake")),
)
