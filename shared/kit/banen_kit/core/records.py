"""What is recorded once: deciders for it, and for the same about a person, which can be corrected and erased."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias, TypeVar, cast
from uuid import UUID

from pydantic import Field
from pydantic.alias_generators import to_camel

from banen_contracts.base import Day, ErasureReason, ReasonCode
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, PersonErased, Refused

C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=DomainEvent)
D = TypeVar("D", bound="Erasure")
X = TypeVar("X", bound="CorrectDetails")
F = TypeVar("F", bound="DetailsCorrected")
N = TypeVar("N", bound=str)

Names: TypeAlias = Annotated[tuple[N, ...], Field(max_length=20)]
"""Names of fields, out of an enumeration."""
Others: TypeAlias = Annotated[tuple[UUID, ...], Field(max_length=100)]
"""References of people on record who are not the person of a command."""


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


class CorrectDetails(Command, frozen=True):
    """Corrects personal details that are on record. A subclass adds them, each optional, and a field `remove`.

    What is given takes the place of what was recorded; what is named in `remove` should not be there at all.
    """

    occurred_on: Day
    reason_code: ReasonCode
    remove: Names[str] = ()
    """A subclass enumerates the details that may be missing, by their names in the command."""


class DetailsCorrected(DomainEvent, frozen=True):
    """Personal details were corrected. What was recorded before stays in the earlier events, under the person's key.

    A subclass adds the details as personal fields, with the names that they have in the event that recorded them.
    Such an event is never published, whatever a service's `to_public_event` does.
    """

    occurred_on: date
    reason_code: ReasonCode
    removed: tuple[str, ...] = ()
    """By their names in the command."""

    def corrects(self) -> bool:
        return True


def refuse_unfit_correction(command: CorrectDetails) -> None:
    """Raises `Refused` if it corrects nothing, or says two things about one detail."""
    details = type(command).model_fields.keys() - CorrectDetails.model_fields.keys()
    given = [to_camel(name) for name in details if getattr(command, name) is not None]
    named = [*given, *command.remove]
    if not named:
        raise Refused("correction-empty", "Say which details are corrected, or which are removed.")
    if len(named) != len(set(named)):
        raise Refused("field-twice", "A detail is either corrected or removed, once.", "remove")


def likely_doubles(not_the_same_as: Others, context: DecisionContext) -> tuple[UUID, ...]:
    """Whom on record somebody likely is who is recorded now, as noted in the load of a history. Otherwise raises `Refused`
    if there is anybody; `not_the_same_as` are left out.
    """
    found = tuple(ref for ref in context.doubles if ref not in not_the_same_as)
    if found and not context.is_historic:
        detail = (
            "Somebody who is likely the same person is on record, with a similar name and the same telephone number, e-mail"
            " address or birth date; if it is another person all the same, such as a brother with the same telephone, name"
            " all of them in notTheSameAs."
        )
        raise Refused("likely-double", detail, "notTheSameAs", [str(ref) for ref in found])
    return found


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


def latest_holds(record: Callable[[C, DecisionContext], E]) -> Decider[C, E | None, E]:
    """What is recorded later holds instead of what was before; the same again, on whatever day, changes nothing."""

    def decide(command: C, state: E | None, context: DecisionContext) -> Sequence[E]:
        recorded = record(command, context)
        unchanged = state and state.model_copy(update={"occurred_on": getattr(recorded, "occurred_on", None)})
        return [] if recorded == unchanged else [recorded]

    def evolve(_: E | None, event: E) -> E:
        return event

    return Decider(None, decide, evolve)


def person_recorded_once(
    noun: str,
    refusal: str,
    record: Callable[[C, DecisionContext], E],
    correct: Callable[[X, DecisionContext], F],
    erase: Callable[[ErasePerson, DecisionContext], D],
) -> Decider[C | X | ErasePerson, Record, E | F | D]:
    """As `recorded_once`; what was recorded can be corrected and erased, and nothing follows an erasure."""
    once = recorded_once(noun, refusal, record)

    def decide(command: C | X | ErasePerson, state: Record, context: DecisionContext) -> Sequence[E | F | D]:
        if state is Record.ERASED:
            raise PersonErased
        if not isinstance(command, ErasePerson | CorrectDetails):
            return once.decide(command, state, context)
        if state is Record.NOTHING:
            raise Refused(f"{noun}-unknown", f"There is no such {noun}.")
        if isinstance(command, ErasePerson):
            return [erase(command, context)]
        refuse_unfit_correction(command)
        return [correct(cast("X", command), context)]

    return Decider(Record.NOTHING, decide, _evolve)


def _evolve(state: Record, event: DomainEvent) -> Record:
    match event:
        case Erasure():
            expected, then = Record.RECORDED, Record.ERASED
        case DetailsCorrected():
            expected, then = Record.RECORDED, Record.RECORDED
        case _:
            expected, then = Record.NOTHING, Record.RECORDED
    if state is not expected:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return then
