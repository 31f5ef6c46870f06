"""The tracks of clients to a firm of their own."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from banen_contracts.base import PartnerId
from banen_contracts.mediation import SupportSource
from banen_kit.application.read_model import Internal, ReadModel, Row
from banen_kit.core.decider import DomainEvent
from banen_mediation.events import (
    EnterpriseStarted,
    EnterpriseStep,
    EnterpriseStepTakenBack,
    EnterpriseStillRunning,
    EnterpriseStopped,
    EnterpriseTrackStarted,
)


class EnterpriseState(StrEnum):
    TRACK = "track"
    STARTED = "started"
    STOPPED = "stopped"


class EnterpriseRow(Row, frozen=True):
    state: EnterpriseState = EnterpriseState.TRACK
    client_ref: UUID
    support_source: SupportSource
    guided_by: PartnerId | None = None
    placement_ref: UUID | None = None
    begun_on: date
    started_on: date | None = None
    running_on: date | None = None
    """The last day on which it was known to run."""
    stopped_in: Annotated[EnterpriseState, Internal] = EnterpriseState.TRACK
    """In which state it was when it stopped."""


def evolve(row: EnterpriseRow | None, event: DomainEvent, _: date) -> EnterpriseRow | None:
    match event:
        case EnterpriseTrackStarted():
            return EnterpriseRow(
                ref=str(event.track_ref),
                client_ref=event.client_ref,
                support_source=event.support_source,
                guided_by=event.guided_by,
                begun_on=event.occurred_on,
            )
        case _ if row is None:
            return None
        case _:
            return row.model_copy(update=_changed(row, event))


def _changed(row: EnterpriseRow, event: DomainEvent) -> dict[str, Any]:
    match event:
        case EnterpriseStarted():
            started = {"state": EnterpriseState.STARTED, "started_on": event.occurred_on}
            return {**started, "running_on": event.occurred_on, "placement_ref": event.placement_ref}
        case EnterpriseStillRunning():
            return {"running_on": event.occurred_on}
        case EnterpriseStopped():
            return {"state": EnterpriseState.STOPPED, "stopped_in": row.state}
        case EnterpriseStepTakenBack():
            state = {
                EnterpriseStep.STOP: row.stopped_in,
                EnterpriseStep.START: EnterpriseState.TRACK,
            }.get(event.step, row.state)
            days = {"started_on": event.started_on, "running_on": event.running_on}
            return {**days, "state": state, "placement_ref": event.placement_ref}
        case _:
            return {}


ENTERPRISES = ReadModel(
    name="enterprises",
    category="enterprise",
    row=EnterpriseRow,
    evolve=evolve,
    filters=("state", "client_ref", "begun_on"),
    sorts=("begun_on",),
)
