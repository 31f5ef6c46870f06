"""What a service heard of another: the newest counts, decisions have it, and without it they are refused."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import httpx2
import pytest
from prometheus_client import CollectorRegistry
from pydantic import ValidationError

from banen_cli.installed import services
from banen_contracts import Envelope
from banen_contracts.base import BUREAU, source_of
from banen_contracts.reporting import ProgrammeDefined
from banen_contracts.roles import ROLES, Role
from banen_kit.application.bulk import Loads, bulk
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute, Learns, Service
from banen_kit.application.learned import HEAR, Hear, Heard
from banen_kit.application.request import Request
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.clocks import use_zone, zone
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent
from banen_kit.core.faults import Faults
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.core.problem import Problem
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.kit_features import with_kit_features
from banen_kit.security.permissions import own_partner
from banen_kit.testing import FakeIssuer, Scenario, health_of, teach
from banen_kit.web.app import create_app
from support.definition import DEFINED

NOW = datetime(2006, 6, 1, 12, tzinfo=UTC)
SOMEBODY = Principal("somebody", "uaf", frozenset({Role.MEDIATOR}))
ISSUER = FakeIssuer()
LEARNS = Learns(ProgrammeDefined, BUREAU, zone=lambda event: event.definition.zone)
VIEW = f"/v1/learned/{ProgrammeDefined.NAME}"


class Counted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "counted"
    version: int


class Count(Command, frozen=True):
    NAME: ClassVar[str] = "count"


def decide(_: Count, __: int, context: DecisionContext) -> Sequence[Counted]:
    assert isinstance(context.heard, ProgrammeDefined)
    return [Counted(version=context.heard.version)]


COUNTER: Decider[Count, int, Counted] = Decider(0, decide, lambda _, event: event.version)
COUNT = CommandRoute(
    "/counters/{ref}/count", Count, "counter", COUNTER, own_partner(Role.MEDIATOR), learned=ProgrammeDefined
)
SERVICE = with_kit_features(
    Service(
        "mediation", (Counted,), lambda _: None, (COUNT,), {}, ROLES, learns=(LEARNS,)
    )
)  # fmt: skip


class CountingStore(MemoryStore):
    """Counts how often each stream was read."""

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        self.reads = Counter[str]()

    async def read(self, stream: str) -> list[StoredRecord]:
        self.reads[stream] += 1
        return await super().read(stream)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture
def command_service(store: CountingStore) -> CommandService:
    return service_of(store)


KEYS = MemoryKeys()


def service_of(store: CountingStore) -> CommandService:
    repository: EventRepository[Any] = EventRepository(store, EventSerializer(SERVICE.events), KEYS)
    metrics = Metrics.create(CollectorRegistry())
    partners = frozenset({"uaf", "bureau"})
    return CommandService(
        SERVICE, repository, "uaf", partners, MemoryAudit(lambda: NOW), metrics, lambda: NOW
    )


def defined(version: int) -> ProgrammeDefined:
    return DEFINED.model_copy(update={"version": version})


def request(number: int = 1) -> Request:
    ref, key = UUID(int=number, version=4), UUID(int=5000 + number, version=4)
    return Request(COUNT, SOMEBODY, str(ref), {}, key)


async def counted(store: CountingStore) -> list[int]:
    records = await store.read_all(0, 1000)
    return [json.loads(record.data)["version"] for record in records if record.type == Counted.TYPE]


# deciding to keep it

HEARD = Heard(sequence=7, body="{}")
hearing = Scenario(HEAR.decider, "reporting-programme-defined-v1")


def test_keeps_what_is_newer():
    hearing.when(Hear(sequence=7, body="{}")).then(HEARD)
    hearing.given(HEARD).when(Hear(sequence=9, body="{}")).then(Heard(sequence=9, body="{}"))


@pytest.mark.parametrize("sequence", [1, 6, 7])
def test_what_comes_late_or_again_changes_nothing(sequence: int):
    hearing.given(HEARD).when(Hear(sequence=sequence, body="[]")).then_nothing()


def test_the_source_follows_from_whose_word_it_is():
    assert LEARNS.source == source_of("bureau", "reporting")
    assert LEARNS.subject == "evt.bureau.reporting.programme-defined.v1"


# deciding by it


async def test_nothing_heard_yet_is_refused_and_nothing_is_stored(
    command_service: CommandService, store: CountingStore
):
    with pytest.raises(Problem) as refused:
        await command_service.execute(request())
    assert (refused.value.status, refused.value.code) == (409, "not-learned-yet")
    assert "reporting.programme-defined.v1" in refused.value.detail
    assert await store.read_all(0, 10) == []


async def test_a_line_of_a_bulk_load_is_refused_alike(command_service: CommandService, store: CountingStore):
    line = {
        "command": "count",
        "ref": str(UUID(int=1, version=4)),
        "key": str(UUID(int=50, version=4)),
        "body": {},
    }
    [result] = await bulk(command_service, Loads(), [json.dumps(line).encode()], SOMEBODY)
    assert (result["status"], result["code"]) == (409, "not-learned-yet")
    assert await store.read_all(0, 10) == []
    await teach(command_service, defined(1))
    [result] = await bulk(command_service, Loads(), [json.dumps(line).encode()], SOMEBODY)
    assert result["status"] == 201


async def test_decides_by_the_newest(command_service: CommandService, store: CountingStore):
    for sequence, version in ((5, 1), (9, 2), (7, 99), (9, 98)):
        await teach(command_service, defined(version), sequence)
        await command_service.execute(request(sequence * 100 + version))
    assert await counted(store) == [1, 2, 2, 2]


async def test_a_command_does_not_read_it_from_the_store(
    command_service: CommandService, store: CountingStore
):
    await teach(command_service, defined(1))
    store.reads.clear()
    await command_service.execute(request())
    assert [stream for stream in store.reads if stream.startswith("learned-")] == []


async def test_hearing_the_same_again_asks_the_store_nothing(
    command_service: CommandService, store: CountingStore
):
    await teach(command_service, defined(1))
    store.reads.clear()
    await teach(command_service, defined(1))
    assert store.reads.total() == 0


async def test_another_process_knows_it_from_the_store(command_service: CommandService, store: CountingStore):
    await teach(command_service, defined(3), 4)
    another = service_of(store)
    await another.learned.recall(another.repository, SERVICE.learns)
    await another.execute(request())
    assert await counted(store) == [3]


async def test_a_process_that_knew_less_hears_what_another_stored(
    command_service: CommandService, store: CountingStore
):
    another = service_of(store)
    await teach(command_service, defined(1), 1)
    await teach(command_service, defined(2), 2)
    await teach(another, defined(1), 1)  # late, and already stored
    newest = another.learned.newest(ProgrammeDefined)
    assert newest is not None
    assert newest.sequence == 2
    assert [record.type for record in await store.read_all(0, 10)] == ["heard", "heard"]


async def test_what_only_a_later_version_knows_is_kept(command_service: CommandService, store: CountingStore):
    said = json.loads(DEFINED.to_json())
    said["definition"]["added"] = said["added"] = "later"
    await teach(command_service, defined(1), 1)
    await command_service.hear(LEARNS, envelope_of(2), json.dumps(said).encode())
    [_, record] = await store.read_all(0, 10)
    assert json.loads(json.loads(record.data)["body"]) == said


async def test_what_is_not_as_the_contract_says_is_not_kept(
    command_service: CommandService, store: CountingStore
):
    for body in (b"", b"not json", b'{"version": 1}', b"\xff"):
        with pytest.raises(ValidationError):
            await command_service.hear(LEARNS, envelope_of(1), body)
    assert await store.read_all(0, 10) == []


def envelope_of(sequence: int) -> Envelope:
    return Envelope(
        id=UUID(int=900 + sequence),
        source=LEARNS.source,
        type=f"nl.banenoffensief.{ProgrammeDefined.NAME}",
        subject="bureau",
        time=NOW,
        partner="bureau",
        sequence=sequence,
        correlationid=UUID(int=7),
        causationid=UUID(int=8),
    )


# the zone of its days


@pytest.fixture
def restore_zone() -> Iterator[None]:
    before = zone().key
    yield
    use_zone(before)


@pytest.mark.usefixtures("restore_zone")
async def test_another_zone_than_the_definition_says_is_a_fault_and_decisions_go_on(
    command_service: CommandService, store: CountingStore
):
    metrics = command_service.metrics
    faults = Faults(metrics)
    command_service.learned.compare_zones(LEARNS, faults)
    assert not faults.open()
    await teach(command_service, defined(1))

    use_zone("America/Paramaribo")
    command_service.learned.compare_zones(LEARNS, faults)

    fault = faults.open()["zone-differs"]
    assert fault.still_ready
    assert "America/Paramaribo" in fault.reason
    assert "Europe/Amsterdam" in fault.reason
    assert metrics.fault.labels("zone-differs")._value.get() == 1
    await command_service.execute(request())
    assert await counted(store) == [1]
    use_zone("Europe/Amsterdam")
    command_service.learned.compare_zones(LEARNS, faults)
    assert not faults.open()
    assert metrics.fault.labels("zone-differs")._value.get() == 0


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_that_learns_the_definition_compares_its_zone(name: str):
    for learns in services()[name].learns:
        assert learns.zone is not None
        assert learns.zone(DEFINED) == "Europe/Amsterdam"


# the view


@pytest.fixture
async def mediator(command_service: CommandService) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(command_service, Role.MEDIATOR) as client:
        yield client


def client_of(command_service: CommandService, role: Role, partner: str = "uaf") -> httpx2.AsyncClient:
    authentication = ISSUER.authentication(SERVICE, "uaf", command_service.audit)
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(
            create_app(command_service, authentication, health_of(command_service))
        ),
        base_url="http://uaf",
        headers=ISSUER.bearer(SERVICE, "uaf", role, partner=partner),
    )


async def test_shows_what_it_heard(command_service: CommandService, mediator: httpx2.AsyncClient):
    await teach(command_service, defined(3), 12)
    answer = await mediator.get(VIEW)
    assert answer.json() == {
        "event": "reporting.programme-defined.v1",
        "source": "urn:nl:banenoffensief:bureau:reporting",
        "sequence": 12,
        "heardAt": NOW.isoformat(),
        "data": json.loads(defined(3).to_json()),
    }


async def test_says_that_it_heard_nothing_yet(mediator: httpx2.AsyncClient):
    answer = await mediator.get(VIEW)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-learned-yet")


async def test_what_it_does_not_learn_is_not_found(mediator: httpx2.AsyncClient):
    answer = await mediator.get("/v1/learned/reporting.partner-admitted.v1")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("role", Role)
async def test_all_of_the_partner_and_nobody_else_may_see_it(command_service: CommandService, role: Role):
    await teach(command_service, defined(1))
    async with client_of(command_service, role) as own, client_of(command_service, role, "uwv") as other:
        assert (await own.get(VIEW)).status_code == 200
        assert (await other.get(VIEW)).status_code == 404


async def test_looking_at_it_is_not_in_the_audit_log(
    command_service: CommandService, mediator: httpx2.AsyncClient
):
    await mediator.get(VIEW)
    assert isinstance(command_service.audit, MemoryAudit)
    assert command_service.audit.kept == []


# the document


async def test_the_document_says_the_same(mediator: httpx2.AsyncClient):
    document = (await mediator.get("/v1/openapi.json")).json()
    operation = document["paths"]["/v1/learned/{event}"]["get"]
    assert operation["operationId"] == "learned"
    assert operation["parameters"][0]["schema"]["enum"] == ["reporting.programme-defined.v1"]


def test_a_service_that_learns_nothing_has_no_such_view():
    silent = with_kit_features(Service("mediation", (Counted,), lambda _: None, (), {}, ROLES))
    assert "learned" not in silent.permissions
    assert Heard not in silent.events


@pytest.mark.parametrize("name", sorted(services()))
def test_what_a_command_needs_is_what_its_service_learns(name: str):
    service = services()[name]
    needed = {operation.learned for operation in service.commands if operation.learned}
    assert needed == {one.event for one in service.learns}
