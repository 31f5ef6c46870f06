"""Reads a durable consumer of EVT_ALL in batches, each asked for while the one before it is worked on.

nats-py's `fetch` starts a task and a timer for each message, and asks only when it is called.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from nats.aio.client import Client
from nats.aio.msg import Msg

from banen_kit.messaging.jetstream import EVT_ALL, UNREACHABLE, BusUnavailable, headers_of
from banen_kit.messaging.wire import answered, write

FETCH = 500
WAIT_SECONDS = 1.0
"""How long a request may wait at the server for a first message."""
SILENT_SECONDS = 2.0
"""After which a request is taken for lost: a restart of the bus takes it along."""
REQUEST = json.dumps({"batch": FETCH, "expires": int(WAIT_SECONDS * 10**9), "no_wait": True}).encode()
"""Waits for a first message, then takes what is there. It ends with the last of the batch, or else with a status."""
NOTHING_MORE = ("404", "408")
"""The statuses with which a request ends that brought less than a batch."""


class Pull:
    """A subscription that stays, and the one request that is under way. Open it with `pulling`."""

    def __init__(self, client: Client, consumer: str) -> None:
        self.inbox = client.new_inbox()
        self.arrived: list[Msg] = []
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{EVT_ALL}.{consumer}"
        self._asked = 0
        self._due = 0
        self._ended = asyncio.Event()
        self._refusal: str | None = None

    async def ask(self) -> None:
        self._asked += 1
        self._due, self._refusal = FETCH, None
        self._ended.clear()
        await self._client.publish(self._subject, REQUEST, reply=f"{self.inbox}.{self._asked}")

    async def take(self) -> list[Msg] | None:
        """What the request brought, after asking for more; None where the bus did not answer.

        Raises `BusUnavailable` where the consumer cannot be read.
        """
        has_ended = await self.ended(SILENT_SECONDS)
        taken, self.arrived = self.arrived, []
        if self._refusal is not None and not taken:
            raise BusUnavailable(f"the consumer cannot be read (status {self._refusal})")
        if has_ended or self._client.is_connected:  # what is asked meanwhile would all be sent in the end
            await self.ask()
        return taken if taken or has_ended else None

    async def ended(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def on_message(self, message: Msg) -> None:
        # Only a delivery is to be acknowledged. A header named Status is no word of the server.
        if message.reply.startswith("$JS.ACK."):
            self.arrived.append(message)
            self._due -= 1
            if self._due == 0:
                self._ended.set()
        elif message.subject == f"{self.inbox}.{self._asked}":  # not the end of one that was taken for lost
            status = headers_of(message).get("Status", "none")
            self._refusal = None if status in NOTHING_MORE else status
            self._ended.set()


@asynccontextmanager
async def pulling(client: Client, consumer: str) -> AsyncGenerator[Pull]:
    """What was asked for and not taken at the end is refused, so that it comes again soon."""
    pull = Pull(client, consumer)
    subscription = await client.subscribe(f"{pull.inbox}.*", cb=pull.on_message)  # pyright: ignore[reportUnknownMemberType]
    try:
        await pull.ask()
        yield pull
    finally:
        with suppress(*UNREACHABLE):  # then it comes again when its time is over
            if pull.arrived:
                await pull.ended(WAIT_SECONDS)
            await subscription.unsubscribe()
            await refuse(client, pull.arrived)


async def acknowledge(client: Client, messages: Sequence[Msg]) -> None:
    """All of them, as one write."""
    await write(client, [answered(message.reply, b"") for message in messages])


async def refuse(client: Client, messages: Sequence[Msg]) -> None:
    """Each comes again, in a second."""
    await write(client, [answered(message.reply, b'-NAK {"delay": 1000000000}') for message in messages])
