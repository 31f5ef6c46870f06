"""`banen load-test`: whether cheap requests are answered in time while a service gets many costly ones."""

import asyncio
import logging
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import httpx2
import typer

from banen_contracts.roles import Role
from banen_local.bench.rows import percentile
from banen_local.bench.visible import CLIENT, PLACEMENT, given, taken_on, until_counted
from banen_local.cluster.define import define
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.load_test.throws import EVERY_SECONDS, THROWS, Order, Thrower

PARTNERS = """
[bureau]
services = ["reporting"]
[emplooi]
services = ["mediation"]
"""
PLACEMENTS = 4000
PATIENCE = 10.0
"""Seconds after which a cheap request counts as not answered."""
LIVEZ_AIM, COMMANDS_AIM = 100.0, 200.0
"""Milliseconds, on a machine that does nothing else: p99 of `/livez`, p95 of commands."""


@dataclass
class Phase:
    """What was measured while one kind of costly request, or none, was sent."""

    name: str
    livez: list[float] = field(default_factory=list[float])
    """Milliseconds, as all of these."""
    commands: list[float] = field(default_factory=list[float])
    figures: list[float] = field(default_factory=list[float])
    unanswered: Counter[str] = field(default_factory=Counter[str])
    """Cheap requests that were refused or not answered in time."""
    thrown: Counter[str] = field(default_factory=Counter[str])
    """What became of the costly ones."""

    def row(self) -> str:
        shown = [
            f"{self.name:<12} livez p50 {percentile(self.livez, 50):6.1f} p99 {percentile(self.livez, 99):6.1f}",
            f"commands p50 {percentile(self.commands, 50):6.1f} p95 {percentile(self.commands, 95):6.1f}",
            f"figures p95 {percentile(self.figures, 95):6.1f} ms",
            f"unanswered {self.unanswered.total()}",
        ]
        thrown = ", ".join(f"{count} x {what}" for what, count in sorted(self.thrown.items()))
        return "; ".join(shown) + (f"; thrown: {thrown}" if thrown else "")

    @property
    def met(self) -> bool:
        return percentile(self.livez, 99) <= LIVEZ_AIM and percentile(self.commands, 95) <= COMMANDS_AIM


@dataclass
class Target:
    """The running services, and how the cheap requests are sent."""

    mediation: str
    reporting: str
    cheap: httpx2.AsyncClient


async def measured(target: Target, name: str, seconds: float) -> Phase:
    """Send cheap requests for so long."""
    phase, done = Phase(name), asyncio.Event()
    asks = [
        (phase.livez, lambda: livez(target, target.mediation)),
        (phase.livez, lambda: livez(target, target.reporting)),
        (phase.commands, lambda: command_of(target)),
        (phase.figures, lambda: figures(target)),
    ]
    probes = [asyncio.create_task(probe(took, phase.unanswered, done, ask)) for took, ask in asks]
    await asyncio.sleep(seconds)
    done.set()
    await asyncio.gather(*probes)
    return phase


async def probe(
    took: list[float],
    unanswered: Counter[str],
    done: asyncio.Event,
    ask: Callable[[], Awaitable[httpx2.Response]],
) -> None:
    """Ask again and again, at most twenty times a second."""
    while not done.is_set():
        start = time.perf_counter()
        try:
            answer = await ask()
            if not answer.is_success:
                unanswered[str(answer.status_code)] += 1
        except httpx2.HTTPError as error:
            unanswered[type(error).__name__] += 1
        took.append(1000 * (time.perf_counter() - start))
        await asyncio.sleep(max(0.0, EVERY_SECONDS - (time.perf_counter() - start)))


async def livez(target: Target, url: str) -> httpx2.Response:
    return await target.cheap.get(f"{url}/livez")


async def figures(target: Target) -> httpx2.Response:
    return await target.cheap.get(f"{target.reporting}/v1/targets")


async def command_of(target: Target) -> httpx2.Response:
    url = f"{target.mediation}/v1/clients/{uuid4()}/take-on"
    return await target.cheap.post(url, json=CLIENT, headers={"Idempotency-Key": str(uuid4())})


async def prepare(target: Target) -> None:
    """Enough placements to make a query about a past day costly."""
    clients = await taken_on(target.cheap, target.mediation, PLACEMENTS)
    placements = [
        {"command": "start-placement", "ref": str(uuid4()), "body": {"clientRef": client, **PLACEMENT}}
        for client in clients
    ]
    await given(target.cheap, target.mediation, placements)
    await until_counted(target.cheap, target.reporting, PLACEMENTS)


async def run(folder: Path, seconds: float) -> list[Phase]:
    phases: list[Phase] = []
    partners = folder / "partners.toml"
    partners.write_text(PARTNERS)
    async with Supervisor(folder / "programme") as supervisor:
        programme = Programme(folder / "programme", partners)
        await programme.start(supervisor)
        mediation, reporting = programme.url("emplooi", "mediation"), programme.url("bureau", "reporting")
        async with httpx2.AsyncClient(timeout=PATIENCE, auth=programme.machine()) as cheap:
            target = Target(mediation, reporting, cheap)
            await define(programme, cheap, "one-partner")
            await prepare(target)
            for name, throws in {"quiet": [], **{name: [name] for name in THROWS}, "all": [*THROWS]}.items():
                mediator = programme.token("emplooi", Role.MEDIATOR, 3000)
                bureau = programme.token("bureau", Role.PROJECT_BUREAU, 3000)
                thrower = Thrower(Order(throws, mediation, reporting, mediator, bureau))
                async with thrower:
                    phase = await measured(target, name, seconds)
                phase.thrown = thrower.thrown
                phases.append(phase)
                typer.echo(phase.row())
    return phases


def command(
    seconds: Annotated[float, typer.Option(min=1, help="How long each kind is thrown.")] = 10,
) -> None:
    """Send costly requests to the services, and measure how cheap ones are answered meanwhile.

    Ends with 1 where a cheap request was refused or not answered within 10 s. Whether the aims of time are met is only
    printed, since machines differ.
    """
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    with tempfile.TemporaryDirectory(prefix="banen-load-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        phases = asyncio.run(run(folder, seconds))
    missed = [phase.name for phase in phases if not phase.met]
    aims = f"livez p99 ≤ {LIVEZ_AIM:.0f} ms and commands p95 ≤ {COMMANDS_AIM:.0f} ms"
    typer.echo(f"{aims}: " + (f"missed with {', '.join(missed)}" if missed else "met"))
    unanswered = sum((phase.unanswered for phase in phases), Counter[str]())
    if unanswered:
        typer.echo(f"cheap requests that were not answered: {dict(unanswered)}")
        raise typer.Exit(1)
