"""Runs one service as one process: opens its databases, serves HTTP, and stays connected to the bus."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Coroutine, Generator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from fastapi import FastAPI

from banen_kit.application.definition import Service
from banen_kit.core import logs
from banen_kit.core.clocks import use_zone
from banen_kit.core.errors import SettingsInvalid, StoreRefusesToStart, StoreUnavailable
from banen_kit.runtime.bus_side import BusSide
from banen_kit.runtime.composition import ReadSide, Work, administration
from banen_kit.runtime.opening import open_foundation
from banen_kit.runtime.settings import Settings
from banen_kit.web.app import Health, create_app
from banen_kit.web.server import http_server

log = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while the event loop waits. Python's default of 5 ms adds up per request."""
HOST = "127.0.0.1"
"""Only a proxy on the same machine, which does TLS, can reach a service."""


@dataclass(frozen=True)
class ServiceRuntime:
    """A composed service: its application, and its background loops."""

    app: FastAPI
    loops: Sequence[Work]


def main(service: Service) -> None:
    """The main function of a service. If it cannot start, it logs one line with the reason and exits with 78."""
    logs.to_stdout()
    try:
        asyncio.run(serve(service, Settings.load()))
    except (SettingsInvalid, StoreRefusesToStart, StoreUnavailable, ValueError) as error:
        log.error("%s cannot start: %s", service.name, error)  # noqa: TRY400 - one line, for people
        sys.exit(78)


async def serve(service: Service, settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT, also while it is still starting."""
    use_zone(settings.zone)
    stopping = asyncio.Event()
    for caught in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(caught, stopping.set)
    with bound(settings.port) as listener:
        async with AsyncExitStack() as stack:
            runtime = await _unless(stopping, compose(service, settings, stack))
            if runtime is not None:
                address = listener.getsockname()
                log.info("%s of %s is at %s:%s; TLS is for a proxy", service.name, settings.partner, *address)
                await run(runtime, listener, stopping)


@contextmanager
def bound(port: int) -> Generator[socket.socket]:
    """Binds the service's address before anything slow is done. Raises `SettingsInvalid`."""
    # With an explicit protocol; otherwise asyncio leaves Nagle's algorithm on, and each answer takes 40 ms longer.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise SettingsInvalid(f"BANEN_PORT: {HOST}:{port} cannot be used: {error.strerror}") from error
        yield listener


async def _unless(
    stopping: asyncio.Event, opening: Coroutine[Any, Any, ServiceRuntime]
) -> ServiceRuntime | None:
    """Returns the composed service, or None if told to stop first."""
    opened, stopped = asyncio.create_task(opening), asyncio.create_task(stopping.wait())
    await asyncio.wait({opened, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if stopping.is_set():
        opened.cancel()
        await asyncio.wait({opened})
        return None
    return await opened


async def compose(service: Service, settings: Settings, stack: AsyncExitStack) -> ServiceRuntime:
    """Opens and builds everything that the service runs. Raises what `open_foundation` raises."""
    foundation, looking_after = await open_foundation(service, settings, stack)
    parts = [looking_after, administration(foundation)]
    if service.read_side is not None:
        read_side: ReadSide = resolve_name(service.read_side)
        parts.append(await read_side(foundation))
    parts.append(BusSide(foundation, [loop for part in parts for loop in part.bus_loops]).part())
    checks = {name: check for part in parts for name, check in part.checks.items()}
    app = create_app(
        foundation.command_service,
        foundation.authentication,
        Health(foundation.faults, settings.metrics_token, checks),
        *(router for part in parts for router in part.routers),
    )
    return ServiceRuntime(app, [loop for part in parts for loop in part.loops])


async def run(runtime: ServiceRuntime, listener: socket.socket, stopping: asyncio.Event) -> None:
    server = http_server(runtime.app)
    # Objects created so far stay alive. Freezing them keeps full garbage collections from pausing for tens of ms.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(loop()) for loop in runtime.loops]
        serving = tasks.create_task(server.serve([listener]))
        await stopping.wait()
        server.should_exit = True
        await serving
        for task in beside:
            task.cancel()
