"""Brings schemas, indexes and rights of one service up to date in both clusters, as their owner.

Can be run again without effect. All raise `StoreRefusesToStart` if a newer version has migrated the schema, or if the
owner is not a superuser.
"""

import re

from banen_kit.application.definition import Service
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.confine import confine_database, confine_role
from banen_kit.postgres.connection import (
    Connection,
    grant_anchors,
    grant_keys,
    grant_store,
    migrate,
    migrations,
)
from banen_kit.privacy.held import asked_types
from banen_kit.runtime.settings import keys_schema_of, schema_of

INDEX = "events_asked"


async def provision_store(owner: Connection, partner: str, service: Service) -> list[str]:
    """The event store of one service. The role with its name must exist. Returns the migrations that ran."""
    schema = schema_of(partner, service.name)
    done = await migrate(owner, schema, migrations(service.sql))
    await index_types(owner, schema, asked_types(service))
    await confine_database(owner)
    await confine_role(owner, schema)
    await grant_store(owner, schema, schema)
    return done


async def provision_keys(owner: Connection, partner: str, service: Service) -> list[str]:
    """The keys of a partner's persons, for the role of one of its services. Returns the migrations that ran."""
    schema, role = keys_schema_of(partner), schema_of(partner, service.name)
    done = await migrate(owner, schema, migrations(["banen_kit"], "keys_sql"))
    await confine_database(owner)
    await confine_role(owner, role)
    await grant_keys(owner, schema, role, links=bool(EventSerializer(service.events).linking))
    await grant_anchors(owner, schema, role)
    return done


async def index_types(owner: Connection, schema: str, types: list[str]) -> None:
    """Creates a partial index on these event types, by position, so other events cost nothing more."""
    kept = await owner.fetchval("select pg_get_indexdef(to_regclass($1))", f'"{schema}".{INDEX}')
    if kept is not None and set(re.findall(r"'([a-z-]+)'::text", kept)) == set(types):
        return
    async with owner.transaction():
        await owner.execute(f'drop index if exists "{schema}".{INDEX}')
        if types:
            some = ", ".join(f"'{name}'" for name in types)
            await owner.execute(
                f'create index {INDEX} on "{schema}".events (type, position) where type in ({some})'
            )
