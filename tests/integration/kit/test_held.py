"""What is asked about one person costs what is held on them, however much the rest of the store grows."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from banen_contracts.base import ErasureReason
from banen_contracts.roles import Role
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.command_service import CommandService
from banen_kit.application.request import Request
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.faults import Faults
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, NewEvent, StoredRecord
from banen_kit.eventstore.postgres import CONCERNING, PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import connect, grant_store, migrate, migrations
from banen_kit.privacy.due_list import MemoryDueList
from banen_kit.privacy.held import asked_types
from banen_kit.privacy.retention import Retention
from banen_kit.privacy.subject_access import SubjectAccess, requests_of
from banen_kit.runtime.provision import INDEX, index_types
from support.definition import learned

CONTACT, CANDIDATE = (str(UUID(int=number, version=4)) for number in (1, 2))
STAFF = Principal("somebody", "uaf", frozenset(Role))
NAME = "Synthetica Voorbeeld"


class CountingStore(MemoryStore):
    given = 0
    """How many events it gave."""
    largest = 0
    """The most at once."""

    def count(self, events: list[StoredRecord]) -> list[StoredRecord]:
        self.given += len(events)
        self.largest = max(self.largest, len(events))
        return events

    async def read(self, stream: str) -> list[StoredRecord]:
        return self.count(await super().read(stream))

    async def read_all(self, after: int, limit: int, kind: str | None = None) -> list[StoredRecord]:
        return self.count(await super().read_all(after, limit, kind))


class Office:
    """Intake, with one person who is known as a contact and as a candidate."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.store = CountingStore(lambda: self.now)
        repository: EventRepository[Any] = EventRepository(
            self.store, EventSerializer(INTAKE.events), MemoryKeys(), lambda: self.now
        )
        metrics = Metrics.create(CollectorRegistry())
        audit = MemoryAudit(lambda: self.now)
        self.command_service = CommandService(
            INTAKE, repository, "uaf", frozenset({"uaf"}), audit, metrics, lambda: self.now, learned()
        )
        self.persons = SubjectAccess(self.command_service, 30)
        self.retention = Retention(
            self.command_service,
            {"contact": 12, "candidate": 24},
            MemoryDueList(),
            0,
            self._trusted,
            Faults(metrics),
        )

    async def _trusted(self) -> None:
        pass

    async def give(self, ref: str, command: str, /, **body: Any) -> None:
        operation = next(one for one in INTAKE.commands if one.name == command)
        await self.command_service.execute(Request(operation, STAFF, ref, body, uuid4()))

    async def contact(self, ref: str) -> None:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "conversation"}
        await self.give(ref, "record-contact", **said, name=NAME)

    async def cost(self, work: Any) -> int:
        before = self.store.given
        await work
        return self.store.given - before


@pytest.fixture
async def office() -> Office:
    office = Office()
    await office.contact(CONTACT)
    registered: dict[str, Any] = {"occurredOn": "2026-01-31", "educationBand": "low", "contactRef": CONTACT}
    await office.give(CANDIDATE, "register-candidate", **registered, name=NAME)
    asked: dict[str, Any] = {"personRef": CANDIDATE, "kind": "access", "receivedOn": "2026-01-31"}
    await office.give(str(UUID(int=9, version=4)), "record-request", **asked)
    return office


async def add_others(office: Office) -> None:
    await asyncio.gather(*(office.contact(str(uuid4())) for _ in range(300)))


async def test_an_export_reads_the_streams_of_that_person_alone(office: Office):
    alone = await office.cost(office.persons.export(CANDIDATE))
    found = await office.persons.export(CANDIDATE)
    assert [event["event"] for event in found["events"]] == [
        "contact-made",
        "candidate-registered",
        "request-received",
    ]
    await add_others(office)
    assert await office.cost(office.persons.export(CANDIDATE)) == alone
    assert await office.persons.export(CANDIDATE) == found


async def test_a_certificate_reads_the_streams_of_that_person_alone(office: Office):
    erased: dict[str, Any] = {"occurredOn": "2026-01-31", "reason": ErasureReason.REQUEST}
    await office.give(CANDIDATE, "erase-candidate", **erased)
    alone = await office.cost(office.persons.certificate(CONTACT))
    await add_others(office)
    assert await office.cost(office.persons.certificate(CONTACT)) == alone
    assert await office.persons.certificate(CONTACT) is not None


async def test_the_list_of_requests_reads_requests_alone(office: Office):
    alone = await office.cost(requests_of(office.command_service))
    await add_others(office)
    assert await office.cost(requests_of(office.command_service)) == alone == 1


async def test_retention_reads_whoever_may_be_due_alone(office: Office):
    office.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    await add_others(office)
    office.now = datetime(2027, 2, 1, 12, tzinfo=UTC)
    cost = await office.cost(office.retention.due())
    assert await office.retention.due() == [("contact", CONTACT)]
    assert cost < 10


