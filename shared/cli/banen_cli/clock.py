"""`banen clock`: whether a service's clocks can be trusted, and confirming events recorded while they could not."""

import json
from typing import Annotated

import typer

from banen_cli.ask import get, give
from banen_cli.files import TokenFile, bearer

app = typer.Typer(help="The clocks of a service and of its database.", no_args_is_help=True)

Service = Annotated[str, typer.Option("--url", help="Address of the service.")]


@app.command("show")
def show(
    url: Service,
    token_file: TokenFile,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show both clocks, and the events recorded while they could not be trusted."""
    found = get(url, "/v1/clock", bearer(token_file))
    if as_json:
        typer.echo(json.dumps(found))
        return
    typer.echo(f"database {found['now']}; the process is {found['processAheadSeconds']} s ahead")
    for one in found["suspects"]:
        typer.echo(
            f"{one['position']:>12}  {one['reason']}  {one['category'] or '-'}"
            f"  recorded {one['recordedAt'] or '-'}  by the process {one['edgeTime'] or '-'}"
        )
    typer.echo(f"{len(found['suspects'])} events cannot be dated for certain")


@app.command("confirm")
def confirm(
    url: Service,
    token_file: TokenFile,
    until: Annotated[int, typer.Option(help="The last position that was looked at.", min=0)],
) -> None:
    """Confirm that those events were checked. Work that waits for trusted clocks then continues."""
    found = give(url, "/v1/clock/confirm", bearer(token_file), {"until": until})
    typer.echo(f"{found['confirmed']} events confirmed")
