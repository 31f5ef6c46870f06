"""The programme with its events in KurrentDB comes to the published figures, though its leader changes and what runs is killed."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from signal import SIGKILL

import pytest
from typer.testing import CliRunner

from banen_cli.fault import Fault
from banen_kit.core.clocks import AMSTERDAM
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.history import make_history
from banen_local.demo.run import SEED, run_demo
from support.cli import app
from support.histories import FEW
from support.kurrentdb.server import StandIn
from support.kurrentdb.subject import KURRENT, Server, kurrentdb
from support.loading import Heard, counted, published
from support.searches import IS_LONG

pytestmark = pytest.mark.e2e

SERVICE = "uaf-mediation"
PUBLISHED_TOTAL = 2327


@pytest.mark.parametrize("server", [KURRENT])
async def test_comes_to_the_published_figures_with_its_events_in_kurrentdb(tmp_path: Path, server: str):
    history = make_history(SEED, datetime.now(AMSTERDAM).date(), FEW)
    async with kurrentdb() as store, Supervisor(tmp_path) as supervisor, follower(store) as other:
        programme = Programme(tmp_path, store_url=store.url)
        await programme.start(supervisor)
        heard = Heard(history.number, (1 / 4, 1 / 2, 3 / 4))
        demo = asyncio.create_task(run_demo(programme, history, heard))

        await heard.reached(1 / 4, demo)
        if store.standin is not None:
            await store.standin.stop()
            await store.standin.start()
        await heard.reached(1 / 2, demo)
        if store.standin is not None and other is not None:
            resign(store.standin, other)
        await heard.reached(3 / 4, demo)
        killed = supervisor.pid(SERVICE)
        os.kill(killed, SIGKILL)
        await supervisor.restarted(SERVICE, killed)

        outcome = await demo
        assert counted(outcome) == published(FEW)


@asynccontextmanager
async def follower(store: Server) -> AsyncGenerator[StandIn | None]:
    """A second node of the stand-in; from now on the address names both."""
    if store.standin is None:
        yield None
        return
    other = StandIn(log=store.standin.log)
    await other.start()
    nodes = [store.standin.port, other.port]
    store.standin.nodes[:], other.nodes[:] = nodes, nodes
    other.guard.leader = ("127.0.0.1", store.standin.port)
    store.url = f"kurrentdb://127.0.0.1:{nodes[0]},127.0.0.1:{nodes[1]}?tls=false"
    yield other
    await other.stop()


def resign(leader: StandIn, other: StandIn) -> None:
    """The other node leads from now on: whoever writes to the first one is told so."""
    leader.guard.leader, other.guard.leader = ("127.0.0.1", other.port), None
    for node in (leader, other):
        node.nodes.reverse()


@pytest.mark.skipif(not IS_LONG, reason="make nightly loads the whole programme as anybody would")
@pytest.mark.parametrize("server", [KURRENT])
async def test_the_demo_comes_to_the_published_figures_with_its_events_in_kurrentdb(
    tmp_path: Path, server: str
):
    asked = ["demo", "--store", "kurrentdb", "--exit", "--json", "--data", str(tmp_path)]
    async with kurrentdb() as store:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "banen_cli", *asked),
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ | {"BANEN_STORE_URL": store.url},
        )
        said, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    answer = json.loads(said)
    assert answer["mismatches"] == []
    assert answer["targets"]["national"]["total"]["counted"] == PUBLISHED_TOTAL


@pytest.mark.parametrize(
    "address",
    ["", "postgresql://somebody:word@127.0.0.1/x", "esdb://admin:word@store.example:2113?tls=false"],
)
def test_the_demo_says_that_its_address_of_kurrentdb_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
):
    monkeypatch.setenv("BANEN_STORE_URL", address)
    refused = CliRunner().invoke(app, ["demo", "--store", "kurrentdb", "--exit", "--data", str(tmp_path)])
    assert isinstance(refused.exception, Fault)
    assert "BANEN_STORE_URL must be an address such as" in str(refused.exception)
    assert "word@" not in str(refused.exception).replace("password@host", "")
    assert list(tmp_path.iterdir()) == []
