"""Real servers for the tests: PostgreSQL and NATS from the wheels, on free loopback ports, in temporary folders."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from nats.aio.client import Client

from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.messaging.jetstream import connected
from banen_kit.postgres.confine import confine_database
from banen_kit.postgres.connection import Pool, connect, grant_keys, migrate, migrations
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres
from support.schemas import WATCH, Schemas

ROLE = "service"
PASSWORD = "only-for-tests"
KEYS_ROLE = "keys-user"
KEYS_SCHEMA = "uaf_keys"


@dataclass(frozen=True)
class Database:
    """A server with a role like that of a service."""

    server: Postgres
    schemas: Schemas

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
        await owner.execute(WATCH)
        await owner.close()

    asyncio.run(prepare())
    yield Database(server, Schemas(server.url(), ROLE))
    asyncio.run(server.stop())


@pytest.fixture
async def new_schema(database: Database) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Gives a migrated schema of a test's own; by default an event store."""
    yield database.schemas.take
    await database.schemas.give_back()


@pytest.fixture
async def store(
    database: Database, new_schema: Callable[..., Awaitable[str]]
) -> AsyncIterator[PostgresStore]:
    """An event store in PostgreSQL, used through a service's role."""
    pool = await connect(database.service_url, await new_schema())
    yield PostgresStore(pool)
    await pool.close()


@pytest.fixture(scope="session")
def keys_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("keys") / "postgres", settings={"wal_recycle": "off"})

    async def prepare() -> None:
        await server.start()
        owner = await asyncpg.connect(server.url())
        await owner.execute(f"create role \"{KEYS_ROLE}\" login password '{PASSWORD}'")
        await confine_database(owner)
        await owner.close()

    asyncio.run(prepare())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def keys_owner(keys_cluster: Postgres) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(keys_cluster.url(), server_settings={"search_path": KEYS_SCHEMA})
    await migrate(connection, KEYS_SCHEMA, migrations(["banen_kit"], "keys_sql"))
    await grant_keys(connection, KEYS_SCHEMA, KEYS_ROLE, links=True)
    yield connection
    await connection.execute(f"drop schema {KEYS_SCHEMA} cascade")
    await connection.close()


@pytest.fixture
async def keys_pool(keys_cluster: Postgres, keys_owner: asyncpg.Connection) -> AsyncGenerator[Pool]:
    """Persons' keys of one partner, through a service's role."""
    pool = await connect(keys_cluster.url(user=KEYS_ROLE, password=PASSWORD), KEYS_SCHEMA)
    yield pool
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
