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
from banen_local.demo.run import SEED, run_demo
from support.histories import FEW
from support.kurrentdb.subject import KURRENT, kurrentdb
from support.loading import Heard, counted, published

pytestmark = pytest.mark.e2e

SERVICE = "uaf-mediation"


@pytest.mark.parametrize("server", [KURRENT])
async def test_comes_to_the_published_figures_with_its_events_in_kurrentdb(tmp_path: Path, server: str):
    history = make_history(SEED, datetime.now(AMSTERDAM).date(), FEW)
    async with kurrentdb() as store, Supervisor(tmp_path) as supervisor:
        programme = Programme(tmp_path, store_url=store.url)
        await programme.start(supervisor)
        heard = Heard(history.number, (1 / 3, 2 / 3))
        demo = asyncio.create_task(run_demo(programme, history, heard))

        await heard.reached(1 / 3, demo)
        if store.standin is not None:
            await store.standin.stop()
            await store.standin.start()
        await heard.reached(2 / 3, demo)
        killed = supervisor.pid(SERVICE)
        os.kill(killed, SIGKILL)
        await supervisor.restarted(SERVICE, killed)

        outcome = await demo
        assert counted(outcome) == published(FEW)
