"""The private events of the programme administration. None of them holds personal data."""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import (
    Code,
    Count,
    Day,
    DocumentRef,
    Euro,
    OrganisationName,
    PartnerId,
    Precision,
    ReasonCode,
    RuleSetId,
    UnitId,
    Year,
)
from banen_contracts.programme import Labels, ProgrammeDefinition
from banen_contracts.reporting import FactTopic, LastSequence, Provenance, RuleSetParams
from banen_contracts.roles import Service
from banen_kit.core.decider import DomainEvent

# Fields have the types of the public contracts: if an event could be stored but not published, it would block the relay.


class ProgrammeDefined(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "programme-defined"
    programme_id: PartnerId
    occurred_on: date
    version: Annotated[int, Field(ge=1, le=10_000)]
    definition: ProgrammeDefinition


class PartnerAdmitted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "partner-admitted"
    partner_id: PartnerId
    occurred_on: date
    name: OrganisationName
    services: tuple[Service, ...]


class SourceDeclaredLive(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "source-declared-live"
    partner_id: PartnerId
    occurred_on: date
    service: Service


class SourceEnded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "source-ended"
    partner_id: PartnerId
    occurred_on: date
    service: Service
    sequence: LastSequence
    last_heard_on: Day | None


class SourceResumed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "source-resumed"
    partner_id: PartnerId
    occurred_on: date
    service: Service
    reason_code: ReasonCode


class PartnerRenamed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "partner-renamed"
    partner_id: PartnerId
    occurred_on: date
    name: OrganisationName


class PartnerAssigned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "partner-assigned"
    partner_id: PartnerId
    occurred_on: date
    unit_id: UnitId | None
    first_day: Day | None
    reason_code: ReasonCode | None = None


PartnerEvent: TypeAlias = (
    PartnerAdmitted | SourceDeclaredLive | SourceEnded | SourceResumed | PartnerRenamed | PartnerAssigned
)


class TargetUnitDefined(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "target-unit-defined"
    unit_id: UnitId
    occurred_on: date
    label: OrganisationName
    members: tuple[PartnerId, ...] = ()
    """Of units from before partners were assigned."""


class TargetUnitAmended(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "target-unit-amended"
    unit_id: UnitId
    occurred_on: date
    label: OrganisationName
    reason_code: ReasonCode


class TargetSet(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "target-set"
    unit_id: UnitId
    occurred_on: date
    route: Code
    year: Year | None = None
    value: Count | None
    decided_by: ReasonCode
    document_ref: DocumentRef | None = None


class TargetRevised(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "target-revised"
    unit_id: UnitId
    occurred_on: date
    route: Code
    year: Year | None = None
    value: Count | None
    decided_by: ReasonCode
    reason_code: ReasonCode
    document_ref: DocumentRef | None = None


class RegularQuotaSet(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "regular-quota-set"
    unit_id: UnitId
    occurred_on: date
    per_year: Count | None
    precision: Precision
    document_ref: DocumentRef | None = None


class CountingPermissionGranted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "counting-permission-granted"
    unit_id: UnitId
    occurred_on: date
    counts_starts_from: date
    grantor: ReasonCode
    document_ref: DocumentRef | None = None


class CountingPermissionRevoked(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "counting-permission-revoked"
    unit_id: UnitId
    occurred_on: date
    reason_code: ReasonCode


class HistoricFigureImported(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "historic-figure-imported"
    figure_ref: UUID
    occurred_on: date
    unit_id: UnitId
    measure: Literal["regular_placements"]
    year: Year
    value: Count
    provenance: Provenance
    precision: Precision
    document_ref: DocumentRef


class HistoricFigureSuperseded(HistoricFigureImported, frozen=True):
    TYPE: ClassVar[str] = "historic-figure-superseded"
    reason_code: ReasonCode


UnitEvent: TypeAlias = (
    TargetUnitDefined
    | TargetUnitAmended
    | TargetSet
    | TargetRevised
    | RegularQuotaSet
    | CountingPermissionGranted
    | CountingPermissionRevoked
    | HistoricFigureImported
    | HistoricFigureSuperseded
)


class RuleSetPublished(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "rule-set-published"
    rule_set_id: RuleSetId
    occurred_on: date
    version: Annotated[int, Field(ge=1, le=10_000)]
    params: RuleSetParams
    approved_by: ReasonCode


class FundingRecorded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "funding-recorded"
    funding_ref: UUID
    occurred_on: date
    funder: Code
    status: Literal["planned", "committed", "received"]
    amount_euro: Euro
    precision: Precision
    document_ref: DocumentRef | None = None


class CostRecorded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "cost-recorded"
    cost_ref: UUID
    occurred_on: date
    amount_euro: Euro
    precision: Precision
    document_ref: DocumentRef | None = None


class ProgrammeFactRecorded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "programme-fact-recorded"
    fact_ref: UUID
    occurred_on: date
    topic: FactTopic
    code: ReasonCode
    label: Labels
    value: Annotated[int, Field(ge=0, le=1_000_000_000)]
    precision: Precision
    period_from: date | None = None
    period_until: date
    document_ref: DocumentRef


ProgrammeEvent: TypeAlias = (
    ProgrammeDefined
    | PartnerEvent
    | UnitEvent
    | RuleSetPublished
    | FundingRecorded
    | CostRecorded
    | ProgrammeFactRecorded
)
