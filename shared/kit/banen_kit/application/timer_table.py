"""The table of timers in a service's own schema (`sql/011-timers.sql`): what is due when, and how far the store was folded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias

from banen_kit.eventstore.port import ServiceStore, StoredRecord
from banen_kit.postgres.connection import Connection, Pool, reachable

Key: TypeAlias = tuple[str, str]
"""Name of the timer, and reference of the stream."""
Folded: TypeAlias = Mapping[Key, tuple[date | None, int]]
"""For each key the day on which it is due, and the stream's version at the last event that was folded."""

LOOK = """
select p.position, p.event_id, p.names = $1 and p.rows = (select count(*) from timers) as sound from timer_progress p
"""
BEGIN = """
insert into timer_progress (names, position, rows) values ($1, 0, 0)
on conflict (only_row) do update set names = $1, position = 0, event_id = null, rows = 0
"""
# One lookup per key: a cached plan, made while the table was empty, would read all rows.
KNOWN = """
select t.name, t.ref, t.due_on from unnest($1::text[], $2::text[]) as asked (name, ref) cross join lateral
  (select * from timers where name = asked.name and ref = asked.ref offset 0) t
"""
SET = """
insert into timers (name, ref, due_on, version) select * from unnest($1::text[], $2::text[], $3::date[], $4::bigint[])
on conflict (name, ref) do update set due_on = excluded.due_on, version = excluded.version, tried = false
"""
UNSET = "delete from timers where (name, ref) in (select * from unnest($1::text[], $2::text[]))"
DUE = """
select name, ref, due_on, version from timers
 where not tried and due_on <= $1 and (due_on, name, ref) > ($2, $3, $4) order by due_on, name, ref limit $5
"""
WAITING = """
select name, ref, due_on, version from timers
 where not tried and name = any ($1) and due_on <= $2 order by due_on, name, ref limit $3
"""
COUNT = """
select name, count(*) filter (where due_on > $1) as waiting, count(*) filter (where due_on <= $1) as overdue
  from timers where not tried group by name
"""


class DueTimer(NamedTuple):
    """A timer that was not tried since the last event of its stream."""

    name: str
    ref: str
    due_on: date
    version: int


BEFORE_ALL = DueTimer("", "", date.min, 0)


@dataclass(frozen=True)
class TimerTable:
    """All methods raise `StoreUnavailable`."""

    store: ServiceStore

    @property
    def pool(self) -> Pool:
        return self.store.pool

    async def position(self, names: Sequence[str]) -> int:
        """Returns how far the store was folded by these timers.

        If it was folded by others, if rows are missing, or if the store is not the one that was folded (after a restore),
        it empties the table and returns 0.
        """
        async with reachable():
            row = await self.pool.fetchrow(LOOK, names)
        if row is not None and row["sound"]:
            position: int = row["position"]
            if position == 0 or await self.store.holds(position, row["event_id"]):
                return position
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            await connection.execute(BEGIN, names)  # first: it waits for whoever folds just now
            await connection.execute("delete from timers")
        return 0

    async def advance(
        self,
        after: int,
        last: StoredRecord,
        keys: Sequence[Key],
        fold: Callable[[Mapping[Key, date]], Folded],
    ) -> bool:
        """Folds the batch after a position that ends with `last`, in one transaction.

        `fold` gets the days on which these keys were due so far. Returns False if another process folded meanwhile.
        """
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval("select position from timer_progress for update") != after:
                return False
            known = await _known(connection, keys)
            folded = fold(known)
            await _save(connection, folded)
            due = {key for key, (due_on, _) in folded.items() if due_on is not None}
            grown = len(due - known.keys()) - len((known.keys() & folded.keys()) - due)
            await connection.execute(
                "update timer_progress set position = $1, event_id = $2, rows = rows + $3",
                last.position,
                last.id,
                grown,
            )
        return True

    async def due(self, today: date, after: DueTimer, limit: int) -> list[DueTimer]:
        """Returns what is due and was not tried, after another, in order of day, name and reference."""
        async with reachable():
            rows = await self.pool.fetch(DUE, today, after.due_on, after.name, after.ref, limit)
        return [DueTimer(*row) for row in rows]

    async def waiting(self, names: Sequence[str], until: date, limit: int) -> list[DueTimer]:
        """Returns what was not tried and is due by a day, in order of day, name and reference."""
        async with reachable():
            rows = await self.pool.fetch(WAITING, names, until, limit)
        return [DueTimer(*row) for row in rows]

    async def note_tried(self, timer: DueTimer) -> None:
        """It is not tried again, unless another event of its stream is folded."""
        async with reachable():
            await self.pool.execute(
                "update timers set tried = true where name = $1 and ref = $2 and version = $3",
                timer.name,
                timer.ref,
                timer.version,
            )

    async def count(self, today: date) -> dict[str, tuple[int, int]]:
        """Returns by name how many wait for a later day, and how many are due."""
        async with reachable():
            rows = await self.pool.fetch(COUNT, today)
        return {row["name"]: (row["waiting"], row["overdue"]) for row in rows}


async def _known(connection: Connection, keys: Sequence[Key]) -> dict[Key, date]:
    if not keys:
        return {}
    rows = await connection.fetch(KNOWN, [name for name, _ in keys], [ref for _, ref in keys])
    return {(row["name"], row["ref"]): row["due_on"] for row in rows}


async def _save(connection: Connection, folded: Folded) -> None:
    kept = [(*key, due_on, version) for key, (due_on, version) in folded.items() if due_on is not None]
    gone = [key for key, (due_on, _) in folded.items() if due_on is None]
    if kept:
        await connection.execute(SET, *map(list, zip(*kept, strict=True)))
    if gone:
        await connection.execute(UNSET, *map(list, zip(*gone, strict=True)))
