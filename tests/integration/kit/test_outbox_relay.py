"""The way from the store to the bus, on a real PostgreSQL and a real NATS: gapless, in order, once, whatever breaks."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from prometheus_client import CollectorRegistry

from banen_contracts import Envelope, PublicEvent
from banen_contracts.intake import Channel, ContactKind, ContactMade, IntakeEventSkipped
from banen_kit.application import publishable
from banen_kit.application.publishable import Publisher
from banen_kit.core.decider import DomainEvent
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.core.problem import Problem
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.idempotency import CommandMetadata
from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.postgres import APPEND, PostgresStore, append_arguments
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging import outbox_relay as relay_module
from banen_kit.messaging.blocked import Correction, Decision, Outbound
from banen_kit.messaging.jetstream import (
    WATERMARKS,
    BusUnavailable,
    api,
    connected,
    headers_of,
    jetstream,
    publish_batch,
)
from banen_kit.messaging.outbox_relay import Fenced, Relay
from banen_kit.messaging.topology import Partner, apply_stream, streams
from banen_local.cluster.nats import Nats
from support.waiting import DEADLINE, eventually

STREAM = "EVT_UAF_INTAKE"
SUBJECT = "evt.uaf.intake.contact-made.v1"
RELAY_LOCK = 8
"""Class of the advisory lock that a store's relay holds; the second integer is the store's number."""
DAY = date(2006, 3, 1)


class Met(DomainEvent, frozen=True):
    """Public."""

    TYPE: ClassVar[str] = "met"
    ref: UUID


class Dated(DomainEvent, frozen=True):
    """Public where its day is one that readers take."""

    TYPE: ClassVar[str] = "dated"
    ref: UUID
    occurred_on: date


class Thought(DomainEvent, frozen=True):
    """Private."""

    TYPE: ClassVar[str] = "thought"


def to_public_event(event: DomainEvent) -> PublicEvent | None:
    if isinstance(event, Dated):
        return ContactMade(
            contact_ref=event.ref,
            occurred_on=event.occurred_on,
            channel=Channel.OTHER,
            kind=ContactKind.CONTACT,
        )
    if isinstance(event, Met):
        return ContactMade(
            contact_ref=event.ref, occurred_on=DAY, channel=Channel.OTHER, kind=ContactKind.CONTACT
        )
    return None


class Writer:
    """Appends to a store: `Met` events have the numbers 1, 2, 3 … as their references."""

    def __init__(self, store: PostgresStore) -> None:
        self.repository: EventRepository[DomainEvent] = EventRepository(
            store, EventSerializer([Met, Dated, Thought]), MemoryKeys()
        )
        self.met = 0
        self.commands = 0

    async def meet(self, count: int = 1, known_at: datetime | None = None) -> None:
        for _ in range(count):
            self.met += 1
            await self._append(Met(ref=UUID(int=self.met)), known_at)

    async def think(self, count: int = 1) -> None:
        for _ in range(count):
            await self._append(Thought(), None)

    async def leave(self, type_: str, data: str) -> None:
        """What an older or a newer version left in the store, about the next reference."""
        self.met += 1
        self.commands += 1
        metadata = {"correlationId": str(UUID(int=91)), "causationId": str(UUID(int=92))}
        event = NewEvent(UUID(int=10**6 + self.commands), type_, 1, data)
        stream = f"thing-{UUID(int=self.met)}"
        await self.repository.store.append(Append(stream, (event,), 0, json.dumps(metadata)))

    async def _append(self, event: DomainEvent, known_at: datetime | None) -> None:
        self.commands += 1
        command = UUID(int=self.commands)
        meta = CommandMetadata(
            command, UUID(int=91), UUID(int=92), datetime(2026, 3, 1, tzinfo=UTC), b"", known_at
        )
        await self.repository.append(f"thing-{self.commands}", [event], 0, meta)


@pytest.fixture
def writer(store: PostgresStore) -> Writer:
    return Writer(store)


@pytest.fixture
async def stream(bus: Client) -> Client:
    """A bus with the streams of one partner's intake."""
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
        await apply_stream(bus, declared, change=False)
    return bus


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "WATERMARK_SECONDS", 0.02)
    monkeypatch.setattr(relay_module, "FAULT_SECONDS", 0.0)


