"""The private events of the programme administration. None of them holds personal data."""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import (
    Count,
    DocumentRef,
    Euro,
    OrganisationName,
    PartnerId,
    Precision,
    ReasonCode,
    Route,
    RuleSetId,
    UnitId,
)
from banen_contracts.reporting import Funder, Provenance, RuleSetParams, Year
from banen_contracts.roles import Service
from banen_kit.core.decider import DomainEvent

# Fields have the types of the public contracts: if an event could be stored but not published, it would block the relay.


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


PartnerEvent: TypeAlias = PartnerAdmitted | SourceDeclaredLive


class TargetUnitDefined(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "target-unit-defined"
    unit_id: UnitId
    occurred_on: date
    label: OrganisationName
    members: tuple[PartnerId, ...]


class TargetSet(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "target-set"
    unit_id: UnitId
    occurred_on: date
    route: Route
    value: Count | None
    decided_by: ReasonCode
    document_ref: DocumentRef | None = None


class TargetRevised(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "target-revised"
    unit_id: UnitId
    occurred_on: date
    route: Route
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
    funder: Funder
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


ProgrammeEvent: TypeAlias = PartnerEvent | UnitEvent | RuleSetPublished | FundingRecorded | CostRecorded
