"""The classes of facts. Folds make them, and the figures read them."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime

from pydantic.dataclasses import dataclass

from banen_contracts import intake as i, mediation as m, reporting as r
from banen_contracts.base import (
    BUREAU as BUREAU_ID,
    Code,
    Digest,
    MunicipalityCode,
    OrganisationName,
    PartnerId,
    Precision,
    source_of,
)
from banen_contracts.programme import Labels, ProgrammeDefinition

BUREAU = source_of(BUREAU_ID, "reporting")
"""The only source of programme decisions."""


class Fact:
    """What is known of one thing. Validated whenever it is created or read.

    Facts have slots, because reporting keeps all of them in memory: as a model, a placement takes ten times as much.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutreachFact(Fact):
    kind: i.OutreachKind
    attendance: i.AttendanceBand
    self_organisation_involved: bool
    occurred_on: date
    region_id: str | None = None
    municipality_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFact(Fact):
    kind: i.ContactKind
    channel: i.Channel
    occurred_on: date
    region_id: str | None = None
    municipality_code: str | None = None
    outreach_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFact(Fact):
    """A development activity of a candidate; it never counts as a placement."""

    ref: str
    kind: i.ActivityKind
    started_on: date
    ended_on: date | None = None
    outcome: i.ActivityOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFact(Fact):
    registered_on: date
    contact_ref: str | None = None
    region_id: str | None = None
    education_band: i.EducationBand = i.EducationBand.UNKNOWN
    """Unknown also where the candidate does not allow statistics, or no longer does; so with the next two."""
    municipality_code: str | None = None
    profession_group: str | None = None
    assessments: tuple[tuple[date, int], ...] = ()
    route: Code | None = None
    intake_started_on: date | None = None
    intake_on: date | None = None
    activities: tuple[ActivityFact, ...] = ()
    ready_on: date | None = None
    lost_on: date | None = None
    closed_on: date | None = None
    reentered_on: tuple[date, ...] = ()
    """The first days of the second time and later ones. The steps above, from the intake on, are of the last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverFact(Fact):
    candidate_ref: str
    to_partner: PartnerId
    offered_on: date
    expires_on: date
    completed_on: date | None = None
    ended_on: date | None = None
    outcome: i.HandoverOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFact(Fact):
    """What the receiving partner said to an offer."""

    from_partner: PartnerId
    answered_on: date
    client_ref: str | None = None
    """None: declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFact(Fact):
    origin: m.Origin
    origin_ref: str | None
    taken_on: date
    closed_on: date | None = None
    """None also where the file was closed and taken up again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementFact(Fact):
    """All that is known of a placement, with corrections applied. Days are inclusive."""

    client_ref: str
    primary_partner: PartnerId
    assist_partners: tuple[PartnerId, ...] = ()
    kind: Code
    contract: m.ContractTerm
    """As signed at the start; a prolongation is in the `extended_` fields."""
    start: date
    planned_end: date | None = None
    extended_contract: m.ContractTerm | None = None
    extended_end: date | None = None
    end: date | None = None
    end_reason: m.EndReason | None = None
    voided: bool = False
    programme_tag: m.ProgrammeTag
    route_reported: Code | None = None
    employer_ref: str | None = None
    """The legal employer."""
    hiring_employer_ref: str | None = None
    group_ref: str | None = None
    converted_from: str | None = None
    confirmed_months: tuple[tuple[int, date], ...] = ()
    """Confirmed months of retention, each with the date of the confirmation."""
    denied_months: tuple[tuple[int, date], ...] = ()
    """Months that it turned out not to have lasted, each with the date of the check; no rule reads them."""
    pauses: tuple[tuple[date, date | None], ...] = ()
    """First day without work, and first day of work again; no rule reads them."""
    aftercare: tuple[tuple[date, int | None, bool], ...] = ()
    """Contacts: the date, the month for which it was due, and whether there was contact."""
    seasonal: bool = False
    recorded_on: date
    """The day in Amsterdam on which the placement first became known."""
    imported: bool = False
    evidence_hash: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeFact(Fact):
    version: int
    definition: ProgrammeDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFact(Fact):
    name: OrganisationName
    services: tuple[str, ...]
    live: tuple[str, ...] = ()
    units: Mapping[date, str | None] = dataclasses.field(default_factory=dict[date, str | None])
    """The target unit by the first day in it, until that of the next; 0001-01-01: always."""
    admitted: Mapping[str, datetime] = dataclasses.field(default_factory=dict[str, datetime])
    """For each service, since when it is known to take part. Its facts count as known from then at the earliest."""
    ended: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    """For each service that has ended, its last event that counts."""
    resumed: Mapping[str, tuple[tuple[int, datetime], ...]] = dataclasses.field(
        default_factory=dict[str, tuple[tuple[int, datetime], ...]]
    )
    """For each service that takes part again: after which event, and since when that is known. In this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFact(Fact):
    label: OrganisationName
    members: tuple[PartnerId, ...] = ()
    """Of units from before partners were assigned: in it wherever no assignment says otherwise."""
    targets: Mapping[Code, int | None] = dataclasses.field(default_factory=dict[Code, int | None])
    """By route, for the whole period: what was set for that, or the sum over the years."""
    targets_of_years: Mapping[Code, Mapping[int, int | None]] = dataclasses.field(
        default_factory=dict[Code, Mapping[int, int | None]]
    )
    regular_per_year: int | None = None
    permission_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetFact(Fact):
    version: int
    params: r.RuleSetParams
    approved_by: str
    approved_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingFact(Fact):
    occurred_on: date
    funder: Code
    status: str
    amount_euro: int
    precision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFact(Fact):
    occurred_on: date
    amount_euro: int
    precision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFact(Fact):
    """A number that the bureau stated, and since when it is known."""

    topic: r.FactTopic
    code: str
    label: Labels
    value: int
    precision: str
    period_from: date | None
    period_until: date
    document_ref: str
    stated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFact(Fact):
    unit_id: str
    measure: str
    year: int
    value: int
    provenance: r.Provenance
    precision: str
    document_ref: str

    @property
    def last_day(self) -> date:
        return date(self.year, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachFact(Fact):
    """A partner's estimate of the target group in a municipality in a year; the last one holds."""

    municipality_code: MunicipalityCode
    year: int
    estimate: int
    precision: Precision
    source: i.ReachSource
    method_version: str
    imported_on: date


@dataclasses.dataclass(frozen=True, slots=True)
class RecordedFact:
    """A version of a fact."""

    source: str
    ref: str
    row: Fact
