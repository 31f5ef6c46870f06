"""The day as of which the pages open where nobody chose one."""

from datetime import date, timedelta

from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released, end_of_month


async def opening_day(answers: FigureQueries, released: Released) -> date | None:
    """Of a programme that is over the last day of reporting, of another one yesterday, where that is final.

    Else the last month-end that was released; None, all that is known now, where there is none.
    """
    today, yesterday = answers.today(), answers.today() - timedelta(days=1)
    definition = (await answers.figures.model(None))[0].definition
    reported = sorted(definition.reporting_days, reverse=True) if definition else []
    after_the_end = [day for day in reported if definition and definition.period.last_day <= day < today]
    for day in [*after_the_end, yesterday]:
        if not await answers.figures.is_provisional(day):
            return day
    return released.newest


def opening_month(day: date | None, released: Released) -> date | None:
    """The month-end for readers who see nothing else: that of the opening day, or the last one before it."""
    if day is None or released.newest is None:
        return released.newest
    return min(end_of_month(day), released.newest)
