"""A candidate's file from registration to closing, lost and found, taken up again, corrected and erased."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, MunicipalityCode, ReasonCode
from banen_contracts.intake import Consents, EducationBand
from banen_contracts.months import add_months
from banen_contracts.reporting import ProgrammeDefined
from banen_intake.domain.consent import ConsentCommand, check_partner, decide_consent
from banen_intake.domain.file import Candidate, File, NotRegistered, evolve, known, opened
from banen_intake.domain.preparation import PreparationCommand, decide_preparation
from banen_intake.events import (
    ActivityEnded,
    ActivityStarted,
    CandidateClosed,
    CandidateErased,
    CandidateEvent,
    CandidateFound,
    CandidateLost,
    CandidateReentered,
    CandidateRegistered,
    ConversationLogged,
    DistanceAssessed,
    IntakeCompleted,
    IntakeStarted,
    PlanAgreed,
    ReadyForMediation,
    RouteAssigned,
    WorkerAssigned,
)
from banen_kit.core.days import BirthDay
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused, refuse_if
from banen_kit.core.records import ErasePerson
from banen_kit.core.text import Phone, Region, ShortText, StaffRef, Text, VNumber
from banen_kit.crypto.personal_fields import Open

SILENCE_MONTHS = 6
"""Contact counts as lost when so many months passed without a fact, while the candidate is being prepared."""


class RegisterCandidate(Command, frozen=True):
    NAME: ClassVar[str] = "register-candidate"
    occurred_on: Day
    contact_ref: UUID | None = None
    education_band: EducationBand
    region_id: Region | None = None
    municipality_code: MunicipalityCode | None = None
    consents: Consents = ()
    """What the candidate allows from the start; each thing by itself."""
    name: ShortText = Field(repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    v_number: VNumber | None = Field(default=None, repr=False)


class AssignWorker(Command, frozen=True):
    """Names who is responsible for the candidate, for the first time or after a caseload moved."""

    NAME: ClassVar[str] = "assign-worker"
    occurred_on: Day
    worker: StaffRef


class LogConversation(Command, frozen=True):
    """There was contact with the candidate. If it had been lost, it is found again."""

    NAME: ClassVar[str] = "log-conversation"
    occurred_on: Day
    notes: Text | None = Field(default=None, repr=False)


class MarkLost(Command, frozen=True):
    """Contact with the candidate is lost, as somebody noticed."""

    NAME: ClassVar[str] = "mark-lost"
    occurred_on: Day


class MarkSilent(Command, frozen=True):
    """Given only by a timer: nothing was recorded for `SILENCE_MONTHS`."""

    NAME: ClassVar[str] = "mark-silent"
    occurred_on: Day


class CloseCandidate(Command, frozen=True):
    NAME: ClassVar[str] = "close-candidate"
    occurred_on: Day
    reason_code: ReasonCode
    notes: Text | None = Field(default=None, repr=False)


class ReenterCandidate(Command, frozen=True):
    """Somebody whose file was closed takes part again; what was recorded before stays as it is."""

    NAME: ClassVar[str] = "reenter-candidate"
    occurred_on: Day
    reason_code: ReasonCode


class EraseCandidate(ErasePerson, frozen=True):
    """Destroys the candidate's key, so that no personal data of the candidate can be read."""

    NAME: ClassVar[str] = "erase-candidate"


CandidateCommand: TypeAlias = (
    RegisterCandidate
    | AssignWorker
    | LogConversation
    | MarkLost
    | MarkSilent
    | CloseCandidate
    | ReenterCandidate
    | EraseCandidate
    | PreparationCommand
    | ConsentCommand
)


def decide(command: CandidateCommand, state: Candidate, context: DecisionContext) -> Sequence[CandidateEvent]:
    match command:
        case RegisterCandidate():
            return [register(command, state, context)]
        case AssignWorker():
            return [assign_worker(command, opened(state), context)]
        case LogConversation():
            return log_conversation(command, opened(state), context)
        case MarkLost():
            return [mark_lost(command, opened(state), context)]
        case MarkSilent():
            return mark_silent(command, state, context)
        case CloseCandidate():
            return [close(command, opened(state), context)]
        case ReenterCandidate():
            return [reenter(command, known(state), context)]
        case EraseCandidate():
            return [erase(command, known(state), context)]
        case _:
            if isinstance(command, ConsentCommand):
                return [decide_consent(command, state, context)]
            return [decide_preparation(command, state, context)]


