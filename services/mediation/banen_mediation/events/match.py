"""A client who is proposed to an employer."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from banen_contracts.base import ReasonCode
from banen_contracts.mediation import InterviewOutcome, MatchStep
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


class MatchProposed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "match-proposed"
    match_ref: UUID
    client_ref: PersonRef
    occurred_on: date
    vacancy_ref: UUID | None = None
    employer_ref: UUID | None = None
    letter: Annotated[Personal[str] | None, Of("client_ref")] = None
    notes: Annotated[Personal[str] | None, Of("client_ref")] = None


class EmployerInterviewHeld(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "employer-interview-held"
    match_ref: UUID
    client_ref: PersonRef
    occurred_on: date
    outcome: InterviewOutcome
    feedback: Annotated[Personal[str] | None, Of("client_ref")] = None


class MatchWithdrawn(DomainEvent, frozen=True):
    """It does not name the client, so that also the match of somebody who was erased can be withdrawn."""

    TYPE: ClassVar[str] = "match-withdrawn"
    match_ref: UUID
    occurred_on: date
    reason_code: ReasonCode


class MatchStepTakenBack(DomainEvent, frozen=True):
    """The last interview, or the withdrawal, was recorded wrongly. It does not name the client, as `MatchWithdrawn`."""

    TYPE: ClassVar[str] = "match-step-taken-back"
    match_ref: UUID
    occurred_on: date
    step: MatchStep
    reason_code: ReasonCode

    def corrects(self) -> bool:
        return True
