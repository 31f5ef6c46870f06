"""Folds the inbox into rows of facts, per source in order of sequence, one transaction per batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from asyncpg import Record

from banen_contracts import BY_TYPE
from banen_kit.postgres.connection import Connection, reachable
from banen_reporting.facts.kinds import BY_NAME
from banen_reporting.facts.model import BUREAU
from banen_reporting.facts.projector import Key, Projector, Version, fold
from banen_reporting.facts.store import FactStore

MOST_IN_BATCH = 2000


async def project(store: FactStore) -> int:
    """Folds everything that can be folded now; returns the number of events. One transaction per batch."""
    folded = 0
    async with reachable():
        for source, after in await _behind(store):
            while count := await _project_source(store, source, after):
                folded += count
                after += count
    return folded


async def forget_what_is_to_be_folded_anew(store: FactStore) -> None:
    """Let a source be folded from its beginning where that gives other facts.

    Either an earlier release set aside a type that this one knows: what came after such an event was folded without it.
    Or something slipped in while the bureau said that the source has ended, so that more was folded than counts.
    """
    admitted = await store.admitted()
    ended = {source: part.until for source, part in admitted.items() if part.until is not None}
    async with reachable(), store.pool.acquire() as connection, connection.transaction():
        sources = [
            row["source"]
            for row in await connection.fetch(
                "select source from set_aside join inbox using (source, sequence)"
                " where reason = 'type-unknown' and type = any ($1)"
                " union select source from projected"
                "  join unnest($2::text[], $3::bigint[]) as e (source, until) using (source) where sequence > until",
                list(BY_TYPE),
                list(ended),
                list(ended.values()),
            )
        ]
        if not sources:
            return  # so that it starts with a database that takes no changes
        # This first: it waits for whoever folds one of them just now.
        await connection.execute("update projected set sequence = 0 where source = any ($1)", sources)
        await connection.execute("delete from facts where source = any ($1)", sources)
        await connection.execute("delete from set_aside where source = any ($1)", sources)


async def _behind(store: FactStore) -> list[tuple[str, int]]:
    """Returns admitted sources whose next event is there; the bureau first, since it admits the others."""
    rows = await store.pool.fetch(
        # Not `exists`: with it the planner takes `projected` for a large table and reads the whole inbox.
        "select source, sequence as after from projected p"
        " where (select true from inbox i where i.source = p.source and i.sequence = p.sequence + 1)"
    )
    behind = {row["source"]: int(row["after"]) for row in rows}
    found = [(BUREAU, behind.pop(BUREAU))] if BUREAU in behind else []
    if not behind:
        return found
    if found:
        return found + [(source, after) for source, after in sorted(behind.items())]
    admitted = await store.admitted()
    return [
        (source, after)
        for source, after in sorted(behind.items())
        if source in admitted and admitted[source].most_of(after + 1) > after
    ]


async def _project_source(store: FactStore, source: str, after: int) -> int:
    async with store.pool.acquire() as connection, connection.transaction():
        # The lock makes this the only process that folds the source.
        at = await connection.fetchval("select sequence from projected where source = $1 for update", source)
        part = (await store.admitted()).get(source)
        if at != after or part is None:
            return 0
        rows = await connection.fetch(
            "select sequence, type, ref, recorded_at, known_at, imported, body from inbox"
            " where source = $1 and sequence > $2 and sequence <= $2 + $3 order by sequence",
            source,
            after,
            part.most_of(after + MOST_IN_BATCH) - after,
        )
        events = [row for number, row in enumerate(rows, after + 1) if row["sequence"] == number]
        if not events:
            return 0
        folding = await _load(store, connection, source, events)
        for row in events:
            fold(folding, source, row, part)
        await _save(store, connection, source, folding, len(events))
        await connection.execute(
            "update projected set sequence = $2 where source = $1", source, after + len(events)
        )
        # The watermark was wrong: the days that it called complete are open again.
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


async def _load(store: FactStore, connection: Connection, source: str, events: Sequence[Record]) -> Projector:
    refs = list({row["ref"] for row in events})
    facts = await connection.fetch(
        # One lookup per reference: a cached plan, made while the table was empty, would read all rows of the source.
        "select f.kind, f.ref, f.known_from, f.data from unnest($2::text[]) as asked (ref) cross join lateral"
        " (select * from facts where source = $1 and ref = asked.ref and known_to = 'infinity' offset 0) f",
        source,
        refs,
    )
    aside = await connection.fetch(
        "select distinct kind, ref, reason from set_aside where source = $1 and ref = any ($2)",
        source,
        refs,
    )
    return Projector(
        {(row["kind"], row["ref"]): BY_NAME[row["kind"]].json.validate_json(row["data"]) for row in facts},
        {(row["kind"], row["ref"]): row["known_from"] for row in facts},
        {(row["kind"], row["ref"]) for row in aside if row["kind"] is not None},
        {row["ref"] for row in aside if row["reason"] == "skipped"},
    )


async def _save(
    store: FactStore, connection: Connection, source: str, folding: Projector, events: int
) -> None:
    change = await connection.fetchval("update projection set events = events + $1 returning events", events)
    await _close(connection, source, folding)
    if folding.versions:
        await _insert(connection, source, folding.versions, change)
    if folding.aside:
        sequences, aside_kinds, aside_refs, reasons = (
            list(column) for column in zip(*folding.aside, strict=True)
        )
        await connection.execute(
            "insert into set_aside (source, sequence, kind, ref, reason)"
            " select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])",
            source, sequences, aside_kinds, aside_refs, reasons,
        )  # fmt: skip
    await _name_foreign(connection, source, folding)


async def _close(connection: Connection, source: str, folding: Projector) -> None:
    """Ends current versions that have a successor, and deletes those known from the same moment as their successor."""
    replaced: list[tuple[str, str, str]] = []
    followed: list[tuple[str, str, str, datetime]] = []
    for (kind, ref), versions in folding.versions.items():
        since = folding.since.get((kind, ref))
        if since == versions[0].known_from:
            replaced.append((source, ref, kind))
        elif since is not None:
            followed.append((source, ref, kind, versions[0].known_from))
    # `||`: before the first ANALYZE, the planner could choose the index on all facts of a kind.
    current = "where source = $1 and ref = $2 and kind || '' = $3 and known_to = 'infinity'"
    await connection.executemany(f"delete from facts {current}", replaced)
    await connection.executemany(f"update facts set known_to = $4 {current}", followed)


async def _insert(
    connection: Connection, source: str, versions: Mapping[Key, Sequence[Version]], change: int
) -> None:
    rows: list[tuple[Any, ...]] = []
    for (kind, ref), known in versions.items():
        until = [version.known_from for version in known[1:]]
        for version, known_to in zip(known, [*until, None], strict=True):
            data = BY_NAME[kind].json.dump_json(version.row).decode()
            rows.append((kind, ref, version.known_from, known_to, version.imported, version.sequence, data))
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


async def _name_foreign(connection: Connection, source: str, folding: Projector) -> None:
    """Marks unknown references that another source knows: they belong to somebody else.

    Whichever came first: checks what this source set aside now, and what others set aside about things it knows now.
    """
    await connection.execute(
        "update set_aside s set reason = 'foreign-ref' where s.reason = 'ref-unknown'"
        " and (s.source = $1 and s.sequence = any ($2) or s.source <> $1 and s.ref = any ($3))"
        " and exists (select 1 from facts f where f.kind = s.kind and f.ref = s.ref and f.source <> s.source)",
        source,
        [sequence for sequence, *_ in folding.aside],
        list({ref for _, ref in folding.versions}),
    )
