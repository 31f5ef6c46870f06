"""Finds installed services and commands by entry point."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from banen_kit.application.definition import Service


@cache
def services() -> Mapping[str, Service]:
    """Returns the installed services by name. This does not change while a process runs."""
    found: dict[str, Service] = {}
    for entry in entry_points(group="banen.services"):
        service = entry.load()
        assert isinstance(service, Service)
        found[entry.name] = service
    return found
