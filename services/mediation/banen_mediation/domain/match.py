"""Proposing a client to an employer, until an interview settles it or it is withdrawn; the last step can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, ReasonCode
from banen_contracts.mediation import InterviewOutcome, MatchStep
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import Text
from banen_kit.crypto.personal_fields import opened
from banen_mediation.domain.client import check_open_client
from banen_mediation.domain.reference import check_match
from banen_mediation.events import (
    EmployerInterviewHeld,
    MatchEvent,
    MatchProposed,
    MatchStepTakenBack,
    MatchWithdrawn,
)

SETTLING = frozenset({InterviewOutcome.HIRED, InterviewOutcome.REJECTED, InterviewOutcome.CANDIDATE_DECLINED})


class ProposeMatch(Command, frozen=True):
    NAME: ClassVar[str] = "propose-match"
    occurred_on: Day
    client_ref: UUID
    vacancy_ref: UUID | None = None
    employer_ref: UUID | None = None
    letter: Text | None = Field(default=None, repr=False)
    notes: Text | None = Field(default=None, repr=False)


class RecordInterview(Command, frozen=True):
    NAME: ClassVar[str] = "record-interview"
    occurred_on: Day
    outcome: InterviewOutcome
    feedback: Text | None = Field(default=None, repr=False)


class WithdrawMatch(Command, frozen=True):
    NAME: ClassVar[str] = "withdraw-match"
    occurred_on: Day
    reason_code: ReasonCode


class TakeBackMatchStep(Command, frozen=True):
    """The last interview, or the withdrawal, was recorded wrongly. It may then be recorded as it was."""

    NAME: ClassVar[str] = "take-back-match-step"
    occurred_on: Day
    reason_code: ReasonCode


MatchCommand: TypeAlias = ProposeMatch | RecordInterview | WithdrawMatch | TakeBackMatchStep


@dataclass(frozen=True)
class NotProposed:
    pass


@dataclass(frozen=True)
class Proposed:
    client_ref: UUID
    since: date
    """The day of the proposal, or of the last interview."""
    before: "Proposed | None" = None
    """What held before the last interview."""


@dataclass(frozen=True)
class Settled:
    step: MatchStep
    """By which it was settled."""
    before: Proposed


Match: TypeAlias = NotProposed | Proposed | Settled


def decide(command: MatchCommand, state: Match, context: DecisionContext) -> Sequence[MatchEvent]:
    match command:
        case ProposeMatch():
            return [propose(command, state, context)]
        case RecordInterview():
            return [record_interview(command, still_open(state, command.occurred_on), context)]
        case WithdrawMatch():
            still_open(state, command.occurred_on)
            return [
                MatchWithdrawn(
                    match_ref=UUID(context.ref),
                    occurred_on=command.occurred_on,
                    reason_code=command.reason_code,
                )
            ]
        case TakeBackMatchStep():
            return [take_back(command, state, context)]
        case _:
            assert_never(command)


def take_back(command: TakeBackMatchStep, state: Match, context: DecisionContext) -> MatchStepTakenBack:
    if isinstance(state, NotProposed):
        raise Refused("match-unknown", "There is no such match.")
    if state.before is None:
        raise Refused("step-missing", "Nothing has followed the proposal; withdraw the match instead.")
    return MatchStepTakenBack(
        match_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        step=state.step if isinstance(state, Settled) else MatchStep.INTERVIEW,
        reason_code=command.reason_code,
    )


def propose(command: ProposeMatch, state: Match, context: DecisionContext) -> MatchProposed:
    if not isinstance(state, NotProposed):
        raise Refused("match-exists", "This match was proposed already.")
    check_open_client(context)
    check_match(command.occurred_on, context)
    if command.vacancy_ref is None and command.employer_ref is None:
        raise Refused("employer-missing", "Say for which vacancy or to which employer it is.", "employerRef")
    return MatchProposed(
        match_ref=UUID(context.ref),
        client_ref=command.client_ref,
        occurred_on=command.occurred_on,
        vacancy_ref=command.vacancy_ref,
        employer_ref=command.employer_ref,
        letter=opened(command.letter),
        notes=opened(command.notes),
    )


def still_open(state: Match, day: date) -> Proposed:
    match state:
        case NotProposed():
            raise Refused("match-unknown", "There is no such match.")
        case Settled():
            raise Refused("match-settled", "This match was settled or withdrawn already.")
        case Proposed():
            if day < state.since:
                raise Refused(
                    "match-later", "The match was proposed, or last discussed, after that day.", "occurredOn"
                )
            return state
        case _:
            assert_never(state)


def record_interview(
    command: RecordInterview, proposed: Proposed, context: DecisionContext
) -> EmployerInterviewHeld:
    return EmployerInterviewHeld(
        match_ref=UUID(context.ref),
        client_ref=proposed.client_ref,
        occurred_on=command.occurred_on,
        outcome=command.outcome,
        feedback=opened(command.feedback),
    )


def evolve(state: Match, event: MatchEvent) -> Match:
    match event, state:
        case MatchProposed(), NotProposed():
            return Proposed(event.client_ref, event.occurred_on)
        case EmployerInterviewHeld(), Proposed():
            if event.outcome in SETTLING:
                return Settled(MatchStep.INTERVIEW, state)
            return Proposed(state.client_ref, event.occurred_on, state)
        case MatchWithdrawn(), Proposed():
            return Settled(MatchStep.WITHDRAWAL, state)
        case MatchStepTakenBack(), Settled() | Proposed(before=Proposed()):
            return state.before
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


MATCH: Decider[MatchCommand, Match, MatchEvent] = Decider(NotProposed(), decide, evolve)
