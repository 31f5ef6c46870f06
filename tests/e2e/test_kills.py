"""The load survives the worst end of a service, of the store and of the bus: the figures are still the published ones."""

import asyncio
import os
from pathlib import Path
from signal import SIGKILL

import pytest

from banen_local.demo import SEED, run_demo
from banen_local.programme import Programme
from banen_local.supervisor import Supervisor

pytestmark = pytest.mark.e2e

ENOUGH = 6000
"""Lines after which the kill comes: every service is busy by then."""


class Heard:
    """Progress that tells when enough lines were taken."""

    def __init__(self) -> None:
        self.lines = 0
        self.enough = asyncio.Event()

    def phase(self, name: str, total: int) -> None:
        pass

    def advance(self, count: int) -> None:
        self.lines += count
        if self.lines >= ENOUGH:
            self.enough.set()


@pytest.mark.parametrize("name", ["emplooi-mediation", "postgres", "nats"])
async def test_comes_to_the_published_figures_after_the_kill_of(tmp_path: Path, name: str):
    async with Supervisor(tmp_path) as supervisor:
        programme = Programme(tmp_path)
        await programme.start(supervisor)
        heard = Heard()
        demo = asyncio.create_task(run_demo(programme, SEED, heard))
        enough = asyncio.create_task(heard.enough.wait())
        await asyncio.wait({demo, enough}, return_when=asyncio.FIRST_COMPLETED)
        assert not demo.done(), await demo

        killed = supervisor.pid(name)
        os.kill(killed, SIGKILL)
        await supervisor.restarted(name, killed)

        outcome = await demo
        assert [one for one in outcome.compared() if not one.matches] == []
