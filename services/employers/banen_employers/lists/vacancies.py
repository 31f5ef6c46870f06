"""The vacancies: at which employer, how many places, and how many of them placements fill."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from banen_contracts.base import Code
from banen_contracts.employers import VacancyClosing
from banen_contracts.intake import ProfessionGroup
from banen_employers.events import PlaceFilled, PlaceFreed, UnmetDemandReported, VacancyClosed, VacancyOpened
from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.decider import DomainEvent


class VacancyState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class VacancyRow(Row, frozen=True):
    state: VacancyState = VacancyState.OPEN
    employer_ref: UUID
    places: int
    places_filled: int = 0
    """By placements; what was said when it was closed is in its file."""
    kind: Code
    profession_group: ProfessionGroup | None = None
    route: Code | None = None
    opened_on: date
    open_until: date | None = None
    """The last day on which it is open."""
    closed_on: date | None = None
    reason_code: VacancyClosing | None = None
    has_unmet_demand: bool = False


def evolve(row: VacancyRow | None, event: DomainEvent, _: date) -> VacancyRow | None:
    match event:
        case VacancyOpened():
            return VacancyRow(
                ref=str(event.vacancy_ref),
                employer_ref=event.employer_ref,
                places=event.places,
                kind=event.kind,
                profession_group=event.profession_group,
                route=event.route,
                opened_on=event.occurred_on,
                open_until=event.open_until,
            )
        case _ if row is None:
            return None
        case _:
            return row.model_copy(update=_changed(event))


def _changed(event: DomainEvent) -> dict[str, Any]:
    match event:
        case VacancyClosed():
            closed = {"state": VacancyState.CLOSED, "closed_on": event.occurred_on}
            return {**closed, "reason_code": event.reason_code}
        case PlaceFilled() | PlaceFreed():
            return {"places_filled": event.places_filled}
        case UnmetDemandReported():
            return {"has_unmet_demand": True}
        case _:
            return {}


VACANCIES = ReadModel(
    name="vacancies",
    category="vacancy",
    row=VacancyRow,
    evolve=evolve,
    filters=("state", "employer_ref", "kind", "has_unmet_demand", "opened_on", "open_until"),
    sorts=("opened_on",),
    beside={PlaceFilled: "places_ref", PlaceFreed: "places_ref"},
)
