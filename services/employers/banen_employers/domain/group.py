"""Planning a group placement at one employer, following it, and closing it with its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Code, Count, Day, Precision
from banen_contracts.reporting import ProgrammeDefined
from banen_employers.domain.employer import check_employer
from banen_employers.events import GroupClosed, GroupEvent, GroupPlanned, GroupUpdated
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused, refuse_if


class PlanGroup(Command, frozen=True):
    NAME: ClassVar[str] = "plan-group"
    occurred_on: Day
    employer_ref: UUID
    kind: Code
    seasonal: bool = False
    in_guidance: Count | None = None
    places_planned: Count | None = None


class UpdateGroup(Command, frozen=True):
    """Says both numbers anew; one that is left out is not known."""

    NAME: ClassVar[str] = "update-group"
    occurred_on: Day
    in_guidance: Count | None = None
    places_planned: Count | None = None


class CloseGroup(Command, frozen=True):
    NAME: ClassVar[str] = "close-group"
    occurred_on: Day
    placed: Count | None = None
    precision: Precision


GroupCommand: TypeAlias = PlanGroup | UpdateGroup | CloseGroup


@dataclass(frozen=True)
class NotPlanned:
    pass


@dataclass(frozen=True)
class Planned:
    since: date
    """The day of the plan, or of the last update."""


@dataclass(frozen=True)
class Closed:
    pass


Group: TypeAlias = NotPlanned | Planned | Closed


def decide(command: GroupCommand, state: Group, context: DecisionContext) -> Sequence[GroupEvent]:
    if isinstance(state, Closed):
        raise Refused("group-closed", "This group placement is closed; it takes no more facts.")
    match command:
        case PlanGroup():
            return plan(command, state, context)
        case UpdateGroup():
            return update(command, state, context)
        case CloseGroup():
            return close(command, state, context)
        case _:
            assert_never(command)


def plan(command: PlanGroup, state: NotPlanned | Planned, context: DecisionContext) -> Sequence[GroupEvent]:
    if isinstance(state, Planned):
        raise Refused("group-exists", "This group placement was planned already.")
    check_employer(command.occurred_on, context)
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_kind(command.kind, command.occurred_on), "kind")
    return [
        GroupPlanned(
            group_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            employer_ref=command.employer_ref,
            kind=command.kind,
            seasonal=command.seasonal,
            in_guidance=command.in_guidance,
            places_planned=command.places_planned,
        )
    ]


def refuse_unplanned(state: NotPlanned | Planned, day: date) -> None:
    """Also refuses a day before what is on record: the newest numbers hold."""
    if isinstance(state, NotPlanned):
        raise Refused("group-unknown", "There is no such group placement.")
    if day < state.since:
        raise Refused("group-later", "The group was planned, or last updated, after that day.", "occurredOn")


def update(
    command: UpdateGroup, state: NotPlanned | Planned, context: DecisionContext
) -> Sequence[GroupEvent]:
    refuse_unplanned(state, command.occurred_on)
    return [
        GroupUpdated(
            group_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            in_guidance=command.in_guidance,
            places_planned=command.places_planned,
        )
    ]


def close(command: CloseGroup, state: NotPlanned | Planned, context: DecisionContext) -> Sequence[GroupEvent]:
    refuse_unplanned(state, command.occurred_on)
    return [
        GroupClosed(
            group_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            placed=command.placed,
            precision=command.precision,
        )
    ]


def evolve(state: Group, event: GroupEvent) -> Group:
    match event, state:
        case GroupPlanned(), NotPlanned():
            return Planned(event.occurred_on)
        case GroupUpdated(), Planned():
            return Planned(event.occurred_on)
        case GroupClosed(), Planned():
            return Closed()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


GROUP: Decider[GroupCommand, Group, GroupEvent] = Decider(NotPlanned(), decide, evolve)
