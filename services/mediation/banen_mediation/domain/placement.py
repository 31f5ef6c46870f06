"""A placement: it starts, its terms are corrected, it is voided; and every other decision on it."""

from collections.abc import Sequence
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, ReasonCode
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import ShortText
from banen_kit.crypto.personal_fields import opened
from banen_mediation.domain.aftercare import AftercareCommand, decide_aftercare
from banen_mediation.domain.client import check_open_client
from banen_mediation.domain.ending import EndingCommand, check_extensions, decide_ending
from banen_mediation.domain.history import NotStarted, Placement, Started, evolve, started
from banen_mediation.domain.pause import PauseCommand, decide_pause
from banen_mediation.domain.retention import RetentionCommand, decide_retention
from banen_mediation.domain.terms import check_terms
from banen_mediation.events import (
    PlacementCorrected,
    PlacementEvent,
    PlacementStarted,
    PlacementVoided,
    Terms,
)


class StartPlacement(Command, Terms, frozen=True):
    NAME: ClassVar[str] = "start-placement"
    workplace: ShortText | None = Field(default=None, repr=False)


class CorrectPlacement(Command, Terms, frozen=True):
    NAME: ClassVar[str] = "correct-placement"
    occurred_on: Day
    reason_code: ReasonCode


class VoidPlacement(Command, frozen=True):
    NAME: ClassVar[str] = "void-placement"
    occurred_on: Day
    reason_code: ReasonCode


PlacementCommand: TypeAlias = (
    StartPlacement
    | CorrectPlacement
    | VoidPlacement
    | EndingCommand
    | PauseCommand
    | RetentionCommand
    | AftercareCommand
)


def decide(command: PlacementCommand, state: Placement, context: DecisionContext) -> Sequence[PlacementEvent]:
    match command:
        case StartPlacement():
            return [start(command, state, context)]
        case CorrectPlacement():
            return [correct(command, started(state), context)]
        case VoidPlacement():
            return [void(command, started(state), context)]
        case _:
            if isinstance(command, EndingCommand):
                return decide_ending(command, state, context)
            if isinstance(command, PauseCommand):
                return [decide_pause(command, state, context)]
            if isinstance(command, AftercareCommand):
                return decide_aftercare(command, state, context)
            return decide_retention(command, state, context)


def start(command: StartPlacement, state: Placement, context: DecisionContext) -> PlacementStarted:
    if not isinstance(state, NotStarted):
        started(state)
        raise Refused("placement-exists", "This placement was recorded already.")
    check_open_client(context)
    check_terms(command, None, context)
    check_replaced(command, context)
    return PlacementStarted(
        placement_ref=UUID(context.ref), workplace=opened(command.workplace), **command.terms()
    )


def check_replaced(terms: Terms, context: DecisionContext) -> None:
    """What a placement replaces is an earlier placement of the same client, since it is ended by that."""
    if terms.converted_from is None:
        return
    if str(terms.converted_from) == context.ref:
        raise Refused("converted-from-itself", "A placement cannot replace itself.", "convertedFrom")
    events = [event for event in context.related if isinstance(event, PlacementEvent)]
    before = started(PLACEMENT.replay(events), "convertedFrom")
    if before.terms.client_ref != terms.client_ref:
        raise Refused(
            "placement-of-another-client", "That is the placement of another client.", "convertedFrom"
        )
    if terms.start_date <= before.terms.start_date:
        raise Refused(
            "conversion-before-start", "The placement that this one replaces started later.", "startDate"
        )


def correct(command: CorrectPlacement, placement: Started, context: DecisionContext) -> PlacementCorrected:
    if command.client_ref != placement.terms.client_ref:
        raise Refused(
            "client-differs",
            "Another client is another placement: void this one and start that.",
            "clientRef",
        )
    check_terms(command, placement.terms, context)
    # What was recorded of the one before may have changed since then.
    if command.converted_from != placement.terms.converted_from:
        check_replaced(command, context)
    check_extensions(command, placement)
    if placement.end_date and placement.end_date < command.start_date:
        raise Refused("end-before-start", "This placement ended before that day.", "startDate")
    return PlacementCorrected(
        placement_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        **command.terms(),
    )


def void(command: VoidPlacement, _: Started, context: DecisionContext) -> PlacementVoided:
    return PlacementVoided(
        placement_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
    )


PLACEMENT: Decider[PlacementCommand, Placement, PlacementEvent] = Decider(NotStarted(), decide, evolve)
