"""Lets concurrent callers share one round trip: whatever is asked while a call is under way goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from banen_kit.core.errors import StoreUnavailable

Q = TypeVar("Q")
A = TypeVar("A")


class Batcher(Generic[Q, A]):
    """Answers each question by calling `work` with many of them. Nothing waits: an idle worker starts at once.

    Two questions with the same `key` never share a batch. When `work` fails for a batch of several, each is asked
    again alone, so that one bad question cannot fail another; but not where the store is away for all of them.
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
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, question: Q) -> A:
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._idle:
            self._idle -= 1
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await answer

    async def _drain(self) -> None:
        try:
            while self._waiting:
                if batch := self._next_batch():  # empty when all callers left
                    await self._answer(batch)
        finally:
            self._idle += 1

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
            for (_, answer), value in zip(batch, answers, strict=True):
                if not answer.done():
                    answer.set_result(value)