def register(command: RegisterCandidate, state: Candidate, context: DecisionContext) -> CandidateRegistered:
    if not isinstance(state, NotRegistered):
        opened(state)
        raise Refused("candidate-exists", "This candidate was registered already.")
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_region(command.region_id), "regionId")
    for consent in command.consents:
        check_partner(consent, context, "consents")
    return CandidateRegistered(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        contact_ref=command.contact_ref,
        education_band=command.education_band,
        region_id=command.region_id,
        municipality_code=command.municipality_code,
        consents=command.consents,
        name=Open(command.name),
        birth_date=Open(command.birth_date.isoformat()) if command.birth_date else None,
        phone=Open(command.phone) if command.phone else None,
        email=Open(command.email) if command.email else None,
        address=Open(command.address) if command.address else None,
        v_number=Open(command.v_number) if command.v_number else None,
    )


def assign_worker(command: AssignWorker, file: File, context: DecisionContext) -> WorkerAssigned:
    if file.worker == command.worker:
        raise Refused("worker-unchanged", "This worker is responsible for the candidate already.", "worker")
    return WorkerAssigned(
        candidate_ref=UUID(context.ref), occurred_on=command.occurred_on, worker=command.worker
    )


def log_conversation(
    command: LogConversation, file: File, context: DecisionContext
) -> Sequence[CandidateEvent]:
    ref, day = UUID(context.ref), command.occurred_on
    notes = Open(command.notes) if command.notes else None
    logged = ConversationLogged(candidate_ref=ref, occurred_on=day, notes=notes)
    if file.lost_on is None or day < file.lost_on:
        return [logged]
    return [CandidateFound(candidate_ref=ref, occurred_on=day), logged]


def mark_lost(command: MarkLost, file: File, context: DecisionContext) -> CandidateLost:
    if file.lost_on is not None:
        raise Refused("candidate-lost", "Contact with this candidate was lost already.")
    return CandidateLost(candidate_ref=UUID(context.ref), occurred_on=command.occurred_on)


def mark_silent(command: MarkSilent, state: Candidate, context: DecisionContext) -> Sequence[CandidateEvent]:
    """Changes nothing for somebody in an activity, or whom mediation may already be looking after."""
    if not isinstance(state, File) or state.closed_on or state.lost_on or state.is_ready or state.running:
        return []
    return [CandidateLost(candidate_ref=UUID(context.ref), occurred_on=command.occurred_on)]


def silent_from(due: date | None, event: DomainEvent, recorded_on: date) -> date | None:
    """The day from which contact counts as lost. It runs from when a fact was recorded: a historic load tells of years ago."""
    match event:
        case (
            CandidateRegistered()
            | ConversationLogged()
            | IntakeStarted()
            | IntakeCompleted()
            | PlanAgreed()
            | DistanceAssessed()
            | RouteAssigned()
            | ActivityStarted()
            | ActivityEnded()
            | CandidateFound()
            | CandidateReentered()
        ):
            return add_months(recorded_on, SILENCE_MONTHS)
        case ReadyForMediation() | CandidateLost() | CandidateClosed() | CandidateErased():
            return None
        case _:
            return due


def close(command: CloseCandidate, _: File, context: DecisionContext) -> CandidateClosed:
    return CandidateClosed(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        notes=Open(command.notes) if command.notes else None,
    )


def reenter(command: ReenterCandidate, file: File, context: DecisionContext) -> CandidateReentered:
    if file.closed_on is None:
        raise Refused("candidate-open", "This candidate's file is open; nothing has to be taken up again.")
    if command.occurred_on < file.closed_on:
        raise Refused("reentry-before-closing", "The file was closed after that day.", "occurredOn")
    return CandidateReentered(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        spell=file.spell + 1,
        reason_code=command.reason_code,
    )


def erase(command: EraseCandidate, _: File, context: DecisionContext) -> CandidateErased:
    return CandidateErased(
        candidate_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
    )


CANDIDATE: Decider[CandidateCommand, Candidate, CandidateEvent] = Decider(NotRegistered(), decide, evolve)
