"""Builds the answers about figures, for pages, API and terminal alike."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from banen_contracts.reporting import Provenance
from banen_kit.core.clocks import day_of, end_of
from banen_kit.core.problem import Problem
from banen_reporting.counting import (
    Verdict,
    client_of,
    judge_group,
    needs_whole_set,
)
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.figures import Figures
from banen_reporting.figures.off_loop import Asker
from banen_reporting.figures.snapshot import FactSnapshot, RuleSetUnknown
from banen_reporting.queries.cells import (
    cell,
    compared,
    cost_part,
    counted_by,
    duplicates,
    imported_regular,
    national_cell,
    national_numbers,
    national_target,
    ordered_units,
    other_routes,
    percent,
    placement_event,
    placement_row,
    programme_part,
    regular_part,
    sum_of,
    total_cell,
    unit_numbers,
)
from banen_reporting.queries.cursor import read_cursor, row_order, write_cursor
from banen_reporting.queries.day import KeptDays
from banen_reporting.queries.rows import Order, PlacementFilter, listed
from banen_reporting.queries.schemas import (
    ComparedRuleSet,
    Funnel,
    Heading,
    NationalTargets,
    PlacementHistory,
    PlacementRow,
    Placements,
    RegularPart,
    ResultParts,
    Results,
    RuleSets,
    RuleSetVerdict,
    RuleSetVersion,
    Targets,
    UnitResults,
    UnitTargets,
)

PUBLISHED = "published"


@dataclass(frozen=True)
class FigureQuery:
    """The rule set and the two dates of a query."""

    rule_set: str
    known_on: date | None
    happened_until: date


@dataclass(frozen=True)
class FigureQueries:
    """Builds all answers about figures."""

    figures: Figures
    view: FactStore
    clock: Callable[[], datetime]
    asker: Asker | None = None
    """Who asks expensive questions; None for our own work."""
    days: KeptDays = field(default_factory=KeptDays)

    def today(self) -> date:
        return day_of(self.clock())

    def asked(self, rule_set: str | None, known_on: date | None, happened_until: date | None) -> FigureQuery:
        until = happened_until or known_on or self.today()
        return FigureQuery(rule_set or PUBLISHED, known_on, until)

    async def judged(self, asked: FigureQuery) -> Evaluation:
        """Raises `Problem` 404 if no such rule set was published by then."""
        try:
            return await self.figures.judged(
                asked.rule_set,
                asked.known_on,
                asked.happened_until,
                self.asker,
                is_today=asked.happened_until == self.today(),
            )
        except RuleSetUnknown:
            raise Problem(404, "rule-set-unknown", "No such rule set was published by that day.") from None

    async def heading(self, asked: FigureQuery, judged: Evaluation) -> Heading:
        return Heading(
            rule_set=RuleSetVersion(id=judged.rule_set.id, version=judged.rule_set.version),
            known_on=asked.known_on or self.today(),
            happened_until=asked.happened_until,
            provisional=await self.figures.is_provisional(asked.known_on),
            position=judged.position,
        )

    async def targets(self, asked: FigureQuery) -> Targets:
        """Per unit and route: target, counted, pending, excluded, attainment; also national, with duplicates."""
        return await self.table(asked, await self.judged(asked))

    async def table(self, asked: FigureQuery, judged: Evaluation) -> Targets:
        """Builds the answer of `targets` from an evaluation."""
        model, counts = judged.model, judged.tally
        routes = model.routes
        units = tuple(
            UnitTargets(
                id=ref,
                label=unit.label,
                members=model.members(ref, asked.happened_until),
                counted_by=counted_by(model, ref),
                routes={route: cell(counts, ref, route, unit.targets.get(route)) for route in routes},
                other_routes=other_routes(counts, ref, routes),
                total=total_cell(counts, ref, sum_of(unit.targets.values())),
            )
            for ref, unit in ordered_units(model)
        )
        outside = total_cell(counts, None, None)
        national = NationalTargets(
            routes={
                route: national_cell(
                    counts, (route,), sum_of(u.targets.get(route) for u in model.units.values())
                )
                for route in routes
            },
            total=national_cell(counts, None, national_target(model)),
            duplicates=duplicates(counts),
        )
        heading = await self.heading(asked, judged)
        return Targets(**dict(heading), units=units, outside_units=outside, national=national)

    async def results(self, asked: FigureQuery, conversations: int | None = None) -> Results:
        """Per unit: programme (counted), regular (imported, with its provenance) and total.

        `conversations`: their number, if already known; it is the same for every rule set.
        """
        judged = await self.judged(asked)
        model, counts = judged.model, judged.tally
        units: list[UnitResults] = []
        for ref, unit in ordered_units(model):
            placed = unit_numbers(counts, ref)["counted"]
            regular = regular_part(model, ref, asked.happened_until)
            units.append(
                UnitResults(
                    id=ref,
                    label=unit.label,
                    programme=programme_part(placed),
                    regular=regular,
                    total=placed + (regular.value or 0),
                )
            )
        counted = national_numbers(counts)["counted"]
        imported = imported_regular(model, asked.happened_until)
        national = ResultParts(
            programme=programme_part(counted),
            regular=RegularPart(value=imported, provenance=Provenance.IMPORTED),
            total=counted + imported,
        )
        costs = cost_part(model, counted, asked.happened_until)
        # Before the conversations are counted: kept figures may change meanwhile, and the position must fit the counts.
        heading = await self.heading(asked, judged)
        if conversations is None:
            conversations = await self.conversations(asked)
        rate = percent(counted, conversations)
        planned = model.definition.funnel if model.definition else None
        funnel = Funnel(conversations=conversations, placed_of_conversations_percent=rate, planned=planned)
        return Results(**dict(heading), units=tuple(units), national=national, costs=costs, funnel=funnel)

    async def conversations(self, asked: FigureQuery) -> int:
        """The number of conversations held."""
        moment = end_of(asked.known_on) if asked.known_on else None
        return await self.view.count_conversations(moment, asked.happened_until)

    async def rule_sets(self, asked: FigureQuery) -> RuleSets:
        """Each published rule set with its count, its share of the target and the cost per placement."""
        model, position = await self.figures.model(asked.known_on, self.asker)
        rows: list[ComparedRuleSet] = []
        for ref in sorted(model.rule_sets, key=lambda ref: (ref != PUBLISHED, ref)):
            judged = await self.judged(FigureQuery(ref, asked.known_on, asked.happened_until))
            rows.append(compared(ref, model, judged.tally, asked.happened_until))
        return RuleSets(
            known_on=asked.known_on or self.today(),
            happened_until=asked.happened_until,
            position=position,
            rule_sets=tuple(rows),
        )

    async def placements(
        self,
        asked: FigureQuery,
        wanted: PlacementFilter,
        cursor: str | None,
        limit: int,
        order: Order = "start",
        skip: int = 0,
    ) -> Placements:
        """One page of the rows behind a figure; `count` is the figure.

        A page begins after a cursor, where the order is that of the start, or after so many rows.
        """
        judged = await self.judged(asked)
        heading = await self.heading(asked, judged)
        found = await asyncio.to_thread(listed, judged.verdicts, wanted, order)
        after = read_cursor(cursor) if cursor else None
        rest = [row for row in found.rows[skip:] if after is None or row_order(row) > after]
        page = rest[:limit]
        return Placements(
            **dict(heading),
            count=len(found.rows),
            totals=found.totals,
            clauses=found.clauses,
            placements=tuple(placement_row(judged, verdict) for verdict in page),
            next=write_cursor(row_order(page[-1])) if len(rest) > limit else None,
        )

    async def all_placements(
        self, asked: FigureQuery, wanted: PlacementFilter, order: Order
    ) -> tuple[Heading, list[tuple[str, Callable[[], PlacementRow]]]]:
        """Every row behind a figure: its reference, and what makes it."""
        judged = await self.judged(asked)
        heading = await self.heading(asked, judged)
        found = await asyncio.to_thread(listed, judged.verdicts, wanted, order)
        return heading, [(verdict.key[1], partial(placement_row, judged, verdict)) for verdict in found.rows]

    async def placement(self, ref: str, source: str | None, asked: FigureQuery) -> PlacementHistory:
        """One placement: its events, and the verdict of every rule set."""
        model, position = await self.figures.model(asked.known_on, self.asker)
        keys = [key for key in model.placements if key[1] == ref and source in (None, key[0])]
        if not keys:
            raise Problem(404, "placement-unknown", "No such placement was known by that day.")
        key = keys[0]
        verdicts = [
            RuleSetVerdict(
                rule_set=rule_set_id,
                unit=verdict.unit,
                route=verdict.route,
                verdict=verdict.outcome,
                clause=verdict.clause,
            )
            for rule_set_id in sorted(model.rule_sets)
            for verdict in await self._verdicts_on(model, key, rule_set_id, asked)
        ]
        events = tuple(
            placement_event(row)
            for row in await self.view.events_of(*key)
            if asked.known_on is None or day_of(row["known_at"]) <= asked.known_on
        )
        return PlacementHistory(
            ref=ref, source=key[0], position=position, events=events, verdicts=tuple(verdicts)
        )

    async def _verdicts_on(
        self, model: FactSnapshot, key: tuple[str, str], rule_set_id: str, asked: FigureQuery
    ) -> list[Verdict]:
        rule_set = model.rule_set(rule_set_id)
        if needs_whole_set(rule_set.params):
            judged = await self.judged(FigureQuery(rule_set_id, asked.known_on, asked.happened_until))
            return [verdict for verdict in judged.verdicts if verdict.key == key]
        group = model.placements_of(client_of(key, model.placements[key]))
        verdicts = judge_group(group, model.assessments, model.programme(), rule_set, asked.happened_until)
        return [verdict for verdict in verdicts if verdict.key == key]
