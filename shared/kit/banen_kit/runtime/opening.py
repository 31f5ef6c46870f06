"""Opens what a service stands on: its store and the persons' keys, each the right one, safe, and up to date."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from pydantic import SecretStr

from banen_kit.application.definition import Service
from banen_kit.core.errors import SettingsInvalid, StoreRefusesToStart, StoreUnavailable
from banen_kit.core.faults import Faults, Loop
from banen_kit.crypto.keys import NotDestroyed
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.crypto.shredding import refuse_recycling
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
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
from banen_kit.runtime.settings import Settings, keys_schema_of, schema_of
from banen_kit.web.app import Check

log = logging.getLogger(__name__)

SWEEP = "sweep"
FIRST_SWEEP_SECONDS = 1.0
"""How long a start waits for old copies of destroyed keys to leave the disk."""


async def open_databases(service: Service, settings: Settings, stack: AsyncExitStack) -> tuple[Pool, Pool]:
    """The store's and the keys', each the right one, safe, and up to date."""
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


@contextmanager
def naming(setting: str) -> Generator[None]:
    """Says which setting it is about when a database is not the right one, or is not there."""
    try:
        yield
    except StoreRefusesToStart as error:
        raise SettingsInvalid(f"{setting}: {error}") from error
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{setting}: {error}") from error


async def _pool(setting: str, url: SecretStr, schema: str, stack: AsyncExitStack) -> Pool:
    def waits(reason: str) -> None:
        log.warning("%s: waiting: %s", setting, reason)

    pool = await when_reachable(url.get_secret_value(), schema, waits)
    stack.push_async_callback(pool.close)
    return pool


def checks_of(store: PostgresStore, keys_pool: Pool) -> dict[str, Check]:
    """What readiness asks of both databases."""

    async def database() -> None:
        await refuse_read_only(store.pool)
        await store.horizon()

    async def keys() -> None:
        await refuse_read_only(keys_pool)

    return {"database": database, "keys": keys}


async def reapplied(
    repository: EventRepository[Any], hasty: PostgresKeys, faults: Faults
) -> list[Callable[[], Awaitable[None]]]:
    """Apply recorded erasures again; gives the loop that goes on where old copies of keys are still on the disk.

    The keys are overwritten when this comes back. Raises `StoreUnavailable`.
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
