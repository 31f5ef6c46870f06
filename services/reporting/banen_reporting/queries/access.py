"""What each kind of reader sees of the figures (ADR 0020).

*Row readers* see figures for any dates and the placements behind them: the bureau, the steering group and an auditor
see all, a partner sees its own units. *Aggregate readers* see only figures of released month-ends, without rows and
without cells about few people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from fastapi import Request

from banen_contracts.base import partner_of
from banen_contracts.roles import Role
from banen_kit.audit.log import Outcome
from banen_kit.core.identity import Principal
from banen_kit.core.problem import Problem
from banen_kit.web.authentication import Authentication, RequestContext, who
from banen_reporting.figures.off_loop import Asker
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.comparison import causes_of, compared_cells
from banen_reporting.queries.course import course_of, released_course
from banen_reporting.queries.filters import known_filters, refuse_impossible
from banen_reporting.queries.opening import opening_day, opening_month
from banen_reporting.queries.own import compared_on, own_results, own_rule_set, own_targets
from banen_reporting.queries.queries import PUBLISHED, FigureQueries, FigureQuery
from banen_reporting.queries.released import MonthEnd, Released, end_of_month_before
from banen_reporting.queries.rows import Order, PlacementFilter
from banen_reporting.queries.schemas import (
    Heading,
    PlacementHistory,
    PlacementRow,
    Placements,
    Results,
    RuleSets,
    Targets,
    UnitTargets,
)
from banen_reporting.queries.schemas_course import Comparison, Course

OF_THE_PROGRAMME = frozenset({Role.PROJECT_BUREAU, Role.STEERING_GROUP, Role.AUDITOR})

Sees = Literal["all", "own", "month-ends"]


@dataclass(frozen=True)
class Programme:
    """Who is who: the bureau, and the partners of the programme."""

    bureau: str
    partners: frozenset[str]

    def sees(self, principal: Principal) -> Sees:
        if principal.partner == self.bureau:
            return "all" if principal.roles & OF_THE_PROGRAMME else "month-ends"
        is_partner = principal.partner in self.partners and Role.MINISTRY_OBSERVER not in principal.roles
        return "own" if is_partner and Role.INTEGRATOR not in principal.roles else "month-ends"


@dataclass(frozen=True)
class FigureAccess:
    """Gives each reader the answers that they may see."""

    answers: FigureQueries
    programme: Programme
    authentication: Authentication
    released: Released

    def reading(self, request: Request) -> "Scope":
        visitor = who(request)
        asker = Asker(visitor.principal.subject, request.is_disconnected)
        answers = replace(self.answers, asker=asker)
        sees = self.programme.sees(visitor.principal)
        return Scope(answers, visitor, sees, request, self.authentication, self.released)


@dataclass(frozen=True)
class Scope:
    """The answers for one reader. Access to single placements is recorded in the audit log."""

    answers: FigureQueries
    who: RequestContext
    sees: Sees
    request: Request
    authentication: Authentication
    released: Released

    @property
    def has_rows(self) -> bool:
        return self.sees != "month-ends"

    def asked(self, rule_set: str | None, known_on: date | None, until: date | None) -> FigureQuery:
        """Raises `Problem` 403 if the reader may not choose these dates."""
        if self.has_rows:
            self._refuse_future(known_on, until)
            return self.answers.asked(rule_set, known_on, until)
        day = known_on or until or self.released.newest or end_of_month_before(self.answers.today())
        if (until or day) != day or (day + timedelta(days=1)).day != 1 or day >= self.answers.today():
            detail = "You see the figures as they were at the end of a month, for both dates the same."
            raise Problem(403, "dates-not-yours", detail, "knownOn")
        return self.answers.asked(rule_set, day, day)

    def asked_twice(
        self,
        rule_set: str | None,
        known_on: date | None,
        until: date | None,
        other_rule_set: str | None,
        other_known_on: date | None,
    ) -> tuple[FigureQuery, FigureQuery]:
        """Two states with the same happened-until: that of the later one, where it is not given.

        At the end of a month, which is all that an aggregate reader sees, both days of each state are the same.
        """
        second_rule_set, second_known_on = other_rule_set or rule_set, other_known_on or known_on
        if not self.has_rows:
            return self.asked(rule_set, known_on, None), self.asked(second_rule_set, second_known_on, None)
        until = until or max(known_on or self.answers.today(), second_known_on or self.answers.today())
        return self.asked(rule_set, known_on, until), self.asked(second_rule_set, second_known_on, until)

    def _refuse_future(self, known_on: date | None, until: date | None) -> None:
        for field, day in (("knownOn", known_on), ("happenedUntil", until)):
            if day is not None and day > self.answers.today():
                raise Problem(400, "date-in-future", "That day is still to come.", field)

    async def opening(self, rule_set: str | None) -> FigureQuery:
        """What a page asks where nobody chose a date."""
        day = await opening_day(self.answers, self.released, rule_set or PUBLISHED)
        if not self.has_rows:
            day = opening_month(day, self.released)
        return self.asked(rule_set, day, day)

    async def targets(self, asked: FigureQuery) -> Targets:
        match self.sees:
            case "all":
                return await self.answers.targets(asked)
            case "own":
                found = await self.answers.targets(asked)
                units = [unit for unit in found.units if self.who.principal.partner in unit.members]
                return own_targets(found, units)
            case "month-ends":
                return (await self._released(asked)).release.targets

    async def results(self, asked: FigureQuery) -> Results:
        match self.sees:
            case "all":
                return await self.answers.results(asked)
            case "own":
                found = await self.answers.results(asked)
                own = {unit.id for unit in (await self.targets(asked)).units}
                return own_results(found, [unit for unit in found.units if unit.id in own])
            case "month-ends":
                return (await self._released(asked)).release.results

    async def rule_sets(self, asked: FigureQuery) -> RuleSets:
        match self.sees:
            case "all":
                return await self.answers.rule_sets(asked)
            case "own":
                found = await self.answers.rule_sets(asked)
                rows = [
                    own_rule_set(row, (await self.targets(replace(asked, rule_set=row.id))).units)
                    for row in found.rule_sets
                ]
                return compared_on(found, rows)
            case "month-ends":
                month = await self._released(asked)
                return compared_on(month.release.targets, month.rule_sets)

    async def course(self, asked: FigureQuery, unit: str | None = None) -> Course:
        """Of a unit, or of all that the reader sees."""
        match self.sees:
            case "all":
                return await course_of(self.answers, asked, unit and [unit])
            case "own":
                own = await self.own_units(asked)
                return await course_of(self.answers, asked, [unit] if unit else sorted(own))
            case "month-ends":
                return await released_course(self.answers, self.released, asked, unit)

    async def comparison(self, before: FigureQuery, after: FigureQuery) -> Comparison:
        first, second = await self.targets(before), await self.targets(after)
        within = await self.own_units(after) if self.sees == "own" else None
        causes = await causes_of(self.answers, before, after, within) if self.has_rows else None
        return Comparison(before=first, after=second, cells=compared_cells(first, second), causes=causes)

    async def unit(self, asked: FigureQuery, unit: str) -> UnitTargets:
        """Raises `Problem` 404 if it is not there, or not the reader's to see."""
        found = [one for one in (await self.targets(asked)).units if one.id == unit]
        if not found:
            raise Problem(404, "unit-unknown", "There is no such unit.")
        return found[0]

    async def labels(self, asked: FigureQuery) -> dict[str, str]:
        """Returns the names of units by id."""
        if self.has_rows:
            return {ref: unit.label for ref, unit in (await self.model(asked)).units.items()}
        return {unit.id: unit.label for unit in (await self.targets(asked)).units}

    async def _released(self, asked: FigureQuery) -> MonthEnd:
        return await self.released.of(asked.happened_until, asked.rule_set)

    async def placements(
        self,
        asked: FigureQuery,
        wanted: PlacementFilter,
        cursor: str | None,
        limit: int,
        order: Order = "start",
        skip: int = 0,
    ) -> Placements:
        """Raises `Problem` 403 for an aggregate reader, or an auditor who gave no purpose; 400 for a filter that nothing
        can pass.
        """
        wanted = await self._possible(asked, wanted)
        found = await self.answers.placements(asked, wanted, cursor, limit, order, skip)
        filters = known_filters(wanted, await self.model(asked))
        shown = [row.ref for row in found.placements]
        counts = {"count": found.count, "rows": len(shown)}
        await self.note(Outcome.SHOWN, shown=shown, ruleSet=found.rule_set.id, **counts, **filters)
        return found

    async def all_placements(
        self, asked: FigureQuery, wanted: PlacementFilter, order: Order
    ) -> tuple[Heading, Iterator[PlacementRow]]:
        """Every row behind a figure, each made when it is read. Raises `Problem` as `placements` does."""
        wanted = await self._possible(asked, wanted)
        heading, rows = await self.answers.all_placements(asked, wanted, order)
        filters = known_filters(wanted, await self.model(asked))
        shown = [ref for ref, _ in rows]
        await self.note(
            Outcome.SHOWN, shown=shown, ruleSet=asked.rule_set, count=len(rows), rows=len(rows), **filters
        )
        return heading, (make() for _, make in rows)

    async def _possible(self, asked: FigureQuery, wanted: PlacementFilter) -> PlacementFilter:
        """The filter, within what the reader may see."""
        await self.refuse_rows()
        own = await self.own_units(asked) if self.sees == "own" else None
        refuse_impossible(wanted, await self.model(asked), own)
        return replace(wanted, within=own)

    async def placement(self, ref: str, source: str | None, asked: FigureQuery) -> PlacementHistory:
        """Raises `Problem` 403 as `placements` does, 404 if it belongs to another partner."""
        await self.refuse_rows()
        try:
            found = await self.answers.placement(ref, source, asked)
        except Problem:
            await self.note(Outcome.NOT_FOUND)  # not the reference from the request, which could be any text
            raise
        if self.sees == "own" and not await self._is_own(found, asked):
            await self.note(Outcome.REFUSED, found.ref)
            raise Problem(404, "placement-unknown", "No such placement was known by that day.")
        await self.note(Outcome.SHOWN, found.ref, count=1)
        return found

    async def note(
        self, outcome: Outcome, target: str | None = None, *, shown: Sequence[str] = (), **detail: str | int
    ) -> None:
        """Raises `StoreUnavailable`: what cannot be recorded is not shown."""
        await self.authentication.note(self.request, self.who, outcome, target, shown=shown, **detail)

    async def refuse_rows(self) -> None:
        if not self.has_rows:
            await self.note(Outcome.REFUSED)
            raise Problem(403, "rows-not-yours", "The placements behind the figures are not yours to see.")
        if self._needs_purpose and self.who.purpose is None:
            await self.note(Outcome.REFUSED)
            detail = "Say first, with the mark of a document, for which assignment you look."
            raise Problem(403, "purpose-missing", detail, "Purpose")

    @property
    def _needs_purpose(self) -> bool:
        """Whether only the role of auditor lets this reader see rows."""
        roles = self.who.principal.roles
        others = roles & OF_THE_PROGRAMME if self.sees == "all" else roles
        return others == frozenset({Role.AUDITOR})

    async def model(self, asked: FigureQuery) -> FactSnapshot:
        """The facts, for names on a page of rows."""
        return (await self.answers.figures.model(asked.known_on, self.answers.asker))[0]

    async def own_units(self, asked: FigureQuery) -> frozenset[str]:
        model = await self.model(asked)
        return frozenset(
            ref
            for ref in model.units
            if self.who.principal.partner in model.members(ref, asked.happened_until)
        )

    async def _is_own(self, found: PlacementHistory, asked: FigureQuery) -> bool:
        units = await self.own_units(asked)
        is_source = partner_of(found.source) == self.who.principal.partner
        return is_source or any(verdict.unit in units for verdict in found.verdicts)
