"""Access to NATS JetStream: connections, atomic batches, envelopes and dead letters."""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import urlsplit
from uuid import uuid4

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import RawStreamMsg
from nats.js.client import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from pydantic import ValidationError

from banen_contracts import Envelope
from banen_contracts.base import source_of
from banen_kit.application.publishable import MOST_BYTES
from banen_kit.messaging.wire import BusClient, headers_in, lines_of, published, write

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

EVT_ALL = "EVT_ALL"
DEAD_LETTERS = "DLQ"
WATERMARKS = "WMK"
MOST_IN_BATCH = 500
CONNECT_SECONDS = 15.0


Headers: TypeAlias = Mapping[str, str]
Message: TypeAlias = tuple[str, bytes, Headers]
"""Subject, body, headers."""

UNREACHABLE = (nats.errors.Error, OSError, TimeoutError)
"""What nats-py raises when the bus is unavailable or refuses."""


class BusUnavailable(Exception):
    """The bus cannot be reached or accepts nothing now. Nothing is lost: the events are in the store."""


class WrongLastSequence(Exception):
    """Somebody else wrote to the stream since we last read it."""


class BrokenMessage(Exception):
    """A message with an invalid envelope. `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def stream_name(partner: str, service: str) -> str:
    """The stream that a partner's service writes."""
    return f"EVT_{partner.upper()}_{service.upper()}"


def watermark_subject(partner: str, service: str) -> str:
    return f"wmk.{partner}.{service}"


def inbox_prefix(user: str) -> str:
    """The prefix of a user's reply subjects, which no other user may read. It is the same for all its passwords."""
    return f"_INBOX_{user.partition('.')[0]}"


def inbox_of(url: str) -> str:
    """The inbox prefix for the user in a NATS address."""
    return inbox_prefix(urlsplit(url).username or "nobody")


def tls_context(url: str, ca_file: Path | None) -> ssl.SSLContext | None:
    """Verified TLS, with the system's authorities or those in a file; None if the address does not use TLS."""
    return ssl.create_default_context(cafile=ca_file) if urlsplit(url).scheme == "tls" else None


async def connect(url: str, name: str, ca_file: Path | None = None) -> Client:
    """Connects, and reconnects for ever. If the server refuses our credentials later, the client is closed.

    Raises `BusUnavailable` if the first connection fails.
    """
    client = BusClient()
    established = asyncio.Event()
    closing: set[asyncio.Task[None]] = set()

    async def heed(error: Exception) -> None:
        """Closes the client after a refused password, which nats-py would try for ever. Callers see other errors."""
        if established.is_set() and "authorization" in str(error).lower() and not closing:
            closing.add(asyncio.create_task(client.close()))

    try:
        # nats-py waits for ever for a server whose certificate it does not accept.
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.connect(  # pyright: ignore[reportUnknownMemberType]
                url,
                name=name,
                max_reconnect_attempts=1,
                reconnect_time_wait=1,
                connect_timeout=5,
                allow_reconnect=True,
                inbox_prefix=inbox_of(url).encode(),
                tls=tls_context(url, ca_file),
                error_cb=heed,
                disconnected_cb=_ignore,
                reconnected_cb=_ignore,
                closed_cb=_ignore,
            )
    except (*UNREACHABLE, ValueError) as error:
        raise BusUnavailable(f"NATS cannot be reached: {type(error).__name__}") from error
    # With -1 from the start, nats-py would never report that the server is missing.
    client.options["max_reconnect_attempts"] = -1
    established.set()
    return client


def jetstream(client: Client) -> JetStreamContext:
    return client.jetstream()  # pyright: ignore[reportUnknownMemberType]


def headers_of(message: Msg | RawStreamMsg) -> dict[str, str]:
    return cast("dict[str, str] | None", message.headers) or {}  # pyright: ignore[reportUnknownMemberType]


def _status_of(message: Msg | None) -> str | None:
    """Returns the server's status on our inbox. A delivery has an acknowledgement subject, so it is no status."""
    if message is None or message.reply.startswith("$JS.ACK."):
        return None
    return headers_of(message).get("Status")


# nats-py takes a fetched message with a header *named* Status for the server's own: never acknowledged, redelivered for
# ever, and a few thousand of them stop the consumer without a word.
JetStreamContext.is_status_msg = staticmethod(_status_of)  # pyright: ignore[reportAttributeAccessIssue]


async def _ignore(*_: object) -> None:
    """Replaces nats-py's own printing: callers see these errors themselves."""


@asynccontextmanager
async def connected(url: str, name: str, ca_file: Path | None = None) -> "AsyncGenerator[Client]":
    client = await connect(url, name, ca_file)
    try:
        yield client
    finally:
        await client.close()


