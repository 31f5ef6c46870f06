"""Creates databases, roles and schemas of all partners on the servers of one folder; each partner has its own database."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from banen_cli.installed import services
from banen_kit.application.definition import Service
from banen_kit.messaging.topology import Partner
from banen_kit.runtime.provision import provision_keys, provision_store
from banen_kit.runtime.settings import schema_of
from banen_local.cluster.folder import secret
from banen_local.cluster.postgres import Postgres
from banen_local.cluster.supervisor import together

Provision = Callable[[Any, str, Service], Awaitable[list[str]]]
FORMER = "banen"
"""The shared database that older folders have for all partners."""


def database_of(partner: str) -> str:
    """The name of a partner's database in both clusters."""
    return f"banen_{partner}".replace("-", "_")


async def prepare(database: Postgres, keys: Postgres, partners: Sequence[Partner], folder: Path) -> None:
    """Creates or updates a role and a schema per service of each partner, and a schema of keys per partner."""
    await together(
        _prepare(server, partners, folder, provision)
        for server, provision in ((database, provision_store), (keys, provision_keys))
    )


async def _prepare(server: Postgres, partners: Sequence[Partner], folder: Path, provision: Provision) -> None:
    installed = services()
    await make_databases(server, [partner.id for partner in partners])
    for partner in partners:
        owner = await asyncpg.connect(server.url(database_of(partner.id)), ssl=False)
        try:
            for service in partner.services:
                role = schema_of(partner.id, service)
                if not await owner.fetchval("select 1 from pg_roles where rolname = $1", role):
                    password = secret(folder / "secrets" / role)
                    await owner.execute(f"create role \"{role}\" login password '{password}'")
                await provision(owner, partner.id, installed[service])
        finally:
            await owner.close()


async def make_databases(server: Postgres, partners: Sequence[str]) -> None:
    """Creates one per partner. If an older folder has a shared one, each gets a copy with only its own schemas."""
    admin = await asyncpg.connect(server.url(), ssl=False)
    try:
        there = {row["datname"] for row in await admin.fetch("select datname from pg_database")}
        former = FORMER in there
        for partner in partners:
            name = database_of(partner)
            if name not in there:
                copied = f" template {FORMER} strategy file_copy" if former else ""
                await admin.execute(f"create database {name}{copied}")
            if former:
                await _drop_foreign(server, partner)
        if former:
            await admin.execute(f"drop database {FORMER}")
    finally:
        await admin.close()


async def _drop_foreign(server: Postgres, partner: str) -> None:
    owner = await asyncpg.connect(server.url(database_of(partner)), ssl=False)
    try:
        schemas = await owner.fetch(
            "select quote_ident(nspname) as name from pg_namespace"
            " where nspname <> all ('{public, information_schema}') and not starts_with(nspname, 'pg_')"
            " and not starts_with(nspname, $1)",
            schema_of(partner, ""),
        )
        for row in schemas:
            await owner.execute(f"drop schema {row['name']} cascade")
    finally:
        await owner.close()
