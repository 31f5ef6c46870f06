"""Intake with its events and lists in PostgreSQL, in front of it its routes, and somebody who gives commands."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from banen_contracts.roles import Role
from banen_intake.service import SERVICE
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import Pool, connect
from banen_kit.readmodel import routes as lists
from banen_kit.readmodel.doubles import finders
from banen_kit.readmodel.projector import Projector
from banen_kit.readmodel.reader import ListReader
from banen_kit.readmodel.table import ListTables
from banen_kit.readmodel.tidy import Tidy
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from support.definition import learned
from support.servers import Database

DAY = date(2009, 1, 5)
PHONE = "+31 97 0042 4242"
NOW = datetime(2009, 2, 1, 12, tzinfo=UTC)


def ref(number: int) -> str:
    return str(UUID(int=number, version=4))


@dataclass
class Site:
    """A running intake of `uaf`; `ask` and `give` speak HTTP with it."""

    pool: Pool
    keys: MemoryKeys = field(default_factory=MemoryKeys)

    def __post_init__(self) -> None:
        self.issuer, self.audit = FakeIssuer(), MemoryAudit(lambda: NOW)
        serializer = EventSerializer[Any](SERVICE.events, SERVICE.upcasters)
        store = PostgresStore(self.pool)
        self.repository = EventRepository[Any](store, serializer, self.keys)
        metrics = Metrics.create(CollectorRegistry())
        partners = frozenset({"uaf", "emplooi", "bureau"})
        command_service = CommandService(
            SERVICE, self.repository, "uaf", partners, self.audit, metrics, lambda: NOW, learned()
        )
        self.tables = ListTables(store, SERVICE.lists)
        self.projector = Projector(self.tables, self.repository)
        command_service.doubles.update(finders(self.projector))
        self.tidy = Tidy(self.tables, self.keys)
        authentication = self.issuer.authentication(SERVICE, "uaf", self.audit)
        self.app = create_app(
            command_service,
            authentication,
            health_of(command_service),
            lists.routes(SERVICE, ListReader(self.tables, self.keys), authentication),
        )
        transport = httpx2.ASGITransport(self.app)
        self.bearer = self.issuer.bearer(SERVICE, "uaf", Role.INTAKE_WORKER)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://intake")

    async def give(self, path: str, *, role: Role = Role.INTAKE_WORKER, **body: Any) -> httpx2.Response:
        """Gives a command, which must be accepted."""
        answer = await self.try_to(path, role=role, **body)
        assert answer.status_code in (200, 201), answer.text
        return answer

    async def try_to(
        self,
        path: str,
        *,
        role: Role = Role.INTAKE_WORKER,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> httpx2.Response:
        said = {
            **self.issuer.bearer(SERVICE, "uaf", role),
            "Idempotency-Key": str(uuid4()),
            **(headers or {}),
        }
        return await self.http.post(f"/v1/{path}", json={"occurredOn": DAY.isoformat(), **body}, headers=said)

    async def register(self, number: int, name: str, **body: Any) -> str:
        candidate = ref(number)
        await self.give(f"candidates/{candidate}/register", name=name, educationBand="low", **body)
        return candidate

    async def get(
        self, path: str, *, role: Role = Role.INTAKE_WORKER, partner: str = "uaf"
    ) -> httpx2.Response:
        headers = self.issuer.bearer(SERVICE, "uaf", role, partner=partner)
        return await self.http.get(f"/v1/{path}", headers=headers)

    async def ask(self, path: str, *, role: Role = Role.INTAKE_WORKER) -> Any:
        """Asks, once the lists show all that was recorded."""
        await self.projector.catch_up()
        answer = await self.get(path, role=role)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def listed(
        self, query: str, *, of: str = "candidates", role: Role = Role.INTAKE_WORKER
    ) -> list[str]:
        """The references in the answer."""
        return [item["ref"] for item in (await self.ask(f"{of}{query}", role=role))["items"]]


@pytest.fixture
async def site(database: Database, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Site]:
    pool = await connect(database.service_url, await new_schema(*SERVICE.sql))
    site = Site(pool)
    yield site
    await site.http.aclose()
    await pool.close()
