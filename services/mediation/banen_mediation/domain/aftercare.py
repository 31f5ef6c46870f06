"""Aftercare: the contacts during a placement, and the reminders of those that nobody logged."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day
from banen_contracts.mediation import Months
from banen_kit.core.decider import Command, DecisionContext, DomainEvent, Refused
from banen_kit.core.text import Text
from banen_kit.crypto.personal_fields import opened
from banen_mediation.domain.history import Placement, Started, last_day_of_month, started
from banen_mediation.events import (
    AftercareContactLogged,
    AftercareDue,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
    PlacementStarted,
    PlacementVoided,
)

DUE = {"three": 3, "six": 6, "twelve": 12}
"""Months after which a contact is due: those by which retention is asked. The last ends the first contract of a year, during
which the programme guides people."""


class LogAftercare(Command, frozen=True):
    NAME: ClassVar[str] = "log-aftercare"
    occurred_on: Day
    due_month: Months | None = None
    done: bool
    """False: it was tried in vain."""
    notes: Text | None = Field(default=None, repr=False)


class RemindAftercare(Command, frozen=True):
    """Given only by a timer: so many months are over."""

    NAME: ClassVar[str] = "remind-aftercare"
    due_month: Months


AftercareCommand: TypeAlias = LogAftercare | RemindAftercare


def decide_aftercare(
    command: AftercareCommand, state: Placement, context: DecisionContext
) -> Sequence[AftercareContactLogged | AftercareDue]:
    if isinstance(command, RemindAftercare):
        return remind(command, state, context)
    return [log(command, started(state), context)]


def log(command: LogAftercare, placement: Started, context: DecisionContext) -> AftercareContactLogged:
    if command.occurred_on < placement.terms.start_date:
        raise Refused("aftercare-before-start", "Aftercare follows the start of a placement.", "occurredOn")
    return AftercareContactLogged(
        placement_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        client_ref=placement.terms.client_ref,
        due_month=command.due_month,
        done=command.done,
        notes=opened(command.notes),
    )


def remind(command: RemindAftercare, state: Placement, context: DecisionContext) -> Sequence[AftercareDue]:
    """Changes nothing where nobody needs to ask: not running, there was contact, or reminded of the same day."""
    if not isinstance(state, Started) or state.end_date:
        return []
    due_on = last_day_of_month(state.terms.start_date, command.due_month)
    if command.due_month in state.contacted or (command.due_month, due_on) in state.aftercare_reminded:
        return []
    return [AftercareDue(placement_ref=UUID(context.ref), occurred_on=due_on, due_month=command.due_month)]


def due_from(month: int, due: date | None, event: DomainEvent, recorded_on: date) -> date | None:
    """The day on which staff are reminded of a contact; as with milestones, none that had passed when it was recorded."""
    match event:
        case PlacementStarted() | PlacementCorrected() | PlacementEndCorrected(end_date=None):
            due_on = last_day_of_month(event.start_date, month)
            return due_on if due or due_on >= recorded_on else None
        case PlacementEnded() | PlacementEndCorrected() | PlacementVoided():
            return None
        case AftercareContactLogged(done=True) | AftercareDue() if event.due_month == month:
            return None
        case _:
            return due
