"""The events of a service move between PostgreSQL and KurrentDB, and back: all of them, once, and nothing is published twice."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.timer_table import TimerTable
from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable
from banen_kit.eventstore import copying
from banen_kit.eventstore.copying import CopyRefused, copy_missing
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.port import Append, NewEvent, StoredRecord
from banen_kit.messaging.jetstream import api, headers_of, jetstream
from banen_kit.messaging.topology import Partner, apply_stream, streams
from banen_kit.privacy.subject_access import SubjectAccess
from banen_kit.readmodel.projector import Projector
from banen_kit.readmodel.table import ListTables
from banen_kit.runtime import store_copy
from banen_kit.runtime.store_copy import Addresses, copy_store
from support.moving import KURRENTDB, NAME, OTHER, POSTGRES, House, Office, house as made
from support.servers import PASSWORD, Database
from support.waiting import eventually

CONTACT, CANDIDATE, KEPT = (str(UUID(int=number, version=4)) for number in (1, 2, 3))
STREAM = "EVT_UAF_INTAKE"

both_ways = pytest.mark.parametrize("first", [POSTGRES, KURRENTDB])


@pytest.fixture
async def house(database: Database) -> AsyncGenerator[House]:
    async with made(database) as house:
        yield house


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "BATCH", 3)


async def everything(office: Office) -> list[StoredRecord]:
    """All that is stored, but for its place."""
    return [record._replace(position=0) for record in await office.store.read_all(0, 1000)]


async def contacts(house: House, where: str, number: int) -> list[StoredRecord]:
    async with house.runs(where) as office:
        for _ in range(number):
            await office.contact()
        return await everything(office)


# What is copied


def historic(record: StoredRecord) -> Append:
    """A command of a load that states when something was known, and names somebody whom it concerns."""
    events = (NewEvent(uuid4(), record.type, record.schema_version, record.data),)
    refs = frozenset({UUID(CANDIDATE)})
    return Append("contact-" + KEPT, events, 0, record.metadata, record.known_at, refs)


@both_ways
async def test_all_that_is_stored_is_the_same_there_and_back(house: House, first: str):
    async def found(office: Office) -> list[str]:
        return await office.store.concerning([UUID(CANDIDATE)], ["contact-" + CONTACT])

    both = ["contact-" + CONTACT, "contact-" + KEPT]
    async with house.runs(first) as office:
        await office.contact(CONTACT)
        [record] = await office.store.read_all(0, 10)
        await office.store.append(historic(record))
        before = await everything(office)
        assert before[-1].imported
    there = await house.copy(OTHER[first])
    assert (there.events, there.streams, there.now) == (2, 2, 2)
    async with house.runs(OTHER[first]) as office:
        assert await everything(office) == before
        assert await found(office) == both
        await office.contact()
        after = await everything(office)
    back = await house.copy(first)
    assert (back.events, back.now) == (3, 1)
    async with house.runs(first) as office:
        assert await everything(office) == after
        assert await found(office) == both


@both_ways
async def test_who_was_erased_stays_erased_and_everybody_else_is_found(house: House, first: str):
    async with house.runs(first) as office:
        await office.contact(CONTACT)
        await office.candidate(CANDIDATE, CONTACT)
        await office.contact(KEPT)
        await office.erase(CANDIDATE)
    await house.copy(OTHER[first])
    async with house.runs(OTHER[first]) as office:
        service = office.command_service
        assert NAME not in json.dumps(await SubjectAccess(service, 30).export(CANDIDATE))
        assert await SubjectAccess(service, 30).certificate(CANDIDATE)
        assert NAME in json.dumps(await SubjectAccess(service, 30).export(KEPT))
        assert await reapply_erasures(office.store, service.repository.serializer, office.keys) == 0


@both_ways
async def test_a_repeated_command_gets_its_first_answer_from_the_other_store(house: House, first: str):
    key = uuid4()
    async with house.runs(first) as office:
        answer = await office.contact(CONTACT, key)
    await house.copy(OTHER[first])
    async with house.runs(OTHER[first]) as office:
        again = await office.contact(CONTACT, key)
        assert (again.version, again.events, again.repeated) == (answer.version, answer.events, True)


@both_ways
async def test_a_stream_is_continued_after_what_was_copied(house: House, first: str):
    async with house.runs(first) as office:
        await office.contact(CONTACT)
        await office.candidate(CANDIDATE, CONTACT)
    await house.copy(OTHER[first])
    async with house.runs(OTHER[first]) as office:
        await office.erase(CANDIDATE)
        stream = await office.store.read("candidate-" + CANDIDATE)
    assert [record.version for record in stream] == [1, 2]
    assert stream[0].recorded_at < stream[1].recorded_at


# What stands at a position


@pytest.fixture
async def bus_of_intake(bus: Client) -> Client:
    for declared in streams([Partner("uaf", ("intake",))], max_bytes=2**24):
        await apply_stream(bus, declared, change=False)
    return bus


async def published(client: Client) -> list[tuple[int, str]]:
    state = (await api(client, f"STREAM.INFO.{STREAM}"))["state"]
    messages = [await jetstream(client).get_msg(STREAM, seq=one) for one in range(1, state["last_seq"] + 1)]
    return [(int(headers_of(one)["ce-sequence"]), headers_of(one)["ce-id"]) for one in messages]


@both_ways
async def test_its_relay_publishes_only_what_is_new_there_and_back(
    house: House, bus_of_intake: Client, first: str
):
    where = first
    for _ in range(3):
        async with house.runs(where) as office:
            for _ in range(3):
                await office.contact()
            await office.publish(bus_of_intake)
            await office.contact()  # waits while the service is stopped
        where = OTHER[where]
        await house.copy(where)
    async with house.runs(where) as office:
        await office.publish(bus_of_intake)
        recorded = await everything(office)
    assert await published(bus_of_intake) == [(n, str(one.id)) for n, one in enumerate(recorded, 1)]
    assert len(recorded) == 12


@both_ways
async def test_what_timers_and_lists_folded_is_not_folded_again(house: House, first: str):
    names = sorted(timer.name for timer in INTAKE.timers)
    async with house.runs(first) as office:
        await office.contact(CONTACT)
        await office.contact(KEPT)
        folded, *_ = await office.store.read_all(0, 1)
        assert await TimerTable(office.store).position(names) == 0
        await TimerTable(office.store).advance(0, folded, [], lambda _: {})
        tables = ListTables(office.store, INTAKE.lists)
        await Projector(tables, office.command_service.repository).catch_up()
        generation = (await tables.live()).generation
    await house.copy(OTHER[first])
    async with house.runs(OTHER[first]) as office:
        same, last = await office.store.read_all(0, 2)
        assert same.id == folded.id
        assert await TimerTable(office.store).position(names) == same.position
        assert await ListTables(office.store, INTAKE.lists).live() == (generation, last.position)


@both_ways
async def test_a_decision_about_an_event_that_cannot_be_published_stays_with_it(house: House, first: str):
    async with house.runs(first) as office:
        for ref in (CONTACT, KEPT):
            await office.contact(ref)
        records = await office.store.read_all(0, 2)
        decided = "insert into relay_decisions (position, event_id, reason_code, decided_by) values ($1, $2, 'x', 'y')"
        for record in records:
            await office.store.pool.execute(decided, record.position, record.id)
    await house.copy(OTHER[first])
    async with house.runs(OTHER[first]) as office:
        there = [(one.position, one.id) for one in await office.store.read_all(0, 2)]
        rows = await office.store.pool.fetch(
            "select position, event_id from relay_decisions order by position"
        )
        assert [tuple(row) for row in rows] == there


# A copy that is cut off


class Killed(Exception):
    pass


@both_ways
@pytest.mark.parametrize("after", [3, 6, 9])
async def test_a_copy_that_was_cut_off_is_gone_on_with(
    house: House, small_batches: None, first: str, after: int
):
    before = await contacts(house, first, 10)

    def told(held: int) -> None:
        if held == after:
            raise Killed

    with pytest.raises(Killed):
        await house.copy(OTHER[first], told)
    before = await contacts(house, first, 2)  # it goes on in its store
    with pytest.raises(StoreRefusesToStart):
        await contacts(house, OTHER[first], 1)
    assert (await house.copy(OTHER[first])).now == 12 - after
    async with house.runs(OTHER[first]) as office:
        assert await everything(office) == before


@pytest.mark.parametrize("written", [1, 15, 29])
async def test_a_server_that_goes_in_the_middle_loses_and_doubles_nothing(house: House, written: int):
    before = await contacts(house, POSTGRES, 30)

    async def stop() -> None:
        await eventually(lambda: len(house.standin.log.events) > written)
        await house.standin.stop()

    stopping = asyncio.create_task(stop())
    with pytest.raises(StoreUnavailable):
        await house.copy(KURRENTDB)
    await stopping
    await house.standin.start()
    await house.copy(KURRENTDB)
    async with house.runs(KURRENTDB) as office:
        assert await everything(office) == before


@pytest.mark.parametrize("lost", [1, 7])
async def test_a_server_whose_answers_are_lost_loses_and_doubles_nothing(house: House, lost: int):
    before = await contacts(house, POSTGRES, 5)
    house.standin.guard.answers_lost = lost
    done = None
    while done is None:
        with suppress(StoreUnavailable):
            done = await house.copy(KURRENTDB)
    async with house.runs(KURRENTDB) as office:
        assert await everything(office) == before


@pytest.mark.parametrize("where", [POSTGRES, KURRENTDB])
async def test_a_process_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    house: House, tmp_path: Path, where: str
):
    before = await contacts(house, where, 40)
    postgres, kurrentdb = tmp_path / "postgres", tmp_path / "kurrentdb"
    postgres.write_text(house.addresses.postgres)
    kurrentdb.write_text(house.addresses.kurrentdb)
    ends = (postgres, kurrentdb) if where == POSTGRES else (kurrentdb, postgres)
    asked = ["store", "copy", "--partner", "uaf", "--service", "intake", "--from", ends[0], "--to", ends[1]]

    async def run() -> asyncio.subprocess.Process:
        await house.gone()
        return await asyncio.create_subprocess_exec(Path(sys.executable).parent / "banen", *asked)

    async def is_begun() -> bool:
        if where == POSTGRES:
            return len(house.standin.log.events) > 5
        return await house.ask("select last_value from position") > 5

    killed = await run()
    await eventually(is_begun)
    killed.kill()
    await killed.wait()
    await house.left()
    again = await run()
    await again.wait()
    async with house.runs(OTHER[where]) as office:
        assert await everything(office) == before


@both_ways
async def test_what_fails_in_the_last_step_changes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, first: str
):
    before = await contacts(house, first, 3)
    with monkeypatch.context() as broken:
        broken.setattr(store_copy, "MOVE", store_copy.MOVE + "; select 1 / 0")
        with pytest.raises(Exception, match="division by zero"):
            await house.copy(OTHER[first])
    assert (await contacts(house, first, 0)) == before
    assert (await house.copy(OTHER[first])).now == 0
    assert (await contacts(house, OTHER[first], 0)) == before


# What is in the way


@both_ways
async def test_a_service_that_still_runs_is_said(house: House, first: str):
    async with house.runs(first) as office:
        await office.contact()
        with pytest.raises(CopyRefused, match="still runs"):
            await copy_store("uaf", INTAKE, house.addresses, lambda _: None, to_kurrentdb=first == POSTGRES)


@both_ways
@pytest.mark.parametrize(("stops", "says"), [(True, "recorded meanwhile"), (False, "still runs")])
async def test_a_service_that_was_started_meanwhile_is_said_and_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, first: str, stops: bool, says: str
):
    before = await contacts(house, first, 2)

    async with AsyncExitStack() as running:

        async def copy_while_it_starts(*arguments: Any) -> int:
            copied = await copy_missing(*arguments)
            office = await running.enter_async_context(house.runs(first))
            await office.contact()
            if stops:
                await running.aclose()
                await house.gone()
            return copied

        monkeypatch.setattr(store_copy, "copy_missing", copy_while_it_starts)
        with pytest.raises(CopyRefused, match=says):
            await house.copy(OTHER[first])
    monkeypatch.undo()
    assert (await house.copy(OTHER[first])).events == 3
    async with house.runs(OTHER[first]) as office:
        assert (await everything(office))[:2] == before


@both_ways
async def test_a_target_that_holds_other_events_is_said(house: House, first: str):
    await contacts(house, first, 2)
    await house.copy(OTHER[first])
    await contacts(house, OTHER[first], 1)
    async with house.owner() as owner:  # as after a restore of PostgreSQL from before
        await owner.execute("delete from stream_index_progress")
        if first == KURRENTDB:
            await owner.execute("insert into stream_index_progress (position) values (0)")
    await contacts(house, first, 1)
    with pytest.raises(CopyRefused, match="holds events of this service that are not in"):
        await house.copy(OTHER[first])


@both_ways
async def test_events_that_are_there_already_are_said(house: House, first: str):
    await contacts(house, first, 1)
    await house.copy(OTHER[first])
    with pytest.raises(CopyRefused, match="already"):
        await house.copy(OTHER[first])


async def test_another_server_than_that_in_which_the_events_are_is_said(house: House):
    async with house.runs(KURRENTDB) as office:
        await office.contact(CONTACT)
        await office.store.concerning([], [])
    del house.standin.log.events[1:]
    house.standin.log.by_stream.clear()
    with pytest.raises(CopyRefused, match="not the KurrentDB in which the events"):
        await house.copy(POSTGRES)


@both_ways
async def test_a_store_that_lacks_what_was_published_is_said(house: House, bus_of_intake: Client, first: str):
    async with house.runs(first) as office:
        await office.contact()
        await office.publish(bus_of_intake)
    async with house.owner() as owner:
        await owner.execute("update publications set event_id = gen_random_uuid()")
    with pytest.raises(CopyRefused, match="lacks events that were published"):
        await house.copy(OTHER[first])
    await contacts(house, first, 1)


async def test_an_id_that_kurrentdb_holds_twice_is_said(house: House):
    key = uuid4()
    async with house.runs(KURRENTDB) as office:
        await office.contact(CONTACT, key)
        await office.contact(KEPT, key)
    with pytest.raises(CopyRefused, match="an idempotency key was used for both"):
        await house.copy(POSTGRES)
    await contacts(house, KURRENTDB, 1)


async def test_an_event_that_differs_is_said(house: House):
    await contacts(house, POSTGRES, 3)
    with pytest.raises(Killed):
        await house.copy(KURRENTDB, kill)
    last = house.standin.log.events[-1]
    changed = replace(last, proposed=replace(last.proposed, data=b"{}"))
    house.standin.log.events[-1] = changed
    house.standin.log.by_stream[last.stream] = [changed]
    with pytest.raises(CopyRefused, match=r"the stream contact-\S+ is not the same in KurrentDB"):
        await house.copy(KURRENTDB)
    await contacts(house, POSTGRES, 1)


def kill(_: int) -> None:
    raise Killed


async def test_the_address_of_the_service_itself_is_refused(house: House):
    url = house.database.server.url(user="uaf_intake", password=PASSWORD)
    addresses = Addresses(url, house.standin.url)
    with pytest.raises(CopyRefused, match="the owner of its database"):
        await copy_store("uaf", INTAKE, addresses, lambda _: None, to_kurrentdb=True)


async def test_a_server_that_is_too_old_is_refused(house: House):
    house.standin.version = "22.10.0"
    with pytest.raises(StoreRefusesToStart, match=r"23\.10 or newer"):
        await house.copy(KURRENTDB)
