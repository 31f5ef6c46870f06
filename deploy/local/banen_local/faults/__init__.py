"""`banen faults`: puts a small programme under load through failures, and checks what each of them lost."""

import asyncio
import logging
import random
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import httpx2
import typer

from banen_cli.fault import Fault as CliFault
from banen_local.cluster.folder import LocalError
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.faults import machine
from banen_local.faults.inject import FAULTS, NotPossible
from banen_local.faults.ledger import Ledger
from banen_local.faults.oracle import Verdict, judge
from banen_local.faults.site import NOISE, PARTNERS, Site

Answer = TypeVar("Answer")
AIM_SECONDS = 30.0
DISKS = {"postgres": 640, "nats": 96}
"""Megabytes of the disks that are filled."""


@dataclass(frozen=True)
class Result:
    verdict: Verdict
    slowest: float
    """Seconds of the longest recovery."""
    not_run: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.verdict.holds and self.slowest <= AIM_SECONDS


async def run(folder: Path, seed: int, faults: list[str], rounds: int) -> Result:
    """Start everything in the folder, cause the faults in an order that depends on the seed, and judge."""
    chosen = random.Random(seed)  # noqa: S311 - it must be possible to repeat
    # Before the load draws from it too, at moments that nobody repeats.
    order = [name for _ in range(rounds) for name in chosen.sample(faults, len(faults))]
    data = folder / "data"
    (folder / "partners.toml").write_text(PARTNERS)
    mounted = [data / name for name, size in DISKS.items() if machine.mount(data / name, size)]
    ledger = Ledger(folder / "ledger.jsonl")
    result: Result | None = None
    try:
        async with Supervisor(data) as supervisor:
            clocks = {name: machine.faked(data, name) for name in ("uaf-intake", "postgres")}
            programme = Programme(data, folder / "partners.toml", under=clocks)
            programme.partners = [partner for partner in programme.partners if partner.id != NOISE]
            await programme.start(supervisor)
            async with (
                httpx2.AsyncClient(timeout=20, auth=programme.machine()) as http,
                httpx2.AsyncClient(timeout=20) as bare,
            ):
                site = Site(programme, supervisor, ledger, chosen, http, bare)
                await site.prepare()
                loading = asyncio.create_task(site.load())
                try:
                    result = await _days(site, loading, order)
                finally:
                    loading.cancel()
                    await asyncio.gather(loading, return_exceptions=True)
    finally:
        ledger.close()
        for disk in mounted:
            machine.unmount(disk)
        shutil.rmtree(machine.clock_file(data, "x").parent, ignore_errors=True)
    if result is None:
        raise LocalError("It was stopped before it was over.")
    return result


async def _days(site: Site, loading: asyncio.Task[None], order: list[str]) -> Result:
    slowest, not_run = 0.0, list[str]()
    await _beside(loading, site.recovered())
    for name in order:
        acknowledged, refused = len(site.ledger.lines), Counter(site.refused)
        try:
            await _beside(loading, FAULTS[name](site))
        except NotPossible as reason:
            not_run.append(name)
            typer.echo(f"{name:<28} NOT RUN: {reason}")
            continue
        seconds = await _beside(loading, site.recovered())
        slowest = max(slowest, seconds)
        reasons = site.refused - refused
        typer.echo(
            f"{name:<28} recovered in {seconds:4.1f} s; {len(site.ledger.lines) - acknowledged} acknowledged,"
            f" {reasons.total()} refused {', '.join(sorted(reasons))}".rstrip()
        )
    site.stopping.set()
    await loading
    await site.until_quiet()
    return Result(judge(await site.collector.evidence(site.ledger.lines)), slowest, tuple(not_run))


async def _beside(loading: asyncio.Task[None], work: Awaitable[Answer]) -> Answer:
    """The result of `work`; if the load fails meanwhile, its error is raised."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({loading, task}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await loading
        return await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def command(
    seed: Annotated[int | None, typer.Option(help="Asks for the same load and order again.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each fault comes.")] = 1,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this fault; may be given more than once.")
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep everything in this folder, logs too.")] = None,
) -> None:
    """Put a small programme under load through failures; then count what was lost."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    faults = only or list(FAULTS)
    for name in faults:
        if name not in FAULTS:
            raise CliFault(f"There is no fault {name}; there are {', '.join(FAULTS)}.")
    chosen = secrets.randbelow(2**31) if seed is None else seed
    typer.echo(f"seed={chosen}")
    folder = Path(tempfile.mkdtemp(prefix="banen-faults-")) if keep is None else keep
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    try:
        result = asyncio.run(run(folder, chosen, faults, rounds))
    except LocalError as error:
        raise CliFault(str(error)) from error
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    typer.echo(" ".join(f"{name}={value}" for name, value in result.verdict.details.items()))
    typer.echo(f"{result.verdict} slowest_recovery={result.slowest:.1f}")
    if not result.holds:
        raise typer.Exit(1)
