"""`banen partner`: gives and removes access to the bus, per partner, without disturbing others or the server."""

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from banen_cli.accounts import Accounts
from banen_cli.fault import Fault

app = typer.Typer(help="The users of the bus, per partner or integrator.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The partner or the integrator, as partners.toml calls it.")]
PartnersFile = Annotated[
    Path, typer.Option("--partners", help="partners.toml: who runs which services, who reads.")
]
Folder = Annotated[Path, typer.Option("--accounts", help="The operator's folder of users.")]
PidFile = Annotated[
    Path | None, typer.Option(help="File with the process of NATS, which is told to read its users.")
]


@app.command()
def add(name: Name, partners: PartnersFile, accounts: Folder, pid_file: PidFile = None) -> None:
    """Give each service of a partner, or an integrator, a user of its own. See: banen bus credentials."""
    found, names = _named(name, partners, accounts)
    found.add(names)
    _done(names, pid_file)


@app.command()
def rotate(
    name: Name,
    partners: PartnersFile,
    accounts: Folder,
    pid_file: PidFile = None,
    finish: Annotated[bool, typer.Option(help="The former passwords hold no longer.")] = False,
) -> None:
    """Change passwords: run without --finish, hand out the new passwords, then run with --finish."""
    found, names = _named(name, partners, accounts)
    if absent := [one for one in names if not found.has(one)]:
        raise Fault(f"{', '.join(absent)} has no user yet; run: banen partner add {name}")
    if finish:
        found.finish(names)
    else:
        found.rotate(names)
    _done(names, pid_file)


@app.command()
def revoke(name: Name, partners: PartnersFile, accounts: Folder, pid_file: PidFile = None) -> None:
    """Remove a partner's or integrator's access. Its connections end when the server has read the new users."""
    found, names = _named(name, partners, accounts)
    found.revoke(names)
    _done(names, pid_file)


def _named(name: str, partners: Path, folder: Path) -> tuple[Accounts, list[str]]:
    accounts = Accounts(folder, partners)
    try:
        names = accounts.names_of(name)
    except ValueError as error:
        raise Fault(str(error)) from error
    if not names:
        raise Fault(f"{partners} has no partner and no integrator {name}.")
    return accounts, names


def _done(names: list[str], pid_file: Path | None) -> None:
    typer.echo("\n".join(names))
    if pid_file is None:
        typer.echo("Tell NATS to read its users: nats-server --signal reload")
        return
    try:
        os.kill(int(pid_file.read_text()), signal.SIGHUP)
    except (OSError, ValueError) as error:
        raise Fault(f"{pid_file}: NATS cannot be told: {type(error).__name__}") from error
