"""`banen report`: both tables in the terminal."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import httpx2
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banen_cli.fault import Fault

NO_TARGET = "geen taakstelling"
PROVENANCE = {
    "measured": "gemeten",
    "assumed": "aangenomen",
    "inferred": "afgeleid",
    "imported": "overgenomen",
}
TIMEOUT_SECONDS = 60

Cell = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(report)


def report(
    url: Annotated[str, typer.Option(help="Address of reporting, such as http://127.0.0.1:8000.")],
    rule_set: Annotated[str | None, typer.Option(help="Rule set; the published one if not given.")] = None,
    known_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known on this day.")
    ] = None,
    happened_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of what happened until this day.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Print targets and results, as the pages show them."""
    query = {
        name: value
        for name, value in {
            "ruleSet": rule_set,
            "knownOn": known_on and known_on.date().isoformat(),
            "happenedUntil": happened_until and happened_until.date().isoformat(),
        }.items()
        if value is not None
    }
    targets = fetch(url, "/v1/targets", query)
    results = fetch(url, "/v1/results", query)
    if as_json:
        typer.echo(json.dumps({"targets": targets, "results": results}, ensure_ascii=False))
    else:
        print_tables(Console(), targets, results)


def fetch(url: str, path: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Raises `Fault` with what the service says is wrong, or that it cannot be reached."""
    address = url.rstrip("/") + path
    try:
        answer = httpx2.get(address, params=dict(query), timeout=TIMEOUT_SECONDS)
        body = answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Fault(f"{address} cannot be reached: {error}") from error
    except ValueError as error:
        raise Fault(f"{address} is not the address of reporting: the answer is not JSON.") from error
    if not isinstance(body, dict) or (answer.is_success and "position" not in body):
        raise Fault(f"{address} is not the address of reporting.")
    if not answer.is_success:
        raise Fault(f"{body.get('detail', answer.reason_phrase)} ({body.get('code', answer.status_code)})")
    return body


def print_tables(console: Console, targets: Mapping[str, Any], results: Mapping[str, Any]) -> None:
    """Prints the answers of `/v1/targets` and `/v1/results`."""
    console.print(heading(targets), highlight=False)
    console.print(targets_table(targets))
    console.print(results_table(results))


def heading(answer: Mapping[str, Any]) -> Text:
    rule_set = answer["ruleSet"]
    state = "voorlopig" if answer["provisional"] else "definitief"
    return Text(
        f"Telregel {rule_set['id']} (versie {rule_set['version']}), "
        f"gebeurd t/m {day(answer['happenedUntil'])}, "
        f"bekend op {day(answer['knownOn'])}, {state}, stand {number(answer['position'])}"
    )


def targets_table(targets: Mapping[str, Any]) -> Table:
    table = Table(title="Schema 2. Taakstelling en resultaat", title_justify="left")
    table.add_column("Partner")
    table.add_column("Route")
    for name in ("Taakstelling", "Resultaat", "%", "In afwachting", "Telt niet mee"):
        table.add_column(name, justify="right")
    for unit in targets["units"]:
        add_rows(table, unit["label"], unit_rows(unit))
    outside = targets["outsideUnits"]
    if outside["recorded"]:
        add_rows(table, "Buiten de partners", [("totaal", "", outside)])
    national = targets["national"]
    add_rows(
        table, "Landelijk", [*national["routes"].items(), ("totaal", None, national["total"])], style="bold"
    )
    duplicates = national["duplicates"]
    if any(duplicates.values()):
        table.add_row(
            "waarvan dubbel, landelijk eraf", "", "", *(number(duplicates[name]) for name in ("counted",)), "",
            number(duplicates["pending"]), number(duplicates["excluded"]),
        )  # fmt: skip
    return table
