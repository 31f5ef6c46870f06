"""Employers as one value: what the kit needs to run it."""

from typing import get_args

from banen_employers.commands import COMMANDS, KEPT
from banen_employers.events import EmployersEvent
from banen_employers.permissions import PERMISSIONS
from banen_employers.publish import to_public_event
from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive, live_reactor
from banen_kit.privacy.requests import RequestEvent

SERVICE = Service(
    name="employers",
    events=(*get_args(EmployersEvent), *get_args(RequestEvent), WentLive),
    to_public_event=to_public_event,
    commands=COMMANDS,
    permissions=PERMISSIONS,
    kept=KEPT,
    reactors=(live_reactor("employers"),),
)
