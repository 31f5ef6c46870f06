"""Finds the data that a service holds on a person without reading its whole store."""

from collections.abc import AsyncIterator, Set
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from banen_kit.application.definition import Service
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.eventstore.port import BATCH, EventStore, ref_of
from banen_kit.eventstore.repository import EventRepository, RecordedEvent
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.requests import RequestAnswered, RequestExtended, RequestReceived

CLAIM_SECONDS = 24 * 3600.0
REQUEST_TYPES = (RequestReceived.TYPE, RequestExtended.TYPE, RequestAnswered.TYPE)
"""In the order in which they occur."""


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


async def claim_keys(service: Service, store: EventStore, keys: PostgresKeys) -> None:
    """Claims the keys of this service's persons that were made before keys recorded an owner. Raises `StoreUnavailable`."""
    end_of_time = datetime.max.replace(tzinfo=UTC)
    for kind in service.kept:
        after = ""
        while streams := await store.quiet(kind, end_of_time, [], after, BATCH):
            after = streams[-1]
            await keys.claim(map(ref_of, streams))


def asked_types(service: Service) -> list[str]:
    """The event types that the service reads from its store by type."""
    serializer = EventSerializer(service.events)
    known = {event.TYPE for event in service.events}
    return sorted({*serializer.telling, *known.intersection(REQUEST_TYPES)})
