"""`banen lists`: makes the lists of a service anew, while it runs."""

import asyncio

import typer

from banen_cli.fault import Fault
from banen_cli.installed import ServiceName, services
from banen_kit.core.errors import SettingsInvalid, StoreRefusesToStart, StoreUnavailable
from banen_kit.readmodel.fold import CannotFold
from banen_kit.runtime.rebuild import rebuild as make_anew
from banen_kit.runtime.settings import Settings

app = typer.Typer(help="The lists of a service.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `rebuild` a command of its own while it is the only one."""


@app.command("rebuild")
def rebuild(service: ServiceName) -> None:
    """Fold the whole store into new lists beside the live ones, then show them. It reads the settings of the service."""
    if not services()[service].lists:
        raise Fault(f"{service} has no lists.")

    def told(position: int) -> None:
        typer.echo(f"folded up to position {position}", err=True)

    try:
        folded = asyncio.run(make_anew(services()[service], Settings.load(), told))
    except (SettingsInvalid, StoreRefusesToStart, StoreUnavailable, CannotFold, ValueError) as error:
        raise Fault(str(error)) from error
    typer.echo(f"{folded} events folded; the new lists are shown")
