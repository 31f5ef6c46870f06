"""Figures: counts of verdicts, kept up to date for today and computed afresh for any other pair of dates."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from banen_contracts.base import source_of
from banen_reporting.model import Model
from banen_reporting.rows import (
    AMSTERDAM,
    BUREAU,
)
from banen_reporting.verdict import (
    ClientKey,
    CountedRoute,
    Outcome,
    RuleSet,
    Tally,
    Verdict,
    judge,
    judge_group,
    needs_whole_set,
    tally,
)
from banen_reporting.view import View

KINDS_READ = ("partner", "unit", "rule-set", "figure", "cost", "placement", "client", "handover", "candidate")
PROGRAMME_KINDS = frozenset({"unit", "rule-set", "figure", "cost"})
MOST_KEPT = 16


@dataclass
class Judged:
    """All verdicts under one rule set, at two dates, as of a position."""

    model: Model
    rule_set: RuleSet
    happened_until: date
    position: int
    by_client: dict[ClientKey, list[Verdict]] = field(default_factory=dict[ClientKey, list[Verdict]])
    _cells: Counter[tuple[str | None, CountedRoute | None, Outcome]] = field(
        default_factory=Counter[tuple[str | None, CountedRoute | None, Outcome]]
    )
    _duplicates: Counter[tuple[CountedRoute | None, Outcome]] = field(
        default_factory=Counter[tuple[CountedRoute | None, Outcome]]
    )

    def judge_all(self) -> None:
        placements = self.model.for_judging(self.model.placements, self.rule_set)
        verdicts = judge(placements, self.model.programme(), self.rule_set, self.happened_until)
        self.by_client = {}
        for verdict in verdicts:
            self.by_client.setdefault(self.model.placements[verdict.key].client, []).append(verdict)
        counted = tally(verdicts)
        self._cells, self._duplicates = Counter(counted.cells), Counter(counted.duplicates)

    def judge_again(self, clients: Iterable[ClientKey]) -> None:
        """After a change: only the placements of these clients, where no rule looks further."""
        if needs_whole_set(self.rule_set.params):
            self.judge_all()
            return
        programme = self.model.programme()
        for client in clients:
            keys = self.model.of_client.get(client, set())
            placements = self.model.for_judging(keys, self.rule_set)
            before = tally(self.by_client.get(client, ()))
            self.by_client[client] = judge_group(placements, programme, self.rule_set, self.happened_until)
            after = tally(self.by_client[client])
            self._cells.subtract(before.cells)
            self._cells.update(after.cells)
            self._duplicates.subtract(before.duplicates)
            self._duplicates.update(after.duplicates)

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for group in self.by_client.values() for verdict in group]

    @property
    def tally(self) -> Tally:
        return Tally(self._cells, self._duplicates)


class Figures:
    """Answers for any rule set, known-on and happened-until; keeps today's answers current as events come in."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._model = Model()
        self._position = -1
        self._current: dict[tuple[str, date], Judged] = {}
        self._past: OrderedDict[tuple[str, date, date, int], Judged] = OrderedDict()
        self._models: deque[tuple[date, int, Model]] = deque(maxlen=4)
        self._lock = asyncio.Lock()

    async def judged(self, rule_set: str, known_on: date | None, happened_until: date) -> Judged:
        """Raises `RuleSetUnknown`. `known_on=None`: all that is known now."""
        async with self._lock:
            if known_on is None:
                return await self._now(rule_set, happened_until)
            return await self._then(rule_set, known_on, happened_until)

    async def model(self, known_on: date | None) -> tuple[Model, int]:
        """The facts as known on a day, or now, and the position."""
        async with self._lock:
            if known_on is None:
                await self._refresh()
                return self._model, self._position
            return await self._load(known_on)

    async def _now(self, rule_set: str, happened_until: date) -> Judged:
        await self._refresh()
        kept = self._current.get((rule_set, happened_until))
        if kept is None:
            kept = Judged(self._model, self._model.rule_set(rule_set), happened_until, self._position)
            kept.judge_all()
            if len(self._current) >= MOST_KEPT:
                self._current.clear()
            self._current[rule_set, happened_until] = kept
        return kept

    async def _refresh(self) -> None:
        """Take in what changed since the last time."""
        position = await self._view.position()
        if position == self._position:
            return
        async with self._view.snapshot() as view:
            position = await view.position()
            changes = await view.changed(KINDS_READ, self._position)
        touched: set[ClientKey] = set()
        kinds: set[str] = set()
        for kind, fact in changes:
            kinds.add(kind)
            before = self._model.placements.get((fact.source, fact.ref))
            client = self._model.learn(fact)
            if client is not None:
                touched.add(client)
            if kind == "placement" and before is not None and before.client != client:
                touched.add(before.client)
        self._position = position
        if kinds & PROGRAMME_KINDS:
            self._current.clear()
        for kept in self._current.values():
            kept.position = position
            if kept.rule_set.params.route_basis == "candidate_fase" and kinds & {"candidate", "handover"}:
                kept.judge_all()
            elif touched:
                kept.judge_again(touched)

    async def _then(self, rule_set: str, known_on: date, happened_until: date) -> Judged:
        position = await self._view.position()
        key = (rule_set, known_on, happened_until, position)
        kept = self._past.get(key)
        if kept is None:
            model = next(
                (
                    one.model
                    for (_, day, _, at), one in self._past.items()
                    if (day, at) == (known_on, position)
                ),
                None,
            )
            if model is None:
                model, position = await self._load(known_on)
            kept = Judged(model, model.rule_set(rule_set), happened_until, position)
            kept.judge_all()
            self._past[rule_set, known_on, happened_until, position] = kept
            while len(self._past) > MOST_KEPT:
                self._past.popitem(last=False)
        return kept

    async def _load(self, known_on: date) -> tuple[Model, int]:
        position = await self._view.position()
        for kept_on, kept_at, kept in self._models:
            if (kept_on, kept_at) == (known_on, position):
                return kept, position
        model = Model()
        moment = end_of(known_on)
        async with self._view.snapshot() as view:
            position = await view.position()
            for kind in KINDS_READ:
                for fact in await view.known_at(kind, moment):
                    model.learn(fact)
        self._models.append((known_on, position, model))
        return model, position

    async def is_provisional(self, known_on: date | None) -> bool:
        """Whether the figures as known on a day may still change: until every source is live, and said to be past it."""
        if known_on is None:
            return True
        model, _ = await self.model(None)
        through = {
            row["source"]: row["through"]
            for row in await self._view.sources()
            if row["through"] is not None and row["projected"] >= row["watermark"]
        }
        moment = end_of(known_on)
        # A source of which it was not known on that day that it takes part says nothing about it, now or later.
        expected = {
            source_of(partner, service): service in row.live
            for partner, row in model.partners.items()
            for service, since in row.admitted.items()
            if since < moment
        }
        # Its decisions change figures too, also where it has not admitted itself.
        expected.setdefault(BUREAU, False)
        return not all(
            live and source in through and through[source] >= moment for source, live in expected.items()
        )


def end_of(day: date) -> datetime:
    """The first moment after a day in Amsterdam."""
    return datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM)
