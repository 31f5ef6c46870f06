"""Converts typed events to stored records and back, and finds which persons an event concerns."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from banen_kit.core.decider import DomainEvent, PersonErased
from banen_kit.crypto.personal_fields import (
    Open,
    Place,
    from_json,
    is_sealed_json,
    persons_of,
    references_of,
    seal,
)
from banen_kit.eventstore.port import NewEvent, StoredRecord

E = TypeVar("E", bound=DomainEvent)


class UnknownEvent(Exception):
    """The store holds an event that this version does not know; a newer version wrote it."""


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Converts the fields of one schema version to the next. Passes personal values on without looking inside."""


def only_added(fields: dict[str, Any]) -> dict[str, Any]:
    """The upcaster to a version that only has more fields, all optional."""
    return fields


@dataclass
class EventSerializer(Generic[E]):
    """Converts events to JSON and back: parse, recognise sealed fields, upcast, validate."""

    types: Sequence[type[E]]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict[tuple[str, int], Upcaster])
    """By event type and the schema version they convert from."""

    def __post_init__(self) -> None:
        self._by_name = {event.TYPE: event for event in self.types}
        self._persons = {event.TYPE: persons_of(event) for event in self.types}
        self._references = {event.TYPE: references_of(event) for event in self.types}
        self.erasing = [e.TYPE for e in self.types if e.erased_person is not DomainEvent.erased_person]
        """`erasing`: event types that may erase a person; `linking`: those that may link two references."""
        self.linking = [e.TYPE for e in self.types if e.same_person is not DomainEvent.same_person]
        self.telling = list(dict.fromkeys(self.erasing + self.linking))

    def persons(self, event: E) -> set[str]:
        """Returns all persons whom an event concerns, with or without personal data in it."""
        found = {getattr(event, name) for name in self._references[event.TYPE]}
        return {str(person) for person in found if person is not None}

    def mentioned(self, event: E) -> set[str]:
        """Returns every reference in an event."""
        values: list[object] = [getattr(event, name) for name in type(event).model_fields]
        return {str(value) for value in values if isinstance(value, UUID)}

    def about(self, events: Iterable[E]) -> set[str]:
        """Returns whom a whole stream is about: its persons or, if it has none (such as a request), every reference in it.

        So a placement is about its client only, although it also mentions an employer.
        """
        events = list(events)
        persons = set[str]().union(*map(self.persons, events))
        return persons or set[str]().union(*map(self.mentioned, events))

    def sealed_for(self, event: E) -> set[str]:
        """Returns the persons whose personal data an event holds in the clear."""
        fields = self._persons[event.TYPE]
        return {
            str(getattr(event, whose))
            for name, whose in fields.items()
            if isinstance(getattr(event, name), Open)
        }

    def encode(self, event: E, event_id: UUID, keys: Mapping[str, bytes | None]) -> NewEvent:
        """Raises `PersonErased` if a personal field belongs to somebody whose key was destroyed."""
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
        """Reads a record; personal fields stay sealed. Raises `UnknownEvent`, `ValidationError`."""
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
