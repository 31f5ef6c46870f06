"""The load survives the worst end of a service, of the store and of the bus: the figures are still the published ones."""

import asyncio
import os
from pathlib import Path
from signal import SIGKILL

import pytest

from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.run import SEED, run_demo

pytestmark = pytest.mark.e2e

KILLED = {3000: "emplooi-mediation", 9000: "postgres", 15_000: "nats"}
"""What is killed when so many lines were taken: every service is busy all the time."""


class Heard:
    """Progress that tells when enough lines were taken."""

    def __init__(self) -> None:
        self.lines = 0
        self.enough = {lines: asyncio.Event() for lines in KILLED}

    def phase(self, name: str, total: int) -> None:
        pass

    def advance(self, count: int) -> None:
        self.lines += count
        for lines, event in self.enough.items():
            if self.lines >= lines:
                event.set()


async def test_comes_to_the_published_figures_after_kills_of_a_service_the_store_and_the_bus(tmp_path: Path):
    async with Supervisor(tmp_path) as supervisor:
        programme = Programme(tmp_path)
        await programme.start(supervisor)
        heard = Heard()
        demo = asyncio.create_task(run_demo(programme, SEED, heard))
        for lines, name in KILLED.items():
            enough = asyncio.create_task(heard.enough[lines].wait())
            await asyncio.wait({demo, enough}, return_when=asyncio.FIRST_COMPLETED)
            assert not demo.done(), await demo
            killed = supervisor.pid(name)
            os.kill(killed, SIGKILL)
            await supervisor.restarted(name, killed)

        outcome = await demo
        assert [one for one in outcome.compared() if not one.matches] == []
