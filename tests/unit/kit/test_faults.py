"""A loop goes on whatever its work raises; what is wrong is said once, shown, and withdrawn when it is mended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry

from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Fault, Faults, Loop, forever, reason_of
from banen_kit.core.metrics import Metrics

AWAY = StoreUnavailable("PostgreSQL cannot be reached: TimeoutError")


@pytest.fixture
def faults() -> Faults:
    return Faults(Metrics.create(CollectorRegistry()))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a loop wanted to wait each time; nobody really waits."""
    asked: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        asked.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    return asked


@asynccontextmanager
async def running(loop: Awaitable[None]) -> AsyncIterator[None]:
    async def run() -> None:
        await loop

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()


def work_that(*raises: Exception | None) -> tuple[Callable[[], Awaitable[None]], asyncio.Event]:
    """Work that raises these, one after the other, and then waits for ever; and when it has come so far."""
    left, done = list(raises), asyncio.Event()

    async def work() -> None:
        if not left:
            done.set()
            await asyncio.Event().wait()
        if (error := left.pop(0)) is not None:
            raise error

    return work, done


def value(faults: Faults, name: str, **labels: str) -> float | None:
    return faults.metrics.registry.get_sample_value(f"banen_{name}", labels)


@pytest.mark.parametrize(
    "error",
    [
        AWAY,
        RuntimeError("broken"),
        AssertionError(),
        KeyError("x"),
        ExceptionGroup("many", [AWAY]),
        TimeoutError(),
    ],
)
async def test_goes_on_after_any_error_and_counts_it(faults: Faults, pauses: list[float], error: Exception):
    work, done = work_that(error, error, None)
    async with running(forever("clockwork", work, faults)):
        await done.wait()
    kind = "StoreUnavailable" if isinstance(error, ExceptionGroup) else type(error).__name__
    assert value(faults, "loop_failures_total", loop="clockwork", reason=kind) == 2
    assert faults.open() == {}


async def test_shows_what_is_wrong_until_the_work_comes_back(faults: Faults, pauses: list[float]):
    work, done = work_that(AWAY)
    async with running(forever("clockwork", work, faults)):
        await done.wait()
        assert faults.open() == {"clockwork": Fault(str(AWAY))}
        assert value(faults, "fault", fault="clockwork") == 1
    work, done = work_that(AWAY, None)
    async with running(forever("clockwork", work, faults)):
        await done.wait()
    assert faults.open() == {}
    assert value(faults, "fault", fault="clockwork") == 0


async def test_waits_longer_each_time_up_to_a_limit_and_starts_anew_once_it_worked(
    faults: Faults, pauses: list[float]
):
    work, done = work_that(*[AWAY] * 12, None, AWAY)
    async with running(forever("clockwork", work, faults, every=0.0)):
        await done.wait()
    longest = [0.1 * 2**number for number in range(8)]
    expected = [*(min(pause, 15.0) for pause in [*longest, *[99.0] * 4]), 0.0, 0.1]
    assert len(pauses) == len(expected)
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, expected, strict=True))


async def test_says_it_once_however_often_it_fails(
    faults: Faults, pauses: list[float], caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    work, done = work_that(AWAY, AWAY, AWAY, None, None)
    async with running(forever("clockwork", work, faults)):
        await done.wait()
    assert [record.getMessage() for record in caplog.records] == [f"clockwork: {AWAY}", "clockwork: mended"]


async def test_a_failure_within_the_tolerance_is_no_fault(faults: Faults, pauses: list[float]):
    work, done = work_that(AWAY, AWAY)
    async with running(forever("clockwork", work, faults, tolerance=60.0)):
        await done.wait()
        assert faults.open() == {}


async def test_work_that_lasts_says_itself_that_it_got_through(faults: Faults, pauses: list[float]):
    loop = Loop("clockwork", faults)
    attempts: list[int] = []
    done = asyncio.Event()

    async def work() -> None:
        attempts.append(len(faults.open()))
        if len(attempts) == 4:
            done.set()
            await asyncio.Event().wait()
        if len(attempts) == 3:
            loop.got_through()
            attempts[-1] = len(faults.open())
        raise AWAY

    async with running(loop.forever(work)):
        await done.wait()
    assert attempts == [0, 1, 0, 1]
    # The last pause is short again.
    assert pauses[-1] <= 0.1


async def test_ends_when_it_is_cancelled_also_while_it_fails(faults: Faults):
    async def work() -> None:
        raise AWAY

    async with running(forever("clockwork", work, faults)):
        await asyncio.sleep(0)


def test_a_fault_of_others_is_not_quoted():
    """A library may have put a value into its message."""
    assert reason_of(AWAY) == str(AWAY)
    assert reason_of(ValueError("Synthetica Voorbeeld")) == "ValueError"
    with pytest.raises(ValueError, match="Synthetica") as caught:
        int("Synthetica")
    said = reason_of(ExceptionGroup("Synthetica", [caught.value]))
    assert said.startswith("ValueError at test_faults.py:")
    assert "Synthetica" not in said


def test_a_fault_that_does_not_stop_work_says_so(faults: Faults):
    faults.raise_("clock-jump", "it jumped", still_ready=True)
    assert faults.open() == {"clock-jump": Fault("it jumped", still_ready=True)}


def names(faults: Faults) -> Sequence[str]:
    return sorted(faults.open())


def test_faults_are_kept_apart_by_name(faults: Faults):
    faults.raise_("a", "one")
    faults.raise_("b", "other")
    faults.clear("a")
    faults.clear("c")
    assert names(faults) == ["b"]
