"""Finds streams for a store that cannot search: an index in the service's PostgreSQL, made by folding the store's events.

It is brought up to date before each question, so it never misses an event; and made anew if the store is not the one that
was folded.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from banen_kit.eventstore.kurrentdb_records import Kept
from banen_kit.eventstore.port import BATCH
from banen_kit.postgres.connection import Pool, reachable

LOOK = "select position, event_id from stream_index_progress"
MARK = "insert into stream_index_progress (position) values (0) on conflict do nothing"
"""From now on the events of this service are elsewhere."""
BEGIN = "update stream_index_progress set position = 0, event_id = null"
SAVE = """
with moved as (
  update stream_index_progress set position = $1, event_id = $2 where position = $3 returning true
), found as (
  insert into stream_index (stream, recorded_at, last_type)
  select new.* from moved, unnest($4::text[], $5::timestamptz[], $6::text[]) as new
  on conflict (stream) do update set recorded_at = excluded.recorded_at, last_type = excluded.last_type
), referred as (
  insert into stream_index_references (ref, stream)
  select new.* from moved, unnest($7::uuid[], $8::text[]) as new on conflict do nothing
)
select true from moved
"""
CONCERNING = (
    "select stream from stream_index where stream = any ($2)"
    " union select stream from stream_index_references where ref = any ($1)"
)
QUIET = (
    "select stream from stream_index where starts_with(stream, $1 || '-') and stream > $4"
    " and recorded_at < $2 and not last_type = any ($3) order by stream limit $5"
)


@dataclass(frozen=True)
class StreamIndex:
    """All methods raise `StoreUnavailable`. `read` gives what the store holds after a position, `holds` as the port says."""

    pool: Pool
    read: Callable[[int, int], Awaitable[Sequence[Kept]]]
    holds: Callable[[int, UUID], Awaitable[bool]]

    async def concerning(self, refs: Sequence[UUID], streams: Sequence[str]) -> list[str]:
        await self._follow()
        async with reachable():
            rows = await self.pool.fetch(CONCERNING, list(refs), list(streams))
        return sorted(row["stream"] for row in rows)

    async def quiet(
        self, category: str, before: datetime, ended: Sequence[str], after: str, limit: int
    ) -> list[str]:
        await self._follow()
        async with reachable():
            rows = await self.pool.fetch(QUIET, category, before, list(ended), after, limit)
        return [row["stream"] for row in rows]

    async def _follow(self) -> None:
        after = await self._position()
        while some := await self.read(after, BATCH):
            is_moved = await self._save(after, some)
            after = some[-1].record.position if is_moved else await self._position()

    async def mark(self) -> None:
        async with reachable():
            await self.pool.execute(MARK)

    async def _position(self) -> int:
        async with reachable():
            row = await self.pool.fetchrow(LOOK)
        assert row is not None, "mark first"
        if row["position"] == 0 or await self.holds(*row):
            return row["position"]
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            await connection.execute(BEGIN)  # first: it waits for whoever folds just now
            await connection.execute("delete from stream_index")
            await connection.execute("delete from stream_index_references")
        return 0

    async def _save(self, after: int, some: Sequence[Kept]) -> bool:
        last = {kept.record.stream: kept.record for kept in some}
        pairs = sorted({(ref, kept.record.stream) for kept in some for ref in kept.refs})
        async with reachable():
            return bool(
                await self.pool.fetchval(
                    SAVE,
                    some[-1].record.position,
                    some[-1].record.id,
                    after,
                    list(last),
                    [record.recorded_at for record in last.values()],
                    [record.type for record in last.values()],
                    [ref for ref, _ in pairs],
                    [stream for _, stream in pairs],
                )
            )
