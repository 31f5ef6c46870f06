"""A partner's intake whose events move between PostgreSQL and the stand-in for KurrentDB."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from nats.aio.client import Client
from prometheus_client import CollectorRegistry

from banen_contracts.base import ErasureReason
from banen_contracts.roles import Role
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.command_handler import Answer
from banen_kit.application.command_service import CommandService
from banen_kit.application.request import Request
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.faults import Faults
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.kurrentdb import open_kurrentdb
from banen_kit.eventstore.port import ServiceStore
from banen_kit.eventstore.postgres import open_store
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.outbox_relay import Relay
from banen_kit.postgres.connection import connect
from banen_kit.runtime.provision import provision_store
from banen_kit.runtime.store_copy import Addresses, Copied, copy_store
from support.definition import learned
from support.kurrentdb.server import StandIn
from support.servers import PASSWORD, Database
from support.waiting import eventually

SCHEMA = "uaf_intake"
STAFF = Principal("somebody", "uaf", frozenset(Role))
NAME = "Synthetica Voorbeeld"
POSTGRES, KURRENTDB = "postgresql", "kurrentdb"
OTHER = {POSTGRES: KURRENTDB, KURRENTDB: POSTGRES}


@dataclass
class Office:
    """Intake, while it runs."""

    store: ServiceStore
    keys: MemoryKeys
    command_service: CommandService = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics.create(CollectorRegistry())
        repository: EventRepository[Any] = EventRepository(
            self.store, EventSerializer(INTAKE.events), self.keys
        )
        audit = MemoryAudit(self.clock)
        self.command_service = CommandService(
            INTAKE, repository, "uaf", frozenset({"uaf"}), audit, self.metrics, self.clock, learned()
        )

    def clock(self) -> datetime:
        return datetime.now(UTC)

    async def give(self, ref: str, command: str, key: UUID | None = None, **body: Any) -> Answer:
        operation = next(one for one in INTAKE.commands if one.name == command)
        return await self.command_service.execute(Request(operation, STAFF, ref, body, key or uuid4()))

    async def contact(self, ref: str | None = None, key: UUID | None = None, name: str = NAME) -> Answer:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "conversation"}
        return await self.give(ref or str(uuid4()), "record-contact", key, **said, name=name)

    async def candidate(self, ref: str, contact: str) -> None:
        registered: dict[str, Any] = {"occurredOn": "2026-01-31", "educationBand": "low"}
        await self.give(ref, "register-candidate", **registered, contactRef=contact, name=NAME)

    async def erase(self, ref: str) -> None:
        reason = ErasureReason.REQUEST.value
        await self.give(ref, "erase-candidate", occurredOn="2026-01-31", reason=reason)

    async def publish(self, client: Client) -> None:
        """All that waits, as its relay does."""
        serializer = self.command_service.repository.serializer
        relay = Relay(self.command_service.publisher, serializer, self.store, client, Faults(self.metrics))
        async with relay.ownership() as connection:
            await relay.step(connection)


@dataclass
class House:
    """What stays while intake is stopped."""

    database: Database
    standin: StandIn
    keys: MemoryKeys = field(default_factory=MemoryKeys)

    @asynccontextmanager
    async def runs(self, where: str) -> AsyncGenerator[Office]:
        """Raises `StoreRefusesToStart` if its events are not there."""
        url = self.database.server.url(user=SCHEMA, password=PASSWORD)
        if where == POSTGRES:
            store = await open_store(url, SCHEMA, packages=INTAKE.sql)
            try:
                yield Office(store, self.keys)
            finally:
                await store.pool.close()
            return
        pool = await connect(url, SCHEMA)
        try:
            store = await open_kurrentdb(self.standin.url, pool, SCHEMA, lambda _: None)
            try:
                yield Office(store, self.keys)
            finally:
                await store.close()
        finally:
            await pool.close()

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.database.owner_url, self.standin.url)

    async def copy(self, to: str, told: Callable[[int], None] = lambda _: None) -> Copied:
        await self.gone()
        return await copy_store("uaf", INTAKE, self.addresses, told, to_kurrentdb=to == KURRENTDB)

    async def gone(self) -> None:
        """Whoever has just closed a connection is there for another moment."""
        async with self.owner() as owner:
            query = "select not exists (select from pg_stat_activity where usename = $1)"
            await eventually(lambda: owner.fetchval(query, SCHEMA))

    async def left(self) -> None:
        """The server takes a moment to notice that a process that copied is gone."""
        async with self.owner() as owner:
            query = "select not exists (select from pg_stat_activity where application_name = $1)"
            await eventually(lambda: owner.fetchval(query, SCHEMA))

    @asynccontextmanager
    async def owner(self) -> AsyncGenerator[asyncpg.Connection]:
        owner = await asyncpg.connect(self.database.owner_url, server_settings={"search_path": SCHEMA})
        try:
            yield owner
        finally:
            await owner.close()

    async def ask(self, query: str) -> Any:
        async with self.owner() as owner:
            return await owner.fetchval(query)


@asynccontextmanager
async def house(database: Database) -> AsyncGenerator[House]:
    standin = StandIn()
    await standin.start()
    made = House(database, standin)
    async with made.owner() as owner:
        await owner.execute(f"create role {SCHEMA} login password '{PASSWORD}'")
        await provision_store(owner, "uaf", INTAKE)
    yield made
    await made.gone()
    async with made.owner() as owner:
        await owner.execute(f"drop schema {SCHEMA} cascade; drop owned by {SCHEMA}; drop role {SCHEMA}")
    await standin.stop()
