"""The answers as frozen models. Their JSON is what the read API sends.

Fields that were not set explicitly are left out of the JSON.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from banen_contracts.base import Code, Precision
from banen_contracts.mediation import ContractTerm
from banen_contracts.programme import FunnelPlan
from banen_contracts.reporting import Provenance, RuleSetParams
from banen_reporting.counting import Clause, CountedRoute, Outcome

Sign = Literal["<5", "."]
"""Replaces a suppressed number: `<5` means 1 to 4, `.` means not shown."""
OUTCOMES: tuple[Outcome, ...] = ("counted", "pending", "excluded")
Moment = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


class Answer(BaseModel, frozen=True):
    """An answer, or a part of one."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    def to_json(self) -> str:
        return self.model_dump_json(by_alias=True, exclude_unset=True)


class RuleSetVersion(Answer, frozen=True):
    id: str
    version: int


class Heading(Answer, frozen=True):
    """The rule set, the two dates and the position of the figures."""

    rule_set: RuleSetVersion
    known_on: date
    happened_until: date
    provisional: bool
    position: int


class Numbers(Answer, frozen=True):
    """Numbers of placements by outcome; None if suppressed."""

    counted: int | None
    pending: int | None
    excluded: int | None
    suppressed: Mapping[Outcome, Sign] = {}
    """The signs of suppressed numbers; only for aggregate readers."""

    def of(self, outcome: Outcome) -> int | None:
        return getattr(self, outcome)

    @property
    def in_all(self) -> int | None:
        """The sum of all outcomes; None if one of them is suppressed."""
        return None if self.suppressed else sum(self.of(outcome) or 0 for outcome in OUTCOMES)


class Counts(Numbers, frozen=True):
    """Numbers of something that can have no target; zeros may be left out."""

    counted: int | None = 0
    pending: int | None = 0
    excluded: int | None = 0
    recorded: None = None
    attainment: None = None


class Cell(Numbers, frozen=True):
    """Numbers with their target; no target is None, which is not zero."""

    target: int | None
    target_status: Literal["none", "set"]
    recorded: int | None
    attainment: float | None
    """The percentage of the target that is counted."""


class UnitTargets(Answer, frozen=True):
    id: str
    label: str
    members: tuple[str, ...]
    """The partners that are in it on the day until which things happened."""
    counted_by: Literal["target", "permission"] | None
    routes: Mapping[str, Cell]
    other_routes: Mapping[str, Counts]
    """What is on no route: `self_employment`, and `none` if the route is unknown."""
    total: Cell


class ClauseCount(Answer, frozen=True):
    """How many placements one clause decided."""

    clause: Clause
    count: int | None
    suppressed: Sign | None = None


class NationalTargets(Answer, frozen=True):
    routes: Mapping[str, Cell]
    total: Cell
    duplicates: Counts
    """What more than one unit counts; it counts once nationally."""
    clauses: Mapping[Outcome, tuple[ClauseCount, ...] | None] | None = None
    """Why placements do not count, or not yet. Only for aggregate readers, since others can open the rows."""


class Targets(Heading, frozen=True):
    """Targets and what counts. A partner gets only its own units, without national figures."""

    units: tuple[UnitTargets, ...]
    outside_units: Cell | None
    national: NationalTargets | None


class ProgrammePart(Answer, frozen=True):
    """Placements by the programme, counted from facts."""

    value: int | None
    provenance: Provenance
    suppressed: Sign | None = None


class DocumentFigure(Answer, frozen=True):
    """A figure taken over from a document."""

    year: int
    value: int
    document: str
    precision: Precision


class RegularPart(Answer, frozen=True):
    """Placements by regular work, taken over from documents; None if no document has them."""

    value: int | None
    provenance: Provenance | None


class UnitRegularPart(RegularPart, frozen=True):
    documents: tuple[DocumentFigure, ...]


class ResultParts(Answer, frozen=True):
    programme: ProgrammePart
    regular: RegularPart
    total: int | None


class UnitResults(ResultParts, frozen=True):
    id: str
    label: str
    regular: UnitRegularPart


class Costs(Answer, frozen=True):
    total_euro: int | None
    per_placement_euro: float | None


class Funnel(Answer, frozen=True):
    """Conversations held, and counted placements per hundred conversations."""

    conversations: int
    placed_of_conversations_percent: float | None
    planned: FunnelPlan | None = None


class Results(Heading, frozen=True):
    """Programme, regular and total; None means not shown to this reader."""

    units: tuple[UnitResults, ...]
    national: ResultParts | None
    costs: Costs | None
    funnel: Funnel | None


class CountParts(Answer, frozen=True):
    counted: int | None
    imported: int


class ComparedRuleSet(Answer, frozen=True):
    """A published rule set, and what it counts."""

    id: str
    version: int
    approved_by: str
    approved_on: date
    params: RuleSetParams
    count: int | None
    parts: CountParts
    routes: Mapping[str, int | None]
    percent_of_target: float | None
    euro_per_placement: float | None


class RuleSets(Answer, frozen=True):
    """The published rule sets side by side, on the same facts."""

    known_on: date
    happened_until: date
    position: int
    rule_sets: tuple[ComparedRuleSet, ...]


class VerdictPart(Answer, frozen=True):
    unit: str | None
    route: CountedRoute | None
    verdict: Outcome
    clause: Clause | None
    """The clause that decided; None where the placement counts."""


class PlacementRow(VerdictPart, frozen=True):
    """One of the placements behind a figure."""

    ref: str
    source: str
    partner: str
    kind: Code
    contract: ContractTerm
    start: date
    planned_end: date | None
    end: date | None
    imported: bool


class ClauseTotal(Answer, frozen=True):
    """How many placements one clause decided, in all and by route."""

    outcome: Outcome
    clause: Clause
    count: int
    routes: Mapping[str, int]


class Placements(Heading, frozen=True):
    """One page of the placements behind a figure; `count` is the figure, `next` the cursor of the next page."""

    count: int
    totals: Mapping[Outcome, int]
    """Of the same unit and route, whatever became of them."""
    clauses: tuple[ClauseTotal, ...]
    """Of the same unit, route and verdict: the reasons, most first."""
    placements: tuple[PlacementRow, ...]
    next: str | None


class RuleSetVerdict(VerdictPart, frozen=True):
    rule_set: str


class PlacementEvent(Answer, frozen=True):
    """A public event about a placement, as it was received."""

    event: str
    sequence: int
    recorded_at: Moment
    known_at: Moment
    imported: bool
    data: Mapping[str, Any]

    @property
    def occurred_on(self) -> date:
        return date.fromisoformat(self.data["occurredOn"])


class PlacementHistory(Answer, frozen=True):
    """One placement: its events, and what every rule set says of it."""

    ref: str
    source: str
    position: int
    events: tuple[PlacementEvent, ...]
    verdicts: tuple[RuleSetVerdict, ...]
