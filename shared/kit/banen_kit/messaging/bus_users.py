"""Who may do what on the bus: a user for each service of each partner, for each integrator, and for the operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banen_kit.application.definition import Service
from banen_kit.messaging.jetstream import (
    EVT_ALL,
    WATERMARKS,
    inbox_prefix,
    stream_name,
    watermark_subject,
)
from banen_kit.messaging.learning import newest_call
from banen_kit.messaging.topology import (
    Partner,
    integrator_consumer,
    service_consumers,
)

OPERATOR = "operator"
"""Declares streams and consumers (`banen bus`). No service or partner gets this user."""


GUARD = "guard"
"""Closes surplus connections (`banen bus guard`). It is a user of NATS' system account."""


@dataclass(frozen=True)
class BusUser:
    """A NATS user: the subjects on which it may publish. It may subscribe only to its own inbox."""

    name: str
    publish: tuple[str, ...]

    @property
    def subscribe(self) -> tuple[str, ...]:
        """Only its own inbox: on a shared one, everybody could read the others' messages."""
        return (f"{inbox_prefix(self.name)}.>",)

    def permissions(self) -> dict[str, Any]:
        """In the form of the NATS configuration. Everything not listed is denied."""
        return {"publish": list(self.publish), "subscribe": list(self.subscribe)}


def bus_users(
    partners: Sequence[Partner], integrators: Sequence[str], services: Mapping[str, Service]
) -> list[BusUser]:
    """Returns all users of the bus. `services` are the installed ones by name.

    Raises `ValueError` if an integrator has a name that is already taken.
    """
    taken = {OPERATOR, GUARD, *(partner.id for partner in partners)}
    for name in integrators:
        if name in taken:
            raise ValueError(f"integrators: {name} is the name of somebody else")
        taken.add(name)
    found = [BusUser(OPERATOR, ("$JS.API.>",))]
    for partner in partners:
        found += [service_user(partner.id, services[name]) for name in partner.services]
    return found + [BusUser(name, reading(integrator_consumer(name))) for name in integrators]


def service_user(partner: str, service: Service) -> BusUser:
    """May publish its own events, watermarks and dead letters, inspect its own stream, ask for the newest of what it
    learns, and read its own consumers.
    """
    stream = stream_name(partner, service.name)
    publish = [
        f"evt.{partner}.{service.name}.>",
        watermark_subject(partner, service.name),
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.MSG.GET.{stream}",
    ]
    if service.has_inbox:
        publish.append(f"$JS.API.STREAM.MSG.GET.{WATERMARKS}")
    publish += [newest_call(one) for one in service.learns]
    for declared in service_consumers(partner, service):
        publish += [f"dlq.{declared['durable_name']}", *reading(declared)]
    return BusUser(user_name(partner, service.name), tuple(publish))


def reading(declared: Mapping[str, Any]) -> tuple[str, ...]:
    """The subjects for reading one durable consumer and acknowledging its messages (in both of NATS' forms)."""
    name = declared["durable_name"]
    return (
        f"$JS.API.CONSUMER.INFO.{EVT_ALL}.{name}",
        f"$JS.API.CONSUMER.MSG.NEXT.{EVT_ALL}.{name}",
        f"$JS.ACK.{EVT_ALL}.{name}.>",
        f"$JS.ACK.*.*.{EVT_ALL}.{name}.>",
    )


def user_name(partner: str, service: str) -> str:
    return f"{partner}_{service}"
