"""`banen store`: moves the events of a service between PostgreSQL and KurrentDB."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from banen_cli.fault import Fault
from banen_cli.files import read_secret
from banen_cli.installed import ServiceName, services
from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable, StreamTooLong
from banen_kit.eventstore.copying import CopyRefused
from banen_kit.runtime.settings import KURRENT_SCHEMES, POSTGRES, is_safe
from banen_kit.runtime.store_copy import Addresses, copy_store

app = typer.Typer(help="The event store of a service.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `copy` a command of its own while it is the only one."""


@app.command("copy")
def copy(
    partner: Annotated[str, typer.Option(help="Whose service it is.")],
    service: ServiceName,
    source: Annotated[
        Path, typer.Option("--from", help="File with the address of the store in which the events are.")
    ],
    target: Annotated[Path, typer.Option("--to", help="File with the address of the store that gets them.")],
) -> None:
    """Move the events of a stopped service from PostgreSQL to KurrentDB, or back.

    One address is that of PostgreSQL, as its owner. If interrupted, run it again. Nothing is deleted in the old store.
    """
    addresses, to_kurrentdb = _addresses(source, target)

    def told(held: int) -> None:
        typer.echo(f"{held} events copied", err=True)

    try:
        work = copy_store(partner, services()[service], addresses, told, to_kurrentdb=to_kurrentdb)
        done = asyncio.run(work)
    except (CopyRefused, StoreRefusesToStart, StoreUnavailable, StreamTooLong) as error:
        raise Fault(f"The events stay where they are: {error}.") from error
    typer.echo(f"{done.events} events in {done.streams} streams are the same in both (sha256 {done.sha256})")
    typer.echo(f"{done.now} of them were copied now")
    typer.echo(f"now {'set' if to_kurrentdb else 'remove'} BANEN_STORE_URL of {service}, and start it")


def _addresses(source: Path, target: Path) -> tuple[Addresses, bool]:
    """Returns both, and whether KurrentDB gets the events. Raises `Fault`, without an address: they hold passwords."""
    first, second = read_secret(source), read_secret(target)
    for path, url in ((source, first), (target, second)):
        if _scheme(url) not in (*POSTGRES[0], *KURRENT_SCHEMES):
            raise Fault(f"{path} holds no address such as postgresql://… or kurrentdb://…")
        if not is_safe(url):
            raise Fault(f"{path}: beyond this machine an address needs verified TLS.")
    to_kurrentdb = _scheme(second) in KURRENT_SCHEMES
    if to_kurrentdb == (_scheme(first) in KURRENT_SCHEMES):
        raise Fault("--from and --to must be one address of PostgreSQL and one of KurrentDB.")
    return (Addresses(first, second) if to_kurrentdb else Addresses(second, first)), to_kurrentdb


def _scheme(url: str) -> str:
    return url.partition("://")[0]
