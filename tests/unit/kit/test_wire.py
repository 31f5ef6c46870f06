"""What is written and read past nats-py is what nats-py writes and reads, byte for byte."""

import random
from datetime import UTC, datetime
from uuid import UUID

import pytest
from nats.aio.client import Client

from banen_contracts import Envelope
from banen_kit.messaging.wire import BusClient, answered, headers_in, lines_of, published

PIECES = (
    *(
        b"ce-id",
        b"Status",
        b"a",
        b":",
        b": ",
        b"\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b" ",
        b"\t",
        b"\v",
        b"\f",
        b"\0",
    ),
    *(b"\x1c", b"\x1f", b"\x85", b"\xc2\xa0", b"\xe2\x80\x83", b"\xc3\xa9", b"\xff", b"%20", b"value", b'"'),
)


def written_by_nats(client: Client) -> bytes:
    return b"".join(client._pending)


@pytest.mark.parametrize("seed", range(5))
def test_headers_are_read_as_nats_reads_them(seed: int):
    choose = random.Random(seed)
    for _ in range(4000):
        raw = b"".join(choose.choices(PIECES, k=choose.randrange(20)))
        assert BusClient._parse_header_lines(raw) == Client._parse_header_lines(raw), raw


@pytest.mark.parametrize("seed", range(5))
async def test_a_message_is_written_as_nats_writes_it(seed: int):
    choose = random.Random(seed)
    for _ in range(200):
        envelope = Envelope(
            id=UUID(int=choose.getrandbits(128)),
            source="urn:nl:banenoffensief:uaf:intake",
            type="nl.banenoffensief.intake.contact-made.v1",
            subject=str(UUID(int=choose.getrandbits(128))),
            time=datetime(2006, 3, 1, 12, tzinfo=UTC),
            partner="uaf",
            sequence=choose.randrange(1, 2**53),
            correlationid=UUID(int=choose.getrandbits(128)),
            causationid=UUID(int=choose.getrandbits(128)),
            traceparent=choose.choice([None, 'één "%', "00-1"]),
        )
        body = b"x" * choose.randrange(3000)
        nats = Client()
        await nats._send_publish("evt.uaf.x", "", body, len(body), envelope.headers())
        lines = lines_of(envelope.headers())
        assert published("evt.uaf.x", body, lines) == written_by_nats(nats)
        assert headers_in(lines) == envelope.headers()


@pytest.mark.parametrize("word", [b"", b'-NAK {"delay": 1000000000}'], ids=["yes", "no"])
async def test_an_answer_is_written_as_nats_writes_it(word: bytes):
    nats = Client()
    await nats._send_publish("$JS.ACK.EVT_ALL.x.1.2.3.4.5", "", word, len(word), None)
    assert answered("$JS.ACK.EVT_ALL.x.1.2.3.4.5", word) == written_by_nats(nats)


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb", "a\r\n"])
def test_a_header_cannot_end_its_line(value: str):
    with pytest.raises(ValueError, match="end of a line"):
        lines_of({"a": value})
