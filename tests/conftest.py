"""Real servers for the tests: PostgreSQL and NATS from the wheels, on free loopback ports, in temporary folders."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from nats.aio.client import Client

from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.messaging.jetstream import connected
from banen_kit.postgres.confine import confine_database
from banen_kit.postgres.connection import connect, grant_store, migrate, migrations
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres

pytest.register_assert_rewrite("banen_kit.testing")

ROLE = "service"
PASSWORD = "only-for-tests"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """A server with a role like that of a service."""

    server: Postgres

    @property
    def owner_url(self) -> str:
        return self.server.url()

    @property
    def service_url(self) -> str:
        return self.server.url(user=ROLE, password=PASSWORD)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    server = Postgres(tmp_path_factory.mktemp("pg") / "postgres", settings={"max_connections": "200"})

    async def prepare() -> None:
        await server.start()
        owner = await asyncpg.connect(server.url())
        await owner.execute(f"create role {ROLE} login password '{PASSWORD}'")
        await confine_database(owner)
        await owner.execute(f"grant connect on database postgres to {ROLE}")
        await owner.close()

    asyncio.run(prepare())
    yield Database(server)
    asyncio.run(server.stop())


@pytest.fixture
def new_schema(database: Database) -> Callable[..., Awaitable[str]]:
    """Makes a migrated schema with a name of its own; by default an event store."""

    async def make(*packages: str) -> str:
        schema = f"t{next(_numbers)}"
        owner = await asyncpg.connect(database.owner_url)
        try:
            await migrate(owner, schema, migrations(packages or ["banen_kit"]))
            await grant_store(owner, schema, ROLE)
        finally:
            await owner.close()
        return schema

    return make


@pytest.fixture
async def store(
    database: Database, new_schema: Callable[..., Awaitable[str]]
) -> AsyncIterator[PostgresStore]:
    """An event store in PostgreSQL, used through a service's role."""
    pool = await connect(database.service_url, await new_schema())
    yield PostgresStore(pool)
    await pool.close()


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[Nats]:
    """A bus of its own, empty."""
    server = Nats(tmp_path / "nats", max_file_store=16 * 2**30)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def bus(nats: Nats) -> AsyncIterator[Client]:
    async with connected(nats.url, "test") as client:
        yield client
