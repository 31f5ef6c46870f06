"""What a service learns from other services: the newest public event of each kind that its decisions need.

It is kept in the service's own store and in memory, so that the service also decides while the other one is away. Start
with `CommandService.hear`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from banen_contracts import Envelope, PublicEvent
from banen_kit.application.definition import CommandRoute, Dispatch, Learns
from banen_kit.application.publishable import MOST_BYTES
from banen_kit.core.clocks import zone
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent
from banen_kit.core.faults import Faults
from banen_kit.core.problem import Problem
from banen_kit.eventstore.repository import EventRepository

ZONE_DIFFERS = "zone-differs"


class Heard(DomainEvent, frozen=True):
    """A newer public event of another service. `body` is its JSON as it came, including fields that we do not know yet."""

    TYPE: ClassVar[str] = "heard"
    sequence: int
    """Of its source."""
    body: str


class Hear(Command, frozen=True):
    NAME: ClassVar[str] = "hear"
    sequence: Annotated[int, Field(ge=1, le=2**53)]
    body: Annotated[str, StringConstraints(max_length=MOST_BYTES)]


def decide(command: Hear, newest: int, _: DecisionContext) -> Sequence[Heard]:
    """Ignores what comes late or again."""
    return [Heard(sequence=command.sequence, body=command.body)] if command.sequence > newest else []


def evolve(_: int, event: Heard) -> int:
    return event.sequence


HEAR = CommandRoute("/learned/{ref}/hear", Hear, "learned", Decider(0, decide, evolve), ref="slug")


def hearing(learns: Learns, envelope: Envelope, body: bytes) -> Dispatch:
    """Makes the command that keeps an event. Raises `ValidationError` if the body is not as the contract says."""
    learns.event.model_validate_json(body)
    command = Hear(sequence=envelope.sequence, body=body.decode())
    return Dispatch(HEAR, _ref_of(learns.event), command)


def _ref_of(event: type[PublicEvent]) -> str:
    return event.NAME.replace(".", "-")


@dataclass(frozen=True)
class Newest:
    """The newest event of one kind."""

    event: PublicEvent
    sequence: int
    heard_at: datetime


@dataclass
class Learned:
    """The newest event of each kind in memory, so that no command reads it from the store."""

    known: dict[type[PublicEvent], Newest] = field(default_factory=dict[type[PublicEvent], Newest])

    def newest(self, event: type[PublicEvent]) -> Newest | None:
        return self.known.get(event)

    def needed(self, event: type[PublicEvent]) -> PublicEvent:
        """Gives the newest event. Raises `Problem` 409 if none was heard yet."""
        newest = self.newest(event)
        if newest is None:
            detail = (
                f"This service has not heard yet of {event.NAME}, by which it decides this; "
                "try again once that was published."
            )
            raise Problem(409, "not-learned-yet", detail)
        return newest.event

    def compare_zones(self, learns: Learns, faults: Faults) -> None:
        """Another zone than the newest event says is a fault. The service stays ready and decides by its own zone.

        Only what happens in the hours between the two midnights gets another day; refusing would stop all work.
        """
        newest = self.newest(learns.event)
        if learns.zone is None or newest is None:
            return
        wanted, own = learns.zone(newest.event), zone().key
        if wanted == own:
            faults.clear(ZONE_DIFFERS)
        else:
            reason = f"BANEN_ZONE is {own}, but {learns.event.NAME} says {wanted}; start again with that"
            faults.raise_(ZONE_DIFFERS, reason, still_ready=True)

    async def recall(self, repository: EventRepository[Any], learns: Iterable[Learns]) -> None:
        """Reads the newest of these from the store, at the start and after one was kept. Raises `StoreUnavailable`."""
        for one in learns:
            history = await repository.read(f"{HEAR.category}-{_ref_of(one.event)}")
            if history:
                last = history[-1]
                event = one.event.model_validate_json(last.event.body)
                self.known[one.event] = Newest(event, last.event.sequence, last.record.recorded_at)
