"""What is wrong with a running service, by name, until it is mended; and loops that go on whatever goes wrong."""

import asyncio
import logging
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from banen_kit.bus import end_if_cancelled
from banen_kit.metrics import Metrics

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 15.0


@dataclass(frozen=True)
class Fault:
    """Something that is wrong now. `reason` is for people: no personal data, no secret."""

    reason: str
    still_ready: bool = False
    """Whether the service may be given work all the same."""


@dataclass
class Faults:
    """The faults of one service, for readiness, the log and the metrics. Says each once, and once that it is over."""

    metrics: Metrics
    _open: dict[str, Fault] = field(default_factory=dict[str, Fault])

    def raise_(self, name: str, reason: str, *, still_ready: bool = False) -> None:
        """There is a fault, or it has another reason now."""
        fault = Fault(reason, still_ready)
        if self._open.get(name) != fault:
            log.error("%s: %s", name, reason)
        self._open[name] = fault
        self.metrics.fault.labels(name).set(1)

    def clear(self, name: str) -> None:
        """It is mended, or never was."""
        if self._open.pop(name, None) is not None:
            log.info("%s: mended", name)
        self.metrics.fault.labels(name).set(0)

    def open(self) -> Mapping[str, Fault]:
        return dict(self._open)


async def forever(
    name: str,
    work: Callable[[], Awaitable[None]],
    faults: Faults,
    *,
    every: float = 0.0,
    tolerance: float = 0.0,
) -> NoReturn:
    """Do `work` again and again, `every` so many seconds, whatever it raises.

    A failure is counted and tried again after growing, jittered pauses. It becomes the fault `name` when it lasts for
    longer than `tolerance` seconds, and is over when `work` comes back. Work that does not come back by itself says
    with `faults.clear` that it got through.
    """
    loop = asyncio.get_running_loop()
    pause, failing_since = SHORTEST_PAUSE, None
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a loop never takes the process with it
            end_if_cancelled()
            if name not in faults.open() and pause == LONGEST_PAUSE:
                pause, failing_since = SHORTEST_PAUSE, None  # it got through in the meantime
            faults.metrics.loop_failures.labels(name, type(error).__name__).inc()
            failing_since = failing_since or loop.time()
            if loop.time() - failing_since >= tolerance:
                faults.raise_(name, reason_of(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            end_if_cancelled()
            pause, failing_since = SHORTEST_PAUSE, None
            faults.clear(name)
            await asyncio.sleep(every)


def reason_of(error: BaseException) -> str:
    """What to say of an error: our own say it themselves; of others the kind and the place, since they quote values."""
    if type(error).__module__.startswith("banen_") and str(error):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