async def test_retention_reads_whom_it_erased_no_more(office: Office):
    await add_others(office)
    office.now = datetime(2027, 2, 1, 12, tzinfo=UTC)
    due = await office.retention.due()
    assert len(due) == 301
    erased: dict[str, Any] = {"occurredOn": "2027-02-01", "reason": ErasureReason.RETENTION}
    await asyncio.gather(*(office.give(ref, "erase-contact", **erased) for _, ref in due))
    assert await office.cost(office.retention.due()) == 0


async def test_nothing_is_read_in_one_piece(office: Office):
    for _ in range(3):
        await add_others(office)
    office.now = datetime(2027, 2, 1, 12, tzinfo=UTC)
    office.store.largest = 0
    repository = office.command_service.repository
    await reapply_erasures(repository.store, repository.serializer, repository.keys)
    await office.retention.due()
    assert office.store.largest <= 500


# In PostgreSQL


@pytest.fixture
async def owner(database: Any) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner_url)
    yield connection
    await connection.close()


def appends(count: int, kind: str, category: str) -> list[Append]:
    return [
        Append(
            f"{category}-{uuid4()}",
            (NewEvent(uuid4(), kind, 1, f'{{"person_ref":"{uuid4()}"}}'),),
            0,
            "{}",
            refs=frozenset({uuid4()}),
        )
        for _ in range(count)
    ]


async def plan(owner: asyncpg.Connection, query: str, *values: object) -> str:
    rows = await owner.fetch(f"explain {query}", *values)
    return "\n".join(row[0] for row in rows)


async def test_postgresql_finds_streams_and_types_by_an_index(database: Any, new_schema: Any, owner: Any):
    schema = await new_schema()
    pool = await connect(database.service_url, schema)
    store = PostgresStore(pool)
    await index_types(owner, schema, asked_types(INTAKE))
    for _ in range(10):
        await store.append_many(appends(1000, "contact-made", "contact"))
    await store.append_many(appends(20, "request-received", "request"))
    await owner.execute(f"set search_path to {schema}")
    await owner.execute("analyze events; analyze streams; analyze stream_references")

    one = [UUID(int=1)], ["contact-1"]
    assert "Seq Scan" not in await plan(owner, CONCERNING, *one)
    assert len(await owner.fetch("select * from of_type('request-received', 0, 500)")) == 20
    await owner.execute("select pg_stat_force_next_flush()")
    scans = "select idx_scan from pg_stat_user_indexes where schemaname = $1 and indexrelname = $2"
    assert await owner.fetchval(scans, schema, INDEX) == 1
    size = "select pg_relation_size(to_regclass($1))"
    small, all_of_it = [await owner.fetchval(size, f"{schema}.{name}") for name in (INDEX, "events_id")]
    assert small * 5 < all_of_it, "events that nobody asks for by type are in the index too"
    await pool.close()


async def test_the_index_follows_the_types_that_are_asked_for(new_schema: Any, owner: asyncpg.Connection):
    schema = await new_schema()

    async def index() -> tuple[int, str] | None:
        row: Any = await owner.fetchrow(
            "select oid, pg_get_indexdef(oid) as text from pg_class where oid = to_regclass($1)",
            f"{schema}.{INDEX}",
        )
        return None if row is None else (int(row["oid"]), str(row["text"]))

    await index_types(owner, schema, ["made", "mended"])
    first = await index()
    assert first is not None
    await index_types(owner, schema, ["mended", "made"])
    assert await index() == first
    await index_types(owner, schema, ["made"])
    second = await index()
    assert second is not None
    assert "made" in second[1]
    assert "mended" not in second[1]
    await index_types(owner, schema, [])
    assert await index() is None


OLD_APPEND = (
    "select append_many($1, array[0], array[null]::timestamptz[], array['{}'], array[1], array[1], array[$2]::uuid[],"
    " array['thing-done'], array[1]::smallint[], array[$3])"
)


async def test_what_was_appended_before_there_was_an_index_is_found(database: Any, owner: asyncpg.Connection):
    schema, steps = "before_references", migrations(["banen_kit"])
    await migrate(owner, schema, [step for step in steps if step.number < 6])
    await owner.execute(f"set search_path to {schema}")
    for number, data in enumerate(
        (f'{{"person_ref":"{CONTACT}","note":"x"}}', f'{{"name":{{"kid":"{CANDIDATE}"}}}}', '{"note":"x"}')
    ):
        await owner.execute(OLD_APPEND, [f"thing-{number}"], uuid5(UUID(int=5), str(number)), data)
    await migrate(owner, schema, steps)
    await grant_store(owner, schema, "service")
    pool = await connect(database.service_url, schema)
    store = PostgresStore(pool)
    assert await store.concerning([UUID(CONTACT)], []) == ["thing-0"]
    assert await store.concerning([UUID(CANDIDATE)], []) == ["thing-1"]
    assert (await store.append(appends(1, "made", "thing")[0])).version == 1
    await pool.close()
    await owner.execute(f"drop schema {schema} cascade")
    await owner.execute("delete from public.banen_stores where schema = $1", schema)
