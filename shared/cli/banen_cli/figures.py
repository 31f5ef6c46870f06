"""The parts of reporting's answers that the terminal shows. Needs no service installed."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Part(BaseModel, frozen=True):
    model_config = ConfigDict(alias_generator=to_camel)


class RuleSet(Part, frozen=True):
    id: str
    version: int


class Heading(Part, frozen=True):
    rule_set: RuleSet
    known_on: date
    happened_until: date
    provisional: bool
    position: int


class Cell(Part, frozen=True):
    """Numbers by outcome. A suppressed number has a sign in `suppressed`."""

    target: int | None = None
    target_status: str | None = None
    """`none` if there could be a target, but none is set."""
    counted: int | None = 0
    pending: int | None = 0
    excluded: int | None = 0
    attainment: float | None = None
    suppressed: Mapping[str, str] = {}

    @property
    def recorded(self) -> int | None:
        """The sum of all outcomes; None if one of them is suppressed."""
        numbers = (self.counted, self.pending, self.excluded)
        return None if self.suppressed else sum(number or 0 for number in numbers)


class Unit(Part, frozen=True):
    label: str
    routes: Mapping[str, Cell]
    other_routes: Mapping[str, Cell]
    total: Cell


class National(Part, frozen=True):
    routes: Mapping[str, Cell]
    total: Cell
    duplicates: Cell


class Targets(Heading, frozen=True):
    units: tuple[Unit, ...]
    outside_units: Cell | None
    national: National | None


class Programme(Part, frozen=True):
    value: int | None


class Regular(Part, frozen=True):
    value: int | None
    provenance: str | None


class Parts(Part, frozen=True):
    programme: Programme
    regular: Regular
    total: int | None


class UnitParts(Parts, frozen=True):
    label: str


class Results(Heading, frozen=True):
    units: tuple[UnitParts, ...]
    national: Parts | None
