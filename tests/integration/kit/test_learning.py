"""Learning on a real bus and in a real store: after kills, a restored store and a bus that was filled again."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from nats.aio.client import Client
from prometheus_client import CollectorRegistry

from banen_contracts import Envelope
from banen_contracts.base import BUREAU, source_of, subject_of
from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import ProgrammeDefined
from banen_contracts.roles import ROLES, Role
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute, Learns, Service
from banen_kit.application.request import Request
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.core.problem import Problem
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.port import EventStore, StoredRecord
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging import learning
from banen_kit.messaging.jetstream import EVT_ALL, api, last_message, publish_batch, stream_name
from banen_kit.messaging.learning import NotTaken, ask, learn
from banen_kit.messaging.topology import Partner, apply_stream, streams
from banen_kit.postgres.connection import connect
from banen_kit.privacy.kit_features import with_kit_features
from banen_local.cluster.nats import Nats
from support.definition import DEFINED, DEFINITION
from support.waiting import eventually

NOW = datetime(2006, 6, 1, 12, tzinfo=UTC)
LEARNS = Learns(ProgrammeDefined, BUREAU, zone=lambda event: event.definition.zone)
PARTNERS = [Partner("bureau", ("reporting",)), Partner("uaf", ("mediation", "reporting"))]
SOMEBODY = Principal("somebody", "uaf", frozenset({Role.MEDIATOR}))
FAULT, UNHEARD = "learn-programme-defined", "unheard-programme-defined"


class Counted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "counted"
    version: int


class Count(Command, frozen=True):
    NAME: ClassVar[str] = "count"


def decide(_: Count, __: int, context: DecisionContext) -> Sequence[Counted]:
    assert isinstance(context.heard, ProgrammeDefined)
    return [Counted(version=context.heard.version)]


COUNTER: Decider[Count, int, Counted] = Decider(0, decide, lambda _, event: event.version)
COUNT = CommandRoute("/counters/{ref}/count", Count, "counter", COUNTER, learned=ProgrammeDefined)
SERVICE = with_kit_features(
    Service("mediation", (Counted,), lambda _: None, (COUNT,), {}, ROLES, learns=(LEARNS,))
)
KEYS = MemoryKeys()


@dataclass
class Process:
    """One run of a service: what it knows is lost with it."""

    store: EventStore
    command_service: CommandService = field(init=False)
    faults: Faults = field(init=False)

    def __post_init__(self) -> None:
        repository: EventRepository[Any] = EventRepository(self.store, EventSerializer(SERVICE.events), KEYS)
        metrics = Metrics.create(CollectorRegistry())
        self.faults = Faults(metrics)
        self.command_service = CommandService(
            SERVICE, repository, "uaf", frozenset({"uaf"}), MemoryAudit(), metrics, lambda: datetime.now(UTC)
        )

    @classmethod
    async def start(cls, store: EventStore) -> "Process":
        process = cls(store)
        await process.command_service.learned.recall(process.command_service.repository, SERVICE.learns)
        return process

    @property
    def version(self) -> int | None:
        newest = self.command_service.learned.newest(ProgrammeDefined)
        if newest is None:
            return None
        assert isinstance(newest.event, ProgrammeDefined)
        return newest.event.version

    @asynccontextmanager
    async def on_the_bus(self, client: Client) -> AsyncIterator[None]:
        task = asyncio.create_task(learn(client, self.command_service, LEARNS, self.faults))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def hears(self, client: Client, version: int) -> None:
        async with self.on_the_bus(client):
            await eventually(lambda: self.version == version)

    async def ask(self, client: Client) -> None:
        await ask(client, self.command_service, LEARNS)

    async def count(self, number: int) -> None:
        ref, key = UUID(int=number, version=4), UUID(int=1000 + number, version=4)
        await self.command_service.execute(Request(COUNT, SOMEBODY, str(ref), {}, key))


class Bus:
    """The bus, and the sources that publish on it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def apply(self) -> None:
        for declared in streams(PARTNERS, max_bytes=2**24):
            await apply_stream(self.client, declared, change=False)

    async def say(
        self,
        sequence: int,
        version: int,
        by: str = "bureau",
        definition: ProgrammeDefinition = DEFINITION,
        **changes: Any,
    ) -> None:
        """Comes back when whoever reads everything could have it."""
        event = DEFINED.model_copy(update={"version": version, "definition": definition})
        fields: dict[str, Any] = {
            "id": UUID(int=100 * sequence + version),
            "source": source_of(by, "reporting"),
            "type": f"nl.banenoffensief.{ProgrammeDefined.NAME}",
            "subject": event.ref,
            "time": NOW,
            "partner": by,
            "sequence": sequence,
            "correlationid": UUID(int=7),
            "causationid": UUID(int=8),
        }
        headers = Envelope(**fields | changes).headers()
        await self.publish(by, event.to_json(), headers)

    async def publish(self, partner: str, body: bytes, headers: dict[str, str]) -> None:
        before = await self.count()
        stream = stream_name(partner, "reporting")
        last = (await last_message(self.client, stream)).stream_sequence
        await publish_batch(self.client, [(subject_of(partner, ProgrammeDefined.NAME), body, headers)], last)

        async def has_arrived() -> bool:
            return await self.count() == before + 1

        await eventually(has_arrived)

    async def count(self) -> int:
        return (await api(self.client, f"STREAM.INFO.{EVT_ALL}"))["state"]["messages"]

    async def wipe(self) -> None:
        for declared in streams(PARTNERS):
            await api(self.client, f"STREAM.DELETE.{declared['name']}")
        await self.apply()


