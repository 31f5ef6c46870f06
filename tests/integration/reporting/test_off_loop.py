"""Costly questions stand before nobody else: bounded, shared, and given up when nobody waits."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import date

import pytest

from banen_kit.core.problem import Problem
from banen_reporting.figures.off_loop import MOST_WAITING, Asker, GoOn, OffLoop
from banen_reporting.queries.queries import FigureQueries, FigureQuery

DAY = date(2008, 12, 31)


class Gate:
    """Work that goes on until it is let through, or told to stop."""

    def __init__(self) -> None:
        self.opened, self.begun, self.times = threading.Event(), threading.Event(), 0
        self.was_stopped = threading.Event()

    def hold(self, go_on: GoOn) -> str:
        self.times += 1
        self.begun.set()
        try:
            while not self.opened.wait(0.001):
                go_on()
        except BaseException:
            self.was_stopped.set()
            raise
        return "answer"


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.opened.set()


def ask(
    heavy: OffLoop,
    gate: Gate,
    key: str,
    subject: str | None = None,
    left: asyncio.Event | None = None,
) -> asyncio.Task[str]:
    async def has_left() -> bool:
        return left is not None and left.is_set()

    async def work(go_on: GoOn) -> str:
        return await heavy.in_thread(lambda: gate.hold(go_on))

    return asyncio.create_task(heavy.ask(key, work, Asker(subject, has_left) if subject else None))


async def until_begun(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.begun.wait, 20)


async def test_two_who_ask_the_same_share_one_answer(gate: Gate):
    heavy = OffLoop()
    both = [ask(heavy, gate, "same", subject) for subject in ("one", "two")]
    await until_begun(gate)
    gate.opened.set()

    assert await asyncio.gather(*both) == ["answer", "answer"]
    assert gate.times == 1


async def test_the_third_question_of_a_subject_is_refused_and_another_subjects_is_not(gate: Gate):
    heavy = OffLoop()
    two = [ask(heavy, gate, key, "one") for key in ("first", "second")]
    await until_begun(gate)
    with pytest.raises(Problem) as refused:
        await ask(heavy, gate, "third", "one")
    other = ask(heavy, gate, "third", "two")
    gate.opened.set()

    assert (refused.value.status, "Retry-After" in refused.value.headers) == (429, True)
    assert await asyncio.gather(*two, other) == ["answer"] * 3
    assert await ask(heavy, gate, "third", "one") == "answer"


async def test_beyond_the_queue_a_question_is_refused_until_there_is_room(gate: Gate):
    heavy = OffLoop()
    waiting = [ask(heavy, gate, f"question {n}", f"subject {n}") for n in range(MOST_WAITING)]
    await until_begun(gate)
    with pytest.raises(Problem) as refused:
        await ask(heavy, gate, "one more", "somebody")
    gate.opened.set()

    assert (refused.value.status, "Retry-After" in refused.value.headers) == (503, True)
    assert await asyncio.gather(*waiting) == ["answer"] * MOST_WAITING


async def test_work_for_a_client_that_left_ends_and_the_thread_is_free(gate: Gate):
    heavy, left, second = OffLoop(), asyncio.Event(), Gate()
    asked = ask(heavy, gate, "long", "one", left)
    await until_begun(gate)
    left.set()
    with pytest.raises(Problem):
        await asked
    second.opened.set()

    assert await ask(heavy, second, "another", "one") == "answer"
    assert gate.was_stopped.is_set()


async def test_work_goes_on_while_one_of_two_still_waits(gate: Gate):
    heavy, left = OffLoop(), asyncio.Event()
    leaves, stays = ask(heavy, gate, "same", "one", left), ask(heavy, gate, "same", "two")
    await until_begun(gate)
    left.set()
    with pytest.raises(Problem):
        await leaves
    gate.opened.set()

    assert await stays == "answer"


async def test_current_figures_are_answered_while_a_past_date_is_worked_out(
    answers: FigureQueries, gate: Gate
):
    held = ask(answers.figures.others, gate, "held", "one")
    await until_begun(gate)

    today = await answers.targets(answers.asked(None, None, None))
    past = asyncio.create_task(answers.targets(FigureQuery("published", DAY, DAY)))
    assert today.national
    assert today.national.total.counted
    assert not past.done()

    gate.opened.set()
    assert await held == "answer"
    assert (await past).known_on == DAY
