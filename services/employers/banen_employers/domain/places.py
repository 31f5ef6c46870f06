"""The places of a group or a vacancy that placements fill, which follows from what mediation publishes.

That is two kinds of streams, which only a reactor writes: of each placement, to which group and vacancy it belongs; of each of
those, which placements fill its places. Its own stream is left alone, so that a history can be loaded in any order.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day
from banen_employers.events import PlaceFilled, PlaceFreed, PlacementGrouped
from banen_kit.core.decider import Command, Decider, DecisionContext


class FollowPlacement(Command, frozen=True):
    """Given only by a reactor, after mediation published the terms of a placement or that it was voided."""

    NAME: ClassVar[str] = "follow-placement"
    occurred_on: Day
    group_ref: UUID | None = None
    vacancy_ref: UUID | None = None
    sequence: Annotated[int, Field(ge=1, le=2**53)]


def follow(
    command: FollowPlacement, state: PlacementGrouped | None, context: DecisionContext
) -> Sequence[PlacementGrouped]:
    """Ignores what mediation said before what is known already: events may arrive in another order."""
    if state is not None and command.sequence <= state.sequence:
        return []
    return [
        PlacementGrouped(
            placement_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            group_ref=command.group_ref,
            vacancy_ref=command.vacancy_ref,
            sequence=command.sequence,
        )
    ]


PLACEMENT: Decider[FollowPlacement, PlacementGrouped | None, PlacementGrouped] = Decider(
    None, follow, lambda _, event: event
)


class CheckPlace(Command, frozen=True):
    """Given only by a reactor, after it became known where a placement belongs. It looks at that as it is then."""

    NAME: ClassVar[str] = "check-place"
    occurred_on: Day
    placement_ref: UUID


Filled: TypeAlias = frozenset[UUID]
"""The placements that fill a place."""


def check(command: CheckPlace, state: Filled, context: DecisionContext) -> Sequence[PlaceFilled | PlaceFreed]:
    places, placement = UUID(context.ref), command.placement_ref
    said = [event for event in context.related if isinstance(event, PlacementGrouped)]
    belongs = bool(said) and places in (said[-1].group_ref, said[-1].vacancy_ref)
    if belongs == (placement in state):
        return []
    kind = PlaceFilled if belongs else PlaceFreed
    number = len(state) + (1 if belongs else -1)
    return [
        kind(
            places_ref=places,
            occurred_on=command.occurred_on,
            placement_ref=placement,
            places_filled=number,
        )
    ]


def evolve(state: Filled, event: PlaceFilled | PlaceFreed) -> Filled:
    if isinstance(event, PlaceFilled):
        return state | {event.placement_ref}
    return state - {event.placement_ref}


PLACES: Decider[CheckPlace, Filled, PlaceFilled | PlaceFreed] = Decider(frozenset(), check, evolve)
