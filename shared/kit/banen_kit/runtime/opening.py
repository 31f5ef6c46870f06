"""Opens and checks what a service is built on, except the bus: databases, keys, audit log, authentication."""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import Any

import httpx2
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from banen_contracts.base import source_of
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Service
from banen_kit.audit.anchored import AnchoredAudit, Anchors
from banen_kit.audit.log import PostgresAudit
from banen_kit.core.errors import SettingsInvalid, StoreRefusesToStart, StoreUnavailable
from banen_kit.core.faults import Faults, Loop, forever
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.keys import NotDestroyed
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.crypto.shredding import refuse_recycling
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.port import ServiceStore
from banen_kit.eventstore.postgres import PostgresStore, refuse_elsewhere
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.topology import read_partners
from banen_kit.postgres.connection import (
    Pool,
    migrations,
    refuse_foreign_schema,
    refuse_read_only,
    refuse_unsafe,
    refuse_wrong_keys,
    refuse_wrong_schema,
    when_reachable,
)
from banen_kit.privacy.held import CLAIM_SECONDS, claim_keys
from banen_kit.runtime.composition import Foundation, Part, Work
from banen_kit.runtime.database_clock import LOOK_SECONDS, DatabaseClock
from banen_kit.runtime.settings import Settings, keys_schema_of, schema_of
from banen_kit.security.sessions import Sessions
from banen_kit.security.strength import Strength
from banen_kit.security.tokens import Issuer
from banen_kit.web.app import Check
from banen_kit.web.authentication import Authentication
from banen_kit.web.strangers import WRITE_SECONDS

log = logging.getLogger(__name__)

SWEEP = "sweep"
FIRST_SWEEP_SECONDS = 1.0
"""How long a start waits until old copies of destroyed keys are off the disk."""


async def open_foundation(
    service: Service, settings: Settings, stack: AsyncExitStack
) -> tuple[Foundation, Part]:
    """Opens everything but the bus. The returned part holds its checks and loops.

    Raises `SettingsInvalid`, `StoreRefusesToStart`, `StoreUnavailable`, `ValueError`.
    """
    partners = frozenset(partner.id for partner in read_partners(settings.partners_file))
    if settings.partner not in partners:
        raise ValueError(f"{settings.partner} is not in {settings.partners_file}")
    master = MasterKey.read(settings.master_key_file)
    pool, keys_pool = await open_databases(service, settings, stack)
    keys = PostgresKeys(keys_pool, master)
    await keys.refuse_other_master()
    store = await open_events(settings, pool, schema_of(settings.partner, service.name), stack)
    repository: EventRepository[Any] = EventRepository(
        store, EventSerializer(service.events, service.upcasters), keys
    )
    metrics = Metrics.create(CollectorRegistry())
    faults = Faults(metrics)
    # Before the first answer: the keys may have been restored from a backup made before an erasure.
    hasty = PostgresKeys(keys_pool, master, patience=FIRST_SWEEP_SECONDS)
    sweeping = await reapplied(repository, hasty, faults)
    clock = DatabaseClock(pool, faults)
    await clock.look()
    anchors = Anchors(pool, keys_pool, schema_of(settings.partner, service.name))
    erasures = frozenset(operation.name for operation in service.kept.values())
    audit = AnchoredAudit(PostgresAudit(pool), anchors, erasures)
    command_service = CommandService(service, repository, settings.partner, partners, audit, metrics, clock)
    http = await stack.enter_async_context(httpx2.AsyncClient())
    await command_service.learned.recall(repository, service.learns)
    for one in service.learns:
        command_service.learned.compare_zones(one, faults)
    authentication = _authentication(settings, command_service, pool, http)
    claim = partial(claim_keys, service, store, keys)
    loops: list[Work] = [
        *sweeping,
        lambda: anchors.forever(faults),
        lambda: forever("strangers", authentication.strangers.write, faults, every=WRITE_SECONDS),
        lambda: forever("clock-look", clock.look, faults, every=LOOK_SECONDS),
        lambda: forever("claim-keys", claim, faults, every=CLAIM_SECONDS),
    ]
    foundation = Foundation(settings, command_service, authentication, store, clock, faults)
    return foundation, Part(checks=_checks_of(store, keys_pool), loops=loops)


