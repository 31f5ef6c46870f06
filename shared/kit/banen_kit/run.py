"""Runs one service as one process: opens its store, serves HTTP, and keeps its side of the bus going."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import httpx2
import uvicorn
from fastapi import FastAPI
from faststream import FastStream
from faststream.nats import NatsBroker
from nats.aio.client import Client
from prometheus_client import CollectorRegistry

from banen_contracts.base import source_of
from banen_kit import logs
from banen_kit.audit import PostgresAudit
from banen_kit.audit_chain import anchor_forever
from banen_kit.bus import BusUnavailable, api, connect, end_if_cancelled, stream_name
from banen_kit.consumer import subscribe
from banen_kit.desk import Desk
from banen_kit.destroy import refuse_recycling
from banen_kit.faults import Faults
from banen_kit.gate import Gate
from banen_kit.http import Health, create_app
from banen_kit.journal import Codec, Journal
from banen_kit.master_key import MasterKey
from banen_kit.metrics import Metrics
from banen_kit.persons import Persons
from banen_kit.postgres import Pool, migrations, refuse_unsafe, refuse_wrong_schema, when_reachable
from banen_kit.postgres_keys import PostgresKeys
from banen_kit.postgres_store import PostgresStore
from banen_kit.relay import Relay
from banen_kit.retention import Retention, read_months
from banen_kit.service import Service
from banen_kit.sessions import Sessions
from banen_kit.settings import Settings, SettingsInvalid, keys_schema_of, load, schema_of
from banen_kit.store import StoreRefusesToStart, StoreUnavailable
from banen_kit.tokens import Issuer
from banen_kit.topology import TopologyDiffers, policy_consumers, read_partners, refuse_other_consumer

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
"""TLS is the work of a proxy on the same machine; nobody else may reach a service."""
STUCK_SECONDS = 30.0


@dataclass(frozen=True)
class Host:
    """What a running service is made of; an addition (see `main`) may build on it."""

    settings: Settings
    desk: Desk
    gate: Gate
    store: PostgresStore
    keys_pool: Pool
    retention: Retention
    health: Health
    app: FastAPI
    bus_loops: list[Callable[[Client], Awaitable[None]]]
    """Run for as long as the process, each given the connection to the bus."""
    consumers: list[Mapping[str, Any]]
    """Declarations of the durable consumers that this service reads."""


Addition = Callable[[Host], Awaitable[None]]
"""Adds to a service what only that service has: views, pages, an inbox."""


def main(service: Service, addition: Addition | None = None) -> None:
    """The `python -m` of a service. Ends with one line that says what to do when it cannot start."""
    logs.to_stdout()
    reasons: list[str] = []
    try:
        asyncio.run(serve(service, load(), addition))
    except* (SettingsInvalid, StoreRefusesToStart, StoreUnavailable, TopologyDiffers, ValueError) as group:
        reasons = [str(error) for error in leaves(group)]
    for reason in reasons:
        log.error("%s cannot run: %s", service.name, reason)
    if reasons:
        sys.exit(78)


def leaves(error: BaseException) -> list[BaseException]:
    """The single errors in a group of groups."""
    if isinstance(error, BaseExceptionGroup):
        inner = cast("tuple[BaseException, ...]", error.exceptions)  # pyright: ignore[reportUnknownMemberType]
        return [leaf for one in inner for leaf in leaves(one)]
    return [error]


async def serve(service: Service, settings: Settings, addition: Addition | None) -> None:
    for caught in (signal.SIGTERM, signal.SIGINT):
        # uvicorn drains on these and raises them again; without a handler that would end us before the clean-up
        asyncio.get_running_loop().add_signal_handler(caught, lambda: None)
    async with AsyncExitStack() as stack:
        host = await open_host(service, settings, stack)
        if addition is not None:
            await addition(host)
        server = http_server(host.app, settings.port)
        log.info(
            "%s of %s binds to %s:%s; TLS is for a proxy", service.name, settings.partner, HOST, settings.port
        )
        async with asyncio.TaskGroup() as tasks:
            schema = schema_of(settings.partner, service.name)
            beside = [
                tasks.create_task(bus_side(service, host)),
                tasks.create_task(anchor_forever(host.store.pool, host.keys_pool, schema)),
                tasks.create_task(host.retention.run_forever()),
            ]

            async def http() -> None:
                await server.serve()
                for task in beside:
                    task.cancel()

            tasks.create_task(http())


def http_server(app: FastAPI, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            HOST,
            port,
            log_config=None,
            access_log=False,  # addresses are not for logs
            lifespan="off",
            proxy_headers=False,  # whoever connects could claim to be anybody
        )
    )


async def open_host(service: Service, settings: Settings, stack: AsyncExitStack) -> Host:
    """Open everything but the bus. Raises `StoreRefusesToStart`, `StoreUnavailable`, `ValueError`."""
    partners = frozenset(partner.id for partner in read_partners(settings.partners_file))
    if settings.partner not in partners:
        raise ValueError(f"{settings.partner} is not in {settings.partners_file}")
    master = MasterKey.read(settings.master_key_file)
    pool = await when_reachable(
        settings.database_url.get_secret_value(), schema_of(settings.partner, service.name)
    )
    stack.push_async_callback(pool.close)
    await refuse_unsafe(pool)
    await refuse_wrong_schema(pool, schema_of(settings.partner, service.name), migrations(service.sql))
    keys_pool = await when_reachable(settings.keys_url.get_secret_value(), keys_schema_of(settings.partner))
    stack.push_async_callback(keys_pool.close)
    await refuse_unsafe(keys_pool)
    persons_keys = PostgresKeys(keys_pool, master)
    await refuse_recycling(keys_pool)
    await persons_keys.refuse_other_master()
    store = PostgresStore(pool)
    journal: Journal[Any] = Journal(store, Codec(service.events, service.upcasters), persons_keys)
    # Before anything is answered: the keys may have been restored from before an erasure.
    await journal.reapply()
    metrics = Metrics.create(CollectorRegistry())
    audit = PostgresAudit(pool)
    desk = Desk(service, journal, settings.partner, partners, audit, metrics, lambda: datetime.now(UTC))

    async def database() -> None:
        await store.horizon()

    async def keys() -> None:
        await keys_pool.fetchval("select 1")

    health = Health(Faults(metrics), settings.metrics_token, {"database": database, "keys": keys})
    http = await stack.enter_async_context(httpx2.AsyncClient())
    gate = Gate(
        settings.partner,
        source_of(settings.partner, service.name),
        service.rights,
        Issuer(settings.issuer, http),
        audit,
        Sessions(pool, desk.clock),
    )
    held = Persons(desk, settings.key_backup_days) if service.kept else None
    app = create_app(desk, gate, health, held)
    months = read_months(settings.retention, service.kept)
    return Host(
        settings,
        desk,
        gate,
        store,
        keys_pool,
        Retention(desk, months),
        health,
        app,
        [],
        list(policy_consumers(settings.partner, service)),
    )


async def bus_side(service: Service, host: Host) -> None:
    """Relay, policies and whatever else reads the bus. Commands are taken also while the bus is away."""
    waiting = True

    async def bus_reached() -> None:
        if waiting:
            raise BusUnavailable("waiting for the bus")

    host.health.checks["bus"] = bus_reached
    client = await _connect_patiently(host)
    partner = host.settings.partner
    for declared in host.consumers:
        await _patiently(lambda declared=declared: refuse_other_consumer(client, declared))
    relay = Relay(
        partner, service.name, host.desk.journal, host.store, service.to_contract, client, host.desk.metrics
    )
    stream = stream_name(partner, service.name)

    async def bus_answers() -> None:
        await api(client, f"STREAM.INFO.{stream}")
        if relay.fault:
            raise BusUnavailable(relay.fault)

    host.health.checks["bus"] = bus_answers
    waiting = False
    async with policies(host, client), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run())
        for loop in host.bus_loops:
            tasks.create_task(_forever(loop(client)))
        for declared in host.consumers:
            tasks.create_task(watch_consumer(client, declared["durable_name"]))


async def _forever(loop: Awaitable[None]) -> None:
    await loop


async def _connect_patiently(host: Host) -> Client:
    name = f"{host.settings.partner}-{host.desk.service.name}"
    return await _patiently(lambda: connect(host.settings.bus_url.get_secret_value(), name))


async def _patiently(attempt: Callable[[], Awaitable[Any]]) -> Any:
    """Try again for as long as the bus is away."""
    while True:
        try:
            return await attempt()
        except BusUnavailable:
            end_if_cancelled()
            await asyncio.sleep(1)


@asynccontextmanager
async def policies(host: Host, client: Client) -> AsyncGenerator[None]:
    """FastStream reads the bus for the policies, message by message."""
    broker = NatsBroker(
        host.settings.bus_url.get_secret_value(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        logger=None,
    )
    subscribe(broker, client, host.desk)
    stream = FastStream(broker, logger=None)
    await stream.start()
    try:
        yield
    finally:
        await stream.stop()


async def watch_consumer(client: Client, durable: str) -> None:
    """End the process when a consumer has work and nobody takes it: whoever supervises us starts afresh.

    A subscription that a restart of the bus left silent cannot be told from an idle one in any other way.
    """
    floor, since = -1, asyncio.get_running_loop().time()
    while True:
        end_if_cancelled()
        await asyncio.sleep(STUCK_SECONDS / 3)
        now = asyncio.get_running_loop().time()
        try:
            info = await api(client, f"CONSUMER.INFO.EVT_ALL.{durable}")
        except BusUnavailable:
            since = now
            continue
        moved = info["ack_floor"]["stream_seq"] != floor
        if moved or info["num_pending"] + info["num_ack_pending"] == 0:
            floor, since = info["ack_floor"]["stream_seq"], now
        elif now - since > STUCK_SECONDS and info["num_waiting"] == 0:
            raise TopologyDiffers(f"consumer {durable} has work, and nobody fetches it")
