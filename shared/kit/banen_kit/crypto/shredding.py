"""Takes destroyed keys off the disk: out of the files of their table, and out of the log.

PostgreSQL keeps what was overwritten until a table is rewritten, and the log until a checkpoint lies behind it.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.crypto.keys import NotDestroyed
from banen_kit.postgres.connection import Connection, Pool, reachable

SWEEP_SECONDS = 30.0
"""How long old copies may stand in the way, for example because a backup is under way."""
PAUSE_SECONDS = 0.2
LOCK_MILLISECONDS = 200
"""How long a rewrite may wait for whoever reads the table: all who want a key wait behind it."""
LEFT = re.compile(r"(\d+) dead row versions cannot be removed yet")


async def refuse_recycling(cluster: Pool | Connection) -> None:
    """Raises `StoreRefusesToStart` on a cluster that keeps its old log, in which destroyed keys would stand."""
    for setting, wanted in (("wal_recycle", "off"), ("wal_keep_size", "0")):
        if await cluster.fetchval("select current_setting($1)", setting) != wanted:
            raise StoreRefusesToStart(
                f"The cluster of persons' keys must run with {setting}={wanted}; otherwise destroyed keys stay in its log."
            )


async def sweep(connection: Connection, patience: float = SWEEP_SECONDS) -> None:
    """Comes back when nothing of what was overwritten before is left. Raises `NotDestroyed`."""
    try:
        async with reachable(), _within(patience):
            await _rewrite_table(connection)
            await _leave_log(connection)
    except NotDestroyed:
        raise
    except (asyncpg.PostgresError, StoreUnavailable) as error:
        raise NotDestroyed(f"PostgreSQL refuses to take destroyed keys off the disk: {error}") from error


@asynccontextmanager
async def _within(seconds: float) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise NotDestroyed(
            "Old copies of destroyed keys are still on the disk: something reads the keys, or keeps the log."
        ) from error


async def _rewrite_table(connection: Connection) -> None:
    """A row that an older transaction may still see is copied, so again until there is none."""
    await connection.execute(f"set lock_timeout = {LOCK_MILLISECONDS}")
    try:
        while True:
            if await _rewritten(connection):
                return
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await connection.execute("reset lock_timeout")


async def _rewritten(connection: Connection) -> bool:
    schema = await connection.fetchval("select current_schema()")
    told: list[int] = []

    def listen(_: object, message: Any) -> None:
        told.extend(int(found) for found in LEFT.findall(f"{message.message}\n{message.detail}"))

    connection.add_log_listener(listen)
    try:
        await connection.execute(f'vacuum (full, verbose) "{schema}".keys')
    except asyncpg.LockNotAvailableError:
        return False
    finally:
        connection.remove_log_listener(listen)
    if not told:
        raise NotDestroyed("PostgreSQL does not say how many old rows VACUUM FULL left.")
    return not any(told)


async def _leave_log(connection: Connection) -> None:
    """Begin a new segment, and wait until a checkpoint has removed those before it."""
    used = await connection.fetchval("select pg_walfile_name(pg_current_wal_insert_lsn())")
    while True:
        await connection.execute("select pg_switch_wal()")
        await connection.execute("checkpoint")
        oldest = await connection.fetchval("select oldest_segment()")
        if oldest[8:] > used[8:]:  # the first eight digits say which timeline
            return
        await asyncio.sleep(PAUSE_SECONDS)
