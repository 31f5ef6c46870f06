"""Retention: whether somebody checked that a placement lasted, and the reminders to do so."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Day
from banen_contracts.mediation import Months, RetentionMethod
from banen_kit.core.decider import Command, DecisionContext, DomainEvent, Refused
from banen_mediation.domain.history import Placement, Started, last_day_of_month, started
from banen_mediation.events import (
    MilestoneDue,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
    PlacementEvent,
    PlacementStarted,
    PlacementVoided,
    RetentionConfirmed,
    RetentionNotReached,
)

MILESTONES = {"three": 3, "six": 6, "twelve": 12}
"""Months after which staff are reminded to check; any month can be confirmed or denied."""


class ConfirmRetention(Command, frozen=True):
    NAME: ClassVar[str] = "confirm-retention"
    occurred_on: Day
    """The day on which the placement was still running, according to the confirmation."""
    months: Months
    method: RetentionMethod


class DenyRetention(Command, frozen=True):
    """Somebody checked, and the placement had not lasted that long."""

    NAME: ClassVar[str] = "deny-retention"
    occurred_on: Day
    """The day of the check."""
    months: Months


class RemindMilestone(Command, frozen=True):
    """Given only by a timer: from now on it can be known whether the placement lasted so many months."""

    NAME: ClassVar[str] = "remind-milestone"
    months: Months


RetentionCommand: TypeAlias = ConfirmRetention | DenyRetention | RemindMilestone


def decide_retention(
    command: RetentionCommand, state: Placement, context: DecisionContext
) -> Sequence[PlacementEvent]:
    match command:
        case ConfirmRetention():
            return [confirm(command, started(state), context)]
        case DenyRetention():
            return [deny(command, started(state), context)]
        case RemindMilestone():
            return remind(command, state, context)
        case _:
            assert_never(command)


def confirm(command: ConfirmRetention, placement: Started, context: DecisionContext) -> RetentionConfirmed:
    reached_on = last_day_of_month(placement.terms.start_date, command.months)
    if placement.end_date and placement.end_date < reached_on:
        raise Refused("placement-ended", "This placement ended before it lasted that long.")
    if command.occurred_on < reached_on:
        raise Refused("confirmed-too-early", "By that day it had not lasted that long yet.", "occurredOn")
    if any(months <= command.months for months in placement.denied):
        raise Refused("retention-denied", "It is on record that it did not last that long.", "months")
    return RetentionConfirmed(
        placement_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        months=command.months,
        method=command.method,
    )


def deny(command: DenyRetention, placement: Started, context: DecisionContext) -> RetentionNotReached:
    reached_on = last_day_of_month(placement.terms.start_date, command.months)
    if placement.end_date and placement.end_date >= reached_on:
        raise Refused("retention-reached", "By its end this placement had lasted that long.", "months")
    if command.occurred_on < (placement.end_date or reached_on):
        raise Refused("denied-too-early", "By that day this could not be known yet.", "occurredOn")
    if placement.is_confirmed(command.months):
        raise Refused("retention-confirmed", "It is on record that it lasted that long.", "months")
    return RetentionNotReached(
        placement_ref=UUID(context.ref), occurred_on=command.occurred_on, months=command.months
    )


def remind(command: RemindMilestone, state: Placement, context: DecisionContext) -> Sequence[PlacementEvent]:
    """Changes nothing where nobody needs to check: not running, already checked, or reminded of the same day."""
    if not isinstance(state, Started) or state.end_date:
        return []
    months, reached_on = command.months, last_day_of_month(state.terms.start_date, command.months)
    is_checked = state.is_confirmed(months) or any(one <= months for one in state.denied)
    if is_checked or (months, reached_on) in state.reminded:
        return []
    return [MilestoneDue(placement_ref=UUID(context.ref), occurred_on=reached_on, months=months)]


def milestone_from(months: int, due: date | None, event: DomainEvent, recorded_on: date) -> date | None:
    """The day on which staff are reminded of a milestone.

    A milestone that had passed when the placement was recorded reminds nobody: a historic load tells of years ago.
    """
    match event:
        case PlacementStarted() | PlacementCorrected() | PlacementEndCorrected(end_date=None):
            reached_on = last_day_of_month(event.start_date, months)
            return reached_on if due or reached_on >= recorded_on else None
        case PlacementEnded() | PlacementEndCorrected() | PlacementVoided():
            return None
        case RetentionConfirmed() if event.months >= months:
            return None
        case RetentionNotReached() if event.months <= months:
            return None
        case MilestoneDue() if event.months == months:
            return None
        case _:
            return due
