"""The group placements: at which employer, how many are guided, planned and placed."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from banen_contracts.base import Code, Count, Precision
from banen_employers.events import GroupClosed, GroupPlanned, GroupUpdated, PlaceFilled, PlaceFreed
from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.decider import DomainEvent


class GroupState(StrEnum):
    PLANNED = "planned"
    CLOSED = "closed"


class GroupRow(Row, frozen=True):
    state: GroupState = GroupState.PLANNED
    employer_ref: UUID
    kind: Code
    is_seasonal: bool
    in_guidance: Count | None = None
    places_planned: Count | None = None
    places_filled: int = 0
    """By placements on record."""
    placed: Count | None = None
    """As reported when it was closed."""
    precision: Precision | None = None
    planned_on: date


def evolve(row: GroupRow | None, event: DomainEvent, _: date) -> GroupRow | None:
    match event:
        case GroupPlanned():
            return GroupRow(
                ref=str(event.group_ref),
                employer_ref=event.employer_ref,
                kind=event.kind,
                is_seasonal=event.seasonal,
                in_guidance=event.in_guidance,
                places_planned=event.places_planned,
                planned_on=event.occurred_on,
            )
        case _ if row is None:
            return None
        case _:
            return row.model_copy(update=_changed(event))


def _changed(event: DomainEvent) -> dict[str, Any]:
    match event:
        case GroupUpdated():
            return {"in_guidance": event.in_guidance, "places_planned": event.places_planned}
        case GroupClosed():
            return {"state": GroupState.CLOSED, "placed": event.placed, "precision": event.precision}
        case PlaceFilled() | PlaceFreed():
            return {"places_filled": event.places_filled}
        case _:
            return {}


GROUPS = ReadModel(
    name="groups",
    category="group",
    row=GroupRow,
    evolve=evolve,
    filters=("state", "employer_ref", "kind", "planned_on"),
    sorts=("planned_on",),
    beside={PlaceFilled: "places_ref", PlaceFreed: "places_ref"},
)
