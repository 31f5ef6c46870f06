"""Decisions, without I/O: which events a command causes, and how events build up a state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from banen_contracts import PublicEvent

C = TypeVar("C")
S = TypeVar("S")
P = TypeVar("P", bound=PublicEvent)
E = TypeVar("E")
V = TypeVar("V")


class Refused(Exception):
    """The domain refused. `code` is stable and public, `detail` is for people, in English, `field` is the wrong input, and
    `references` are the records because of which it refused.
    """

    def __init__(
        self, code: str, detail: str, field: str | None = None, references: Sequence[str] = ()
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field
        self.references = references


def refuse_if(fault: tuple[str, str] | None, field: str) -> None:
    """Raises `Refused` with a code and a sentence, if there is a fault."""
    if fault is not None:
        raise Refused(*fault, field)


class PersonErased(Refused):
    """This person was erased: nothing more can be recorded about them, also not under another reference."""

    def __init__(self) -> None:
        super().__init__("person-erased", "This person was erased; nothing more can be recorded.")


class ReferenceTaken(Refused):
    """Another service of the same partner already uses this reference for a person."""

    def __init__(self) -> None:
        detail = "Another service of this partner keeps somebody under this reference."
        super().__init__("reference-taken", detail)


class DomainEvent(BaseModel, frozen=True, extra="forbid"):
    """A private event. Unknown fields are an error, because only this service writes these events."""

    model_config = ConfigDict(hide_input_in_errors=True)

    TYPE: ClassVar[str]
    """The event's name in the store, written out so that the class can be renamed."""
    VERSION: ClassVar[int] = 1
    """Raise it with every change of the fields, and add an upcaster from the version before."""

    def erased_person(self) -> UUID | None:
        """The person whom this event erases. Their key is destroyed after the event is recorded."""
        return None

    def erases_alone(self) -> bool:
        """Whether only the data under that one reference is erased, and not that under linked references."""
        return False

    def may_follow_erasure(self) -> bool:
        """Whether it is recorded also after its stream's person was erased, since it says nothing of that person."""
        return False

    def same_person(self) -> tuple[UUID, UUID] | None:
        """Two references that belong to one person, according to this event. Erasing one erases both."""
        return None

    def corrects(self) -> bool:
        """Whether it puts right what was recorded about a person, so that it can be the answer to who asked for that."""
        return False


def public_form(event: DomainEvent, public: type[P]) -> P:
    """The public event made of the fields that it declares; what else the private event holds stays private."""
    return public(**{name: getattr(event, name) for name in public.model_fields})


class Command(BaseModel, frozen=True, extra="forbid"):
    """A request to change something: the JSON body of an HTTP request, in camelCase. Unknown fields are an error.

    The reference of the aggregate is not in the body but in the path; `decide` gets it as `DecisionContext.ref`.
    """

    # An error that quotes its input could quote personal data.
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)

    NAME: ClassVar[str]
    """Imperative, kebab-case: the name in bulk loads, metrics and the table of permissions."""


@dataclass(frozen=True)
class DecisionContext:
    """What a decision may use besides the command and the state."""

    ref: str
    """The reference in the path: which aggregate the command is about."""
    now: datetime
    """The database's time, as last measured. It orders nothing."""
    partner: str
    """The partner whose service this is."""
    partners: frozenset[str]
    """All partners of the programme."""
    related: Sequence[DomainEvent] = ()
    """The events of the other stream that the command names, if its `CommandRoute` has `related`."""
    heard: PublicEvent | None = None
    """The newest public event of another service, if its `CommandRoute` has `learned`; then it is never None."""
    zone: str = "Europe/Amsterdam"
    """The zone of the service's days."""
    about: frozenset[str] = frozenset()
    """All references of the persons whom the `related` stream is about, if the command names its kind too."""
    seen: object = None
    """What the service's read side shows of it, if its `CommandRoute` has `needs_view`; then it is never None."""
    arrived: Mapping[str, Sequence[DomainEvent]] = field(default_factory=dict[str, Sequence[DomainEvent]])
    """What is known of the things of another service that the command names, by field (`CommandRoute.refers_to`)."""
    doubles: tuple[UUID, ...] = ()
    """Who on record is likely the person whom the command records (`CommandService.doubles`)."""
    is_historic: bool = False
    """Whether the command states when its fact was known, as the load of a history does."""

    def heard_as(self, event: type[P]) -> P:
        """`heard`, of the type that its route names."""
        assert isinstance(self.heard, event)
        return self.heard

    def seen_as(self, view: type[V]) -> V:
        """`seen`, of the type that its read side shows."""
        assert isinstance(self.seen, view)
        return self.seen


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """An initial state and two pure functions: `decide` returns events or refuses, `evolve` applies one event."""

    initial: S
    decide: Callable[[C, S, DecisionContext], Sequence[E]]
    evolve: Callable[[S, E], S]

    def replay(self, events: Sequence[E]) -> S:
        return reduce(self.evolve, events, self.initial)
