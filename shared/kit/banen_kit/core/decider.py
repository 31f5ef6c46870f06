"""Deciding, without any I/O: what a command may change, and how events build up a state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


class Refused(Exception):
    """The domain said no. `code` is stable and public, `detail` is for people, `field` is the input at fault."""

    def __init__(self, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field


class PersonErased(Refused):
    """This person was erased: nothing more can be recorded about them, under this reference or another."""

    def __init__(self) -> None:
        super().__init__("person-erased", "This person was erased; nothing more can be recorded.")


class ReferenceTaken(Refused):
    """Another service of the same partner keeps somebody under this reference."""

    def __init__(self) -> None:
        detail = "Another service of this partner keeps somebody under this reference."
        super().__init__("reference-taken", detail)


class DomainEvent(BaseModel, frozen=True, extra="forbid"):
    """A private event. Strict about unknown fields, because nobody else writes these."""

    model_config = ConfigDict(hide_input_in_errors=True)

    TYPE: ClassVar[str]
    """The name in the store, written out so that a class can be renamed."""
    VERSION: ClassVar[int] = 1
    """Raise it with every change of the fields, and add an upcaster from the version before."""

    def erased_person(self) -> UUID | None:
        """The person whom this event erases: their key is destroyed once it is recorded."""
        return None

    def erases_alone(self) -> bool:
        """Whether only what is kept under that one reference goes, and not the same person's under others."""
        return False

    def same_person(self) -> tuple[UUID, UUID] | None:
        """Two references that this event says are one and the same person; erasing either erases both."""
        return None


class Command(BaseModel, frozen=True, extra="forbid"):
    """What somebody asks for: the JSON body of a request, in camelCase, strict about unknown fields.

    The reference of what it is about is not in the body: it is in the path, and reaches `decide` as `DecisionContext.ref`.
    """

    # An error that quotes its input could quote a person.
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)

    NAME: ClassVar[str]
    """Imperative, kebab-case: the name in bulk loads, metrics and the table of rights."""


@dataclass(frozen=True)
class DecisionContext:
    """What a decision may know beside the command and the state."""

    ref: str
    """The reference in the path: which aggregate the command is about."""
    now: datetime
    """The edge's clock. It orders nothing."""
    partner: str
    """The partner whose service this is."""
    partners: frozenset[str]
    """All partners of the programme."""
    related: Sequence[DomainEvent] = ()
    """What is recorded of the other thing that the command names, where the operation says which (`related`)."""


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """Three pure values: where we start, what we decide, what that changes. `decide` may refuse, `evolve` may not."""

    initial: S
    decide: Callable[[C, S, DecisionContext], Sequence[E]]
    evolve: Callable[[S, E], S]

    def replay(self, events: Sequence[E]) -> S:
        return reduce(self.evolve, events, self.initial)
