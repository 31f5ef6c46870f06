"""What a programme is made of, as data: its name and period, its routes, kinds of placement, funders and regions."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from banen_contracts.base import Code, Count, Day, PartnerId, RegionId

LATIN = "A-Za-zÀ-ÖØ-öø-ž0-9"
Label = Annotated[
    str, StringConstraints(pattern=rf"^[{LATIN}][{LATIN} &().,:;'/%+-]{{0,59}}$", max_length=60)
]
"""In Latin letters: what a thing of the programme is called or stands for; a test lists the fields that may hold one."""

Zone = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z_]{1,20}/[A-Z][A-Za-z_]{1,30}$")]
"""As the IANA time zone database names it."""

OWN_FIRM: Final = "self_employment"
"""The line beside the routes in which own firms stand, where a rule set keeps them apart (R12)."""
NO_ROUTE: Final = "none"
"""The line of placements of which the route is not known."""
RESERVED: Final = frozenset({OWN_FIRM, NO_ROUTE, "total"})
"""Names of other lines in the tables, which no route may have."""


class Part(BaseModel, frozen=True, extra="ignore"):
    """Of a definition. Readers ignore what a newer bureau says; a command that has an unknown field is refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)


class Labels(Part, frozen=True):
    """A text in Dutch, in English, or in both: where one is missing, the other is shown."""

    nl: Label | None = None
    en: Label | None = None

    def in_language(self, language: str) -> str:
        return (self.en if language == "en" else self.nl) or self.nl or self.en or ""


class Definition(Part, frozen=True):
    """Something that the programme names by a code. A code never goes, but it may end."""

    code: Code
    label: Labels
    last_day: Day | None = None
    """The last day on which something may happen under it; what happened before stays readable and counted."""

    def is_over_on(self, day: date) -> bool:
        return self.last_day is not None and day > self.last_day


class RouteDefinition(Definition, frozen=True):
    """A way to work, with a target of its own."""

    meaning: Labels | None = None


class KindDefinition(Definition, frozen=True):
    """A kind of placement, and what the software has to know of it."""

    route: Code
    """The route on which it counts, where the kind decides that (R7 `placement_kind`)."""
    paid: bool = False
    """What a form proposes; what was agreed is a field of the placement."""
    employer: bool = True
    """Whether there is an employer. Without one it is the person's own firm (R12)."""
    hiring_employer: bool = False
    """Whether the legal employer lends the person to another, where the work is done; what a form asks for."""
    in_work: bool = False
    """Whether the person is in work while it lasts."""
    leaves: Literal["on_start", "on_last_day"] = "on_start"
    """When the person leaves the programme: as it starts, or after its last day, where the place is the programme's."""


class FunderDefinition(Definition, frozen=True):
    """Who pays."""


class RegionDefinition(Part, frozen=True):
    """A part of the country."""

    id: RegionId
    label: Labels


class RegionFrom(Part, frozen=True):
    """A department is in this region from a day until the day of the next; no day: always."""

    region: RegionId
    first_day: Day | None = None


class DepartmentDefinition(Part, frozen=True):
    """A part of a partner whose boundaries are not those of the regions."""

    id: RegionId
    partner: PartnerId
    label: Labels
    regions: Annotated[tuple[RegionFrom, ...], Field(min_length=1, max_length=2)]


class PhaseRoute(Part, frozen=True):
    """The route that belongs to a distance to the labour market (R7 `candidate_fase`)."""

    phase: Annotated[int, Field(ge=1, le=4)]
    route: Code


class FunnelPlan(Part, frozen=True):
    """What the programme expects on the way to a placement; what is None was not planned."""

    contacts: Count | None = None
    conversations: Count | None = None
    placeable_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    """Of the people who had a conversation, how many can be placed."""


class Period(Part, frozen=True):
    """Both days are in it."""

    first_day: Day
    last_day: Day


D = TypeVar("D", bound=Definition)
Fault: TypeAlias = tuple[str, str]
"""A code and a sentence."""