def relay_of(writer: Writer, client: Client) -> Relay:
    store = writer.repository.store
    assert isinstance(store, PostgresStore)
    faults = Faults(Metrics.create(CollectorRegistry()))
    return Relay(
        Publisher("uaf", "intake", to_public_event), writer.repository.serializer, store, client, faults
    )


def fault_of(relay: Relay) -> str | None:
    fault = relay._faults.open().get("relay")
    return fault.reason if fault else None


def measured(relay: Relay, name: str, **labels: str) -> float:
    return relay._metrics.registry.get_sample_value(f"banen_{name}", labels) or 0.0


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()


async def once(relay: Relay) -> None:
    """One turn of a relay: everything that is there, then a watermark."""
    async with relay.ownership() as connection:
        await relay.step(connection)


async def on_stream(client: Client) -> list[RawStreamMsg]:
    state = (await api(client, f"STREAM.INFO.{STREAM}"))["state"]
    numbers = range(max(state["first_seq"], 1), state["last_seq"] + 1)
    return [await jetstream(client).get_msg(STREAM, seq=number) for number in numbers]


async def sequences(client: Client) -> list[int]:
    return [int(headers_of(message)["ce-sequence"]) for message in await on_stream(client)]


async def arrives(client: Client, count: int) -> None:
    async def is_there() -> bool:
        return (await api(client, f"STREAM.INFO.{STREAM}"))["state"]["last_seq"] >= count

    await eventually(is_there)


async def watermark(client: Client) -> dict[str, Any] | None:
    try:
        found = await jetstream(client).get_last_msg(WATERMARKS, "wmk.uaf.intake")
    except NotFoundError:
        return None
    return json.loads(found.data or b"")


