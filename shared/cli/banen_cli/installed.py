"""Finds the services and the commands that are installed, by entry point."""

from importlib.metadata import entry_points

from banen_kit.application.definition import Service


def services() -> dict[str, Service]:
    """The installed services by name."""
    found: dict[str, Service] = {}
    for entry in entry_points(group="banen.services"):
        service = entry.load()
        assert isinstance(service, Service)
        found[entry.name] = service
    return found
