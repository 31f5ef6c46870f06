"""NATS on a folder: safe to kill, closed to strangers, clear about what stands in its way."""

import asyncio
import os
import signal
import socket
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest
from nats.js import JetStreamContext

from banen_local.cluster.folder import LocalError
from banen_local.cluster.nats import Nats


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Nats]:
    server = Nats(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


@asynccontextmanager
async def jetstream(server: Nats) -> AsyncGenerator[JetStreamContext]:
    client = await nats.connect(server.url, allow_reconnect=False)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def test_keeps_what_was_acknowledged_and_its_address_when_it_is_killed(server: Nats) -> None:
    before = server.url
    async with jetstream(server) as bus:
        await bus.add_stream(name="FACTS", subjects=["fact"])
        await bus.publish("fact", b"42")
    assert server.process
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)

    await server.start()

    assert server.url == before
    async with jetstream(server) as bus:
        assert (await bus.get_last_msg("FACTS", "fact")).data == b"42"


async def test_refuses_a_wrong_password(server: Nats) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b'CONNECT {"user": "banen", "pass": "guess", "verbose": true}\r\nPING\r\n')
    answered = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answered.endswith(b"-ERR 'Authorization Violation'\r\n")


async def test_keeps_its_secret_for_its_owner(server: Nats) -> None:
    for name in ("password", "nats.conf"):
        assert stat.S_IMODE((server.folder / name).stat().st_mode) == 0o600


async def test_syncs_every_message_before_it_is_acknowledged(server: Nats) -> None:
    assert '"sync_interval": "always"' in (server.folder / "nats.conf").read_text()
    assert (server.folder / "jetstream").is_dir()


async def test_refuses_a_second_start_on_its_folder(server: Nats) -> None:
    with pytest.raises(LocalError, match=f"in use by process {os.getpid()};"):
        await Nats(server.folder).start()


async def test_names_a_port_that_was_asked_for_and_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalError) as refused:
            await Nats(tmp_path / "nats", port).start()
    assert str(refused.value) == f"Port {port} for nats is taken; free it or choose another."
