"""Concurrent callers share a round trip, and never each other's fate."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from banen_kit.core.errors import StoreUnavailable
from banen_kit.postgres.batching import AT_A_TIME, ENOUGH, Batcher


class Work:
    """Doubles numbers, a batch at a time, each time it is let go on; a negative number fails its batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.authentication = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(numbers))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.authentication.wait()
            if min(numbers) < 0:
                raise ValueError(min(numbers))
            return [2 * number for number in numbers]
        finally:
            self.under_way -= 1


@pytest.fixture
def work() -> Work:
    return Work()


def coalescer(work: Work, *, workers: int = 1, most: int = 256, key_of: int = 1000) -> Batcher[int, int]:
    return Batcher(work, key=lambda number: number % key_of, workers=workers, most=most)


async def asked(asking: Batcher[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    """Questions that have been put, in this order, and wait for their answers."""
    tasks = [asyncio.create_task(asking.ask(number)) for number in numbers]
    for _ in range(5):  # as often as it takes a worker to pick up what it can
        await asyncio.sleep(0)
    return tasks


async def test_asks_at_once_when_idle(work: Work):
    await asked(coalescer(work), 1)
    assert work.batches == [[1]]


async def test_what_is_asked_meanwhile_goes_together(work: Work):
    asking = coalescer(work)
    first = await asked(asking, 1)
    later = await asked(asking, 2, 3, 4)
    work.authentication.set()
    assert await asyncio.gather(*first, *later) == [2, 4, 6, 8]
    assert work.batches == [[1], [2, 3, 4]]


async def test_who_asks_at_the_next_turn_of_the_loop_comes_along(work: Work):
    asking = coalescer(work)
    tasks: list[asyncio.Task[int]] = []
    for number in range(10):
        tasks.append(asyncio.create_task(asking.ask(number)))
        await asyncio.sleep(0)
    work.authentication.set()
    await asyncio.gather(*tasks)
    assert work.batches == [list(range(10))]


async def test_a_worker_does_not_wait_for_ever_where_more_and_more_is_asked(work: Work):
    asking = coalescer(work)
    tasks: list[asyncio.Task[int]] = []
    while not work.batches:
        tasks.append(asyncio.create_task(asking.ask(len(tasks))))
        await asyncio.sleep(0)
    assert len(work.batches[0]) <= ENOUGH + 2
    work.authentication.set()
    await asyncio.gather(*tasks)


async def test_callers_go_on_a_few_in_one_turn_of_the_loop(work: Work):
    asking = coalescer(work)
    turn, went_on = 0, list[int]()

    async def caller(number: int) -> None:
        await asking.ask(number)
        went_on.append(turn)

    callers = asyncio.gather(*(caller(number) for number in range(3 * AT_A_TIME)))
    work.authentication.set()
    while not callers.done():
        turn += 1
        await asyncio.sleep(0)
    assert max(Counter(went_on).values()) == AT_A_TIME


async def test_questions_with_the_same_key_never_share_a_batch_and_keep_their_order(work: Work):
    asking = coalescer(work, key_of=10)
    tasks = [*await asked(asking, 1), *await asked(asking, 2, 12, 3, 22)]
    work.authentication.set()
    assert await asyncio.gather(*tasks) == [2, 4, 24, 6, 44]
    assert work.batches == [[1], [2, 3], [12], [22]]


async def test_a_batch_holds_no_more_than_the_most(work: Work):
    asking = coalescer(work, most=2)
    tasks = [*await asked(asking, 1), *await asked(asking, 2, 3, 4)]
    work.authentication.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    assert work.batches == [[1], [2, 3], [4]]


async def test_no_more_workers_than_said_are_at_work(work: Work):
    asking = coalescer(work, workers=2)
    tasks = [*await asked(asking, 1), *await asked(asking, 2), *await asked(asking, 3, 4)]
    assert work.batches == [[1], [2]]
    work.authentication.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    assert work.most_under_way == 2


async def test_a_bad_question_fails_alone(work: Work):
    asking = coalescer(work)
    tasks = [*await asked(asking, 1), *await asked(asking, 2, -3, 4)]
    work.authentication.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [repr(answer) for answer in answers] == ["2", "4", "ValueError(-3)", "8"]
    assert work.batches == [[1], [2, -3, 4], [2], [-3], [4]]


async def test_works_on_after_a_failure(work: Work):
    asking = coalescer(work)
    work.authentication.set()
    with pytest.raises(ValueError, match="-1"):
        await asking.ask(-1)
    assert await asking.ask(2) == 4


async def test_a_caller_who_left_is_not_asked_for(work: Work):
    asking = coalescer(work)
    first = await asked(asking, 1)
    left, stayed = await asked(asking, 2, 3)
    left.cancel()
    work.authentication.set()
    assert await asyncio.gather(*first, stayed) == [2, 6]
    assert work.batches == [[1], [3]]


async def test_nothing_is_asked_when_all_callers_left(work: Work):
    asking = coalescer(work)
    first = await asked(asking, 1)
    (left,) = await asked(asking, 2)
    left.cancel()
    work.authentication.set()
    await asyncio.gather(*first)
    assert await asking.ask(3) == 6
    assert work.batches == [[1], [3]]


async def test_a_caller_who_leaves_during_the_work_disturbs_nobody(work: Work):
    asking = coalescer(work)
    first = await asked(asking, 1)
    left, stayed = await asked(asking, 2, 3)
    work.authentication.set()
    await asyncio.gather(*first)
    left.cancel()
    assert await stayed == 6
    assert await asking.ask(4) == 8


async def test_when_the_store_is_away_nobody_is_asked_again():
    asked: list[int] = []

    async def away(questions: Sequence[int]) -> Sequence[int]:
        asked.append(len(questions))
        raise StoreUnavailable("away")

    callers = Batcher[int, int](away, key=lambda question: question, workers=1)
    answers = await asyncio.gather(*(callers.ask(question) for question in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 5
    assert asked == [5]
