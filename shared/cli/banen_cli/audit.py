"""`banen audit`: checks that the audit log is unchanged."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from banen_cli.fault import Fault, refusal
from banen_cli.files import read_secret
from banen_cli.installed import ServiceName
from banen_kit.audit.chain import Verified, verify
from banen_kit.core.errors import StoreUnavailable
from banen_kit.postgres.connection import connect
from banen_kit.runtime.settings import keys_schema_of, schema_of

app = typer.Typer(help="The audit log: who did and who read what.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `verify` a command of its own while it is the only one."""


@app.command("verify")
def command(
    partner: Annotated[str, typer.Option(help="Whose service it is.")],
    service: ServiceName,
    store_url_file: Annotated[Path, typer.Option(help="File with the address of the service's PostgreSQL.")],
    keys_url_file: Annotated[
        Path, typer.Option(help="File with the address of the PostgreSQL of persons' keys.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Check every row and every anchor; exit code 1 where something was changed, removed, added or moved."""
    try:
        found = asyncio.run(
            _verify(partner, service, read_secret(store_url_file), read_secret(keys_url_file))
        )
    except StoreUnavailable as error:
        raise Fault(str(error)) from error
    except asyncpg.PostgresError as error:
        raise refusal(error) from error
    typer.echo(as_document(found) if as_json else in_words(found))
    if found.faults:
        raise typer.Exit(1)


async def _verify(partner: str, service: str, store_url: str, keys_url: str) -> Verified:
    schema = schema_of(partner, service)
    async with (
        await connect(store_url, schema, max_size=1) as store,
        await connect(keys_url, keys_schema_of(partner), max_size=1) as keys,
    ):
        return await verify(store, keys, schema)


def as_document(found: Verified) -> str:
    return json.dumps({"entries": found.rows, "anchored": found.anchored, "faults": found.faults})


def in_words(found: Verified) -> str:
    if found.faults:
        return "\n".join([*found.faults, f"{found.rows} entries, and they cannot be trusted"])
    anchored = "not anchored yet" if found.anchored is None else f"anchored at {found.anchored}"
    return f"{found.rows} entries, unbroken, {anchored}"
