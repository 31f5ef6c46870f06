"""Runs reactors on the bus, each event type with its own durable consumer: read, react, run the command, acknowledge."""

import asyncio
import logging
from pathlib import Path
from typing import Any, NoReturn

from faststream import AckPolicy, FastStream
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.security import BaseSecurity
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from banen_contracts import BY_TYPE
from banen_kit.application.command_handler import KeyReused
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Reactor
from banen_kit.application.publishable import Unpublishable
from banen_kit.core.decider import Refused
from banen_kit.core.faults import Faults, Loop
from banen_kit.core.metrics import Metrics
from banen_kit.messaging.attend import attend
from banen_kit.messaging.jetstream import (
    EVT_ALL,
    BrokenMessage,
    dead_letter,
    inbox_of,
    read_envelope,
    tls_context,
)
from banen_kit.messaging.topology import consumer_name, policy_consumers, policy_subject

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


async def run_reactors(
    url: str, ca_file: Path | None, client: Client, command_service: CommandService, faults: Faults
) -> NoReturn:
    """Runs the service's reactors until cancelled. FastStream reads the bus, message by message."""
    loop = Loop("policies", faults)
    consumers = policy_consumers(command_service.partner, command_service.service)

    async def read() -> None:
        context = tls_context(url, ca_file)
        broker = NatsBroker(
            url,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            logger=None,
            inbox_prefix=inbox_of(url),
            security=BaseSecurity(ssl_context=context) if context else None,
        )
        subscribe(broker, client, command_service, inbox_of(url))
        stream = FastStream(broker, logger=None)
        await stream.start()
        try:
            await asyncio.Event().wait()
        finally:
            await stream.stop()

    await loop.forever(lambda: attend(client, consumers, read, loop))


def subscribe(broker: NatsBroker, client: Client, command_service: CommandService, inbox: str) -> None:
    """Subscribes to the declared consumers of the service's reactors. `inbox` is the prefix where the user may listen."""
    for reactor in command_service.service.reactors:
        for event in reactor.listens_to:
            consumer = consumer_name(command_service.partner, command_service.service.name, reactor, event)
            broker.subscriber(
                policy_subject(command_service.partner, reactor, event),
                stream=JStream(EVT_ALL, declare=False),  # only `banen bus apply` declares it
                durable=consumer,
                pull_sub=PullSub(batch_size=100, timeout=1.0),
                ack_policy=AckPolicy.MANUAL,  # FastStream's default would drop the event for good
                inbox_prefix=f"{inbox}.".encode(),  # FastStream does not take it from the broker here
                decoder=raw,  # parse nothing before we have checked it
                title=consumer,
            )(ReactorConsumer(reactor, consumer, client, command_service).on_message)


async def raw(message: NatsMessage) -> bytes:
    return message.body


class ReactorConsumer:
    """Handles the messages of one reactor and one event type."""

    def __init__(
        self, reactor: Reactor, consumer: str, client: Client, command_service: CommandService
    ) -> None:
        self._reactor = reactor
        self._client = client
        self._command_service = command_service
        self._consumer = consumer

    @property
    def _metrics(self) -> Metrics:
        return self._command_service.metrics

    async def on_message(self, message: NatsMessage) -> None:
        try:
            outcome = await self._react(message.raw_message)
        except BrokenMessage as broken:
            await self._set_aside(message, broken.reason)
        except Refused as refused:
            await self._set_aside(message, f"refused-{refused.code}")
        except Unpublishable:
            await self._set_aside(message, "refused-unpublishable")
        except KeyReused:
            # Another event had this id; trying again cannot help.
            await self._set_aside(message, "event-id-reused")
        except Exception as error:  # noqa: BLE001 - counted, logged, and retried until it works
            log.warning("%s tries again: %s", self._consumer, type(error).__name__)
            self._count("failed")
            await message.nack(delay=RETRY_SECONDS)
        else:
            self._count(outcome)
            await message.ack()

    async def _react(self, raw_message: Any) -> str:
        assert isinstance(raw_message, Msg)
        envelope = read_envelope(raw_message)
        try:
            event = BY_TYPE[envelope.type].model_validate_json(raw_message.data)
        except (KeyError, ValidationError):
            raise BrokenMessage("body-invalid") from None
        try:
            sent = self._reactor.react(envelope, event, self._command_service.partner)
        except ValidationError:
            # The event leads to a command that is invalid, for example because of a day before the first possible one.
            raise BrokenMessage("command-invalid") from None
        if sent is None:
            return "not-ours"
        answer = await self._command_service.send(sent, envelope, self._reactor.name)
        return "repeated" if answer.repeated else "handled"

    async def _set_aside(self, message: NatsMessage, reason: str) -> None:
        raw_message: Any = message.raw_message
        try:
            await dead_letter(self._client, self._consumer, raw_message, reason)
        except Exception:
            await message.nack(delay=RETRY_SECONDS)
            raise
        self._metrics.dead_letters.labels(self._consumer, reason).inc()
        log.warning("%s set a message aside: %s", self._consumer, reason)
        await message.ack()

    def _count(self, outcome: str) -> None:
        self._metrics.consumed.labels(self._consumer, outcome).inc()
