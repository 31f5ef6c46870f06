"""`banen source`: how far reporting has each partner's service, and what the bureau says of it."""

from typing import Annotated, Any
from uuid import uuid4

import typer

from banen_cli.ask import get, give
from banen_cli.fault import Fault
from banen_cli.files import TokenFile, bearer
from banen_contracts.base import source_of
from banen_kit.core.clocks import day_of, utc_now

app = typer.Typer(help="The services whose events count.", no_args_is_help=True)

Url = Annotated[str, typer.Option(help="Address of reporting, such as http://127.0.0.1:8000.")]
Partner = Annotated[str, typer.Argument(help="The partner's id.")]
Service = Annotated[str, typer.Argument(help="The service: intake, mediation, employers.")]
On = Annotated[
    str | None, typer.Option(help="The day on which it was so, such as 2026-03-01; today if left out.")
]


@app.command("list")
def list_sources(url: Url, token_file: TokenFile) -> None:
    """Show how many events of each source arrived and count, until when it published everything, and what was said of it."""
    for one in _position(url, bearer(token_file)):
        typer.echo(
            f"{one['source']}  {_state_of(one)}  received {one['received']}  counted {one['counted']}"
            f"  until {one['through'] or '-'}"
        )


@app.command("declare-live")
def declare_live(partner: Partner, service: Service, url: Url, token_file: TokenFile, on: On = None) -> None:
    """Say that a service records as it happens from now on. Before, no figure is final."""
    _say(url, bearer(token_file), partner, "declare-live", _about(service, on))
    typer.echo(f"{source_of(partner, service)} is live.")


@app.command("end")
def end(partner: Partner, service: Service, url: Url, token_file: TokenFile, on: On = None) -> None:
    """Say that a service publishes nothing more. Figures are final without it from then on."""
    _say(url, bearer(token_file), partner, "end-source", _about(service, on))
    typer.echo(f"{source_of(partner, service)} has ended; nobody waits for it any longer.")


@app.command("resume")
def resume(
    partner: Partner,
    service: Service,
    url: Url,
    token_file: TokenFile,
    reason: Annotated[str, typer.Option(help="Code of why, such as recorded-wrongly.")],
    on: On = None,
) -> None:
    """Take a service up again that had ended. What it said since counts as known from now."""
    body = {**_about(service, on), "reasonCode": reason}
    _say(url, bearer(token_file), partner, "resume-source", body)
    typer.echo(f"{source_of(partner, service)} is waited for again.")


def _about(service: str, on: str | None) -> dict[str, str]:
    return {"service": service, "occurredOn": on or day_of(utc_now()).isoformat()}


def _say(url: str, headers: dict[str, str], partner: str, verb: str, body: dict[str, str]) -> None:
    keyed = {**headers, "Idempotency-Key": str(uuid4())}
    give(url, f"/v1/programme/partners/{partner}/{verb}", keyed, body)


def _position(url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    found = get(url, "/v1/position", headers)
    if found is None:
        raise Fault("There is no reporting at this address.")
    return found["sources"]


def _state_of(source: dict[str, Any]) -> str:
    if source["endsAfter"] is not None:
        return f"ended after {source['endsAfter']}"
    if not source["admitted"]:
        return "not admitted"
    return "live" if source["live"] else "not live yet"
