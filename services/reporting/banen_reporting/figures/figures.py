"""Evaluates rule sets: kept up to date for all that is known now, computed on request for what was known on another day."""

import asyncio
import gc
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from asyncpg import Record

from banen_kit.core.clocks import end_of
from banen_reporting.counting import (
    ClientKey,
    client_of,
    needs_whole_set,
)
from banen_reporting.facts.model import RecordedFact
from banen_reporting.facts.sources import sources_of
from banen_reporting.facts.store import FactStore, fact_of
from banen_reporting.figures.activity import Activity
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.off_loop import Asker, GoOn, OffLoop, freezing, no_stop
from banen_reporting.figures.provisional import Progress, is_final
from banen_reporting.figures.snapshot import FactSnapshot

KINDS_READ = (
    "programme",
    "partner",
    "unit",
    "rule-set",
    "figure",
    "cost",
    "placement",
    "client",
    "handover",
    "candidate",
)
PROGRAMME_KINDS = frozenset({"programme", "partner", "unit", "rule-set", "figure", "cost"})
MOST_KEPT = 16


@dataclass
class _Begun:
    """Changes that arrive while everything is judged for the first time; these clients are judged again afterwards."""

    touched: set[ClientKey] = field(default_factory=set[ClientKey])
    is_outdated: bool = False
    """Whether judging these clients again would not be enough."""


