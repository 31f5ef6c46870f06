"""Carries out recorded erasures: destroys keys, does so again after a restore, and refuses new data about the person."""

from collections.abc import Iterable, Sequence
from typing import Any

from banen_kit.core.decider import DomainEvent, PersonErased
from banen_kit.crypto.keys import Keys, NotDestroyed
from banen_kit.eventstore.port import EventStore, of_type
from banen_kit.eventstore.serializer import EventSerializer


def erased(events: Iterable[DomainEvent], *, alone: bool | None = None) -> list[str]:
    """Returns whom these events erase. `alone`: only those erased alone (True) or with all linked references (False)."""
    chosen = (event.erased_person() for event in events if alone in (None, event.erases_alone()))
    return sorted({str(person) for person in chosen if person is not None})


def same_persons(events: Iterable[DomainEvent]) -> list[tuple[str, str]]:
    """Returns the pairs of references that these events declare to be one person."""
    return [(str(pair[0]), str(pair[1])) for event in events if (pair := event.same_person()) is not None]


async def destroy_erased(events: Iterable[DomainEvent], keys: Keys) -> None:
    """Destroys the keys of everybody whom these recorded events erase. Raises `StoreUnavailable`."""
    events = list(events)
    if together := erased(events, alone=False):
        await keys.destroy(together)
    if alone := erased(events, alone=True):
        await keys.destroy(alone, alone=True)


async def refuse_erased(
    past: Sequence[DomainEvent], events: Sequence[DomainEvent], serializer: EventSerializer[Any], keys: Keys
) -> None:
    """Raises `PersonErased` if these events, or those before them, concern somebody who was erased."""
    if erased(past):
        raise PersonErased
    concerned = {person for event in (*past, *events) for person in serializer.persons(event)}
    # Persons for whom something gets sealed are checked when it is sealed.
    concerned -= {person for event in events for person in serializer.sealed_for(event)}
    if None in (await keys.find_keys(concerned)).values():
        raise PersonErased


async def reapply_erasures(store: EventStore, serializer: EventSerializer[Any], keys: Keys) -> int:
    """After a restore, records every link again and repeats recorded erasures; returns how many keys it destroyed.

    If nothing is left to do, this is one query to the keys. Raises `StoreUnavailable`; `NotDestroyed` if all keys were
    overwritten but old copies are still on disk.
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
        except NotDestroyed as error:  # these keys were overwritten all the same; continue with the others
            unswept = error
    if unswept is not None:
        raise unswept
    return len(left)
