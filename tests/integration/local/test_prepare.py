"""A database for each partner; a folder of before, with one for all, is brought there with all that it holds."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from banen_intake.service import SERVICE as INTAKE
from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.messaging.topology import Partner, read_partners
from banen_kit.postgres.connection import connect
from banen_kit.runtime.provision import provision_keys, provision_store
from banen_local.cluster.folder import secret
from banen_local.cluster.postgres import Postgres
from banen_local.cluster.prepare import FORMER, database_of, prepare

TOML = (
    '[bureau]\nservices = ["reporting"]\n[uaf]\nservices = ["intake"]\n[goed-werk]\nservices = ["intake"]\n'
)
ROLES = {"uaf": "uaf_intake", "goed-werk": "goed_werk_intake"}


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncGenerator[tuple[Postgres, Postgres]]:
    (tmp_path / "secrets").mkdir()
    found = Postgres(tmp_path / "postgres"), Postgres(tmp_path / "keys", settings={"wal_recycle": "off"})
    for server in found:
        await server.start()
    yield found
    for server in found:
        await server.stop()


@pytest.fixture
def partners(tmp_path: Path) -> Sequence[Partner]:
    (tmp_path / "partners.toml").write_text(TOML)
    return read_partners(tmp_path / "partners.toml")


async def append(server: Postgres, database: str, schema: str, name: str) -> None:
    pool = await connect(server.url(database), schema)
    event = NewEvent(UUID(int=len(name)), "thing-done", 1, "{}")
    await PostgresStore(pool).append(Append(name, (event,), None, "{}"))
    await pool.close()


async def schemas(server: Postgres, database: str) -> set[str]:
    owner = await asyncpg.connect(server.url(database))
    rows = await owner.fetch("select nspname from pg_namespace where nspname !~ '^(pg_|information|public)'")
    await owner.close()
    return {row["nspname"] for row in rows}


async def databases(server: Postgres) -> set[str]:
    admin = await asyncpg.connect(server.url())
    rows = await admin.fetch("select datname from pg_database where not datistemplate")
    await admin.close()
    return {row["datname"] for row in rows}


NEW = {"postgres", "banen_bureau", "banen_uaf", "banen_goed_werk"}


async def test_each_partner_has_a_database_that_others_do_not_get_into(
    servers: tuple[Postgres, Postgres], partners: Sequence[Partner], tmp_path: Path
):
    for _ in range(2):  # doing it again changes nothing
        await prepare(*servers, partners, tmp_path)
    for server in servers:
        assert await databases(server) == NEW
        for partner, role in ROLES.items():
            login = {"user": role, "password": secret(tmp_path / "secrets" / role)}
            for other in ROLES:
                if other == partner:
                    await (await asyncpg.connect(server.url(database_of(other), **login))).close()
                else:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await asyncpg.connect(server.url(database_of(other), **login))


async def test_what_stood_in_one_database_is_kept_in_those_of_its_partners(
    servers: tuple[Postgres, Postgres], partners: Sequence[Partner], tmp_path: Path
):
    stores, keys = servers
    for server, provision in ((stores, provision_store), (keys, provision_keys)):
        admin = await asyncpg.connect(server.url())
        await admin.execute(f"create database {FORMER}")
        owner = await asyncpg.connect(server.url(FORMER))
        for partner, role in ROLES.items():
            password = secret(tmp_path / "secrets" / role)
            await owner.execute(f"create role {role} login password '{password}'")
            await provision(owner, partner, INTAKE)
        await owner.close()
        await admin.close()
    for role in ROLES.values():
        await append(stores, FORMER, role, f"{role}-1")

    await prepare(stores, keys, partners, tmp_path)
    for server in servers:
        assert await databases(server) == NEW
    for partner, role in ROLES.items():
        assert await schemas(stores, database_of(partner)) == {role}
        await append(stores, database_of(partner), role, f"{role}-12")
        pool = await connect(stores.url(database_of(partner)), role)
        assert [event.stream for event in await PostgresStore(pool).read_all(0, 10)] == [
            f"{role}-1",
            f"{role}-12",
        ]
        await pool.close()
        assert await schemas(keys, database_of(partner)) == {f"{role.removesuffix('_intake')}_keys"}
