"""Policies on a real bus: each event gives its command once, and what cannot be handled does not hold up the rest."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from faststream.nats import NatsBroker
from nats.aio.client import Client
from prometheus_client import CollectorRegistry

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of, subject_of
from banen_contracts.intake import Channel, ContactKind, ContactMade
from banen_contracts.roles import ROLES
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute, Dispatch, Reactor, Service
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, Appended, StoredRecord
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging import reactor_consumer as consumer_module
from banen_kit.messaging.jetstream import (
    DEAD_LETTERS,
    EVT_ALL,
    Message,
    api,
    headers_of,
    jetstream,
    publish_batch,
)
from banen_kit.messaging.reactor_consumer import subscribe
from banen_kit.messaging.topology import Partner, apply_consumer, apply_stream, policy_consumers, streams
from banen_local.cluster.nats import Nats
from support.waiting import eventually

CONSUMER = "uwv-mediation-greet-contact-made"
DAY = date(2006, 3, 1)
REFUSED = UUID(int=10**6 + 1)
"""The domain refuses to greet this one."""
IGNORED = UUID(int=10**6)
"""The policy has nothing to say to this one."""


class Greeted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "greeted"
    ref: UUID


class Greet(Command, frozen=True):
    NAME: ClassVar[str] = "greet"


def decide(_: Greet, __: int, context: DecisionContext) -> Sequence[Greeted]:
    if UUID(context.ref) == REFUSED:
        raise Refused("stranger", "We do not greet strangers.")
    return [Greeted(ref=UUID(context.ref))]


GREET = CommandRoute(
    "/greetings/{ref}/greet", Greet, "greeting", Decider(0, decide, lambda state, _: state + 1)
)


def react(_: Envelope, event: PublicEvent, __: str) -> Dispatch | None:
    assert isinstance(event, ContactMade)
    return None if event.contact_ref == IGNORED else Dispatch(GREET, event.ref, Greet())


POLICY = Reactor("greet", (ContactMade,), react)
SERVICE = Service("mediation", (Greeted,), lambda _: None, (GREET,), {}, ROLES, reactors=(POLICY,))


class MoodyStore(MemoryStore):
    """Cannot be reached for the first few appends to the streams that are named."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: dict[str, int] = {}

    async def append(self, command: Append) -> Appended:
        if self.failures.get(command.stream, 0) > 0:
            self.failures[command.stream] -= 1
            raise StoreUnavailable("not now")
        return await super().append(command)


@dataclass
class Policies:
    """A service whose policies run on the bus."""

    client: Client
    store: MoodyStore = field(default_factory=MoodyStore)
    metrics: Metrics = field(default_factory=lambda: Metrics.create(CollectorRegistry()))
    last: int = 0

    def command_service(self) -> CommandService:
        repository = EventRepository(self.store, EventSerializer(SERVICE.events), MemoryKeys())
        return CommandService(
            SERVICE,
            repository,
            "uwv",
            frozenset({"uaf", "uwv"}),
            MemoryAudit(),
            self.metrics,
            lambda: datetime.now(UTC),
        )

    async def publish(self, *messages: Message) -> None:
        for start in range(0, len(messages), 500):
            self.last = await publish_batch(self.client, messages[start : start + 500], self.last)

    async def events(self) -> list[StoredRecord]:
        return await self.store.read_all(0, 10_000)

    async def greeted(self) -> list[int]:
        return sorted(UUID(event.stream.removeprefix("greeting-")).int for event in await self.events())

    async def dead_letters(self) -> list[tuple[str, str]]:
        """Reason and sequence of each."""
        state = (await api(self.client, f"STREAM.INFO.{DEAD_LETTERS}"))["state"]
        found = [
            headers_of(await jetstream(self.client).get_msg(DEAD_LETTERS, seq=number))
            for number in range(1, state["last_seq"] + 1)
        ]
        return sorted((headers["Banen-Reason"], headers["ce-sequence"]) for headers in found)

    async def until_all_is_acknowledged(self) -> None:
        async def is_done() -> bool:
            there = (await api(self.client, f"STREAM.INFO.{EVT_ALL}"))["state"]["messages"]
            info = await api(self.client, f"CONSUMER.INFO.{EVT_ALL}.{CONSUMER}")
            return there == self.last and info["num_pending"] + info["num_ack_pending"] == 0

        await eventually(is_done)

    def outcomes(self, outcome: str) -> float:
        return self.metrics.consumed.labels(CONSUMER, outcome)._value.get()


@pytest.fixture
async def reactors(bus: Client) -> Policies:
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
        await apply_stream(bus, declared, change=False)
    for declared in policy_consumers("uwv", SERVICE):
        await apply_consumer(bus, declared, change=False)
    return Policies(bus)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "RETRY_SECONDS", 0.05)


@asynccontextmanager
async def running(reactors: Policies, nats: Nats) -> AsyncIterator[None]:
    broker = NatsBroker(nats.url, logger=None)
    subscribe(broker, reactors.client, reactors.command_service(), "_INBOX_test")
    await broker.start()
    try:
        yield
    finally:
        await broker.stop()


