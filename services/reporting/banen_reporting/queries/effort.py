"""What volunteers and staff gave: hours by month and role, trainings and peer reviews. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from banen_contracts.base import partner_of
from banen_contracts.intake import AttendanceBand
from banen_reporting.facts.model_matching import EffortFact, MeetingFact
from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import sum_of
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.schemas_views import Effort, EffortMonth, EffortOf, MeetingsOf


def effort(day: ProgrammeDay, extent: Extent) -> Effort:
    recorded = [
        (partner_of(source), row)
        for (source, _), row in day.activity.of(EffortFact).items()
        if extent.has_source(source) and first_day(row) <= day.until
    ]
    held = [
        (partner_of(source), row)
        for (source, _), row in day.activity.of(MeetingFact).items()
        if extent.has_source(source) and row.held_on <= day.until
    ]
    by_role: dict[tuple[str, str], list[EffortFact]] = {}
    by_month: dict[date, list[EffortFact]] = {}
    for partner, row in recorded:
        by_role.setdefault((partner, row.role.value), []).append(row)
        by_month.setdefault(first_day(row), []).append(row)
    by_kind: dict[tuple[str, str], list[MeetingFact]] = {}
    for partner, row in held:
        by_kind.setdefault((partner, row.kind.value), []).append(row)
    return Effort(
        **aggregate.heading(day.heading),
        effort=tuple(effort_of(*key, rows) for key, rows in sorted(by_role.items())),
        months=tuple(month_of(month, rows) for month, rows in sorted(by_month.items())),
        meetings=tuple(meetings_of(*key, rows) for key, rows in sorted(by_kind.items())),
    )


def first_day(row: EffortFact) -> date:
    return date.fromisoformat(f"{row.month}-01")


def effort_of(partner: str, role: str, rows: Sequence[EffortFact]) -> EffortOf:
    known = [row.people for row in sorted(rows, key=lambda row: row.month) if row.people is not None]
    return EffortOf(
        partner=partner,
        role=role,
        months=len(rows),
        kept_back=sum(row.hours is None for row in rows),
        hours=sum_of(row.hours for row in rows),
        people=known[-1] if known else None,
    )


def month_of(month: date, rows: Sequence[EffortFact]) -> EffortMonth:
    return EffortMonth(
        month=month,
        hours=sum_of(row.hours for row in rows),
        people=sum_of(row.people for row in rows),
        kept_back=sum(row.hours is None for row in rows),
    )


def meetings_of(partner: str, kind: str, rows: Sequence[MeetingFact]) -> MeetingsOf:
    came = Counter(row.attendance for row in rows)
    attendance = {band.value: came[band] for band in AttendanceBand}
    return MeetingsOf(partner=partner, kind=kind, held=len(rows), attendance=attendance)