async def heard(store: EventStore) -> list[int]:
    """The sequences of what was kept, in the order of keeping."""
    records = await store.read_all(0, 1000)
    return [json.loads(record.data)["sequence"] for record in records if record.type == "heard"]


async def counted(store: EventStore) -> list[int]:
    records = await store.read_all(0, 1000)
    return [json.loads(record.data)["version"] for record in records if record.type == "counted"]


@pytest.fixture
async def said(bus: Client) -> Bus:
    said = Bus(bus)
    await said.apply()
    return said


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "ASK_SECONDS", 0.02)


async def test_hears_what_is_said_and_what_was_said_before_it_started(said: Bus, store: PostgresStore):
    await said.say(4, version=1)
    process = await Process.start(store)
    async with process.on_the_bus(said.client):
        await eventually(lambda: process.version == 1)
        await said.say(9, version=2)
        await eventually(lambda: process.version == 2)
    assert await heard(store) == [4, 9]
    await process.count(1)
    assert await counted(store) == [2]


async def test_a_kill_loses_nothing_of_it(said: Bus, store: PostgresStore):
    await said.say(1, version=1)
    await (await Process.start(store)).hears(said.client, 1)
    await said.say(2, version=2)  # while nobody listens
    after = await Process.start(store)
    assert after.version == 1
    await after.count(1)
    await after.hears(said.client, 2)
    await after.count(2)
    assert await counted(store) == [1, 2]
    assert await heard(store) == [1, 2]


async def test_a_kill_between_keeping_and_knowing_keeps_it_once(said: Bus, store: PostgresStore):
    await said.say(1, version=1)

    class Dying(PostgresStore):
        async def read(self, stream: str) -> list[StoredRecord]:
            if await heard(store):
                raise StoreUnavailable("killed")
            return await super().read(stream)

    dying = await Process.start(Dying(store.pool))
    with pytest.raises(StoreUnavailable):
        await dying.ask(said.client)
    assert (dying.version, await heard(store)) == (None, [1])
    after = Process(store)  # and it did not even look into its store
    await after.hears(said.client, 1)
    assert await heard(store) == [1]


async def test_two_processes_keep_it_once_and_both_know_it(said: Bus, store: PostgresStore):
    one, two = await Process.start(store), await Process.start(store)
    async with one.on_the_bus(said.client), two.on_the_bus(said.client):
        for number in range(1, 6):
            await said.say(number, version=number)
        await eventually(lambda: one.version == two.version == 5)
    kept = await heard(store)
    assert kept == sorted(set(kept))
    assert kept[-1] == 5


async def test_an_older_one_never_replaces_a_newer_one(said: Bus, store: PostgresStore):
    await said.say(5, version=2)
    process = await Process.start(store)
    await process.ask(said.client)
    await said.say(4, version=1)
    await process.ask(said.client)
    await (await Process.start(store)).ask(said.client)
    await Process(store).ask(said.client)  # a process that does not know
    assert process.version == 2
    assert await heard(store) == [5]


async def test_nothing_heard_yet_is_a_fault_with_which_it_stays_ready_and_commands_are_refused(
    said: Bus, store: PostgresStore
):
    process = await Process.start(store)
    async with process.on_the_bus(said.client):
        await eventually(lambda: UNHEARD in process.faults.open())
        assert process.faults.open()[UNHEARD].still_ready
        with pytest.raises(Problem, match=r"has not heard yet of reporting\.programme-defined\.v1"):
            await process.count(1)
        assert await store.read_all(0, 10) == []
        await said.say(1, version=1)
        await eventually(lambda: not process.faults.open())
    await process.count(1)
    assert await counted(store) == [1]


