"""The current faults of a running service, by name; and background loops that continue after any error."""

import asyncio
import logging
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, cast

from nats.js.errors import APIError

from banen_kit.core.metrics import Metrics

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 15.0


@dataclass(frozen=True)
class Fault:
    """Something that is wrong now. `reason` is for people; it holds no personal data and no secret."""

    reason: str
    still_ready: bool = False
    """Whether the service may get work all the same."""


@dataclass
class Faults:
    """The current faults of one service, for readiness, log and metrics. Logs when a fault begins and when it ends."""

    metrics: Metrics
    _open: dict[str, Fault] = field(default_factory=dict[str, Fault])

    def raise_(self, name: str, reason: str, *, still_ready: bool = False) -> None:
        """Reports a fault, or a new reason for a known one."""
        fault = Fault(reason, still_ready)
        if self._open.get(name) != fault:
            log.error("%s: %s", name, reason)
        self._open[name] = fault
        self.metrics.fault.labels(name).set(1)

    def clear(self, name: str) -> None:
        """The fault is over, or never existed."""
        if self._open.pop(name, None) is not None:
            log.info("%s: mended", name)
        self.metrics.fault.labels(name).set(0)

    def open(self) -> Mapping[str, Fault]:
        return dict(self._open)


@dataclass
class Loop:
    """Background work that is repeated for ever, whatever it raises.

    A failure is counted and retried after growing, jittered pauses. When failures last longer than `tolerance` seconds,
    they become the fault `name`, until the work returns or calls `got_through`.
    """

    name: str
    faults: Faults
    tolerance: float = 0.0
    still_ready: bool = False
    _pause: float = SHORTEST_PAUSE
    _failing_since: float | None = None

    async def forever(self, work: Callable[[], Awaitable[None]], *, every: float = 0.0) -> NoReturn:
        """Repeats the work, with a pause of `every` seconds."""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - a loop never takes the process with it
                end_if_cancelled()
                self._failed(error)
                await asyncio.sleep(self._pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
            else:
                end_if_cancelled()
                self.got_through()
                await asyncio.sleep(every)

    def got_through(self) -> None:
        """For work that does not return: reports that it succeeds again."""
        self._pause, self._failing_since = SHORTEST_PAUSE, None
        self.faults.clear(self.name)

    def _failed(self, error: Exception) -> None:
        self.faults.metrics.loop_failures.labels(self.name, type(leaf_of(error)).__name__).inc()
        now = asyncio.get_running_loop().time()
        self._failing_since = self._failing_since or now
        if now - self._failing_since >= self.tolerance:
            self.faults.raise_(self.name, reason_of(error), still_ready=self.still_ready)


async def forever(
    name: str,
    work: Callable[[], Awaitable[None]],
    faults: Faults,
    *,
    every: float = 0.0,
    tolerance: float = 0.0,
) -> NoReturn:
    """Runs work that returns in a `Loop`."""
    await Loop(name, faults, tolerance).forever(work, every=every)


def leaf_of(error: BaseException) -> BaseException:
    """Returns the first error inside nested exception groups."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("tuple[BaseException, ...]", error.exceptions)[0]  # pyright: ignore[reportUnknownMemberType]
    return error


def reason_of(error: BaseException) -> str:
    """Describes an error. Our own messages are safe; of others only type and place are given, since they quote values."""
    error = leaf_of(error)
    if type(error).__module__.startswith("banen_") and str(error):
        return str(error)
    if isinstance(error, APIError):
        return f"NATS says: {error.description}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def end_if_cancelled() -> None:
    """For endless loops: nats-py's requests can swallow a cancellation (`wait_for` does, before Python 3.12)."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
