"""What a service asks its store and the keys about its persons, beside the events of one of them."""

from datetime import UTC, datetime

from banen_kit.application.definition import Service
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.eventstore.port import BATCH, EventStore, ref_of
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.requests import RequestAnswered, RequestExtended, RequestReceived

CLAIM_SECONDS = 24 * 3600.0
REQUEST_TYPES = (RequestReceived.TYPE, RequestExtended.TYPE, RequestAnswered.TYPE)
"""In the order in which they occur."""


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
