"""`banen bus`: declares streams and consumers, and lists dead letters and blocked events."""

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

from banen_cli.accounts import Accounts
from banen_cli.apply import apply_topology
from banen_cli.ask import get, give
from banen_cli.fault import Fault
from banen_cli.files import bearer, read_secret
from banen_cli.guard import MOST_CONNECTIONS, guard
from banen_kit.messaging.jetstream import DEAD_LETTERS, BusUnavailable, api, connected, headers_of, jetstream
from banen_kit.messaging.topology import TopologyDiffers, read_integrators, read_partners

app = typer.Typer(help="The bus: streams, consumers and what was set aside.", no_args_is_help=True)

BusUrl = Annotated[Path, typer.Option("--bus-url-file", help="File that holds the address of NATS.")]
MOST_LISTED = 200


@app.command()
def apply(
    partners: Annotated[Path, typer.Option(help="partners.toml: who runs which services.")],
    bus_url_file: BusUrl,
    change: Annotated[bool, typer.Option(help="Also change what exists and differs.")] = False,
) -> None:
    """Declare streams and consumers. Without --change, existing ones stay, and differences are reported."""
    try:
        done = asyncio.run(_apply(partners, read_secret(bus_url_file), change=change))
    except (ValueError, TopologyDiffers, BusUnavailable) as error:
        raise Fault(str(error)) from error
    for name, what in done.items():
        typer.echo(f"{name}: {what}")
    if any(what.startswith("differs") for what in done.values()):
        raise Fault("Something differs from what is declared; see above, and use --change to change it.")


async def _apply(partners: Path, url: str, *, change: bool) -> dict[str, str]:
    declared, integrators = read_partners(partners), read_integrators(partners)
    async with connected(url, "banen-bus-apply") as client:
        return await apply_topology(client, declared, integrators, change=change)


@app.command()
def credentials(
    name: Annotated[str, typer.Argument(help="A user: PARTNER_SERVICE, or an integrator.")],
    partners: Annotated[Path, typer.Option(help="partners.toml.")],
    accounts: Annotated[Path, typer.Option(help="The operator's folder of users.")],
    host: Annotated[str, typer.Option(help="Where they reach the bus, as host:port.")],
    tls: Annotated[bool, typer.Option(help="Verified TLS, as beyond this machine.")] = True,
) -> None:
    """Print a user's address of the bus with its password, for a file that only this user reads."""
    try:
        typer.echo(Accounts(accounts, partners).url(name, host, "tls" if tls else "nats"))
    except KeyError:
        raise Fault(f"{name} has no user; run: banen partner add") from None


@app.command("guard")
def guard_connections(
    bus_url_file: BusUrl,
    most: Annotated[int, typer.Option(min=2, help="Connections that one user may have.")] = MOST_CONNECTIONS,
) -> None:
    """End connections of any user above a limit, for as long as this runs; as the user `guard`."""
    try:
        asyncio.run(guard(read_secret(bus_url_file), most, typer.echo))
    except BusUnavailable as error:
        raise Fault(str(error)) from error
    except KeyboardInterrupt:
        typer.echo("Stopped: nobody counts connections now.")


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
    """List dead letters, and with --reporting also events that were received and cannot be counted."""
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
        # Others wrote these: show them as text, never as markup.
        cells = (row["where"], row["reason"], row["source"] or "?", str(row["sequence"] or "?"))
        table.add_row(*map(Text, cells))
    Console().print(table)


async def dead_letters(url: str) -> list[dict[str, Any]]:
    """Returns the newest dead letters, oldest first: where, why, and which event, without the body."""
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


Service = Annotated[str, typer.Option("--url", help="Address of the service whose relay it is.")]
Token = Annotated[
    Path, typer.Option(help="File with an access token for it (role ops); - is standard input.")
]
Position = Annotated[int, typer.Argument(help="The position that `banen bus blocked` shows.")]
Reason = Annotated[str, typer.Option(help="Why, as a code such as older-data.")]


@app.command()
def blocked(
    url: Service,
    token_file: Token,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show the event that a service cannot publish, if there is one. All later events wait behind it."""
    found = _blocked(url, bearer(token_file))
    if as_json:
        typer.echo(json.dumps(found))
    elif found is None:
        typer.echo("Nothing stands in the way.")
    else:
        for name, value in found.items():
            typer.echo(f"{name}: {value}")


@app.command()
def skip(position: Position, url: Service, token_file: Token, reason: Reason) -> None:
    """Publish a marker instead of the blocking event. Readers then know that their data about its subject is incomplete."""
    _decide(url, bearer(token_file), "skip", position, {"reasonCode": reason})


@app.command()
def correct(
    position: Position,
    url: Service,
    token_file: Token,
    reason: Reason,
    type_: Annotated[str, typer.Option("--type", help="The public event, such as nl.banenoffensief.….v1.")],
    data: Annotated[Path, typer.Option(help="File with its data, as JSON.")],
) -> None:
    """Publish what the blocking event should have been."""
    try:
        body = json.loads(data.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Fault(f"{data}: {error.strerror if isinstance(error, OSError) else 'is not JSON'}") from error
    _decide(url, bearer(token_file), "correct", position, {"reasonCode": reason, "type": type_, "data": body})


def _blocked(url: str, headers: dict[str, str]) -> dict[str, Any] | None:
    return get(url, "/v1/relay", headers)["blocked"]


def _decide(url: str, headers: dict[str, str], how: str, position: int, decision: dict[str, Any]) -> None:
    found = _blocked(url, headers)
    if found is None or found["position"] != position:
        raise Fault("That event does not stand in the way now; see: banen bus blocked")
    body = {"position": position, "eventId": found["eventId"], **decision}
    give(url, f"/v1/relay/{how}", headers, body)
    typer.echo(f"Decided. The relay takes it up by itself; {found['waiting']} events wait behind it.")
