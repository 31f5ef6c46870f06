"""The classes of facts of matches, tracks to an own firm, effort and meetings."""

from datetime import date

from pydantic.dataclasses import dataclass

from banen_contracts import mediation as m
from banen_contracts.base import PartnerId
from banen_contracts.intake import AttendanceBand
from banen_reporting.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFact(Fact):
    client_ref: str
    proposed_on: date
    vacancy_ref: str | None = None
    employer_ref: str | None = None
    interviews: tuple[tuple[date, m.InterviewOutcome], ...] = ()
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFact(Fact):
    """The way to an own firm; what counts of it is a placement."""

    client_ref: str
    support_source: m.SupportSource
    guided_by: PartnerId | None = None
    track_started_on: date
    started_on: date | None = None
    placement_ref: str | None = None
    running_on: date | None = None
    """The last day on which the firm is known to have run."""
    stopped_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortFact(Fact):
    """Hours of a partner's people of one role in a month; the last one holds. Both numbers are None where they were too few."""

    month: str
    role: m.EffortRole
    hours: int | None
    people: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFact(Fact):
    kind: m.MeetingKind
    attendance: AttendanceBand
    held_on: date
