"""Lets concurrent callers share one round trip: whatever is asked while a call is under way goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from banen_kit.core.errors import StoreUnavailable

Q = TypeVar("Q")
A = TypeVar("A")

ENOUGH = 32
"""Questions for which a worker waits for no more of them."""
QUIET_TURNS = 2
"""Turns of the event loop without a new question, after which a worker starts."""
AT_A_TIME = 4
"""Callers who get their answers in one turn of the event loop: each may go on with a millisecond of work."""


class Batcher(Generic[Q, A]):
    """Answers each question by calling `work` with many of them.

    An idle worker waits for no clock: it starts as soon as a few turns of the event loop brought no new question. So
    callers who ask one after the other, such as the lines of a bulk load, share a call, and who asks alone is served
    at once. Two questions with the same `key` never share a batch. When `work` fails for a batch of several, each is
    asked again alone, so that one bad question cannot fail another; but not where the store is away for all of them.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Q]], Awaitable[Sequence[A]]],
        *,
        key: Callable[[Q], Hashable],
        workers: int,
        most: int = 256,
    ) -> None:
        self._work = work
        self._key = key
        self._most = most
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._idle = workers
        self._is_gathering = False
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, question: Q) -> A:
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
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
            self._start_worker()  # for what is left, if another is idle
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

    def _next_batch(self) -> list[tuple[Q, asyncio.Future[A]]]:
        taken: list[tuple[Q, asyncio.Future[A]]] = []
        left: list[tuple[Q, asyncio.Future[A]]] = []
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

    async def _answer(self, batch: list[tuple[Q, asyncio.Future[A]]]) -> None:
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


async def _hand_out(answers: Iterable[tuple[asyncio.Future[A], A]]) -> None:
    for number, (answer, value) in enumerate(answers, 1):
        if not answer.done():
            answer.set_result(value)
        if number % AT_A_TIME == 0:
            await asyncio.sleep(0)
