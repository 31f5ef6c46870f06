"""The answers: frozen models, whose JSON is what the read API sends.

A field that has a default is left out of the JSON where nothing was said of it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from banen_contracts.base import Code, Precision
from banen_contracts.mediation import ContractTerm
from banen_contracts.reporting import Provenance, RuleSetParams
from banen_reporting.counting import Clause, CountedRoute, Outcome

Sign = Literal["<5", "."]
"""Stands where a number is kept back: it is 1 to 4, or it is not told at all."""
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
    """Under which rules, on which two dates and at which position the figures were counted."""

    rule_set: RuleSetVersion
    known_on: date
    happened_until: date
    provisional: bool
    position: int


class Numbers(Answer, frozen=True):
    """How many placements there are of each outcome; None where that is kept back."""

    counted: int | None
    pending: int | None
    excluded: int | None
    suppressed: Mapping[Outcome, Sign] = {}
    """The signs of what is kept back; only aggregate readers get it."""

    def of(self, outcome: Outcome) -> int | None:
        return getattr(self, outcome)

    @property
    def in_all(self) -> int | None:
        """All outcomes together; None where one of them is kept back."""
        return None if self.suppressed else sum(self.of(outcome) or 0 for outcome in OUTCOMES)


class Counts(Numbers, frozen=True):
    """Numbers of something that has no target by its nature; what is nothing may be left out."""

    counted: int | None = 0
    pending: int | None = 0
    excluded: int | None = 0
    recorded: None = None
    attainment: None = None


class Cell(Numbers, frozen=True):
    """Numbers beside their target; no target is None, which is not zero."""

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
    """What is on no route: `self_employment`, and `none` where the route is not known."""
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
    """What several units count: the nation takes it once."""
    clauses: Mapping[Outcome, tuple[ClauseCount, ...] | None] | None = None
    """Why placements do not count, or not yet; only aggregate readers get it, since others open the rows."""


class Targets(Heading, frozen=True):
    """Targets beside what counts; a partner gets its own units and nothing of all units together."""

    units: tuple[UnitTargets, ...]
    outside_units: Cell | None
    national: NationalTargets | None


class ProgrammePart(Answer, frozen=True):
    """What the programme placed, counted from facts."""

    value: int | None
    provenance: Provenance
    suppressed: Sign | None = None


class DocumentFigure(Answer, frozen=True):
    """A figure that was taken over from a document."""

    year: int
    value: int
    document: str
    precision: Precision


class RegularPart(Answer, frozen=True):
    """What regular work placed, taken over from documents; None where no document says it."""

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
    """Conversations held, and how many counted placements there are for a hundred of them."""

    conversations: int
    placed_of_conversations_percent: float | None


class Results(Heading, frozen=True):
    """Programme, regular and total; what is None is not shown to the reader."""

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


class Placements(Heading, frozen=True):
    """A page of the placements behind a figure; `count` is the figure, `next` the cursor of the next page."""

    count: int
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
