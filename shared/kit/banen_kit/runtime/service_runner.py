"""Runs one service as one process: opens its store, serves HTTP, and keeps its side of the bus going."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2
from fastapi import FastAPI
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from prometheus_client import CollectorRegistry

from banen_contracts.base import source_of
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Service
from banen_kit.audit.anchored import AnchoredAudit, Anchors
from banen_kit.audit.log import PostgresAudit
from banen_kit.core import logs
from banen_kit.core.errors import SettingsInvalid, StoreRefusesToStart, StoreUnavailable
from banen_kit.core.faults import Faults, Loop, forever
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.blocked import Outbound
from banen_kit.messaging.jetstream import BusUnavailable, api, connect, stream_name
from banen_kit.messaging.outbox_relay import Relay
from banen_kit.messaging.reactor_consumer import run_reactors
from banen_kit.messaging.topology import read_partners
from banen_kit.postgres.connection import (
    Pool,
)
from banen_kit.privacy import subject_access
from banen_kit.privacy.due_list import PostgresDueList
from banen_kit.privacy.held import CLAIM_SECONDS, claim_keys
from banen_kit.privacy.retention import Retention, read_months
from banen_kit.privacy.retention_routes import routes as retention_routes
from banen_kit.privacy.subject_access import SubjectAccess
from banen_kit.runtime import blocked_routes
from banen_kit.runtime.database_clock import LOOK_SECONDS, DatabaseClock
from banen_kit.runtime.database_clock import routes as clock_routes
from banen_kit.runtime.opening import FIRST_SWEEP_SECONDS, checks_of, open_databases, reapplied
from banen_kit.runtime.settings import Settings, load, schema_of
from banen_kit.security.sessions import Sessions
from banen_kit.security.strength import Strength
from banen_kit.security.tokens import Issuer
from banen_kit.web.app import Health, create_app
from banen_kit.web.authentication import Authentication
from banen_kit.web.server import http_server
from banen_kit.web.strangers import WRITE_SECONDS

log = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0005
"""How long another thread may keep the interpreter while the event loop wants it; Python's 5 ms add up per request."""
HOST = "127.0.0.1"
"""TLS is the work of a proxy on the same machine; nobody else may reach a service."""


@dataclass(frozen=True)
class ServiceRuntime:
    """What a running service is made of; an addition (see `main`) may build on it."""

    settings: Settings
    command_service: CommandService
    authentication: Authentication
    store: PostgresStore
    keys_pool: Pool
    health: Health
    app: FastAPI
    loops: list[Callable[[], Awaitable[None]]] = field(default_factory=list[Callable[[], Awaitable[None]]])
    """Run for as long as the process, whatever happens to the bus. None of them ends or raises."""
    bus_loops: list[Callable[[Client], Awaitable[None]]] = field(
        default_factory=list[Callable[[Client], Awaitable[None]]]
    )
    """The same for as long as a connection to the bus, which each is given."""


Extension = Callable[[ServiceRuntime], Awaitable[None]]
"""Adds to a service what only that service has: views, pages, an inbox."""


def main(service: Service, addition: Extension | None = None) -> None:
    """The `python -m` of a service. Ends with 78 and one line that says what to do when it cannot start."""
    logs.to_stdout()
    try:
        asyncio.run(serve(service, load(), addition))
    except (SettingsInvalid, StoreRefusesToStart, StoreUnavailable, ValueError) as error:
        log.error("%s cannot start: %s", service.name, error)  # noqa: TRY400 - one line, for people
        sys.exit(78)


async def serve(service: Service, settings: Settings, addition: Extension | None) -> None:
    """Run until SIGTERM or SIGINT, which are heard at every moment."""
    stopping = asyncio.Event()
    for caught in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(caught, stopping.set)
    with bound(settings.port) as listener:
        async with AsyncExitStack() as stack:
            host = await _unless(stopping, open_host(service, settings, addition, stack))
            if host is not None:
                await run_host(service, host, listener, stopping)


