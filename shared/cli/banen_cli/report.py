"""`banen report`: both tables in the terminal."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Never

import httpx2
import typer
from pydantic import ValidationError
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from banen_cli.ask import SPOKEN, said_in
from banen_cli.fault import Fault
from banen_cli.figures import Cell, Heading, National, Parts, Results, Targets, Unit
from banen_cli.files import TokenFile, bearer
from banen_cli.words import LANGUAGE, gettext, pgettext
from banen_contracts.programme import ProgrammeDefinition

UNSHOWN = "."
"""Suppressed for this reader."""
TIMEOUT_SECONDS = 60


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
    programme = fetch(url, "/v1/programme", {}, headers)
    try:
        read = Targets.model_validate(targets), Results.model_validate(results)
        labels = labels_in(programme.get("definition"))
    except ValidationError:
        _not_reporting(url)
    if as_json:
        typer.echo(json.dumps({"targets": targets, "results": results}, ensure_ascii=False))
    else:
        print_tables(Console(), *read, labels)


def fetch(url: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    """Raises `Fault` if the service refuses or cannot be reached."""
    address = url.rstrip("/") + path
    try:
        answer = httpx2.get(
            address, params=dict(query), headers={**SPOKEN, **headers}, timeout=TIMEOUT_SECONDS
        )
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Fault(f"{address} cannot be reached: {error}") from error
    try:
        body: dict[str, Any] = answer.json()
        if answer.is_success:
            return body
        fault = said_in(body) if body["code"] != "not-found" else _not_reporting(address)
    except (ValueError, KeyError, TypeError):
        _not_reporting(address)
    raise Fault(fault)


def _not_reporting(address: str) -> Never:
    raise Fault(f"{address} does not answer as reporting does; is the address right?")


def labels_in(definition: object) -> Mapping[str, str]:
    """What the programme calls its routes, by code; empty where it was not defined yet. Raises `ValidationError`."""
    if definition is None:
        return {}
    routes = ProgrammeDefinition.model_validate(definition).routes
    return {route.code: route.label.in_language(LANGUAGE.code) for route in routes}


def print_tables(console: Console, targets: Targets, results: Results, labels: Mapping[str, str]) -> None:
    """Prints the answers of `/v1/targets` and `/v1/results`."""
    console.print(heading(targets), highlight=False)
    console.print(targets_table(targets, labels))
    console.print(results_table(results))


def heading(answer: Heading) -> Text:
    rule_set = answer.rule_set
    return Text(
        gettext("heading").format(
            rule_set=rule_set.id,
            version=rule_set.version,
            until=LANGUAGE.short_day(answer.happened_until),
            known_on=LANGUAGE.short_day(answer.known_on),
            state=gettext("provisional") if answer.provisional else gettext("final"),
            position=number(answer.position),
        )
    )


def targets_table(targets: Targets, labels: Mapping[str, str]) -> Table:
    table = new_table(gettext("targets_title"), gettext("unit_and_route"))
    for name in (gettext("target"), gettext("result"), "%", gettext("pending"), gettext("excluded")):
        table.add_column(name, justify="right", no_wrap=True)
    for unit in targets.units:
        other = {gettext("no_route"): elsewhere(unit)} if unit.other_routes else {}
        add_unit(table, unit.label, {**by_route(unit, labels), **other, gettext("total_line"): unit.total})
    outside = targets.outside_units
    if outside and outside.recorded != 0:
        add_unit(table, gettext("outside"), {gettext("total_line"): outside})
    national = targets.national
    if national is not None:
        double = {gettext("duplicates"): national.duplicates} if national.duplicates.recorded != 0 else {}
        add_unit(
            table,
            gettext("national"),
            {**double, **by_route(national, labels), gettext("total_line"): national.total},
        )
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


def by_route(part: Unit | National, labels: Mapping[str, str]) -> dict[str, Cell]:
    return {labels.get(route, route): cell for route, cell in part.routes.items()}


def add_unit(table: Table, label: str, cells: Mapping[str, Cell]) -> None:
    """Adds a row with the unit's name, and one per route."""
    table.add_row(Text(label), style="bold")
    for name, cell in cells.items():
        table.add_row(f"  {name}", *cell_words(cell))
    table.add_section()


def cell_words(cell: Cell) -> list[str]:
    """Target, result, percentage, pending, excluded. Blank means "nothing recorded", which differs from 0."""
    target = target_words(cell)
    if cell.target is None and cell.recorded == 0:
        return [target, "", "", "", ""]
    signs = cell.suppressed
    is_kept_back = cell.target is not None and "counted" in signs
    return [
        target,
        signs.get("counted") or number(cell.counted),
        UNSHOWN if is_kept_back else LANGUAGE.percentage(cell.attainment),
        signs.get("pending") or number(cell.pending),
        signs.get("excluded") or number(cell.excluded),
    ]


def target_words(cell: Cell) -> str:
    """Says "no target" only where there could be one."""
    if cell.target is not None:
        return number(cell.target)
    return gettext("no_target") if cell.target_status == "none" else ""


def elsewhere(unit: Unit) -> Cell:
    """All that is on no route, added up."""
    parts = tuple(unit.other_routes.values())
    if len(parts) == 1:
        return parts[0]
    return Cell(
        counted=sum(part.counted or 0 for part in parts),
        pending=sum(part.pending or 0 for part in parts),
        excluded=sum(part.excluded or 0 for part in parts),
        suppressed={name: UNSHOWN for part in parts for name in part.suppressed},
    )


def results_table(results: Results) -> Table:
    table = new_table(gettext("results_title"), gettext("unit"))
    for name in (gettext("programme"), gettext("regular"), gettext("provenance"), gettext("total")):
        table.add_column(name, justify="left" if name == gettext("provenance") else "right", no_wrap=True)
    for unit in results.units:
        table.add_row(Text(unit.label), *part_words(unit))
    if results.national is not None:
        table.add_section()
        table.add_row(gettext("national"), *part_words(results.national), style="bold")
    return table


def part_words(part: Parts) -> list[str]:
    regular = part.regular
    provenance = pgettext("provenance", regular.provenance) if regular.provenance else ""
    imported = [gettext("no_figure"), ""] if regular.value is None else [number(regular.value), provenance]
    return [number(part.programme.value), *imported, number(part.total)]


def number(value: int | None) -> str:
    """None is shown as suppressed."""
    return UNSHOWN if value is None else LANGUAGE.number(value)
