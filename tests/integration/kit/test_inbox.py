"""Receiving everything once, on a real NATS and a real PostgreSQL, whatever arrives broken, twice or out of order."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from prometheus_client import CollectorRegistry

from banen_contracts import Envelope
from banen_contracts.base import source_of, subject_of
from banen_contracts.intake import Channel, ContactKind, ContactMade
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.messaging.inbox import Inbox
from banen_kit.messaging.jetstream import (
    DEAD_LETTERS,
    EVT_ALL,
    Message,
    api,
    headers_of,
    jetstream,
    publish_batch,
)
from banen_kit.messaging.topology import Partner, apply_consumer, apply_stream, inbox_consumer, streams
from banen_kit.postgres.connection import Pool, connect
from support.waiting import DEADLINE, eventually

SUBJECT = subject_of("uaf", ContactMade.NAME)
SOURCE = source_of("uaf", "intake")
STREAM = "EVT_UAF_INTAKE"
CONSUMER = "bureau-reporting"
KNOWN = datetime(2006, 2, 1, tzinfo=UTC)
RECORDED = datetime(2006, 3, 1, 12, tzinfo=UTC)


def contact(number: int) -> ContactMade:
    return ContactMade(
        contact_ref=UUID(int=number),
        occurred_on=date(2006, 3, 1),
        channel=Channel.OTHER,
        kind=ContactKind.CONTACT,
    )


def message(sequence: int, event: int | None = None, **changes: Any) -> Message:
    """An event; `event` numbers it where that is not its sequence."""
    number = sequence if event is None else event
    fields: dict[str, Any] = {
        "id": UUID(int=number),
        "source": SOURCE,
        "type": f"nl.banenoffensief.{ContactMade.NAME}",
        "subject": contact(number).ref,
        "time": RECORDED,
        "partner": "uaf",
        "sequence": sequence,
        "correlationid": UUID(int=7),
        "causationid": UUID(int=8),
    }
    return SUBJECT, contact(number).to_json(), Envelope(**fields | changes).headers()


def broken(sequence: int) -> Message:
    subject, body, headers = message(sequence)
    return subject, body, {name: value for name, value in headers.items() if name != "ce-id"}


class Bus:
    """The bus as a test uses it: publish, and look."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._last = 0

    async def publish(self, *messages: Message) -> None:
        for start in range(0, len(messages), 500):
            self._last = await publish_batch(self.client, messages[start : start + 500], self._last)

    async def fetch(self, count: int) -> list[Msg]:
        """So many messages as the consumer of the inbox gets them."""
        subscription = await jetstream(self.client).pull_subscribe_bind(CONSUMER, stream=EVT_ALL)
        found: list[Msg] = []
        async with asyncio.timeout(DEADLINE):
            while len(found) < count:
                found += await subscription.fetch(count - len(found), timeout=DEADLINE)
        return found

    async def dead_letters(self) -> list[dict[str, str]]:
        state = (await api(self.client, f"STREAM.INFO.{DEAD_LETTERS}"))["state"]
        return [
            headers_of(await jetstream(self.client).get_msg(DEAD_LETTERS, seq=number))
            for number in range(1, state["last_seq"] + 1)
        ]

    async def unacknowledged(self) -> int:
        info = await api(self.client, f"CONSUMER.INFO.{EVT_ALL}.{CONSUMER}")
        return info["num_pending"] + info["num_ack_pending"]


@pytest.fixture
async def evt(bus: Client) -> Bus:
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
        await apply_stream(bus, declared, change=False)
    await apply_consumer(bus, inbox_consumer("bureau", "reporting"), change=False)
    return Bus(bus)


