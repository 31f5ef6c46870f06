"""A candidate's file from registration to closing, lost and found, taken up again, corrected and erased."""

from collections.abc import Sequence
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, MunicipalityCode, ReasonCode
from banen_contracts.intake import Consents, EducationBand
from banen_intake.domain.consent import ConsentCommand, check_partner, decide_consent
from banen_intake.domain.file import Candidate, File, NotRegistered, evolve, known, open_file
from banen_intake.domain.place import check_place
from banen_intake.domain.preparation import PreparationCommand, decide_preparation
from banen_intake.domain.silence import SilenceCommand, decide_silence
from banen_intake.events import (
    CandidateClosed,
    CandidateDetailsCorrected,
    CandidateErased,
    CandidateEvent,
    CandidateReentered,
    CandidateRegistered,
    WorkerAssigned,
)
from banen_intake.events.candidate import CandidateDetail
from banen_kit.core.days import BirthDay
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.records import (
    CorrectDetails,
    ErasePerson,
    Names,
    Others,
    likely_doubles,
    refuse_unfit_correction,
)
from banen_kit.core.text import Phone, Region, ShortText, StaffRef, Text, VNumber
from banen_kit.crypto.personal_fields import Open, opened


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
    not_the_same_as: Others = ()
    """Likely doubles on record who are other people."""


class AssignWorker(Command, frozen=True):
    """Names who is responsible for the candidate, for the first time or after a caseload moved."""

    NAME: ClassVar[str] = "assign-worker"
    occurred_on: Day
    worker: StaffRef


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


class CorrectCandidate(CorrectDetails, frozen=True):
    """Corrects what is known of the person. It can always be done, also when the file is closed."""

    NAME: ClassVar[str] = "correct-candidate"
    name: ShortText | None = Field(default=None, repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    v_number: VNumber | None = Field(default=None, repr=False)
    remove: Names[CandidateDetail] = ()


class EraseCandidate(ErasePerson, frozen=True):
    """Destroys the candidate's key, so that no personal data of the candidate can be read."""

    NAME: ClassVar[str] = "erase-candidate"


CandidateCommand: TypeAlias = (
    RegisterCandidate
    | AssignWorker
    | CloseCandidate
    | ReenterCandidate
    | CorrectCandidate
    | EraseCandidate
    | SilenceCommand
    | PreparationCommand
    | ConsentCommand
)


def decide(
    command: CandidateCommand, state: Candidate, context: DecisionContext
) -> Sequence[CandidateEvent | CandidateDetailsCorrected]:
    match command:
        case RegisterCandidate():
            return [register(command, state, context)]
        case AssignWorker():
            return [assign_worker(command, open_file(state), context)]
        case CloseCandidate():
            return [close(command, open_file(state), context)]
        case ReenterCandidate():
            return [reenter(command, known(state), context)]
        case CorrectCandidate():
            return [correct(command, known(state), context)]
        case EraseCandidate():
            return [erase(command, known(state), context)]
        case _:
            if isinstance(command, SilenceCommand):
                return decide_silence(command, state, context)
            if isinstance(command, ConsentCommand):
                return [decide_consent(command, state, context)]
            return [decide_preparation(command, state, context)]


def register(command: RegisterCandidate, state: Candidate, context: DecisionContext) -> CandidateRegistered:
    if not isinstance(state, NotRegistered):
        open_file(state)
        raise Refused("candidate-exists", "This candidate was registered already.")
    check_place(command.region_id, command.municipality_code, command.occurred_on, context)
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
        birth_date=opened(command.birth_date and command.birth_date.isoformat()),
        phone=opened(command.phone),
        email=opened(command.email),
        address=opened(command.address),
        v_number=opened(command.v_number),
        not_the_same_as=command.not_the_same_as,
        likely_same_as=likely_doubles(command.not_the_same_as, context),
    )


def assign_worker(command: AssignWorker, file: File, context: DecisionContext) -> WorkerAssigned:
    if file.worker == command.worker:
        raise Refused("worker-unchanged", "This worker is responsible for the candidate already.", "worker")
    return WorkerAssigned(
        candidate_ref=UUID(context.ref), occurred_on=command.occurred_on, worker=command.worker
    )


def close(command: CloseCandidate, _: File, context: DecisionContext) -> CandidateClosed:
    return CandidateClosed(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        notes=opened(command.notes),
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


def correct(command: CorrectCandidate, _: File, context: DecisionContext) -> CandidateDetailsCorrected:
    refuse_unfit_correction(command)
    return CandidateDetailsCorrected(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        name=opened(command.name),
        birth_date=opened(command.birth_date and command.birth_date.isoformat()),
        phone=opened(command.phone),
        email=opened(command.email),
        address=opened(command.address),
        v_number=opened(command.v_number),
        removed=command.remove,
    )


def erase(command: EraseCandidate, _: File, context: DecisionContext) -> CandidateErased:
    return CandidateErased(
        candidate_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
    )


CANDIDATE: Decider[CandidateCommand, Candidate, CandidateEvent | CandidateDetailsCorrected] = Decider(
    NotRegistered(), decide, evolve
)
