"""`banen bus`: declares streams and consumers, and lists what was set aside."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from nats.js.errors import APIError, NotFoundError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banen_cli.apply import apply_topology
from banen_cli.fault import Fault
from banen_cli.files import bearer, read_secret
from banen_kit.bus import DEAD_LETTERS, BusUnavailable, api, connected, headers_of, jetstream
from banen_kit.topology import TopologyDiffers, read_partners

app = typer.Typer(help="The bus: streams, consumers and what was set aside.", no_args_is_help=True)

BusUrl = Annotated[Path, typer.Option("--bus-url-file", help="File that holds the address of NATS.")]
MOST_LISTED = 200


@app.command()
def apply(
    partners: Annotated[Path, typer.Option(help="partners.toml: who runs which services.")],
    bus_url_file: BusUrl,
    change: Annotated[bool, typer.Option(help="Also change what exists and differs.")] = False,
) -> None:
    """Declare streams and consumers. Without --change, what exists stays as it is, and what differs is said."""
    try:
        done = asyncio.run(_apply(partners, read_secret(bus_url_file), change=change))
    except (ValueError, TopologyDiffers, BusUnavailable) as error:
        raise Fault(str(error)) from error
    for name, what in done.items():
        typer.echo(f"{name}: {what}")
    if any(what.startswith("differs") for what in done.values()):
        raise Fault("Something differs from what is declared; see above, and use --change to change it.")


async def _apply(partners: Path, url: str, *, change: bool) -> dict[str, str]:
    declared = read_partners(partners)
    async with connected(url, "banen-bus-apply") as client:
        return await apply_topology(client, declared, change=change)


dlq = typer.Typer(help="What was set aside, with its reason.", no_args_is_help=True)
app.add_typer(dlq, name="dlq")


@dlq.command("list")
def list_dead_letters(
    bus_url_file: BusUrl,
    reporting: Annotated[
        str | None, typer.Option(help="Address of reporting: adds what it cannot count.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with an access token for reporting; - is standard input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List dead letters, and with --reporting also the events that were received and cannot be counted."""
    try:
        rows = asyncio.run(dead_letters(read_secret(bus_url_file)))
        if reporting:
            if token_file is None:
                raise Fault("Reporting tells nobody without an access token; use --token-file.")
            rows += _uncounted(reporting, bearer(token_file))
    except (BusUnavailable, APIError, httpx2.HTTPError) as error:
        raise Fault(str(error)) from error
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("where", "reason", "source", "sequence", title=f"{len(rows)} set aside")
    for row in rows:
        # Others wrote these: text, never markup.
        cells = (row["where"], row["reason"], row["source"] or "?", str(row["sequence"] or "?"))
        table.add_row(*map(Text, cells))
    Console().print(table)


async def dead_letters(url: str) -> list[dict[str, Any]]:
    """The newest dead letters, oldest first: where, why, and which event; never its body."""
    async with connected(url, "banen-bus-dlq") as client:
        try:
            state = (await api(client, f"STREAM.INFO.{DEAD_LETTERS}"))["state"]
        except NotFoundError:
            raise BusUnavailable("the bus has no stream for dead letters; run: banen bus apply") from None
        found: list[dict[str, Any]] = []
        for sequence in range(
            max(1, state["first_seq"], state["last_seq"] - MOST_LISTED + 1), state["last_seq"] + 1
        ):
            try:
                message = await jetstream(client).get_msg(DEAD_LETTERS, seq=sequence)
            except NotFoundError:
                continue
            headers = headers_of(message)
            found.append(
                {
                    "where": (message.subject or "").removeprefix("dlq."),
                    "reason": headers.get("Banen-Reason", "unknown"),
                    "source": headers.get("ce-source"),
                    "sequence": headers.get("ce-sequence"),
                    "stream": headers.get("Banen-Stream"),
                    "streamSequence": headers.get("Banen-Sequence"),
                }
            )
        return found


def _uncounted(reporting: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = httpx2.get(f"{reporting}/v1/set-aside", headers=headers, timeout=10)
    answer.raise_for_status()
    return [{"where": "reporting", **row} for row in answer.json()["setAside"]]
