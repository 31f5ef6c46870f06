"""Released month-ends: what aggregate readers see, computed once when a month is final, and kept for ever.

So a released answer never changes, even when facts are folded again. Each value is also checked against all earlier
ones (`suppression.py`), so that readers cannot learn small numbers by subtracting months.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from banen_kit.core.clocks import day_of, end_of
from banen_kit.core.problem import Problem
from banen_kit.postgres.connection import Pool, reachable
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries import aggregate
from banen_reporting.queries.queries import PUBLISHED, FigureQueries, FigureQuery
from banen_reporting.queries.schemas import Answer, ComparedRuleSet, Results, Targets
from banen_reporting.queries.suppression import CONVERSATIONS, Ever


class Release(Answer, frozen=True):
    """What aggregate readers see of a month under one rule set."""

    targets: Targets
    results: Results
    rule_set: ComparedRuleSet
    shown: Mapping[str, int]
    """Every number in it, by the name of its cell (`suppression.Shown`)."""


@dataclass(frozen=True)
class MonthEnd:
    """A month under one rule set, with all rule sets for comparison."""

    release: Release
    rule_sets: Sequence[ComparedRuleSet]


@dataclass
class Released:
    """The table `released`: a row per month and rule set."""

    pool: Pool
    newest: date | None = None
    """The last released month, as of the last read."""

    async def of(self, month: date, rule_set: str) -> MonthEnd:
        """Raises `Problem` 404 if the month was not released, or not for that rule set."""
        async with reachable():
            rows = await self.pool.fetch("select rule_set, answer from released where month = $1", month)
        found = {row["rule_set"]: Release.model_validate_json(row["answer"]) for row in rows}
        if not found:
            raise self.missing()
        if rule_set not in found:
            raise Problem(404, "rule-set-unknown", "No such rule set was published by that day.")
        order = sorted(found, key=lambda ref: (ref != PUBLISHED, ref))
        return MonthEnd(found[rule_set], [found[ref].rule_set for ref in order])

    async def course(self, until: date, rule_set: str) -> dict[date, Targets]:
        """What was shown at each month-end so far, under one rule set."""
        async with reachable():
            rows = await self.pool.fetch(
                "select month, answer ->> 'targets' as targets from released"
                " where rule_set = $1 and month <= $2 order by month",
                rule_set,
                until,
            )
        return {row["month"]: Targets.model_validate_json(row["targets"]) for row in rows}

    def missing(self) -> Problem:
        last = f"the newest is that of {self.newest}" if self.newest else "none is yet"
        return Problem(404, "month-not-released", f"That month-end was not released; {last}.", "knownOn")

    async def read_newest(self) -> date | None:
        async with reachable():
            self.newest = await self.pool.fetchval("select max(month) from released")
        return self.newest

    async def ever(self) -> Ever:
        """Every value that was ever shown."""
        ever = Ever()
        async with reachable():
            rows = await self.pool.fetch("select answer ->> 'shown' as shown from released")
        for row in rows:
            ever.add(json.loads(row["shown"]))
        return ever

    async def first_month(self) -> date | None:
        """The end of the month in which the first rule set became known; None if there is none."""
        async with reachable():
            moment: datetime | None = await self.pool.fetchval(
                "select min(known_from) from facts where kind = 'rule-set'"
            )
        return end_of_month(day_of(moment)) if moment else None

    async def has_news(self, after: date, until: date) -> bool:
        """Whether anything became known between the ends of two days."""
        async with reachable():
            return await self.pool.fetchval(
                "select exists (select 1 from facts where known_from >= $1 and known_from < $2)",
                end_of(after),
                end_of(until),
            )

    async def keep(self, month: date, releases: Mapping[str, Release]) -> None:
        """Saves all rule sets of a month in one transaction."""
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            await connection.executemany(
                "insert into released (month, rule_set, answer) values ($1, $2, $3)",
                [(month, rule_set, release.to_json()) for rule_set, release in releases.items()],
            )
        self.newest = month


@dataclass
class Releasing:
    """Releases month-ends in order, each when it is final. The same facts give the same release."""

    answers: FigureQueries
    released: Released
    _last: dict[str, Release] = field(default_factory=dict[str, Release])
    _settled: date | None = None
    """From this day on, only new facts can change `_last`."""

    async def work(self) -> None:
        """Releases all month-ends that are final, and continues after the last one."""
        newest = await self.released.read_newest()
        month = end_of_month(newest + timedelta(days=1)) if newest else await self.released.first_month()
        ever: Ever | None = None
        while (
            month is not None
            and month < self.answers.today()
            and not await self.answers.figures.is_provisional(month)
        ):
            ever = ever or await self.released.ever()
            await self.released.keep(month, await self._release(month, ever))
            month = end_of_month(month + timedelta(days=1))

    async def _release(self, month: date, ever: Ever) -> dict[str, Release]:
        before = end_of_month_before(month)
        is_settled = self._settled is not None and self._settled <= before
        if is_settled and not await self.released.has_news(before, month):
            self._last = {ref: _dated(release, month) for ref, release in self._last.items()}
            return self._last
        self._last, is_shown, held = {}, False, None
        compared = (await self.answers.rule_sets(FigureQuery(PUBLISHED, month, month))).rule_sets
        for number, row in enumerate(compared):
            asked = FigureQuery(row.id, month, month)
            judged = await self.answers.judged(asked)
            table = await self.answers.table(asked, judged)
            targets, told = await asyncio.to_thread(
                aggregate.kept_back, table, judged.tally, judged.verdicts, ever
            )
            assert targets.national is not None
            results = await self.answers.results(asked, held)
            assert results.funnel is not None
            held = results.funnel.conversations
            if number == 0:  # once a month: it is the same under all rule sets
                is_shown = not ever.is_secret(CONVERSATIONS, held)
            shown = {**told, CONVERSATIONS: held} if is_shown else told
            ever.add(shown)
            self._last[row.id] = Release(
                targets=targets,
                results=aggregate.results(results, targets, with_conversations=is_shown),
                rule_set=aggregate.rule_set(row, targets.national),
                shown=shown,
            )
        model, _ = await self.answers.figures.model(month)
        self._settled = await asyncio.to_thread(settled_from, model)
        return self._last


def settled_from(model: FactSnapshot) -> date:
    """The day after which time alone changes no verdict on these facts."""
    rules = [row.params for row in model.rule_sets.values()]
    minimum = timedelta(days=31 * (1 + max((params.min_months for params in rules), default=0)))
    days = [
        day
        for one in model.placements.values()
        for day in (one.start + minimum, one.planned_end, one.extended_end, one.end)
        if day is not None
    ]
    days += [params.window_to for params in rules]
    days += [first for row in model.partners.values() for first in row.units]
    days += [row.last_day for row in model.figures.values()]
    days += [row.occurred_on for row in model.costs.values()]
    return max(days, default=date.min)


def _dated(release: Release, month: date) -> Release:
    """The same release, dated at the end of a later month."""
    days = {"known_on": month, "happened_until": month}
    return release.model_copy(
        update={
            "targets": release.targets.model_copy(update=days),
            "results": release.results.model_copy(update=days),
        }
    )


def end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def end_of_month_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)
