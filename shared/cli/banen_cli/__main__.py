"""The command `banen`. Each of its commands is an entry point `banen.commands` of an installed package."""

import os
import sys
from collections.abc import Collection
from importlib.metadata import entry_points

import typer

from banen_cli.fault import Fault
from banen_kit.core.clocks import use_zone

ENTRIES = {entry.name: entry for entry in entry_points(group="banen.commands")}


def application(names: Collection[str] = ENTRIES.keys()) -> typer.Typer:
    """The command with some of its commands: to import what all of them need takes a second."""
    app = typer.Typer(
        name="banen", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
    )
    app.callback()(banen)
    for name in sorted(names):
        loaded = ENTRIES[name].load()
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=name)
        else:
            app.command(name)(loaded)
    return app


def banen() -> None:
    """One job-placement programme, several organisations."""


def main() -> None:
    """Runs a command. A known fault is shown as one line on standard error, with exit code 1."""
    asked = [name for name in sys.argv[1:2] if name in ENTRIES]
    try:
        _use_zone()
        application(asked or ENTRIES.keys())()
    except Fault as fault:
        sys.stderr.write(f"banen: {fault}\n")
        sys.exit(1)


def _use_zone() -> None:
    """Days are those of the programme's zone, as in its services. Raises `Fault`."""
    if name := os.environ.get("BANEN_ZONE"):
        try:
            use_zone(name)
        except ValueError as error:
            raise Fault(str(error)) from error


if __name__ == "__main__":
    main()
