"""`banen report`: both tables in the terminal."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Never

import httpx2
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banen_cli.fault import Fault
from banen_cli.files import TokenFile, bearer

NO_TARGET = "geen taakstelling"
NO_FIGURE = "geen cijfer"
UNSHOWN = "."
"""Kept back from who asks."""
PROVENANCE = {
    "measured": "gemeten",
    "assumed": "aangenomen",
    "inferred": "afgeleid",
    "imported": "overgenomen",
}
OUTCOMES = ("counted", "pending", "excluded")
TIMEOUT_SECONDS = 60

Cell = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(report)


def report(
    url: Annotated[str, typer.Option(help="Address of reporting, such as http://127.0.0.1:8000.")],
    token_file: TokenFile,
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
    headers = bearer(token_file)
    targets = fetch(url, "/v1/targets", query, headers)
    results = fetch(url, "/v1/results", query, headers)
    if as_json:
        typer.echo(json.dumps({"targets": targets, "results": results}, ensure_ascii=False))
    else:
        print_tables(Console(), targets, results)


def fetch(url: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
    """Raises `Fault` with what the service says is wrong, or that it cannot be reached."""
    address = url.rstrip("/") + path
    try:
        answer = httpx2.get(address, params=dict(query), headers=dict(headers), timeout=TIMEOUT_SECONDS)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Fault(f"{address} cannot be reached: {error}") from error
    try:
        body: dict[str, Any] = answer.json()
        if answer.is_success:
            return body if "position" in body else _not_reporting(address)
        fault = (
            f"{body['detail']} ({body['code']})" if body["code"] != "not-found" else _not_reporting(address)
        )
    except (ValueError, KeyError, TypeError):
        _not_reporting(address)
    raise Fault(fault)


def _not_reporting(address: str) -> Never:
    raise Fault(f"{address} does not answer as reporting does; is the address right?")


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
    table = new_table("Schema 2. Taakstelling en resultaat", "Partner en route")
    for name in ("Taakstelling", "Resultaat", "%", "In af-\nwachting", "Telt\nniet mee"):
        table.add_column(name, justify="right", no_wrap=True)
    for unit in targets["units"]:
        other = {"geen route": elsewhere(unit)} if unit["otherRoutes"] else {}
        add_unit(table, unit["label"], {**by_route(unit), **other, "totaal": unit["total"]})
    outside = targets["outsideUnits"]
    if outside and outside["recorded"] != 0:
        add_unit(table, "Bij geen partner in deze tabel", {"totaal": outside})
    national = targets["national"]
    if national is not None:
        duplicates = without_target(national["duplicates"])
        double = {"dubbel, gaat eraf": duplicates} if duplicates["recorded"] != 0 else {}
        add_unit(table, "Landelijk", {**double, **by_route(national), "totaal": national["total"]})
    return table


def new_table(title: str, first: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column(first)
    return table


def by_route(part: Mapping[str, Any]) -> dict[str, Cell]:
    return {f"route {route}": cell for route, cell in part["routes"].items()}


def add_unit(table: Table, label: str, cells: Mapping[str, Cell]) -> None:
    """A row with the label, and one per route."""
    table.add_row(Text(label), style="bold")
    for name, cell in cells.items():
        table.add_row(f"  {name}", *cell_words(cell))
    table.add_section()


def cell_words(cell: Cell) -> list[str]:
    """Target, result, percentage, pending, excluded. Blank is "nothing recorded", which 0 is not."""
    target = target_words(cell)
    if cell["target"] is None and cell["recorded"] == 0:
        return [target, "", "", "", ""]
    return [
        target,
        figure(cell, "counted"),
        percentage(cell["attainment"]),
        figure(cell, "pending"),
        figure(cell, "excluded"),
    ]


def figure(cell: Cell, outcome: str) -> str:
    """A number, or the mark of one that is kept back."""
    kept_back: Mapping[str, str] = cell.get("suppressed", {})
    return kept_back.get(outcome) or number(cell[outcome])


def target_words(cell: Cell) -> str:
    """No target is said where there could be one."""
    if cell["target"] is not None:
        return number(cell["target"])
    return NO_TARGET if cell["targetStatus"] == "none" else ""


def elsewhere(unit: Mapping[str, Any]) -> Cell:
    """What is on neither route, taken together."""
    parts = unit["otherRoutes"].values()
    if len(parts) == 1:
        return without_target(*parts)
    hidden = {name: UNSHOWN for part in parts for name in part.get("suppressed", {})}
    numbers = {name: sum(part.get(name) or 0 for part in parts) for name in OUTCOMES}
    return without_target({**numbers, "suppressed": hidden})


def without_target(numbers: Mapping[str, Any]) -> Cell:
    """A cell of something that has no target by its nature; it may lack what is nothing."""
    known = {name: numbers.get(name, 0) for name in OUTCOMES}
    recorded = None if numbers.get("suppressed") else sum(known.values())
    return {
        "target": None,
        "targetStatus": None,
        "attainment": None,
        **known,
        "recorded": recorded,
        "suppressed": numbers.get("suppressed", {}),
    }


def results_table(results: Mapping[str, Any]) -> Table:
    table = new_table("Schema 1. Alle bemiddelde vluchtelingen", "Partner")
    for name in ("Programma", "Regulier", "Herkomst", "Totaal"):
        table.add_column(name, justify="left" if name == "Herkomst" else "right", no_wrap=True)
    for unit in results["units"]:
        table.add_row(Text(unit["label"]), *part_words(unit))
    if results["national"] is not None:
        table.add_section()
        table.add_row("Landelijk", *part_words(results["national"]), style="bold")
    return table


def part_words(part: Mapping[str, Any]) -> list[str]:
    regular = part["regular"]
    provenance = PROVENANCE.get(regular["provenance"], "")
    imported = [number(regular["value"]), provenance] if regular["value"] is not None else [NO_FIGURE, ""]
    programme, total = part["programme"]["value"], part["total"]
    return [
        UNSHOWN if programme is None else number(programme),
        *imported,
        UNSHOWN if total is None else number(total),
    ]


def number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def percentage(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}%".replace(".", ",")


def day(text: str) -> str:
    """31-12-2008 for 2008-12-31."""
    found = date.fromisoformat(text)
    return f"{found:%d-%m-%Y}"
