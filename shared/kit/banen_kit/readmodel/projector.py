"""Keeps the lists of a service up to date with its store, and makes them anew beside the live ones."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from banen_kit.application.read_model import ReadModel
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults, Loop
from banen_kit.eventstore.erasure import erased
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.repository import EventRepository, RecordedEvent
from banen_kit.postgres.connection import Connection, reachable
from banen_kit.readmodel.fold import Followed, fold, found_anew, steps_of, tokens_or_gone
from banen_kit.readmodel.rows import persons_in
from banen_kit.readmodel.table import Changes, ListTables, Progress

LIVE_BATCH, REBUILD_BATCH = 200, 4000
"""How many events are folded at once: few beside other work of the process, many where there is none."""
WAIT_SECONDS = 5.0
GATHER_SECONDS = 0.2
"""How long events are gathered before they are folded together: a fold costs about as much for one as for many."""
LISTS = "lists"


class RebuildOvertaken(StoreUnavailable):
    """Somebody else makes the lists anew."""


@dataclass(frozen=True)
class Projector:
    """Folds the store of one service into its lists. Several processes may do so."""

    tables: ListTables
    repository: EventRepository[Any]

    async def run_forever(self, faults: Faults) -> NoReturn:
        async def work() -> None:
            at = await self.catch_up()
            faults.metrics.lists_behind.set(await self.tables.store.count_after(at.position))
            faults.clear(LISTS)
            await self.repository.store.wait(at.position, WAIT_SECONDS)
            await asyncio.sleep(GATHER_SECONDS)

        await Loop(LISTS, faults, still_ready=True).forever(work)

    async def catch_up(self) -> Progress:
        """Folds all that was recorded into the live lists. Raises `CannotFold`, `StoreUnavailable`."""
        at = await self.tables.live()
        return await self._fold_all(at, LIVE_BATCH)

    async def rebuild(self, told: Callable[[int], None] = lambda _: None) -> int:
        """Makes all lists anew beside the live ones, shows them, and returns how many events were folded.

        `told` gets the position after each batch. Raises as `catch_up` does.
        """
        at = await self.tables.begin_beside()
        folded = 0
        while records := await self.repository.store.read_all(at.position, REBUILD_BATCH):
            generation, at = at.generation, await self._fold(at, records)
            if at.generation != generation:
                raise RebuildOvertaken("Another rebuild of these lists was begun; this one ends.")
            folded += len(records)
            told(at.position)
        await self.tables.show(at.generation)
        return folded

    async def _fold_all(self, at: Progress, batch: int) -> Progress:
        while records := await self.repository.store.read_all(at.position, batch):
            at = await self._fold(at, records)
        return at

    async def _fold(self, at: Progress, records: Sequence[StoredRecord]) -> Progress:
        """Folds a batch in one transaction."""
        followed = Followed.by(self.tables.models, self.repository.serializer.erasing)
        facts = [self.repository.fact(record) for record in records if followed.has(record)]
        gone = await self._erased_by(facts)
        pool = self.tables.pool
        async with reachable(), pool.acquire() as connection, connection.transaction():
            if not await self.tables.lock(connection, at):
                return await self.tables.live()  # another process folded; it goes on from there
            if gone:
                await self._forget(connection, at.generation, gone)
            for model in self.tables.models:
                changes = await self._changes(connection, at.generation, model, facts)
                changes.rows.update({ref: None for ref in gone & changes.rows.keys()})
                changes.tokens = {ref: one for ref, one in changes.tokens.items() if ref not in gone}
                await self.tables.save(connection, at.generation, model, changes)
            await self.tables.advance(connection, at.generation, records[-1])
        return Progress(at.generation, records[-1].position)

    async def _changes(
        self,
        connection: Connection,
        generation: int,
        model: ReadModel,
        facts: Sequence[RecordedEvent[Any]],
    ) -> Changes:
        steps = steps_of(model, facts)
        refs = sorted({ref for ref, _ in steps})
        known = await self.tables.rows(connection, model, generation, refs)
        rows = fold(model, steps, known)
        anew = found_anew(model, rows, known)
        if not anew:
            return Changes(rows)
        persons = set[str]().union(*(persons_in(model, row) for row in anew.values()))
        keys = await self.repository.keys.find_keys(persons)
        found, gone = tokens_or_gone(model, anew, keys, await self.repository.keys.search_key())
        return Changes({**rows, **dict.fromkeys(gone)}, found)

    async def _erased_by(self, facts: Sequence[RecordedEvent[Any]]) -> frozenset[str]:
        """Everybody whom these events erase, under every reference that this partner has for them."""
        events = [fact.event for fact in facts]
        linked = [await self.repository.keys.linked(person) for person in erased(events, alone=False)]
        return frozenset(erased(events, alone=True)).union(*linked)

    async def _forget(self, connection: Connection, generation: int, refs: frozenset[str]) -> None:
        for model in self.tables.models:
            if model.personal:
                await self.tables.delete(connection, generation, model, refs)
        query = "update list_progress set deleted_at = clock_timestamp() where generation = $1"
        await connection.execute(query, generation)
