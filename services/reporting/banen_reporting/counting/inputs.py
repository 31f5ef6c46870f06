"""Input and output of the counting rules: placements, programme, rule set, verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from banen_contracts.reporting import RuleSetParams
from banen_reporting.facts.model import PlacementFact

PlacementKey: TypeAlias = tuple[str, str]
"""The source (its URN) and its reference of the placement."""
Placements: TypeAlias = Mapping[PlacementKey, PlacementFact]
ClientKey: TypeAlias = tuple[str, str]
"""The source (its URN) and its reference of the client."""
AssessmentsOf: TypeAlias = Callable[[PlacementKey], Sequence[tuple[date, int]]]
"""Days and phases (1-4) of the assessments of a placement's client, in the order recorded. The last of a day is valid."""
Outcome: TypeAlias = Literal["counted", "excluded", "pending"]
CountedRoute: TypeAlias = str
"""A route of the programme, or `OWN_FIRM`."""
Clause: TypeAlias = Literal[
    "voided", "R6", "R12", "R15", "R5", "R7", "R9-conversion", "R4", "R1", "R2", "R3", "R11"
]
Finding: TypeAlias = tuple[Literal["excluded", "pending"], Clause]
"""A rule's objection to counting a placement; `None` in its place means no objection."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One line of the target tables. A target of `None` means no target, which is not zero."""

    id: str
    label: str
    targets: Mapping[str, int | None]
    """By route, for the whole period."""
    regular_per_year: int | None
    permission_from: date | None
    """Placements that start on or after this day count by permission of the funder."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What the rules must know of the programme: a definition, and what was decided since."""

    routes: tuple[str, ...]
    route_of_kind: Mapping[str, str]
    own_firms: frozenset[str]
    """The kinds of placement without an employer."""
    route_of_phase: Mapping[int, str]
    units: Mapping[str, Unit]
    memberships: Mapping[str, Sequence[tuple[date, str | None]]]
    """Of a partner: the first day in a unit, or in none, until the next; in order."""
    historic_regular: Mapping[tuple[str, int], int]
    """A unit's regular placements in a year, taken over from a document."""

    def unit_of(self, partner: str, day: date) -> str | None:
        """The unit of a partner on a day: never more than one."""
        unit = None
        for first, one in self.memberships.get(partner, ()):
            if first > day:
                break
            unit = one
        return unit


@dataclass(frozen=True, slots=True)
class RuleSet:
    id: str
    version: int
    params: RuleSetParams


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule set says about one placement for one unit; `clause` decided it, `None` if counted."""

    key: PlacementKey
    unit: str | None
    route: CountedRoute | None
    outcome: Outcome
    clause: Clause | None
    start: date


def client_of(key: PlacementKey, placement: PlacementFact) -> ClientKey:
    return key[0], placement.client_ref


def order_of(key: PlacementKey, start: date) -> tuple[date, str, str]:
    """(start, ref), then the source, in case two sources made the same reference."""
    source, ref = key
    return start, ref, source
