"""Released month-ends: what aggregate readers see, worked out once when a month is final, and kept for ever.

So what was shown stays shown, also when facts are folded anew, and whoever comes back next month cannot subtract: each
value is held against all that were ever released (`grid.py`).
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from banen_kit.core.clocks import AMSTERDAM
from banen_kit.core.problem import Problem
from banen_kit.postgres.connection import Pool, reachable
from banen_reporting.figures.evaluation import end_of
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.queries import PUBLISHED, FigureQueries, FigureQuery
from banen_reporting.queries.suppression import CONVERSATIONS, Ever, kept_back


@dataclass
class Released:
    """The table `released`: a row per month and rule set."""

    pool: Pool
    newest: date | None = None
    """The last month that was released, as far as read."""

    async def of(self, month: date, rule_set: str) -> dict[str, Any]:
        """The answers `targets`, `results` and `ruleSets`.

        Raises `Problem` 404 where that month or, in it, that rule set was not released.
        """
        async with reachable():
            rows = await self.pool.fetch("select rule_set, answer from released where month = $1", month)
        found = {row["rule_set"]: row["answer"] for row in rows}
        if not found:
            raise self.missing()
        if rule_set not in found:
            raise Problem(404, "rule-set-unknown", "No such rule set was published by that day.")
        order = sorted(found, key=lambda ref: (ref != PUBLISHED, ref))
        return {
            **json.loads(found[rule_set]),
            "ruleSets": [json.loads(found[ref])["ruleSet"] for ref in order],
        }

    def missing(self) -> Problem:
        last = f"the newest is that of {self.newest}" if self.newest else "none is yet"
        return Problem(404, "month-not-released", f"That month-end was not released; {last}.", "knownOn")

    async def read_newest(self) -> date | None:
        async with reachable():
            self.newest = await self.pool.fetchval("select max(month) from released")
        return self.newest

    async def ever(self) -> Ever:
        """Every value that was shown."""
        ever = Ever()
        async with reachable():
            rows = await self.pool.fetch("select answer ->> 'shown' as shown from released")
        for row in rows:
            ever.add(json.loads(row["shown"]))
        return ever

    async def first_month(self) -> date | None:
        """The end of the month in which the first rule set was known; None where none is."""
        async with reachable():
            moment: datetime | None = await self.pool.fetchval(
                "select min(known_from) from facts where kind = 'rule-set'"
            )
        return end_of_month(moment.astimezone(AMSTERDAM).date()) if moment else None

    async def has_news(self, after: date, until: date) -> bool:
        """Whether anything became known between the ends of two days."""
        async with reachable():
            return await self.pool.fetchval(
                "select exists (select 1 from facts where known_from >= $1 and known_from < $2)",
                end_of(after),
                end_of(until),
            )

    async def keep(self, month: date, answers: Mapping[str, Any]) -> None:
        """All of a month in one transaction."""
        async with reachable(), self.pool.acquire() as connection, connection.transaction():
            await connection.executemany(
                "insert into released (month, rule_set, answer) values ($1, $2, $3)",
                [(month, rule_set, json.dumps(answer)) for rule_set, answer in answers.items()],
            )
        self.newest = month


@dataclass
class Releasing:
    """Releases the ends of months in order, each once it is final. The same facts give the same release."""

    answers: FigureQueries
    released: Released
    _last: dict[str, Any] = field(default_factory=dict[str, Any])
    _settled: date | None = None
    """From this day on, what `_last` says is decided by nothing but new facts."""

    async def work(self) -> None:
        """Release all that can be; goes on where it was."""
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

    async def _release(self, month: date, ever: Ever) -> dict[str, Any]:
        before = end_of_month_before(month)
        is_settled = self._settled is not None and self._settled <= before
        if is_settled and not await self.released.has_news(before, month):
            self._last = {ref: _dated(answer, month) for ref, answer in self._last.items()}
            return self._last
        self._last, is_shown = {}, False
        compared = (await self.answers.rule_sets(FigureQuery(PUBLISHED, month, month)))["ruleSets"]
        for number, row in enumerate(compared):
            asked = FigureQuery(row["id"], month, month)
            judged = await self.answers.judged(asked)
            table = await self.answers.table(asked, judged)
            targets, told = await asyncio.to_thread(kept_back, table, judged.tally, judged.verdicts, ever)
            results = await self.answers.results(asked)
            held: int = results["funnel"]["conversations"]
            if number == 0:  # once a month: under other rules it is the same
                is_shown = not ever.is_secret(CONVERSATIONS, held)
            if is_shown:
                told[CONVERSATIONS] = held
            ever.add(told)
            self._last[row["id"]] = {
                "targets": targets,
                "results": _results(results, targets, is_shown=is_shown),
                "ruleSet": _rule_set(row, targets["national"]),
                "shown": told,
            }
        model, _ = await self.answers.figures.model(month)
        self._settled = await asyncio.to_thread(settled_from, model)
        return self._last


def settled_from(model: FactSnapshot) -> date:
    """The day after which no verdict on these facts changes any more by the passing of time."""
    rules = [row.params for row in model.rule_sets.values()]
    minimum = timedelta(days=31 * (1 + max((params.min_months for params in rules), default=0)))
    days = [
        day
        for one in model.placements.values()
        for day in (one.start + minimum, one.planned_end, one.extended_end, one.end)
        if day is not None
    ]
    days += [params.window_to for params in rules]
    days += [row.last_day for row in model.figures.values()]
    days += [row.occurred_on for row in model.costs.values()]
    return max(days, default=date.min)


def _dated(answer: Mapping[str, Any], month: date) -> dict[str, Any]:
    """The same answer at the end of a later month."""
    days = {"knownOn": month.isoformat(), "happenedUntil": month.isoformat()}
    return {**answer, "targets": {**answer["targets"], **days}, "results": {**answer["results"], **days}}


def _results(found: Mapping[str, Any], targets: Mapping[str, Any], *, is_shown: bool) -> dict[str, Any]:
    """The programme's part as `targets` shows it, and nothing of which it is a part."""
    totals = {unit["id"]: unit["total"] for unit in targets["units"]}
    units = [_part(unit, totals[unit["id"]]) for unit in found["units"]]
    total = targets["national"]["total"]
    national = _part(found["national"], total)
    if total["counted"] is None:
        return {**found, "units": units, "national": national, "costs": None, "funnel": None}
    return {**found, "units": units, "national": national, "funnel": found["funnel"] if is_shown else None}


def _part(given: Mapping[str, Any], cell: Mapping[str, Any]) -> dict[str, Any]:
    if cell["counted"] is not None:
        return {**given}
    programme = {**given["programme"], "value": None, "suppressed": cell["suppressed"]["counted"]}
    return {**given, "programme": programme, "total": None}


def _rule_set(row: Mapping[str, Any], national: Mapping[str, Any]) -> dict[str, Any]:
    """One rule set, without what its own table keeps back."""
    routes = {route: national["routes"][route]["counted"] for route in ("A", "B")}
    if national["total"]["counted"] is not None:
        return {**row, **routes}
    none = dict.fromkeys(("count", "percentOfTarget", "euroPerPlacement"))
    return {**row, **routes, **none, "parts": {**row["parts"], "counted": None}}


def end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def end_of_month_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)