class ProgrammeDefinition(Part, frozen=True):
    """A programme as its bureau defines it. Routes, kinds and funders are shown in this order.

    `faults` says what does not fit together in one that has the right shape.
    """

    name: Labels
    period: Period
    zone: Zone = "Europe/Amsterdam"
    """Its days are those of this zone, which never changes; services run with `BANEN_ZONE`."""
    routes: Annotated[tuple[RouteDefinition, ...], Field(min_length=1, max_length=6)]
    kinds: Annotated[tuple[KindDefinition, ...], Field(min_length=1, max_length=20)]
    phases: Annotated[tuple[PhaseRoute, ...], Field(max_length=4)] = ()
    """Empty where no rule set finds routes by the distance to the labour market."""
    funders: Annotated[tuple[FunderDefinition, ...], Field(max_length=12)] = ()
    regions: Annotated[tuple[RegionDefinition, ...], Field(max_length=36)] = ()
    departments: Annotated[tuple[DepartmentDefinition, ...], Field(max_length=20)] = ()
    funnel: FunnelPlan | None = None
    reporting_days: Annotated[tuple[Day, ...], Field(max_length=24)] = ()
    """The days as of which the bureau reports; the overview leads to the figures as known on each."""

    def route(self, code: str) -> RouteDefinition | None:
        return _by_code(self.routes, code)

    def kind(self, code: str) -> KindDefinition | None:
        return _by_code(self.kinds, code)

    def funder(self, code: str) -> FunderDefinition | None:
        return _by_code(self.funders, code)

    @property
    def own_firms(self) -> frozenset[str]:
        """The kinds of placement without an employer."""
        return frozenset(kind.code for kind in self.kinds if not kind.employer)

    def has_region(self, region_id: str) -> bool:
        return any(region.id == region_id for region in self.regions)

    def fault_of_route(self, code: str, day: date) -> Fault | None:
        """Why nothing may be recorded on a route on a day, if so."""
        route = self.route(code)
        if route is None:
            known = ", ".join(one.code for one in self.routes)
            return "route-unknown", f"The programme has no such route; its routes are {known}."
        return ("route-over", f"This route ended on {route.last_day}.") if route.is_over_on(day) else None

    def fault_of_kind(self, code: str, day: date) -> Fault | None:
        """Why no placement of a kind may start on a day, if so."""
        kind = self.kind(code)
        if kind is None:
            return "kind-unknown", "The programme has no such kind of placement."
        if kind.is_over_on(day):
            return "kind-over", f"The last day on which one could start was {kind.last_day}."
        return None

    def fault_of_funder(self, code: str, day: date) -> Fault | None:
        """Why a funder does not pay for what starts on a day, if so."""
        funder = self.funder(code)
        if funder is None:
            return "funder-unknown", "The programme has no such funder."
        if funder.is_over_on(day):
            return "funder-over", f"The last day on which this funder paid was {funder.last_day}."
        return None

    def fault_of_region(self, region_id: str | None) -> Fault | None:
        """A programme that names no regions takes any."""
        is_known = region_id is None or not self.regions or self.has_region(region_id)
        return None if is_known else ("region-unknown", "The programme has no such region.")

    def faults(self) -> Iterator[tuple[str, str]]:
        """Everything that does not fit together: the path of a field, as in its JSON, and why."""
        if self.period.last_day < self.period.first_day:
            yield "period.lastDay", "the period ends before it starts"
        yield from _unnamed("name", self.name)
        for name, things in (("routes", self.routes), ("kinds", self.kinds), ("funders", self.funders)):
            yield from _doubles(name, "code", [one.code for one in things])
            for at, one in enumerate(things):
                yield from _unnamed(f"{name}.{at}.label", one.label)
        yield from _doubles("reportingDays", "", [day.isoformat() for day in self.reporting_days])
        yield from _doubles("regions", "id", [one.id for one in self.regions])
        for at, region in enumerate(self.regions):
            yield from _unnamed(f"regions.{at}.label", region.label)
        yield from self._faults_of_departments()
        yield from self._faults_of_routes()

    def _faults_of_departments(self) -> Iterator[tuple[str, str]]:
        yield from _doubles("departments", "id", [one.id for one in self.departments])
        for at, one in enumerate(self.departments):
            place = f"departments.{at}"
            yield from _unnamed(f"{place}.label", one.label)
            for number, each in enumerate(one.regions):
                if not self.has_region(each.region):
                    yield f"{place}.regions.{number}.region", f"there is no region {each.region}"
            yield from _doubles(f"{place}.regions", "firstDay", [str(each.first_day) for each in one.regions])

    def _faults_of_routes(self) -> Iterator[tuple[str, str]]:
        known = {route.code for route in self.routes}
        used = {kind.route for kind in self.kinds}
        for at, route in enumerate(self.routes):
            if route.code.lower() in RESERVED:
                yield f"routes.{at}.code", f"{route.code} is the name of another line in the tables"
            if route.code not in used:
                yield f"routes.{at}.code", f"no kind of placement belongs to route {route.code}"
        for at, kind in enumerate(self.kinds):
            if kind.route not in known:
                yield f"kinds.{at}.route", f"there is no route {kind.route}"
        yield from _doubles("phases", "phase", [str(one.phase) for one in self.phases])
        for at, one in enumerate(self.phases):
            if one.route not in known:
                yield f"phases.{at}.route", f"there is no route {one.route}"
        if self.phases and len({one.phase for one in self.phases}) < 4:
            yield "phases", "each distance to the labour market, 1 to 4, needs a route"

    def left_out_by(self, later: "ProgrammeDefinition") -> Iterator[tuple[str, str]]:
        """The codes that a later definition does not have: the list that they should be in, and the code."""
        for name in ("routes", "kinds", "funders"):
            kept = {one.code for one in getattr(later, name)}
            yield from ((name, one.code) for one in getattr(self, name) if one.code not in kept)
        yield from (("regions", one.id) for one in self.regions if not later.has_region(one.id))
        departments = {one.id for one in later.departments}
        yield from (("departments", one.id) for one in self.departments if one.id not in departments)


def _by_code(things: Iterable[D], code: str) -> D | None:
    return next((one for one in things if one.code == code), None)


def _unnamed(path: str, label: Labels) -> Iterator[tuple[str, str]]:
    if not label.in_language("nl"):
        yield path, "a label in at least one language is needed"


def _doubles(name: str, key: str, codes: list[str]) -> Iterator[tuple[str, str]]:
    """Codes that differ by case alone are the same to whoever reads a table."""
    seen = Counter[str]()
    for at, code in enumerate(codes):
        seen[code.lower()] += 1
        if seen[code.lower()] > 1:
            yield f"{name}.{at}.{key}".rstrip("."), f"{code} stands in the list twice"
