"""Two states side by side, and what made the difference: placements that began to count, or stopped, by cause."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from banen_contracts.reporting import CountingPermissionGranted
from banen_kit.core.clocks import day_of, end_of
from banen_reporting.counting import Clause, PlacementKey, Verdict, national_choice
from banen_reporting.facts.model import BUREAU
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.queries.queries import FigureQueries, FigureQuery
from banen_reporting.queries.schemas import Targets
from banen_reporting.queries.schemas_course import Cause, CauseKind, ComparedCell, CountingDecision

GRANTED = TypeAdapter(CountingPermissionGranted)
GRANTED_TYPE = f"nl.banenoffensief.{CountingPermissionGranted.NAME}"
CauseKey = tuple[CauseKind, str | None, Clause | None]
"""The kind; of a permission the unit, and of a rule the clause by which a placement does not count."""


async def causes_of(
    answers: FigureQueries, before: FigureQuery, after: FigureQuery, within: frozenset[str] | None
) -> tuple[Cause, ...]:
    """Why placements count in one state and not in the other; `within`: only those of these units."""
    first, second = await answers.judged(before), await answers.judged(after)
    verdicts = first.verdicts, second.verdicts
    is_other_rule = first.rule_set != second.rule_set
    is_other_day = before.happened_until != after.happened_until
    found = await asyncio.to_thread(
        count_causes, first, second, verdicts, within, is_other_rule=is_other_rule, is_other_day=is_other_day
    )
    causes = [
        Cause(
            kind=kind,
            unit=unit,
            clause=clause,
            gained=gained,
            lost=lost,
            decisions=await decisions_on(answers, unit, before, after) if unit else (),
        )
        for (kind, unit, clause), (gained, lost) in found.items()
    ]
    return tuple(sorted(causes, key=lambda cause: -(cause.gained + cause.lost)))


def count_causes(
    first: Evaluation,
    second: Evaluation,
    verdicts: tuple[Sequence[Verdict], Sequence[Verdict]],
    within: frozenset[str] | None,
    *,
    is_other_rule: bool,
    is_other_day: bool,
) -> dict[CauseKey, tuple[int, int]]:
    """By cause, how many began to count and how many stopped."""
    was, now = (chosen(of, within) for of in verdicts)
    found: dict[CauseKey, tuple[int, int]] = {}
    for key in sorted({*was, *now}):
        counts = [one is not None and one.outcome == "counted" for one in (was.get(key), now.get(key))]
        if counts[0] == counts[1]:
            continue
        counting, other = (now[key], was.get(key)) if counts[1] else (was[key], now.get(key))
        cause = cause_of(
            key, first, second, counting, other, is_other_rule=is_other_rule, is_other_day=is_other_day
        )
        gained, lost = found.get(cause, (0, 0))
        found[cause] = (gained + counts[1], lost + counts[0])
    return found


def chosen(verdicts: Iterable[Verdict], within: frozenset[str] | None) -> Mapping[PlacementKey, Verdict]:
    """One verdict per placement."""
    return national_choice([one for one in verdicts if within is None or one.unit in within])


def cause_of(
    key: PlacementKey,
    first: Evaluation,
    second: Evaluation,
    counting: Verdict,
    other: Verdict | None,
    *,
    is_other_rule: bool,
    is_other_day: bool,
) -> CauseKey:
    if key not in first.model.placements:
        return "new", None, None
    if first.model.placements[key] != second.model.placements.get(key):
        return "changed", None, None
    unit = counting.unit or ""
    permissions = [
        one.model.units[unit].permission_from for one in (first, second) if unit in one.model.units
    ]
    if other is not None and other.clause == "R6" and len({*permissions}) > 1:
        return "permission", unit, None
    if is_other_rule:
        return "rule", None, other and other.clause
    return ("time" if is_other_day else "other"), None, None


async def decisions_on(
    answers: FigureQueries, unit: str, before: FigureQuery, after: FigureQuery
) -> tuple[CountingDecision, ...]:
    """The permissions for a unit that became known between the two days."""
    known = sorted(known_until(answers, asked) for asked in (before, after))
    return tuple(
        CountingDecision(
            known_on=day_of(row["known_at"]),
            counts_from=event.counts_starts_from,
            grantor=event.grantor,
            document=event.document_ref,
        )
        for row in await answers.view.events_of(BUREAU, unit)
        if row["type"] == GRANTED_TYPE and known[0] <= row["known_at"] < known[1]
        for event in (GRANTED.validate_json(row["body"]),)
    )


def known_until(answers: FigureQueries, asked: FigureQuery) -> datetime:
    return end_of(asked.known_on or answers.today())


def compared_cells(before: Targets, after: Targets) -> tuple[ComparedCell, ...]:
    """What counts in each, per unit and route, and in all; None where it is not to be seen."""
    was, now = (counted_by_place(of) for of in (before, after))
    return tuple(
        ComparedCell(
            unit=unit, route=route, before=was.get((unit, route), 0), after=now.get((unit, route), 0)
        )
        for unit, route in {**now, **was}
    )


def counted_by_place(targets: Targets) -> dict[tuple[str | None, str | None], int | None]:
    found: dict[tuple[str | None, str | None], int | None] = {}
    for unit in targets.units:
        found |= {(unit.id, route): cell.counted for route, cell in unit.routes.items()}
        found |= {(unit.id, route): counts.counted for route, counts in unit.other_routes.items()}
    if targets.national is not None:
        found |= {(None, route): cell.counted for route, cell in targets.national.routes.items()}
        found[None, None] = targets.national.total.counted
    return found
