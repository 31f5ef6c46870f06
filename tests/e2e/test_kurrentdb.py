"""The programme with its events in KurrentDB comes to the published figures, though that server and a service are killed."""

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
from support.kurrentdb.subject import KURRENT, kurrentdb

pytestmark = pytest.mark.e2e

SERVICE = "emplooi-mediation"


class Heard:
    """Progress that tells when a third and two thirds of the lines were taken."""

    def __init__(self, total: int) -> None:
        self.lines = 0
        self.enough = [(part * total / 3, asyncio.Event()) for part in (1, 2)]

    def phase(self, name: str, total: int) -> None:
        pass

    def advance(self, count: int) -> None:
        self.lines += count
        for lines, event in self.enough:
            if self.lines >= lines:
                event.set()


@pytest.mark.parametrize("server", [KURRENT])
async def test_comes_to_the_published_figures_with_its_events_in_kurrentdb(tmp_path: Path, server: str):
    history = make_history(SEED, datetime.now(AMSTERDAM).date(), SOME)
    async with kurrentdb() as store, Supervisor(tmp_path) as supervisor:
        programme = Programme(tmp_path, store_url=store.url)
        await programme.start(supervisor)
        heard = Heard(history.number)
        demo = asyncio.create_task(run_demo(programme, history, heard))

        async def reached(part: int) -> None:
            enough = asyncio.create_task(heard.enough[part][1].wait())
            await asyncio.wait({demo, enough}, return_when=asyncio.FIRST_COMPLETED)
            assert not demo.done(), await demo

        await reached(0)
        if store.standin is not None:
            await store.standin.stop()
            await store.standin.start()
        await reached(1)
        killed = supervisor.pid(SERVICE)
        os.kill(killed, SIGKILL)
        await supervisor.restarted(SERVICE, killed)

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
