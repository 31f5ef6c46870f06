"""Declares streams and consumers on the bus."""

from collections.abc import Sequence

from nats.aio.client import Client

from banen_cli.installed import services
from banen_kit.messaging.topology import (
    Partner,
    apply_consumer,
    apply_stream,
    integrator_consumer,
    service_consumers,
    streams,
)


async def apply_topology(
    client: Client, partners: Sequence[Partner], integrators: Sequence[str] = (), *, change: bool
) -> dict[str, str]:
    """Creates what is missing, leaves what is as declared, and reports differences, per stream or consumer.

    Changes existing ones only with `change`. Raises `TopologyDiffers`, `BusUnavailable`.
    """
    done: dict[str, str] = {}
    for declared in streams(partners):
        done[declared["name"]] = await apply_stream(client, declared, change=change)
    installed = services()
    for partner in partners:
        for name in partner.services:
            for declared in service_consumers(partner.id, installed[name]):
                done[declared["durable_name"]] = await apply_consumer(client, declared, change=change)
    for name in integrators:
        declared = integrator_consumer(name)
        done[declared["durable_name"]] = await apply_consumer(client, declared, change=change)
    return done
