"""Reading a consumer ahead, on a real bus: nothing is left lying, whatever ends."""

import asyncio
from collections.abc import Callable

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from banen_kit.messaging.jetstream import EVT_ALL, BusUnavailable, Message, api, publish_batch
from banen_kit.messaging.pull import FETCH, Pull, acknowledge, pulling
from banen_kit.messaging.topology import Partner, apply_consumer, apply_stream, inbox_consumer, streams
from banen_local.cluster.nats import Nats

CONSUMER = "bureau-reporting"
DEADLINE = 10.0
"""Less than the consumer waits for an acknowledgement: what is seen before was not merely forgotten."""


@pytest.fixture
async def evt(bus: Client) -> Client:
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
        await apply_stream(bus, declared, change=False)
    await apply_consumer(bus, inbox_consumer("bureau", "reporting"), change=False)
    return bus


async def publish(client: Client, count: int, after: int = 0) -> None:
    """So many messages, each with its number as its body, and all of them in EVT_ALL."""
    messages: list[Message] = [
        ("evt.uaf.intake.x.v1", str(number).encode(), {}) for number in range(after + 1, after + count + 1)
    ]
    for start in range(0, count, 500):
        await publish_batch(client, messages[start : start + 500], after + start)
    deadline = asyncio.get_running_loop().time() + DEADLINE
    while (await api(client, f"STREAM.INFO.{EVT_ALL}"))["state"]["messages"] < after + count:
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not holds():  # noqa: ASYNC110 - the client has no event for it
            await asyncio.sleep(0.01)


def numbers(messages: list[Msg]) -> list[int]:
    return [int(message.data) for message in messages]


async def take(pull: Pull, count: int) -> list[int]:
    """The numbers of the next ones, acknowledged."""
    found: list[int] = []
    async with asyncio.timeout(DEADLINE):
        while len(found) < count:
            taken = await pull.take() or []
            await acknowledge(pull._client, taken)
            found += numbers(taken)
    return found


async def test_the_next_batch_comes_while_one_is_worked_on(evt: Client):
    await publish(evt, 1200)
    async with pulling(evt, CONSUMER) as pull:
        taken = await pull.take()
        assert taken is not None
        assert numbers(taken) == list(range(1, FETCH + 1))
        await eventually(lambda: len(pull.arrived) == FETCH)  # and no more, though there is more
        assert await take(pull, 700) == list(range(FETCH + 1, 1201))


async def test_what_comes_one_by_one_is_not_kept_waiting(evt: Client):
    async with pulling(evt, CONSUMER) as pull:
        for number in range(5):
            await publish(evt, 1, after=number)
            assert await take(pull, 1) == [number + 1]


async def test_a_bus_without_messages_answers_all_the_same(evt: Client):
    async with pulling(evt, CONSUMER) as pull:
        assert await pull.take() == []


async def test_what_was_asked_for_ahead_is_given_back_at_the_end(evt: Client):
    await publish(evt, 1200)
    async with pulling(evt, CONSUMER) as pull:
        taken = await pull.take()
        assert taken is not None
        await acknowledge(evt, taken)
        await eventually(lambda: len(pull.arrived) > 0)
    async with pulling(evt, CONSUMER) as pull:
        assert sorted(await take(pull, 700)) == list(range(FETCH + 1, 1201))


async def test_goes_on_after_the_bus_was_killed(evt: Client, nats: Nats):
    await publish(evt, 1)
    async with pulling(evt, CONSUMER) as pull:
        assert await take(pull, 1) == [1]
        assert nats.process is not None
        nats.process.kill()
        await nats.stop()
        assert await pull.take() is None
        await nats.start()
        await eventually(lambda: evt.is_connected)
        await publish(evt, 1, after=1)
        taken: list[int] = []
        while 2 not in taken:
            taken += await take(pull, 1)
        assert set(taken) <= {1, 2}  # the bus may have been killed before it wrote down what was acknowledged


async def test_asks_once_while_the_bus_is_away(evt: Client, nats: Nats):
    """Whatever is asked meanwhile would be sent once it is back."""
    async with pulling(evt, CONSUMER) as pull:
        assert nats.process is not None
        nats.process.kill()
        await nats.stop()
        await eventually(lambda: not evt.is_connected)
        asked = pull._asked
        assert [await pull.take() for _ in range(2)] == [None, None]
        assert pull._asked == asked


async def test_the_end_of_a_request_that_was_taken_for_lost_ends_no_other(evt: Client):
    async with pulling(evt, CONSUMER) as pull:
        await pull.ask()
        assert not await pull.ended(0.0)
        await pull.on_message(Msg(evt, f"{pull.inbox}.1", "", b"", {"Status": "404"}))
        assert not await pull.ended(0.0)
        await pull.on_message(Msg(evt, f"{pull.inbox}.2", "", b"", {"Status": "404"}))
        assert await pull.ended(0.0)


async def test_says_that_the_consumer_is_gone(evt: Client):
    async with pulling(evt, CONSUMER) as pull:
        await api(evt, f"CONSUMER.DELETE.{EVT_ALL}.{CONSUMER}")
        with pytest.raises(BusUnavailable, match="cannot be read"):
            await take(pull, 1)
