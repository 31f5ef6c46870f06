"""Proposing a client to an employer, until an interview settles it or it is withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, ReasonCode
from banen_contracts.mediation import InterviewOutcome
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import Text
from banen_kit.crypto.personal_fields import opened
from banen_mediation.domain.client import check_open_client
from banen_mediation.domain.reference import check_match
from banen_mediation.events import EmployerInterviewHeld, MatchEvent, MatchProposed, MatchWithdrawn

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


MatchCommand: TypeAlias = ProposeMatch | RecordInterview | WithdrawMatch


@dataclass(frozen=True)
class NotProposed:
    pass


@dataclass(frozen=True)
class Proposed:
    client_ref: UUID
    since: date
    """The day of the proposal, or of the last interview."""


@dataclass(frozen=True)
class Settled:
    pass


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
        case _:
            assert_never(command)


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
            return Settled() if event.outcome in SETTLING else Proposed(state.client_ref, event.occurred_on)
        case MatchWithdrawn(), Proposed():
            return Settled()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


MATCH: Decider[MatchCommand, Match, MatchEvent] = Decider(NotProposed(), decide, evolve)
