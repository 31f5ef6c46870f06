"""A service's own events, typed: a store, with the codec that turns events into records and back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from banen_kit.decider import Stored
from banen_kit.keys import Keys
from banen_kit.personal import (
    Erased,
    Open,
    PersonErased,
    Place,
    Sealed,
    from_json,
    is_sealed_json,
    persons_of,
    seal,
    unseal,
)
from banen_kit.store import Append, Appended, EventStore, NewEvent, Recorded

E = TypeVar("E", bound=Stored)


class UnknownEvent(Exception):
    """The store holds an event that this version does not know; a newer version wrote it."""


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the fields of one schema version into those of the next; moves personal values about without looking."""


@dataclass(frozen=True)
class Meta:
    """Why events happen: which command, because of what, and as known since when."""

    command_id: UUID
    correlation_id: UUID
    causation_id: UUID
    now: datetime
    request: bytes = b""
    """The canonical request, of which a fingerprint is kept to tell a repeat from a reused key."""
    known_at: datetime | None = None

    def event_id(self, index: int) -> UUID:
        """The same command always yields the same ids, so repeats can be recognised wherever they arrive."""
        return uuid5(self.command_id, str(index))


@dataclass(frozen=True, slots=True)
class Fact(Generic[E]):
    """An event with what the store knows about it; its metadata is decoded only when asked for."""

    event: E
    record: Recorded

    @property
    def metadata(self) -> dict[str, Any]:
        return json.loads(self.record.metadata)


@dataclass
class Codec(Generic[E]):
    """Turns events into JSON and back: parse, recognise sealed fields, upcast, validate."""

    types: Sequence[type[E]]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict[tuple[str, int], Upcaster])
    """Keyed by the type and the schema version that they start from."""

    def __post_init__(self) -> None:
        self._by_name = {event.TYPE: event for event in self.types}
        self._persons = {event.TYPE: persons_of(event) for event in self.types}

    def persons(self, event: E) -> set[str]:
        """Whose personal data an event holds in the clear."""
        fields = self._persons[event.TYPE]
        return {
            str(getattr(event, whose))
            for name, whose in fields.items()
            if isinstance(getattr(event, name), Open)
        }

    def encode(self, event: E, event_id: UUID, keys: Mapping[str, bytes | None]) -> NewEvent:
        """Raises `PersonErased` when a personal field belongs to somebody whose key was destroyed."""
        sealed: dict[str, Any] = {}
        for name, whose in self._persons[event.TYPE].items():
            value: object = getattr(event, name)
            if isinstance(value, Open):
                person = str(getattr(event, whose))
                key = keys[person]
                if key is None:
                    raise PersonErased(person)
                place = Place(event_id, event.TYPE, event.VERSION, name)
                sealed[name] = seal(value.value, key, person, place).to_json()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            elif value is not None:
                raise TypeError(f"{event.TYPE}.{name} must hold a value in the clear when it is appended")
        if not sealed:
            return NewEvent(event_id, event.TYPE, event.VERSION, event.model_dump_json())
        body = event.model_dump(mode="json", exclude=set(sealed)) | sealed
        return NewEvent(event_id, event.TYPE, event.VERSION, json.dumps(body, ensure_ascii=False))

    def decode(self, record: Recorded) -> E:
        """Read a record; personal fields stay sealed. Raises `UnknownEvent`, `ValidationError`."""
        event_type = self._by_name.get(record.type)
        if event_type is None or record.schema_version > event_type.VERSION:
            raise UnknownEvent(f"{record.type} version {record.schema_version}")
        if record.schema_version == event_type.VERSION and not self._persons[record.type]:
            return event_type.model_validate_json(record.data)
        fields: dict[str, Any] = {
            name: from_json(value, Place(record.id, record.type, record.schema_version, name))
            if is_sealed_json(value)
            else value
            for name, value in json.loads(record.data).items()
        }
        for version in range(record.schema_version, event_type.VERSION):
            fields = self.upcasters[record.type, version](fields)
        return event_type.model_validate(fields)


@dataclass
class Journal(Generic[E]):
    """Reads and appends typed events; seals personal fields on the way in."""

    store: EventStore
    codec: Codec[E]
    keys: Keys

    async def read(self, stream: str) -> list[Fact[E]]:
        return [self.fact(record) for record in await self.store.read(stream)]

    def fact(self, record: Recorded) -> Fact[E]:
        return Fact(self.codec.decode(record), record)

    async def append(self, stream: str, events: Sequence[E], expected: int | None, meta: Meta) -> Appended:
        """Raises `PersonErased` when an event holds data of somebody who was erased."""
        persons = sorted({person for event in events for person in self.codec.persons(event)})
        keys = await self.keys.keys_for(persons)
        encoded = tuple(
            self.codec.encode(event, meta.event_id(index), keys) for index, event in enumerate(events)
        )
        whose = persons[0] if persons else None
        metadata = {
            "commandId": str(meta.command_id),
            "correlationId": str(meta.correlation_id),
            "causationId": str(meta.causation_id),
            "edgeTime": meta.now.isoformat(),
            "fingerprint": self.keys.fingerprint(meta.request, keys[whose] if whose else None),
            "fingerprintOf": whose,
        }
        return await self.store.append(Append(stream, encoded, expected, json.dumps(metadata), meta.known_at))

    async def is_repeat(self, record: Recorded, request: bytes) -> bool:
        """Whether the event came from this very request, and not from another under the same key.

        Raises `PersonErased` when that can no longer be told.
        """
        metadata = json.loads(record.metadata)
        whose: str | None = metadata["fingerprintOf"]
        key = None
        if whose is not None:
            key = (await self.keys.keys_for([whose]))[whose]
            if key is None:
                raise PersonErased(whose)
        return metadata["fingerprint"] == self.keys.fingerprint(request, key)

    async def reveal(self, value: Sealed) -> Open[Any] | Erased:
        """Open one personal field, for somebody who asked. Raises `CannotOpen`, `StoreUnavailable`."""
        key = (await self.keys.keys_for([value.person]))[value.person]
        return Erased(value.person) if key is None else unseal(value, key)
