"""Reading a consumer ends, with a reason, when it is gone, edited or stuck, and goes on once it is as declared."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client
from prometheus_client import CollectorRegistry

from banen_kit.core.faults import Faults, Loop
from banen_kit.core.metrics import Metrics
from banen_kit.messaging import attend as attend_module
from banen_kit.messaging.attend import attend
from banen_kit.messaging.jetstream import EVT_ALL, api, jetstream, publish_batch
from banen_kit.messaging.topology import Partner, apply_consumer, apply_stream, inbox_consumer, streams
from support.waiting import eventually

DECLARED = inbox_consumer("bureau", "reporting")
NAME: str = DECLARED["durable_name"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attend_module, "LOOK_SECONDS", 0.02)


@pytest.fixture
async def evt(bus: Client) -> Client:
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
        await apply_stream(bus, declared, change=False)
    await apply_consumer(bus, DECLARED, change=False)
    return bus


@pytest.fixture
def faults() -> Faults:
    return Faults(Metrics.create(CollectorRegistry()))


@asynccontextmanager
async def attending(
    client: Client, faults: Faults, read: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    loop = Loop("reading", faults)
    task = asyncio.create_task(loop.forever(lambda: attend(client, [DECLARED], read, loop)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()


def says(faults: Faults, text: str) -> Callable[[], bool]:
    return lambda: text in (faults.open()["reading"].reason if faults.open() else "")


class Reader:
    """Stands for a subscription: counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0

    async def __call__(self) -> None:
        self.begun += 1
        await asyncio.Event().wait()


async def test_a_consumer_that_is_not_there_is_a_fault_until_it_is(bus: Client, faults: Faults):
    reader = Reader()
    async with attending(bus, faults, reader):
        await eventually(says(faults, f"consumer {NAME} does not exist; run: banen bus apply"))
        assert reader.begun == 0
        for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
            await apply_stream(bus, declared, change=False)
        await apply_consumer(bus, DECLARED, change=False)
        await eventually(lambda: not faults.open() and reader.begun == 1)


async def test_a_consumer_that_is_deleted_while_it_is_read_is_read_anew_once_it_is_back(
    evt: Client, faults: Faults
):
    reader = Reader()
    async with attending(evt, faults, reader):
        await eventually(lambda: reader.begun == 1)
        await api(evt, f"CONSUMER.DELETE.{EVT_ALL}.{NAME}")
        await eventually(says(faults, "does not exist"))
        await apply_consumer(evt, DECLARED, change=False)
        await eventually(lambda: not faults.open() and reader.begun >= 2)


async def test_a_consumer_that_is_edited_while_it_is_read_is_a_fault(evt: Client, faults: Faults):
    edited: dict[str, Any] = {**DECLARED, "max_ack_pending": 7}
    async with attending(evt, faults, Reader()):
        await eventually(lambda: not faults.open())
        await apply_consumer(evt, edited, change=True)
        await eventually(says(faults, "max_ack_pending: is 7; declared 5000"))
        await apply_consumer(evt, DECLARED, change=True)
        await eventually(lambda: not faults.open())


async def test_a_consumer_of_which_nothing_is_acknowledged_is_a_fault_also_after_a_new_start(
    evt: Client, faults: Faults, monkeypatch: pytest.MonkeyPatch
):
    """However often the reading starts anew: only what moves is mended."""
    monkeypatch.setattr(attend_module, "STUCK_SECONDS", 0.1)
    await publish_batch(evt, [("evt.uaf.intake.contact-made.v1", b"{}", {})] * 2, 0)
    reader = Reader()
    async with attending(evt, faults, reader):
        await eventually(says(faults, f"consumer {NAME} has 2 messages, and none is acknowledged"))
        await eventually(lambda: reader.begun >= 3)
        assert says(faults, "none is acknowledged")()
        subscription = await jetstream(evt).pull_subscribe_bind(NAME, stream=EVT_ALL)
        for message in await subscription.fetch(2, timeout=5):
            await message.ack()
        await eventually(lambda: not faults.open())
