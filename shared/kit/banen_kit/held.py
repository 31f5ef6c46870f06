"""Finds what a service holds on somebody, without reading the rest of its store."""

from collections.abc import AsyncIterator, Set
from typing import Any
from uuid import UUID

from banen_kit.journal import Codec, Fact, Journal
from banen_kit.requests import RequestAnswered, RequestExtended, RequestReceived
from banen_kit.service import Service

REQUEST_TYPES = (RequestReceived.TYPE, RequestExtended.TYPE, RequestAnswered.TYPE)
"""In the order in which they follow each other."""


async def held_on(service: Service, journal: Journal[Any], refs: Set[str]) -> AsyncIterator[list[Fact[Any]]]:
    """All facts of each stream that is about one of the references, stream by stream. Raises `StoreUnavailable`."""
    categories = {operation.category for operation in service.operations}
    own = [f"{category}-{ref}" for category in categories for ref in refs]
    for stream in await journal.store.concerning([UUID(ref) for ref in refs], own):
        facts = await journal.read(stream)
        if refs & journal.codec.about(fact.event for fact in facts):
            yield facts


def asked_types(service: Service) -> list[str]:
    """The types of events that the service asks its store for, all of a type at once."""
    codec = Codec(service.events)
    known = {event.TYPE for event in service.events}
    return sorted({*codec.telling, *known.intersection(REQUEST_TYPES)})
