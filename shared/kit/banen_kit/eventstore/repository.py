"""Reads and appends a service's own events as typed objects, and encrypts their personal fields."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from banen_kit.core.clocks import utc_now
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.keys import Keys, sealing_key
from banen_kit.crypto.personal_fields import Erased, Open, Sealed, unseal
from banen_kit.eventstore.erasure import destroy_erased, erased, same_persons
from banen_kit.eventstore.idempotency import CommandMetadata, fingerprint
from banen_kit.eventstore.port import Append, Appended, EventStore, Outcome, StoredRecord, ref_of
from banen_kit.eventstore.serializer import EventSerializer

E = TypeVar("E", bound=DomainEvent)


@dataclass(frozen=True, slots=True)
class RecordedEvent(Generic[E]):
    """An event with its stored record. Its metadata is parsed only on request."""

    event: E
    record: StoredRecord

    @property
    def metadata(self) -> dict[str, Any]:
        return json.loads(self.record.metadata)


@dataclass
class EventRepository(Generic[E]):
    """Reads and appends typed events."""

    store: EventStore
    serializer: EventSerializer[E]
    keys: Keys
    edge: Callable[[], datetime] = utc_now
    """This process's own clock, stored with every event beside the database's time."""

    async def read(self, stream: str) -> list[RecordedEvent[E]]:
        return [self.fact(record) for record in await self.store.read(stream)]

    def fact(self, record: StoredRecord) -> RecordedEvent[E]:
        return RecordedEvent(self.serializer.decode(record), record)

    async def append(
        self, stream: str, events: Sequence[E], expected: int | None, meta: CommandMetadata
    ) -> Appended:
        """Appends the events; before it returns, the keys of everybody whom they erase are destroyed.

        Raises `PersonErased` if an event holds data of an erased person, or a reference linked to one. `StoreUnavailable`
        can also mean that the events were stored but the keys could not be destroyed.
        """
        # Before the events: a link without an event does less harm than a reference that an erasure does not find.
        await self.keys.link(same_persons(events))
        persons = sorted({person for event in events for person in self.serializer.sealed_for(event)})
        keys = await self.keys.keys_for(persons)
        encoded = tuple(
            self.serializer.encode(event, meta.event_id(index), keys) for index, event in enumerate(events)
        )
        metadata = {
            "commandId": str(meta.command_id),
            "correlationId": str(meta.correlation_id),
            "causationId": str(meta.causation_id),
            "edgeTime": self.edge().isoformat(),
            "fingerprint": await fingerprint(meta.request, persons, keys, self.keys),
            "fingerprintOf": persons,
        }
        refs = self._refs(stream, events)
        command = Append(stream, encoded, expected, json.dumps(metadata), meta.known_at, refs)
        appended = await self.store.append(command)
        if appended.outcome is Outcome.APPENDED:
            await destroy_erased(events, self.keys)
        return appended

    def _refs(self, stream: str, events: Sequence[E]) -> frozenset[UUID]:
        """References that these events may concern, except the one in the name of their stream."""
        found = {ref for event in events for ref in (*self.serializer.about([event]), *erased([event]))}
        return frozenset(UUID(ref) for ref in found - {ref_of(stream)})

    async def reveal(self, value: Sealed) -> Open[Any] | Erased:
        """Decrypts one personal field, on request. Raises `CannotOpen`, `StoreUnavailable`."""
        key = await sealing_key(self.keys, value.person)
        return Erased(value.person) if key is None else unseal(value, key)