async def test_numbers_what_is_public_from_one_in_the_order_of_the_store(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.think()
    await writer.meet(3)
    await writer.think(2)
    await writer.meet(2)
    await once(relay_of(writer, stream))

    found = await on_stream(stream)
    assert [int(headers_of(message)["ce-sequence"]) for message in found] == [1, 2, 3, 4, 5]
    assert [headers_of(message)["ce-subject"] for message in found] == [str(UUID(int=n)) for n in range(1, 6)]
    assert {message.subject for message in found} == {SUBJECT}


async def test_a_message_is_the_event_and_nothing_else(writer: Writer, store: PostgresStore, stream: Client):
    await writer.meet()
    await once(relay_of(writer, stream))
    [message] = await on_stream(stream)
    [record] = await store.read_all(0, 10)
    assert ContactMade.model_validate_json(message.data or b"") == to_public_event(Met(ref=UUID(int=1)))
    assert Envelope.from_headers(headers_of(message)) == Envelope(
        id=record.id,
        source="urn:nl:banenoffensief:uaf:intake",
        type="nl.banenoffensief.intake.contact-made.v1",
        subject=str(UUID(int=1)),
        time=record.recorded_at,
        partner="uaf",
        sequence=1,
        correlationid=UUID(int=91),
        causationid=UUID(int=92),
    )


async def test_what_is_private_publishes_nothing_and_holds_nothing_up(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.think(3)
    await once(relay_of(writer, stream))
    assert await on_stream(stream) == []
    at = await store.pool.fetchval("select position from checkpoints where consumer = 'relay'")
    assert at == (await store.read_all(0, 10))[-1].position


async def test_more_than_one_batch_arrives_whole_and_in_order(writer: Writer, stream: Client):
    await asyncio.gather(*(writer.meet() for _ in range(1100)))
    await once(relay_of(writer, stream))
    assert await sequences(stream) == list(range(1, 1101))


async def test_follows_the_store_while_it_runs(writer: Writer, stream: Client):
    async with running(relay_of(writer, stream)):
        for count in (3, 4):
            await writer.meet(count)
            await arrives(stream, writer.met)
    assert await sequences(stream) == list(range(1, 8))


async def test_a_historic_fact_travels_with_the_moment_it_was_known(writer: Writer, stream: Client):
    known_at = datetime(2006, 3, 2, 10, tzinfo=UTC)
    await writer.meet(known_at=known_at)
    await writer.meet()
    await once(relay_of(writer, stream))
    loaded, live = [Envelope.from_headers(headers_of(message)) for message in await on_stream(stream)]
    assert (loaded.known_at, loaded.imported) == (known_at, True)
    assert loaded.time > known_at
    assert (live.known_at, live.imported, live.knownat) == (live.time, False, None)


async def test_what_was_numbered_and_not_sent_is_sent_by_the_next_relay(
    writer: Writer, store: PostgresStore, stream: Client, nats: Nats
):
    await writer.meet(2)
    await once(relay_of(writer, stream))
    await writer.meet(5)
    async with connected(nats.url, "dies") as dying:
        first = relay_of(writer, dying)
        with pytest.raises(BusUnavailable):
            await _die_between_save_and_send(first, dying)
    assert await store.pool.fetchval("select max(sequence) from publications") == 7
    assert await sequences(stream) == [1, 2]

    await once(relay_of(writer, stream))
    assert await sequences(stream) == list(range(1, 8))


async def _die_between_save_and_send(relay: Relay, client: Client) -> None:
    """Takes over and learns where the stream stands; then the connection is gone."""

    async with relay.ownership() as connection:
        await relay._resume(connection)
        await client.close()
        await relay.step(connection)


async def test_what_was_sent_and_not_marked_is_not_sent_again(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.meet(3)
    await once(relay_of(writer, stream))
    await store.pool.execute("delete from checkpoints where consumer = 'sent'")
    await writer.meet(1)
    await once(relay_of(writer, stream))
    assert await sequences(stream) == [1, 2, 3, 4]


async def test_resumes_in_the_middle_of_what_was_numbered(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.meet(6)
    await once(relay_of(writer, stream))
    sent = [
        (row["subject"], row["body"].encode(), row["headers"])
        for row in await store.pool.fetch("select * from publications order by sequence limit 4")
    ]
    await _recreate(stream)
    await publish_batch(stream, sent, 0)

    await once(relay_of(writer, stream))
    assert await sequences(stream) == [1, 2, 3, 4, 5, 6]


async def test_a_new_stream_gets_everything_from_one_byte_for_byte(writer: Writer, stream: Client):
    await writer.meet(4)
    await once(relay_of(writer, stream))
    before = [(message.subject, _own(message), message.data) for message in await on_stream(stream)]
    await _recreate(stream)
    await once(relay_of(writer, stream))
    assert [(message.subject, _own(message), message.data) for message in await on_stream(stream)] == before


def _own(message: RawStreamMsg) -> dict[str, str]:
    return {name: value for name, value in headers_of(message).items() if not name.startswith("Nats-")}


async def _recreate(client: Client) -> None:
    await api(client, f"STREAM.DELETE.{STREAM}")
    await apply_stream(client, streams([Partner("uaf", ("intake",))], max_bytes=2**24)[0], change=False)


async def emptied(client: Client) -> None:
    """As a purge would leave it, which it forbids: without a message, and with the number of its last one."""
    config = (await api(client, f"STREAM.INFO.{STREAM}"))["config"]
    last = (await api(client, f"STREAM.INFO.{STREAM}"))["state"]["last_seq"]
    await api(client, f"STREAM.DELETE.{STREAM}")
    await api(client, f"STREAM.CREATE.{STREAM}", {**config, "first_seq": last + 1})


async def test_an_emptied_stream_goes_on_after_what_was_sent(writer: Writer, stream: Client):
    await writer.meet(3)
    await once(relay_of(writer, stream))
    await emptied(stream)
    await writer.meet(2)
    await once(relay_of(writer, stream))
    assert await sequences(stream) == [4, 5]


@pytest.mark.parametrize(
    "foreign",
    [{"ce-sequence": "1", "ce-id": str(UUID(int=99))}, {"ce-sequence": "9", "ce-id": str(UUID(int=99))}, {}],
    ids=["another event", "an event that is not there yet", "no event at all"],
)
async def test_refuses_to_publish_to_the_stream_of_another_store(
    writer: Writer, stream: Client, foreign: dict[str, str]
):
    await publish_batch(stream, [(SUBJECT, b"{}", foreign)], 0)
    await writer.meet(2)
    relay = relay_of(writer, stream)

    async def refuses() -> bool:
        return "store-behind-bus" in (fault_of(relay) or "")

    async with running(relay):
        await eventually(refuses)
    assert len(await on_stream(stream)) == 1


async def test_a_store_restored_from_before_refuses_to_publish(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.meet(3)
    await once(relay_of(writer, stream))
    # What a restore of an older backup leaves: fewer publications than the stream holds.
    await store.pool.execute("delete from publications where sequence = 3")
    await store.pool.execute("update checkpoints set position = 2 where consumer = 'relay'")
    await writer.meet(1)
    with pytest.raises(relay_module.StoreBehindBus):
        await once(relay_of(writer, stream))
    assert await sequences(stream) == [1, 2, 3]


async def test_works_again_once_the_fault_is_repaired(writer: Writer, stream: Client):
    await publish_batch(stream, [(SUBJECT, b"{}", {})], 0)
    await writer.meet(2)
    relay = relay_of(writer, stream)

    async def refuses() -> bool:
        return fault_of(relay) is not None

    async def works() -> bool:
        return fault_of(relay) is None

    async with running(relay):
        await eventually(refuses)
        await _recreate(stream)
        await arrives(stream, 2)
        await eventually(works)
    assert await sequences(stream) == [1, 2]


async def test_of_two_relays_one_works_and_the_other_takes_over_when_its_connection_dies(
    writer: Writer, store: PostgresStore, stream: Client, database: Any
):
    async def owner() -> int | None:
        return await store.pool.fetchval(
            "select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 2"
            " and classid = $1 and objid = store_number()",
            RELAY_LOCK,
        )

    async def is_owned() -> bool:
        return await owner() is not None

    async with running(relay_of(writer, stream)), running(relay_of(writer, stream)):
        await eventually(is_owned)
        for _ in range(3):
            await writer.meet(5)
            await arrives(stream, writer.met)
            before = await owner()
            superuser = await asyncpg.connect(database.owner_url)
            await superuser.execute("select pg_terminate_backend($1)", before)
            await superuser.close()

            async def is_another(before: int | None = before) -> bool:
                return await owner() not in (None, before)

            await writer.meet(5)
            await eventually(is_another)
            await arrives(stream, writer.met)
    assert await sequences(stream) == list(range(1, 31))
    assert await store.pool.fetchval("select fence from checkpoints where consumer = 'relay'") == 4


async def test_a_relay_that_was_replaced_can_neither_number_nor_send(
    writer: Writer, store: PostgresStore, stream: Client
):
    old, new = relay_of(writer, stream), relay_of(writer, stream)
    await writer.meet(1)
    async with old.ownership() as connection:
        await old.step(connection)
        # A relay that was taken for dead and is not: its lock is gone, and it does not know.
        await connection.execute("select pg_advisory_unlock_all()")
        async with new.ownership() as replacing:
            await writer.meet(1)
            with pytest.raises(Fenced):
                await old.step(connection)
            assert await store.pool.fetchval("select count(*) from publications") == 1
            await new.step(replacing)
    assert await sequences(stream) == [1, 2]


async def test_a_replaced_relay_that_was_about_to_send_leaves_no_duplicate(
    writer: Writer, store: PostgresStore, stream: Client
):
    old, new = relay_of(writer, stream), relay_of(writer, stream)
    await writer.meet(1)
    async with old.ownership() as connection:
        await old.step(connection)
        await writer.meet(3)
        numbered = await old._number(connection)
        assert numbered is not None
        await connection.execute("select pg_advisory_unlock_all()")
        await once(new)
        with pytest.raises(BusUnavailable):
            await old._send(numbered)
    assert await sequences(stream) == [1, 2, 3, 4]


async def test_keeps_the_backlog_in_the_store_while_the_bus_is_away_then_drains_it(
    writer: Writer, store: PostgresStore, stream: Client, nats: Nats
):
    relay = relay_of(writer, stream)

    async def has_failed() -> bool:
        return measured(relay, "loop_failures_total", loop="relay", reason="BusUnavailable") >= 1

    async def is_measured() -> bool:
        age = measured(relay, "relay_oldest_unpublished_age_seconds")
        return measured(relay, "relay_lag_events") == 20 and 0 < age < DEADLINE

    async def is_drained() -> bool:
        age = measured(relay, "relay_oldest_unpublished_age_seconds")
        return measured(relay, "relay_lag_events") == age == 0

    async with running(relay):
        await writer.meet(3)
        await arrives(stream, 3)
        await nats.stop()
        await writer.meet(20)
        await eventually(has_failed)
        await eventually(is_measured)
        assert len(await store.read_all(0, 100)) == 23
        await nats.start()
        await arrives(stream, 23)
        await eventually(is_drained)
    assert await sequences(stream) == list(range(1, 24))


async def test_what_a_full_stream_refuses_is_measured_and_is_a_fault(writer: Writer, bus: Client):
    small, *others = streams([Partner("uaf", ("intake",))], max_bytes=2**24)
    for declared in ({**small, "max_bytes": 4096}, *others):
        await apply_stream(bus, declared, change=False)
    await writer.meet(50)
    relay = relay_of(writer, bus)

    async def is_a_fault() -> bool:
        return "EVT_UAF_INTAKE: the bus refused: maximum bytes exceeded" in (fault_of(relay) or "")

    async with running(relay):
        await eventually(is_a_fault)
        assert measured(relay, "relay_lag_events") == 50
        assert measured(relay, "relay_oldest_unpublished_age_seconds") > 0
        await apply_stream(bus, small, change=True)
        await arrives(bus, 50)
    assert await sequences(bus) == list(range(1, 51))


async def test_waits_for_a_stream_that_does_not_exist_yet(writer: Writer, bus: Client):
    await writer.meet(2)
    relay = relay_of(writer, bus)

    async def has_failed() -> bool:
        return "does not exist; run: banen bus apply" in (fault_of(relay) or "")

    async with running(relay):
        await eventually(has_failed)
        for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
            await apply_stream(bus, declared, change=False)
        await arrives(bus, 2)
    assert await sequences(bus) == [1, 2]


async def test_loses_nothing_while_its_database_connections_are_cut(
    writer: Writer, store: PostgresStore, stream: Client, database: Any
):
    async with running(relay_of(writer, stream)):
        for _ in range(5):
            await writer.meet(10)
            superuser = await asyncpg.connect(database.owner_url)
            await superuser.execute(
                "select pg_terminate_backend(l.pid) from pg_locks l where locktype = 'advisory' and objsubid = 2"
                " and classid = $1",
                RELAY_LOCK,
            )
            await superuser.close()
        await arrives(stream, 50)
    assert await sequences(stream) == list(range(1, 51))


async def test_a_watermark_says_how_far_everything_is_published(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.meet(3)
    await writer.think()
    await once(relay_of(writer, stream))
    mark = await watermark(stream)
    assert mark
    assert mark["sequence"] == 3
    assert datetime.fromisoformat(mark["through"]) > (await store.read_all(0, 10))[-1].recorded_at


async def test_a_watermark_moves_on_while_nothing_happens(writer: Writer, stream: Client):
    first: dict[str, Any] = {}

    async def has_moved() -> bool:
        found = await watermark(stream)
        if found and not first:
            first.update(found)
        return bool(found and found["through"] > first["through"])

    async with running(relay_of(writer, stream)):
        await eventually(has_moved)
    assert first["sequence"] == 0


async def test_no_watermark_is_said_while_an_append_is_under_way(
    writer: Writer, store: PostgresStore, stream: Client
):
    relay = relay_of(writer, stream)
    await writer.meet(1)
    async with relay.ownership() as connection:
        await relay.step(connection)
        before = await watermark(stream)
        async with store.pool.acquire() as other:
            append = other.transaction()
            await append.start()
            event = NewEvent(UUID(int=1), "contact-made", 1, "{}")
            await other.fetch(APPEND, *append_arguments([Append("contact-1", (event,), 0, "{}")]))
            await writer.meet(1)
            await asyncio.sleep(relay_module.WATERMARK_SECONDS)
            await relay.step(connection)
            assert await watermark(stream) == before
            assert await sequences(stream) == [1]
            await append.rollback()
        await relay.step(connection)
        after = await watermark(stream)
    assert before
    assert after
    assert (before["sequence"], after["sequence"]) == (1, 2)


async def test_a_watermark_covers_all_that_was_recorded_before_it(
    writer: Writer, store: PostgresStore, stream: Client
):
    marks: list[dict[str, Any]] = []

    async def note(message: Msg) -> None:
        marks.append(json.loads(message.data))

    await stream.subscribe("wmk.uaf.intake", cb=note)
    async with running(relay_of(writer, stream)):
        for _ in range(20):
            so_far = writer.met
            await asyncio.gather(*(writer.meet() for _ in range(5)))

            async def is_said(so_far: int = so_far) -> bool:
                return bool(marks) and marks[-1]["sequence"] > so_far

            await eventually(is_said)
    rows = await store.pool.fetch(
        "select p.sequence, e.recorded_at from publications p join events e on e.position = p.position"
    )
    assert len(rows) == 100
    for mark in marks:
        through = datetime.fromisoformat(mark["through"])
        missing = [row for row in rows if row["recorded_at"] < through and row["sequence"] > mark["sequence"]]
        assert missing == []
    assert all(earlier["through"] < later["through"] for earlier, later in itertools.pairwise(marks))


async def test_an_event_that_is_dated_back_does_not_move_the_watermark_back(writer: Writer, stream: Client):
    relay = relay_of(writer, stream)
    await writer.meet(known_at=datetime(2006, 3, 1, tzinfo=UTC))
    await once(relay)
    mark = await watermark(stream)
    assert mark
    assert datetime.fromisoformat(mark["through"]) > datetime.now(UTC) - timedelta(minutes=5)


async def test_ends_when_it_is_cancelled_whatever_it_is_doing(writer: Writer, stream: Client):
    # Fewer than fifty: so many batches that were cut off does the server keep open, for ten seconds each.
    for turns in range(0, 1200, 29):
        task = asyncio.create_task(relay_of(writer, stream).run())
        for _ in range(turns):
            await asyncio.sleep(0)
        appending = asyncio.create_task(writer.meet())
        for _ in range(turns % 13):
            await asyncio.sleep(0)
        task.cancel()
        _, still_running = await asyncio.wait([task], timeout=DEADLINE)
        await appending
        assert not still_running, turns
    await once(relay_of(writer, stream))
    assert await sequences(stream) == list(range(1, writer.met + 1))


def dated(day: str) -> str:
    return json.dumps({"ref": str(UUID(int=3)), "occurred_on": day})


OLDER: list[tuple[str, str, str]] = [
    ("dated", dated("0208-06-30"), "occurredOn: Input should be greater than or equal to 1900-01-01"),
    ("dated", dated("soon"), "what is stored does not fit (occurred_on: date_from_datetime_parsing)"),
    ("lost", "{}", "lost version 1"),
]
"""Type and data of an event that cannot be published, and what is said of it."""


async def is_blocked(relay: Relay, reason: str) -> bool:
    said = fault_of(relay) or ""
    return "cannot be published" in said and reason in said


@pytest.mark.parametrize(("type_", "data", "reason"), OLDER, ids=[reason for *_, reason in OLDER])
async def test_an_event_that_cannot_be_published_is_a_fault_and_what_comes_before_it_is_published(
    writer: Writer, store: PostgresStore, stream: Client, type_: str, data: str, reason: str
):
    await writer.meet(2)
    await writer.leave(type_, data)
    await writer.meet(2)
    relay = relay_of(writer, stream)
    async with running(relay):
        await eventually(lambda: is_blocked(relay, reason))
        assert await sequences(stream) == [1, 2]
        assert measured(relay, "relay_lag_events") == 3
        assert await watermark(stream) is None


async def test_an_event_that_readers_would_not_take_is_a_fault(
    writer: Writer, stream: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(publishable, "MOST_BYTES", 10)
    await writer.meet(1)
    relay = relay_of(writer, stream)
    async with running(relay):
        await eventually(lambda: is_blocked(relay, "10 is the most"))
    assert await on_stream(stream) == []


async def test_a_new_version_that_can_publish_it_goes_on(writer: Writer, stream: Client):
    await writer.leave("dated", dated("0208-06-30"))
    older = relay_of(writer, stream)
    async with running(older):
        await eventually(lambda: is_blocked(older, "occurredOn"))

    def newer(event: DomainEvent) -> PublicEvent | None:
        assert isinstance(event, Dated)
        return to_public_event(Met(ref=event.ref))

    faults = Faults(Metrics.create(CollectorRegistry()))
    relay = Relay(
        Publisher("uaf", "intake", newer), writer.repository.serializer, older._store, stream, faults
    )
    async with running(relay):
        await arrives(stream, 1)
    assert await sequences(stream) == [1]


async def test_what_is_skipped_leaves_a_marker_in_its_place(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.meet(1)
    await writer.leave("lost", "{}")
    await writer.meet(1)
    relay = relay_of(writer, stream)
    outbound = Outbound(store, writer.repository.serializer, relay._publisher)
    async with running(relay):
        await eventually(lambda: is_blocked(relay, "lost"))
        blocked = await outbound.blocked()
        assert blocked is not None
        assert (blocked.record.position, await outbound.waiting(blocked)) == (2, 1)
        said = {"position": 2, "eventId": blocked.record.id, "reasonCode": "older-data"}
        decision = Decision.model_validate(said)
        await outbound.decide(decision, "ops-1")
        await arrives(stream, 3)
    assert await sequences(stream) == [1, 2, 3]
    marker = (await on_stream(stream))[1]
    envelope = Envelope.from_headers(headers_of(marker))
    assert (envelope.id, envelope.name) == (blocked.record.id, "intake.event-skipped.v1")
    event = IntakeEventSkipped.model_validate_json(marker.data or b"")
    assert (event.about, event.reason_code) == (str(UUID(int=2)), "older-data")
    assert await outbound.blocked() is None


async def test_what_is_corrected_is_published_as_a_human_says(
    writer: Writer, store: PostgresStore, stream: Client
):
    await writer.meet(2)
    await writer.leave("dated", dated("0208-06-30"))
    relay = relay_of(writer, stream)
    outbound = Outbound(store, writer.repository.serializer, relay._publisher)
    async with running(relay):
        await eventually(lambda: is_blocked(relay, "occurredOn"))
        await outbound.decide(correction(), "ops-1")
        await arrives(stream, 3)
    assert await sequences(stream) == [1, 2, 3]
    last = (await on_stream(stream))[2]
    assert json.loads(last.data or b"")["occurredOn"] == "2008-06-30"
    assert Envelope.from_headers(headers_of(last)).id == UUID(int=10**6 + 3)


def correction(**changes: Any) -> Correction:
    """Of the event that was left third."""
    data = {"contactRef": str(UUID(int=3)), "occurredOn": "2008-06-30", "channel": "other", "kind": "contact"}
    fields: dict[str, Any] = {
        "position": 3,
        "eventId": UUID(int=10**6 + 3),
        "reasonCode": "typing-error",
        "type": "nl.banenoffensief.intake.contact-made.v1",
        "data": data | changes.pop("data", {}),
    }
    return Correction.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"position": 2}, "event-not-blocked", "position"),
        ({"eventId": UUID(int=1)}, "event-not-blocked", "position"),
        ({"type": "nl.banenoffensief.mediation.client-erased.v1"}, "invalid-input", "type"),
        ({"type": "nl.banenoffensief.intake.nothing.v1"}, "invalid-input", "type"),
        ({"data": {"occurredOn": "0208-06-30"}}, "invalid-input", "occurredOn"),
        ({"data": {"contactRef": str(UUID(int=4))}}, "invalid-input", "data"),
    ],
)
async def test_a_decision_that_does_not_fit_is_refused(
    writer: Writer, store: PostgresStore, stream: Client, changes: dict[str, Any], code: str, field: str
):
    await writer.meet(2)
    await writer.leave("dated", dated("0208-06-30"))
    relay = relay_of(writer, stream)
    outbound = Outbound(store, writer.repository.serializer, relay._publisher)
    async with running(relay):
        await eventually(lambda: is_blocked(relay, "occurredOn"))
        with pytest.raises(Problem) as refused:
            await outbound.decide(correction(**changes), "ops-1")
    assert (refused.value.code, refused.value.field) == (code, field)
    assert await store.pool.fetchval("select count(*) from relay_decisions") == 0