def message(sequence: int, contact: UUID | None = None, **changes: Any) -> Message:
    event = ContactMade(
        contact_ref=contact or UUID(int=sequence),
        occurred_on=DAY,
        channel=Channel.OTHER,
        kind=ContactKind.CONTACT,
    )
    fields: dict[str, Any] = {
        "id": UUID(int=1000 + sequence),
        "source": source_of("uaf", "intake"),
        "type": f"nl.banenoffensief.{ContactMade.NAME}",
        "subject": event.ref,
        "time": datetime(2006, 3, 1, 12, tzinfo=UTC),
        "partner": "uaf",
        "sequence": sequence,
        "correlationid": UUID(int=7),
        "causationid": UUID(int=8),
    }
    headers = Envelope(**fields | changes).headers()
    return subject_of("uaf", ContactMade.NAME), event.to_json(), headers


def without_id(sequence: int) -> Message:
    subject, body, headers = message(sequence)
    return subject, body, {name: value for name, value in headers.items() if name != "ce-id"}


def with_body(sequence: int, body: bytes) -> Message:
    subject, _, headers = message(sequence)
    return subject, body, headers


async def test_an_event_gives_its_command(reactors: Policies, nats: Nats):
    async with running(reactors, nats):
        await reactors.publish(message(1))
        await reactors.until_all_is_acknowledged()
    [greeted] = await reactors.events()
    assert (greeted.stream, greeted.type) == (f"greeting-{UUID(int=1)}", "greeted")
    assert f'"causationId": "{UUID(int=1001)}"' in greeted.metadata
    assert f'"correlationId": "{UUID(int=7)}"' in greeted.metadata


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (without_id(2), "envelope-invalid"),
        (message(2, partner="uwv"), "source-mismatch"),
        (with_body(2, b"not json"), "body-invalid"),
        (with_body(2, b'{"contactRef": "x"}'), "body-invalid"),
        (with_body(2, b"\xff\xfe"), "body-invalid"),
        (with_body(2, b" " * 70_000), "oversized"),
        (message(2, REFUSED), "refused-stranger"),
    ],
    ids=["no id", "another's partner", "no json", "a field missing", "no text", "too large", "refused"],
)
async def test_a_bad_event_is_set_aside_and_its_neighbours_are_handled(
    reactors: Policies, nats: Nats, bad: Message, reason: str
):
    async with running(reactors, nats):
        await reactors.publish(message(1), bad, message(3))
        await reactors.until_all_is_acknowledged()
    assert await reactors.greeted() == [1, 3]
    assert await reactors.dead_letters() == [(reason, "2")]
    assert reactors.outcomes("handled") == 2


async def test_what_the_policy_leaves_alone_is_acknowledged(reactors: Policies, nats: Nats):
    async with running(reactors, nats):
        await reactors.publish(message(1, IGNORED))
        await reactors.until_all_is_acknowledged()
    assert await reactors.events() == []
    assert await reactors.dead_letters() == []


async def test_tries_again_until_it_works(reactors: Policies, nats: Nats):
    reactors.store.failures[f"greeting-{UUID(int=2)}"] = 3
    async with running(reactors, nats):
        await reactors.publish(message(1), message(2), message(3))
        await reactors.until_all_is_acknowledged()
    assert await reactors.greeted() == [1, 2, 3]
    assert reactors.outcomes("failed") == 3
    assert await reactors.dead_letters() == []


async def test_the_same_event_again_causes_nothing_new(reactors: Policies, nats: Nats):
    async with running(reactors, nats):
        await reactors.publish(message(1), message(1), message(2), message(1))
        await reactors.until_all_is_acknowledged()
    assert await reactors.greeted() == [1, 2]
    assert (reactors.outcomes("handled"), reactors.outcomes("repeated")) == (2, 2)


async def test_another_event_under_a_known_id_is_set_aside(reactors: Policies, nats: Nats):
    """It can never be handled, so trying again would never end."""
    async with running(reactors, nats):
        await reactors.publish(message(1))
        await reactors.until_all_is_acknowledged()
        await reactors.publish(message(2, id=UUID(int=1001)))
        await reactors.until_all_is_acknowledged()
    assert await reactors.greeted() == [1]
    assert await reactors.dead_letters() == [("event-id-reused", "2")]


async def test_what_was_published_while_the_service_was_away_is_handled(reactors: Policies, nats: Nats):
    await reactors.publish(message(1), message(2))
    async with running(reactors, nats):
        await reactors.until_all_is_acknowledged()
    await reactors.publish(message(3))
    async with running(reactors, nats):
        await reactors.until_all_is_acknowledged()
    assert await reactors.greeted() == [1, 2, 3]


async def test_two_instances_share_the_work(reactors: Policies, nats: Nats):
    async with running(reactors, nats), running(reactors, nats):
        await reactors.publish(*(message(number) for number in range(1, 301)))
        await reactors.until_all_is_acknowledged()
    assert await reactors.greeted() == list(range(1, 301))


async def test_handles_many_at_once(reactors: Policies, nats: Nats):
    async with running(reactors, nats):
        await reactors.publish(*(message(number) for number in range(1, 601)))
        await reactors.until_all_is_acknowledged()
    assert await reactors.greeted() == list(range(1, 601))
    assert await reactors.dead_letters() == []


async def test_what_follows_from_a_historic_fact_was_known_when_that_was(reactors: Policies, nats: Nats):
    known_at = datetime(2006, 2, 1, tzinfo=UTC)
    async with running(reactors, nats):
        await reactors.publish(message(1, knownat=known_at, imported=True), message(2))
        await reactors.until_all_is_acknowledged()
    by_stream = {event.stream: event for event in await reactors.events()}
    historic = by_stream[f"greeting-{UUID(int=1)}"]
    current = by_stream[f"greeting-{UUID(int=2)}"]
    assert (historic.known_at, historic.imported) == (known_at, True)
    assert not current.imported
