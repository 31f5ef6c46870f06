"""What recorded erasures do to the keys of persons: destroy them, again after a restore, and let nothing more be recorded."""

from collections.abc import Iterable, Sequence
from typing import Any

from banen_kit.core.decider import DomainEvent, PersonErased
from banen_kit.crypto.keys import Keys, NotDestroyed
from banen_kit.eventstore.port import EventStore, of_type
from banen_kit.eventstore.serializer import EventSerializer


def erased(events: Iterable[DomainEvent], *, alone: bool | None = None) -> list[str]:
    """Whom these events erase: with everything linked to them, or alone, or all."""
    chosen = (event.erased_person() for event in events if alone in (None, event.erases_alone()))
    return sorted({str(person) for person in chosen if person is not None})


def same_persons(events: Iterable[DomainEvent]) -> list[tuple[str, str]]:
    """The pairs of references that these events say are one person."""
    return [(str(pair[0]), str(pair[1])) for event in events if (pair := event.same_person()) is not None]


async def destroy_erased(events: Iterable[DomainEvent], keys: Keys) -> None:
    """Destroy the keys of whomever these recorded events erase. Raises `StoreUnavailable`."""
    events = list(events)
    if together := erased(events, alone=False):
        await keys.destroy(together)
    if alone := erased(events, alone=True):
        await keys.destroy(alone, alone=True)


async def refuse_erased(
    past: Sequence[DomainEvent], events: Sequence[DomainEvent], serializer: EventSerializer[Any], keys: Keys
) -> None:
    """Raises `PersonErased` where these events, or those before them, concern somebody who was erased."""
    if erased(past):
        raise PersonErased
    concerned = {person for event in (*past, *events) for person in serializer.persons(event)}
    # Those for whom something is sealed are looked up when it is.
    concerned -= {person for event in events for person in serializer.sealed_for(event)}
    if None in (await keys.find_keys(concerned)).values():
        raise PersonErased


async def reapply_erasures(store: EventStore, serializer: EventSerializer[Any], keys: Keys) -> int:
    """After a restore: record every link again, and destroy what recorded erasures say; how many keys that were.

    One question to the keys where nothing is left to do. Raises `StoreUnavailable`; `NotDestroyed` where all of
    them were overwritten and only old copies are still on the disk.
    """
    together, alone, pairs = set[str](), set[str](), set[tuple[str, str]]()
    for kind in serializer.telling:
        async for records in of_type(store, kind):
            events = [serializer.decode(record) for record in records]
            together.update(erased(events, alone=False))
            alone.update(erased(events, alone=True))
            pairs.update(same_persons(events))
    left = await keys.left_to_destroy(sorted(together), sorted(alone), sorted(pairs))
    unswept: NotDestroyed | None = None
    for persons, is_alone in ((left.intersection(alone), True), (left.difference(alone), False)):
        try:
            if persons:
                await keys.destroy(persons, alone=is_alone)
        except NotDestroyed as error:  # overwritten all the same: the others too, before anything else
            unswept = error
    if unswept is not None:
        raise unswept
    return len(left)
