"""The day as of which the pages open where nobody chose one."""

from datetime import date, timedelta

from banen_contracts.programme import ProgrammeDefinition
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released, end_of_month


async def opening_day(answers: FigureQueries, released: Released, rule_set: str) -> date | None:
    """The first of the days to open on that is final and knew this rule set, else the last month-end that was released.

    None, all that is known now, where there is none: the programme or the rule set is younger than that.
    """
    definition = (await answers.figures.model(None))[0].definition
    days = days_to_open_on(definition, answers.today())
    for day in [*days, released.newest] if released.newest else days:
        is_final = not await answers.figures.is_provisional(day)
        if is_final and rule_set in (await answers.figures.model(day, answers.asker))[0].rule_sets:
            return day
    return None


def days_to_open_on(definition: ProgrammeDefinition | None, today: date) -> list[date]:
    """Of a programme that is over the days of reporting since its end, the last one first; then yesterday."""
    reported = sorted(definition.reporting_days, reverse=True) if definition else []
    over = [day for day in reported if definition and definition.period.last_day <= day < today]
    return [*over, today - timedelta(days=1)]


def opening_month(day: date | None, released: Released) -> date | None:
    """The month-end for readers who see nothing else: that of the opening day, or the last one before it."""
    if day is None or released.newest is None:
        return released.newest
    return min(end_of_month(day), released.newest)
