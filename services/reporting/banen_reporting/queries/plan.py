"""The plan pro rata: how much of a target time alone asks for by a day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from banen_contracts.programme import Period


@dataclass(frozen=True)
class Decided:
    """A target of a unit on a route, for the whole period or for a year, as decided on a day."""

    day: date
    unit: str
    route: str
    year: int | None
    value: int | None


def planned(decisions: Iterable[Decided], period: Period, day: date) -> float | None:
    """What the targets ask for by a day; None if there is no target.

    Until it is revised a target holds as it was set; from the day of a revision on, the line is that of the revised one.
    The first target holds from the first day on, also where it was decided later.
    """
    lines: dict[tuple[str, str], list[Decided]] = {}
    for one in decisions:
        lines.setdefault((one.unit, one.route), []).append(one)
    found = [_of_line(line, period, day) for line in lines.values()]
    known = [value for value in found if value is not None]
    return sum(known) if known else None


def _of_line(decisions: Sequence[Decided], period: Period, day: date) -> float | None:
    firsts = {one.year: one for one in reversed(decisions)}
    values: dict[int | None, int | None] = {}
    for one in decisions:
        if one.day <= day or firsts[one.year] is one:
            # A target for the whole period replaces those of years, and the other way round.
            values = {year: value for year, value in values.items() if (year is None) == (one.year is None)}
            values[one.year] = one.value
    parts = [_of_year(year, value, period, day) for year, value in values.items() if value is not None]
    return sum(parts) if parts else None


def _of_year(year: int | None, value: int, period: Period, day: date) -> float:
    first = max(period.first_day, date(year, 1, 1)) if year else period.first_day
    last = min(period.last_day, date(year, 12, 31)) if year else period.last_day
    return value * share(first, last, day)


def share(first: date, last: date, day: date) -> float:
    """How much of a time is over at the end of a day, from 0 to 1: each month weighs the same."""
    if day < first or last < first:
        return 0.0
    return months(first, min(day, last)) / months(first, last)


@lru_cache(maxsize=1024)
def months(first: date, last: date) -> float:
    """The number of months from one day to another, both included; of a month in part, the part of its days."""
    return sum(((end - begin).days + 1) / end_of_month(begin).day for begin, end in month_parts(first, last))


def month_parts(first: date, last: date) -> list[tuple[date, date]]:
    """The first and the last day of each month, as far as it lies between two days."""
    found: list[tuple[date, date]] = []
    begin = first
    while begin <= last:
        end = min(end_of_month(begin), last)
        found.append((begin, end))
        begin = end + timedelta(days=1)
    return found


def end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
