"""A service whose events are in KurrentDB: commands, persons' data, timers' table and relay work as on PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from prometheus_client import CollectorRegistry

from banen_contracts.base import ErasureReason
from banen_contracts.roles import Role
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.command_handler import KeyReused
from banen_kit.application.command_service import CommandService
from banen_kit.application.request import Request
from banen_kit.application.timer_table import TimerTable
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.kurrentdb import KurrentStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging import outbox_relay as relay_module
from banen_kit.messaging.blocked import Outbound
from banen_kit.messaging.jetstream import api, headers_of, jetstream
from banen_kit.messaging.outbox_relay import Relay
from banen_kit.messaging.topology import Partner, apply_stream, streams
from banen_kit.postgres.connection import connect
from banen_kit.privacy.due_list import MemoryDueList
from banen_kit.privacy.retention import Retention
from banen_kit.privacy.subject_access import SubjectAccess, requests_of
from support.definition import learned
from support.kurrentdb.server import StandIn
from support.kurrentdb.subject import opened
from support.waiting import DEADLINE, eventually

CONTACT, CANDIDATE = (str(UUID(int=number, version=4)) for number in (1, 2))
STAFF = Principal("somebody", "uaf", frozenset(Role))
NAME = "Synthetica Voorbeeld"
STREAM = "EVT_UAF_INTAKE"


class Office:
    """Intake with its events in a KurrentDB."""

    def __init__(self, store: KurrentStore, standin: StandIn) -> None:
        self.store, self.standin = store, standin
        self.keys = MemoryKeys()
        self.later = timedelta()
        self.metrics = Metrics.create(CollectorRegistry())
        serializer = EventSerializer(INTAKE.events)
        repository: EventRepository[Any] = EventRepository(store, serializer, self.keys)
        audit, partners = MemoryAudit(self.clock), frozenset({"uaf"})
        self.command_service = CommandService(
            INTAKE, repository, "uaf", partners, audit, self.metrics, self.clock, learned()
        )

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.later

    async def give(self, ref: str, command: str, key: UUID | None = None, /, **body: Any) -> Any:
        operation = next(one for one in INTAKE.commands if one.name == command)
        request = Request(operation, STAFF, ref, body, key or uuid4())
        return await self.command_service.execute(request)

    async def contact(self, ref: str, key: UUID | None = None, name: str = NAME) -> Any:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "conversation"}
        return await self.give(ref, "record-contact", key, **said, name=name)

    async def candidate(self) -> None:
        registered: dict[str, Any] = {"occurredOn": "2026-01-31", "educationBand": "low"}
        await self.give(CANDIDATE, "register-candidate", **registered, contactRef=CONTACT, name=NAME)

    async def erase(self) -> None:
        await self.give(
            CANDIDATE, "erase-candidate", occurredOn="2026-01-31", reason=ErasureReason.REQUEST.value
        )

    def relay(self, client: Client) -> Relay:
        serializer = self.command_service.repository.serializer
        return Relay(self.command_service.publisher, serializer, self.store, client, Faults(self.metrics))


@pytest.fixture
async def office(database: Any, new_schema: Callable[..., Any]) -> AsyncGenerator[Office]:
    standin = StandIn()
    await standin.start()
    pool = await connect(database.service_url, await new_schema())
    async with opened(standin.url, pool) as store:
        yield Office(store, standin)
    await pool.close()
    await standin.stop()


async def test_a_repeated_command_gets_its_first_answer_and_another_with_its_key_is_refused(office: Office):
    key = uuid4()
    first = await office.contact(CONTACT, key)
    again = await office.contact(CONTACT, key)
    assert (again.version, again.events, again.repeated) == (first.version, first.events, True)
    with pytest.raises(KeyReused):
        await office.contact(CONTACT, key, "Somebody Else")


async def test_of_two_requests_at_once_with_one_key_one_is_carried_out(office: Office):
    key = uuid4()
    asked = [office.contact(CONTACT, key, name) for name in (NAME, "Somebody Else")]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Answer", "KeyReused"]


async def test_what_is_held_on_a_person_is_found_and_opened(office: Office):
    await office.contact(CONTACT)
    await office.candidate()
    await office.contact(str(uuid4()))
    await office.give(
        str(uuid4()), "record-request", personRef=CANDIDATE, kind="access", receivedOn="2026-01-31"
    )
    found = await SubjectAccess(office.command_service, 30).export(CONTACT)
    events = [event["event"] for event in found["events"]]
    assert events == ["contact-made", "candidate-registered", "request-received"]
    assert [event["data"]["name"] for event in found["events"][:2]] == [NAME, NAME]
    assert len(await requests_of(office.command_service)) == 1


async def test_an_erasure_is_repeated_after_the_keys_were_restored(office: Office):
    await office.contact(CONTACT)
    await office.candidate()
    restored = deepcopy(office.keys)
    await office.erase()
    exported = await SubjectAccess(office.command_service, 30).export(CANDIDATE)
    assert NAME not in json.dumps(exported)
    assert await SubjectAccess(office.command_service, 30).certificate(CANDIDATE)
    serializer = office.command_service.repository.serializer
    assert await reapply_erasures(office.store, serializer, restored) > 0
    assert set((await restored.find_keys({CONTACT, CANDIDATE})).values()) == {None}
    assert await reapply_erasures(office.store, serializer, restored) == 0


async def test_retention_finds_whose_period_is_over(office: Office):
    await office.contact(CONTACT)
    await office.give(CONTACT, "erase-contact", occurredOn="2026-01-31", reason=ErasureReason.REQUEST.value)
    other = str(uuid4())
    await office.contact(other)

    async def trusted() -> None:
        pass

    office.later = timedelta(days=400)
    months = {"contact": 12, "candidate": 24}
    retention = Retention(office.command_service, months, MemoryDueList(), 0, trusted, Faults(office.metrics))
    assert await retention.due() == [("contact", other)]


async def test_what_timers_folded_is_folded_again_after_the_store_was_restored(office: Office):
    await office.contact(CONTACT)
    [first] = await office.store.read_all(0, 10)
    table = TimerTable(office.store)
    assert await table.position(["one"]) == 0
    assert await table.advance(0, first, [], lambda _: {})
    assert await table.position(["one"]) == first.position
    log = office.standin.log
    log.events[-1:], log.by_stream = [], {}
    assert await table.position(["one"]) == 0


# The way to the bus


@pytest.fixture
async def bus_of_intake(bus: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(relay_module, "WATERMARK_SECONDS", 0.02)
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
        await apply_stream(bus, declared, change=False)
    return bus


async def published(client: Client) -> list[dict[str, str]]:
    state = (await api(client, f"STREAM.INFO.{STREAM}"))["state"]
    numbers = range(1, state["last_seq"] + 1)
    return [headers_of(await jetstream(client).get_msg(STREAM, seq=number)) for number in numbers]


async def test_publishes_each_event_once_in_order_and_nothing_before_a_watermark_though_the_clock_steps_back(
    office: Office, bus_of_intake: Client
):
    behind = timedelta()
    office.standin.log.clock = lambda: datetime.now(UTC) - behind
    marks: list[dict[str, Any]] = []

    async def note(message: Msg) -> None:
        marks.append(json.loads(message.data))

    await bus_of_intake.subscribe("wmk.uaf.intake", cb=note)
    relaying = asyncio.create_task(office.relay(bus_of_intake).run())
    try:
        for turn in range(8):
            await asyncio.gather(*(office.contact(str(uuid4())) for _ in range(5)))
            if turn == 4:
                await office.standin.stop()
                await office.standin.start()

            async def is_said(sequence: int = 5 * (turn + 1)) -> bool:
                return bool(marks) and marks[-1]["sequence"] == sequence

            await eventually(is_said)
            behind += timedelta(hours=1)
    finally:
        relaying.cancel()
        await asyncio.wait([relaying], timeout=DEADLINE)
    events = await published(bus_of_intake)
    assert [int(event["ce-sequence"]) for event in events] == list(range(1, 41))
    assert [event["ce-id"] for event in events] == [str(one.id) for one in await office.store.read_all(0, 99)]
    for mark in marks:
        through, last = datetime.fromisoformat(mark["through"]), mark["sequence"]
        later = [event for event in events[last:] if datetime.fromisoformat(event["ce-time"]) < through]
        assert later == []


async def test_measures_what_waits_while_the_bus_takes_nothing(office: Office, bus_of_intake: Client):
    relay = office.relay(bus_of_intake)
    await office.contact(CONTACT)
    async with relay.ownership() as connection:
        await relay.step(connection)
        for _ in range(3):
            await office.contact(str(uuid4()))
        await relay._measure()
    registry = office.metrics.registry
    assert registry.get_sample_value("banen_relay_lag_events") == 3
    oldest = registry.get_sample_value("banen_relay_oldest_unpublished_age_seconds")
    assert oldest is not None
    assert 0 < oldest < DEADLINE


async def test_an_event_in_the_way_is_shown_with_how_many_wait_behind_it(
    office: Office, bus_of_intake: Client
):
    await office.contact(CONTACT)
    [event] = office.standin.log.events[1:]
    broken = deepcopy(event.proposed)
    object.__setattr__(broken, "data", b"{}")
    office.standin.log.events[-1] = type(event)(
        broken, event.stream, event.revision, event.position, event.created
    )
    await office.contact(str(uuid4()))
    serializer, publisher = office.command_service.repository.serializer, office.command_service.publisher
    outbound = Outbound(office.store, serializer, publisher)
    blocked = await outbound.blocked()
    assert blocked is not None
    assert blocked.record.id == event.proposed.id
    assert await outbound.waiting(blocked) == 1


async def test_a_service_says_that_its_store_is_away_and_goes_on_when_it_is_back(office: Office):
    await office.contact(CONTACT)
    await office.standin.stop()
    with pytest.raises(StoreUnavailable):
        await office.contact(str(uuid4()))
    await office.standin.start()
    assert (await office.contact(str(uuid4()))).version == 1
