"""`banen up`: everything on this machine, until Ctrl-C."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer

from banen_cli.fault import Fault
from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.messaging.jetstream import BusUnavailable
from banen_kit.messaging.topology import TopologyDiffers
from banen_local.cluster.folder import LocalError
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor

Folder = Annotated[Path, typer.Option("--data", help="Where everything is kept.")]


def command(data: Folder = Path("data")) -> None:
    """Start PostgreSQL, NATS and every service of each partner; stop with Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        asyncio.run(_up(data))
    except (LocalError, StoreRefusesToStart, TopologyDiffers, BusUnavailable) as error:
        raise Fault(str(error)) from error


async def _up(folder: Path) -> None:
    async with Supervisor(folder) as supervisor:
        supervisor.end_when_full()
        programme = Programme(folder)
        await programme.start(supervisor)
        typer.echo(programme.addresses())
        await asyncio.Event().wait()
    typer.echo(f"Stopped; banen up --data {folder} goes on where it was.", err=True)
