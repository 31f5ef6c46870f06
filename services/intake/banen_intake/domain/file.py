"""What decisions about a candidate look at: the file as its events built it up."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from banen_contracts.consent import Consent, ConsentScope
from banen_intake.events import (
    ActivityEnded,
    ActivityStarted,
    CandidateClosed,
    CandidateDetailsCorrected,
    CandidateErased,
    CandidateEvent,
    CandidateFound,
    CandidateLost,
    CandidateReentered,
    CandidateRegistered,
    ConsentGranted,
    ConsentWithdrawn,
    IntakeCompleted,
    IntakeStarted,
    PortraitPublished,
    PortraitTakenDown,
    ReadyForMediation,
    WorkerAssigned,
)
from banen_kit.core.decider import PersonErased, Refused


@dataclass(frozen=True)
class NotRegistered:
    pass


@dataclass(frozen=True)
class File:
    """A registered candidate."""

    spell: int = 1
    """Which time the candidate takes part."""
    closed_on: date | None = None
    lost_on: date | None = None
    is_intake_started: bool = False
    is_intake_completed: bool = False
    is_ready: bool = False
    worker: str | None = None
    consents: Set[tuple[ConsentScope, str | None]] = frozenset()
    """What is allowed now: the scope, and for a handover the partner."""
    was_asked: bool = True
    """Whether consents were asked for one by one, which they were not at first."""
    running: Mapping[UUID, date] = field(default_factory=dict[UUID, date])
    """The activities that have not ended, with their first day."""
    ended: Set[UUID] = frozenset()
    """The activities that have."""
    portraits: Mapping[UUID, bool] = field(default_factory=dict[UUID, bool])
    """Every portrait, and whether it is still published."""

    def allows(self, scope: ConsentScope, to_partner: str | None = None) -> bool:
        return (scope, to_partner) in self.consents


@dataclass(frozen=True)
class Erased:
    pass


Candidate: TypeAlias = NotRegistered | File | Erased


def known(state: Candidate) -> File:
    """Raises `PersonErased`, and `Refused` if nobody is registered under this reference."""
    if isinstance(state, Erased):
        raise PersonErased
    if isinstance(state, NotRegistered):
        raise Refused("candidate-unknown", "There is no such candidate.")
    return state


def open_file(state: Candidate) -> File:
    """As `known`; also refuses a file that is closed."""
    file = known(state)
    if file.closed_on is not None:
        raise Refused("candidate-closed", "This candidate's file is closed; it takes no more facts.")
    return file


def in_contact(state: Candidate, day: date) -> File:
    """As `open_file`; also refuses what is said to have happened after contact with the candidate was lost."""
    file = open_file(state)
    if file.lost_on is not None and day >= file.lost_on:
        raise Refused(
            "candidate-lost",
            "Contact with this candidate was lost before that day; log the conversation in which it was found again.",
            "occurredOn",
        )
    return file


def evolve(state: Candidate, event: CandidateEvent | CandidateDetailsCorrected) -> Candidate:
    match event, state:
        case CandidateRegistered(), NotRegistered():
            was_asked = event.consents is not None
            return File(consents=frozenset(map(_key, event.consents or ())), was_asked=was_asked)
        case CandidateErased(), File():
            return Erased()
        case CandidateDetailsCorrected(), File():
            return state
        case _, File() if not isinstance(event, CandidateRegistered | CandidateDetailsCorrected):
            return _changed(state, event)
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


def _changed(file: File, event: CandidateEvent) -> File:
    match event:
        case ActivityStarted() | ActivityEnded() | PortraitPublished() | PortraitTakenDown():
            return _listed(file, event)
        case ConsentGranted():
            return replace(file, consents=file.consents | {_key(event)}, was_asked=True)
        case ConsentWithdrawn():
            return replace(file, consents=file.consents - {_key(event)}, was_asked=True)
        case CandidateReentered():
            # What the file lists stays; the steps begin anew.
            return replace(File(spell=event.spell), **{name: getattr(file, name) for name in LISTED})
        case _:
            return replace(file, **_steps(event))


LISTED = ("worker", "consents", "was_asked", "running", "ended", "portraits")


def _listed(
    file: File, event: ActivityStarted | ActivityEnded | PortraitPublished | PortraitTakenDown
) -> File:
    match event:
        case ActivityStarted():
            return replace(file, running={**file.running, event.activity_ref: event.occurred_on})
        case ActivityEnded():
            running = {ref: day for ref, day in file.running.items() if ref != event.activity_ref}
            return replace(file, running=running, ended=file.ended | {event.activity_ref})
        case PortraitPublished() | PortraitTakenDown():
            is_shown = isinstance(event, PortraitPublished)
            return replace(file, portraits={**file.portraits, event.portrait_ref: is_shown})


def _steps(event: CandidateEvent) -> dict[str, Any]:
    """The fields of the file that an event sets; none for what no decision looks at."""
    match event:
        case WorkerAssigned():
            return {"worker": event.worker}
        case IntakeStarted():
            return {"is_intake_started": True}
        case IntakeCompleted():
            return {"is_intake_started": True, "is_intake_completed": True}
        case ReadyForMediation():
            return {"is_ready": True}
        case CandidateLost():
            return {"lost_on": event.occurred_on}
        case CandidateFound():
            return {"lost_on": None}
        case CandidateClosed():
            return {"closed_on": event.occurred_on}
        case _:
            return {}


def _key(consent: Consent) -> tuple[ConsentScope, str | None]:
    return consent.scope, consent.to_partner
