"""A service that cannot start says why in one line that names the setting, and hears SIGTERM at every moment."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from banen_kit.runtime.service_runner import bound
from banen_local.cluster.folder import free_port
from banen_local.cluster.postgres import Postgres

SECRET = "very-secret"


@pytest.fixture
def environment(tmp_path: Path, keys_cluster: Postgres, database: Any) -> dict[str, str]:
    """Settings with which intake of uaf would start, but for what a test spoils."""
    (tmp_path / "partners.toml").write_text('[uaf]\nservices = ["intake"]\n')
    (tmp_path / "master.key").write_text("ab" * 32)
    (tmp_path / "master.key").chmod(0o600)
    return {
        "BANEN_PARTNER": "uaf",
        "BANEN_PARTNERS_FILE": str(tmp_path / "partners.toml"),
        "BANEN_DATABASE_URL": database.service_url,
        "BANEN_KEYS_URL": keys_cluster.url(user="keys-user", password="only-for-tests"),
        "BANEN_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "BANEN_BUS_URL": f"nats://a:{SECRET}@127.0.0.1:{free_port()}",
        "BANEN_ISSUER": "https://login.example/banen",
        "BANEN_KEY_BACKUP_DAYS": "0",
        "BANEN_RETENTION": "contact=12 candidate=60",
        "BANEN_METRICS_TOKEN": SECRET * 4,
        "BANEN_PORT": str(free_port()),
        "PATH": os.environ.get("PATH", ""),
    }


Start = Callable[[dict[str, str]], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "banen_intake"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def refusal(start: Start, environment: dict[str, str]) -> str:
    """The only line that it says, having ended with 78 in good time."""
    process = start(environment)
    output, _ = process.communicate(timeout=20)
    [line] = output.decode().splitlines()
    assert process.returncode == 78
    assert SECRET not in line
    return json.loads(line)["message"]


def test_a_wrong_password_is_named(start: Start, environment: dict[str, str], database: Any):
    environment["BANEN_DATABASE_URL"] = database.server.url(user="service", password=SECRET)
    assert refusal(start, environment) == (
        "intake cannot start: BANEN_DATABASE_URL: PostgreSQL refuses the user or the password"
    )


@pytest.mark.parametrize("name", ["DATABASE_URL", "KEYS_URL"])
@pytest.mark.parametrize(
    "url", [f"postgresql:/{SECRET}", f"postgresql://a:{SECRET}@127.0.0.1:port/x", f"mysql://a:{SECRET}@h/x"]
)
def test_a_malformed_address_of_a_database_is_named(
    start: Start, environment: dict[str, str], name: str, url: str
):
    environment[f"BANEN_{name}"] = url
    assert refusal(start, environment).startswith(f"intake cannot start: BANEN_{name}: ")


@pytest.mark.parametrize(
    "url", [f"http://a:{SECRET}@127.0.0.1:4222", f"nats://a:{SECRET}@127.0.0.1:port", SECRET]
)
def test_a_malformed_address_of_the_bus_is_named(start: Start, environment: dict[str, str], url: str):
    environment["BANEN_BUS_URL"] = url
    assert refusal(start, environment).startswith("intake cannot start: BANEN_BUS_URL: ")


def test_a_zone_that_is_not_there_is_named(start: Start, environment: dict[str, str]):
    said = refusal(start, {**environment, "BANEN_ZONE": "Mars/One"})
    assert said == "intake cannot start: BANEN_ZONE: there is no zone Mars/One"


def test_a_port_in_use_is_named(start: Start, environment: dict[str, str]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(start, {**environment, "BANEN_PORT": str(port)})
    assert said == (
        f"intake cannot start: BANEN_PORT: 127.0.0.1:{port} cannot be used: Address already in use"
    )


def test_sigterm_is_heard_while_it_waits_for_a_database(start: Start, environment: dict[str, str]):
    url = f"postgresql://a:{SECRET}@127.0.0.1:{free_port()}/x"
    process = start({**environment, "BANEN_DATABASE_URL": url})
    assert process.stdout
    line = json.loads(process.stdout.readline())
    assert line["message"] == (
        "BANEN_DATABASE_URL: waiting: PostgreSQL cannot be reached: ConnectionRefusedError"
    )
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0


async def test_answers_are_sent_at_once():
    """asyncio switches off Nagle's algorithm only on what is named as TCP."""
    delays: list[int] = []

    async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        delays.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with bound(0) as listener:
        server = await asyncio.start_server(connected, sock=listener)
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await reader.read()
        writer.close()
        server.close()
    assert delays == [1]