@contextmanager
def bound(port: int) -> Generator[socket.socket]:
    """The service's address, taken before anything slow is done. Raises `SettingsInvalid`."""
    # Named as TCP: else asyncio does not switch off Nagle's algorithm, and each answer waits for 40 ms.
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
    """What is opened, or None where we were told to stop first."""
    opened, stopped = asyncio.create_task(opening), asyncio.create_task(stopping.wait())
    await asyncio.wait({opened, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if stopping.is_set():
        opened.cancel()
        await asyncio.wait({opened})
        return None
    return await opened


async def run_host(
    service: Service, host: ServiceRuntime, listener: socket.socket, stopping: asyncio.Event
) -> None:
    server = http_server(host.app)
    log.info(
        "%s of %s is at %s:%s; TLS is for a proxy",
        service.name,
        host.settings.partner,
        *listener.getsockname(),
    )
    host.app.openapi()  # made here, since it would hold up whoever else asks something
    # What is there by now stays: without it, a full collection no longer stops everything for tens of milliseconds.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
    async with asyncio.TaskGroup() as tasks:
        beside = [
            tasks.create_task(bus_side(service, host)),
            *(tasks.create_task(_forever(loop())) for loop in host.loops),
        ]
        serving = tasks.create_task(server.serve([listener]))
        await stopping.wait()
        server.should_exit = True
        await serving
        for task in beside:
            task.cancel()


async def open_host(
    service: Service, settings: Settings, addition: Extension | None, stack: AsyncExitStack
) -> ServiceRuntime:
    """Open everything but the bus. Raises `SettingsInvalid`, `StoreRefusesToStart`, `StoreUnavailable`, `ValueError`."""
    partners = frozenset(partner.id for partner in read_partners(settings.partners_file))
    if settings.partner not in partners:
        raise ValueError(f"{settings.partner} is not in {settings.partners_file}")
    master = MasterKey.read(settings.master_key_file)
    pool, keys_pool = await open_databases(service, settings, stack)
    persons_keys = PostgresKeys(keys_pool, master)
    await persons_keys.refuse_other_master()
    store = PostgresStore(pool)
    repository: EventRepository[Any] = EventRepository(
        store, EventSerializer(service.events, service.upcasters), persons_keys
    )
    metrics = Metrics.create(CollectorRegistry())
    faults = Faults(metrics)
    # Before anything is answered: the keys may have been restored from before an erasure.
    loops = await reapplied(repository, PostgresKeys(keys_pool, master, patience=FIRST_SWEEP_SECONDS), faults)
    clock = DatabaseClock(pool, faults)
    await clock.look()
    anchors = Anchors(pool, keys_pool, schema_of(settings.partner, service.name))
    erasures = frozenset(operation.name for operation in service.kept.values())
    audit = AnchoredAudit(PostgresAudit(pool), anchors, erasures)
    command_service = CommandService(service, repository, settings.partner, partners, audit, metrics, clock)

    health = Health(faults, settings.metrics_token, checks_of(store, keys_pool))
    http = await stack.enter_async_context(httpx2.AsyncClient())
    authentication = Authentication(
        settings.partner,
        source_of(settings.partner, service.name),
        service.permissions,
        Issuer(settings.issuer, http, access=settings.access_token_types.split()),
        audit,
        Sessions(pool, command_service.clock),
        strength=Strength(tuple(settings.acr_values.split())),
        clock=command_service.clock,
    )
    months = read_months(settings.retention, service.kept)
    retention = Retention(
        command_service,
        months,
        PostgresDueList(pool),
        settings.retention_wait,
        clock.refuse_untrusted,
        faults,
    )
    routers = [
        blocked_routes.routes(Outbound(pool, repository, command_service.publisher), authentication),
        clock_routes(clock, authentication),
    ]
    if service.kept:
        routers += [
            subject_access.routes(SubjectAccess(command_service, settings.key_backup_days), authentication),
            retention_routes(retention, authentication),
        ]
    app = create_app(command_service, authentication, health, *routers)
    loops.append(lambda: anchors.forever(faults))
    loops.append(lambda: forever("strangers", authentication.strangers.write, faults, every=WRITE_SECONDS))
    loops += [lambda: forever("clock-look", clock.look, faults, every=LOOK_SECONDS), retention.run_forever]
    claim = partial(claim_keys, service, store, persons_keys)
    loops.append(lambda: forever("claim-keys", claim, faults, every=CLAIM_SECONDS))
    host = ServiceRuntime(settings, command_service, authentication, store, keys_pool, health, app, loops)
    if addition is not None:
        await addition(host)
    return host


async def bus_side(service: Service, host: ServiceRuntime) -> None:
    """Relay, policies and whatever else uses the bus. Commands are taken also while the bus is away or not set up."""
    partner, faults = host.settings.partner, host.health.faults
    stream, ca_file = stream_name(partner, service.name), host.settings.bus_ca_file
    client: Client | None = None

    async def bus_answers() -> None:
        if client is None:
            raise BusUnavailable("not connected yet")
        try:
            await api(client, f"STREAM.INFO.{stream}")
        except NotFoundError:
            raise BusUnavailable(f"{stream} does not exist; run: banen bus apply") from None

    async def one_connection() -> None:
        nonlocal client
        # Read anew each time: a password may have been changed while we ran.
        url = load().bus_url.get_secret_value()
        client = await connect(url, f"{partner}-{service.name}", ca_file)
        loop.got_through()
        relay = Relay(
            host.command_service.publisher, host.command_service.repository, host.store, client, faults
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(relay.run())
                tasks.create_task(run_reactors(url, ca_file, client, host.command_service, faults))
                for work in host.bus_loops:
                    tasks.create_task(_forever(work(client)))
                await _until_closed(client)
        finally:
            await client.close()

    loop = Loop("bus", faults)
    host.health.checks["bus"] = bus_answers
    await loop.forever(one_connection)


async def _until_closed(client: Client) -> None:
    """nats-py reconnects by itself, but not after the server turned it away. Raises `BusUnavailable`."""
    while not client.is_closed:  # noqa: ASYNC110 - nats-py has one callback, and it is taken
        await asyncio.sleep(1)
    raise BusUnavailable("NATS closed the connection for good")


async def _forever(loop: Awaitable[None]) -> None:
    await loop
