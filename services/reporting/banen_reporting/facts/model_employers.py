"""The classes of facts of employers, approaches, agreements, vacancies and groups."""

from datetime import date

from pydantic.dataclasses import dataclass

from banen_contracts import employers as e
from banen_contracts.base import (
    Code,
    OrganisationName,
)
from banen_reporting.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerFact(Fact):
    legal_kind: e.LegalKind
    sector_code: str
    name: OrganisationName | None
    closed_on: date | None = None
    """None: the partner works with it, or again."""
    platform: tuple[tuple[date, bool], ...] = ()
    """Each day on which it joined (true) or left the platform of employers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproachFact(Fact):
    employer_ref: str
    channel: e.ApproachChannel
    level: e.ApproachLevel
    approached_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFact(Fact):
    party_kind: e.PartyKind
    party_ref: str | None = None
    """An employer, where the partner said with which one."""
    places_promised: int | None
    routes: tuple[Code, ...]
    signed_on: date
    valid_from: date
    valid_to: date | None
    ended_on: date | None = None
    expired_on: date | None = None
    """The day after the last, once the partner said that it is over."""
    referrals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VacancyFact(Fact):
    employer_ref: str
    places: int
    kind: Code
    profession_group: str | None
    route: Code | None
    opened_on: date
    open_until: date | None
    closed_on: date | None = None
    closing: e.VacancyClosing | None = None
    places_filled: int | None = None
    unmet: tuple[tuple[date, str], ...] = ()
    """Each day on which demand was reported that could not be met, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFact(Fact):
    employer_ref: str
    kind: Code
    in_guidance: int | None
    places_planned: int | None
    placed: int | None = None
    precision: str | None = None
    closed_on: date | None = None
