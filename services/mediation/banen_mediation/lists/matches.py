"""The matches: which client was proposed where, and what came of it."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from banen_contracts.mediation import InterviewOutcome
from banen_kit.application.read_model import Internal, ReadModel, Row
from banen_kit.core.decider import DomainEvent
from banen_mediation.events import EmployerInterviewHeld, MatchProposed, MatchStepTakenBack, MatchWithdrawn


class MatchState(StrEnum):
    PROPOSED = "proposed"
    """Open, also after an interview that settled nothing."""
    HIRED = "hired"
    REJECTED = "rejected"
    CANDIDATE_DECLINED = "candidate_declined"
    WITHDRAWN = "withdrawn"


class MatchRow(Row, frozen=True):
    state: MatchState = MatchState.PROPOSED
    client_ref: UUID
    vacancy_ref: UUID | None = None
    employer_ref: UUID | None = None
    proposed_on: date
    changed_on: date
    """The day of the last step."""
    interviews: int = 0
    before: Annotated[tuple[tuple[MatchState, date, int], ...], Internal] = ()
    """State, day and number of interviews before each step, since the last one can be taken back."""


SETTLED = {
    InterviewOutcome.HIRED: MatchState.HIRED,
    InterviewOutcome.REJECTED: MatchState.REJECTED,
    InterviewOutcome.CANDIDATE_DECLINED: MatchState.CANDIDATE_DECLINED,
}


def evolve(row: MatchRow | None, event: DomainEvent, _: date) -> MatchRow | None:
    match event:
        case MatchProposed():
            return MatchRow(
                ref=str(event.match_ref),
                client_ref=event.client_ref,
                vacancy_ref=event.vacancy_ref,
                employer_ref=event.employer_ref,
                proposed_on=event.occurred_on,
                changed_on=event.occurred_on,
            )
        case _ if row is None:
            return None
        case EmployerInterviewHeld():
            state = SETTLED.get(event.outcome, MatchState.PROPOSED)
            return _stepped(row, state, event.occurred_on, row.interviews + 1)
        case MatchWithdrawn():
            return _stepped(row, MatchState.WITHDRAWN, event.occurred_on, row.interviews)
        case MatchStepTakenBack():
            *before, (state, day, interviews) = row.before
            taken_back = {"state": state, "changed_on": day, "interviews": interviews}
            return row.model_copy(update={**taken_back, "before": tuple(before)})
        case _:
            return row


def _stepped(row: MatchRow, state: MatchState, day: date, interviews: int) -> MatchRow:
    before = (*row.before, (row.state, row.changed_on, row.interviews))
    return row.model_copy(
        update={"state": state, "changed_on": day, "interviews": interviews, "before": before}
    )


MATCHES = ReadModel(
    name="matches",
    category="match",
    row=MatchRow,
    evolve=evolve,
    filters=("state", "client_ref", "vacancy_ref", "employer_ref", "changed_on"),
    sorts=("changed_on", "proposed_on"),
)
