"""What a partner's people read: lists, search, files and what is due of very many candidates, and making the lists anew."""

import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from prometheus_client import CollectorRegistry

from banen_contracts.intake import EducationBand
from banen_contracts.roles import Role
from banen_intake.events import CandidateRegistered, IntakeCompleted, IntakeEvent, WorkerAssigned
from banen_intake.lists.candidates import CANDIDATES
from banen_intake.service import SERVICE
from banen_kit.application.command_service import CommandService
from banen_kit.application.timer_table import TimerTable
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.clocks import utc_now
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.personal_fields import Open
from banen_kit.eventstore.port import Append
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import Pool
from banen_kit.readmodel.projector import REBUILD_BATCH, Projector
from banen_kit.readmodel.questions import Question
from banen_kit.readmodel.reader import ListReader
from banen_kit.readmodel.table import ListTables
from banen_kit.web.records import File
from banen_local.bench.rows import Row, percentile, rate, schema
from banen_local.bench.services import resident
from banen_local.cluster.postgres import Postgres

PEOPLE = 200_000
ASKED = 200
AT_ONCE = 500
FIRST = ("Mohammed", "Fatima", "Yusuf", "Amina", "Ibrahim", "Leyla", "Hassan", "Zaynab", "Omar", "Samira")
SYLLABLES = [one + other for one in "bdfghklmnprstvz" for other in "aeiou"]
REGIONS = ("noord", "oost", "zuid", "west")
DAY = date(2006, 1, 1)
MOST_MEMORY = 300


class Office:
    """An intake with many candidates on record, without commands."""

    def __init__(self, pool: Pool) -> None:
        self.draw, self.keys = random.Random(1), MemoryKeys()  # noqa: S311 - the same people in each run
        store = PostgresStore(pool)
        serializer = EventSerializer[Any](SERVICE.events, SERVICE.upcasters)
        self.repository = EventRepository[Any](store, serializer, self.keys)
        self.tables = ListTables(store, SERVICE.lists)
        self.reader = ListReader(self.tables, self.keys)
        metrics = Metrics.create(CollectorRegistry())
        command_service = CommandService(
            SERVICE, self.repository, "uaf", frozenset({"uaf"}), MemoryAudit(utc_now), metrics, utc_now
        )
        self.file = File(command_service, frozenset({Role.INTAKE_WORKER}))
        self.timers = TimerTable(store)
        self.names: list[str] = []
        self.refs: list[str] = []

    async def record(self, people: int) -> int:
        """Returns how many events were recorded."""
        count, batch = 0, list[Append]()
        async for command in self._commands(people):
            batch.append(command)
            count += len(command.events)
            if len(batch) == AT_ONCE:
                await self.repository.store.append_many(batch)
                batch = []
        if batch:
            await self.repository.store.append_many(batch)
        return count

    async def _commands(self, people: int) -> AsyncIterator[Append]:
        for _ in range(people):
            ref = uuid4()
            self.refs.append(str(ref))
            keys = await self.keys.keys_for([str(ref)])
            events = [self.repository.serializer.encode(event, uuid4(), keys) for event in self._of(ref)]
            yield Append(f"candidate-{ref}", tuple(events), 0, "{}")

    def _of(self, ref: UUID) -> Iterator[IntakeEvent]:
        last = "".join(self.draw.choices(SYLLABLES, k=3)).capitalize()
        name = f"{self.draw.choice(FIRST)} {last}"
        self.names.append(name)
        day = DAY + timedelta(days=self.draw.randrange(1000))
        yield CandidateRegistered(
            candidate_ref=ref,
            occurred_on=day,
            education_band=EducationBand.LOW,
            region_id=self.draw.choice(REGIONS),
            name=Open(name),
        )
        yield WorkerAssigned(candidate_ref=ref, occurred_on=day, worker=f"worker-{self.draw.randrange(1000)}")
        if self.draw.random() < 0.5:
            later = day + timedelta(days=20)
            yield IntakeCompleted(candidate_ref=ref, occurred_on=later, method_version="star-1")

    async def ask(self, **question: Any) -> None:
        asked: dict[str, Any] = {"filters": {}, "sort": "since", "limit": 50, **question}
        await self.reader.page(Question(CANDIDATES, **asked), opens=True)

    async def fill_timers(self) -> None:
        """A timer for everybody, as the loop of the timers keeps it."""
        query = "insert into timers select 'lost-contact', ref, since + 60, 1 from list_candidates"
        await self.tables.pool.execute(query)


async def read_all(repository: EventRepository[Any]) -> None:
    """The floor of making lists anew."""
    position = 0
    while records := await repository.store.read_all(position, REBUILD_BATCH):
        for record in records:
            repository.fact(record)
        position = records[-1].position


async def list_rows(server: Postgres, people: int = PEOPLE) -> list[Row]:
    """Time on the clock of one caller, without HTTP, the audit log and a cluster of keys. The floor of a page is `select 1`, that of
    a rebuild is reading all events, and that of memory is the process before there was anybody.
    """
    async with schema(server, "bench_lists", *SERVICE.sql) as pool:
        office = Office(pool)
        libraries, count = resident(os.getpid()), await office.record(people)
        read = await rate(count, read_all(office.repository))
        folded = await rate(count, Projector(office.tables, office.repository).rebuild())
        await office.fill_timers()
        await pool.execute("vacuum analyze")
        bare = await slowest(lambda: pool.fetchval("select 1"))
        rows = [Row("rebuild of lists", round(folded), "events/s", round(read), round(folded / read, 2), "figure ≥ 10,000", folded >= 10_000)]  # fmt: skip
        for name, most, ask in questions(office):
            figure = await slowest(ask)
            rows.append(Row(name, round(figure, 1), "ms", round(bare, 1), round(figure / bare, 2), f"figure ≤ {most}", figure <= most))  # fmt: skip
        used = round(resident(os.getpid()))
        rows.append(Row("memory after lists", used, "MiB", round(libraries), round(used / libraries, 2), f"figure ≤ {MOST_MEMORY}", used <= MOST_MEMORY))  # fmt: skip
        return rows


def questions(office: Office) -> list[tuple[str, int, Callable[[], Awaitable[object]]]]:
    def worker() -> str:
        return f"worker-{office.draw.randrange(1000)}"

    def misspelt() -> str:
        name = office.draw.choice(office.names)
        place = office.draw.randrange(len(name) - 4, len(name))
        return name[:place] + name[place + 1 :]

    return [
        ("list of candidates, p95", 50, lambda: office.ask()),
        ("list by state, last first, p95", 50, lambda: office.ask(filters={"state": "intake_done"}, sort="-since")),
        ("list of a worker, p95", 50, lambda: office.ask(filters={"worker": worker()})),
        ("list of a worker by name, p95", 50, lambda: office.ask(filters={"worker": worker()}, sort="name")),
        ("search by whole name, p95", 100, lambda: office.ask(q=office.draw.choice(office.names))),
        ("search with a slip, p95", 100, lambda: office.ask(q=misspelt())),
        ("search by first name, p95", 100, lambda: office.ask(q=office.draw.choice(FIRST))),
        ("a candidate's file, p95", 50, lambda: office.file.read("candidate", office.draw.choice(office.refs))),
        ("due list, p95", 50, lambda: office.timers.waiting(["handover-expiry", "lost-contact"], DAY + timedelta(500), 51)),
    ]  # fmt: skip


async def slowest(ask: Callable[[], Awaitable[object]]) -> float:
    """The 95th percentile in milliseconds."""
    took: list[float] = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return percentile(took, 95)
