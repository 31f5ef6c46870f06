"""A service's connection to the bus, with all work that needs it: relay, reactors and others."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NoReturn

from nats.aio.client import Client
from nats.js.errors import NotFoundError

from banen_kit.application.command_service import CommandService
from banen_kit.core.faults import Faults, Loop
from banen_kit.messaging.jetstream import BusUnavailable, api, connect, stream_name
from banen_kit.messaging.learning import learn
from banen_kit.messaging.outbox_relay import Relay
from banen_kit.runtime.composition import BusWork, Foundation, Part
from banen_kit.runtime.settings import Settings


class BusSide:
    """Connects, and connects again when the connection is lost. Meanwhile the service still accepts commands."""

    def __init__(self, foundation: Foundation, loops: Sequence[BusWork]) -> None:
        self._foundation = foundation
        self._loops = loops
        self._client: Client | None = None
        self._loop = Loop("bus", foundation.faults)
        self._run_reactors = reactor_loop() if foundation.command_service.service.reactors else None

    def part(self) -> Part:
        return Part(checks={"bus": self._answers}, loops=[lambda: self._loop.forever(self._one_connection)])

    async def _answers(self) -> None:
        if self._client is None:
            raise BusUnavailable("not connected yet")
        command_service = self._foundation.command_service
        stream = stream_name(command_service.partner, command_service.service.name)
        try:
            await api(self._client, f"STREAM.INFO.{stream}")
        except NotFoundError:
            raise BusUnavailable(f"{stream} does not exist; run: banen bus apply") from None

    async def _one_connection(self) -> None:
        command_service, faults = self._foundation.command_service, self._foundation.faults
        ca_file = self._foundation.settings.bus_ca_file
        # Read again for each connection: the password may have changed.
        url = Settings.load().bus_url.get_secret_value()
        name = f"{command_service.partner}-{command_service.service.name}"
        self._client = client = await connect(url, name, ca_file)
        self._loop.got_through()
        serializer, store = command_service.repository.serializer, self._foundation.store
        relay = Relay(command_service.publisher, serializer, store, client, faults)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(relay.run())
                if self._run_reactors is not None:
                    tasks.create_task(self._run_reactors(url, ca_file, client, command_service, faults))
                for one in command_service.service.learns:
                    tasks.create_task(learn(client, command_service, one, faults))
                for work in self._loops:
                    tasks.create_task(work(client))
                await _until_closed(client)
        finally:
            await client.close()


def reactor_loop() -> Callable[
    [str, Path | None, Client, CommandService, Faults], Coroutine[Any, Any, NoReturn]
]:
    """Imported only where there are reactors, since FastStream takes a tenth of the start of a service."""
    from banen_kit.messaging.reactor_consumer import run_reactors

    return run_reactors


async def _until_closed(client: Client) -> None:
    """nats-py reconnects by itself, except after the server refused it. Raises `BusUnavailable`."""
    while not client.is_closed:  # noqa: ASYNC110 - nats-py has one callback, and it is taken
        await asyncio.sleep(1)
    raise BusUnavailable("NATS closed the connection for good")
