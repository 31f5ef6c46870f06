"""A small service with two timers, and what its store holds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from banen_contracts.months import add_months
from banen_contracts.roles import ROLES
from banen_kit.application.definition import CommandRoute, Service, Timer
from banen_kit.application.source_live import WentLive
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused


class Lent(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "lent"
    months: int = 6


class Extended(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "extended"
    months: int


class Noted(DomainEvent, frozen=True):
    """Changes nothing about when anything is due."""

    TYPE: ClassVar[str] = "noted"


class Returned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "returned"


class Reminded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "reminded"
    occurred_on: date


class Recalled(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "recalled"
    occurred_on: date


class Remind(Command, frozen=True):
    NAME: ClassVar[str] = "remind"
    occurred_on: date


class Recall(Command, frozen=True):
    NAME: ClassVar[str] = "recall"
    occurred_on: date


EVENTS = (Lent, Extended, Noted, Returned, Reminded, Recalled, WentLive)
History = tuple[DomainEvent, ...]


def _remember(past: History, event: DomainEvent) -> History:
    return (*past, event)


def _happened(past: History, *kinds: type[DomainEvent]) -> bool:
    return any(isinstance(event, kinds) for event in past)


def _remind(command: Remind, past: History, _: DecisionContext) -> Sequence[DomainEvent]:
    return [Reminded(occurred_on=command.occurred_on)]


def _recall(command: Recall, past: History, _: DecisionContext) -> Sequence[DomainEvent]:
    if _happened(past, Returned):
        raise Refused("loan-returned", "It was returned.")
    return [] if _happened(past, Recalled) else [Recalled(occurred_on=command.occurred_on)]


def remind_on(so_far: date | None, event: DomainEvent, recorded: date) -> date | None:
    match event:
        case Lent():
            return recorded + timedelta(days=10)
        case Returned() | Reminded():
            return None
        case _:
            return so_far


def recall_on(so_far: date | None, event: DomainEvent, recorded: date) -> date | None:
    match event:
        case Lent() | Extended():
            return add_months(recorded, event.months)
        case Returned() | Recalled():
            return None
        case _:
            return so_far


REMIND = Timer(
    "remind",
    CommandRoute("/loans/{ref}/remind", Remind, "loan", Decider((), _remind, _remember)),
    remind_on,
    lambda day: Remind(occurred_on=day),
)
RECALL = Timer(
    "recall",
    CommandRoute("/loans/{ref}/recall", Recall, "loan", Decider((), _recall, _remember)),
    recall_on,
    lambda day: Recall(occurred_on=day),
)


def deaf(timer: Timer, *kinds: type[DomainEvent]) -> Timer:
    """The same timer, of which the fold forgot these events."""

    def due(so_far: date | None, event: Any, recorded: date) -> date | None:
        return so_far if isinstance(event, kinds) else timer.due(so_far, event, recorded)

    return replace(timer, due=due)


def service(*timers: Timer) -> Service:
    return Service("intake", EVENTS, lambda _: None, (), {}, ROLES, timers=timers)


def ref(number: int) -> str:
    return str(UUID(int=number, version=4))
