"""What the kit adds to a service as its own package declares it, so that no service declares it again."""

from dataclasses import replace
from typing import get_args

from banen_contracts import PublicEvent
from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive, live_reactor
from banen_kit.core.decider import DomainEvent
from banen_kit.core.identity import Role
from banen_kit.privacy.requests import REQUESTS, RequestEvent
from banen_kit.security.permissions import ANYONE, EVERY_SERVICE, Permissions, own_partner

_STEWARD = own_partner(Role.PARTNER_DATA_STEWARD)
_PRIVACY = own_partner(Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)
_PERSONS: Permissions = {
    **{operation.name: _PRIVACY for operation in REQUESTS},
    "read-request": _PRIVACY,
    "requests": _PRIVACY,
    "export-person": _PRIVACY,
    "erasure-certificate": _PRIVACY,
    "signing-key": ANYONE,
    "retention": _PRIVACY,
    "confirm-retention-pass": _STEWARD,
}


def with_kit_features(service: Service) -> Service:
    """The service with going live and, where it keeps persons, with their requests: events, commands and permissions.

    None of these events is published: a request is between the person and the partner, and going live repeats what
    was published already.
    """
    keeps_persons = bool(service.kept)
    private: tuple[type[DomainEvent], ...] = (*(get_args(RequestEvent) if keeps_persons else ()), WentLive)

    def to_public_event(event: DomainEvent) -> PublicEvent | None:
        return None if isinstance(event, private) else service.to_public_event(event)

    own_commands = {operation.name for operation in service.commands}
    return replace(
        service,
        events=(*service.events, *private),
        to_public_event=to_public_event,
        commands=(*service.commands, *(REQUESTS if keeps_persons else ())),
        # In the order in which they are shown: what every service has, commands, views.
        permissions={
            **EVERY_SERVICE,
            **{name: who for name, who in service.permissions.items() if name in own_commands},
            **{operation.name: _STEWARD for operation in service.kept.values()},
            **(_PERSONS if keeps_persons else {}),
            **service.permissions,
        },
        reactors=(*service.reactors, live_reactor(service.name)),
    )
