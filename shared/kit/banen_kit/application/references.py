"""The reference in a path, in its canonical form, and those in a command to what another service keeps."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from banen_kit.application.definition import CommandRoute
from banen_kit.core.decider import DomainEvent
from banen_kit.core.problem import FieldError, invalid
from banen_kit.core.references import SHOULD_BE_RANDOM, is_random
from banen_kit.eventstore.repository import EventRepository

SLUG = re.compile(r"[a-z][a-z0-9-]{1,60}")


def checked_ref(operation: CommandRoute, ref: str) -> str:
    """Returns the reference in its canonical form. Raises `Problem`."""
    if operation.ref == "slug":
        if not SLUG.fullmatch(ref):
            raise invalid([FieldError("ref", "use lower-case letters, digits and hyphens")])
        return ref
    return as_uuid(ref)


def as_uuid(ref: str) -> str:
    """Returns a random UUID in its canonical form. Raises `Problem`."""
    try:
        found = UUID(ref)
    except ValueError:
        found = None
    if found is None or not is_random(found):
        raise invalid([FieldError("ref", SHOULD_BE_RANDOM)])
    return str(found)


async def arrived_of(
    repository: EventRepository[Any], named: BaseModel, fields: Iterable[str]
) -> dict[str, Sequence[DomainEvent]]:
    """What has arrived of the things that a command or an event names in these fields; nothing where it names none."""
    arrived: dict[str, Sequence[DomainEvent]] = {}
    for field in fields:
        ref = getattr(named, field, None)
        if ref is not None:
            arrived[field] = [fact.event for fact in await repository.read(f"reference-{ref}")]
    return arrived


def not_yet_known(arrived: Mapping[str, Sequence[DomainEvent]]) -> tuple[str, ...]:
    """The fields of which nothing arrived, as callers name them."""
    return tuple(to_camel(field) for field, events in arrived.items() if not events)
