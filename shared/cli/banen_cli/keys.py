"""`banen keys`: changes a partner's master key while its services run."""

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from banen_cli.fault import Fault, refusal
from banen_cli.files import read_secret
from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.rotation import Rotated, rotate
from banen_kit.crypto.shredding import refuse_recycling
from banen_kit.postgres.connection import UNREACHABLE
from banen_kit.runtime.settings import keys_schema_of

app = typer.Typer(help="Persons' keys.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `rotate` a command of its own while it is the only one."""


@app.command("rotate")
def command(
    partner: Annotated[str, typer.Option(help="Whose keys they are.")],
    owner_url_file: Annotated[
        Path, typer.Option(help="File with the address of the cluster of keys, as its owner.")
    ],
    master_key_file: Annotated[
        Path, typer.Option(help="The new master key in the first line, former ones in the lines below.")
    ],
) -> None:
    """Wrap every key with the master key in the first line. The services must already have that file.

    If interrupted, run it again. When it is done, the former lines can be removed.
    """
    try:
        done = asyncio.run(_rotate(partner, read_secret(owner_url_file), MasterKey.read(master_key_file)))
    except (StoreRefusesToStart, StoreUnavailable) as error:
        raise Fault(str(error)) from error
    except asyncpg.UndefinedTableError as error:
        raise Fault(f"There are no keys of {partner} here; run: banen migrate --keys") from error
    except (*UNREACHABLE, asyncpg.PostgresError) as error:
        raise refusal(error) from error
    typer.echo(f"{done.rewrapped} keys wrapped anew, {done.keys} keys in all")


async def _rotate(partner: str, owner_url: str, master: MasterKey) -> Rotated:
    owner = await asyncpg.connect(owner_url, server_settings={"search_path": keys_schema_of(partner)})
    try:
        await refuse_recycling(owner)
        return await rotate(owner, master)
    finally:
        await owner.close()
