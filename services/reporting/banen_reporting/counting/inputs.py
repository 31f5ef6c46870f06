"""What the counting rules read and what they say: placements, programme, rule set, verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from banen_contracts.reporting import RuleSetParams
from banen_reporting.facts.model import PlacementFact

PlacementKey: TypeAlias = tuple[str, str]
"""The source (its urn) and the placement's reference there."""
Placements: TypeAlias = Mapping[PlacementKey, PlacementFact]
ClientKey: TypeAlias = tuple[str, str]
"""The source (its urn) and the client's reference there."""
AssessmentsOf: TypeAlias = Callable[[PlacementKey], Sequence[tuple[date, int]]]
"""The days and phases (1-4) at which the client of a placement, or its origin, was assessed; of one day the last is
meant."""
Outcome: TypeAlias = Literal["counted", "excluded", "pending"]
CountedRoute: TypeAlias = str
"""A route of the programme, or `OWN_FIRM`."""
Clause: TypeAlias = Literal[
    "voided", "R6", "R12", "R15", "R5", "R7", "R9-conversion", "R4", "R1", "R2", "R3", "R11"
]
Finding: TypeAlias = tuple[Literal["excluded", "pending"], Clause]
"""What one rule has against counting a placement; `None` in its place: nothing."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One line of the target tables. A target of `None` is no target, which is not zero."""

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
    """Regular placements of a unit in a year, taken over from a document."""

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
    """What one rule set says of one placement for one unit; `clause` decided it, `None` when counted."""

    key: PlacementKey
    unit: str | None
    route: CountedRoute | None
    outcome: Outcome
    clause: Clause | None
    start: date


def client_of(key: PlacementKey, placement: PlacementFact) -> ClientKey:
    return key[0], placement.client_ref


def order_of(key: PlacementKey, start: date) -> tuple[date, str, str]:
    """(start, ref), and the source where two sources made the same reference."""
    source, ref = key
    return start, ref, source
