"""Child processes that end with their parent, and waiting for them independently of an event loop."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, Signals
from urllib.parse import urlsplit

LAUNCH = Path(__file__).with_name("launch.py")
LOADING = ("LD_LIBRARY_PATH",)
"""Passed on to every child, because some Pythons do not start without it."""


@dataclass(frozen=True)
class Account:
    """The account for a child, if it is not our own."""

    uid: int
    gid: int


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    folder: Path,
    environment: Mapping[str, str],
    death_signal: Signals,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child in its own session, so that Ctrl-C reaches only us and we choose the order of shutdown.

    On Linux it gets `death_signal` when the calling *thread* ends: call this from a thread that lives as long as the
    program, not from a pool. On other systems, a killed parent leaves its children behind.
    """
    uid, gid = (account.uid, account.gid) if account else (0, 0)
    numbers = [str(number) for number in (os.getpid(), int(death_signal), uid, gid)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCH), *numbers, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={name: os.environ[name] for name in LOADING if name in os.environ} | dict(environment),
            start_new_session=True,
        )


async def until(condition: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Returns False if the condition did not become true in time."""
    deadline = time.monotonic() + seconds
    while True:
        if condition():
            return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every)


async def end(process: subprocess.Popen[bytes], *signals: Signals, seconds: float = 20) -> None:
    """Sends each signal in turn until the process has ended and is reaped; finally SIGKILL."""
    for signal in (*signals, SIGKILL):
        process.send_signal(signal)
        if await until(lambda: process.poll() is not None, seconds):
            return


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def written(log: Path, since: int) -> list[str]:
    """The lines added to a log since it had that size."""
    with log.open("rb") as file:
        file.seek(since)
        return [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]


def still_in(folder: Path, program: str) -> list[int]:
    """The processes of a program that work in this folder. Empty if the system cannot tell."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text().strip() == program and (process / "cwd").samefile(folder):
                found.append(int(process.name))
    return found


async def until_answers(process: subprocess.Popen[bytes], url: str, seconds: float) -> bool:
    """Returns False if the process ended first or did not answer in time."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if await answers(url):
            # Otherwise another process answered.
            return process.poll() is None
        await asyncio.sleep(0.02)
    return False


async def until_greets(process: subprocess.Popen[bytes], port: int, seconds: float) -> bool:
    """Like `until_answers`, for a server that speaks first."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                greeted = await reader.readline()
                writer.close()
            if greeted:
                return process.poll() is None
        await asyncio.sleep(0.02)
    return False


async def answers(url: str) -> bool:
    """Whether a GET is answered with 200. Uses no HTTP client library, whose start would cost more than the request."""
    target = urlsplit(url)
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(target.hostname, target.port)
            try:
                path = f"{target.path}?{target.query}" if target.query else target.path
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {target.netloc}\r\n\r\n".encode())
                status = (await reader.readline()).split()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return status[1:2] == [b"200"]
