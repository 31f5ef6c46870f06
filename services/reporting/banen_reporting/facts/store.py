"""Facts in PostgreSQL: bitemporal rows that can be read as known at any moment, and the progress of each source."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime

from asyncpg import Record

from banen_kit.postgres.connection import Connection, Pool, reachable
from banen_reporting.facts.kinds import BY_NAME
from banen_reporting.facts.model import BUREAU, PartnerFact, RecordedFact
from banen_reporting.facts.sources import TakingPart, sources_of


class FactStore:
    """The tables of `sql/101-figures.sql`."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def admitted(self) -> dict[str, TakingPart]:
        """Returns the sources whose events count: the bureau and services of admitted partners."""
        partners = await self.current("partner")
        return sources_of({fact.ref: fact.row for fact in partners if isinstance(fact.row, PartnerFact)})

    async def current(self, kind: str) -> list[RecordedFact]:
        """Returns all facts of a kind as known now."""
        async with reachable():
            rows = await self.pool.fetch(
                "select kind, source, ref, data from facts where kind = $1 and known_to = 'infinity'", kind
            )
        return [fact_of(row) for row in rows]

    async def known_at(self, kinds: Sequence[str], moment: datetime) -> list[Record]:
        """All facts of these kinds, as known just before a moment; each row for `fact_of`.

        The first definition of the programme also holds for every day before it was known: what was recorded before that
        was counted by the same routes and kinds, and figures that were final stay what they were.
        """
        async with reachable():
            return await self.pool.fetch(
                "select kind, source, ref, data from facts"
                " where kind = any ($1) and known_from < $2 and known_to >= $2"
                " union all (select kind, source, ref, data from facts"
                "  where source = $3 and kind = 'programme' and kind = any ($1) and known_from >= $2 and not exists"
                "   (select from facts p where p.source = $3 and p.kind = 'programme' and p.known_from < $2)"
                "  order by known_from limit 1)",
                list(kinds),
                moment,
                BUREAU,
            )

    async def changed(self, kinds: Sequence[str], after: int) -> list[Record]:
        """Returns current versions added after a position; `fact_of` reads each row."""
        async with reachable():
            return await self.pool.fetch(
                "select kind, source, ref, data from facts"
                " where kind = any ($1) and change > $2 and known_to = 'infinity'",
                list(kinds),
                after,
            )

    async def position(self) -> int:
        """Returns how many events were folded."""
        async with reachable():
            return int(await self.pool.fetchval("select events from projection"))

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator["FactStore"]:
        """All reads inside see the same state of the database."""
        async with (
            reachable(),
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield FactStore(_OneConnection(connection))  # pyright: ignore[reportArgumentType]

    async def sources(self) -> list[Record]:
        """Per source, including silent ones: events received and folded, watermark, and whether an event is missing."""
        async with reachable():
            return await self.pool.fetch("""
                select s.source, s.projected, h.head,
                       h.head > s.projected and (  -- not `exists`, for which the whole inbox would be read
                         select true from inbox i where i.source = s.source and i.sequence = s.projected + 1
                       ) is null as has_hole,
                       s.through, s.watermark, s.refused
                  from (select source, coalesce(p.sequence, 0) as projected, w.sequence as watermark,
                               nullif(w.through, '-infinity') as through, w.refused
                          from projected p full join watermarks w using (source)) s
                  cross join lateral (
                    select coalesce(max(i.sequence), 0) as head from inbox i where i.source = s.source) h
                 order by 1""")

    async def backlog(self) -> tuple[int, int, dict[str, int]]:
        """Returns how many events that count were received and folded, and counts of the others by reason."""
        admitted = await self.admitted()
        async with reachable():
            sources = await self.pool.fetch(
                "select source, sequence as folded,"
                " (select coalesce(max(i.sequence), 0) from inbox i where i.source = p.source) as head"
                " from projected p"
            )
            aside = await self.pool.fetch("select reason, count(*) as n from set_aside group by 1")
        reasons = {row["reason"]: int(row["n"]) for row in aside}
        received = counted = 0
        for row in sources:
            head, folded, part = int(row["head"]), int(row["folded"]), admitted.get(row["source"])
            if part is None:
                reasons["source-not-admitted"] = reasons.get("source-not-admitted", 0) + head
                continue
            taken = part.most_of(head)
            if head > taken:
                reasons["source-ended"] = reasons.get("source-ended", 0) + head - taken
            received, counted = received + taken, counted + folded
        return received, counted, reasons

    async def set_aside(self) -> list[Record]:
        """Returns the first thousand events that were received and cannot be counted, with the reason."""
        admitted = await self.admitted()
        ended = {source: part.until for source, part in admitted.items() if part.until is not None}
        async with reachable():
            return await self.pool.fetch(
                "select source, sequence, ref, reason from set_aside"
                " union all select source, sequence, ref, 'source-not-admitted' from inbox"
                " where not source = any ($1)"
                " union all select i.source, i.sequence, i.ref, 'source-ended'"
                "  from unnest($2::text[], $3::bigint[]) as e (source, until) join inbox i on i.source = e.source"
                "   and i.sequence > e.until"
                " order by 1, 2 limit 1000",
                sorted(admitted),
                list(ended),
                list(ended.values()),
            )

    async def count_conversations(self, known_on: datetime | None, happened_until: date) -> int:
        """Returns the number of conversations held until a day, as known just before a moment, or now."""
        async with reachable():
            found = await self.pool.fetchval(
                "select count(*) from facts where kind = 'contact' and data::jsonb ->> 'kind' = 'conversation'"
                " and (data::jsonb ->> 'occurred_on')::date <= $2"
                " and case when $1::timestamptz is null then known_to = 'infinity'"
                " else known_from < $1 and known_to >= $1 end",
                known_on,
                happened_until,
            )
        return int(found)

    async def events_of(self, source: str, ref: str) -> list[Record]:
        async with reachable():
            return await self.pool.fetch(
                "select sequence, event_id, type, recorded_at, known_at, imported, body from inbox"
                " where source = $1 and ref = $2 order by sequence",
                source,
                ref,
            )

    async def save_watermark(self, source: str, through: datetime, sequence: int) -> None:
        """Saves a relay's last watermark, even if it is lower than before: days are then open again.

        A watermark in the future cannot be true. It is refused, and reported until a valid one comes.
        """
        async with reachable():
            await self.pool.execute(
                "insert into watermarks as w (source, through, sequence, refused)"
                " select $1, case when is_ahead then '-infinity' else $2 end, $3, case when is_ahead then $2 end"
                "   from (select $2 > clock_timestamp() + interval '1 minute' as is_ahead) a"
                " on conflict (source) do update set"
                "   through = case when excluded.refused is null then excluded.through else w.through end,"
                "   sequence = case when excluded.refused is null then excluded.sequence else w.sequence end,"
                "   refused = excluded.refused"
                " where (w.through, w.sequence, w.refused)"
                "   is distinct from (excluded.through, excluded.sequence, excluded.refused)",
                source,
                through,
                sequence,
            )


class _OneConnection:
    """The reading methods of a pool, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.fetch = connection.fetch
        self.fetchval = connection.fetchval


def fact_of(row: Record) -> RecordedFact:
    return RecordedFact(row["source"], row["ref"], BY_NAME[row["kind"]].json.validate_json(row["data"]))
