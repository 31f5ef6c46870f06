"""PostgreSQL as one of the two stores of a copy. Its owner writes: no role may write events but by appending them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import asyncpg

from banen_kit.eventstore.copying import CopyRefused, Entry
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.postgres.connection import reachable

REFS = "select stream, array_agg(ref order by ref) from stream_references where stream = any ($1) group by stream"
COLUMNS = ("stream", "version", "id", "type", "schema_version", "data", "metadata", "recorded_at", "known_at")
ADD_STREAMS = """
insert into streams (stream, version, added, recorded_at, known_at)
select stream, version, 0, recorded_at, known_at
  from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[]) as u (stream, version, recorded_at, known_at)
on conflict (stream) do update
   set version = excluded.version, recorded_at = excluded.recorded_at, known_at = excluded.known_at
"""
ADD_REFS = """
insert into stream_references (ref, stream) select * from unnest($1::uuid[], $2::text[]) on conflict do nothing
"""


@dataclass(frozen=True)
class PostgresSide:
    """`store` is open as the owner of its schema."""

    store: PostgresStore
    name: ClassVar[str] = "PostgreSQL"

    async def after(self, position: int, limit: int) -> list[Entry]:
        """The first event of each stream has all references of its stream."""
        records = await self.store.read_all(position, limit)
        async with reachable():
            rows = await self.store.pool.fetch(REFS, list({record.stream for record in records}))
        refs = dict(map(tuple, rows))
        return [Entry(record, refs.pop(record.stream, ())) for record in records]

    async def add(self, entries: Sequence[Entry]) -> None:
        last = {entry.record.stream: entry.record for entry in entries}
        refs = {(ref, entry.record.stream) for entry in entries for ref in entry.refs}
        try:
            async with reachable(), self.store.pool.acquire() as connection, connection.transaction():
                await connection.copy_records_to_table(
                    "events",
                    columns=COLUMNS,
                    records=[entry.record[1:] for entry in entries],
                )
                streams = [(one.stream, one.version, one.recorded_at, one.known_at) for one in last.values()]
                await connection.execute(ADD_STREAMS, *map(list, zip(*streams, strict=True)))
                await connection.execute(ADD_REFS, [ref for ref, _ in refs], [stream for _, stream in refs])
        except asyncpg.UniqueViolationError as error:
            raise CopyRefused(
                "two records in KurrentDB have an event with the same id, since an idempotency key was used for both;"
                f" PostgreSQL cannot hold that: {error.detail}"
            ) from error
