"""A recorded event that cannot be published, and a person's decision about it.

Commands are refused if their events could not be published. So this only happens to events from before such a check
was added, or written by a newer version.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from banen_contracts import BY_TYPE, PublicEvent
from banen_contracts.base import DOMAIN, EventSkipped, ReasonCode
from banen_kit.application.problems import from_validation
from banen_kit.application.publishable import PublicMessage, Publisher, Unpublishable
from banen_kit.core.decider import DomainEvent
from banen_kit.core.problem import FieldError, Problem, invalid
from banen_kit.eventstore.port import ServiceStore, StoredRecord, ref_of
from banen_kit.eventstore.serializer import EventSerializer, UnknownEvent
from banen_kit.postgres.connection import reachable

RELAY = "relay"
"""The relay's row of `checkpoints`."""


class CannotPublish(Exception):
    """An event cannot be published, and nobody has decided about it yet. Holds none of its values."""

    def __init__(self, record: StoredRecord, reason: str) -> None:
        super().__init__(
            f"event {record.id} at position {record.position} ({record.type}) cannot be published: {reason}."
            " See: banen bus blocked"
        )
        self.record = record
        self.reason = reason


@dataclass(frozen=True)
class Outbound:
    """Turns records into messages. If an event cannot be published, a recorded decision takes its place."""

    store: ServiceStore
    serializer: EventSerializer[Any]
    publisher: Publisher

    def message(self, record: StoredRecord, sequence: int) -> PublicMessage | None:
        """Returns None if the event is private. Raises `CannotPublish`."""
        try:
            return self._message(self.serializer.decode(record), record, sequence)
        except (Unpublishable, UnknownEvent) as error:
            raise CannotPublish(record, str(error)) from None
        except ValidationError as error:
            places = {".".join(map(str, item["loc"])): item["type"] for item in error.errors()}
            said = ", ".join(f"{place}: {what}" for place, what in places.items())
            raise CannotPublish(record, f"what is stored does not fit ({said})") from None
        except Exception as error:  # whatever the error is, the relay keeps running and reports it
            raise CannotPublish(record, type(error).__name__) from error

    async def decided(self, blocked: CannotPublish, sequence: int) -> PublicMessage:
        """Returns what is published instead. Raises `CannotPublish` if nobody has decided yet."""
        record = blocked.record
        async with reachable():
            row = await self.store.pool.fetchrow(
                "select type, body, reason_code from relay_decisions where position = $1 and event_id = $2",
                record.position,
                record.id,
            )
        if row is None:
            raise blocked
        if row["type"] is None:
            return self._public(marker(self.publisher.service, record, row["reason_code"]), record, sequence)
        return self._public(BY_TYPE[row["type"]].model_validate_json(row["body"]), record, sequence)

    async def blocked(self) -> CannotPublish | None:
        """Returns the event at which the relay has stopped, if there is one, according to the store."""
        async with reachable():
            position = await self.store.pool.fetchval(
                "select position from checkpoints where consumer = $1", RELAY
            )
        for record in await self.store.read_all(position or 0, 1):
            try:
                self.message(record, 1)
            except CannotPublish as blocked:
                return blocked
        return None

    async def waiting(self, blocked: CannotPublish) -> int:
        """Returns how many events are waiting behind it, as far as the store counts."""
        return await self.store.count_after(blocked.record.position)

    async def decide(self, decision: "Decision", by: str) -> None:
        """Records a decision. Raises `Problem` unless that event blocks the relay and the replacement can be published."""
        blocked = await self.blocked()
        if blocked is None or (blocked.record.position, blocked.record.id) != (
            decision.position,
            decision.event_id,
        ):
            raise Problem(409, "event-not-blocked", "That event does not stand in the way now.", "position")
        type_, body = decision.replacement(self, blocked.record)
        try:
            async with reachable():
                await self.store.pool.execute(
                    "insert into relay_decisions (position, event_id, type, body, reason_code, decided_by)"
                    " values ($1, $2, $3, $4, $5, $6)",
                    decision.position,
                    decision.event_id,
                    type_,
                    body,
                    decision.reason_code,
                    by,
                )
        except UniqueViolationError:
            raise Problem(
                409, "event-decided", "It was decided already what becomes of that event."
            ) from None

    def _message(self, event: DomainEvent, record: StoredRecord, sequence: int) -> PublicMessage | None:
        public = self.publisher.public(event)
        return None if public is None else self._public(public, record, sequence)

    def _public(self, public: PublicEvent, record: StoredRecord, sequence: int) -> PublicMessage:
        known_at = record.known_at if record.imported else None
        metadata = json.loads(record.metadata)
        return self.publisher.message(public, sequence, record.id, record.recorded_at, known_at, metadata)


class Decision(BaseModel, frozen=True, extra="forbid"):
    """Publish a marker instead of the event. Readers then know that their data about its subject is incomplete."""

    model_config = ConfigDict(alias_generator=to_camel, hide_input_in_errors=True)

    position: int
    event_id: UUID
    reason_code: ReasonCode

    def replacement(self, outbound: Outbound, record: StoredRecord) -> tuple[str | None, str | None]:
        """Returns type and body of the replacement; both None for the marker. Raises `Problem`."""
        return None, None


class Correction(Decision, frozen=True):
    """Publish a corrected event instead."""

    type: str
    data: dict[str, Any]

    def replacement(self, outbound: Outbound, record: StoredRecord) -> tuple[str | None, str | None]:
        event_type = BY_TYPE.get(self.type)
        if event_type is None or not event_type.NAME.startswith(f"{outbound.publisher.service}."):
            raise invalid([FieldError("type", "must be a public event of this service")])
        try:
            public = event_type.model_validate(self.data, by_alias=True, by_name=False)
            outbound.publisher.message(
                public, 1, record.id, record.recorded_at, None, json.loads(record.metadata)
            )
        except ValidationError as error:
            raise from_validation(error) from None
        if public.ref != ref_of(record.stream):
            raise invalid([FieldError("data", "must be about the same reference")])
        return self.type, public.to_json().decode()


def marker(service: str, record: StoredRecord, reason_code: str) -> EventSkipped:
    """Builds the public event that says that an event was skipped. It is dated on the day that event was recorded."""
    event_type = BY_TYPE[f"{DOMAIN}.{service}.event-skipped.v1"]
    fields: dict[str, Any] = {
        "about": ref_of(record.stream),
        "reason_code": reason_code,
        "occurred_on": record.recorded_at.date(),
    }
    public = event_type.model_validate(fields, by_name=True)
    assert isinstance(public, EventSkipped)
    return public