@pytest.fixture
async def pool(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    pool = await connect(database.service_url, await new_schema("banen_kit", "banen_reporting"))
    yield pool
    await pool.close()


def inbox_of(pool: Pool, evt: Bus) -> Inbox:
    return Inbox(pool, inbox_consumer("bureau", "reporting"), Faults(Metrics.create(CollectorRegistry())))


@asynccontextmanager
async def running(inbox: Inbox, evt: Bus) -> AsyncIterator[None]:
    task = asyncio.create_task(inbox.run(evt.client))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()


async def received(pool: Pool) -> list[tuple[int, int]]:
    """Sequence and number of each event in the inbox."""
    rows = await pool.fetch("select sequence, event_id from inbox order by sequence")
    return [(row["sequence"], row["event_id"].int) for row in rows]


async def until_all_is_acknowledged(evt: Bus, published: int) -> None:
    async def is_done() -> bool:
        there = (await api(evt.client, f"STREAM.INFO.{EVT_ALL}"))["state"]["messages"]
        return there == published and await evt.unacknowledged() == 0

    await eventually(is_done)


async def test_keeps_an_event_as_it_came(pool: Pool, evt: Bus):
    await evt.publish(message(1, knownat=KNOWN, imported=True))
    async with running(inbox_of(pool, evt), evt):
        await until_all_is_acknowledged(evt, 1)
    row = await pool.fetchrow("select * from inbox")
    assert row
    assert {**row, "received_at": None} == {
        "source": SOURCE,
        "sequence": 1,
        "event_id": UUID(int=1),
        "type": f"nl.banenoffensief.{ContactMade.NAME}",
        "ref": str(UUID(int=1)),
        "recorded_at": RECORDED,
        "known_at": KNOWN,
        "imported": True,
        "correlation_id": UUID(int=7),
        "body": contact(1).to_json().decode(),
        "received_at": None,
    }


async def test_enters_a_new_source_among_those_to_be_projected(pool: Pool, evt: Bus):
    await evt.publish(message(1))
    async with running(inbox_of(pool, evt), evt):
        await until_all_is_acknowledged(evt, 1)
    assert [tuple(row) for row in await pool.fetch("select * from projected")] == [(SOURCE, 0)]


async def test_says_that_it_has_grown(pool: Pool, evt: Bus):
    await evt.publish(message(1))
    inbox = inbox_of(pool, evt)
    async with running(inbox, evt), asyncio.timeout(DEADLINE):
        await inbox.grown.wait()
    assert await received(pool) == [(1, 1)]


async def test_what_arrives_twice_is_received_once(pool: Pool, evt: Bus):
    await evt.publish(*(message(number) for number in (1, 2, 3)))
    messages = await evt.fetch(3)
    inbox = inbox_of(pool, evt)
    for _ in range(2):
        await inbox.receive(evt.client, messages)
    await inbox.receive(evt.client, [messages[0], messages[0]])
    assert await received(pool) == [(1, 1), (2, 2), (3, 3)]
    assert await evt.dead_letters() == []


async def test_what_was_published_twice_is_received_once(pool: Pool, evt: Bus):
    await evt.publish(message(1), message(1), message(2), message(1))
    async with running(inbox_of(pool, evt), evt):
        await until_all_is_acknowledged(evt, 4)
    assert await received(pool) == [(1, 1), (2, 2)]
    assert await evt.dead_letters() == []


@pytest.mark.parametrize("seed", range(3))
async def test_the_order_of_arrival_does_not_matter(pool: Pool, evt: Bus, seed: int):
    await evt.publish(*(message(number) for number in range(1, 31)))
    messages = await evt.fetch(30)
    random.Random(seed).shuffle(messages)
    inbox = inbox_of(pool, evt)
    for start in range(0, 30, 7):
        await inbox.receive(evt.client, messages[start : start + 7])
    assert await received(pool) == [(number, number) for number in range(1, 31)]


async def test_a_broken_envelope_is_set_aside_and_its_neighbours_are_received(pool: Pool, evt: Bus):
    await evt.publish(message(1), broken(2), message(3))
    async with running(inbox_of(pool, evt), evt):
        await until_all_is_acknowledged(evt, 3)
    assert await received(pool) == [(1, 1), (3, 3)]
    [letter] = await evt.dead_letters()
    assert (letter["Banen-Reason"], letter["Banen-Sequence"]) == ("envelope-invalid", "2")


async def test_nothing_but_broken_envelopes_is_set_aside_too(pool: Pool, evt: Bus):
    await evt.publish(broken(1), broken(2))
    async with running(inbox_of(pool, evt), evt):
        await until_all_is_acknowledged(evt, 2)
    assert await received(pool) == []
    assert len(await evt.dead_letters()) == 2


async def test_a_body_that_cannot_be_read_is_received_nevertheless(pool: Pool, evt: Bus):
    """Interpreting comes later; what the source published is kept."""
    subject, _, headers = message(1)
    await evt.publish((subject, b'\xff{"\x00', headers))
    async with running(inbox_of(pool, evt), evt):
        await until_all_is_acknowledged(evt, 1)
    assert await pool.fetchval("select body from inbox") == '\ufffd{"\ufffd'


@pytest.mark.parametrize("in_one_batch", [True, False], ids=["at once", "one after the other"])
@pytest.mark.parametrize(
    ("second", "kept"),
    [(message(1, event=9), [(1, 1)]), (message(2, event=1), [(1, 1)])],
    ids=["another event under its sequence", "the same event under another sequence"],
)
async def test_an_event_that_contradicts_what_was_received_is_set_aside(
    pool: Pool, evt: Bus, second: Message, kept: Sequence[tuple[int, int]], in_one_batch: bool
):
    await evt.publish(message(1), second)
    first, conflicting = await evt.fetch(2)
    inbox = inbox_of(pool, evt)
    for batch in [[first, conflicting]] if in_one_batch else [[first], [conflicting]]:
        await inbox.receive(evt.client, batch)
    assert await received(pool) == kept
    [letter] = await evt.dead_letters()
    assert (letter["Banen-Reason"], letter["Banen-Sequence"]) == ("sequence-conflict", "2")


async def test_nothing_is_acknowledged_when_the_database_ends_the_connection(
    pool: Pool, evt: Bus, database: Any
):
    await evt.publish(*(message(number) for number in range(1, 21)))
    superuser = await asyncpg.connect(database.owner_url)
    schema = await pool.fetchval("select current_schema()")

    async def waits_for_the_table() -> bool:
        return bool(await superuser.fetchval("select count(*) from pg_locks where not granted"))

    async with running(inbox_of(pool, evt), evt):
        async with superuser.transaction():
            await superuser.execute(f'lock table "{schema}".inbox in exclusive mode')
            await eventually(waits_for_the_table)
            await superuser.execute("select pg_terminate_backend(pid) from pg_locks where not granted")
            assert await evt.unacknowledged() == 20
        await until_all_is_acknowledged(evt, 20)
    await superuser.close()
    assert await received(pool) == [(number, number) for number in range(1, 21)]


async def test_nothing_is_acknowledged_when_the_database_refuses(pool: Pool, evt: Bus, database: Any):
    """A full disk, a deadlock, a lost right: whatever it is, the messages come again."""
    await evt.publish(message(1))
    schema = await pool.fetchval("select current_schema()")
    superuser = await asyncpg.connect(database.owner_url)
    await superuser.execute(f'revoke insert on "{schema}".inbox from public, service')
    inbox = inbox_of(pool, evt)

    async def is_a_fault() -> bool:
        fault = inbox._faults.open().get("inbox")
        return fault is not None and "InsufficientPrivilegeError" in fault.reason

    async with running(inbox, evt):
        await eventually(is_a_fault)
        assert await evt.unacknowledged() == 1
        await superuser.execute(f'grant insert on "{schema}".inbox to service')
        await until_all_is_acknowledged(evt, 1)
    await superuser.close()
    assert await received(pool) == [(1, 1)]


async def test_an_event_of_its_batch_that_contradicts_another_is_not_counted_as_received(
    pool: Pool, evt: Bus
):
    await evt.publish(message(1), message(1, event=9), message(1))
    metrics = Metrics.create(CollectorRegistry())
    await Inbox(pool, inbox_consumer("bureau", "reporting"), Faults(metrics)).receive(
        evt.client, await evt.fetch(3)
    )
    counted = [
        metrics.consumed.labels(CONSUMER, outcome)._value.get() for outcome in ("received", "repeated")
    ]
    assert counted == [1, 2]


async def test_half_a_batch_is_never_received(pool: Pool, evt: Bus):
    await evt.publish(message(1), message(2))
    messages = await evt.fetch(2)
    await pool.close()
    with pytest.raises(StoreUnavailable):
        await inbox_of(pool, evt).receive(evt.client, messages)
    assert await evt.unacknowledged() == 2


async def test_waits_for_its_dead_letters_to_be_stored(pool: Pool, evt: Bus):
    await evt.publish(broken(1))
    await api(evt.client, f"STREAM.DELETE.{DEAD_LETTERS}")
    async with running(inbox_of(pool, evt), evt):

        async def was_given_back() -> bool:
            info = await api(evt.client, f"CONSUMER.INFO.{EVT_ALL}.{CONSUMER}")
            return info["num_redelivered"] > 0

        await eventually(was_given_back)
        for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
            await apply_stream(evt.client, declared, change=False)
        await until_all_is_acknowledged(evt, 1)
    assert len(await evt.dead_letters()) == 1


async def test_receives_more_than_one_fetch_takes(pool: Pool, evt: Bus):
    async with running(inbox_of(pool, evt), evt):
        await evt.publish(*(message(number) for number in range(1, 601)))
        await until_all_is_acknowledged(evt, 600)
    assert await received(pool) == [(number, number) for number in range(1, 601)]


async def test_two_inboxes_on_one_consumer_receive_everything_once(pool: Pool, evt: Bus):
    async with running(inbox_of(pool, evt), evt), running(inbox_of(pool, evt), evt):
        await evt.publish(*(message(number) for number in range(1, 1201)))
        await until_all_is_acknowledged(evt, 1200)
    assert await received(pool) == [(number, number) for number in range(1, 1201)]


async def test_a_header_named_status_is_no_word_of_the_server(pool: Pool, evt: Bus):
    """nats-py would take them for its own, never acknowledge them, and a few thousand would stop everybody."""
    subject, body, headers = message(1)
    await evt.publish((subject, body, {**headers, "Status": "404"}))
    await evt.publish(*[(subject, b"{}", {"Status": status}) for status in ("404", "100", "409", "x")] * 1251)
    await evt.publish(message(2))
    async with running(inbox_of(pool, evt), evt):
        await until_all_is_acknowledged(evt, 5006)
    assert await received(pool) == [(1, 1), (2, 2)]
    state = (await api(evt.client, f"STREAM.INFO.{DEAD_LETTERS}"))["state"]
    assert state["messages"] == 5004
    letter = await jetstream(evt.client).get_msg(DEAD_LETTERS, seq=1)
    assert headers_of(letter)["Banen-Reason"] == "envelope-invalid"
    assert "Status" not in headers_of(letter)


async def test_goes_on_after_its_consumer_was_deleted_and_declared_again(pool: Pool, evt: Bus):
    inbox = inbox_of(pool, evt)

    async def is_a_fault() -> bool:
        return "inbox" in inbox._faults.open()

    async with running(inbox, evt):
        await evt.publish(message(1))
        await until_all_is_acknowledged(evt, 1)
        await api(evt.client, f"CONSUMER.DELETE.{EVT_ALL}.{CONSUMER}")
        await evt.publish(message(2))
        await eventually(is_a_fault)
        await apply_consumer(evt.client, inbox_consumer("bureau", "reporting"), change=False)
        await until_all_is_acknowledged(evt, 2)
    assert await received(pool) == [(1, 1), (2, 2)]
