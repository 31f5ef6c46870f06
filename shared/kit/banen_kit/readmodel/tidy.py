"""Deletes the rows of erased persons wherever they were erased, and takes what was deleted off the disk."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from banen_kit.application.read_model import ReadModel
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults, Loop
from banen_kit.crypto.keys import Keys
from banen_kit.eventstore.port import BATCH
from banen_kit.postgres.connection import reachable
from banen_kit.postgres.rewriting import rewrite
from banen_kit.readmodel.table import ListTables

EVERY_SECONDS = 3600.0
LOCK_MILLISECONDS = 1000
"""How long a rewrite waits for readers of a table; later readers wait behind it."""


class NotSwept(StoreUnavailable):
    """Old versions of deleted rows are still on the disk. It is tried again."""


@dataclass(frozen=True)
class Tidy:
    """What an erasure leaves to be done in the lists of one service."""

    tables: ListTables
    keys: Keys

    async def run_forever(self, faults: Faults) -> NoReturn:
        await Loop("lists-tidy", faults, tolerance=EVERY_SECONDS, still_ready=True).forever(
            self.once, every=EVERY_SECONDS
        )

    async def once(self) -> None:
        """Raises `NotSwept`, `StoreUnavailable`."""
        for model in self.tables.models:
            if model.personal:
                await self._forget_erased(model)
        async with reachable():
            query = "select max(deleted_at) from list_progress"
            deleted_at: datetime | None = await self.tables.pool.fetchval(query)
        if deleted_at is not None:
            await self._sweep(deleted_at)

    async def _forget_erased(self, model: ReadModel) -> None:
        """Another service of the partner may have erased somebody: then only the key is gone."""
        after, pool = (0, ""), self.tables.pool
        query = (
            f"select generation, ref from {model.table} where (generation, ref) > ($1, $2)"
            " order by generation, ref limit $3"
        )
        while True:
            async with reachable():
                rows = await pool.fetch(query, *after, BATCH)
            if not rows:
                return
            after = tuple(rows[-1])
            gone = await self.keys.erased_among({row["ref"] for row in rows})
            if gone:
                await self._delete(model, gone)

    async def _delete(self, model: ReadModel, gone: frozenset[str]) -> None:
        async with reachable(), self.tables.pool.acquire() as connection, connection.transaction():
            for row in await connection.fetch("select generation from list_progress for update"):
                await self.tables.delete(connection, row["generation"], model, gone)
            await connection.execute("update list_progress set deleted_at = clock_timestamp()")

    async def _sweep(self, deleted_at: datetime) -> None:
        async with reachable(), self.tables.pool.acquire() as connection:
            await connection.execute(f"set lock_timeout = {LOCK_MILLISECONDS}")
            try:
                tables = [*(model.table for model in self.tables.models), "list_tokens"]
                left = [await rewrite(connection, table) for table in tables]
            finally:
                await connection.execute("reset lock_timeout")
            if any(one != 0 for one in left):
                raise NotSwept(
                    "Old versions of rows of the lists are still on the disk: something reads them."
                )
            # What was deleted meanwhile has a later time, and waits for the next sweep.
            query = "update list_progress set deleted_at = null where deleted_at <= $1"
            await connection.execute(query, deleted_at)
