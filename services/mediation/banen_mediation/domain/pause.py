"""Pauses of a placement. Days are the first without work, and the first of work again."""

from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_kit.core.text import Text
from banen_kit.crypto.personal_fields import opened
from banen_mediation.domain.history import Placement, Started, started
from banen_mediation.events import PlacementPaused, PlacementResumed


class PausePlacement(Command, frozen=True):
    NAME: ClassVar[str] = "pause-placement"
    occurred_on: Day
    reason: Text | None = Field(default=None, repr=False)
    """It may be about health: sealed, and never public."""


class ResumePlacement(Command, frozen=True):
    """On the day of the pause itself it says that there was none."""

    NAME: ClassVar[str] = "resume-placement"
    occurred_on: Day


PauseCommand: TypeAlias = PausePlacement | ResumePlacement


def decide_pause(
    command: PauseCommand, state: Placement, context: DecisionContext
) -> PlacementPaused | PlacementResumed:
    placement = started(state)
    if placement.end_date and command.occurred_on > placement.end_date:
        raise Refused("placement-ended", "This placement had ended by that day.", "occurredOn")
    if isinstance(command, PausePlacement):
        return pause(command, placement, context)
    return resume(command, placement, context)


def pause(command: PausePlacement, placement: Started, context: DecisionContext) -> PlacementPaused:
    if placement.paused_on:
        raise Refused("placement-paused", "This placement is paused already.")
    if command.occurred_on < placement.terms.start_date:
        raise Refused("pause-before-start", "A placement cannot pause before it starts.", "occurredOn")
    if placement.resumed_on and command.occurred_on < placement.resumed_on:
        raise Refused("pause-overlapping", "The pause before was not over on that day.", "occurredOn")
    return PlacementPaused(
        placement_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        client_ref=placement.terms.client_ref,
        reason=opened(command.reason),
    )


def resume(command: ResumePlacement, placement: Started, context: DecisionContext) -> PlacementResumed:
    if placement.paused_on is None:
        raise Refused("placement-not-paused", "This placement is not paused.")
    if command.occurred_on < placement.paused_on:
        raise Refused("resume-before-pause", "It cannot go on before it paused.", "occurredOn")
    return PlacementResumed(placement_ref=UUID(context.ref), occurred_on=command.occurred_on)
