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
from banen_local.demo.run import SEED, run_demo
from support.histories import SOME
from support.loading import Heard, counted, published
from support.searches import IS_LONG

pytestmark = pytest.mark.e2e

KILLED = {0.12: "emplooi-mediation", 0.36: "postgres", 0.6: "nats"}
"""What is killed when such a part of the lines was taken: services are busy until then."""


async def test_comes_to_the_published_figures_after_kills_of_a_service_the_store_and_the_bus(tmp_path: Path):
    history = make_history(SEED, datetime.now(AMSTERDAM).date(), SOME)
    async with Supervisor(tmp_path) as supervisor:
        programme = Programme(tmp_path)
        await programme.start(supervisor)
        heard = Heard(history.number, KILLED)
        demo = asyncio.create_task(run_demo(programme, history, heard))
        for part, name in KILLED.items():
            await heard.reached(part, demo)
            killed = supervisor.pid(name)
            os.kill(killed, SIGKILL)
            await supervisor.restarted(name, killed)

        outcome = await demo
        assert counted(outcome) == published(SOME)
        if IS_LONG:
            assert [one for one in outcome.compared() if not one.matches] == []
