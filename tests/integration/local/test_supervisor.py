"""The supervisor: what it starts keeps running, and nothing outlives it."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGINT
from types import SimpleNamespace

import asyncpg
import pytest

from banen_local.cluster.folder import DiskFull, LocalError, Ports, free_port
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres
from banen_local.cluster.process import answers, end, spawn, still_in, until
from banen_local.cluster.supervisor import Program, Supervisor

SERVES = """
import http.server, pathlib, signal, sys
name, port, folder, friend = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4]
(folder / f"{name}.up").touch()

def stopped(*_):
    with (folder / "stopped").open("a") as file:
        file.write(name + "\\n")
    sys.exit()

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if (folder / f"{friend}.up").exists() else 503)
        self.end_headers()

signal.signal(signal.SIGTERM, stopped)
http.server.HTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""

SUPERVISES = """
import asyncio, json, pathlib, sys
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres
from banen_local.cluster.supervisor import Program, Supervisor

async def main(folder, *programs):
    async with Supervisor(folder) as supervisor:
        servers = Postgres(folder / "postgres"), Nats(folder / "nats")
        await supervisor.start(*servers)
        for name, command, url in programs:
            program = Program(name, command, environment={}, log=folder / "log", ready_url=url)
            await supervisor.start(program)
        names = ["postgres", "nats", *(name for name, _, _ in programs)]
        print(json.dumps({"pids": [supervisor.pid(name) for name in names],
                          "urls": [servers[0].url(), servers[1].url]}), flush=True)
        await asyncio.Event().wait()

folder, programs = sys.argv[1:]
asyncio.run(main(pathlib.Path(folder), *json.loads(programs)))
"""


def command(folder: Path, name: str, friend: str | None = None) -> tuple[list[str], str]:
    port = Ports(folder).claim(name)
    url = f"http://127.0.0.1:{port}/readyz"
    return [sys.executable, "-c", SERVES, name, str(port), str(folder), friend or name], url


def program(folder: Path, name: str, friend: str | None = None) -> Program:
    argv, url = command(folder, name, friend)
    return Program(name, argv, environment={}, log=folder / f"{name}.log", ready_url=url)


class Supervising:
    """A supervisor in a process of its own, with both servers and two programs."""

    def __init__(self, folder: Path) -> None:
        programs = json.dumps([(name, *command(folder, name)) for name in ("first", "second")])
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISES, str(folder), programs], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        told = json.loads(self.process.stdout.readline())
        self.pids: list[int] = told["pids"]
        self.urls: list[str] = told["urls"]

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=20)
        return self.process.returncode


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_starts_a_child_again_that_has_died_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    child = program(tmp_path, "first")
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(child)
        before = supervisor.pid("first")
        os.kill(before, signal.SIGKILL)
        after = await supervisor.restarted("first", before)
        assert after != before
        assert is_alive(after)
    assert "first ended with SIGKILL; it is started again" in caplog.text


async def test_keeps_a_child_down_for_a_while_and_then_starts_it_again(tmp_path: Path) -> None:
    async with Supervisor(tmp_path) as supervisor:
        _, url = command(tmp_path, "one")
        await supervisor.start(program(tmp_path, "one"), program(tmp_path, "two"))
        before, other = supervisor.pid("one"), supervisor.pid("two")
        async with supervisor.down("one"):
            assert not is_alive(before)
            with pytest.raises(LocalError):
                supervisor.pid("one")
            assert not await until(lambda: (tmp_path / "stopped").read_text() != "one\n", 1)
            assert not await answers(url)
        assert supervisor.pid("one") != before
        assert await answers(url)
        assert supervisor.pid("two") == other


async def test_starts_postgres_again_at_the_same_address(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "postgres")
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(postgres)
        url, before = postgres.url(), supervisor.pid("postgres")
        os.kill(before, signal.SIGKILL)
        await supervisor.restarted("postgres", before)
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("select 1") == 1
        await connection.close()


async def test_starts_children_at_the_same_time(tmp_path: Path) -> None:
    """Each is ready only once the other is up."""
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(program(tmp_path, "egg", "hen"), program(tmp_path, "hen", "egg"))
        assert supervisor.pid("egg") != supervisor.pid("hen")


async def test_names_a_child_that_ends_before_it_is_ready_and_ends_the_others(tmp_path: Path) -> None:
    first = program(tmp_path, "first")
    broken = Program(
        "broken",
        [sys.executable, "-c", "exit('no master key')"],
        environment={},
        log=tmp_path / "log",
        ready_url=f"http://127.0.0.1:{free_port()}/readyz",
    )
    pids: list[int] = []

    async def up() -> None:
        async with Supervisor(tmp_path) as supervisor:
            await supervisor.start(first)
            pids.append(supervisor.pid("first"))
            await supervisor.start(broken)

    with pytest.raises(
        LocalError, match=r"^broken ended with code 1 before it was ready; .*: no master key$"
    ):
        await up()
    assert not is_alive(pids[0])


async def test_refuses_a_second_supervisor_on_its_folder(tmp_path: Path) -> None:
    async with Supervisor(tmp_path):
        with pytest.raises(LocalError, match=f"^{tmp_path} is in use by process {os.getpid()};"):
            await Supervisor(tmp_path).__aenter__()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_ends_every_child_at_a_signal_the_last_started_first(
    tmp_path: Path, stop: signal.Signals
) -> None:
    supervising = Supervising(tmp_path)
    assert supervising.end(stop) == 0
    assert not any(is_alive(pid) for pid in supervising.pids)
    assert (tmp_path / "stopped").read_text().split() == ["second", "first"]
    assert "database system is shut down" in (tmp_path / "postgres" / "postgres.log").read_text()


