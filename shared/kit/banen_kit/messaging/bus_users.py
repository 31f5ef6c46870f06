"""Who may do what on the bus: one user per service of each partner, one per integrator, and the operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banen_kit.application.definition import Service
from banen_kit.messaging.jetstream import EVT_ALL, WATERMARKS, inbox_prefix, stream_name, watermark_subject
from banen_kit.messaging.topology import (
    Partner,
    integrator_consumer,
    service_consumers,
)

OPERATOR = "operator"
"""Declares streams and consumers (`banen bus`); no service and no partner is given it."""


GUARD = "guard"
"""Counts everybody's connections and ends those that are too many (`banen bus guard`); a user of NATS' own account."""


@dataclass(frozen=True)
class BusUser:
    """A user of NATS: the subjects it may publish on, beside its own inbox the ones it may subscribe to: none."""

    name: str
    publish: tuple[str, ...]

    @property
    def subscribe(self) -> tuple[str, ...]:
        """Its own inbox alone: on a shared one anybody would read others' deliveries."""
        return (f"{inbox_prefix(self.name)}.>",)

    def permissions(self) -> dict[str, Any]:
        """As the configuration of NATS has it; what is not allowed is denied."""
        return {"publish": list(self.publish), "subscribe": list(self.subscribe)}


def bus_users(
    partners: Sequence[Partner], integrators: Sequence[str], services: Mapping[str, Service]
) -> list[BusUser]:
    """Everybody, from the operators' list; `services` are the installed ones by name.

    Raises `ValueError` where an integrator has the name of somebody else.
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
    """May publish its own events, watermark and dead letters, look at its own stream, and read its own consumers."""
    stream = stream_name(partner, service.name)
    publish = [
        f"evt.{partner}.{service.name}.>",
        watermark_subject(partner, service.name),
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.MSG.GET.{stream}",
    ]
    if service.has_inbox:
        publish.append(f"$JS.API.STREAM.MSG.GET.{WATERMARKS}")
    for declared in service_consumers(partner, service):
        publish += [f"dlq.{declared['durable_name']}", *reading(declared)]
    return BusUser(user_name(partner, service.name), tuple(publish))


def reading(declared: Mapping[str, Any]) -> tuple[str, ...]:
    """Taking from one durable consumer, and acknowledging what it delivered (in both forms that NATS has)."""
    name = declared["durable_name"]
    return (
        f"$JS.API.CONSUMER.INFO.{EVT_ALL}.{name}",
        f"$JS.API.CONSUMER.MSG.NEXT.{EVT_ALL}.{name}",
        f"$JS.ACK.{EVT_ALL}.{name}.>",
        f"$JS.ACK.*.*.{EVT_ALL}.{name}.>",
    )


def user_name(partner: str, service: str) -> str:
    return f"{partner}_{service}"
