"""A placement from start to end: what may be recorded about it, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, ReasonCode
from banen_contracts.mediation import ContractTerm, EndReason, RetentionMethod
from banen_contracts.months import add_months
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import ShortText
from banen_kit.crypto.personal_fields import Open
from banen_mediation.domain.terms import check_last_day, check_terms
from banen_mediation.events import (
    PlacementCorrected,
    PlacementEnded,
    PlacementEvent,
    PlacementExtended,
    PlacementStarted,
    PlacementVoided,
    RetentionConfirmed,
    Terms,
)


class StartPlacement(Command, Terms, frozen=True):
    NAME: ClassVar[str] = "start-placement"
    workplace: ShortText | None = Field(default=None, repr=False)


class ExtendPlacement(Command, frozen=True):
    NAME: ClassVar[str] = "extend-placement"
    occurred_on: Day
    contract: Literal[ContractTerm.FIXED, ContractTerm.OPEN_ENDED]
    planned_end_date: Day | None = None


class EndPlacement(Command, frozen=True):
    NAME: ClassVar[str] = "end-placement"
    end_date: Day
    reason_code: EndReason


class EndAsConverted(Command, frozen=True):
    """Given only by a reactor: another placement replaces this one."""

    NAME: ClassVar[str] = "end-as-converted"
    end_date: Day


class CorrectPlacement(Command, Terms, frozen=True):
    NAME: ClassVar[str] = "correct-placement"
    occurred_on: Day
    reason_code: ReasonCode


class VoidPlacement(Command, frozen=True):
    NAME: ClassVar[str] = "void-placement"
    occurred_on: Day
    reason_code: ReasonCode


class ConfirmRetention(Command, frozen=True):
    NAME: ClassVar[str] = "confirm-retention"
    occurred_on: Day
    """The day on which the placement was still running, according to the confirmation."""
    months: Annotated[int, Field(ge=1, le=36)]
    method: RetentionMethod


PlacementCommand: TypeAlias = (
    StartPlacement
    | ExtendPlacement
    | EndPlacement
    | EndAsConverted
    | CorrectPlacement
    | VoidPlacement
    | ConfirmRetention
)


@dataclass(frozen=True)
class NotStarted:
    pass


@dataclass(frozen=True)
class Started:
    terms: Terms
    """As signed at the start, with corrections. An extension does not change them."""
    extended: PlacementExtended | None = None
    end_date: date | None = None

    @property
    def is_open_ended(self) -> bool:
        now = self.extended or self.terms
        return now.contract is ContractTerm.OPEN_ENDED

    @property
    def last_agreed_day(self) -> date | None:
        now = self.extended or self.terms
        return now.planned_end_date


@dataclass(frozen=True)
class Voided:
    pass


Placement: TypeAlias = NotStarted | Started | Voided


def decide(command: PlacementCommand, state: Placement, context: DecisionContext) -> Sequence[PlacementEvent]:
    match command:
        case StartPlacement():
            return start(command, state, context)
        case ExtendPlacement():
            return extend(command, running(state), context)
        case EndPlacement():
            return end(command.end_date, command.reason_code, running(state), context)
        case EndAsConverted():
            return end_as_converted(command, state, context)
        case CorrectPlacement():
            return correct(command, started(state), context)
        case VoidPlacement():
            return void(command, started(state), context)
        case ConfirmRetention():
            return confirm(command, started(state), context)
        case _:
            assert_never(command)


def started(state: Placement) -> Started:
    match state:
        case NotStarted():
            raise Refused("placement-unknown", "There is no such placement.")
        case Voided():
            raise Refused("placement-voided", "This placement was voided; it takes no more facts.")
        case Started():
            return state
        case _:
            assert_never(state)


def running(state: Placement) -> Started:
    placement = started(state)
    if placement.end_date:
        raise Refused("placement-ended", "This placement has ended.")
    return placement


def start(command: StartPlacement, state: Placement, context: DecisionContext) -> Sequence[PlacementEvent]:
    if not isinstance(state, NotStarted):
        started(state)
        raise Refused("placement-exists", "This placement was recorded already.")
    check_terms(command, context)
    return [
        PlacementStarted(
            placement_ref=UUID(context.ref),
            workplace=Open(command.workplace) if command.workplace else None,
            **command.terms(),
        )
    ]


def extend(
    command: ExtendPlacement, placement: Started, context: DecisionContext
) -> Sequence[PlacementEvent]:
    if placement.is_open_ended:
        raise Refused("contract-open-ended", "An open-ended contract has no last day to move.", "contract")
    check_last_day(command.contract, command.planned_end_date, placement.terms.start_date)
    known, new = placement.last_agreed_day, command.planned_end_date
    if known and new and new <= known:
        raise Refused(
            "end-not-later", "The new last day must come after the one that was agreed.", "plannedEndDate"
        )
    return [
        PlacementExtended(
            placement_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            contract=command.contract,
            planned_end_date=new,
        )
    ]


def end(
    end_date: date, reason: EndReason, placement: Started, context: DecisionContext
) -> Sequence[PlacementEvent]:
    if end_date < placement.terms.start_date:
        raise Refused("end-before-start", "A placement cannot end before it starts.", "endDate")
    return [PlacementEnded(placement_ref=UUID(context.ref), end_date=end_date, reason_code=reason)]


def end_as_converted(
    command: EndAsConverted, state: Placement, context: DecisionContext
) -> Sequence[PlacementEvent]:
    # If somebody already ended or voided the placement, the conversion changes nothing.
    if isinstance(state, Voided) or (isinstance(state, Started) and state.end_date):
        return []
    return end(command.end_date, EndReason.CONVERTED, running(state), context)


def correct(
    command: CorrectPlacement, placement: Started, context: DecisionContext
) -> Sequence[PlacementEvent]:
    if command.client_ref != placement.terms.client_ref:
        raise Refused(
            "client-differs",
            "Another client is another placement: void this one and start that.",
            "clientRef",
        )
    check_terms(command, context)
    if placement.end_date and placement.end_date < command.start_date:
        raise Refused("end-before-start", "This placement ended before that day.", "startDate")
    return [
        PlacementCorrected(
            placement_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            reason_code=command.reason_code,
            **command.terms(),
        )
    ]


def void(command: VoidPlacement, _: Started, context: DecisionContext) -> Sequence[PlacementEvent]:
    return [
        PlacementVoided(
            placement_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
        )
    ]


def confirm(
    command: ConfirmRetention, placement: Started, context: DecisionContext
) -> Sequence[PlacementEvent]:
    reached_on = last_day_of_month(placement.terms.start_date, command.months)
    if placement.end_date and placement.end_date < reached_on:
        raise Refused("placement-ended", "This placement ended before it lasted that long.")
    if command.occurred_on < reached_on:
        raise Refused("confirmed-too-early", "By that day it had not lasted that long yet.", "occurredOn")
    return [
        RetentionConfirmed(
            placement_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            months=command.months,
            method=command.method,
        )
    ]


def last_day_of_month(start_date: date, months: int) -> date:
    """Returns the last day of a number of calendar months: six months from 1 January end on 30 June.

    At the end of a month it is clipped: one month from 31 January ends on 27 February, the day before the 28th.
    """
    return add_months(start_date, months) - timedelta(days=1)


def evolve(state: Placement, event: PlacementEvent) -> Placement:
    match event, state:
        case PlacementStarted(), NotStarted():
            return Started(event)
        case PlacementCorrected(), Started():
            return replace(state, terms=event)
        case PlacementExtended(), Started():
            return replace(state, extended=event)
        case PlacementEnded(), Started():
            return replace(state, end_date=event.end_date)
        case PlacementVoided(), Started():
            return Voided()
        case RetentionConfirmed(), Started():
            return state
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


PLACEMENT: Decider[PlacementCommand, Placement, PlacementEvent] = Decider(NotStarted(), decide, evolve)