async def test_leaves_no_child_when_it_is_killed_and_the_next_start_finds_everything(tmp_path: Path) -> None:
    supervising = Supervising(tmp_path)
    supervising.end(signal.SIGKILL)
    async with Supervisor(tmp_path) as supervisor:
        servers = Postgres(tmp_path / "postgres"), Nats(tmp_path / "nats")
        await supervisor.start(*servers)
        assert [servers[0].url(), servers[1].url] == supervising.urls
        assert await until(lambda: not any(is_alive(pid) for pid in supervising.pids), 10)


async def test_a_child_that_will_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    log = tmp_path / "log"
    process = spawn(
        [sys.executable, "-c", deaf], log=log, folder=tmp_path, environment={}, death_signal=signal.SIGKILL
    )
    assert await until(lambda: "up" in log.read_text(), 10)
    await end(process, signal.SIGTERM, seconds=0.2)
    assert process.returncode == -signal.SIGKILL


async def test_only_200_counts_as_ready(tmp_path: Path) -> None:
    lonely, url = command(tmp_path, "egg", "hen")
    process = spawn(
        lonely, log=tmp_path / "log", folder=tmp_path, environment={}, death_signal=signal.SIGKILL
    )

    async def status() -> str:
        _, _, port = url.removesuffix("/readyz").rpartition(":")
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
                continue
            writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
            line = await reader.readline()
            writer.close()
            await writer.wait_closed()
            return line.decode()

    assert "503" in await asyncio.wait_for(status(), 10)
    assert not await answers(url)
    (tmp_path / "hen.up").touch()
    assert await answers(url)
    await end(process, signal.SIGTERM)


async def test_a_full_disk_ends_everything_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "nats").mkdir()

    def usage(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=0 if folder.name == "nats" else 2**40)

    monkeypatch.setattr(shutil, "disk_usage", usage)

    async def stay() -> None:
        async with Supervisor(tmp_path) as supervisor:
            supervisor.end_when_full()
            await asyncio.Event().wait()

    with pytest.raises(LocalError, match=f"The disk of {tmp_path / 'nats'} is full"):
        await stay()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 60 MB: too little for two databases."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["/bin/mount", "-t", "tmpfs", "-o", "size=60m,mode=0755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk can be mounted by root only")
    yield folder
    subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("name", ["demo", "up"])
def test_a_disk_that_is_full_from_the_start_is_named(small_disk: Path, name: str):
    data = small_disk / "data"
    command = [sys.executable, "-m", "banen_cli", name, "--data", str(data)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert f"banen: The disk of {data}" in ended.stderr
    assert "is full" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_a_child_that_cannot_start_on_a_full_disk_ends_everything(tmp_path: Path):
    class Full:
        """Ends once, and has no space to begin again."""

        name = "full"
        process: subprocess.Popen[bytes] | None = None
        starts = 0

        async def start(self) -> None:
            self.starts += 1
            if self.starts > 1:
                self.process = None
                raise DiskFull(tmp_path)
            self.process = spawn(
                ["/bin/true"],
                log=tmp_path / "log",
                folder=tmp_path,
                environment={},
                death_signal=signal.SIGKILL,
            )

        async def stop(self) -> None:
            if self.process:
                self.process.wait()

    async def stay() -> None:
        async with Supervisor(tmp_path) as supervisor:
            supervisor.end_when_full()
            await supervisor.start(Full())
            await asyncio.Event().wait()

    with pytest.raises(DiskFull, match=f"^The disk of {tmp_path} is full"):
        await asyncio.wait_for(stay(), 10)


def in_a_group_of_its_own(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "banen_cli", *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("name", "arguments", "again"),
    [
        ("demo", (), "make demo"),
        ("demo", ("--data", "other"), "banen demo --data other"),
        ("up", (), "banen up --data data"),
    ],
)
async def test_ctrl_c_says_what_it_does_and_a_second_one_kills_nothing_half_way(
    tmp_path: Path, name: str, arguments: tuple[str, ...], again: str
):
    """Ctrl-C of a terminal goes to the whole process group."""
    folder = tmp_path / (arguments[-1] if arguments else "data")
    process = in_a_group_of_its_own(tmp_path, name, *arguments)
    assert process.stderr

    def ready() -> list[Path]:
        return [path for path in folder.glob("*/postgres.log") if "ready to accept" in path.read_text()]

    assert await until(lambda: len(ready()) == 2, 60)
    os.killpg(process.pid, SIGINT)
    said = [process.stderr.readline()]
    while said[-1] not in ("Stopping ...\n", ""):
        said.append(process.stderr.readline())
    os.killpg(process.pid, SIGINT)
    os.killpg(process.pid, SIGINT)
    rest = process.communicate(timeout=60)[1]
    assert process.returncode == 0, rest
    assert said[-1] == "Stopping ...\n"
    assert rest.splitlines() == [f"Stopped; {again} goes on where it was."]
    assert ["database system is shut down" in path.read_text() for path in ready()] == [True, True]
    assert not list(folder.glob("*/*/postmaster.pid"))
    assert not still_in(folder / "nats", "nats-server")
