"""Runs expensive evaluations in a thread, so that other requests are still answered at once."""

import asyncio
import gc
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from banen_kit.core.problem import Problem

MOST_WAITING = 16
"""The most different questions in progress or waiting; further ones are refused."""
MOST_OF_ONE = 2
"""The most expensive questions of one subject at once."""
LOOK_SECONDS = 0.25
"""How often we check whether the client is still connected."""


T = TypeVar("T")


class Stopped(Exception):
    """Nobody is waiting for the answer any more."""


GoOn = Callable[[], None]
"""Long work calls this regularly. Raises `Stopped`."""


FREEZE_EVERY = 2_000


def no_stop() -> None:
    """For work that is always wanted."""


def freezing(go_on: GoOn) -> GoOn:
    """For work whose many results are kept: what was made is kept out of full garbage collections, now and then and at the end.

    A collection holds the interpreter, and so every answer, for as long as there are objects to look at. What is dropped
    later is freed all the same, since it does not refer to itself.
    """
    calls = count(1)

    def go_on_and_freeze() -> None:
        go_on()
        if next(calls) % FREEZE_EVERY == 0:
            gc.freeze()

    return go_on_and_freeze


@dataclass(frozen=True)
class Asker:
    """Who is asking, and a check whether they have disconnected."""

    subject: str
    has_left: Callable[[], Awaitable[bool]]


@dataclass
class _Question:
    task: asyncio.Task[Any]
    stop: threading.Event
    waiting: int = 0


@dataclass
class OffLoop:
    """One thread for long work. Simultaneous requests for the same question share one computation."""

    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "figures"))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _open: dict[Hashable, _Question] = field(default_factory=dict[Hashable, _Question])
    _asking: Counter[str] = field(default_factory=Counter[str])

    async def ask(self, key: Hashable, work: Callable[[GoOn], Awaitable[T]], asker: Asker | None = None) -> T:
        """Returns the answer to the question `key`. Without an asker (our own work) there are no limits.

        Raises `Problem` 429 if the subject asks too much at once, 503 if too many questions are waiting.
        """
        if asker is not None and self._asking[asker.subject] >= MOST_OF_ONE:
            detail = "You have other questions that take long; wait until one of them was answered."
            raise Problem(429, "too-many-questions", detail, headers={"Retry-After": "5"})
        question = self._open.get(key)
        if question is None:
            if asker is not None and len(self._open) >= MOST_WAITING:
                detail = "Too many questions that take long are waiting; try again."
                raise Problem(503, "busy", detail, headers={"Retry-After": "10"})
            stop = threading.Event()
            question = self._open[key] = _Question(asyncio.create_task(self._in_turn(work, stop)), stop)
        question.waiting += 1
        if asker is not None:
            self._asking[asker.subject] += 1
        try:
            return await self._answer(question, asker)
        finally:
            question.waiting -= 1
            if asker is not None:
                self._asking[asker.subject] -= 1
                self._asking += Counter()  # forget subjects without questions
            if question.waiting == 0:
                question.stop.set()
                question.task.cancel()
                if self._open.get(key) is question:
                    del self._open[key]

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Returns when the thread has finished, even if cancelled: it works on one thing at a time."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            with suppress(Exception):
                await running
            raise
        finally:
            gc.freeze()

    async def _in_turn(self, work: Callable[[GoOn], Awaitable[T]], stop: threading.Event) -> T:
        def go_on() -> None:
            if stop.is_set():
                raise Stopped

        async with self._turn:
            return await work(freezing(go_on))

    @staticmethod
    async def _answer(question: _Question, asker: Asker | None) -> Any:
        """Raises `Problem` 503 if the client has disconnected; nobody reads that answer."""
        while not question.task.done():
            await asyncio.wait({question.task}, timeout=LOOK_SECONDS if asker else None)
            if asker is not None and not question.task.done() and await asker.has_left():
                raise Problem(503, "client-left", "The client did not wait for the answer.")
        return question.task.result()
