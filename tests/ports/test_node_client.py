"""The stand-in for KurrentDB, checked by the official client for Node.js, which shares no code with what we use."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from support.kurrentdb.server import StandIn
from support.npm import SECONDS, install

HERE = Path(__file__).parent / "node"

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the client installed, as `package-lock.json` pins it."""
    place = tmp_path_factory.mktemp("node")
    install(HERE, place)
    return place


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn]:
    server = StandIn()
    await server.start()
    yield server
    await server.stop()


async def check(folder: Path, server: StandIn, *checks: str) -> list[str]:
    """Returns the names of the checks that passed. Fails if one did not."""
    node = await asyncio.create_subprocess_exec(
        "node",
        "check.mjs",
        server.url,
        *checks,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(SECONDS):
        output, errors = await node.communicate()
    assert node.returncode == 0, errors.decode()
    return output.decode().split()


async def test_the_official_client_gets_what_the_documentation_of_a_server_promises(
    folder: Path, standin: StandIn
):
    standin.guard.denied.add("closed")
    passed = await check(folder, standin)
    assert len(passed) == 15


async def test_the_official_client_hears_where_the_leader_is(folder: Path, standin: StandIn):
    standin.guard.leader = ("leader.example", 2113)
    assert await check(folder, standin, "names_the_leader") == ["names_the_leader"]
