"""Reads a durable consumer of EVT_ALL in batches, and requests the next batch while the last one is processed.

nats-py's `fetch` would start a task and a timer per message, and request a batch only when called.
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
"""How long a request may wait at the server for its first message."""
SILENT_SECONDS = 2.0
"""After this time, a request counts as lost, for example in a restart of the bus."""
REQUEST = json.dumps({"batch": FETCH, "expires": int(WAIT_SECONDS * 10**9), "no_wait": True}).encode()
"""Waits for a first message, then takes what is there. Ends when the batch is full, or with a status."""
NOTHING_MORE = ("404", "408")
"""Statuses that end a request whose batch is not full."""


class Pull:
    """A subscription, and the one request in progress. Create it with `pulling`."""

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
        """Returns the messages of the last request and sends the next one; None if the bus did not answer.

        Raises `BusUnavailable` if the consumer cannot be read.
        """
        has_ended = await self.ended(SILENT_SECONDS)
        taken, self.arrived = self.arrived, []
        if self._refusal is not None and not taken:
            raise BusUnavailable(f"the consumer cannot be read (status {self._refusal})")
        if has_ended or self._client.is_connected:  # else requests would pile up
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
        # Only deliveries are acknowledged. A delivery with a header named Status is not a status of the server.
        if message.reply.startswith("$JS.ACK."):
            self.arrived.append(message)
            self._due -= 1
            if self._due == 0:
                self._ended.set()
        elif message.subject == f"{self.inbox}.{self._asked}":  # not a late end of a lost one
            status = headers_of(message).get("Status", "none")
            self._refusal = None if status in NOTHING_MORE else status
            self._ended.set()


@asynccontextmanager
async def pulling(client: Client, consumer: str) -> AsyncGenerator[Pull]:
    """Opens a `Pull`. At the end, messages that were not taken are refused, so they are delivered again soon."""
    pull = Pull(client, consumer)
    subscription = await client.subscribe(f"{pull.inbox}.*", cb=pull.on_message)  # pyright: ignore[reportUnknownMemberType]
    try:
        await pull.ask()
        yield pull
    finally:
        with suppress(*UNREACHABLE):  # then they are delivered again after `ack_wait`
            if pull.arrived:
                await pull.ended(WAIT_SECONDS)
            await subscription.unsubscribe()
            await refuse(client, pull.arrived)


async def acknowledge(client: Client, messages: Sequence[Msg]) -> None:
    """Acknowledges all of them in one write."""
    await write(client, [answered(message.reply, b"") for message in messages])


async def refuse(client: Client, messages: Sequence[Msg]) -> None:
    """Has each of them delivered again after a second."""
    await write(client, [answered(message.reply, b'-NAK {"delay": 1000000000}') for message in messages])
