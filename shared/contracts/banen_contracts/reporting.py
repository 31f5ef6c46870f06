"""Public facts of the programme: partners, units, targets, permissions, rules, money and historic figures."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from banen_contracts.base import (
    Code,
    Count,
    Day,
    DocumentRef,
    Euro,
    EventSkipped,
    OrganisationName,
    PartnerId,
    PartnerIds,
    Precision,
    PublicEvent,
    ReasonCode,
    Ref,
    RuleSetId,
    UnitId,
    UnitIds,
    Year,
)
from banen_contracts.partners import (
    LastSequence as LastSequence,
    PartnerAdmitted as PartnerAdmitted,
    PartnerAssigned as PartnerAssigned,
    PartnerRenamed as PartnerRenamed,
    Services as Services,
    SourceDeclaredLive as SourceDeclaredLive,
    SourceEnded as SourceEnded,
    SourceResumed as SourceResumed,
)
from banen_contracts.programme import Labels, ProgrammeDefinition


class Provenance(StrEnum):
    """What a figure rests on. Measured: counted from facts. Assumed: e.g. a quota taken as result.
    Inferred: derived from other figures. Imported: taken over from a document as it stands."""

    MEASURED = "measured"
    ASSUMED = "assumed"
    INFERRED = "inferred"
    IMPORTED = "imported"


DayOfPlacement = Literal["start_date", "milestone_date", "recorded_date"]
"""Of a placement: its first day, the last day of its minimum, or the day on which it became known."""
OnRoute = Annotated[str, StringConstraints(pattern=r"^route_[A-Za-z][A-Za-z0-9_-]{0,30}$")]
"""The route of this code."""


class RuleSetParams(BaseModel, frozen=True, extra="forbid"):
    """A counting rule set as data; the names R1-R15 are those of the rule book in docs/counting.md."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    min_months: Annotated[int, Field(ge=0, le=36)] = 6
    """R1: calendar months that a placement must last."""
    boundary: Literal["ge", "gt"] = "ge"
    """R2: at least, or longer than, that many months."""
    duration_basis: Literal["contract_at_start", "contract_only", "realised", "confirmed"] = (
        "contract_at_start"
    )
    """R3: what shows that a placement lasts long enough."""
    continuity: Literal["same_employer", "any_employer", "snapshot"] = "same_employer"
    """R4: which following placements continue a placement (only where the duration is `realised`)."""
    gap_days: Annotated[int, Field(ge=0, le=366)] = 0
    """R4: days without work that `any_employer` allows between two placements."""
    additionality: Literal["tagged", "overflow", "none"] = "tagged"
    """R5: what makes a placement extra; `none` counts regular work too and adds imported regular figures."""
    permissions: Literal["honoured", "none", "except"] = "honoured"
    """R6: whether units without a target count by permission of the funder."""
    except_units: UnitIds = ()
    """R6: units whose permission is not honoured, with `except`."""
    route_basis: Literal["placement_kind", "candidate_fase", "as_reported"] = "placement_kind"
    """R7: what decides the route."""
    dedupe: Literal["none"] = "none"
    """R9: every placement counts, except within a chain of conversions, which counts once."""
    credit: Literal["primary", "each"] = "primary"
    """R10: only the primary partner's unit, or each unit that helped (then duplicates have a line of their own)."""
    compensation: Literal["allowed", "capped_by_route", "capped_by_unit_route"] = "allowed"
    """R11: whether a surplus may make up for a shortfall elsewhere."""
    self_employment: Literal["by_kind", "separate", "excluded"] | OnRoute = "by_kind"
    """R12: how an own firm counts: on its kind's route, on a line of its own, not at all, or on the route named."""
    count_on: DayOfPlacement = "start_date"
    """R15: the day that must lie within the window."""
    unit_on: DayOfPlacement = "start_date"
    """The day on which a partner's unit is looked up."""
    window_from: Day
    window_to: Day


class ProgrammeDefined(PublicEvent, frozen=True):
    """The bureau defined the programme, or changed its definition: this is all of it."""

    NAME: ClassVar[str] = "reporting.programme-defined.v1"
    REF: ClassVar[str] = "programme_id"
    programme_id: PartnerId
    """The bureau's: each bureau has one programme."""
    version: Annotated[int, Field(ge=1, le=10_000)]
    definition: ProgrammeDefinition


class TargetUnitDefined(PublicEvent, frozen=True):
    """A line in the target tables, for one partner or several."""

    NAME: ClassVar[str] = "reporting.target-unit-defined.v1"
    REF: ClassVar[str] = "unit_id"
    unit_id: UnitId
    label: OrganisationName
    members: PartnerIds = ()
    """Of units from before partners were assigned with a day: they are in it wherever no assignment says otherwise."""


