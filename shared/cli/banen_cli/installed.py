"""Finds installed services by entry point."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Annotated

import typer

from banen_cli.fault import Fault
from banen_contracts.roles import SERVICES
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


def _installed(name: str) -> str:
    if name not in services():
        raise Fault(f"{name} is not installed; there is {', '.join(sorted(services()))}.")
    return name


ServiceName = Annotated[str, typer.Option(help=f"One of {', '.join(SERVICES)}.", callback=_installed)]
"""The option `--service`. Raises `Fault` where it is not installed."""
