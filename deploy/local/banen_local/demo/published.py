"""The figures that the programme published in March 2009 (`published.json`), which the demo must reproduce."""

from datetime import date
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from banen_contracts.base import Precision


class Part(BaseModel, frozen=True, extra="forbid"):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Window(Part, frozen=True):
    first: date = Field(alias="from")
    last: date = Field(alias="to")


class Regular(Part, frozen=True):
    total: int
    per_year: int
    provenance: Literal["assumed"]


class UnitFigures(Part, frozen=True):
    id: str
    label: str
    target: dict[str, int | None]
    result: dict[str, int]
    inferred: tuple[str, ...] = ()
    """Routes whose cell was left blank; the result follows from the sums."""
    regular: Regular | None


class National(Part, frozen=True):
    target: dict[str, int]
    result: dict[str, int]
    regular: int
    grand_total: int
    attainment_percent: float
    attainment_percent_per_route: dict[str, float]


class Funnel(Part, frozen=True):
    contacts_planned: tuple[int, int]
    conversations: int
    placed_of_conversations_percent: float


class Costs(Part, frozen=True):
    total_euro: int
    per_placement_euro: float
    norm_per_person_euro: int
    planned_euro: int
    ministry_euro: int


class Parts(Part, frozen=True):
    counted: int
    imported: int


class RuleSetFigures(Part, frozen=True):
    id: str
    count: int
    routes: dict[str, int] = Field(default_factory=dict[str, int])
    parts: Parts | None = None
    percent_of_target: float
    euro_per_placement: int


class KnownOn(Part, frozen=True):
    day: date = Field(alias="date")
    count: int
    percent_of_target: float


class GroupFigures(Part, frozen=True):
    employer: str
    kind: str
    placed: int | None
    precision: Precision = Precision.EXACT
    in_guidance: int | None = None
    seasonal: bool = False


class Published(Part, frozen=True):
    about: str
    window: Window
    units: tuple[UnitFigures, ...]
    national: National
    funnel: Funnel
    costs: Costs
    rule_sets: tuple[RuleSetFigures, ...]
    known_on: tuple[KnownOn, ...]
    group_placements: tuple[GroupFigures, ...]

    def unit(self, unit: str) -> UnitFigures:
        return next(one for one in self.units if one.id == unit)


PUBLISHED = Published.model_validate_json(
    files("banen_local.demo").joinpath("published.json").read_text("utf-8")
)
