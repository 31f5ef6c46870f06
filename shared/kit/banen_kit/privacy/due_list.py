"""The list of persons whose retention period is over. They are listed for some days before they are erased."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol, TypeAlias

from banen_kit.postgres.connection import Pool, reachable

REMEMBERED = timedelta(days=90)
Kept: TypeAlias = tuple[str, str]
"""Kind and reference."""


@dataclass(frozen=True)
class Due:
    """A person's data that a retention pass found due."""

    kind: str
    ref: str
    since: date
    days: int
    """On how many later days it was still due. A single wrong reading of a clock adds at most one day."""
    confirmed: bool
    """Whether a steward confirmed the erasure when unusually many were due."""


class DueList(Protocol):
    """One service's list. All methods raise `StoreUnavailable`. Suite: `tests/integration/kit/test_due_list.py`."""

    async def see(self, due: Collection[Kept], today: date) -> list[Due]:
        """Updates the list with what a pass found due, removing the others. Returns the whole list."""
        ...

    async def listed(self) -> list[Due]: ...

    async def confirm(self, due: Collection[Kept]) -> None: ...

    async def note_pass(self, day: date, erased: int) -> None:
        """Records how many persons a pass erased."""
        ...

    async def largest_pass(self, today: date) -> int:
        """Returns how many the largest pass of the last 90 days erased."""
        ...


@dataclass
class MemoryDueList:
    """The list in memory, for unit tests."""

    rows: dict[Kept, tuple[Due, date]] = field(default_factory=dict[Kept, tuple[Due, date]])
    passes: list[tuple[date, int]] = field(default_factory=list[tuple[date, int]])

    async def see(self, due: Collection[Kept], today: date) -> list[Due]:
        found = {key: self.rows.get(key, (Due(*key, today, 0, False), today)) for key in due}
        self.rows = {
            key: (replace(one, days=one.days + 1), today) if today > seen_on else (one, seen_on)
            for key, (one, seen_on) in found.items()
        }
        return await self.listed()

    async def listed(self) -> list[Due]:
        return sorted((one for one, _ in self.rows.values()), key=lambda one: (one.since, one.kind, one.ref))

    async def confirm(self, due: Collection[Kept]) -> None:
        for key in due:
            one, seen_on = self.rows[key]
            self.rows[key] = replace(one, confirmed=True), seen_on

    async def note_pass(self, day: date, erased: int) -> None:
        self.passes.append((day, erased))

    async def largest_pass(self, today: date) -> int:
        return max((erased for day, erased in self.passes if day > today - REMEMBERED), default=0)


class PostgresDueList:
    """The list in the tables of `sql/005-clock.sql`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def see(self, due: Collection[Kept], today: date) -> list[Due]:
        kinds, refs = [kind for kind, _ in due], [ref for _, ref in due]
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "delete from retention_due where (kind, ref) not in (select * from unnest($1::text[], $2::text[]))",
                kinds,
                refs,
            )
            await connection.execute(
                "insert into retention_due as r (kind, ref, since, seen_on)"
                " select kind, ref, $3, $3 from unnest($1::text[], $2::text[]) as u (kind, ref)"
                " on conflict (kind, ref) do update set days = r.days + 1, seen_on = excluded.seen_on"
                " where r.seen_on < excluded.seen_on",
                kinds,
                refs,
                today,
            )
        return await self.listed()

    async def listed(self) -> list[Due]:
        query = "select kind, ref, since, days, confirmed from retention_due order by since, kind, ref"
        async with reachable():
            return [Due(*row) for row in await self._pool.fetch(query)]

    async def confirm(self, due: Collection[Kept]) -> None:
        async with reachable():
            await self._pool.execute(
                "update retention_due set confirmed = true"
                " where (kind, ref) in (select * from unnest($1::text[], $2::text[]))",
                [kind for kind, _ in due],
                [ref for _, ref in due],
            )

    async def note_pass(self, day: date, erased: int) -> None:
        async with reachable():
            await self._pool.execute(
                "insert into retention_passes (day, erased) values ($1, $2)", day, erased
            )

    async def largest_pass(self, today: date) -> int:
        query = "select coalesce(max(erased), 0) from retention_passes where day > $1"
        async with reachable():
            return int(await self._pool.fetchval(query, today - REMEMBERED))


def keys(due: Sequence[Due]) -> list[Kept]:
    return [(one.kind, one.ref) for one in due]
