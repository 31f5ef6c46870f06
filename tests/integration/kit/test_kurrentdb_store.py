"""The store on KurrentDB where it is not like the others: a server that goes, lies about the time, or is not fit."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import pytest
from kurrentdbclient import AsyncKurrentDBClient, NewEvent as Foreign, StreamState

from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable, StreamTooLong
from banen_kit.eventstore.kurrentdb import KurrentStore, open_kurrentdb
from banen_kit.eventstore.kurrentdb_connection import client_of, refuse_unfit
from banen_kit.eventstore.port import Append, Appended, Horizon, NewEvent, Outcome, StoredRecord
from banen_kit.eventstore.postgres import open_store
from banen_kit.postgres.connection import Pool, connect
from support.kurrentdb.server import StandIn
from support.waiting import DEADLINE, eventually

IDS = UUID("00000000-0000-0000-0000-000000000002")
HOUR = timedelta(hours=1)


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn]:
    server = StandIn()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def pool(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncGenerator[Pool]:
    pool = await connect(database.service_url, await new_schema())
    yield pool
    await pool.close()


@asynccontextmanager
async def opened(url: str, pool: Pool, service: str = "uaf_intake") -> AsyncGenerator[KurrentStore]:
    store = await open_kurrentdb(url, pool, service, lambda _: None)
    yield store
    await store.close()


@pytest.fixture
async def store(standin: StandIn, pool: Pool) -> AsyncGenerator[KurrentStore]:
    async with opened(standin.url, pool) as store:
        yield store


def event(name: str, kind: str = "thing-done", data: str = "{}") -> NewEvent:
    return NewEvent(uuid5(IDS, name), kind, 1, data)


def command(stream: str, *names: str, expected: int | None = None, metadata: str = "{}") -> Append:
    return Append(stream, tuple(map(event, names)), expected, metadata)


def ids(events: list[StoredRecord]) -> list[UUID]:
    return [event.id for event in events]


def named(*names: str) -> list[UUID]:
    return [uuid5(IDS, name) for name in names]


@asynccontextmanager
async def stranger(standin: StandIn) -> AsyncGenerator[AsyncKurrentDBClient]:
    """Somebody else who uses the same server."""
    client = AsyncKurrentDBClient(standin.url)
    yield client
    await client.close()


# A server that goes


@pytest.mark.parametrize("lost", [1, 100])
async def test_an_append_whose_answers_were_lost_is_written_once_and_known_as_appended(
    store: KurrentStore, standin: StandIn, lost: int
):
    standin.guard.answers_lost = lost
    appended = await store.append(command("thing-1", "a", "b", expected=0))
    assert (appended.outcome, appended.version) == (Outcome.APPENDED, 2)
    assert ids(await store.read("thing-1")) == named("a", "b")


async def test_a_server_that_is_away_is_said_and_served_again_when_it_is_back(
    store: KurrentStore, standin: StandIn
):
    await store.append(command("thing-1", "a"))
    await standin.stop()
    for asking in (store.read("thing-1"), store.read_all(0, 10), store.horizon(), store.wait(0, 60)):
        with pytest.raises(StoreUnavailable, match="KurrentDB cannot be reached"):
            await asking
    await standin.start()
    assert ids(await store.read("thing-1")) == named("a")


async def test_a_server_killed_and_started_again_under_load_loses_and_doubles_nothing(
    store: KurrentStore, standin: StandIn
):
    answered: dict[str, list[Outcome]] = {}

    async def write(name: str) -> None:
        """As a caller does: the same command again until there is an answer."""
        while True:
            try:
                appended = await store.append(command(f"thing-{name[0]}", name))
            except StoreUnavailable:
                continue
            answered.setdefault(name, []).append(appended.outcome)
            return

    def reached(number: int) -> bool:
        return len(standin.log.events) > number

    async def kill() -> None:
        for number in (5, 15, 25):
            await eventually(partial(reached, number))
            await standin.stop()
            await standin.start()

    names = [f"{number % 7}-{number}" for number in range(70)]
    async with asyncio.timeout(4 * DEADLINE):
        await asyncio.gather(kill(), *map(write, names))
    assert sorted(answered) == sorted(names)
    assert sorted(ids(await store.read_all(0, 1000))) == sorted(named(*names))


async def test_a_leader_that_resigns_under_load_loses_and_doubles_nothing(standin: StandIn, pool: Pool):
    other = StandIn(log=standin.log)
    await other.start()
    nodes = [standin.port, other.port]
    standin.nodes[:], other.nodes[:] = nodes, nodes
    url = f"kurrentdb://127.0.0.1:{standin.port},127.0.0.1:{other.port}?tls=false"

    async def resign(store: KurrentStore) -> None:
        await eventually(lambda: len(standin.log.events) > 10)
        standin.guard.leader = ("127.0.0.1", other.port)
        for node in (standin, other):
            node.nodes.reverse()

    async with opened(url, pool) as store:
        names = [f"event-{number}" for number in range(40)]
        writing = (store.append(command(f"thing-{name}", name)) for name in names)
        *results, _ = await asyncio.gather(*writing, resign(store))
        assert {result.outcome for result in results if result} == {Outcome.APPENDED}
        assert sorted(ids(await store.read_all(0, 100))) == sorted(named(*names))
        await standin.stop()
        assert len(await store.read_all(0, 100)) == 40
    await standin.start()
    await other.stop()


async def test_a_single_node_that_is_not_the_leader_is_said(store: KurrentStore, standin: StandIn):
    standin.guard.leader = ("127.0.0.1", 1)
    with pytest.raises(StoreUnavailable, match="NodeIsNotLeaderError"):
        await store.append(command("thing-1", "a"))


# Its clock


async def test_a_server_clock_that_is_behind_does_not_date_an_event_before_its_append_began(
    store: KurrentStore, standin: StandIn, pool: Pool
):
    standin.log.clock = lambda: datetime.now(UTC) - HOUR
    began = await pool.fetchval("select clock_timestamp()")
    await store.append(command("thing-1", "a"))
    [recorded] = await store.read("thing-1")
    assert began < recorded.recorded_at < await pool.fetchval("select clock_timestamp()")


async def test_a_server_clock_that_is_ahead_dates_the_event(store: KurrentStore, standin: StandIn):
    standin.log.clock = lambda: datetime.now(UTC) + HOUR
    await store.append(command("thing-1", "a"))
    [recorded] = await store.read("thing-1")
    assert recorded.recorded_at == standin.log.events[-1].created.replace(
        microsecond=recorded.recorded_at.microsecond
    )
    assert recorded.known_at == recorded.recorded_at


async def test_what_is_recorded_after_a_settled_horizon_is_dated_after_it_though_the_clock_steps_back(
    store: KurrentStore, standin: StandIn
):
    behind = timedelta()
    standin.log.clock = lambda: datetime.now(UTC) - behind
    for number in range(5):
        await store.append(command(f"thing-{number}", f"before-{number}"))
        horizon = await store.horizon()
        assert horizon.settled
        behind += HOUR
        await store.append(command(f"other-{number}", f"after-{number}"))
        for recorded in await store.read_all(0, 100):
            assert (recorded.position > horizon.safe) == (recorded.recorded_at >= horizon.at)


async def test_the_horizon_stays_at_the_beginning_of_the_oldest_append_under_way_also_in_another_process(
    store: KurrentStore, pool: Pool
):
    before = (await store.horizon()).at
    async with pool.acquire() as process, process.transaction():
        began = await process.fetchval("select now from append_elsewhere()")
        await store.append(command("thing-1", "a"))
        held = await store.horizon()
        assert before <= held.at <= began
        assert began - held.at < timedelta(milliseconds=10) or held.at == before
        assert (await store.horizon()).at == held.at
    assert (await store.horizon()).at > began


async def test_an_append_under_way_in_another_service_holds_no_horizon(
    store: KurrentStore, database: Any, new_schema: Callable[..., Awaitable[str]]
):
    beside = await connect(database.service_url, await new_schema())
    async with beside.acquire() as process, process.transaction():
        began = await process.fetchval("select now from append_elsewhere()")
        assert (await store.horizon()).at > began
    await beside.close()


async def test_a_horizon_never_goes_back_under_load_and_covers_all_that_was_recorded_before_it(
    store: KurrentStore, standin: StandIn
):
    standin.log.clock = lambda: datetime.now(UTC) - HOUR
    horizons: list[Horizon] = []

    async def look(writing: asyncio.Task[Any]) -> None:
        while not writing.done():
            horizons.append(await store.horizon())

    async def write() -> None:
        await asyncio.gather(*(write_some(number) for number in range(8)))

    async def write_some(number: int) -> None:
        for turn in range(10):
            await store.append(command(f"thing-{number}-{turn}", f"event-{number}-{turn}"))

    writing = asyncio.create_task(write())
    await look(writing)
    await writing
    recorded = await store.read_all(0, 1000)
    assert len(recorded) == 80
    for horizon in horizons:
        assert all(one.position <= horizon.safe for one in recorded if one.recorded_at < horizon.at)
    assert [one.at for one in horizons] == sorted(one.at for one in horizons)
    assert len({one.at for one in horizons}) > 1


async def test_a_known_at_is_compared_with_the_database_not_with_the_server(
    store: KurrentStore, standin: StandIn
):
    standin.log.clock = lambda: datetime.now(UTC) + 2 * HOUR
    future = replace(command("thing-1", "a"), known_at=datetime.now(UTC) + HOUR)
    assert await store.append(future) == Appended(Outcome.KNOWN_AT_REFUSED)


# Others on the same server


async def test_services_on_one_server_do_not_see_each_other(
    store: KurrentStore, standin: StandIn, database: Any, new_schema: Callable[..., Awaitable[str]]
):
    beside = await connect(database.service_url, await new_schema())
    async with opened(standin.url, beside, "uaf_intake_other") as other:
        await other.append(command("thing-1", "x", "y"))
        await store.append(command("thing-1", "a", expected=0))
        await other.append(command("thing-1", "z", expected=2))
        assert (
            ids(await store.read_all(0, 10)) == ids(await store.read_all(0, 10, "thing-done")) == named("a")
        )
        assert ids(await other.read_all(0, 10, "thing-done")) == named("x", "y", "z")
        [mine] = await store.read("thing-1")
        assert (await store.horizon()).safe == mine.position
        assert await store.count_after(mine.position) == 0
        assert await store.concerning([], ["thing-1"]) == ["thing-1"]
    await beside.close()


async def test_only_an_event_of_its_own_ends_the_waiting(store: KurrentStore, standin: StandIn):
    waiting = asyncio.create_task(store.wait(0, 60))
    async with stranger(standin) as client:
        event = Foreign("thing-done", b"{}")
        await client.append_to_stream("elsewhere-1", events=event, current_version=StreamState.ANY)
    assert not (await asyncio.wait({waiting}, timeout=0.2))[0]
    await store.append(command("thing-1", "a"))
    async with asyncio.timeout(DEADLINE):
        await waiting


@pytest.mark.parametrize("metadata", [b"", b'{"by": "hand"}', b"\xff"])
async def test_an_event_that_somebody_else_wrote_into_a_stream_is_not_taken_for_ours(
    store: KurrentStore, standin: StandIn, metadata: bytes
):
    async with stranger(standin) as client:
        event = Foreign("thing-done", b"{}", metadata)
        await client.append_to_stream("uaf_intake.thing-1", events=event, current_version=StreamState.ANY)
    with pytest.raises(StoreUnavailable, match="was not written by this software"):
        await store.read("thing-1")


@pytest.mark.parametrize("is_gone", [False, True])
async def test_a_stream_that_somebody_deleted_is_said_and_not_written_anew(
    store: KurrentStore, standin: StandIn, is_gone: bool
):
    await store.append(command("thing-1", "a"))
    (standin.log.tombstone if is_gone else standin.log.delete)("uaf_intake.thing-1", 0)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="deleted"):
            await store.append(command("thing-1", "b"))
    assert "thing-done" not in [one.proposed.type for one in standin.log.events[2:]]


async def test_a_store_restored_from_before_is_said_and_its_streams_are_indexed_anew(
    store: KurrentStore, standin: StandIn
):
    await store.append(command("thing-1", "a"))
    last = (await store.append(replace(command("thing-2", "b"), refs=frozenset({UUID(int=1)})))).position
    assert await store.concerning([UUID(int=1)], ["thing-1", "thing-2"]) == ["thing-1", "thing-2"]
    lost = standin.log.events.pop()
    del standin.log.by_stream[lost.stream]
    standin.log.end = lost.position
    with pytest.raises(StoreUnavailable, match="events of thing-2 are gone"):
        await store.read("thing-2")
    with pytest.raises(StoreUnavailable, match=f"no event of this service at position {last}"):
        await store.read_all(last, 10)
    await store.append(command("thing-3", "a much longer name than the one before"))
    assert await store.concerning([UUID(int=1)], ["thing-1", "thing-2", "thing-3"]) == ["thing-1", "thing-3"]


async def test_a_stream_that_was_read_before_is_read_anew_from_where_it_ended(
    store: KurrentStore, standin: StandIn, pool: Pool
):
    async with opened(standin.url, pool) as other:
        for number in range(3):
            await store.append(command("thing-1", f"here-{number}", expected=2 * number))
            await other.append(command("thing-1", f"there-{number}", expected=2 * number + 1))
        there = await other.read("thing-1")
        assert await store.read("thing-1") == there
        assert [event.version for event in there] == [1, 2, 3, 4, 5, 6]
        late = command("thing-1", "late", expected=3)
        assert await store.append(late) == await other.append(late) == Appended(Outcome.CONFLICT)


async def test_an_index_that_two_processes_fold_at_once_is_folded_once(store: KurrentStore, pool: Pool):
    for number in range(20):
        await store.append(command(f"thing-{number}", f"event-{number}"))
    names = [f"thing-{number}" for number in range(20)]
    found = await asyncio.gather(*(store.concerning([], names) for _ in range(5)))
    assert found == [sorted(names)] * 5
    assert await pool.fetchval("select count(*) from stream_index") == 20


# What it refuses


async def test_a_command_with_more_bytes_than_the_server_takes_is_too_long(store: KurrentStore):
    large = Append("thing-1", (event("a", data=f'{{"text": "{"x" * 2**20}"}}'),), 0, "{}")
    with pytest.raises(StreamTooLong, match="MaxAppendSize"):
        await store.append(large)
    assert await store.read("thing-1") == []


async def test_one_command_that_is_refused_fails_no_other_of_its_batch(store: KurrentStore):
    large = Append("thing-1", (event("a", data=f'{{"text": "{"x" * 2**20}"}}'),), 0, "{}")
    first, second = await asyncio.gather(
        store.append(large), store.append(command("thing-2", "b")), return_exceptions=True
    )
    assert isinstance(first, StreamTooLong)
    assert isinstance(second, Appended)
    assert second.outcome is Outcome.APPENDED
    assert ids(await store.read("thing-2")) == named("b")


async def test_a_stream_that_is_broken_fails_no_other_of_its_batch(store: KurrentStore, standin: StandIn):
    await store.append(command("thing-1", "a"))
    standin.log.tombstone("uaf_intake.thing-1", 0)
    first, second = await asyncio.gather(
        store.append(command("thing-1", "b")), store.append(command("thing-2", "c")), return_exceptions=True
    )
    assert isinstance(first, StoreUnavailable)
    assert isinstance(second, Appended)
    assert second.outcome is Outcome.APPENDED


async def test_a_stream_that_the_user_may_not_touch_is_said(store: KurrentStore, standin: StandIn):
    standin.guard.denied.add("uaf_intake.thing-1")
    for asking in (store.read("thing-1"), store.append(command("thing-1", "a"))):
        with pytest.raises(StoreUnavailable, match="refuses the user"):
            await asking


@pytest.mark.parametrize("version", ["22.10.5.0", "20.6.1", ""])
async def test_a_server_that_is_too_old_is_refused(standin: StandIn, pool: Pool, version: str):
    standin.version = version
    with pytest.raises(StoreRefusesToStart, match=r"23\.10 or newer"):
        await open_kurrentdb(standin.url, pool, "uaf_intake", lambda _: None)


@pytest.mark.parametrize("version", ["23.10.0.0", "24.10.4", "25.0.1", "26.2.0"])
async def test_a_server_from_23_10_on_is_taken(standin: StandIn, pool: Pool, version: str):
    standin.version = version
    async with opened(standin.url, pool) as store:
        assert await store.read_all(0, 1) == []


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("kurrentdb://127.0.0.1:1?tls=false&nodePreference=follower", "NodePreference must be leader"),
        ("kurrentdb://127.0.0.1:1", "lacks user and password"),
        ("kurrentdb://secret:word@127.0.0.1:1?tlsCaFile=/nowhere/ca.pem", "cannot be read"),
        ("kurrentdb://secret:word@127.0.0.1:1?colour=blue", "no address of a KurrentDB server"),
    ],
)
def test_an_unfit_address_is_refused_and_not_quoted(address: str, says: str):
    with pytest.raises(StoreRefusesToStart, match=says) as refused:
        client_of(address)
    assert "secret" not in str(refused.value)


async def test_a_server_that_is_still_starting_is_waited_for(standin: StandIn):
    await standin.stop()
    client, waited = client_of(standin.url), asyncio.Event()
    waiting = asyncio.create_task(refuse_unfit(client, lambda _: waited.set()))
    async with asyncio.timeout(DEADLINE):
        await waited.wait()
        await standin.start()
        await waiting
    await client.close()


async def test_a_server_that_never_answers_is_given_up(standin: StandIn, pool: Pool):
    await standin.stop()
    client = client_of(standin.url)
    with pytest.raises(StoreUnavailable):
        await refuse_unfit(client, lambda _: None, attempts=2)
    await client.close()
    await standin.start()


async def test_events_stay_in_the_store_in_which_they_are(
    standin: StandIn, database: Any, store: KurrentStore
):
    await store.append(command("thing-1", "a"))
    schema = await store.pool.fetchval("select current_schema()")
    with pytest.raises(StoreRefusesToStart, match="the events of this service are in KurrentDB"):
        await open_store(database.service_url, schema)


async def test_events_in_postgresql_are_not_left_behind(
    standin: StandIn, database: Any, new_schema: Callable[..., Awaitable[str]]
):
    store = await open_store(database.service_url, await new_schema())
    await store.append(command("thing-1", "a"))
    with pytest.raises(StoreRefusesToStart, match="move them first"):
        await open_kurrentdb(standin.url, store.pool, "uaf_intake", lambda _: None)
    await store.pool.close()