class TargetUnitAmended(PublicEvent, frozen=True):
    """The label of a target unit was wrong or is another now."""

    NAME: ClassVar[str] = "reporting.target-unit-amended.v1"
    REF: ClassVar[str] = "unit_id"
    unit_id: UnitId
    label: OrganisationName
    reason_code: ReasonCode


class TargetSet(PublicEvent, frozen=True):
    """A unit's target on a route, for the whole period or for one of its years.

    A null value says that there is no target, which is not zero.
    """

    NAME: ClassVar[str] = "reporting.target-set.v1"
    REF: ClassVar[str] = "unit_id"
    unit_id: UnitId
    route: Code
    year: Year | None = None
    """None: the whole period."""
    value: Count | None
    decided_by: ReasonCode
    document_ref: DocumentRef | None = None


class TargetRevised(TargetSet, frozen=True):
    """An earlier target was replaced, for a reason that is on record."""

    NAME: ClassVar[str] = "reporting.target-revised.v1"
    reason_code: ReasonCode


class RegularQuotaSet(PublicEvent, frozen=True):
    """What a unit places each year anyway; a null value says that there is no quota."""

    NAME: ClassVar[str] = "reporting.regular-quota-set.v1"
    REF: ClassVar[str] = "unit_id"
    unit_id: UnitId
    per_year: Count | None
    precision: Precision
    document_ref: DocumentRef | None = None


class CountingPermissionGranted(PublicEvent, frozen=True):
    """The funder lets a unit without a target count, for placements that started on or after a day."""

    NAME: ClassVar[str] = "reporting.counting-permission-granted.v1"
    REF: ClassVar[str] = "unit_id"
    unit_id: UnitId
    counts_starts_from: Day
    grantor: ReasonCode
    document_ref: DocumentRef | None = None


class CountingPermissionRevoked(PublicEvent, frozen=True):
    """The funder withdrew a permission to count."""

    NAME: ClassVar[str] = "reporting.counting-permission-revoked.v1"
    REF: ClassVar[str] = "unit_id"
    unit_id: UnitId
    reason_code: ReasonCode


class CountingRuleSetPublished(PublicEvent, frozen=True):
    """A version of a counting rule set was approved; every figure names the one it was counted under."""

    NAME: ClassVar[str] = "reporting.counting-rule-set-published.v1"
    REF: ClassVar[str] = "rule_set_id"
    rule_set_id: RuleSetId
    version: Annotated[int, Field(ge=1, le=10_000)]
    params: RuleSetParams
    approved_by: ReasonCode


class FundingRecorded(PublicEvent, frozen=True):
    """A funder committed or paid an amount."""

    NAME: ClassVar[str] = "reporting.funding-recorded.v1"
    REF: ClassVar[str] = "funding_ref"
    funding_ref: Ref
    funder: Code
    status: Literal["planned", "committed", "received"]
    amount_euro: Euro
    precision: Precision
    document_ref: DocumentRef | None = None


FactTopic = Literal["locations", "communication", "people", "money", "other"]


class ProgrammeFactRecorded(PublicEvent, frozen=True):
    """A number about the programme that no event counts, such as locations in use or visitors of a website, with its source.

    What is recorded again under the same code for the same period replaces what was recorded before.
    """

    NAME: ClassVar[str] = "reporting.programme-fact-recorded.v1"
    REF: ClassVar[str] = "fact_ref"
    fact_ref: Ref
    topic: FactTopic
    code: ReasonCode
    label: Labels
    value: Annotated[int, Field(ge=0, le=1_000_000_000)]
    precision: Precision
    period_from: Day | None = None
    """None: the number is of one day, `period_until`."""
    period_until: Day
    document_ref: DocumentRef


class CostRecorded(PublicEvent, frozen=True):
    """An amount was spent on the programme."""

    NAME: ClassVar[str] = "reporting.cost-recorded.v1"
    REF: ClassVar[str] = "cost_ref"
    cost_ref: Ref
    amount_euro: Euro
    precision: Precision
    document_ref: DocumentRef | None = None


class HistoricFigureImported(PublicEvent, frozen=True):
    """A figure was taken over from a document; no placements stand behind it."""

    NAME: ClassVar[str] = "reporting.historic-figure-imported.v1"
    REF: ClassVar[str] = "figure_ref"
    figure_ref: Ref
    unit_id: UnitId
    measure: Literal["regular_placements"]
    year: Year
    value: Count
    provenance: Provenance
    precision: Precision
    document_ref: DocumentRef


class HistoricFigureSuperseded(HistoricFigureImported, frozen=True):
    """A figure from a document was replaced by that of another one, for a reason that is on record."""

    NAME: ClassVar[str] = "reporting.historic-figure-superseded.v1"
    reason_code: ReasonCode


class ReportingEventSkipped(EventSkipped, frozen=True):
    """A fact of reporting about this could not be published, and a human let it be left out."""

    NAME: ClassVar[str] = "reporting.event-skipped.v1"
