"""The load survives the worst end of a service, of the store and of the bus: the figures are still the published ones."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from signal import SIGKILL

import pytest

from banen_kit.core.clocks import AMSTERDAM
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.history import make_history
from banen_local.demo.published import PUBLISHED
from banen_local.demo.run import SEED, run_demo
from support.histories import SOME
from support.searches import IS_LONG

pytestmark = pytest.mark.e2e

KILLED = {0.12: "emplooi-mediation", 0.36: "postgres", 0.6: "nats"}
"""What is killed when such a part of the lines was taken: services are busy until then."""


class Heard:
    """Progress that tells when enough lines were taken."""

    def __init__(self, total: int) -> None:
        self.lines = 0
        self.enough = {part: (part * total, asyncio.Event()) for part in KILLED}

    def phase(self, name: str, total: int) -> None:
        pass

    def advance(self, count: int) -> None:
        self.lines += count
        for lines, event in self.enough.values():
            if self.lines >= lines:
                event.set()


async def test_comes_to_the_published_figures_after_kills_of_a_service_the_store_and_the_bus(tmp_path: Path):
    history = make_history(SEED, datetime.now(AMSTERDAM).date(), SOME)
    async with Supervisor(tmp_path) as supervisor:
        programme = Programme(tmp_path)
        await programme.start(supervisor)
        heard = Heard(history.number)
        demo = asyncio.create_task(run_demo(programme, history, heard))
        for part, name in KILLED.items():
            enough = asyncio.create_task(heard.enough[part][1].wait())
            await asyncio.wait({demo, enough}, return_when=asyncio.FIRST_COMPLETED)
            assert not demo.done(), await demo
            killed = supervisor.pid(name)
            os.kill(killed, SIGKILL)
            await supervisor.restarted(name, killed)

        outcome = await demo
        loaded = {(cell.unit, cell.route) for cell in SOME}
        assert {
            (unit.id, route): cell.counted
            for unit in outcome.targets.units
            for route, cell in unit.routes.items()
        } == {
            (unit.id, route): unit.result[route] if (unit.id, route) in loaded else 0
            for unit in PUBLISHED.units
            for route in unit.result
        }
        if IS_LONG:
            assert [one for one in outcome.compared() if not one.matches] == []
