"""What each kind of reader sees of the figures (`decisions.md` 27).

*Row readers* see every figure on any date and the placements behind it: the bureau, the steering group and an auditor
of everything, a partner of its own units. *Aggregate readers* see the figures at the end of a month, without rows, and
without what would be about a handful of people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from banen_kit.gate import Who
from banen_kit.identity import Principal, Role
from banen_kit.problem import Problem
from banen_reporting.answers import PUBLISHED, Answers, Asked, Wanted
from banen_reporting.cells import percent, sum_of
from banen_reporting.grid import kept_back
from banen_reporting.model import Model

OF_THE_PROGRAMME = frozenset({Role.PROJECT_BUREAU, Role.STEERING_GROUP, Role.AUDITOR})

Sees = Literal["all", "own", "month-ends"]


@dataclass(frozen=True)
class Programme:
    """Who is who: the bureau, and the partners that carry the programme out."""

    bureau: str
    partners: frozenset[str]

    def sees(self, principal: Principal) -> Sees:
        if principal.partner == self.bureau:
            return "all" if principal.roles & OF_THE_PROGRAMME else "month-ends"
        is_partner = principal.partner in self.partners and Role.MINISTRY_OBSERVER not in principal.roles
        return "own" if is_partner and Role.INTEGRATOR not in principal.roles else "month-ends"


@dataclass(frozen=True)
class Reading:
    """The answers as one reader gets them."""

    answers: Answers
    who: Who
    sees: Sees

    @property
    def has_rows(self) -> bool:
        return self.sees != "month-ends"

    def asked(self, rule_set: str | None, known_on: date | None, until: date | None) -> Asked:
        """Raises `Problem` 403 where the reader may not choose such dates."""
        if self.has_rows:
            return self.answers.asked(rule_set, known_on, until)
        last = end_of_month_before(self.answers.today())
        day = known_on or until or last
        if (until or day) != day or (day + timedelta(days=1)).day != 1 or day > last:
            detail = "You see the figures as they were at the end of a month, for both dates the same."
            raise Problem(403, "dates-not-yours", detail, "knownOn")
        return self.answers.asked(rule_set, day, day)

    async def targets(self, asked: Asked) -> dict[str, Any]:
        found = await self.answers.targets(asked)
        match self.sees:
            case "all":
                return found
            case "own":
                units = [unit for unit in found["units"] if self.who.principal.partner in unit["members"]]
                return {**found, "units": units, "outsideUnits": None, "national": None}
            case "month-ends":
                beside = [month_before(asked), replace(asked, rule_set=PUBLISHED)]
                return kept_back(found, [await self._or_nothing(other, found) for other in beside])

    async def results(self, asked: Asked) -> dict[str, Any]:
        found = await self.answers.results(asked)
        if self.sees == "all":
            return found
        shown = await self.targets(asked)
        totals = {unit["id"]: unit["total"]["counted"] for unit in shown["units"]}
        units = [_part(unit, totals[unit["id"]]) for unit in found["units"] if unit["id"] in totals]
        if shown["national"] is None:
            return {**found, "units": units, "national": None, "costs": None, "funnel": None}
        counted = shown["national"]["total"]["counted"]
        hidden = {} if counted is not None else {"costs": None, "funnel": None}
        return {**found, "units": units, "national": _part(found["national"], counted), **hidden}

    async def rule_sets(self, asked: Asked) -> dict[str, Any]:
        found = await self.answers.rule_sets(asked)
        match self.sees:
            case "all":
                return found
            case "own":
                rows = [await self._own_row(row, asked) for row in found["ruleSets"]]
            case "month-ends":
                rows = await self._month_end_rows(found["ruleSets"], asked)
        return {**found, "ruleSets": rows}

    async def placements(
        self, asked: Asked, wanted: Wanted, cursor: str | None, limit: int
    ) -> dict[str, Any]:
        """Raises `Problem` 403 for an aggregate reader."""
        self._refuse_rows()
        if self.sees == "own":
            wanted = replace(wanted, within=await self._own_units(asked))
        return await self.answers.placements(asked, wanted, cursor, limit)

    async def placement(self, ref: str, source: str | None, asked: Asked) -> dict[str, Any]:
        """Raises `Problem` 403 for an aggregate reader, 404 where it is another partner's."""
        self._refuse_rows()
        found = await self.answers.placement(ref, source, asked)
        if self.sees == "own" and not await self._is_own(found, asked):
            raise Problem(404, "placement-unknown", "No such placement was known by that day.")
        return found

    async def _or_nothing(self, asked: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is known of another question; where its rules were not published yet, nothing to compare with."""
        try:
            return await self.answers.targets(asked)
        except Problem as problem:
            if problem.code != "rule-set-unknown":
                raise
            return found

    def _refuse_rows(self) -> None:
        if not self.has_rows:
            raise Problem(403, "rows-not-yours", "The placements behind the figures are not yours to see.")
        is_auditor = self.who.principal.roles & OF_THE_PROGRAMME == frozenset({Role.AUDITOR})
        if self.sees == "all" and is_auditor and self.who.purpose is None:
            detail = "Say first, with the mark of a document, for which assignment you look."
            raise Problem(403, "purpose-missing", detail, "Purpose")

    async def model(self, asked: Asked) -> Model:
        """For the names on a page of rows."""
        return (await self.answers.figures.model(asked.known_on))[0]

    async def _own_units(self, asked: Asked) -> frozenset[str]:
        model = await self.model(asked)
        return frozenset(
            ref for ref, unit in model.units.items() if self.who.principal.partner in unit.members
        )

    async def _is_own(self, found: Mapping[str, Any], asked: Asked) -> bool:
        units = await self._own_units(asked)
        is_source = found["source"].split(":")[3] == self.who.principal.partner
        return is_source or any(verdict["unit"] in units for verdict in found["verdicts"])

    async def _own_row(self, row: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
        """One rule set, counted over the reader's own units."""
        units = (await self.targets(replace(asked, rule_set=row["id"])))["units"]
        counted = sum(unit["total"]["counted"] for unit in units)
        return {
            **row,
            "count": counted,
            "parts": {"counted": counted, "imported": 0},
            **{route: sum(unit["routes"][route]["counted"] for unit in units) for route in ("A", "B")},
            "percentOfTarget": percent(counted, sum_of(unit["total"]["target"] for unit in units)),
            "euroPerPlacement": None,
        }

    async def _month_end_rows(self, rows: list[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
        """Two rule sets side by side would tell what each of them keeps back: then only the asked one is shown."""
        shown: list[dict[str, Any]] = []
        for row in rows:
            targets = await self.targets(replace(asked, rule_set=row["id"]))
            nation = targets["national"]
            if any(unit["total"]["counted"] is None for unit in targets["units"]):
                continue
            routes = {route: nation["routes"][route]["counted"] for route in ("A", "B")}
            if nation["total"]["counted"] is not None:
                shown.append({**row, **routes})
        return shown


def _part(given: Mapping[str, Any], counted: int | None) -> dict[str, Any]:
    """A row of results with the programme's part as this reader sees it."""
    if counted is not None:
        return {**given}
    return {**given, "programme": {**given["programme"], "value": None}, "total": None}


def end_of_month_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)


def month_before(asked: Asked) -> Asked:
    """The same question at the end of the month before."""
    day = end_of_month_before(asked.happened_until)
    return replace(asked, known_on=day, happened_until=day)
