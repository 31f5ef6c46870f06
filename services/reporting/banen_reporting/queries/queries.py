"""What the figures say, ready to be shown: pages, API and terminal say the same because it all comes from here."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from banen_kit.core.clocks import AMSTERDAM
from banen_kit.core.problem import FieldError, Problem, invalid
from banen_reporting.counting import (
    Verdict,
    client_of,
    judge_group,
    national_choice,
    needs_whole_set,
)
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.evaluation import Evaluation, Figures, end_of
from banen_reporting.figures.off_loop import Asker
from banen_reporting.figures.snapshot import FactSnapshot, RuleSetUnknown
from banen_reporting.queries.cells import (
    NONE,
    OUTCOMES,
    ROUTES,
    cell,
    cost_part,
    counted_by,
    imported_regular,
    national_cell,
    ordered_units,
    other_routes,
    percent,
    placement_row,
    regular_part,
    sum_of,
    total_cell,
    verdict_part,
)

PUBLISHED = "published"
DUPLICATES = "duplicates"
"""Stands, as a unit, for what several units count and the nation takes off."""


@dataclass(frozen=True)
class FigureQuery:
    """The two dates and the rule set of a question."""

    rule_set: str
    known_on: date | None
    happened_until: date


@dataclass(frozen=True)
class FigureQueries:
    """Makes the answers; pages, API and terminal say the same because they all come from here."""

    figures: Figures
    view: FactStore
    clock: Callable[[], datetime]
    asker: Asker | None = None
    """Whose costly questions these are; None are our own."""

    def today(self) -> date:
        return self.clock().astimezone(AMSTERDAM).date()

    def asked(self, rule_set: str | None, known_on: date | None, happened_until: date | None) -> FigureQuery:
        until = happened_until or known_on or self.today()
        return FigureQuery(rule_set or PUBLISHED, known_on, until)

    async def judged(self, asked: FigureQuery) -> Evaluation:
        """Raises `Problem` 404 where no such rule set was published by then."""
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

    async def heading(self, asked: FigureQuery, judged: Evaluation) -> dict[str, Any]:
        return {
            "ruleSet": {"id": judged.rule_set.id, "version": judged.rule_set.version},
            "knownOn": (asked.known_on or self.today()).isoformat(),
            "happenedUntil": asked.happened_until.isoformat(),
            "provisional": await self.figures.is_provisional(asked.known_on),
            "position": judged.position,
        }

    async def targets(self, asked: FigureQuery) -> dict[str, Any]:
        """Per unit and route: target, counted, pending, excluded, attainment; the nation, and its duplicates."""
        return await self.table(asked, await self.judged(asked))

    async def table(self, asked: FigureQuery, judged: Evaluation) -> dict[str, Any]:
        """The answer of `targets`, made of these verdicts."""
        model, counts = judged.model, judged.tally
        units = [
            {
                "id": ref,
                "label": unit.label,
                "members": list(unit.members),
                "countedBy": counted_by(model, ref),
                "routes": {route: cell(counts, ref, route, unit.targets.get(route)) for route in ROUTES},
                "otherRoutes": other_routes(counts, ref),
                "total": total_cell(counts, ref, sum_of(unit.targets.values())),
            }
            for ref, unit in ordered_units(model)
        ]
        outside = total_cell(counts, None, None)
        national = {
            "routes": {
                route: national_cell(
                    counts, (route.value,), sum_of(u.targets.get(route) for u in model.units.values())
                )
                for route in ROUTES
            },
            "total": national_cell(
                counts, None, sum_of(t for u in model.units.values() for t in u.targets.values())
            ),
            "duplicates": {
                outcome: sum(n for (_, o), n in counts.duplicates.items() if o == outcome)
                for outcome in OUTCOMES
            },
        }
        return {
            **await self.heading(asked, judged),
            "units": units,
            "outsideUnits": outside,
            "national": national,
        }

    async def results(self, asked: FigureQuery) -> dict[str, Any]:
        """Per unit: programme (counted), regular (imported, with its provenance) and total."""
        judged = await self.judged(asked)
        model, counts = judged.model, judged.tally
        units: list[dict[str, Any]] = []
        for ref, unit in ordered_units(model):
            counted = total_cell(counts, ref, None)["counted"]
            regular = regular_part(model, ref, asked.happened_until)
            units.append(
                {
                    "id": ref,
                    "label": unit.label,
                    "programme": {"value": counted, "provenance": "measured"},
                    "regular": regular,
                    "total": counted + (regular["value"] or 0),
                }
            )
        counted = national_cell(counts, None, None)["counted"]
        imported = imported_regular(model, asked.happened_until)
        national = {
            "programme": {"value": counted, "provenance": "measured"},
            "regular": {"value": imported, "provenance": "imported"},
            "total": counted + imported,
        }
        costs = cost_part(model, counted, asked.happened_until)
        # Before the funnel, during which figures kept current may move on: the position is that of the counts above.
        heading = await self.heading(asked, judged)
        funnel = await self.funnel(asked, counted)
        return {**heading, "units": units, "national": national, "costs": costs, "funnel": funnel}

    async def funnel(self, asked: FigureQuery, counted: int) -> dict[str, Any]:
        """Conversations held, and how many counted placements there are for a hundred of them."""
        moment = end_of(asked.known_on) if asked.known_on else None
        conversations = await self.view.count_conversations(moment, asked.happened_until)
        return {
            "conversations": conversations,
            "placedOfConversationsPercent": percent(counted, conversations),
        }

    async def rule_sets(self, asked: FigureQuery) -> dict[str, Any]:
        """Every published rule set with what it counts, its share of the target and the cost of one placement."""
        model, position = await self.figures.model(asked.known_on, self.asker)
        rows: list[dict[str, Any]] = []
        for ref, row in sorted(model.rule_sets.items(), key=lambda item: (item[0] != PUBLISHED, item[0])):
            judged = await self.judged(FigureQuery(ref, asked.known_on, asked.happened_until))
            counts = judged.tally
            counted = national_cell(counts, None, None)["counted"]
            takes_regular = row.params.additionality == "none"
            imported = imported_regular(model, asked.happened_until) if takes_regular else 0
            target = sum_of(t for unit in model.units.values() for t in unit.targets.values())
            rows.append(
                {
                    "id": ref,
                    "version": row.version,
                    "approvedBy": row.approved_by,
                    "approvedOn": row.approved_on.isoformat(),
                    "params": row.params.model_dump(mode="json", by_alias=True),
                    "count": counted + imported,
                    "parts": {"counted": counted, "imported": imported},
                    "A": national_cell(counts, ("A",), None)["counted"],
                    "B": national_cell(counts, ("B",), None)["counted"],
                    "percentOfTarget": percent(counted + imported, target),
                    "euroPerPlacement": cost_part(model, counted + imported, asked.happened_until)[
                        "perPlacementEuro"
                    ],
                }
            )
        known_on = (asked.known_on or self.today()).isoformat()
        return {
            "knownOn": known_on,
            "happenedUntil": asked.happened_until.isoformat(),
            "position": position,
            "ruleSets": rows,
        }

    async def placements(
        self, asked: FigureQuery, wanted: "PlacementFilter", cursor: str | None, limit: int
    ) -> dict[str, Any]:
        """A page of the rows behind a figure; `count` is the figure."""
        judged = await self.judged(asked)
        rows = sorted((v for v in behind(judged.verdicts, wanted) if wanted.takes(v)), key=row_order)
        after = read_cursor(cursor) if cursor else None
        rest = [row for row in rows if after is None or row_order(row) > after]
        page = rest[:limit]
        following = write_cursor(row_order(page[-1])) if len(rest) > limit else None
        return {
            **await self.heading(asked, judged),
            "count": len(rows),
            "placements": [placement_row(judged, verdict) for verdict in page],
            "next": following,
        }

    async def placement(self, ref: str, source: str | None, asked: FigureQuery) -> dict[str, Any]:
        """One placement: its events, and what every rule set says of it."""
        model, position = await self.figures.model(asked.known_on, self.asker)
        keys = [key for key in model.placements if key[1] == ref and source in (None, key[0])]
        if not keys:
            raise Problem(404, "placement-unknown", "No such placement was known by that day.")
        key = keys[0]
        verdicts: list[dict[str, Any]] = []
        for rule_set_id in sorted(model.rule_sets):
            verdicts += [
                {"ruleSet": rule_set_id, **verdict_part(verdict)}
                for verdict in await self._verdicts_on(model, key, rule_set_id, asked)
            ]
        events = [
            {
                "event": row["type"].removeprefix("nl.banenoffensief."),
                "sequence": row["sequence"],
                "recordedAt": row["recorded_at"].isoformat(),
                "knownAt": row["known_at"].isoformat(),
                "imported": row["imported"],
                "data": json.loads(row["body"]),
            }
            for row in await self.view.events_of(*key)
            if asked.known_on is None or row["known_at"].astimezone(AMSTERDAM).date() <= asked.known_on
        ]
        return {"ref": ref, "source": key[0], "position": position, "events": events, "verdicts": verdicts}

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


@dataclass(frozen=True)
class PlacementFilter:
    """A filter on verdicts; None takes all, `none` takes what has no unit or no route."""

    unit: str | None = None
    route: str | None = None
    outcome: str | None = None
    clause: str | None = None
    within: frozenset[str] | None = None
    """The only units of which the reader sees rows; None where there is no such bound."""

    def takes(self, verdict: Verdict) -> bool:
        return (
            self.unit in (None, DUPLICATES, verdict.unit or NONE)
            and self.route in (None, verdict.route or NONE)
            and self.outcome in (None, verdict.outcome)
            and self.clause in (None, verdict.clause)
            and (self.within is None or verdict.unit in self.within)
        )


def behind(verdicts: list[Verdict], wanted: PlacementFilter) -> list[Verdict]:
    """What the figures of a unit count; without a unit those of the nation, which takes each placement once.

    A reader of some units has no figure of the nation: then it is what these count together.
    """
    if wanted.unit not in (None, DUPLICATES) or (wanted.unit is None and wanted.within is not None):
        return verdicts
    chosen = national_choice(verdicts)
    return [verdict for verdict in verdicts if (chosen[verdict.key] is verdict) == (wanted.unit is None)]


RowOrder = tuple[str, str, str, str]
ROW_ORDER: TypeAdapter[RowOrder] = TypeAdapter(RowOrder)


def row_order(verdict: Verdict) -> RowOrder:
    return verdict.start.isoformat(), verdict.key[1], verdict.key[0], verdict.unit or ""


def write_cursor(order: RowOrder) -> str:
    return base64.urlsafe_b64encode(json.dumps(order).encode()).decode()


def read_cursor(cursor: str) -> RowOrder:
    try:
        return ROW_ORDER.validate_json(base64.urlsafe_b64decode(cursor))
    except ValueError:
        raise invalid([FieldError("cursor", "is not one that this service gave")]) from None
