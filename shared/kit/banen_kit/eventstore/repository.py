"""A service's own events, typed: a store, with the codec that turns events into records and back."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from banen_kit.core.clocks import utc_now
from banen_kit.core.decider import DomainEvent, PersonErased
from banen_kit.crypto.keys import KeyMissing, Keys, NotDestroyed
from banen_kit.crypto.personal_fields import (
    Erased,
    Open,
    Place,
    Sealed,
    from_json,
    is_sealed_json,
    persons_of,
    references_of,
    seal,
    unseal,
)
from banen_kit.eventstore.port import Append, Appended, EventStore, NewEvent, Outcome, StoredRecord, ref_of

E = TypeVar("E", bound=DomainEvent)
BATCH = 500


class UnknownEvent(Exception):
    """The store holds an event that this version does not know; a newer version wrote it."""


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the fields of one schema version into those of the next; moves personal values about without looking."""


@dataclass(frozen=True)
class CommandMetadata:
    """Why events happen: which command, because of what, and as known since when."""

    command_id: UUID
    correlation_id: UUID
    causation_id: UUID
    now: datetime
    """The database's, as last measured; it orders nothing."""
    request: bytes = b""
    """The canonical request, of which a fingerprint is kept to tell a repeat from a reused key."""
    known_at: datetime | None = None

    def event_id(self, index: int) -> UUID:
        """The same command always yields the same ids, so repeats can be recognised wherever they arrive."""
        return uuid5(self.command_id, str(index))


@dataclass(frozen=True, slots=True)
class RecordedEvent(Generic[E]):
    """An event with what the store knows about it; its metadata is decoded only when asked for."""

    event: E
    record: StoredRecord

    @property
    def metadata(self) -> dict[str, Any]:
        return json.loads(self.record.metadata)


