"""`banen programme`: a programme as a file, held against the one in force and brought into force."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid5

import typer

from banen_cli.ask import give
from banen_cli.fault import Fault
from banen_cli.files import TokenFile, bearer
from banen_cli.programme.file import ProgrammeFile, parse_programme, programme_text
from banen_cli.programme.in_force import read_records
from banen_cli.programme.plan import Plan, make_plan
from banen_cli.programme.step import Step
from banen_cli.programme.yaml_tree import FileFaulty
from banen_cli.words import gettext

app = typer.Typer(help="The programme as a file.", no_args_is_help=True)

KEYS = UUID("5c1d3e0e-0f0b-5a55-8d0c-64b8f2f4a3d7")
"""Namespace of idempotency keys: they follow from what a command says, and of which version of the record."""
File = Annotated[Path, typer.Argument(help="The programme, in YAML.")]
Url = Annotated[str, typer.Option(help="Address of reporting, such as http://127.0.0.1:8000.")]


@app.command()
def check(file: File) -> None:
    """Look for faults in a file, without asking anybody."""
    read(file)
    typer.echo(gettext("programme_faultless").format(file=file))


@app.command()
def diff(file: File, url: Url, token_file: TokenFile) -> None:
    """Print what a file would change. Ends with 1 where it would."""
    plan = make_plan(*_both(file, url, bearer(token_file))[:2])
    tell(plan)
    if plan.steps or plan.conflicts:
        raise typer.Exit(1)


@app.command("apply")
def apply_file(
    file: File,
    url: Url,
    token_file: TokenFile,
    reason: Annotated[
        str | None, typer.Option(help="Code of why something in force changes, such as recorded-wrongly.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only print what would change.")] = False,
) -> None:
    """Print what a file changes, and do it. Stops at the first refusal."""
    headers = bearer(token_file)
    wanted, in_force, versions = _both(file, url, headers)
    plan = make_plan(wanted, in_force)
    tell(plan)
    if plan.conflicts:
        raise Fault("Nothing was done: no command can bring the lines with ! about.")
    if dry_run or not plan.steps:
        return
    if reason is None and (unreasoned := [step.place for step in plan.steps if step.needs_reason]):
        raise Fault(f"Nothing was done: {', '.join(unreasoned)} changes what is in force; give --reason.")
    give_all(url, headers, [step.with_reason(reason) for step in plan.steps], dict(versions))


@app.command()
def show(url: Url, token_file: TokenFile) -> None:
    """Print the programme in force as a file."""
    typer.echo(programme_text(read_records(url, bearer(token_file)).file()), nl=False)


def read(file: Path) -> ProgrammeFile:
    """Prints every fault in the file, on a line of its own. Raises `Fault`."""
    try:
        return parse_programme(file.read_bytes())
    except OSError as error:
        raise Fault(f"{file}: {error.strerror}") from error
    except FileFaulty as error:
        found = sorted(set(error.faults), key=lambda one: (one.line, str(one)))
        for one in found:
            typer.echo(f"{file}:{one}", err=True)
        raise Fault(f"Nothing was done; faults in {file}: {len(found)}.") from None


def _both(file: Path, url: str, headers: Mapping[str, str]) -> tuple[ProgrammeFile, Any, Mapping[str, int]]:
    wanted = read(file)
    records = read_records(url, headers, wanted)
    return wanted, records.in_force(), records.versions


def tell(plan: Plan) -> None:
    for step in plan.steps:
        typer.echo(str(step))
    for conflict in plan.conflicts:
        typer.echo(f"! {conflict.place}: {conflict.reason}")
    if not plan.steps and not plan.conflicts:
        typer.echo(gettext("programme_same"))


def give_all(url: str, headers: Mapping[str, str], steps: Sequence[Step], versions: dict[str, int]) -> None:
    """In this order, until one is refused. Raises `Fault`."""
    for done, step in enumerate(steps):
        version = versions.get(step.record, 0)
        said = json.dumps([step.path, step.body, version], sort_keys=True)
        more = {"Idempotency-Key": str(uuid5(KEYS, said))}
        if step.needs_version:
            more["If-Match"] = f'"{version}"'
        try:
            answer = give(url, f"/v1/programme/{step.path}", {**headers, **more}, step.body)
        except Fault as fault:
            for at, one in enumerate(steps):
                typer.echo(f"{gettext('done') if at < done else gettext('not_done')}: {one.place}")
            raise Fault(f"{step.place}: {fault}") from None
        versions[step.record] = answer["version"]
    typer.echo(gettext("programme_done").format(number=len(steps)))
