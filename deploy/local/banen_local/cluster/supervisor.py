"""Keeps child processes running: restarts those that die, and ends all of them in order."""

import asyncio
import contextlib
import logging
import math
import os
import shutil
import subprocess
import time
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM, Signals
from types import TracebackType
from typing import Any, Protocol, Self

from banen_local.cluster.folder import DiskFull, Hold, LocalError, usable
from banen_local.cluster.process import end, size, spawn, until, until_answers, written

log = logging.getLogger(__name__)

PATIENCE = 60.0
FIRST_DELAY = 0.25
LONGEST_DELAY = 30.0
STEADY = 60.0
"""After so many seconds a child counts as healthy, and its next restart delay is the shortest again."""

ENOUGH_DISK = 48 * 2**20
"""Bytes to keep free: the WAL of both databases grows by 16 MiB at a time, and NATS does not recover from a full disk."""

STOP_SIGNALS = (SIGINT, SIGTERM, SIGHUP)


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Runs all concurrently. The first error cancels the others, and is raised after all have ended."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Child(Protocol):
    """What can be supervised: `Program`, `Postgres`, `Nats`."""

    @property
    def name(self) -> str: ...

    @property
    def process(self) -> subprocess.Popen[bytes] | None: ...

    async def start(self) -> None:
        """Returns when it is ready. Raises `LocalError`."""
        ...

    async def stop(self) -> None: ...


class Program:
    """A command that is ready when its URL answers 200."""

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path, ready_url: str
    ) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self._command = command
        self._environment = environment
        self._log = log.absolute()
        self._ready_url = ready_url

    async def start(self) -> None:
        try:
            with usable(self._log.parent):
                self._log.parent.mkdir(parents=True, exist_ok=True)
                await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        if self.process:
            await end(self.process, SIGTERM)
            self.process = None

    async def _start(self) -> None:
        before = size(self._log)
        self.process = spawn(
            self._command,
            log=self._log,
            folder=self._log.parent,
            environment=self._environment,
            # If we are killed, nobody is left to wait for a slow shutdown.
            death_signal=SIGKILL,
        )
        if await until_answers(self.process, self._ready_url, PATIENCE):
            return
        how = f"ended with {ending(self.process)} before it was ready"
        if self.process.poll() is None:
            how = f"is not ready after {PATIENCE:.0f} s"
        last = (written(self._log, before) or ["it says nothing"])[-1]
        raise LocalError(f"{self.name} {how}; see {self._log}: {last}")


class Supervisor:
    """A context manager: leaving it, also by Ctrl-C or SIGTERM, ends every child, the last started first.

    A signal ends the block early and is not an error. Further signals are ignored, so that no server is killed while it
    shuts down.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hold = Hold(folder)
        self._groups: list[tuple[Child, ...]] = []
        self._watchers: list[asyncio.Task[None]] = []
        self._ready: dict[str, int] = {}
        self._down: set[str] = set()
        self._interrupted = False
        self._stopping = False
        self._ends_when_full = False
        self._full: DiskFull | None = None

    async def __aenter__(self) -> Self:
        with usable(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._hold.take()
        task = asyncio.current_task()
        assert task
        self._task = task
        for signal in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(signal, self._interrupt)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._stopping = True
        try:
            await self._stop()
        finally:
            for signal in STOP_SIGNALS:
                asyncio.get_running_loop().remove_signal_handler(signal)
            self._hold.release()
        if self._interrupted or self._full:
            self._task.uncancel()
        if self._full:
            raise self._full
        return self._interrupted and isinstance(error, asyncio.CancelledError)

    async def start(self, *children: Child) -> None:
        """Starts them concurrently, returns when all are ready, and keeps them running from then on."""
        self._groups.append(children)
        await together(self._start(child) for child in children)

    def end_when_full(self) -> None:
        """From now on, a full disk under the folder ends the block with `DiskFull`."""
        self._ends_when_full = True
        self._watchers.append(asyncio.create_task(self._watch_disk()))

    async def _watch_disk(self) -> None:
        while self._full is None:
            for folder in (self._folder, *(path for path in self._folder.iterdir() if path.is_dir())):
                if shutil.disk_usage(folder).free < ENOUGH_DISK:
                    self._end_full(DiskFull(folder))
                    return
            await asyncio.sleep(1)

    def _end_full(self, full: DiskFull) -> None:
        if not self._stopping:
            self._full = full
            self._stopping = True
            self._task.cancel()

    def pid(self, name: str) -> int:
        if name not in self._ready:
            raise LocalError(f"{name} is not running.")
        return self._ready[name]

    async def restarted(self, name: str, before: int) -> int:
        """The process id that replaced `before`, once the process is ready."""
        if not await until(lambda: self._ready.get(name, before) != before, PATIENCE):
            raise LocalError(f"{name} has not come back.")
        return self.pid(name)

    @asynccontextmanager
    async def down(self, *names: str) -> AsyncGenerator[None]:
        """Ends these children; when the block is left they are started again, and are ready. Raises `LocalError`."""
        before = {name: self.pid(name) for name in names}
        self._down.update(names)
        try:
            for pid in before.values():
                os.kill(pid, SIGTERM)
            if not await until(lambda: self._ready.keys().isdisjoint(names), PATIENCE):
                raise LocalError(f"{', '.join(sorted(self._ready.keys() & set(names)))} does not end.")
            yield
        finally:
            self._down.difference_update(names)
        for name, pid in before.items():
            await self.restarted(name, pid)

    def _interrupt(self) -> None:
        if not self._stopping:
            self._stopping = self._interrupted = True
            log.warning("Stopping ...")
            self._task.cancel()

    async def _start(self, child: Child) -> None:
        await child.start()
        self._note(child)
        self._watchers.append(asyncio.create_task(self._watch(child)))

    def _note(self, child: Child) -> None:
        assert child.process
        self._ready[child.name] = child.process.pid

    async def _watch(self, child: Child) -> None:
        delay = FIRST_DELAY
        while True:
            since = time.monotonic()
            await self._ended(child)
            await until(lambda: child.name not in self._down, math.inf, every=0.1)
            if time.monotonic() - since > STEADY:
                delay = FIRST_DELAY
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)
            try:
                await child.start()
            except LocalError as error:
                if isinstance(error, DiskFull) and self._ends_when_full:
                    self._end_full(error)
                    return
                log.error("%s", error)  # noqa: TRY400 - the message is written for who reads it
            else:
                self._note(child)
                log.warning("%s runs again", child.name)

    async def _ended(self, child: Child) -> None:
        process = child.process
        if process is None:  # its last start failed
            return
        await until(lambda: process.poll() is not None, math.inf, every=0.1)
        del self._ready[child.name]
        log.warning("%s ended with %s; it is started again", child.name, ending(process))

    async def _stop(self) -> None:
        try:
            for watcher in self._watchers:
                watcher.cancel()
            for watcher in self._watchers:
                with contextlib.suppress(asyncio.CancelledError):
                    await watcher
        finally:
            for group in reversed(self._groups):
                await asyncio.gather(*(child.stop() for child in group))


def ending(process: subprocess.Popen[bytes]) -> str:
    code = process.poll() or 0
    return Signals(-code).name if code < 0 else f"code {code}"
