"""Lets concurrent callers share one round trip: questions that arrive during a call go into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from banen_kit.core.errors import StoreUnavailable

Q = TypeVar("Q")
R = TypeVar("R")

ENOUGH = 32
"""With this many questions, a worker starts without waiting for more."""
QUIET_TURNS = 2
"""A worker starts after this many turns of the event loop without a new question."""
AT_A_TIME = 4
"""How many callers get their answers in one turn of the event loop: each may then run for a millisecond."""


class Batcher(Generic[Q, R]):
    """Answers questions by calling `work` with many of them at once.

    An idle worker does not wait for a timer: it starts when a few turns of the event loop brought no new question. So
    callers in quick succession, such as the lines of a bulk load, share a call, and a single caller is served at once.
    Two questions with the same `key` are never in one batch. If `work` fails for a batch, each question is asked again
    alone, so that one bad question cannot fail others; but not if the store is unavailable.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Q]], Awaitable[Sequence[R]]],
        *,
        key: Callable[[Q], Hashable],
        workers: int,
        most: int = 256,
    ) -> None:
        self._work = work
        self._key = key
        self._most = most
        self._waiting: list[tuple[Q, asyncio.Future[R]]] = []
        self._idle = workers
        self._is_gathering = False
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, question: Q) -> R:
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        self._start_worker()
        return await answer

    def _start_worker(self) -> None:
        if self._waiting and self._idle and not self._is_gathering:
            self._idle -= 1
            self._is_gathering = True
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _drain(self) -> None:
        try:
            try:
                await self._until_quiet()
            finally:
                self._is_gathering = False
            batch = self._next_batch()
            self._start_worker()  # for the remaining questions, if another worker is idle
            if batch:  # empty when all callers left
                await self._answer(batch)
        finally:
            self._idle += 1
            self._start_worker()

    async def _until_quiet(self) -> None:
        seen = 0
        while seen < len(self._waiting) < ENOUGH:
            seen = len(self._waiting)
            for _ in range(QUIET_TURNS):
                await asyncio.sleep(0)

    def _next_batch(self) -> list[tuple[Q, asyncio.Future[R]]]:
        taken: list[tuple[Q, asyncio.Future[R]]] = []
        left: list[tuple[Q, asyncio.Future[R]]] = []
        keys: set[Hashable] = set()
        for question, answer in self._waiting:
            key = self._key(question)
            if answer.done():  # its caller was cancelled
                continue
            if key in keys or len(taken) == self._most:
                left.append((question, answer))
            else:
                keys.add(key)
                taken.append((question, answer))
        self._waiting = left
        return taken

    async def _answer(self, batch: list[tuple[Q, asyncio.Future[R]]]) -> None:
        try:
            answers = await self._work([question for question, _ in batch])
        except BaseException as error:
            if len(batch) > 1 and isinstance(error, Exception) and not isinstance(error, StoreUnavailable):
                for one in batch:
                    await self._answer([one])
                return
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            await _hand_out(zip((answer for _, answer in batch), answers, strict=True))


async def _hand_out(answers: Iterable[tuple[asyncio.Future[R], R]]) -> None:
    for number, (answer, value) in enumerate(answers, 1):
        if not answer.done():
            answer.set_result(value)
        if number % AT_A_TIME == 0:
            await asyncio.sleep(0)
