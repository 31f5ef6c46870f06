"""Nothing irreversible on the word of one clock: wrong clocks are seen, and what they dated is listed until confirmed."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.postgres.connection import Pool, connect
from banen_kit.runtime.database_clock import ClockUntrusted, DatabaseClock
from support.fake_clock import FAKE

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


@dataclass
class Site:
    """A store whose database's clock a test sets, and a process with a clock of its own."""

    pool: Pool
    owner: asyncpg.Connection
    ahead: timedelta = timedelta(0)
    """Of the process's clock."""
    faults: Faults = field(default_factory=lambda: Faults(Metrics.create(CollectorRegistry())))
    recorded: int = 0

    def __post_init__(self) -> None:
        self.store = PostgresStore(self.pool)
        self.clock = self.process()

    def process(self) -> DatabaseClock:
        """The clock as a process has it that starts now."""
        return DatabaseClock(self.pool, self.faults, self.wall)

    def wall(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def set_database(self, ahead: timedelta) -> None:
        await self.owner.execute("update fake_clock set ahead = $1", ahead)

    async def record(self, stream: str = "") -> int:
        self.recorded += 1
        stream = stream or f"thing-{self.recorded}"
        version = len(await self.store.read(stream))
        event = NewEvent(UUID(int=self.recorded), "thing-done", 1, "{}")
        metadata = json.dumps({"edgeTime": self.wall().isoformat()})
        return (await self.store.append(Append(stream, (event,), version, metadata))).position

    async def suspects(self) -> list[tuple[int, str]]:
        return [(row["position"], row["reason"]) for row in await self.clock.suspects()]

    def faulty(self) -> dict[str, bool]:
        """The faults, and whether the service is ready all the same."""
        return {name: fault.still_ready for name, fault in self.faults.open().items()}


@pytest.fixture
async def site(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Site]:
    schema = await new_schema()
    path = f"{schema}, pg_catalog"
    owner = await asyncpg.connect(database.owner_url, server_settings={"search_path": path})
    await owner.execute(FAKE.format(schema=schema))
    pool = await connect(database.service_url, path)
    yield Site(pool, owner)
    await pool.close()
    await owner.close()


async def test_clocks_that_agree_are_no_fault(site: Site):
    await site.record()
    await site.clock.refuse_untrusted()
    assert site.faulty() == {}
    assert abs(site.clock() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (6 * YEAR, "2190 days, 0:00:00 ahead of"),
        (-HOUR, "1:00:00 behind"),
        (timedelta(seconds=70), "ahead of"),
    ],
)
async def test_a_process_whose_clock_is_not_that_of_the_database_is_not_ready(
    site: Site, ahead: timedelta, said: str
):
    site.ahead = ahead
    await site.clock.look()
    assert site.faulty() == {"clock": False}
    assert said in site.faults.open()["clock"].reason
    with pytest.raises(ClockUntrusted):
        await site.clock.refuse_untrusted()
    # What it takes for today is the database's.
    assert abs(site.clock() - datetime.now(UTC)) < timedelta(seconds=5)

    site.ahead = timedelta(0)
    await site.clock.refuse_untrusted()
    assert site.faulty() == {}


async def test_what_was_recorded_while_the_clocks_differed_is_listed_until_it_is_confirmed(site: Site):
    await site.record()
    await site.set_database(-20 * YEAR)
    first, second = await site.record(), await site.record()
    await site.set_database(timedelta(0))
    await site.record()

    await site.process().look()
    assert site.faulty() == {"clock-jump": True}
    assert await site.suspects() == [(first, "clocks-differ"), (second, "clocks-differ")]
    with pytest.raises(ClockUntrusted, match="2 events"):
        await site.clock.refuse_untrusted()
    assert await site.clock.confirm(first, "ops-1") == 1
    assert site.faulty() == {"clock-jump": True}
    assert await site.clock.confirm(second, "ops-1") == 1
    assert site.faulty() == {}
    await site.clock.refuse_untrusted()


async def test_a_database_behind_what_it_recorded_itself_is_a_fault_until_that_is_confirmed(site: Site):
    """Both clocks were ahead, and both came back: nobody else can tell."""
    site.ahead = DAY
    await site.set_database(DAY)
    ahead = [await site.record(), await site.record()]
    await site.clock.look()
    assert site.faulty() == {}

    site.ahead = timedelta(0)
    await site.set_database(timedelta(0))
    back = site.process()
    await back.look()
    assert site.faulty() == {"clock-jump": True}
    since = await site.record()
    await back.look()
    assert await site.suspects() == [
        (ahead[0], "ahead-of-now"), (ahead[1], "ahead-of-now"), (since, "went-back"),
    ]  # fmt: skip
    await back.confirm(since, "ops-1")
    await site.record()
    await back.look()
    assert site.faulty() == {}


async def test_a_jump_that_was_over_before_anybody_looked_is_listed_too(site: Site):
    await site.record()
    site.ahead = -HOUR
    await site.set_database(-HOUR)
    during = await site.record()
    site.ahead = timedelta(0)
    await site.set_database(timedelta(0))
    await site.record()
    await site.clock.look()
    assert await site.suspects() == [(during, "went-back")]


async def test_what_follows_in_a_stream_that_is_ahead_is_no_new_doubt(site: Site):
    """Within a stream the moment never decreases, so later facts inherit it."""
    site.ahead = DAY
    await site.set_database(DAY)
    await site.record("thing-ahead")
    site.ahead = timedelta(0)
    await site.set_database(timedelta(0))
    await site.clock.look()
    [(position, _)] = await site.suspects()
    await site.clock.confirm(position, "ops-1")
    await site.record("thing-ahead")
    await site.record()
    await site.clock.look()
    assert site.faulty() == {}


@pytest.mark.parametrize("jump", [DAY, -DAY])
async def test_a_clock_that_jumps_while_somebody_looks_is_a_fault_though_both_clocks_agree(
    site: Site, jump: timedelta
):
    last = await site.record()
    await site.clock.look()
    site.ahead = jump
    await site.set_database(jump)
    await site.clock.look()
    assert site.faulty() == {"clock-jump": True}
    assert last in [position for position, _ in await site.suspects()]
    await site.clock.confirm(last, "ops-1")
    assert site.faulty() == {}


async def test_a_long_log_is_looked_through_in_slices_and_once(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("banen_kit.runtime.database_clock.AT_ONCE", 3)
    await site.set_database(-DAY)
    positions = [await site.record() for _ in range(7)]
    await site.set_database(timedelta(0))
    for seen in (3, 6, 7, 7):
        await site.process().look()
        assert [position for position, _ in await site.suspects()] == positions[:seen]


async def test_nothing_is_trusted_before_the_whole_log_was_looked_through(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("banen_kit.runtime.database_clock.AT_ONCE", 3)
    for _ in range(7):
        await site.record()
    await site.set_database(-DAY)
    await site.record()
    await site.set_database(timedelta(0))
    with pytest.raises(ClockUntrusted, match="1 events"):
        await site.process().refuse_untrusted()


async def test_an_event_of_which_the_edge_did_not_say_when_is_taken_as_it_is(site: Site):
    event = NewEvent(UUID(int=1), "thing-done", 1, "{}")
    await site.store.append(Append("thing-1", (event,), 0, "{}"))
    await site.clock.look()
    assert site.faulty() == {}
