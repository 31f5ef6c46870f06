"""A candidate's path through intake, from registration to closing the file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Code, Day, MunicipalityCode, ReasonCode
from banen_contracts.intake import DistancePhase, EducationBand
from banen_contracts.reporting import ProgrammeDefined
from banen_intake.events import (
    CandidateClosed,
    CandidateErased,
    CandidateEvent,
    CandidateRegistered,
    DistanceAssessed,
    IntakeCompleted,
    RouteAssigned,
)
from banen_kit.core.days import BirthDay
from banen_kit.core.decider import Command, Decider, DecisionContext, PersonErased, Refused, refuse_if
from banen_kit.core.records import ErasePerson
from banen_kit.core.text import Method, Phone, Region, ShortText, Text, VNumber
from banen_kit.crypto.personal_fields import Open


class RegisterCandidate(Command, frozen=True):
    NAME: ClassVar[str] = "register-candidate"
    occurred_on: Day
    contact_ref: UUID | None = None
    education_band: EducationBand
    region_id: Region | None = None
    municipality_code: MunicipalityCode | None = None
    name: ShortText = Field(repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    v_number: VNumber | None = Field(default=None, repr=False)


class CompleteIntake(Command, frozen=True):
    NAME: ClassVar[str] = "complete-intake"
    occurred_on: Day
    method_version: Method
    notes: Text | None = Field(default=None, repr=False)


class AssessDistance(Command, frozen=True):
    NAME: ClassVar[str] = "assess-distance"
    occurred_on: Day
    distance_phase: DistancePhase


class AssignRoute(Command, frozen=True):
    NAME: ClassVar[str] = "assign-route"
    occurred_on: Day
    route: Code
    reason_code: ReasonCode


class CloseCandidate(Command, frozen=True):
    NAME: ClassVar[str] = "close-candidate"
    occurred_on: Day
    reason_code: ReasonCode


class EraseCandidate(ErasePerson, frozen=True):
    """Destroys the candidate's key, so that no personal data of the candidate can be read."""

    NAME: ClassVar[str] = "erase-candidate"


CandidateCommand: TypeAlias = (
    RegisterCandidate | CompleteIntake | AssessDistance | AssignRoute | CloseCandidate | EraseCandidate
)


@dataclass(frozen=True)
class NotRegistered:
    pass


@dataclass(frozen=True)
class Registered:
    is_intake_completed: bool = False


@dataclass(frozen=True)
class Closed:
    pass


@dataclass(frozen=True)
class Erased:
    pass


Candidate: TypeAlias = NotRegistered | Registered | Closed | Erased


def decide(command: CandidateCommand, state: Candidate, context: DecisionContext) -> Sequence[CandidateEvent]:
    match command:
        case RegisterCandidate():
            return register(command, state, context)
        case CompleteIntake():
            return complete_intake(command, registered(state), context)
        case AssessDistance():
            return assess_distance(command, registered(state), context)
        case AssignRoute():
            return assign_route(command, registered(state), context)
        case CloseCandidate():
            return close(command, registered(state), context)
        case EraseCandidate():
            return erase(command, known(state), context)
        case _:
            assert_never(command)


def known(state: Candidate) -> Registered | Closed:
    if isinstance(state, Erased):
        raise PersonErased
    if isinstance(state, NotRegistered):
        raise Refused("candidate-unknown", "There is no such candidate.")
    return state


def registered(state: Candidate) -> Registered:
    candidate = known(state)
    if isinstance(candidate, Closed):
        raise Refused("candidate-closed", "This candidate's file is closed; it takes no more facts.")
    return candidate


def register(
    command: RegisterCandidate, state: Candidate, context: DecisionContext
) -> Sequence[CandidateEvent]:
    if not isinstance(state, NotRegistered):
        registered(state)
        raise Refused("candidate-exists", "This candidate was registered already.")
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_region(command.region_id), "regionId")
    return [
        CandidateRegistered(
            candidate_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            contact_ref=command.contact_ref,
            education_band=command.education_band,
            region_id=command.region_id,
            municipality_code=command.municipality_code,
            name=Open(command.name),
            birth_date=Open(command.birth_date.isoformat()) if command.birth_date else None,
            phone=Open(command.phone) if command.phone else None,
            email=Open(command.email) if command.email else None,
            v_number=Open(command.v_number) if command.v_number else None,
        )
    ]


def complete_intake(
    command: CompleteIntake, candidate: Registered, context: DecisionContext
) -> Sequence[CandidateEvent]:
    if candidate.is_intake_completed:
        raise Refused("intake-completed", "The intake of this candidate was completed already.")
    return [
        IntakeCompleted(
            candidate_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            method_version=command.method_version,
            notes=Open(command.notes) if command.notes else None,
        )
    ]


def assess_distance(
    command: AssessDistance, _: Registered, context: DecisionContext
) -> Sequence[CandidateEvent]:
    return [
        DistanceAssessed(
            candidate_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            distance_phase=command.distance_phase,
            assessor=context.partner,
        )
    ]


def assign_route(command: AssignRoute, _: Registered, context: DecisionContext) -> Sequence[CandidateEvent]:
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_route(command.route, command.occurred_on), "route")
    return [
        RouteAssigned(
            candidate_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            route=command.route,
            reason_code=command.reason_code,
        )
    ]


def close(command: CloseCandidate, _: Registered, context: DecisionContext) -> Sequence[CandidateEvent]:
    return [
        CandidateClosed(
            candidate_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
        )
    ]


def erase(
    command: EraseCandidate, _: Registered | Closed, context: DecisionContext
) -> Sequence[CandidateEvent]:
    return [
        CandidateErased(
            candidate_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
        )
    ]


def evolve(state: Candidate, event: CandidateEvent) -> Candidate:
    match event, state:
        case CandidateRegistered(), NotRegistered():
            return Registered()
        case IntakeCompleted(), Registered():
            return replace(state, is_intake_completed=True)
        case ((DistanceAssessed() | RouteAssigned()), Registered()):
            return state
        case CandidateClosed(), Registered():
            return Closed()
        case CandidateErased(), (Registered() | Closed()):
            return Erased()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


CANDIDATE: Decider[CandidateCommand, Candidate, CandidateEvent] = Decider(NotRegistered(), decide, evolve)
