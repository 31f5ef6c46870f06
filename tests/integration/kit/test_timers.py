"""What is due on a date is commanded once and in order, whatever happens to processes, tables and clocks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from banen_kit.application import timers as timers_module
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Timer
from banen_kit.application.source_live import LIVE_STREAM, WentLive
from banen_kit.application.timer_table import DueTimer, TimerTable
from banen_kit.application.timers import Timers
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.audit.log import Entry
from banen_kit.core.decider import DomainEvent
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.idempotency import CommandMetadata
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import Pool, connect
from banen_kit.runtime.composition import Foundation, administration
from banen_kit.runtime.database_clock import ClockUntrusted, DatabaseClock, uptime
from banen_kit.testing import FakeIssuer
from support.fake_clock import FAKE
from support.timed import (
    EVENTS,
    RECALL,
    REMIND,
    Extended,
    Lent,
    Noted,
    Recalled,
    Reminded,
    Returned,
    deaf,
    ref,
    service,
)
from support.waiting import eventually

ONE, TWO, THREE = ref(1), ref(2), ref(3)
YEAR = timedelta(days=365)
Row = tuple[str, str, date, int, bool]


class Audit(MemoryAudit):
    is_away = False

    async def record(self, entries: Sequence[Entry]) -> None:
        if self.is_away:
            raise StoreUnavailable("the audit log is away")
        await super().record(entries)


class Table(TimerTable):
    async def note_tried(self, timer: DueTimer) -> None:
        raise StoreUnavailable("the table is away")


@dataclass
class Process:
    """A process of the service with its own clock, faults and metrics."""

    site: "Site"
    timers: tuple[Timer, ...]
    faults: Faults = field(default_factory=lambda: Faults(Metrics.create(CollectorRegistry())))

    def __post_init__(self) -> None:
        self.clock = DatabaseClock(self.site.pool, self.faults, self.site.wall, self.site.elapsed)
        self.audit = Audit(self.site.wall)
        self.table = TimerTable(self.site.store)
        self.asked = 0
        self.before_firing: Callable[[], Awaitable[None]] | None = None
        self.command_service = CommandService(
            service(*self.timers),
            self.site.repository,
            "uaf",
            frozenset({"uaf"}),
            self.audit,
            self.faults.metrics,
            self.clock,
        )

    def runs(self) -> Timers:
        return Timers(self.command_service, self.table, self.refuse_untrusted, self.faults)

    async def apply(self) -> None:
        await self.clock.look()
        await self.runs().apply()

    async def refuse_untrusted(self) -> None:
        self.asked += 1
        await self.clock.refuse_untrusted()
        if self.before_firing is not None:
            await self.before_firing()

    def sample(self, name: str, **labels: str) -> float | None:
        return self.faults.metrics.registry.get_sample_value(f"banen_timers_{name}", labels)


@dataclass
class Site:
    """A store, and the clocks of its database and of all processes, which a test sets."""

    pool: Pool
    owner: asyncpg.Connection
    ahead: timedelta = timedelta(0)
    passed: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        self.store = PostgresStore(self.pool)
        self.repository: EventRepository[Any] = EventRepository(
            self.store, EventSerializer(EVENTS), MemoryKeys(), self.wall
        )

    def wall(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def elapsed(self) -> float:
        return uptime() + self.passed.total_seconds()

    async def set_database(self, ahead: timedelta) -> None:
        await self.owner.execute("update fake_clock set ahead = $1", ahead)

    async def at(self, *moment: int) -> None:
        """Time passes until this moment (UTC), or noon of this day, for all clocks."""
        year, month, day, hour, minute = moment if len(moment) > 3 else (*moment, 12, 0)
        ahead = datetime(year, month, day, hour, minute, tzinfo=UTC) - datetime.now(UTC)
        self.passed += ahead - self.ahead
        self.ahead = ahead
        await self.set_database(ahead)

    def process(self, *timers: Timer) -> Process:
        return Process(self, timers or (RECALL,))

    async def record(self, of: str, *events: DomainEvent) -> None:
        command_id = uuid4()
        meta = CommandMetadata(command_id, command_id, command_id, self.wall())
        await self.repository.append(f"loan-{of}", events, None, meta)

    async def go_live(self) -> None:
        command_id = uuid4()
        meta = CommandMetadata(command_id, command_id, command_id, self.wall())
        await self.repository.append(LIVE_STREAM, [WentLive(occurred_on=date(2026, 1, 1))], None, meta)

    async def types(self, of: str) -> list[str]:
        return [record.type for record in await self.store.read(f"loan-{of}")]

    async def fired(self) -> list[tuple[str, date]]:
        """What timers caused, in order: of which stream, and for which day."""
        facts = [self.repository.fact(record) for record in await self.store.read_all(0, 10_000)]
        return [
            (fact.record.stream.removeprefix("loan-"), fact.event.occurred_on)
            for fact in facts
            if isinstance(fact.event, (Recalled, Reminded))
        ]

    async def rows(self) -> list[Row]:
        query = "select name, ref, due_on, version, tried from timers order by name, ref"
        return [tuple(row) for row in await self.pool.fetch(query)]


@pytest.fixture
async def site(loading: Site) -> Site:
    """Declared live, before anything else."""
    await loading.go_live()
    return loading


@pytest.fixture
async def loading(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Site]:
    schema = await new_schema()
    path = f"{schema}, pg_catalog"
    owner = await asyncpg.connect(database.owner_url, server_settings={"search_path": path})
    await owner.execute(FAKE.format(schema=schema))
    pool = await connect(database.service_url, path)
    yield Site(pool, owner)
    await pool.close()
    await owner.close()


@asynccontextmanager
async def running(process: Process, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(timers_module, "EVERY_SECONDS", 0.02)
    await process.clock.look()
    task = asyncio.create_task(process.runs().run_forever())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


# On its day, once


async def test_nothing_fires_while_a_history_is_loaded(loading: Site):
    """Its events are years old, and the next line may say that what is due was done in time."""
    await loading.at(2030, 5, 20)
    await loading.record(ONE, Lent(months=6))
    process = loading.process()
    await loading.at(2031, 5, 20)
    await process.apply()
    assert await loading.fired() == []

    await loading.go_live()
    await process.apply()
    assert await loading.fired() == [(ONE, date(2030, 11, 20))]


async def test_fires_on_its_day_and_not_before(site: Site):
    await site.at(2030, 5, 20)
    await site.record(ONE, Lent(months=6))
    process = site.process()
    await process.apply()
    await site.at(2030, 11, 19, 22, 58)
    await process.apply()
    assert await site.rows() == [("recall", ONE, date(2030, 11, 20), 1, False)]
    assert (process.sample("waiting", timer="recall"), process.sample("overdue", timer="recall")) == (1, 0)
    assert process.asked == 0

    await site.at(2030, 11, 19, 23, 0)
    await process.apply()
    assert await site.fired() == [(ONE, date(2030, 11, 20))]
    await process.apply()
    assert await site.rows() == []
    assert await site.types(ONE) == ["lent", "recalled"]
    assert (process.sample("waiting", timer="recall"), process.sample("overdue", timer="recall")) == (0, 0)
    assert process.sample("fired_total", timer="recall", outcome="accepted") == 1


@pytest.mark.parametrize(
    ("recorded", "months", "still_waits", "due"),
    [
        ((2030, 8, 31), 6, (2031, 2, 27), (2031, 2, 28)),
        ((2031, 8, 31), 6, (2032, 2, 28), (2032, 2, 29)),
        ((2032, 2, 29), 12, (2033, 2, 27), (2033, 2, 28)),
        ((2030, 12, 31), 1, (2031, 1, 30), (2031, 1, 31)),
        ((2030, 10, 1), 3, (2030, 12, 31), (2031, 1, 1)),
        # 31 March and 27 October 2030: days of 23 and 25 hours.
        ((2030, 2, 28), 1, (2030, 3, 27, 22, 58), (2030, 3, 27, 23, 0)),
        ((2030, 2, 28, 23, 0), 1, (2030, 3, 31, 21, 58), (2030, 3, 31, 22, 0)),
        ((2030, 9, 27), 1, (2030, 10, 26, 21, 58), (2030, 10, 26, 22, 0)),
        ((2030, 9, 28), 1, (2030, 10, 27, 22, 58), (2030, 10, 27, 23, 0)),
    ],
)
async def test_calendar_months_run_over_leap_days_year_ends_and_changes_of_the_clock(
    site: Site, recorded: tuple[int, ...], months: int, still_waits: tuple[int, ...], due: tuple[int, ...]
):
    await site.at(*recorded)
    await site.record(ONE, Lent(months=months))
    process = site.process()
    await site.at(*still_waits)
    await process.apply()
    assert await site.fired() == []
    await site.at(*due)
    await process.apply()
    assert len(await site.fired()) == 1


async def test_a_running_process_fires_after_midnight_by_itself(site: Site, monkeypatch: pytest.MonkeyPatch):
    await site.at(2030, 5, 20)
    await site.record(ONE, Lent(months=1))
    process = site.process()
    async with running(process, monkeypatch):
        await eventually(lambda: process.sample("waiting", timer="recall") == 1)
        await site.at(2030, 6, 19, 22, 5)
        await eventually(lambda: process.sample("fired_total", timer="recall", outcome="accepted"))
    assert await site.fired() == [(ONE, date(2030, 6, 20))]
    assert process.faults.open() == {}


async def test_after_a_week_of_downtime_all_fires_in_order_of_its_day(site: Site):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))  # to recall on 1 February, to remind of on 11 January
    await site.at(2030, 1, 2)
    await site.record(THREE, Lent(months=1))
    await site.record(TWO, Lent(months=1))
    await site.process(REMIND, RECALL).apply()
    await site.at(2030, 2, 9)
    process = site.process(REMIND, RECALL)
    await process.apply()
    assert await site.fired() == [
        (ONE, date(2030, 1, 11)),
        (TWO, date(2030, 1, 12)),
        (THREE, date(2030, 1, 12)),
        (ONE, date(2030, 2, 1)),
        (TWO, date(2030, 2, 2)),
        (THREE, date(2030, 2, 2)),
    ]
    assert process.sample("overdue", timer="recall") == 0
    assert await site.rows() == []


async def test_two_processes_fire_once_and_in_order(site: Site):
    await site.at(2030, 1, 1)
    refs = [ref(number) for number in range(40)]
    for of in refs:
        await site.record(of, Lent(months=1))
    await site.at(2030, 2, 1)
    one, two = site.process(), site.process()
    await asyncio.gather(one.apply(), two.apply())
    assert await site.fired() == [(of, date(2030, 2, 1)) for of in refs]
    assert await site.rows() == []
    accepted = [one.sample("fired_total", timer="recall", outcome="accepted") for one in (one, two)]
    assert sum(count or 0 for count in accepted) == 40


async def test_more_than_a_batch_is_folded_and_fired(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timers_module, "BATCH", 3)
    await site.at(2030, 1, 1)
    refs = [ref(number) for number in range(8)]
    for of in refs:
        await site.record(of, Lent(months=1), Noted())
    await site.at(2030, 2, 1)
    await site.process().apply()
    assert await site.fired() == [(of, date(2030, 2, 1)) for of in refs]
    assert await site.rows() == []


# What was killed, lost or restored


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize("dies", ["before the audit log", "before the row"])
async def test_killed_after_the_command_it_is_not_given_again(site: Site, dies: str, forgets: bool):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    await site.at(2030, 2, 1)
    timer = deaf(RECALL, Recalled) if forgets else RECALL
    killed = site.process(timer)
    if dies == "before the row":
        killed.table = Table(site.store)
    else:
        killed.audit.is_away = True
    with pytest.raises(StoreUnavailable):
        await killed.apply()
    assert await site.fired() == [(ONE, date(2030, 2, 1))]

    again = site.process(timer)
    await again.apply()
    await again.apply()
    assert await site.types(ONE) == ["lent", "recalled"]
    assert again.sample("overdue", timer="recall") == 0
    outcomes = [kept.entry.outcome for kept in again.audit.kept]
    assert outcomes == (["repeated"] if forgets else [])


@pytest.mark.parametrize(
    "harm",
    [
        "delete from timers",
        f"delete from timers where ref = '{TWO}'",
        "delete from timer_progress",
        "delete from timers; delete from timer_progress",
        "update timer_progress set position = position + 1000",
        "update timer_progress set event_id = gen_random_uuid()",
        "update timer_progress set names = '{}'",
    ],
)
async def test_what_is_missing_or_does_not_belong_to_this_store_is_folded_again(site: Site, harm: str):
    await site.at(2030, 1, 1)
    for of in (ONE, TWO):
        await site.record(of, Lent(months=1))
    await site.record(THREE, Lent(months=6))
    await site.at(2030, 1, 15)
    process = site.process()
    await process.apply()
    before = await site.rows()
    await site.pool.execute(harm)
    await process.apply()
    assert await site.rows() == before != []
    await site.at(2030, 2, 1)
    await process.apply()
    await site.pool.execute(harm)
    await process.apply()
    assert await site.fired() == [(ONE, date(2030, 2, 1)), (TWO, date(2030, 2, 1))]
    assert await site.rows() == [("recall", THREE, date(2030, 7, 1), 1, False)]


async def test_a_store_restored_to_an_earlier_state_is_folded_again(site: Site):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    await site.record(TWO, Lent(months=1))
    process = site.process()
    await process.apply()
    # As if only the events came from a backup of before the second loan, and another was made since.
    await site.owner.execute("delete from events where position = 3; delete from streams where version = 1")
    await site.owner.execute(
        "insert into streams select stream, 1, 1, recorded_at, known_at from events;"
        " select setval('position', 2)"
    )
    await site.record(THREE, Lent(months=2))
    await process.apply()
    assert [(of, due_on) for _, of, due_on, _, _ in await site.rows()] == [
        (ONE, date(2030, 2, 1)), (THREE, date(2030, 3, 1)),
    ]  # fmt: skip


async def test_a_timer_that_comes_with_a_release_knows_what_was_recorded_before(site: Site):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=6))
    await site.process(RECALL).apply()
    await site.process(RECALL, REMIND).apply()
    assert [row[:3] for row in await site.rows()] == [
        ("recall", ONE, date(2030, 7, 1)), ("remind", ONE, date(2030, 1, 11)),
    ]  # fmt: skip
    await site.process(REMIND).apply()
    assert [row[0] for row in await site.rows()] == ["remind"]


# What stops it


async def test_what_is_recorded_in_between_stops_it(site: Site):
    """After the store was folded, and before the command is given."""
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    await site.record(TWO, Lent(months=1))
    await site.at(2030, 2, 1)
    process = site.process()

    async def returned() -> None:
        process.before_firing = None
        await site.record(ONE, Returned())

    process.before_firing = returned
    await process.apply()
    assert await site.types(ONE) == ["lent", "returned"]
    assert await site.types(TWO) == ["lent", "recalled"]
    assert await site.rows() == []
    assert process.sample("fired_total", timer="recall", outcome="refused") is None


async def test_what_only_moves_it_in_between_lets_it_fire_on_the_new_day(site: Site):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    await site.at(2030, 2, 1)
    process = site.process()

    async def extended() -> None:
        process.before_firing = None
        await site.record(ONE, Extended(months=1))

    process.before_firing = extended
    await process.apply()
    assert await site.fired() == []
    await site.at(2030, 3, 1)
    await process.apply()
    assert await site.fired() == [(ONE, date(2030, 3, 1))]


@pytest.mark.parametrize(
    ("timer", "last", "outcome"),
    [(deaf(RECALL, Returned), Returned(), "refused"), (deaf(RECALL, Recalled), Recalled, "unchanged")],
)
async def test_a_command_without_result_ends_it_until_something_else_is_recorded(
    site: Site, timer: Timer, last: Any, outcome: str
):
    await site.at(2030, 1, 1)
    event = last if isinstance(last, Returned) else last(occurred_on=date(2030, 1, 1))
    await site.record(ONE, Lent(months=1), event)
    await site.at(2030, 2, 1)
    process = site.process(timer)
    for _ in range(3):
        await process.apply()
    assert process.sample("fired_total", timer="recall", outcome=outcome) == 1
    [kept] = process.audit.kept
    entry = kept.entry
    assert (entry.subject, entry.action, entry.target, entry.outcome) == ("timers", "recall", ONE, outcome)
    assert await site.rows() == [("recall", ONE, date(2030, 2, 1), 2, True)]
    assert process.sample("overdue", timer="recall") == 0
    await site.record(ONE, Noted())
    await process.apply()
    await process.apply()
    assert process.sample("fired_total", timer="recall", outcome=outcome) == 2


async def test_what_another_process_folded_meanwhile_is_not_taken_for_tried(site: Site):
    class Late(TimerTable):
        async def note_tried(self, timer: DueTimer) -> None:
            await site.record(ONE, Extended(months=1))
            await site.process(forgetful).apply()
            await super().note_tried(timer)

    forgetful = deaf(RECALL, Returned)
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1), Returned())
    await site.at(2030, 2, 1)
    process = site.process(forgetful)
    process.table = Late(site.store)
    await process.apply()
    assert await site.rows() == [("recall", ONE, date(2030, 3, 1), 3, False)]


async def test_clocks_that_disagree_fire_nothing_and_readiness_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    process = site.process()
    await process.apply()
    agreed = site.ahead
    await site.set_database(agreed + YEAR)  # the database alone
    async with running(process, monkeypatch):
        await eventually(lambda: "timers" in process.faults.open())
        assert "until the clocks can be trusted" in process.faults.open()["timers"].reason
        assert not process.faults.open()["clock"].still_ready
    assert await site.fired() == []
    assert process.sample("overdue", timer="recall") == 1

    await site.set_database(agreed)
    back = site.process()
    await back.apply()
    assert await site.fired() == []
    assert back.sample("overdue", timer="recall") == 0


async def test_a_process_with_a_wrong_clock_of_its_own_fires_nothing(site: Site):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    process = site.process()
    site.ahead += YEAR  # what day it is, the database says
    await process.apply()
    assert process.asked == 0
    site.ahead -= YEAR
    await site.at(2030, 2, 1)
    site.ahead += YEAR
    with pytest.raises(ClockUntrusted):
        await process.apply()
    assert await site.fired() == []


# What fails


async def test_a_fold_that_fails_is_a_fault_with_a_name_and_mends_by_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    broken = [True]

    def due(so_far: date | None, event: Any, recorded: date) -> date | None:
        if broken and isinstance(event, Noted):
            raise ValueError("months=77")
        return RECALL.due(so_far, event, recorded)

    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    await site.record(TWO, Lent(months=1), Noted())
    await site.at(2030, 2, 1)
    process = site.process(replace(RECALL, due=due))
    async with running(process, monkeypatch):
        await eventually(lambda: "timers" in process.faults.open())
        fault = process.faults.open()["timers"]
        assert fault.reason == "the timer recall cannot fold noted at position 4: ValueError"
        assert fault.still_ready
        assert await site.fired() == []
        broken.clear()
        await eventually(lambda: not process.faults.open())
    assert await site.fired() == [(ONE, date(2030, 2, 1)), (TWO, date(2030, 2, 1))]


async def test_a_command_that_fails_stands_in_no_other_timers_way(site: Site):
    def fire(day: date) -> Any:
        raise ValueError(str(day))

    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    await site.record(TWO, Lent(months=1))
    await site.at(2030, 3, 1)
    process = site.process(replace(REMIND, fire=fire), RECALL)
    with pytest.raises(ValueError, match="2030-01-11"):
        await process.apply()
    assert await site.fired() == [(ONE, date(2030, 2, 1)), (TWO, date(2030, 2, 1))]
    assert process.sample("overdue", timer="remind") == 2


async def test_a_database_that_is_away_is_a_fault_until_it_is_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    await site.at(2030, 1, 1)
    await site.record(ONE, Lent(months=1))
    await site.at(2030, 2, 1)
    process = site.process()
    process.audit.is_away = True
    async with running(process, monkeypatch):
        await eventually(lambda: "timers" in process.faults.open())
        process.audit.is_away = False
        await eventually(lambda: not process.faults.open())
    assert await site.types(ONE) == ["lent", "recalled"]


@pytest.mark.parametrize(("timers", "loops"), [((), 1), ((RECALL,), 2)])
def test_only_a_service_with_timers_runs_them(timers: tuple[Timer, ...], loops: int):
    metrics = Metrics.create(CollectorRegistry())
    declared = service(*timers)
    command_service = SimpleNamespace(service=declared, repository=SimpleNamespace(serializer=None))
    command_service.publisher = None
    settings = SimpleNamespace(retention="", retention_wait=14)
    authentication = FakeIssuer().authentication(declared, "uaf", MemoryAudit())
    store, clock = SimpleNamespace(pool=None), SimpleNamespace(refuse_untrusted=None)
    parts: tuple[Any, ...] = (settings, command_service, authentication, store, clock, Faults(metrics))
    assert len(administration(Foundation(*cast(Any, parts))).loops) == loops
    assert not [
        sample
        for family in metrics.registry.collect()
        if "timers" in family.name
        for sample in family.samples
    ]
