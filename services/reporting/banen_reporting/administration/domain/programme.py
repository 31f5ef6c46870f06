"""What the programme is: its definition, which the bureau may change but from which no code may go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from pydantic import BaseModel

from banen_contracts.base import Day
from banen_contracts.programme import Labels, ProgrammeDefinition
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused
from banen_kit.core.text import refuse_bsn, refuse_hidden
from banen_reporting.administration.events import ProgrammeDefined


class DefineProgramme(Command, frozen=True):
    """The whole definition; the same one again changes nothing."""

    NAME: ClassVar[str] = "define-programme"
    occurred_on: Day
    definition: ProgrammeDefinition


@dataclass(frozen=True)
class Undefined:
    version: int = 0


@dataclass(frozen=True)
class Defined:
    version: int
    definition: ProgrammeDefinition


State: TypeAlias = Undefined | Defined


def decide(c: DefineProgramme, state: State, context: DecisionContext) -> Sequence[ProgrammeDefined]:
    if context.ref != context.partner:
        raise Refused("programme-of-another", "A bureau defines its own programme: the path names it.")
    _check(c.definition)
    if c.definition.zone != context.zone:
        raise Refused(
            "zone-differs",
            f"This service's days are those of {context.zone}; start it with another BANEN_ZONE.",
            "definition.zone",
        )
    if isinstance(state, Defined):
        if c.definition.zone != state.definition.zone:
            raise Refused("zone-fixed", "What is a day cannot change any more.", "definition.zone")
        if c.definition == state.definition:
            return []
        for place, code in state.definition.left_out_by(c.definition):
            raise Refused(
                "code-left-out",
                f"{code} was defined before and stays, so that what was recorded can be read; it may end.",
                f"definition.{place}",
            )
    return [
        ProgrammeDefined(
            programme_id=context.ref,
            occurred_on=c.occurred_on,
            version=state.version + 1,
            definition=c.definition,
        )
    ]


def _check(definition: ProgrammeDefinition) -> None:
    for path, fault in definition.faults():
        raise Refused("definition-invalid", f"In the definition, {fault}.", f"definition.{path}")
    for text in _texts(definition):
        try:
            refuse_bsn(refuse_hidden(text))
        except ValueError as error:
            raise Refused("definition-invalid", f"A label {error}.", "definition") from None


def _texts(part: object) -> Iterator[str]:
    """Contracts cannot search what a label says; here it is done."""
    if isinstance(part, Labels):
        yield from (text for text in (part.nl, part.en) if text is not None)
    elif isinstance(part, BaseModel):
        for _, inside in part:
            yield from _texts(inside)
    elif isinstance(part, tuple):
        for inside in part:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(inside)  # pyright: ignore[reportUnknownArgumentType]


def evolve(state: State, event: ProgrammeDefined) -> State:
    if event.version != state.version + 1:
        raise AssertionError(f"version {event.version} cannot follow version {state.version}")
    return Defined(event.version, event.definition)


PROGRAMME: Decider[DefineProgramme, State, ProgrammeDefined] = Decider(Undefined(), decide, evolve)


def definition_in(related: Sequence[DomainEvent]) -> ProgrammeDefinition:
    """The definition in force, of what was recorded of the programme. Raises `Refused` where there is none."""
    for event in reversed(related):
        if isinstance(event, ProgrammeDefined):
            return event.definition
    raise Refused("programme-undefined", "The programme must be defined before this.")


def check_route(code: str, definition: ProgrammeDefinition, field: str) -> None:
    """Raises `Refused`."""
    if definition.route(code) is None:
        raise Refused("route-unknown", "The programme has no such route.", field)
