"""`banen demo`: loads the programme 2005-2008 through the public API and compares it with the published figures."""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx2
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, TextColumn, TimeElapsedColumn
from rich.table import Table

from banen_cli import figures
from banen_cli.fault import Fault
from banen_cli.report import labels_in, print_tables
from banen_kit.core.clocks import AMSTERDAM
from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.messaging.jetstream import BusUnavailable
from banen_kit.messaging.topology import TopologyDiffers
from banen_kit.runtime.settings import KURRENT_SCHEMES, is_safe
from banen_local.cluster.folder import LocalError
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.compare import Compared, compare
from banen_local.demo.history import History, make_history
from banen_local.demo.history.bureau import PROGRAMME
from banen_local.demo.load import Loader, Progress
from banen_local.demo.published import PUBLISHED
from banen_local.demo.visit import PEOPLE, Seen, look
from banen_reporting.queries.schemas import (
    Answer,
    ComparedRuleSet,
    Results,
    RuleSets,
    Targets,
)
from banen_reporting.queries.state import Position

Asked = TypeVar("Asked", bound=Answer)
SEED = 2005
DEFAULT_FOLDER = Path("data")


class Store(StrEnum):
    """Where the services of the demo keep their events."""

    POSTGRESQL = "postgresql"
    KURRENTDB = "kurrentdb"


@dataclass(frozen=True)
class Outcome:
    """The read API's answers after everything is loaded."""

    targets: Targets
    results: Results
    rule_sets: Sequence[ComparedRuleSet]
    known_on: Sequence[Targets]
    position: Position
    seconds: float
    seen: Sequence[Seen] = ()
    """What some of the demo's people see."""

    def compared(self) -> list[Compared]:
        return compare(PUBLISHED, self.targets, self.results, self.rule_sets, self.known_on)

    def to_json(self) -> dict[str, Any]:
        return {
            "targets": json.loads(self.targets.to_json()),
            "results": json.loads(self.results.to_json()),
            "ruleSets": [json.loads(one.to_json()) for one in self.rule_sets],
            "knownOn": [json.loads(one.to_json()) for one in self.known_on],
            "events": self.position.position,
            "seconds": round(self.seconds, 1),
            "positions": json.loads(self.position.to_json()),
            "seen": [one.to_json() for one in self.seen],
            "mismatches": [one.to_json() for one in self.compared() if not one.matches],
        }