class Figures:
    """Evaluates any rule set for any known-on and happened-until, and keeps evaluations of "known now" up to date.

    Other evaluations run in threads: one for those of today, another for the rest (`off_loop.py`).
    """

    def __init__(self, view: FactStore) -> None:
        self._view = view
        self._model = FactSnapshot()
        self._position = -1
        self._current: dict[tuple[str, date], Evaluation] = {}
        self._begun: dict[tuple[str, date], _Begun] = {}
        self._past: dict[tuple[str, date, date, int], Evaluation] = {}
        self._models: deque[tuple[date, int, FactSnapshot]] = deque(maxlen=4)
        self._refreshing = asyncio.Lock()
        self.today, self.others = OffLoop(), OffLoop()
        self.activity = Activity(view, self.others)

    @property
    def latest(self) -> FactSnapshot:
        """All that was known when the facts were read last; nothing before the first time."""
        return self._model

    @property
    def routes(self) -> tuple[str, ...]:
        """Those of the programme, as far as it was read."""
        return self._model.routes

    async def judged(
        self,
        rule_set: str,
        known_on: date | None,
        happened_until: date,
        asker: Asker | None = None,
        *,
        is_today: bool = False,
    ) -> Evaluation:
        """Raises `RuleSetUnknown`; `Problem` 429 or 503 if too many evaluations are requested.

        `known_on=None`: all that is known now. `is_today`: happened-until is today. Requests with both have no limits.
        """
        if known_on is None:
            return await self._now(rule_set, happened_until, None if is_today else asker, is_today)
        return await self._then(rule_set, known_on, happened_until, asker)

    async def model(self, known_on: date | None, asker: Asker | None = None) -> tuple[FactSnapshot, int]:
        """Returns the facts as known on a day, or now, and the position."""
        if known_on is None:
            await self._refresh()
            return self._model, self._position
        position = await self._view.position()
        kept = self._kept_model(known_on, position)
        if kept is not None:
            return kept, position
        return await self.others.ask(
            ("model", known_on, position), lambda go_on: self._load(known_on, go_on), asker
        )

    async def _now(
        self, rule_set: str, happened_until: date, asker: Asker | None, is_today: bool
    ) -> Evaluation:
        await self._refresh()
        key = (rule_set, happened_until)
        kept = self._current.get(key)
        if kept is not None:
            return kept
        self._model.rule_set(rule_set)
        heavy = self.today if is_today else self.others
        return await heavy.ask(("now", *key), lambda go_on: self._judge_now(heavy, *key, go_on), asker)

    async def _judge_now(
        self, heavy: OffLoop, rule_set: str, happened_until: date, go_on: GoOn
    ) -> Evaluation:
        key = (rule_set, happened_until)
        model, begun = self._model.copy(), _Begun()
        judged = Evaluation(model, model.rule_set(rule_set), happened_until, self._position)
        self._begun[key] = begun
        try:
            await heavy.in_thread(lambda: judged.judge_all(go_on))
        finally:
            del self._begun[key]
        if begun.is_outdated or (needs_whole_set(judged.rule_set.params) and begun.touched):
            return judged  # valid for the position at which it began
        judged.model, judged.position = self._model, self._position
        judged.judge_again(begun.touched)
        if len(self._current) >= MOST_KEPT:
            self._current.clear()
        self._current[key] = judged
        return judged

    async def _refresh(self) -> None:
        """Applies what changed since the last call."""
        async with self._refreshing:
            if await self._view.position() == self._position:
                return
            async with self._view.snapshot() as view:
                position = await view.position()
                rows = await view.changed(KINDS_READ, self._position)
            if self._position < 0:
                self._model = await asyncio.to_thread(_model_of, rows, freezing(no_stop))
                self._position = position
                gc.freeze()
                return
            self._learn([(row["kind"], fact_of(row)) for row in rows], position)

    def _learn(self, changes: Iterable[tuple[str, RecordedFact]], position: int) -> None:
        touched: set[ClientKey] = set()
        kinds: set[str] = set()
        for kind, fact in changes:
            kinds.add(kind)
            before = self._model.placements.get((fact.source, fact.ref))
            client = self._model.apply(fact)
            if client is not None:
                touched.add(client)
            if kind == "placement" and before is not None:
                touched.add(client_of((fact.source, fact.ref), before))
        self._position = position
        of_programme = bool(kinds & PROGRAMME_KINDS)
        phases = bool(kinds & {"candidate", "handover"})
        for begun in self._begun.values():
            begun.touched |= touched
            begun.is_outdated |= of_programme or phases
        for key, kept in list(self._current.items()):
            params = kept.rule_set.params
            if (
                of_programme
                or (params.route_basis == "candidate_fase" and phases)
                or (needs_whole_set(params) and touched)
            ):
                del self._current[key]  # judged again in the thread at the next request
            else:
                kept.position = position
                kept.judge_again(touched)

    async def _then(
        self, rule_set: str, known_on: date, happened_until: date, asker: Asker | None
    ) -> Evaluation:
        position = await self._view.position()
        key = (rule_set, known_on, happened_until, position)
        kept = self._past.get(key)
        if kept is not None:
            return kept
        return await self.others.ask(
            key, lambda go_on: self._judge_then(rule_set, known_on, happened_until, go_on), asker
        )

    async def _judge_then(
        self, rule_set: str, known_on: date, happened_until: date, go_on: GoOn
    ) -> Evaluation:
        model, position = await self._load(known_on, go_on)
        judged = Evaluation(model, model.rule_set(rule_set), happened_until, position)
        await self.others.in_thread(lambda: judged.judge_all(go_on))
        # Evaluations at earlier positions are not requested again.
        self._past = {key: kept for key, kept in self._past.items() if kept.position >= position}
        if len(self._past) >= MOST_KEPT:
            self._past.clear()
        self._past[rule_set, known_on, happened_until, position] = judged
        return judged

    def _kept_model(self, known_on: date, position: int) -> FactSnapshot | None:
        return next((model for day, at, model in self._models if (day, at) == (known_on, position)), None)

    async def _load(self, known_on: date, go_on: GoOn) -> tuple[FactSnapshot, int]:
        position = await self._view.position()
        kept = self._kept_model(known_on, position)
        if kept is not None:
            return kept, position
        async with self._view.snapshot() as view:
            position = await view.position()
            rows = await view.known_at(KINDS_READ, end_of(known_on))
        model = await self.others.in_thread(lambda: _model_of(rows, go_on))
        while self._models and self._models[0][1] < position:
            self._models.popleft()
        self._models.append((known_on, position, model))
        return model, position

    async def is_provisional(self, known_on: date | None) -> bool:
        """Whether figures as known on a day may still change: until each source is live and past that day, or has ended."""
        if known_on is None:
            return True
        # The progress first: the partners read after it are all that the bureau had said by then.
        progress = {
            row["source"]: Progress(row["projected"], row["watermark"], row["through"])
            for row in await self._view.sources()
        }
        model, _ = await self.model(None)
        return not is_final(end_of(known_on), sources_of(model.partners), progress)


def _model_of(rows: Iterable[Record], go_on: GoOn) -> FactSnapshot:
    model = FactSnapshot()
    for row in rows:
        go_on()
        model.apply(fact_of(row))
    return model
