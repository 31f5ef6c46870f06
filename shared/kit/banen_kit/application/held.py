"""What is on record about a person, found without reading the whole store."""

from collections.abc import AsyncIterator, Sequence, Set
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_snake

from banen_kit.application.definition import Service
from banen_kit.core.decider import DomainEvent
from banen_kit.core.records import DetailsCorrected
from banen_kit.crypto.personal_fields import persons_of
from banen_kit.eventstore.repository import EventRepository, RecordedEvent


async def held_on(
    service: Service, repository: EventRepository[Any], refs: Set[str]
) -> AsyncIterator[list[RecordedEvent[Any]]]:
    """Yields the events of each stream that is about one of the references. Raises `StoreUnavailable`."""
    categories = {operation.category for operation in service.commands}
    own = [f"{category}-{ref}" for category in categories for ref in refs]
    for stream in await repository.store.concerning([UUID(ref) for ref in refs], own):
        facts = await repository.read(stream)
        if refs & repository.serializer.about(fact.event for fact in facts):
            yield facts


def corrected_in(facts: Sequence[RecordedEvent[Any]]) -> dict[UUID, list[str]]:
    """Returns, per event, the names of its personal fields that a later event of the same stream corrected."""
    found: dict[UUID, list[str]] = {}
    later: dict[str, set[str]] = {}
    for fact in reversed(facts):
        event: DomainEvent = fact.event
        held = {name for name in persons_of(type(event)) if getattr(event, name) is not None}
        corrections = later.setdefault(fact.record.stream, set())
        found[fact.record.id] = sorted(held & corrections)
        if isinstance(event, DetailsCorrected):
            corrections |= held.union(map(to_snake, event.removed))
    return found
