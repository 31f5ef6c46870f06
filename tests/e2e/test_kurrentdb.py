"""The programme comes to the published figures with its events in KurrentDB, though they move there in the middle of it."""

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
from banen_kit.runtime.store_copy import Addresses, copy_store
from banen_local.cluster.prepare import database_of
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.history import History, make_history
from banen_local.demo.run import SEED, run_demo
from support.cli import app
from support.histories import FEW, SERVICES
from support.kurrentdb.server import StandIn
from support.kurrentdb.subject import KURRENT, Server, kurrentdb
from support.loading import Heard, counted, published
from support.searches import IS_LONG

pytestmark = pytest.mark.e2e

SERVICE = "uaf-mediation"
PUBLISHED_TOTAL = 2327
MANY = 100


@pytest.mark.parametrize("server", [KURRENT])
async def test_comes_to_the_published_figures_though_its_events_move_to_kurrentdb_in_the_middle(
    tmp_path: Path, server: str
):
    history = make_history(SEED, datetime.now(AMSTERDAM).date(), FEW)
    await begin_in_postgresql(tmp_path, history)
    async with kurrentdb() as store:
        assert await move(tmp_path, store.url, to_kurrentdb=True) > MANY
        await go_on_in_kurrentdb(tmp_path, history, store)
        assert await move(tmp_path, store.url, to_kurrentdb=False) > MANY


async def begin_in_postgresql(folder: Path, history: History) -> None:
    """Loads a part, and stops everything."""
    async with Supervisor(folder) as supervisor:
        programme = Programme(folder)
        await programme.start(supervisor)
        heard = Heard(history.number, (1 / 5,))
        demo = asyncio.create_task(run_demo(programme, history, heard))
        await heard.reached(1 / 5, demo)
        demo.cancel()
        await asyncio.wait({demo})


async def move(folder: Path, url: str, *, to_kurrentdb: bool) -> int:
    """Moves the events of all services, and returns how many there are that were copied now."""
    copied = 0
    async with Supervisor(folder) as supervisor:
        programme = Programme(folder)
        await supervisor.start(programme.database)
        for partner in programme.partners:
            addresses = Addresses(programme.database.url(database_of(partner.id)), url)
            for name in partner.services:
                work = copy_store(
                    partner.id, SERVICES[name], addresses, lambda _: None, to_kurrentdb=to_kurrentdb
                )
                copied += (await work).now
    return copied


async def go_on_in_kurrentdb(folder: Path, history: History, store: Server) -> None:
    """Loads all of it while its leader changes and what runs is killed: the figures are there, and nothing twice."""
    async with Supervisor(folder) as supervisor, follower(store) as other:
        programme = Programme(folder, store_url=store.url)
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
        sources = outcome.position.sources
        assert [source for source in sources if not source.complete] == []
        assert outcome.position.position == sum(source.received for source in sources)


@asynccontextmanager
async def follower(store: Server) -> AsyncGenerator[StandIn | None]:
    """A second node of the stand-in, which is gone in the end; meanwhile the address names both."""
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
    store.standin.guard.leader, store.url = None, store.standin.url
    store.standin.nodes[:] = [store.standin.port]


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
