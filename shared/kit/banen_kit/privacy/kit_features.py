"""Adds to a service what the kit provides for every service."""

from dataclasses import replace
from typing import get_args

from banen_contracts import PublicEvent
from banen_contracts.roles import Roles
from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive, live_reactor
from banen_kit.core.decider import DomainEvent
from banen_kit.privacy.requests import REQUESTS, RequestEvent
from banen_kit.security.permissions import ANYONE, Permissions, every_service, own_partner


def with_kit_features(service: Service) -> Service:
    """Adds going live and, if the service keeps persons' data, persons' requests: events, commands and permissions.

    These events are not published: a request is between person and partner, and going live repeats a public event.
    """
    keeps_persons = bool(service.kept)
    private: tuple[type[DomainEvent], ...] = (*(get_args(RequestEvent) if keeps_persons else ()), WentLive)

    def to_public_event(event: DomainEvent) -> PublicEvent | None:
        return None if isinstance(event, private) else service.to_public_event(event)

    eraser = own_partner(*service.roles.erasers)
    own_commands = {operation.name for operation in service.commands}
    return replace(
        service,
        events=(*service.events, *private),
        to_public_event=to_public_event,
        commands=(*service.commands, *(REQUESTS if keeps_persons else ())),
        # In display order: what every service has, commands, views.
        permissions={
            **every_service(service.roles),
            **{name: who for name, who in service.permissions.items() if name in own_commands},
            **{operation.name: eraser for operation in service.kept.values()},
            **(permissions_about_persons(service.roles) if keeps_persons else {}),
            **service.permissions,
        },
        reactors=(*service.reactors, live_reactor(service.name)),
    )


def permissions_about_persons(roles: Roles) -> Permissions:
    privacy = own_partner(*roles.privacy)
    return {
        **{operation.name: privacy for operation in REQUESTS},
        "read-request": privacy,
        "requests": privacy,
        "export-person": privacy,
        "erasure-certificate": privacy,
        "signing-key": ANYONE,
        "retention": privacy,
        "confirm-retention-pass": own_partner(*roles.erasers),
    }
