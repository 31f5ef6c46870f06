"""The placements: of which client, where, until when, and whether they still run."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from banen_contracts.base import Code
from banen_contracts.mediation import EndReason, ProgrammeTag
from banen_kit.application.read_model import Internal, ReadModel, Row
from banen_kit.core.decider import DomainEvent
from banen_mediation.domain.history import last_day_of_month
from banen_mediation.domain.retention import MILESTONES
from banen_mediation.events import (
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
    PlacementExtended,
    PlacementExtensionCorrected,
    PlacementPaused,
    PlacementResumed,
    PlacementStarted,
    PlacementVoided,
    RetentionConfirmed,
    RetentionNotReached,
)


class PlacementState(StrEnum):
    """What comes later in this list counts, if several hold."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    VOIDED = "voided"


class PlacementRow(Row, frozen=True):
    state: PlacementState = PlacementState.RUNNING
    client_ref: UUID
    kind: Code
    start_date: date
    planned_end_date: date | None = None
    """As agreed now; None: open-ended or not known."""
    end_date: date | None = None
    end_reason: EndReason | None = None
    employer_ref: UUID | None = None
    vacancy_ref: UUID | None = None
    group_ref: UUID | None = None
    programme_tag: ProgrammeTag
    confirmed_months: int = 0
    """How long it was confirmed to have lasted."""
    next_milestone_on: date | None = None
    """The last day of the first milestone that nobody has checked; it may have passed. None: none is left, or it is over."""
    route_reported: Code | None = None
    denied_months: Annotated[int | None, Internal] = None
    """The fewest months that it was found not to have lasted."""
    signed_until: Annotated[date | None, Internal] = None
    """The last day by the terms alone."""
    extended_until: Annotated[tuple[date | None, ...], Internal] = ()
    """The last day by each extension."""
    is_paused: Annotated[bool, Internal] = False
    is_voided: Annotated[bool, Internal] = False


TERMS = ("kind", "start_date", "employer_ref", "vacancy_ref", "group_ref", "programme_tag", "route_reported")


def evolve(row: PlacementRow | None, event: DomainEvent, _: date) -> PlacementRow | None:
    if isinstance(event, PlacementStarted):
        ref, until = str(event.placement_ref), event.planned_end_date
        return _settled(
            PlacementRow(ref=ref, client_ref=event.client_ref, signed_until=until, **_terms(event))
        )
    return row and _settled(row.model_copy(update=_changed(row, event)))


def _settled(row: PlacementRow) -> PlacementRow:
    """With what follows from the other fields."""
    *_, until = (row.signed_until, *row.extended_until)
    follows = {"planned_end_date": until, "next_milestone_on": _next_milestone(row)}
    return row.model_copy(update={"state": state_of(row), **follows})


def _next_milestone(row: PlacementRow) -> date | None:
    if row.is_voided or row.end_date:
        return None
    ends = row.denied_months or max(MILESTONES.values()) + 1
    left = (months for months in MILESTONES.values() if row.confirmed_months < months < ends)
    return next((last_day_of_month(row.start_date, months) for months in left), None)


def _terms(event: PlacementStarted | PlacementCorrected) -> dict[str, Any]:
    return {name: getattr(event, name) for name in TERMS}


def state_of(row: PlacementRow) -> PlacementState:
    holds = {
        PlacementState.PAUSED: row.is_paused,
        PlacementState.ENDED: row.end_date is not None,
        PlacementState.VOIDED: row.is_voided,
    }
    return next((state for state in reversed(holds) if holds[state]), PlacementState.RUNNING)


def _changed(row: PlacementRow, event: DomainEvent) -> dict[str, Any]:
    match event:
        case PlacementCorrected():
            return {**_terms(event), "signed_until": event.planned_end_date}
        case PlacementExtended():
            return {"extended_until": (*row.extended_until, event.planned_end_date)}
        case PlacementExtensionCorrected():
            is_gone = event.is_withdrawn or event.contract is None
            now = () if is_gone else (event.planned_end_date,)
            return {"extended_until": (*row.extended_until[:-1], *now)}
        case PlacementEnded():
            return {"end_date": event.end_date, "end_reason": event.reason_code}
        case PlacementEndCorrected():
            return {"end_date": event.end_date, "end_reason": event.end_reason}
        case PlacementPaused() | PlacementResumed():
            return {"is_paused": isinstance(event, PlacementPaused)}
        case PlacementVoided():
            return {"is_voided": True}
        case RetentionConfirmed():
            return {"confirmed_months": max(row.confirmed_months, event.months)}
        case RetentionNotReached():
            return {"denied_months": min(row.denied_months or event.months, event.months)}
        case _:
            return {}


PLACEMENTS = ReadModel(
    name="placements",
    category="placement",
    row=PlacementRow,
    evolve=evolve,
    filters=(
        "state",
        "kind",
        "client_ref",
        "employer_ref",
        "vacancy_ref",
        "group_ref",
        "start_date",
        "planned_end_date",
        "next_milestone_on",
    ),
    sorts=("start_date",),
    version=2,
)
