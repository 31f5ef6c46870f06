"""Whether a source is live. A live source records facts as they happen and may no longer state `known_at`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from banen_contracts import EVENTS, Envelope, PublicEvent
from banen_contracts.base import Day, source_of
from banen_kit.application.definition import CommandRoute, Dispatch, Reactor
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent
from banen_kit.eventstore.port import EventStore

LIVE_STREAM = "source-live"
DECLARATIONS = tuple(event for event in EVENTS if event.declares_live is not PublicEvent.declares_live)
"""The public events that declare a source live."""


class WentLive(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "source-went-live"
    occurred_on: date


class GoLive(Command, frozen=True):
    NAME: ClassVar[str] = "go-live"
    occurred_on: Day


@dataclass(frozen=True)
class Source:
    is_live: bool = False


def decide(command: GoLive, state: Source, _: DecisionContext) -> Sequence[WentLive]:
    return [] if state.is_live else [WentLive(occurred_on=command.occurred_on)]


def evolve(_: Source, __: WentLive) -> Source:
    return Source(is_live=True)


GO_LIVE = CommandRoute(
    "/source/{ref}/go-live", GoLive, "source", Decider(Source(), decide, evolve), ref="slug"
)


def live_reactor(service: str) -> Reactor:
    """The reactor of every service that notes that its own source was declared live."""

    def react(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
        if event.declares_live() != source_of(partner, service):
            return None
        if not event.NAME.startswith(f"{envelope.service}."):
            return None
        return Dispatch(GO_LIVE, "live", GoLive(occurred_on=event.occurred_on))

    return Reactor("source-live", DECLARATIONS, react)


async def is_live(store: EventStore) -> bool:
    return bool(await store.read(LIVE_STREAM))
