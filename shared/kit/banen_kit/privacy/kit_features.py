"""Adds to a service what the kit provides for every service."""

from dataclasses import replace
from typing import get_args

from banen_contracts import PublicEvent
from banen_contracts.roles import Roles
from banen_kit.application.definition import Service
from banen_kit.application.learned import Heard
from banen_kit.application.source_live import WentLive, live_reactor
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import DetailsCorrected
from banen_kit.eventstore.serializer import only_added
from banen_kit.privacy.requests import REQUESTS, RequestAnswered, RequestEvent
from banen_kit.security.permissions import ANYONE, Permission, Permissions, every_service, own_partner


def with_kit_features(service: Service) -> Service:
    """Adds going live, what the service learns and, if it keeps persons' data, persons' requests: events, commands and
    permissions.

    These events are not published: a request is between person and partner, and the others repeat a public event. Nor
    is any correction of personal details.
    """
    keeps_persons = bool(service.kept)
    private: tuple[type[DomainEvent], ...] = (
        *(get_args(RequestEvent) if keeps_persons else ()),
        *((Heard,) if service.learns else ()),
        WentLive,
    )

    def to_public_event(event: DomainEvent) -> PublicEvent | None:
        return None if isinstance(event, (*private, DetailsCorrected)) else service.to_public_event(event)

    erasers, privacy = own_partner(*service.roles.erasers), own_partner(*service.roles.privacy)
    own = [replace(one, permission=erasers) if one.erases else one for one in service.commands]
    requests = [replace(one, permission=privacy) for one in REQUESTS if keeps_persons]
    return replace(
        service,
        events=(*service.events, *private),
        to_public_event=to_public_event,
        upcasters={**service.upcasters, (RequestAnswered.TYPE, 1): only_added},
        commands=(*own, *requests),
        views={
            **every_service(service.roles),
            **({"learned": _every_role(service.roles)} if service.learns else {}),
            **(views_of_persons(erasers, privacy) if keeps_persons else {}),
            **service.views,
        },
        reactors=(*service.reactors, live_reactor(service.name)),
    )


def _every_role(roles: Roles) -> Permission:
    """All people of the partner: what was learned is public, and about no person."""
    return Permission(roles.known, audited=False)


def views_of_persons(erasers: Permission, privacy: Permission) -> Permissions:
    return {
        "read-request": privacy,
        "requests": privacy,
        "export-person": privacy,
        "erasure-certificate": privacy,
        "signing-key": ANYONE,
        "retention": privacy,
        "confirm-retention-pass": erasers,
    }