async def test_a_definition_of_another_zone_is_a_fault_until_one_of_its_own_is_heard(
    said: Bus, store: PostgresStore
):
    elsewhere = DEFINITION.model_copy(update={"zone": "America/Paramaribo"})
    await said.say(1, version=1, definition=elsewhere)
    process = await Process.start(store)
    async with process.on_the_bus(said.client):
        await eventually(lambda: "zone-differs" in process.faults.open())
        assert process.faults.open()["zone-differs"].still_ready
        await said.say(2, version=2)
        await eventually(lambda: not process.faults.open())


async def test_decides_by_what_it_heard_while_the_bus_is_away(said: Bus, store: PostgresStore, nats: Nats):
    await said.say(1, version=1)
    process = await Process.start(store)
    async with process.on_the_bus(said.client):
        await eventually(lambda: process.version == 1)
        await nats.stop()
        await eventually(lambda: FAULT in process.faults.open())
        assert process.faults.open()[FAULT].still_ready
        await process.count(1)
        await (await Process.start(store)).count(2)
        await nats.start()
        await eventually(lambda: not process.faults.open())
    assert await counted(store) == [1, 1]


async def test_a_restored_store_hears_again_what_it_forgot(
    said: Bus, store: PostgresStore, database: Any, new_schema: Callable[..., Awaitable[str]]
):
    await said.say(1, version=1)
    await (await Process.start(store)).hears(said.client, 1)
    pool = await connect(database.service_url, await new_schema())
    try:
        restored = PostgresStore(pool)
        await (await Process.start(restored)).hears(said.client, 1)
        assert await heard(restored) == [1]
    finally:
        await pool.close()


async def test_a_bus_that_is_filled_again_changes_nothing(said: Bus, store: PostgresStore):
    await said.say(1, version=1)
    await said.say(2, version=2)
    process = await Process.start(store)
    await process.ask(said.client)
    await said.wipe()
    for number in (1, 2):
        await process.ask(said.client)
        await said.say(number, version=number)
    await process.ask(said.client)
    await said.say(3, version=3)
    await process.ask(said.client)
    assert process.version == 3
    assert await heard(store) == [2, 3]


async def test_what_another_partner_says_is_not_taken(said: Bus, store: PostgresStore):
    await said.say(1, version=1)
    await said.say(9, version=66, by="uaf")
    process = await Process.start(store)
    await process.ask(said.client)
    assert process.version == 1
    assert await heard(store) == [1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": source_of("uaf", "reporting"), "partner": "uaf"}, "source-mismatch"),
        ({"source": source_of("bureau", "mediation")}, "source-mismatch"),
        ({"type": "nl.banenoffensief.reporting.partner-admitted.v1"}, "source-mismatch"),
    ],
    ids=["another partner", "another service", "another event"],
)
async def test_what_is_not_what_its_subject_says_is_not_taken_and_named(
    said: Bus, store: PostgresStore, changes: dict[str, Any], reason: str
):
    await said.say(1, version=1)
    process = await Process.start(store)
    await process.ask(said.client)
    await said.say(2, version=66, **changes)
    with pytest.raises(NotTaken, match=reason):
        await process.ask(said.client)
    async with process.on_the_bus(said.client):
        await eventually(lambda: FAULT in process.faults.open())
        assert reason in process.faults.open()[FAULT].reason
        await said.say(3, version=3)
        await eventually(lambda: process.version == 3)
    assert await heard(store) == [1, 3]


@pytest.mark.parametrize("body", [b"not json", b"{}", b"", b" " * 70_000])
async def test_what_is_not_as_the_contract_says_is_not_taken(said: Bus, store: PostgresStore, body: bytes):
    process = await Process.start(store)
    await said.say(1, version=1)
    await process.ask(said.client)
    good = Envelope(
        id=UUID(int=3),
        source=LEARNS.source,
        type=f"nl.banenoffensief.{ProgrammeDefined.NAME}",
        subject="bureau",
        time=NOW,
        partner="bureau",
        sequence=2,
        correlationid=UUID(int=7),
        causationid=UUID(int=8),
    )
    await said.publish("bureau", body, good.headers())
    with pytest.raises(NotTaken):
        await process.ask(said.client)
    assert (process.version, await heard(store)) == (1, [1])
