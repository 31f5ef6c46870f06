"""Facts in PostgreSQL: folds the inbox into bitemporal rows, and reads them back as known at any moment."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from asyncpg import Record

from banen_contracts.base import source_of
from banen_kit.postgres.connection import Connection, Pool, reachable
from banen_reporting.facts.kinds import BY_NAME
from banen_reporting.facts.model import BUREAU, PartnerFact, RecordedFact
from banen_reporting.facts.projector import Key, Projector, Version, fold

MOST_IN_BATCH = 2000


class FactStore:
    """The tables of `sql/101-figures.sql`."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def project(self) -> int:
        """Fold all that can be folded now; returns how many events that were. One transaction per batch."""
        folded = 0
        async with reachable():
            for source, after in await self._behind():
                while count := await self._project_source(source, after):
                    folded += count
                    after += count
        return folded

    async def _behind(self) -> list[tuple[str, int]]:
        """Admitted sources whose next event is there, the bureau first, since it admits the others."""
        rows = await self.pool.fetch(
            "select source, sequence as after from projected p"
            " where exists (select 1 from inbox i where i.source = p.source and i.sequence = p.sequence + 1)"
        )
        behind = {row["source"]: int(row["after"]) for row in rows}
        found = [(BUREAU, behind.pop(BUREAU))] if BUREAU in behind else []
        if not behind:
            return found
        if found:
            return found + [(source, after) for source, after in sorted(behind.items())]
        admitted = await self.admitted()
        return [(source, after) for source, after in sorted(behind.items()) if source in admitted]

    async def admitted(self) -> dict[str, datetime]:
        """The sources whose events count, and since when that is known: the bureau, and services of admitted partners."""
        partners = await self.current("partner")
        found = {
            source_of(fact.ref, service): since
            for fact in partners
            if isinstance(fact.row, PartnerFact)
            for service, since in fact.row.admitted.items()
        }
        return {**found, BUREAU: datetime.min.replace(tzinfo=UTC)}

    async def _project_source(self, source: str, after: int) -> int:
        async with self.pool.acquire() as connection, connection.transaction():
            # The lock makes this the only folder of the source, whatever else runs.
            at = await connection.fetchval(
                "select sequence from projected where source = $1 for update", source
            )
            since = (await self.admitted()).get(source)
            if at != after or since is None:
                return 0
            rows = await connection.fetch(
                "select sequence, type, ref, recorded_at, known_at, imported, body from inbox"
                " where source = $1 and sequence > $2 and sequence <= $2 + $3 order by sequence",
                source,
                after,
                MOST_IN_BATCH,
            )
            events = [row for number, row in enumerate(rows, after + 1) if row["sequence"] == number]
            if not events:
                return 0
            folding = await self._load(connection, source, events)
            for row in events:
                fold(folding, source, row, since)
            await self._save(connection, source, folding, len(events))
            await connection.execute(
                "update projected set sequence = $2 where source = $1", source, after + len(events)
            )
            # A watermark that did not hold: what it called complete is open again.
            await connection.execute(
                "update watermarks w set through = e.recorded_at from"
                " (select min(recorded_at) as recorded_at from unnest($2::bigint[], $3::timestamptz[])"
                "   as u (sequence, recorded_at), watermarks m where m.source = $1 and u.sequence > m.sequence) e"
                " where w.source = $1 and e.recorded_at < w.through",
                source,
                [row["sequence"] for row in events],
                [row["recorded_at"] for row in events],
            )
            return len(events)

    async def _load(self, connection: Connection, source: str, events: Sequence[Record]) -> Projector:
        refs = list({row["ref"] for row in events})
        facts = await connection.fetch(
            "select kind, ref, known_from, data from facts"
            " where source = $1 and ref = any ($2) and known_to = 'infinity'",
            source,
            refs,
        )
        aside = await connection.fetch(
            "select distinct kind, ref, reason from set_aside where source = $1 and ref = any ($2)",
            source,
            refs,
        )
        return Projector(
            {
                (row["kind"], row["ref"]): BY_NAME[row["kind"]].json.validate_json(row["data"])
                for row in facts
            },
            {(row["kind"], row["ref"]): row["known_from"] for row in facts},
            {(row["kind"], row["ref"]) for row in aside if row["kind"] is not None},
            {row["ref"] for row in aside if row["reason"] == "skipped"},
        )

    async def _save(self, connection: Connection, source: str, folding: Projector, events: int) -> None:
        change = await connection.fetchval(
            "update projection set events = events + $1 returning events", events
        )
        await self._close(connection, source, folding)
        if folding.versions:
            await self._insert(connection, source, folding.versions, change)
        if folding.aside:
            sequences, aside_kinds, aside_refs, reasons = (
                list(column) for column in zip(*folding.aside, strict=True)
            )
            await connection.execute(
                "insert into set_aside (source, sequence, kind, ref, reason)"
                " select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])",
                source, sequences, aside_kinds, aside_refs, reasons,
            )  # fmt: skip
        await self._name_foreign(connection, source, folding)

    @staticmethod
    async def _close(connection: Connection, source: str, folding: Projector) -> None:
        """End the current versions that are followed by new ones; one known at the same moment never was current."""
        replaced: list[tuple[str, str, str]] = []
        followed: list[tuple[str, str, str, datetime]] = []
        for (kind, ref), versions in folding.versions.items():
            since = folding.since.get((kind, ref))
            if since == versions[0].known_from:
                replaced.append((source, ref, kind))
            elif since is not None:
                followed.append((source, ref, kind, versions[0].known_from))
        current = "where source = $1 and ref = $2 and kind = $3 and known_to = 'infinity'"
        await connection.executemany(f"delete from facts {current}", replaced)
        await connection.executemany(f"update facts set known_to = $4 {current}", followed)

    @staticmethod
    async def _insert(
        connection: Connection, source: str, versions: Mapping[Key, Sequence[Version]], change: int
    ) -> None:
        rows: list[tuple[Any, ...]] = []
        for (kind, ref), known in versions.items():
            until = [version.known_from for version in known[1:]]
            for version, known_to in zip(known, [*until, None], strict=True):
                data = BY_NAME[kind].json.dump_json(version.row).decode()
                rows.append(
                    (kind, ref, version.known_from, known_to, version.imported, version.sequence, data)
                )
        columns = (list(column) for column in zip(*rows, strict=True))
        await connection.execute(
            "insert into facts (kind, source, ref, known_from, known_to, imported, sequence, change, data)"
            " select kind, $1, ref, known_from, coalesce(known_to, 'infinity'), imported, sequence, $2, data"
            " from unnest($3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::boolean[],"
            " $8::bigint[], $9::text[]) as n (kind, ref, known_from, known_to, imported, sequence, data)",
            source,
            change,
            *columns,
        )

    @staticmethod
    async def _name_foreign(connection: Connection, source: str, folding: Projector) -> None:
        """An unknown reference that another source knows is worse than unknown: it is somebody else's.

        Whoever came first: what this source set aside just now, and what others did about things it knows now.
        """
        await connection.execute(
            "update set_aside s set reason = 'foreign-ref' where s.reason = 'ref-unknown'"
            " and (s.source = $1 and s.sequence = any ($2) or s.source <> $1 and s.ref = any ($3))"
            " and exists (select 1 from facts f where f.kind = s.kind and f.ref = s.ref and f.source <> s.source)",
            source,
            [sequence for sequence, *_ in folding.aside],
            list({ref for _, ref in folding.versions}),
        )

    async def current(self, kind: str) -> list[RecordedFact]:
        """All things of a kind, as known now."""
        async with reachable():
            rows = await self.pool.fetch(
                "select kind, source, ref, data from facts where kind = $1 and known_to = 'infinity'", kind
            )
        return [fact_of(row) for row in rows]

    async def known_at(self, kind: str, moment: datetime) -> list[Record]:
        """All things of a kind, as known just before a moment; each for `fact_of`."""
        async with reachable():
            return await self.pool.fetch(
                "select kind, source, ref, data from facts"
                " where kind = $1 and known_from < $2 and known_to >= $2",
                kind,
                moment,
            )

    async def changed(self, kinds: Sequence[str], after: int) -> list[Record]:
        """The current versions that came since a position; each for `fact_of`."""
        async with reachable():
            return await self.pool.fetch(
                "select kind, source, ref, data from facts"
                " where kind = any ($1) and change > $2 and known_to = 'infinity'",
                list(kinds),
                after,
            )

    async def position(self) -> int:
        """How many events were folded."""
        async with reachable():
            return int(await self.pool.fetchval("select events from projection"))

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator["FactStore"]:
        """Reads within one see the same moment."""
        async with (
            reachable(),
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield FactStore(_OneConnection(connection))  # pyright: ignore[reportArgumentType]

    async def sources(self) -> list[Record]:
        """Per source, also one that is silent: what was received, what was folded, its watermark, and whether it has a hole."""
        async with reachable():
            return await self.pool.fetch("""
                select s.source, s.projected, h.head,
                       h.head > s.projected and not exists (
                         select 1 from inbox i where i.source = s.source and i.sequence = s.projected + 1) as has_hole,
                       s.through, s.watermark, s.refused
                  from (select source, coalesce(p.sequence, 0) as projected, w.sequence as watermark,
                               nullif(w.through, '-infinity') as through, w.refused
                          from projected p full join watermarks w using (source)) s
                  cross join lateral (
                    select coalesce(max(i.sequence), 0) as head from inbox i where i.source = s.source) h
                 order by 1""")

    async def backlog(self) -> tuple[int, int, dict[str, int]]:
        """How many events of admitted sources were received and folded, and what was set aside, by reason."""
        admitted = await self.admitted()
        async with reachable():
            sources = await self.pool.fetch(
                "select source, sequence as folded,"
                " (select coalesce(max(i.sequence), 0) from inbox i where i.source = p.source) as head"
                " from projected p"
            )
            aside = await self.pool.fetch("select reason, count(*) as n from set_aside group by 1")
        reasons = {row["reason"]: int(row["n"]) for row in aside}
        strangers = sum(int(row["head"]) for row in sources if row["source"] not in admitted)
        if strangers:
            reasons["source-not-admitted"] = strangers
        counting = [row for row in sources if row["source"] in admitted]
        return sum(int(row["head"]) for row in counting), sum(int(row["folded"]) for row in counting), reasons

    async def set_aside(self) -> list[Record]:
        """Everything that was received and cannot be counted, with the reason."""
        admitted = await self.admitted()
        async with reachable():
            return await self.pool.fetch(
                "select source, sequence, ref, reason from set_aside"
                " union all select source, sequence, ref, 'source-not-admitted' from inbox"
                " where not source = any ($1) order by 1, 2 limit 1000",
                sorted(admitted),
            )

    async def count_conversations(self, known_on: datetime | None, happened_until: date) -> int:
        """Conversations held until a day, as known just before a moment, or now."""
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
        """Believe what a relay said last, also where that is less than before: a day is then open again.

        What lies ahead of our own clock nobody can have published; it is refused, and shown until a better one comes.
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
    """A pool's reading methods on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.fetch = connection.fetch
        self.fetchval = connection.fetchval


def fact_of(row: Record) -> RecordedFact:
    return RecordedFact(row["source"], row["ref"], BY_NAME[row["kind"]].json.validate_json(row["data"]))
