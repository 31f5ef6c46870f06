"""How the figures came about: what counts month by month, beside the plan pro rata."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from pydantic import TypeAdapter

from banen_contracts.programme import Period
from banen_contracts.reporting import TargetRevised, TargetSet
from banen_kit.core.clocks import end_of
from banen_reporting.counting import Verdict, national_choice
from banen_reporting.facts.model import BUREAU
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries import aggregate
from banen_reporting.queries.plan import Decided, month_parts, planned
from banen_reporting.queries.queries import FigureQueries, FigureQuery
from banen_reporting.queries.released import Released
from banen_reporting.queries.schemas import Cell, Heading, Targets
from banen_reporting.queries.schemas_course import Course, CourseMonth, CoursePoint

TARGETS = TypeAdapter(TargetSet)
TARGET_TYPES = {f"nl.banenoffensief.{event.NAME}" for event in (TargetSet, TargetRevised)}


async def course_of(answers: FigureQueries, asked: FigureQuery, units: Sequence[str] | None) -> Course:
    """Of some units, or of the nation: what counts by the day of the start, of what was known on the asked day."""
    judged = await answers.judged(asked)
    heading, model, verdicts = await answers.heading(asked, judged), judged.model, judged.verdicts
    ends = month_ends(model.definition.period if model.definition else None)
    counts = await asyncio.to_thread(counts_by_month, verdicts, units, ends, asked.happened_until)
    decisions = await decided(answers, model, asked, units)
    return course(heading, model, {end: by.__getitem__ for end, by in counts.items()}, decisions, ends)


async def released_course(
    answers: FigureQueries, released: Released, asked: FigureQuery, unit: str | None
) -> Course:
    """As it was shown at each month-end: what was kept back is a gap."""
    shown = await released.course(asked.happened_until, asked.rule_set)
    if asked.happened_until not in shown:
        raise released.missing()
    model, _ = await answers.figures.model(None)
    ends = month_ends(model.definition.period if model.definition else None)
    decisions = await decided(answers, model, asked, unit and [unit])
    counts = {month: counted_of(targets, unit) for month, targets in shown.items()}
    return course(shown[asked.happened_until], model, counts, decisions, ends)


def counted_of(targets: Targets, unit: str | None) -> Callable[[str], int | None]:
    parts = [one for one in targets.units if one.id == unit] if unit else [targets.national]
    cells: Mapping[str, Cell] = parts[0].routes if parts and parts[0] is not None else {}
    return lambda route: cells[route].counted if route in cells else None


def course(
    heading: Heading,
    model: FactSnapshot,
    counts: Mapping[date, Callable[[str], int | None]],
    decisions: Sequence[Decided],
    ends: Sequence[date],
) -> Course:
    """`counts` gives, for the last day of each month that has begun, what counts on a route."""
    definition = model.definition

    def plan(route: str, day: date) -> int | None:
        of_route = [one for one in decisions if one.route == route]
        found = planned(of_route, definition.period, day) if definition else None
        return None if found is None else round(found)

    return Course(
        **aggregate.heading(heading),
        months=tuple(
            CourseMonth(
                last_day=end,
                routes={
                    route: CoursePoint(
                        counted=counts[end](route) if end in counts else None, planned=plan(route, end)
                    )
                    for route in model.routes
                },
            )
            for end in ends
        ),
        planned={route: plan(route, heading.happened_until) for route in model.routes},
        is_over=definition is not None and heading.happened_until >= definition.period.last_day,
    )


def month_ends(period: Period | None) -> list[date]:
    return [end for _, end in month_parts(period.first_day, period.last_day)] if period else []


def counts_by_month(
    verdicts: Sequence[Verdict], units: Sequence[str] | None, ends: Sequence[date], until: date
) -> dict[date, Counter[str]]:
    """What counts so far at the end of each month that has begun. Without units each placement counts once."""
    if units is None:
        chosen = national_choice(verdicts)
        verdicts = [verdict for verdict in verdicts if chosen[verdict.key] is verdict]
    started = Counter(
        (verdict.route or "", verdict.start.isoformat()[:7])
        for verdict in verdicts
        if verdict.outcome == "counted" and (units is None or verdict.unit in units)
    )
    found: dict[date, Counter[str]] = {}
    for end in ends:
        if end.isoformat()[:7] <= until.isoformat()[:7]:
            found[end] = Counter[str]()
            for (route, month), count in started.items():
                if month <= end.isoformat()[:7]:
                    found[end][route] += count
    return found


async def decided(
    answers: FigureQueries, model: FactSnapshot, asked: FigureQuery, units: Sequence[str] | None
) -> list[Decided]:
    """The targets that were decided, in order, as far as known on the asked day."""
    found: list[Decided] = []
    for unit in model.units if units is None else units:
        for row in await answers.view.events_of(BUREAU, unit):
            is_known = asked.known_on is None or row["known_at"] < end_of(asked.known_on)
            if is_known and row["type"] in TARGET_TYPES:
                event = TARGETS.validate_json(row["body"])
                found.append(Decided(event.occurred_on, unit, event.route, event.year, event.value))
    return found
