"""The command `banen`: built-in commands, and those that installed packages add."""

import os
import sys
from importlib.metadata import entry_points

import typer

from banen_cli import audit, bus, clock, keys, migrate, partner, person, report
from banen_cli.fault import Fault
from banen_cli.programme import command as programme
from banen_kit.core.clocks import use_zone

app = typer.Typer(
    name="banen",
    help="One job-placement programme, several organisations.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(bus.app, name="bus")
app.add_typer(audit.app, name="audit")
app.add_typer(clock.app, name="clock")
app.add_typer(keys.app, name="keys")
app.add_typer(partner.app, name="partner")
app.add_typer(person.app, name="person")
app.add_typer(programme.app, name="programme")
report.register(app)
migrate.register(app)
for entry in entry_points(group="banen.commands"):
    entry.load()(app)


def main() -> None:
    """Runs a command. A known fault is shown as one line on standard error, with exit code 1."""
    try:
        _use_zone()
        app()
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
