"""`banen reach`: estimates of how many people could be reached, per municipality, from a file or from CBS."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from banen_cli.ask import give_lines, said_in
from banen_cli.fault import Fault
from banen_cli.files import TokenFile, bearer
from banen_cli.reach.file import Estimate, Estimates, FileFaulty, parse, written
from banen_cli.reach.statline import Question, numbers
from banen_cli.words import gettext
from banen_contracts.base import Precision
from banen_contracts.intake import ReachEstimateImported, ReachSource, reach_ref_of
from banen_kit.core.clocks import day_of, utc_now

app = typer.Typer(help="How many people could be reached, per municipality.", no_args_is_help=True)

AT_ONCE = 500
"""Lines of one bulk load."""
CBS = "https://opendata.cbs.nl/ODataApi/odata"
CBS_TABLE = "70072ned"
"""Regionale kerncijfers Nederland: figures per municipality since 1995."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="In the layout of StatLine's CSV.")],
    url: Annotated[str, typer.Option(help="Address of intake, such as http://127.0.0.1:8000.")],
    token_file: TokenFile,
) -> None:
    """Import the estimates in a file. Nothing is sent if one line is wrong; the same again changes nothing."""
    headers = bearer(token_file)
    read = _read(file)
    changed = unchanged = 0
    refused: list[str] = []
    for first in range(0, len(read.found), AT_ONCE):
        part = read.found[first : first + AT_ONCE]
        for one, answer in zip(part, _sent(url, headers, part), strict=True):
            if "code" in answer:
                refused.append(f"{file}:{one.line}: {said_in(answer)}")
            elif answer.get("events"):
                changed += 1
            else:
                unchanged += 1
    for line in refused:
        typer.echo(line, err=True)
    typer.echo(gettext("reach_done").format(imported=changed, unchanged=unchanged, skipped=read.skipped))
    if refused:
        raise Fault(f"The service refused {len(refused)} of {len(read.found)} lines.")


def _read(file: Path) -> Estimates:
    """Prints every fault in the file, on a line of its own. Raises `Fault`."""
    try:
        return parse(file.read_bytes(), day_of(utc_now()))
    except OSError as error:
        raise Fault(f"{file}: {error.strerror}") from error
    except FileFaulty as error:
        for one in error.faults:
            typer.echo(f"{file}:{one}", err=True)
        raise Fault(f"Nothing was sent; faults in {file}: {len(error.faults)}.") from None


def _sent(url: str, headers: dict[str, str], part: Sequence[Estimate]) -> Sequence[Any]:
    """A key is new each time: what was replaced meanwhile is to come back, not to be taken for a repetition."""
    lines = [
        {
            "command": "import-reach-estimate",
            "ref": one.event.reach_ref,
            "key": str(uuid4()),
            "body": one.event.model_dump(mode="json", by_alias=True, exclude={"reach_ref"}),
        }
        for one in part
    ]
    return give_lines(url, headers, lines)


@app.command()
def refresh(
    file: Annotated[Path, typer.Argument(help="The file to write; what is in it is replaced.")],
    year: Annotated[int, typer.Option(min=2000, max=2100)],
    measure: Annotated[
        str, typer.Option(help="The column of the table that holds the numbers, as its OData names it.")
    ],
    table: Annotated[str, typer.Option(help="A table of StatLine.")] = CBS_TABLE,
    where: Annotated[
        str | None, typer.Option(help="OData filter on the table's other columns; the rows are added up.")
    ] = None,
    url: Annotated[str, typer.Option(help="The OData interface of CBS.")] = CBS,
    proxy: Annotated[
        str | None, typer.Option(help="A proxy on the way; none is taken from the environment.")
    ] = None,
) -> None:
    """Write a file with the numbers of Statistics Netherlands (CBS), for: banen reach import."""
    found = numbers(url, Question(table, measure, year, where), proxy)
    try:
        events = [
            ReachEstimateImported(
                reach_ref=reach_ref_of(code, year),
                occurred_on=date(year, 1, 1),
                municipality_code=code,
                year=year,
                estimate=number,
                precision=Precision.APPROX,
                source=ReachSource.CBS,
                method_version=f"cbs-{table.lower()}",
            )
            for code, number in found.items()
        ]
    except ValueError:
        raise Fault("These numbers cannot be estimates of people; nothing was written.") from None
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_text(written(measure, events), "utf-8")
        os.replace(new, file)
    except OSError as error:
        raise Fault(f"{file}: {error.strerror}") from error
    typer.echo(f"{file}: {len(events)}")
