"""Publishing to a real bus all or nothing, and trusting no envelope that does not fit where it came from."""

import asyncio
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_binary_event
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from banen_contracts import Envelope
from banen_contracts.base import source_of, subject_of
from banen_contracts.intake import Channel, ContactKind, ContactMade
from banen_kit.application.publishable import MOST_BYTES
from banen_kit.messaging.jetstream import (
    DEAD_LETTERS,
    EVT_ALL,
    BrokenMessage,
    BusUnavailable,
    LastMessage,
    Message,
    WrongLastSequence,
    api,
    connect,
    dead_letter,
    headers_of,
    jetstream,
    last_message,
    publish_batch,
    read_envelope,
    stream_name,
)
from banen_kit.messaging.topology import Partner, apply_stream, streams
from banen_local.cluster.nats import Nats
from support.waiting import DEADLINE, eventually

WRITER = "EVT_UAF_INTAKE"
CONTACT = ContactMade(
    contact_ref=UUID(int=1), occurred_on=date(2006, 3, 1), channel=Channel.OTHER, kind=ContactKind.CONTACT
)


def envelope_of(sequence: int, **changes: Any) -> Envelope:
    fields: dict[str, Any] = {
        "id": UUID(int=sequence),
        "source": source_of("uaf", "intake"),
        "type": f"nl.banenoffensief.{ContactMade.NAME}",
        "subject": CONTACT.ref,
        "time": datetime(2006, 3, 1, 12, tzinfo=UTC),
        "partner": "uaf",
        "sequence": sequence,
        "correlationid": UUID(int=7),
        "causationid": UUID(int=8),
    }
    return Envelope(**fields | changes)


def message(sequence: int) -> Message:
    return subject_of("uaf", ContactMade.NAME), CONTACT.to_json(), envelope_of(sequence).headers()


def arrived(
    *, subject: str = "", headers: dict[str, str] | None = None, body: bytes = b"{}", stream: str = ""
) -> Msg:
    """A message as a consumer of EVT_ALL gets it."""
    found = envelope_of(1).headers() if headers is None else headers
    origin = {"Nats-Stream-Source": f"{stream or WRITER} 1 > > evt.uaf.intake.>"}
    subject = subject or subject_of("uaf", ContactMade.NAME)
    return Msg(_client=None, subject=subject, data=body, headers={**found, **origin})  # type: ignore[arg-type]


@pytest.fixture
async def writer(bus: Client) -> Client:
    """A bus with the streams of one partner's intake."""
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**20):
        await apply_stream(bus, declared, change=False)
    return bus


async def state_of(client: Client, stream: str) -> dict[str, Any]:
    return (await api(client, f"STREAM.INFO.{stream}"))["state"]


async def from_everything(client: Client, durable: str) -> list[Msg]:
    """What EVT_ALL holds, read by a consumer of that name."""
    request = {"stream_name": EVT_ALL, "config": {"durable_name": durable, "ack_policy": "explicit"}}
    await api(client, f"CONSUMER.DURABLE.CREATE.{EVT_ALL}.{durable}", request)
    subscription = await jetstream(client).pull_subscribe_bind(durable, stream=EVT_ALL)
    return await subscription.fetch(1, timeout=DEADLINE)


