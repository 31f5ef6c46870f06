"""The placements: of which client, where, until when, and whether they still run."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from banen_contracts.base import Code
from banen_contracts.mediation import EndReason, ProgrammeTag
from banen_kit.application.read_model import Internal, ReadModel, Row
from banen_kit.core.decider import DomainEvent
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
    signed_until: Annotated[date | None, Internal] = None
    """The last day by the terms alone."""
    extended_until: Annotated[tuple[date | None, ...], Internal] = ()
    """The last day by each extension."""
    is_paused: Annotated[bool, Internal] = False
    is_voided: Annotated[bool, Internal] = False


TERMS = ("kind", "start_date", "employer_ref", "vacancy_ref", "group_ref", "programme_tag")


def evolve(row: PlacementRow | None, event: DomainEvent, _: date) -> PlacementRow | None:
    if isinstance(event, PlacementStarted):
        ref, until = str(event.placement_ref), event.planned_end_date
        started = PlacementRow(ref=ref, client_ref=event.client_ref, **_terms(event))
        return started.model_copy(update={"planned_end_date": until, "signed_until": until})
    if row is None:
        return None
    changed = row.model_copy(update=_changed(row, event))
    ends = (changed.signed_until, *changed.extended_until)
    return changed.model_copy(update={"state": state_of(changed), "planned_end_date": ends[-1]})


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
        case _:
            return {}


PLACEMENTS = ReadModel(
    name="placements",
    category="placement",
    row=PlacementRow,
    evolve=evolve,
    filters=("state", "kind", "client_ref", "employer_ref", "vacancy_ref", "group_ref", "start_date"),
    sorts=("start_date",),
)
