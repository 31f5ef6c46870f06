"""`banen migrate`: brings one service's schema up to date, as the owner of the database."""

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from banen_cli.fault import Fault, refusal
from banen_cli.files import read_secret
from banen_cli.installed import ServiceName, services
from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.postgres.connection import UNREACHABLE
from banen_kit.runtime.provision import provision_keys, provision_store


def command(
    partner: Annotated[str, typer.Option(help="Whose service it is.")],
    service: ServiceName,
    owner_url_file: Annotated[Path, typer.Option(help="File with the address of PostgreSQL, as its owner.")],
    keys: Annotated[
        bool, typer.Option("--keys", help="The schema of persons' keys, in their own cluster.")
    ] = False,
) -> None:
    """Run the migrations that have not run yet, and grant the service's role its rights. The role must exist."""
    try:
        done = asyncio.run(_migrate(partner, service, read_secret(owner_url_file), keys=keys))
    except StoreRefusesToStart as error:
        raise Fault(str(error)) from error
    except (*UNREACHABLE, asyncpg.PostgresError) as error:
        raise refusal(error) from error
    typer.echo("\n".join(done) if done else "up to date")


async def _migrate(partner: str, service: str, owner_url: str, *, keys: bool) -> list[str]:
    owner = await asyncpg.connect(owner_url)
    provision = provision_keys if keys else provision_store
    try:
        return await provision(owner, partner, services()[service])
    finally:
        await owner.close()