@pytest.mark.parametrize("count", [1, 2, 500, 1000])
async def test_publishes_a_batch(writer: Client, count: int):
    last = await publish_batch(writer, [message(number) for number in range(1, count + 1)], 0)
    state = await state_of(writer, WRITER)
    assert (last, state["messages"], state["last_seq"]) == (count, count, count)
    for number in {1, (count + 1) // 2, count}:
        found = await jetstream(writer).get_msg(WRITER, seq=number)
        assert (headers_of(found)["ce-sequence"], found.data) == (str(number), CONTACT.to_json())


async def test_one_batch_follows_another(writer: Client):
    last = await publish_batch(writer, [message(1), message(2)], 0)
    assert await publish_batch(writer, [message(3)], last) == 3


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("expected", [0, 1, 5])
async def test_leaves_nothing_of_a_batch_behind_when_somebody_else_wrote(
    writer: Client, count: int, expected: int
):
    await publish_batch(writer, [message(1), message(2)], 0)
    with pytest.raises(WrongLastSequence):
        await publish_batch(writer, [message(number) for number in range(3, 3 + count)], expected)
    assert (await state_of(writer, WRITER))["messages"] == 2


async def test_of_two_writers_at_once_one_succeeds_and_the_other_leaves_nothing(writer: Client):
    batches = [[message(number) for number in range(first, first + 50)] for first in (1, 101)]
    results = await asyncio.gather(
        *(publish_batch(writer, batch, 0) for batch in batches), return_exceptions=True
    )
    assert [type(result) for result in results if result != 50] == [WrongLastSequence]
    assert (await state_of(writer, WRITER))["messages"] == 50


async def test_leaves_nothing_of_a_batch_that_the_stream_has_no_room_for(writer: Client):
    subject, _, headers = message(1)
    large: Message = (subject, b" " * 60_000, headers)
    last = await publish_batch(writer, [large] * 10, 0)
    with pytest.raises(BusUnavailable):
        await publish_batch(writer, [large] * 10, last)
    assert (await state_of(writer, WRITER))["messages"] == 10
    assert await publish_batch(writer, [large] * 5, last) == 15


async def test_says_that_the_bus_is_unavailable_when_no_stream_takes_the_batch(bus: Client):
    with pytest.raises(BusUnavailable):
        await publish_batch(bus, [message(1)], 0)


async def test_knows_where_a_stream_stands(writer: Client):
    assert await last_message(writer, WRITER) == LastMessage(0, None)
    await publish_batch(writer, [message(1), message(2)], 0)
    assert await last_message(writer, WRITER) == LastMessage(2, 2, str(UUID(int=2)))
    config = (await api(writer, f"STREAM.INFO.{WRITER}"))["config"]
    await api(writer, f"STREAM.DELETE.{WRITER}")
    await api(writer, f"STREAM.CREATE.{WRITER}", {**config, "first_seq": 3})  # as if it had been emptied
    assert await last_message(writer, WRITER) == LastMessage(2, None)
    with pytest.raises(NotFoundError):
        await last_message(writer, "EVT_NOBODY_INTAKE")


async def test_says_that_the_bus_is_unavailable_when_there_is_none():
    with pytest.raises(BusUnavailable):
        await asyncio.wait_for(connect("nats://127.0.0.1:1", "test"), DEADLINE)


async def test_says_that_the_bus_is_unavailable_while_jetstream_is_not_ready(bus: Client):
    async def not_ready(request: Msg) -> None:
        error = {"code": 503, "err_code": 10008, "description": "JetStream system temporarily unavailable"}
        await request.respond(json.dumps({"error": error}).encode())

    await bus.subscribe("$JS.API.NOT.READY", cb=not_ready)
    with pytest.raises(BusUnavailable, match="temporarily unavailable"):
        await api(bus, "NOT.READY")


async def test_says_that_the_bus_is_unavailable_to_a_wrong_password(nats: Nats):
    with pytest.raises(BusUnavailable):
        await asyncio.wait_for(connect(f"nats://banen:guess@127.0.0.1:{nats.port}", "test"), DEADLINE)


async def test_finds_the_bus_again_however_long_it_was_away(nats: Nats, writer: Client):
    await nats.stop()
    # More attempts than the first connection gets.
    await eventually(lambda: writer._server_pool[0].reconnects > 2)
    await nats.start()
    await eventually(lambda: writer.is_connected)
    assert await publish_batch(writer, [message(1)], 0) == 1


async def test_an_event_has_the_same_attributes_and_data_for_the_cloudevents_sdk(writer: Client):
    sent = envelope_of(
        1, knownat=datetime(2006, 2, 1, tzinfo=UTC), imported=True, traceparent='00-"één"-01 %'
    )
    await publish_batch(writer, [(subject_of("uaf", ContactMade.NAME), CONTACT.to_json(), sent.headers())], 0)
    [found] = await from_everything(writer, "integrator")

    event = from_binary_event(HTTPMessage(headers_of(found), found.data))

    attributes = event.get_attributes()
    assert attributes == {
        "specversion": "1.0",
        "id": str(sent.id),
        "source": sent.source,
        "type": sent.type,
        "subject": sent.subject,
        "time": sent.time,
        "datacontenttype": "application/json",
        "partner": "uaf",
        "sequence": "1",
        "sequencetype": "Integer",
        "correlationid": str(sent.correlationid),
        "causationid": str(sent.causationid),
        "traceparent": '00-"één"-01 %',
        "knownat": "2006-02-01T00:00:00+00:00",
        "imported": "true",
    }
    assert event.get_data() == json.loads(CONTACT.to_json())
    assert read_envelope(found) == sent


def test_reads_an_envelope_that_fits():
    assert read_envelope(arrived()) == envelope_of(1)


def test_an_event_read_from_its_own_stream_names_no_origin():
    found = arrived()
    assert found.headers
    del found.headers["Nats-Stream-Source"]
    assert read_envelope(found) == envelope_of(1)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (arrived(body=b" " * (MOST_BYTES + 1)), "oversized"),
        (arrived(headers={}), "envelope-invalid"),
        (arrived(headers=envelope_of(1).headers() | {"ce-id": "1"}), "envelope-invalid"),
        (arrived(headers=envelope_of(1).headers() | {"ce-time": "now"}), "envelope-invalid"),
        (arrived(subject=subject_of("uwv", ContactMade.NAME)), "source-mismatch"),
        (arrived(subject="evt.uaf.intake.candidate-registered.v1"), "source-mismatch"),
        (arrived(headers=envelope_of(1, partner="uwv").headers()), "source-mismatch"),
        (arrived(headers=envelope_of(1, source=source_of("uwv", "intake")).headers()), "source-mismatch"),
        (arrived(headers=envelope_of(1, source=source_of("uaf", "mediation")).headers()), "source-mismatch"),
        (arrived(stream=stream_name("uaf", "mediation")), "source-mismatch"),
        (arrived(stream=stream_name("uwv", "intake")), "source-mismatch"),
    ],
    ids=[
        "too large",
        "no envelope",
        "no event id",
        "no moment",
        "another's subject",
        "another event's subject",
        "another's partner",
        "another's source",
        "another service of the partner",
        "stream of another service",
        "stream of another partner",
    ],
)
def test_refuses_a_broken_envelope_with_its_reason(broken: Msg, reason: str):
    with pytest.raises(BrokenMessage) as refused:
        read_envelope(broken)
    assert refused.value.reason == reason


