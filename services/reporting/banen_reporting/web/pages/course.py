"""How the figures came about, as a chart for each route and a table."""

from collections.abc import Mapping, Sequence
from datetime import date

from banen_kit.web.shell.charts import BurnUp, burn_up
from banen_reporting.queries.schemas_course import Course, CourseMonth
from banen_reporting.web.files import Table
from banen_reporting.web.words import ProgrammeWords

MOST_YEARS = 3
"""Labels of years below a chart; more would touch."""


def charts(course: Course, words: ProgrammeWords) -> Mapping[str, BurnUp]:
    """One per route on which anything was planned or counted."""
    labels = month_labels([month.last_day for month in course.months], words)
    found: dict[str, BurnUp] = {}
    for route in course.planned:
        points = [month.routes[route] for month in course.months]
        if any(point.planned or point.counted for point in points):
            found[route] = burn_up(
                [point.counted for point in points], [point.planned for point in points], labels
            )
    return found


def month_labels(ends: Sequence[date], words: ProgrammeWords) -> list[tuple[int, str]]:
    """The first and the last month, and the years between them that have room."""
    if not ends:
        return []
    last = len(ends) - 1
    room = len(ends) / 5
    years = [at for at, end in enumerate(ends) if end.month == 1 and room < at < last - room]
    step = 1 + (len(years) - 1) // MOST_YEARS
    ways = {0: words.language.month(ends[0]), **{at: str(ends[at].year) for at in years[::step]}}
    return sorted({**ways, last: words.language.month(ends[last])}.items())


def shown_months(course: Course) -> list[CourseMonth]:
    """Those at the end of a half year, and the last one that has begun."""
    begun = [one for one in course.months if one.last_day.replace(day=1) <= course.happened_until]
    return [month for month in begun if month.last_day.month in (6, 12) or month is begun[-1]]


def course_table(course: Course, words: ProgrammeWords) -> Table:
    heads = [words.gettext("month_end")]
    for route in course.planned:
        heads += [
            words.gettext("counted_so_far").format(route=words.route(route)),
            words.gettext("planned_so_far").format(route=words.route(route)),
        ]
    return Table(
        "course",
        heads,
        [
            (
                month.last_day,
                *(value for point in month.routes.values() for value in (point.counted, point.planned)),
            )
            for month in course.months
        ],
    )