def command(
    data: Annotated[Path, typer.Option("--data", help="Where everything is kept.")] = DEFAULT_FOLDER,
    exit_: Annotated[bool, typer.Option("--exit", help="Stop as soon as the figures are there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    seed: Annotated[int, typer.Option(help="Which made-up history to load.")] = SEED,
    store: Annotated[
        Store, typer.Option(help="Where the events are; the address of kurrentdb is in BANEN_STORE_URL.")
    ] = Store.POSTGRESQL,
) -> None:
    """Start everything, load the programme 2005-2008, print both tables beside the published figures, stay up."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    store_url = _address() if store is Store.KURRENTDB else None
    try:
        outcome = asyncio.run(_demo(data, seed, store_url, stays=not exit_, as_json=as_json))
    except (LocalError, StoreRefusesToStart, TopologyDiffers, BusUnavailable) as error:
        raise Fault(str(error)) from error
    if outcome is None and exit_:
        raise Fault("It was stopped before the figures were there.")
    if outcome and not all(one.matches for one in outcome.compared()):
        raise Fault("Not every figure is the published one.")


def _address() -> str:
    """Returns the address of KurrentDB. Raises `Fault`, which does not quote it: it may hold a password."""
    url = os.environ.get("BANEN_STORE_URL", "")
    if url.partition("://")[0] not in KURRENT_SCHEMES or not is_safe(url):
        raise Fault(
            "--store kurrentdb: BANEN_STORE_URL must be an address such as kurrentdb://user:password@host:2113,"
            " with verified TLS beyond this machine."
        )
    return url


async def _demo(
    folder: Path, seed: int, store_url: str | None, *, stays: bool, as_json: bool
) -> Outcome | None:
    """Returns None if it was stopped before the figures were complete."""
    outcome = None
    async with Supervisor(folder) as supervisor:
        supervisor.end_when_full()
        programme = Programme(folder, store_url=store_url)
        with ShownProgress() as progress:
            progress.phase("start", 1)
            await programme.start(supervisor)
            progress.advance(1)
            history = make_history(seed, datetime.now(AMSTERDAM).date())
            outcome = await run_demo(programme, history, progress)
        if as_json:
            typer.echo(json.dumps(outcome.to_json(), indent=2))
        else:
            print_outcome(Console(), outcome)
            events = outcome.position.position
            typer.echo(f"\n{events} events, loaded in {outcome.seconds:.0f} s from seed {seed}.")
            typer.echo(programme.addresses())
        if stays:
            await asyncio.Event().wait()
    if stays or outcome is None:
        again = "make demo" if folder == DEFAULT_FOLDER else f"banen demo --data {folder}"
        again = f"banen demo --data {folder} --store kurrentdb" if store_url else again
        typer.echo(f"Stopped; {again} goes on where it was.", err=True)
    return outcome


async def run_demo(programme: Programme, history: History, progress: Progress) -> Outcome:
    """Loads what is not loaded yet, and reads the figures. Raises `LocalError`."""
    started = time.monotonic()
    reporting = programme.url("bureau", "reporting")
    async with httpx2.AsyncClient(timeout=60, auth=programme.machine()) as http:
        await Loader(http, programme.url, progress).load(history)
        seconds = time.monotonic() - started
        outcome = await ask(http, reporting, seconds)
    async with httpx2.AsyncClient(timeout=60) as browser:
        return replace(outcome, seen=[await look(browser, reporting, person) for person in PEOPLE])


async def ask(http: httpx2.AsyncClient, reporting: str, seconds: float) -> Outcome:
    async def get(model: type[Asked], path: str) -> Asked:
        answer = await http.get(f"{reporting}/v1/{path}")
        if answer.status_code != 200:
            raise LocalError(f"reporting answers {answer.status_code} to /v1/{path}.")
        return model.model_validate_json(answer.content)

    return Outcome(
        targets=await get(Targets, "targets"),
        results=await get(Results, "results"),
        rule_sets=(await get(RuleSets, "rule-sets")).rule_sets,
        known_on=[await get(Targets, f"targets?knownOn={figure.day}") for figure in PUBLISHED.known_on],
        position=await get(Position, "position"),
        seconds=seconds,
    )


class ShownProgress:
    """A progress bar on a terminal, else one line per phase; on standard error, since it is not a result."""

    def __init__(self) -> None:
        self._bar = Bar(
            TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self._task = None

    def __enter__(self) -> "ShownProgress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def phase(self, name: str, total: int) -> None:
        self._task = self._bar.add_task(name, total=total)
        if self._bar.disable:
            sys.stderr.write(f"{name} ({total})\n")

    def advance(self, count: int) -> None:
        if self._task is not None:
            self._bar.advance(self._task, count)


def print_outcome(console: Console, outcome: Outcome) -> None:
    print_tables(
        console,
        figures.Targets.model_validate_json(outcome.targets.to_json()),
        figures.Results.model_validate_json(outcome.results.to_json()),
        labels_in(PROGRAMME.definition),
    )
    console.print(compared_table(outcome.compared()))
    console.print(seen_table(outcome.seen))


def seen_table(seen: Sequence[Seen]) -> Table:
    table = Table(title="The same pages, signed in as", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("", "units", "counted", "until", "placements"):
        table.add_column(name, justify="right" if name == "counted" else "left", overflow="fold")
    for one in seen:
        rows = f"{one.rows:,}" if isinstance(one.rows, int) else one.rows
        table.add_row(
            one.person.removeprefix("demo-"),
            ", ".join(one.units),
            shown(one.counted),
            one.happened_until.isoformat(),
            rows,
        )
    return table


def compared_table(compared: Sequence[Compared]) -> Table:
    table = Table(title="Beside the published figures", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column()
    table.add_column("as published, and ours where that differs")
    for subject in dict.fromkeys(one.subject for one in compared):
        figures = [f"{one.figure} {beside(one)}" for one in compared if one.subject == subject]
        table.add_row(subject, ", ".join(figures))
    return table


def beside(one: Compared) -> str:
    return f"{shown(one.published)} ✓" if one.matches else f"{shown(one.published)} ✗ {shown(one.ours)}"


def shown(value: float | None) -> str:
    """No figure is shown as a word, never as 0."""
    return "none" if value is None else f"{value:,}"
