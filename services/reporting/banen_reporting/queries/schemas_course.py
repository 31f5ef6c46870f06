"""The answers about how figures came about, and how they differ."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from banen_contracts.reporting import RuleSetParams
from banen_reporting.counting import Clause, Outcome
from banen_reporting.queries.schemas import Answer, Heading, PlacementRow, Targets


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


class ComparedCell(Answer, frozen=True):
    """What counts in two states; without a unit in the nation, without a route in all; None: not shown."""

    unit: str | None
    route: str | None
    before: int | None
    after: int | None

    @property
    def difference(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before


CauseKind = Literal["permission", "new", "changed", "rule", "time", "other"]


class CountingDecision(Answer, frozen=True):
    """A permission to count."""

    known_on: date
    counts_from: date
    grantor: str
    document: str | None


class Cause(Answer, frozen=True):
    """Why placements began to count, or stopped."""

    kind: CauseKind
    unit: str | None
    clause: Clause | None
    gained: int
    lost: int
    decisions: tuple[CountingDecision, ...]

    @property
    def difference(self) -> int:
        return self.gained - self.lost


class Comparison(Answer, frozen=True):
    """Two states side by side, and what made the difference; without causes for who sees no single placements."""

    before: Targets
    after: Targets
    cells: tuple[ComparedCell, ...]
    causes: tuple[Cause, ...] | None


class Flip(Answer, frozen=True):
    """A placement that counts under one of two sets of rules: what it would be, and what it is."""

    placement: PlacementRow
    was: Outcome
    was_clause: Clause | None


class WhatIf(Heading, frozen=True):
    """What would count under other rules; `flips` are the first of the placements that change sides."""

    rules: RuleSetParams
    changed: tuple[str, ...]
    """The parameters that differ from those of the rule set."""
    cells: tuple[ComparedCell, ...]
    gained: int
    lost: int
    flips: tuple[Flip, ...]