def _authentication(
    settings: Settings, command_service: CommandService, pool: Pool, http: httpx2.AsyncClient
) -> Authentication:
    service, clock = command_service.service, command_service.clock
    return Authentication(
        settings.partner,
        source_of(settings.partner, service.name),
        service.permissions,
        Issuer(
            settings.issuer,
            http,
            service.roles.known,
            access=settings.access_token_types.split(),
            programme=settings.programme,
        ),
        command_service.audit,
        Sessions(pool, clock),
        strength=Strength(service.roles.strong, tuple(settings.acr_values.split())),
        clock=clock,
    )


async def open_databases(service: Service, settings: Settings, stack: AsyncExitStack) -> tuple[Pool, Pool]:
    """Opens the databases of the store and of the keys; checks that they are the right ones, safe and up to date."""
    schema, keys_schema = schema_of(settings.partner, service.name), keys_schema_of(settings.partner)
    with naming("BANEN_DATABASE_URL"):
        pool = await _pool("BANEN_DATABASE_URL", settings.database_url, schema, stack)
        await refuse_foreign_schema(pool, schema)
    await refuse_unsafe(pool)
    await refuse_wrong_schema(pool, schema, migrations(service.sql))
    with naming("BANEN_KEYS_URL"):
        keys_pool = await _pool("BANEN_KEYS_URL", settings.keys_url, keys_schema, stack)
        await refuse_wrong_keys(keys_pool, keys_schema)
    await refuse_unsafe(keys_pool)
    await refuse_recycling(keys_pool)
    return pool, keys_pool


async def open_events(settings: Settings, pool: Pool, schema: str, stack: AsyncExitStack) -> ServiceStore:
    """Opens the event store: PostgreSQL, unless `BANEN_STORE_URL` names another.

    Raises `SettingsInvalid` or `StoreUnavailable`.
    """
    if settings.store_url is None:
        with naming("BANEN_DATABASE_URL"):
            await refuse_elsewhere(pool)
        return PostgresStore(pool)
    try:
        # Imported only where it is used: it is an extra, and takes a tenth of a second.
        from banen_kit.eventstore.kurrentdb import open_kurrentdb
    except ImportError as error:
        raise SettingsInvalid("BANEN_STORE_URL needs the extra banen-kit[kurrentdb]") from error
    with naming("BANEN_STORE_URL"):
        url = settings.store_url.get_secret_value()
        store = await open_kurrentdb(url, pool, schema, waits_for("BANEN_STORE_URL"))
    stack.push_async_callback(store.close)
    return store


@contextmanager
def naming(setting: str) -> Generator[None]:
    """Adds the name of the setting to an error about a database."""
    try:
        yield
    except StoreRefusesToStart as error:
        raise SettingsInvalid(f"{setting}: {error}") from error
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{setting}: {error}") from error


def waits_for(setting: str) -> Callable[[str], None]:
    return lambda reason: log.warning("%s: waiting: %s", setting, reason)


async def _pool(setting: str, url: SecretStr, schema: str, stack: AsyncExitStack) -> Pool:
    pool = await when_reachable(url.get_secret_value(), schema, waits_for(setting))
    stack.push_async_callback(pool.close)
    return pool


def _checks_of(store: ServiceStore, keys_pool: Pool) -> dict[str, Check]:
    """The readiness checks of both databases."""

    async def database() -> None:
        await refuse_read_only(store.pool)
        await store.horizon()

    async def keys() -> None:
        await refuse_read_only(keys_pool)

    return {"database": database, "keys": keys}


async def reapplied(repository: EventRepository[Any], hasty: PostgresKeys, faults: Faults) -> list[Work]:
    """Repeats recorded erasures; returns a loop that continues if old copies of keys are still on disk.

    The keys are overwritten when this returns. Raises `StoreUnavailable`.
    """
    try:
        await reapply_erasures(repository.store, repository.serializer, hasty)
    except NotDestroyed as error:
        faults.raise_(SWEEP, str(error))
    else:
        return []
    loop = Loop(SWEEP, faults)

    async def sweep() -> None:
        await reapply_erasures(repository.store, repository.serializer, repository.keys)
        loop.got_through()
        await asyncio.Event().wait()

    return [lambda: loop.forever(sweep)]