async def api(client: Client, subject: str, request: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Calls the JetStream API. Raises `NotFoundError`, `APIError`, `BusUnavailable`."""
    body = b"" if request is None else json.dumps(request).encode()
    try:
        reply = await client.request(f"$JS.API.{subject}", body, timeout=5)
    except UNREACHABLE as error:
        raise BusUnavailable(f"JetStream does not answer: {type(error).__name__}") from error
    answer: dict[str, Any] = json.loads(reply.data)
    if "error" in answer:
        if answer["error"].get("code") == 503:  # still starting, or without a leader
            raise BusUnavailable(f"JetStream is not ready: {answer['error'].get('description')}")
        APIError.from_error(answer["error"])
    return answer


async def publish_batch(
    client: Client, messages: Sequence[tuple[str, bytes, Headers | str]], expected_last: int
) -> int:
    """Publishes up to 1,000 messages, all or none (NATS ADR-50); returns the stream's new last sequence.

    The first and the last message are requests; the others are sent in one write, without an answer. Headers may be given
    as lines of ASCII.
    Raises `WrongLastSequence` if the stream's last sequence is not the expected one, `BusUnavailable` otherwise.
    """
    batch = uuid4().hex
    sent = [
        (
            subject,
            body,
            f"{headers if isinstance(headers, str) else lines_of(headers)}"
            f"Nats-Batch-Id: {batch}\r\nNats-Batch-Sequence: {number}\r\n",
        )
        for number, (subject, body, headers) in enumerate(messages, 1)
    ]
    opening = {"Nats-Expected-Last-Sequence": str(expected_last)}
    closing = {"Nats-Batch-Commit": "1"}
    try:
        if len(sent) > 1:
            await _request(client, *sent[0], opening)
            await write(client, [published(*one) for one in sent[1:-1]])
            answer = await _request(client, *sent[-1], closing)
        else:
            answer = await _request(client, *sent[0], opening | closing)
    except UNREACHABLE as error:
        raise BusUnavailable(f"publishing failed: {type(error).__name__}") from error
    return int(answer["seq"])


async def _request(
    client: Client, subject: str, body: bytes, lines: str, more: dict[str, str]
) -> dict[str, Any]:
    """Returns the server's answer; it is empty for the first message of a batch."""
    reply = await client.request(subject, body, headers=headers_in(lines) | more, timeout=10)
    answer: dict[str, Any] = json.loads(reply.data or b"{}")
    _refuse(answer)
    return answer


def _refuse(answer: Mapping[str, Any]) -> None:
    error = answer.get("error")
    if error is None:
        return
    if error.get("err_code") in (10071, 10164):
        raise WrongLastSequence(error.get("description", ""))
    raise BusUnavailable(f"the bus refused: {error.get('description', error)}")


@dataclass(frozen=True)
class LastMessage:
    """The last message of a writer's stream."""

    stream_sequence: int
    """The stream's last sequence, which the next batch must expect."""
    sequence: int | None
    """`ce-sequence` of its last message; None if it holds no message."""
    event_id: str | None = None


async def last_message(client: Client, stream: str) -> LastMessage:
    """Raises `NotFoundError` (no such stream), `BusUnavailable`."""
    state = (await api(client, f"STREAM.INFO.{stream}"))["state"]
    if state["messages"] == 0:
        return LastMessage(state["last_seq"], None)
    try:
        found = await jetstream(client).get_msg(stream, seq=state["last_seq"])
    except NotFoundError as error:
        raise BusUnavailable("the last message is gone") from error
    except UNREACHABLE as error:
        raise BusUnavailable(f"the last message cannot be read: {type(error).__name__}") from error
    headers = headers_of(found)
    sequence = headers.get("ce-sequence", "")
    # Events start at 1, so 0 means that the last message was not published by a relay.
    return LastMessage(state["last_seq"], int(sequence) if sequence.isdecimal() else 0, headers.get("ce-id"))


def read_envelope(message: Msg | RawStreamMsg) -> Envelope:
    """Reads the envelope and checks it against subject and stream. Raises `BrokenMessage`."""
    if len(message.data or b"") > MOST_BYTES:
        raise BrokenMessage("oversized")
    try:
        envelope = Envelope.from_headers(headers_of(message))
    except ValidationError:
        raise BrokenMessage("envelope-invalid") from None
    expected = f"evt.{envelope.partner}.{envelope.name}"
    if message.subject != expected or envelope.source != source_of(envelope.partner, envelope.service):
        raise BrokenMessage("source-mismatch")
    if not envelope.name.startswith(f"{envelope.service}."):
        raise BrokenMessage("source-mismatch")
    origin = headers_of(message).get("Nats-Stream-Source")
    if origin is not None and origin.split(" ", 1)[0] != stream_name(envelope.partner, envelope.service):
        raise BrokenMessage("source-mismatch")
    return envelope


async def dead_letter(client: Client, consumer: str, message: Msg, reason: str) -> None:
    """Stores a message, once, in the dead letters that `banen bus dlq` lists. Raises `BusUnavailable`."""
    metadata = message.metadata
    kept = {
        name: value
        for name, value in headers_of(message).items()
        if name.lower().startswith(("ce-", "content-type")) and len(name) + len(value) < 1024
    }
    headers = {
        **kept,
        "Banen-Reason": reason,
        "Banen-Subject": message.subject,
        "Banen-Stream": metadata.stream,
        "Banen-Sequence": str(metadata.sequence.stream),
        "Nats-Msg-Id": f"{consumer}:{metadata.stream}:{metadata.sequence.stream}:{metadata.timestamp.timestamp()}",
    }
    body = message.data if len(message.data) <= MOST_BYTES else b""
    try:
        await jetstream(client).publish(
            f"dlq.{consumer}", body, stream=DEAD_LETTERS, headers=headers, timeout=5
        )
    except (*UNREACHABLE, APIError) as error:
        raise BusUnavailable(f"the dead letter cannot be stored: {type(error).__name__}") from error
