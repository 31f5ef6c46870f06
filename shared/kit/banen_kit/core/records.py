"""What is recorded once and then stays as it is: deciders for it, and for the same about a person who may be erased."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from banen_contracts.base import Day, ErasureReason
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, PersonErased, Refused

C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=DomainEvent)
D = TypeVar("D", bound="Erasure")


class ErasePerson(Command, frozen=True):
    """Destroys a person's key, so that no personal data of the person can be read."""

    occurred_on: Day
    reason: ErasureReason


class Erasure(DomainEvent, frozen=True):
    """A person was erased. The reference is not a `PersonRef`: this event is recorded without the person's key."""

    occurred_on: date
    reason: ErasureReason

    def erases_alone(self) -> bool:
        return self.reason is ErasureReason.RETENTION


class Record(StrEnum):
    """What there is under a reference."""

    NOTHING = "nothing"
    RECORDED = "recorded"
    ERASED = "erased"


def recorded_once(
    noun: str, refusal: str, record: Callable[[C, DecisionContext], E]
) -> Decider[C, Record, E]:
    """Refuses a second recording as `<noun>-exists`, with this refusal as its text."""

    def decide(command: C, state: Record, context: DecisionContext) -> Sequence[E]:
        if state is not Record.NOTHING:
            raise Refused(f"{noun}-exists", refusal)
        return [record(command, context)]

    return Decider(Record.NOTHING, decide, _evolve)


def person_recorded_once(
    noun: str,
    refusal: str,
    record: Callable[[C, DecisionContext], E],
    erase: Callable[[ErasePerson, DecisionContext], D],
) -> Decider[C | ErasePerson, Record, E | D]:
    """As `recorded_once`; what was recorded can be erased, and nothing follows that."""
    once = recorded_once(noun, refusal, record)

    def decide(command: C | ErasePerson, state: Record, context: DecisionContext) -> Sequence[E | D]:
        if state is Record.ERASED:
            raise PersonErased
        if not isinstance(command, ErasePerson):
            return once.decide(command, state, context)
        if state is Record.NOTHING:
            raise Refused(f"{noun}-unknown", f"There is no such {noun}.")
        return [erase(command, context)]

    return Decider(Record.NOTHING, decide, _evolve)


def _evolve(state: Record, event: DomainEvent) -> Record:
    expected, then = (
        (Record.RECORDED, Record.ERASED) if isinstance(event, Erasure) else (Record.NOTHING, Record.RECORDED)
    )
    if state is not expected:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return then
