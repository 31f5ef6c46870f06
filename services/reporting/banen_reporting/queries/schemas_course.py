"""The answers about how figures came about, and how they differ."""

from collections.abc import Mapping
from datetime import date

from banen_reporting.queries.schemas import Answer, Heading


class CoursePoint(Answer, frozen=True):
    """What counts by the end of a month, and what the plan asks for; None: nothing to show."""

    counted: int | None
    planned: int | None


class CourseMonth(Answer, frozen=True):
    last_day: date
    routes: Mapping[str, CoursePoint]


class Course(Heading, frozen=True):
    """What counts month by month, beside the plan pro rata."""

    months: tuple[CourseMonth, ...]
    planned: Mapping[str, int | None]
    """What the plan asks for on each route by the day until which things happened."""
    is_over: bool
    """Whether the whole period of the programme lies before that."""
