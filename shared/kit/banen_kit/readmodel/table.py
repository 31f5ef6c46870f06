"""The tables of a service's lists (`sql/013-read-models.sql`): rows, what they are found by, and how far the store was folded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from banen_kit.application.read_model import ReadModel, Row
from banen_kit.eventstore.port import ServiceStore, StoredRecord
from banen_kit.postgres.connection import Connection, Pool, reachable
from banen_kit.readmodel.rows import column_type, column_value, from_text, to_text

LOOK = "select generation, position, event_id, models from list_progress where live"
TOKENS = """
insert into list_tokens (list, generation, ref, tokens)
select $1, $2, ref, tokens::bigint[] from unnest($3::text[], $4::text[]) as u (ref, tokens)
on conflict (list, generation, ref) do update set tokens = excluded.tokens
"""


class Progress(NamedTuple):
    """How far a generation of the lists was folded."""

    generation: int
    position: int


@dataclass
class Changes:
    """What a batch of events makes of the rows of one list."""

    rows: dict[str, Row | None] = field(default_factory=dict[str, Row | None])
    """None: no such row any more."""
    tokens: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """Of the rows by which something else is found now."""


@dataclass(frozen=True)
class ListTables:
    """All methods raise `StoreUnavailable`."""

    store: ServiceStore
    models: Sequence[ReadModel]

    @property
    def pool(self) -> Pool:
        return self.store.pool

    @property
    def marks(self) -> list[str]:
        return sorted(model.mark for model in self.models)

    async def live(self) -> Progress:
        """Returns how far the live generation was folded.

        If it was folded by other lists, or if the store is not the one that was folded (after a restore), it begins anew.
        """
        async with reachable():
            row = await self.pool.fetchrow(LOOK)
        if row is not None and row["models"] == self.marks:
            position: int = row["position"]
            if position == 0 or await self.store.holds(position, row["event_id"]):
                return Progress(row["generation"], position)
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            await connection.execute("lock table list_progress in share row exclusive mode")
            again = await connection.fetchrow(LOOK)
            if again is not None and again != row:  # another process did so first
                return Progress(again["generation"], again["position"])
            if again is not None:
                await self._delete(connection, again["generation"])
            return Progress(await self._begin(connection, live=True), 0)

    async def begin_beside(self) -> Progress:
        """Begins a generation beside the live one. One that was begun earlier and never shown is thrown away."""
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            await connection.execute("lock table list_progress in share row exclusive mode")
            for row in await connection.fetch("select generation from list_progress where not live"):
                await self._delete(connection, row[0])
            return Progress(await self._begin(connection, live=False), 0)

    async def show(self, generation: int) -> None:
        """From now on this generation is the live one; the one before is deleted."""
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            await connection.execute("lock table list_progress in share row exclusive mode")
            for row in await connection.fetch("select generation from list_progress where live"):
                await self._delete(connection, row[0])
            query = "update list_progress set live = true, deleted_at = now() where generation = $1"
            await connection.execute(query, generation)

    async def lock(self, connection: Connection, at: Progress) -> bool:
        """Holds a generation until the end of the transaction. Returns False if another process folded meanwhile."""
        found = await connection.fetchval(
            "select position from list_progress where generation = $1 for update", at.generation
        )
        return found == at.position

    async def rows(
        self, connection: Connection, model: ReadModel, generation: int, refs: Sequence[str]
    ) -> dict[str, Row]:
        table = model.table
        query = f"select ref, data from {table} where generation = $1 and ref = any ($2)"
        found = await connection.fetch(query, generation, refs) if refs else []
        return {row["ref"]: from_text(model, row["data"]) for row in found}

    async def save(self, connection: Connection, generation: int, model: ReadModel, changes: Changes) -> None:
        kept = {ref: row for ref, row in changes.rows.items() if row is not None}
        gone = [ref for ref, row in changes.rows.items() if row is None]
        if kept:
            await connection.execute(*_upsert(model, generation, kept))
        if changes.tokens:
            refs, tokens = list(changes.tokens), [_array(one) for one in changes.tokens.values()]
            await connection.execute(TOKENS, model.name, generation, refs, tokens)
        if gone:
            await self.delete(connection, generation, model, gone)

    async def delete(
        self, connection: Connection, generation: int, model: ReadModel, refs: Iterable[str]
    ) -> None:
        refs, table = list(refs), model.table
        query = f"delete from {table} where generation = $1 and ref = any ($2)"
        await connection.execute(query, generation, refs)
        query = "delete from list_tokens where list = $1 and generation = $2 and ref = any ($3)"
        await connection.execute(query, model.name, generation, refs)

    async def advance(self, connection: Connection, generation: int, last: StoredRecord) -> None:
        query = "update list_progress set position = $2, event_id = $3 where generation = $1"
        await connection.execute(query, generation, last.position, last.id)

    async def _begin(self, connection: Connection, *, live: bool) -> int:
        return await connection.fetchval(
            "insert into list_progress (generation, models, live)"
            " select coalesce(max(generation), 0) + 1, $1, $2 from list_progress returning generation",
            self.marks,
            live,
        )

    async def _delete(self, connection: Connection, generation: int) -> None:
        for table in (*(model.table for model in self.models), "list_tokens", "list_progress"):
            await connection.execute(f"delete from {table} where generation = $1", generation)


def _array(tokens: Iterable[int]) -> str:
    """As PostgreSQL writes an array, since there are no arrays of arrays of different lengths."""
    return f"{{{','.join(map(str, tokens))}}}"


def _upsert(model: ReadModel, generation: int, rows: Mapping[str, Row]) -> tuple[str, *tuple[object, ...]]:
    """The statement that saves rows, and its arguments."""
    table, names = model.table, model.columns
    types = [column_type(model.kind_of(name)) for name in names]
    columns = "".join(f", {name}" for name in names)
    some = "".join(f", ${number}::{kind}[]" for number, kind in enumerate(types, 4))
    setting = ", ".join(f"{name} = excluded.{name}" for name in ("data", *names))
    statement = (
        f"insert into {table} (generation, ref, data{columns})"
        f" select $1::int, u.* from unnest($2::text[], $3::text[]{some}) as u"
        f" on conflict (generation, ref) do update set {setting}"
    )
    values = [[column_value(getattr(row, name)) for row in rows.values()] for name in names]
    return statement, generation, list(rows), [to_text(model, row) for row in rows.values()], *values
