"""Removes destroyed keys from disk: from the files of their table and from the write-ahead log (WAL).

PostgreSQL keeps overwritten rows until the table is rewritten, and WAL until a later checkpoint.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.crypto.keys import NotDestroyed
from banen_kit.postgres.connection import Connection, Pool, reachable
from banen_kit.postgres.rewriting import rewrite

SWEEP_SECONDS = 30.0
"""How long to wait while something, such as a backup, keeps old copies on disk."""
PAUSE_SECONDS = 0.2
LOCK_MILLISECONDS = 200
"""How long a rewrite may wait for readers of the table: every request for a key waits behind it."""


async def refuse_recycling(cluster: Pool | Connection) -> None:
    """Raises `StoreRefusesToStart` if the cluster keeps old WAL, which would still contain destroyed keys."""
    for setting, wanted in (("wal_recycle", "off"), ("wal_keep_size", "0")):
        if await cluster.fetchval("select current_setting($1)", setting) != wanted:
            raise StoreRefusesToStart(
                f"The cluster of persons' keys must run with {setting}={wanted}; otherwise destroyed keys stay in its log."
            )


async def sweep(connection: Connection, patience: float = SWEEP_SECONDS) -> None:
    """Returns when nothing that was overwritten earlier is left on disk. Raises `NotDestroyed`."""
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
    """A rewrite copies rows that an older transaction may still see, so it is repeated until there are none."""
    await connection.execute(f"set lock_timeout = {LOCK_MILLISECONDS}")
    try:
        while True:
            if await _rewritten(connection):
                return
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await connection.execute("reset lock_timeout")


async def _rewritten(connection: Connection) -> bool:
    try:
        left = await rewrite(connection, "keys")
    except asyncpg.LockNotAvailableError:
        return False
    if left is None:
        raise NotDestroyed("PostgreSQL does not say how many old rows VACUUM FULL left.")
    return left == 0


async def _leave_log(connection: Connection) -> None:
    """Switches to a new WAL segment, and waits until a checkpoint has removed the earlier ones."""
    used = await connection.fetchval("select pg_walfile_name(pg_current_wal_insert_lsn())")
    while True:
        await connection.execute("select pg_switch_wal()")
        await connection.execute("checkpoint")
        oldest = await connection.fetchval("select oldest_segment()")
        if oldest[8:] > used[8:]:  # the first eight digits are the timeline
            return
        await asyncio.sleep(PAUSE_SECONDS)
