"""The facts on which no verdict depends: whom partners met, what they offered, agreed and spent; as known now or on a day."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

from asyncpg import Record

from banen_kit.core.clocks import end_of
from banen_reporting.facts.model import Fact, RecordedFact
from banen_reporting.facts.store import FactStore, fact_of
from banen_reporting.figures.off_loop import Asker, GoOn, OffLoop, freezing, no_stop

KINDS_READ = (
    "outreach",
    "contact",
    "answer",
    "match",
    "enterprise",
    "effort",
    "meeting",
    "employer",
    "approach",
    "agreement",
    "vacancy",
    "group",
    "funding",
    "stated",
    "reach",
)
MOST_KEPT = 4
FactKey = tuple[str, str]
"""The source (its URN) and its reference."""
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class ActivitySnapshot:
    """These facts as known at one moment. It does not change: what is learned later makes another one."""

    _facts: Mapping[type[Fact], Mapping[FactKey, Fact]] = field(
        default_factory=dict[type[Fact], Mapping[FactKey, Fact]]
    )

    def of(self, kind: type[F]) -> Mapping[FactKey, F]:
        return cast("Mapping[FactKey, F]", self._facts.get(kind, {}))

    def after(self, facts: Iterable[RecordedFact]) -> "ActivitySnapshot":
        """With these facts added or replaced."""
        changed: dict[type[Fact], dict[FactKey, Fact]] = {}
        for fact in facts:
            kind = type(fact.row)
            if kind not in changed:
                changed[kind] = dict(self._facts.get(kind, {}))
            changed[kind][fact.source, fact.ref] = fact.row
        return ActivitySnapshot({**self._facts, **changed})


class Activity:
    """Reads these facts once per state: what is known now is kept up to date, other days are read off the loop."""

    def __init__(self, view: FactStore, heavy: OffLoop) -> None:
        self._view, self._heavy = view, heavy
        self._now = ActivitySnapshot()
        self._position = -1
        self._refreshing = asyncio.Lock()
        self._past: dict[tuple[date, int], ActivitySnapshot] = {}

    async def snapshot(self, known_on: date | None, asker: Asker | None = None) -> ActivitySnapshot:
        if known_on is None:
            await self._refresh()
            return self._now
        key = (known_on, await self._view.position())
        kept = self._past.get(key)
        if kept is not None:
            return kept
        return await self._heavy.ask(("activity", *key), lambda go_on: self._load(key, go_on), asker)

    async def _refresh(self) -> None:
        async with self._refreshing:
            if await self._view.position() == self._position:
                return
            async with self._view.snapshot() as view:
                position = await view.position()
                rows = await view.changed(KINDS_READ, self._position)
            before = self._now
            self._now = await asyncio.to_thread(lambda: before.after(_facts(rows, freezing(no_stop))))
            self._position = position

    async def _load(self, key: tuple[date, int], go_on: GoOn) -> ActivitySnapshot:
        rows = await self._view.known_at(KINDS_READ, end_of(key[0]))
        found = await self._heavy.in_thread(lambda: ActivitySnapshot().after(_facts(rows, go_on)))
        if len(self._past) >= MOST_KEPT:
            self._past.clear()
        self._past[key] = found
        return found


def _facts(rows: Iterable[Record], go_on: GoOn) -> Iterable[RecordedFact]:
    for row in rows:
        go_on()
        yield fact_of(row)
