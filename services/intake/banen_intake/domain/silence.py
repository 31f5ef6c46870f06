"""Contact with a candidate: kept, lost and found again."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day
from banen_contracts.months import add_months
from banen_intake.domain.file import Candidate, File, open_file
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
)
from banen_kit.core.decider import Command, DecisionContext, DomainEvent, Refused
from banen_kit.core.text import Text
from banen_kit.crypto.personal_fields import opened

SILENCE_MONTHS = 6
"""Contact counts as lost when so many months passed without a fact, while the candidate is being prepared."""


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


SilenceCommand: TypeAlias = LogConversation | MarkLost | MarkSilent


def decide_silence(
    command: SilenceCommand, state: Candidate, context: DecisionContext
) -> Sequence[CandidateEvent]:
    match command:
        case LogConversation():
            return log_conversation(command, open_file(state), context)
        case MarkLost():
            return [mark_lost(command, open_file(state), context)]
        case MarkSilent():
            return mark_silent(command, state, context)
        case _:
            assert_never(command)


def log_conversation(
    command: LogConversation, file: File, context: DecisionContext
) -> Sequence[CandidateEvent]:
    ref, day = UUID(context.ref), command.occurred_on
    notes = opened(command.notes)
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
