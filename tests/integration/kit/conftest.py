"""A cluster of persons' keys beside that of the stores, as everywhere, with a role like that of a service."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

import asyncpg
import pytest

from banen_kit.postgres.confine import confine_database
from banen_kit.postgres.connection import Pool, connect, grant_keys, migrate, migrations
from banen_local.cluster.postgres import Postgres

ROLE = "keys-user"
PASSWORD = "only-for-tests"
SCHEMA = "uaf_keys"


@pytest.fixture(scope="session")
def keys_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("keys") / "postgres", settings={"wal_recycle": "off"})

    async def prepare() -> None:
        await server.start()
        owner = await asyncpg.connect(server.url())
        await owner.execute(f"create role \"{ROLE}\" login password '{PASSWORD}'")
        await confine_database(owner)
        await owner.close()

    asyncio.run(prepare())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def keys_owner(keys_cluster: Postgres) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(keys_cluster.url(), server_settings={"search_path": SCHEMA})
    await migrate(connection, SCHEMA, migrations(["banen_kit"], "keys_sql"))
    await grant_keys(connection, SCHEMA, ROLE, links=True)
    yield connection
    await connection.execute(f"drop schema {SCHEMA} cascade")
    await connection.close()


@pytest.fixture
async def keys_pool(keys_cluster: Postgres, keys_owner: asyncpg.Connection) -> AsyncGenerator[Pool]:
    """Persons' keys of one partner, through a service's role."""
    pool = await connect(keys_cluster.url(user=ROLE, password=PASSWORD), SCHEMA)
    yield pool
    await pool.close()
