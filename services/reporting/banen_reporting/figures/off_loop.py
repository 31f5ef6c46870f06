"""Costly questions: worked out in a thread, so that whatever else is asked meanwhile is answered at once."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from banen_kit.core.problem import Problem

MOST_WAITING = 16
"""Different questions that are worked out or wait for it, beyond which another is refused."""
MOST_OF_ONE = 2
"""Costly questions of one subject at once."""
LOOK_SECONDS = 0.25
"""How often we look whether the client is still there."""


T = TypeVar("T")


class Stopped(Exception):
    """Nobody waits for the answer any more."""


GoOn = Callable[[], None]
"""Called by long work every now and then. Raises `Stopped`."""


@dataclass(frozen=True)
class Asker:
    """Who asks, and how to see that they left."""

    subject: str
    has_left: Callable[[], Awaitable[bool]]


@dataclass
class _Question:
    task: asyncio.Task[Any]
    stop: threading.Event
    waiting: int = 0


@dataclass
class OffLoop:
    """One thread for long work. The same question is worked out once, however many ask it."""

    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "figures"))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _open: dict[Hashable, _Question] = field(default_factory=dict[Hashable, _Question])
    _asking: Counter[str] = field(default_factory=Counter[str])

    async def ask(self, key: Hashable, work: Callable[[GoOn], Awaitable[T]], asker: Asker | None = None) -> T:
        """The answer to the question `key`. Without an asker there is no limit, as for our own work.

        Raises `Problem` 429 where the subject asks too much at once, 503 where too many questions wait.
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
                self._asking += Counter()  # forgets who asks nothing
            if question.waiting == 0:
                question.stop.set()
                question.task.cancel()
                if self._open.get(key) is question:
                    del self._open[key]

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Comes back when the thread is done with it, also when it is told to stop: it works on one thing only."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            with suppress(Exception):
                await running
            raise

    async def _in_turn(self, work: Callable[[GoOn], Awaitable[T]], stop: threading.Event) -> T:
        def go_on() -> None:
            if stop.is_set():
                raise Stopped

        async with self._turn:
            return await work(go_on)

    @staticmethod
    async def _answer(question: _Question, asker: Asker | None) -> Any:
        """Raises `Problem` 503 where the client left: nobody reads that."""
        while not question.task.done():
            await asyncio.wait({question.task}, timeout=LOOK_SECONDS if asker else None)
            if asker is not None and not question.task.done() and await asker.has_left():
                raise Problem(503, "client-left", "The client did not wait for the answer.")
        return question.task.result()
