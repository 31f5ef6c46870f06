"""Reads durable consumers while they are as declared and make progress."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nats.aio.client import Client

from banen_kit.core.faults import Loop, end_if_cancelled
from banen_kit.messaging.jetstream import BusUnavailable
from banen_kit.messaging.topology import refuse_other_consumer

LOOK_SECONDS = 5.0
STUCK_SECONDS = 30.0
"""How long a consumer may have messages without acknowledging any."""


async def attend(
    client: Client,
    consumers: Sequence[Mapping[str, Any]],
    read: Callable[[], Awaitable[None]],
    loop: Loop,
) -> None:
    """Runs `read` until it fails, or a consumer is missing, changed or stuck. Tells `loop` when all make progress.

    A subscription that went silent after a restart of the bus can only be told from an idle one by checking progress.
    Raises `TopologyDiffers`, `BusUnavailable`, and what `read` raises.
    """
    watched = [_Watched(declared) for declared in consumers]
    for one in watched:
        await one.look(client)
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_coroutine(read()))
        while not reading.done():
            if all(one.gets_on for one in watched):
                loop.got_through()
            await asyncio.wait([reading], timeout=LOOK_SECONDS)
            end_if_cancelled()
            for one in watched:
                await one.look(client)


async def _coroutine(work: Awaitable[None]) -> None:
    await work


class _Watched:
    """One consumer: up to where messages are acknowledged, and since when."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        self.gets_on = False
        """Whether it was seen idle or moving. A stuck consumer must not look repaired just because we restarted."""
        self._declared = declared
        self._floor: int | None = None
        self._since = 0.0

    async def look(self, client: Client) -> None:
        info = await refuse_other_consumer(client, self._declared)
        now = asyncio.get_running_loop().time()
        floor, waiting = info["ack_floor"]["stream_seq"], info["num_pending"] + info["num_ack_pending"]
        if waiting == 0 or floor != self._floor:
            self.gets_on = waiting == 0 or self._floor is not None
            self._floor, self._since = floor, now
        elif now - self._since > STUCK_SECONDS:
            name = self._declared["durable_name"]
            raise BusUnavailable(f"consumer {name} has {waiting} messages, and none is acknowledged")
