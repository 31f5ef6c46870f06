"""All public events by type, and their JSON Schemas for readers that do not use Python."""

from collections.abc import Iterator
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

from banen_contracts.base import DOMAIN, URN, PublicEvent
from banen_contracts.roles import SERVICES


def _declared(service: str) -> Iterator[type[PublicEvent]]:
    module: ModuleType = resolve_name(f"banen_contracts.{service}")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, PublicEvent) and "NAME" in vars(value):
            yield value


EVENTS: tuple[type[PublicEvent], ...] = tuple(event for service in SERVICES for event in _declared(service))
"""All public events: those that the module of each service declares."""

BY_TYPE: dict[str, type[PublicEvent]] = {f"{DOMAIN}.{event.NAME}": event for event in EVENTS}
"""CloudEvents type to event class."""


def json_schema(event: type[PublicEvent]) -> dict[str, Any]:
    """Returns the JSON Schema (2020-12) of an event's body, for validation by readers; it allows new fields."""
    schema = event.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{URN}:{event.NAME}",
        **schema,
    }