def test_the_largest_event_is_not_oversized():
    assert read_envelope(arrived(body=b" " * MOST_BYTES)) == envelope_of(1)


async def test_a_dead_letter_says_why_and_where_from_and_is_kept_once(writer: Client):
    await publish_batch(writer, [message(1)], 0)
    [found] = await from_everything(writer, "reader")
    for _ in range(2):
        await dead_letter(writer, "reader", found, "body-invalid")

    assert (await state_of(writer, DEAD_LETTERS))["messages"] == 1
    kept = await jetstream(writer).get_msg(DEAD_LETTERS, seq=1)
    assert (kept.subject, kept.data) == ("dlq.reader", CONTACT.to_json())
    headers = headers_of(kept)
    assert envelope_of(1).headers().items() <= headers.items()
    assert headers["Banen-Reason"] == "body-invalid"
    assert headers["Banen-Subject"] == subject_of("uaf", ContactMade.NAME)
    assert (headers["Banen-Stream"], headers["Banen-Sequence"]) == (EVT_ALL, "1")


async def test_two_consumers_set_the_same_message_aside_each_for_itself(writer: Client):
    await publish_batch(writer, [message(1)], 0)
    [found] = await from_everything(writer, "reader")
    for consumer in ("reader", "other"):
        await dead_letter(writer, consumer, found, "body-invalid")
    assert (await state_of(writer, DEAD_LETTERS))["messages"] == 2


async def test_the_body_and_the_headers_of_an_oversized_message_are_not_kept(writer: Client):
    subject, _, headers = message(1)
    huge: Message = (subject, b" " * (MOST_BYTES + 1), {**headers, "huge": "x" * 2000})
    await publish_batch(writer, [huge], 0)
    [found] = await from_everything(writer, "reader")
    await dead_letter(writer, "reader", found, "oversized")
    kept = await jetstream(writer).get_msg(DEAD_LETTERS, seq=1)
    assert (kept.data or b"", "huge" in headers_of(kept)) == (b"", False)


async def test_a_dead_letter_that_cannot_be_stored_is_said(writer: Client):
    await publish_batch(writer, [message(1)], 0)
    [found] = await from_everything(writer, "reader")
    await api(writer, f"STREAM.DELETE.{DEAD_LETTERS}")
    with pytest.raises(BusUnavailable):
        await dead_letter(writer, "reader", found, "body-invalid")
