"""The candidates: by state, responsible worker, region, and how long they have been waiting in that state."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from banen_contracts.base import Code, RegionId
from banen_intake.domain.candidate import RegisterCandidate
from banen_intake.events import (
    ActivityEnded,
    ActivityStarted,
    CandidateClosed,
    CandidateDetailsCorrected,
    CandidateErased,
    CandidateFound,
    CandidateLost,
    CandidateReentered,
    CandidateRegistered,
    HandoverCompleted,
    HandoverEnded,
    HandoverOffered,
    IntakeCompleted,
    ReadyForMediation,
    RouteAssigned,
    WorkerAssigned,
)
from banen_kit.application.read_model import Internal, Kind, ReadModel, Row, Tally, corrected
from banen_kit.core.decider import DomainEvent
from banen_kit.core.text import StaffRef
from banen_kit.crypto.personal_fields import Of, Personal


class CandidateState(StrEnum):
    """How far somebody has come. What comes later in this list counts, if several hold."""

    REGISTERED = "registered"
    INTAKE_DONE = "intake_done"
    DEVELOPING = "developing"
    READY = "ready"
    HANDOVER_PENDING = "handover_pending"
    HANDED_OVER = "handed_over"
    LOST_CONTACT = "lost_contact"
    CLOSED = "closed"


class CandidateRow(Row, frozen=True):
    state: CandidateState = CandidateState.REGISTERED
    since: date
    """The day from which on the candidate is in this state."""
    registered_on: date
    worker: StaffRef | None = None
    """Who is responsible."""
    region_id: RegionId | None = None
    route: Code | None = None
    has_likely_double: bool = False
    likely_same_as: tuple[UUID, ...] = ()
    """Candidates who are likely the same person, as noted in the load of a history."""
    name: Annotated[Personal[str] | None, Of("ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("ref")] = None
    phone: Annotated[Personal[str] | None, Of("ref")] = None
    email: Annotated[Personal[str] | None, Of("ref")] = None
    is_intake_completed: Annotated[bool, Internal] = False
    is_ready: Annotated[bool, Internal] = False
    is_handed_over: Annotated[bool, Internal] = False
    is_lost: Annotated[bool, Internal] = False
    is_closed: Annotated[bool, Internal] = False
    running: Annotated[tuple[UUID, ...], Internal] = ()
    """The activities that have not ended."""
    offered: Annotated[tuple[UUID, ...], Internal] = ()
    """The handovers that are open."""


DETAILS = ("name", "birth_date", "phone", "email")


def evolve(row: CandidateRow | None, event: DomainEvent, _: date) -> CandidateRow | None:
    match event:
        case CandidateRegistered():
            return CandidateRow(
                ref=str(event.candidate_ref),
                since=event.occurred_on,
                registered_on=event.occurred_on,
                region_id=event.region_id,
                has_likely_double=bool(event.likely_same_as),
                likely_same_as=event.likely_same_as,
                **{name: getattr(event, name) for name in DETAILS},
            )
        case CandidateErased():
            return None
        case _ if row is None:
            return None
        case CandidateDetailsCorrected():
            return row.model_copy(update=corrected(event, DETAILS))
        case _:
            return _in_state(row.model_copy(update=_steps(row, event)), row, event)


def _in_state(changed: CandidateRow, before: CandidateRow, event: Any) -> CandidateRow:
    state = state_of(changed)
    if state is before.state and not isinstance(event, CandidateReentered):
        return changed
    return changed.model_copy(update={"state": state, "since": event.occurred_on})


def state_of(row: CandidateRow) -> CandidateState:
    holds = {
        CandidateState.INTAKE_DONE: row.is_intake_completed,
        CandidateState.DEVELOPING: bool(row.running),
        CandidateState.READY: row.is_ready,
        CandidateState.HANDOVER_PENDING: bool(row.offered),
        CandidateState.HANDED_OVER: row.is_handed_over,
        CandidateState.LOST_CONTACT: row.is_lost,
        CandidateState.CLOSED: row.is_closed,
    }
    return next((state for state in reversed(holds) if holds[state]), CandidateState.REGISTERED)


def _steps(row: CandidateRow, event: DomainEvent) -> dict[str, Any]:
    """The fields that an event changes."""
    match event:
        case WorkerAssigned():
            return {"worker": event.worker}
        case RouteAssigned():
            return {"route": event.route}
        case ActivityStarted():
            return {"running": (*row.running, event.activity_ref)}
        case ActivityEnded():
            return {"running": tuple(ref for ref in row.running if ref != event.activity_ref)}
        case HandoverOffered():
            return {"offered": (*row.offered, event.handover_ref)}
        case HandoverCompleted() | HandoverEnded():
            offered = tuple(ref for ref in row.offered if ref != event.handover_ref)
            is_over = row.is_handed_over or isinstance(event, HandoverCompleted)
            return {"offered": offered, "is_handed_over": is_over}
        case _:
            return FLAGS.get(type(event), {})


FLAGS: Mapping[type[DomainEvent], dict[str, Any]] = {
    IntakeCompleted: {"is_intake_completed": True},
    ReadyForMediation: {"is_ready": True},
    CandidateLost: {"is_lost": True},
    CandidateFound: {"is_lost": False},
    CandidateClosed: {"is_closed": True},
    CandidateReentered: dict.fromkeys(
        ("is_intake_completed", "is_ready", "is_handed_over", "is_lost", "is_closed"), False
    ),
}
"""What other events change."""


CANDIDATES = ReadModel(
    name="candidates",
    category="candidate",
    row=CandidateRow,
    evolve=evolve,
    filters=("state", "worker", "region_id", "has_likely_double", "since"),
    sorts=("since", "name"),
    searched={"name": Kind.NAME, "phone": Kind.PHONE, "email": Kind.EMAIL, "birth_date": Kind.DAY},
    beside={event: "candidate_ref" for event in (HandoverOffered, HandoverCompleted, HandoverEnded)},
    recorded_by=RegisterCandidate,
    version=2,
)
CASELOAD = Tally("caseload", CANDIDATES, by=("worker", "state"))
