"""What the counting rules read and what they say: placements, programme, rule set, verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from banen_contracts.base import Route
from banen_contracts.mediation import ContractTerm, EndReason, PlacementKind, ProgrammeTag
from banen_contracts.reporting import RuleSetParams

PlacementKey: TypeAlias = tuple[str, str]
"""The source (its urn) and the placement's reference there."""
ClientKey: TypeAlias = tuple[str, str]
"""The source (its urn) and the client's reference there."""
Outcome: TypeAlias = Literal["counted", "excluded", "pending"]
CountedRoute: TypeAlias = Literal["A", "B", "self_employment"]
Clause: TypeAlias = Literal[
    "voided", "R6", "R12", "R15", "R5", "R7", "R9-conversion", "R4", "R1", "R2", "R3", "R11"
]
Finding: TypeAlias = tuple[Literal["excluded", "pending"], Clause]
"""What one rule has against counting a placement; `None` in its place: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """All that is known of a placement on some day, corrections applied. Days are inclusive."""

    key: PlacementKey
    client: ClientKey
    primary_partner: str
    assist_partners: tuple[str, ...] = ()
    kind: PlacementKind
    contract: ContractTerm
    """As signed at the start; a prolongation is in the `extended_` fields."""
    start: date
    planned_end: date | None = None
    extended_contract: ContractTerm | None = None
    extended_end: date | None = None
    end: date | None = None
    end_reason: EndReason | None = None
    voided: bool = False
    programme_tag: ProgrammeTag
    route_reported: Route | None = None
    employer: str | None = None
    """The legal employer."""
    hiring_employer: str | None = None
    converted_from: PlacementKey | None = None
    confirmed_months: tuple[tuple[int, date], ...] = ()
    """Months of retention that were confirmed, each with the day on which that was so."""
    assessments: tuple[tuple[date, int], ...] = ()
    """Days and phases (1-4) at which the client, or its origin, was assessed; of one day the last is meant."""
    recorded_on: date
    """The day in Amsterdam on which the placement first became known."""
    imported: bool = False
    seasonal: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """One line of the target tables. A target of `None` is no target, which is not zero."""

    id: str
    label: str
    members: tuple[str, ...]
    targets: Mapping[Route, int | None]
    regular_per_year: int | None
    permission_from: date | None
    """Placements that start on or after this day count by permission of the funder."""


@dataclass(frozen=True, slots=True)
class Programme:
    units: Mapping[str, Unit]
    historic_regular: Mapping[tuple[str, int], int]
    """Regular placements of a unit in a year, taken over from a document."""


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


def order_of(fact: Placement | Verdict) -> tuple[date, str, str]:
    """(start, ref), and the source where two sources made the same reference."""
    source, ref = fact.key
    return fact.start, ref, source
