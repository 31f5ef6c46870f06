"""Waiting for what must come about."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable

DEADLINE = 60.0
"""Seconds after which it will not come any more, also on a busy machine."""


async def eventually(holds: Callable[[], object | Awaitable[object]]) -> None:
    # Not asyncio.timeout: nats-py may swallow its cancellation, and then the wait would never end.
    deadline = asyncio.get_running_loop().time() + DEADLINE
    while not (await found if isawaitable(found := holds()) else found):
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"
        await asyncio.sleep(0.01)