@dataclass
class EventSerializer(Generic[E]):
    """Turns events into JSON and back: parse, recognise sealed fields, upcast, validate."""

    types: Sequence[type[E]]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict[tuple[str, int], Upcaster])
    """Keyed by the type and the schema version that they start from."""

    def __post_init__(self) -> None:
        self._by_name = {event.TYPE: event for event in self.types}
        self._persons = {event.TYPE: persons_of(event) for event in self.types}
        self._references = {event.TYPE: references_of(event) for event in self.types}
        self.erasing = [e.TYPE for e in self.types if e.erased_person is not DomainEvent.erased_person]
        """The types of events that may erase a person; below, that may say that two references are one person."""
        self.linking = [e.TYPE for e in self.types if e.same_person is not DomainEvent.same_person]
        self.telling = list(dict.fromkeys(self.erasing + self.linking))

    def persons(self, event: E) -> set[str]:
        """All persons whom an event concerns, whether or not it holds personal data."""
        found = {getattr(event, name) for name in self._references[event.TYPE]}
        return {str(person) for person in found if person is not None}

    def mentioned(self, event: E) -> set[str]:
        """Every reference in an event, whatever it is of."""
        values: list[object] = [getattr(event, name) for name in type(event).model_fields]
        return {str(value) for value in values if isinstance(value, UUID)}

    def about(self, events: Iterable[E]) -> set[str]:
        """Whom a whole stream is about: its persons, or where it has none, such as a request, whatever it mentions.

        So a placement is about its client alone, though it mentions an employer.
        """
        events = list(events)
        persons = set[str]().union(*map(self.persons, events))
        return persons or set[str]().union(*map(self.mentioned, events))

    def refs(self, stream: str, events: Iterable[E]) -> frozenset[UUID]:
        """Whom these events may concern, without the reference in the name of their stream."""
        found = {ref for event in events for ref in (*self.about([event]), *_erased([event]))}
        return frozenset(UUID(ref) for ref in found - {ref_of(stream)})

    def sealed_for(self, event: E) -> set[str]:
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
                    raise PersonErased
                place = Place(event_id, event.TYPE, event.VERSION, name)
                sealed[name] = seal(value.value, key, person, place).to_json()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            elif value is not None:
                raise TypeError(f"{event.TYPE}.{name} must hold a value in the clear when it is appended")
        if not sealed:
            return NewEvent(event_id, event.TYPE, event.VERSION, event.model_dump_json())
        body = event.model_dump(mode="json", exclude=set(sealed)) | sealed
        return NewEvent(event_id, event.TYPE, event.VERSION, json.dumps(body, ensure_ascii=False))

    def decode(self, record: StoredRecord) -> E:
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
class EventRepository(Generic[E]):
    """Reads and appends typed events; seals personal fields on the way in."""

    store: EventStore
    serializer: EventSerializer[E]
    keys: Keys
    edge: Callable[[], datetime] = utc_now
    """This process's own clock, noted beside the database's with every event."""

    async def read(self, stream: str) -> list[RecordedEvent[E]]:
        return [self.fact(record) for record in await self.store.read(stream)]

    def fact(self, record: StoredRecord) -> RecordedEvent[E]:
        return RecordedEvent(self.serializer.decode(record), record)

    async def of_type(self, kind: str) -> AsyncIterator[list[StoredRecord]]:
        """All records of one type in order, `BATCH` at a time, so that others get their turn."""
        after = 0
        while records := await self.store.of_type(kind, after, BATCH):
            after = records[-1].position
            yield records

    async def append(
        self, stream: str, events: Sequence[E], expected: int | None, meta: CommandMetadata
    ) -> Appended:
        """Destroys the keys of whomever an event erases before it comes back.

        Raises `PersonErased` when an event holds data of somebody who was erased, or a reference that is linked to
        them; `StoreUnavailable` also when the events are in the store and the keys could not be destroyed.
        """
        # Before the events: a link without an event does less harm than a reference that an erasure does not find.
        await self.keys.link(_pairs(events))
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
            "fingerprint": await self.keys.fingerprint(meta.request, _joined(persons, keys)),
            "fingerprintOf": persons,
        }
        refs = self.serializer.refs(stream, events)
        command = Append(stream, encoded, expected, json.dumps(metadata), meta.known_at, refs)
        appended = await self.store.append(command)
        if appended.outcome is Outcome.APPENDED:
            await self.destroy_erased(events)
        return appended

    async def destroy_erased(self, events: Iterable[E]) -> None:
        """Destroy the keys of whomever these recorded events erase. Raises `StoreUnavailable`."""
        events = list(events)
        if erased := _erased(events, alone=False):
            await self.keys.destroy(erased)
        if alone := _erased(events, alone=True):
            await self.keys.destroy(alone, alone=True)

    async def reapply(self) -> int:
        """After a restore: record every link again, and destroy what recorded erasures say; how many keys that were.

        One question to the keys where nothing is left to do. Raises `StoreUnavailable`; `NotDestroyed` where all of
        them were overwritten and only old copies are still on the disk.
        """
        together, alone, pairs = set[str](), set[str](), set[tuple[str, str]]()
        for kind in self.serializer.telling:
            async for records in self.of_type(kind):
                events = [self.serializer.decode(record) for record in records]
                together.update(_erased(events, alone=False))
                alone.update(_erased(events, alone=True))
                pairs.update(_pairs(events))
        left = await self.keys.left_to_destroy(sorted(together), sorted(alone), sorted(pairs))
        unswept: NotDestroyed | None = None
        for persons, is_alone in ((left.intersection(alone), True), (left.difference(alone), False)):
            try:
                if persons:
                    await self.keys.destroy(persons, alone=is_alone)
            except NotDestroyed as error:  # overwritten all the same: the others too, before anything else
                unswept = error
        if unswept is not None:
            raise unswept
        return len(left)

    async def refuse_erased(self, past: Sequence[E], events: Sequence[E]) -> None:
        """Raises `PersonErased` where these events, or those before them, concern somebody who was erased."""
        for alone in (False, True):
            if _erased(past, alone=alone):
                raise PersonErased
        concerned = {person for event in (*past, *events) for person in self.serializer.persons(event)}
        # Those for whom something is sealed are looked up when it is.
        concerned -= {person for event in events for person in self.serializer.sealed_for(event)}
        if None in (await self.keys.find_keys(concerned)).values():
            raise PersonErased

    async def is_repeat(self, record: StoredRecord, request: bytes) -> bool:
        """Whether the event came from this very request, and not from another under the same key.

        Raises `PersonErased` when that can no longer be told.
        """
        metadata = json.loads(record.metadata)
        persons: list[str] = metadata["fingerprintOf"]
        keys = {person: await self._key_of(person) for person in persons}
        return metadata["fingerprint"] == await self.keys.fingerprint(request, _joined(persons, keys))

    async def reveal(self, value: Sealed) -> Open[Any] | Erased:
        """Open one personal field, for somebody who asked. Raises `CannotOpen`, `StoreUnavailable`."""
        key = await self._key_of(value.person)
        return Erased(value.person) if key is None else unseal(value, key)

    async def _key_of(self, person: str) -> bytes | None:
        """The key under which something was sealed before; it is never made here. Raises `KeyMissing`."""
        found = await self.keys.find_keys([person])
        if person not in found:
            raise KeyMissing(
                "a key under which something is sealed is not there, and was not destroyed either"
            )
        return found[person]


def _joined(persons: Sequence[str], keys: Mapping[str, bytes | None]) -> bytes | None:
    """One key out of all of theirs, so that it is gone with any of them; None where it is about nobody.

    Raises `PersonErased`.
    """
    found: list[bytes] = []
    for person in persons:
        key = keys[person]
        if key is None:
            raise PersonErased
        found.append(key)
    return sha256(b"".join(found)).digest() if found else None


def _erased(events: Iterable[DomainEvent], *, alone: bool | None = None) -> list[str]:
    """Whom these events erase: with everything linked to them, or alone, or all."""
    chosen = (event.erased_person() for event in events if alone in (None, event.erases_alone()))
    return sorted({str(person) for person in chosen if person is not None})


def _pairs(events: Iterable[DomainEvent]) -> list[tuple[str, str]]:
    return [(str(pair[0]), str(pair[1])) for event in events if (pair := event.same_person()) is not None]
