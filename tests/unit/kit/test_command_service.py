"""The edge behind HTTP: whose command it is, what a policy may cause, and the order of a bulk load."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from banen_contracts import Envelope
from banen_contracts.roles import ROLES, Role
from banen_kit.application.bulk import Loads, bulk
from banen_kit.application.command_handler import Answer, KeyReused
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute, Dispatch, Service
from banen_kit.application.request import Request
from banen_kit.application.source_live import GO_LIVE, GoLive, WentLive, is_live
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.core.problem import Problem
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.security.permissions import own_partner
from banen_kit.web.records import File

NOW = datetime(2006, 6, 1, 12, tzinfo=UTC)
DAY = date(2006, 5, 1)
PARTNERS = frozenset({"uaf", "uwv"})
ONE, TWO = str(UUID(int=1, version=4)), str(UUID(int=2, version=4))
KEY = UUID(int=50, version=4)


class Counted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "counted"
    step: int


class Count(Command, frozen=True):
    NAME: ClassVar[str] = "count"
    step: int = 1
    occurred_on: date = DAY


def decide(command: Count, state: int, _: DecisionContext) -> Sequence[Counted]:
    match command.step:
        case 0:
            return []
        case 13:
            raise Refused("unlucky", "We do not count so far.", "step")
        case 99:
            raise AssertionError("a bug")
        case step:
            return [Counted(step=state + step)]


COUNTER: Decider[Count, int, Counted] = Decider(0, decide, lambda _, event: event.step)
COUNT = CommandRoute("/counters/{ref}/count", Count, "counter", COUNTER)
SERVICE = Service(
    "mediation", (Counted, WentLive), lambda _: None, (COUNT,), {"count": own_partner(Role.MEDIATOR)}, ROLES
)
SOMEBODY = Principal("somebody", "uaf", frozenset({Role.MEDIATOR}))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class SlowStore(MemoryStore):
    """Reading the first counter waits until the second one was appended to."""

    async def read(self, stream: str) -> list[StoredRecord]:
        if stream == f"counter-{ONE}":
            while not await super().read(f"counter-{TWO}"):
                await self.wait(len(await self.read_all(0, 1000)), 10)
        return await super().read(stream)


class AbsentStore(MemoryStore):
    async def read(self, stream: str) -> list[StoredRecord]:
        raise StoreUnavailable("not now")


class Arrived(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "arrived"
    sort: str


class Arrive(Command, frozen=True):
    NAME: ClassVar[str] = "arrive"
    sort: str


ARRIVED: Decider[Arrive, None, Arrived] = Decider(
    None, lambda command, *_: [Arrived(sort=command.sort)], lambda *_: None
)
ARRIVE = CommandRoute("/references/{ref}/arrive", Arrive, "reference", ARRIVED)


class Name(Command, frozen=True):
    NAME: ClassVar[str] = "name"
    first_ref: UUID
    other_ref: UUID | None = None


class Named(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "named"
    first_ref: UUID
    other_ref: UUID | None = None
    known: tuple[str, ...]


def decide_name(command: Name, _: None, context: DecisionContext) -> Sequence[Named]:
    sorts = [event.sort for event in context.arrived["first_ref"] if isinstance(event, Arrived)]
    return [Named(first_ref=command.first_ref, other_ref=command.other_ref, known=tuple(sorts))]


NAMED: Decider[Name, None, Named] = Decider(None, decide_name, lambda *_: None)
NAME = CommandRoute(
    "/things/{ref}/name",
    Name,
    "thing",
    NAMED,
    own_partner(Role.MEDIATOR),
    refers_to=("first_ref", "other_ref"),
)
NAMING = Service("mediation", (Named, Arrived), lambda _: None, (NAME,), {}, ROLES)


async def test_a_command_may_name_what_another_service_keeps_also_before_that_has_arrived(
    store: MemoryStore, clock: Clock
):
    naming = desk_of(store, clock, service=NAMING)
    body = {"firstRef": TWO}
    unknown = await naming.execute(Request(NAME, SOMEBODY, ONE, body, KEY))
    assert (unknown.events, unknown.not_yet_known) == (("named",), ("firstRef",))

    await naming.send(Dispatch(ARRIVE, TWO, Arrive(sort="employer")), cause(), "note")
    both = {"firstRef": TWO, "otherRef": str(UUID(int=4, version=4))}
    known = await naming.execute(Request(NAME, SOMEBODY, ONE, both, UUID(int=51, version=4)))
    assert known.not_yet_known == ("otherRef",)

    record = await File(naming, frozenset()).read("thing", ONE)
    assert record is not None
    assert [event.data["known"] for event in record.events] == [[], ["employer"]]
    assert [event.not_yet_known for event in record.events] == [(), ("otherRef",)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def command_service(store: MemoryStore, clock: Clock) -> CommandService:
    return desk_of(store, clock)


def desk_of(
    store: MemoryStore, clock: Clock, partner: str = "uaf", service: Service = SERVICE
) -> CommandService:
    repository: EventRepository[Any] = EventRepository(store, EventSerializer(service.events), MemoryKeys())
    return CommandService(
        service, repository, partner, PARTNERS, MemoryAudit(clock), Metrics.create(CollectorRegistry()), clock
    )


def request(ref: str = ONE, key: UUID = KEY, body: dict[str, Any] | None = None, **more: Any) -> Request:
    return Request(COUNT, SOMEBODY, ref, body or {}, key, **more)


def cause(number: int = 1, known_at: datetime | None = None) -> Envelope:
    return Envelope(
        id=UUID(int=100 + number, version=4),
        source="urn:nl:banenoffensief:uwv:intake",
        type="nl.banenoffensief.intake.contact-made.v1",
        subject=ONE,
        time=NOW,
        partner="uwv",
        sequence=number,
        correlationid=UUID(int=7, version=4),
        causationid=UUID(int=8, version=4),
        knownat=known_at,
        imported=known_at is not None,
    )


def send(step: int = 1, ref: str = ONE) -> Dispatch:
    return Dispatch(COUNT, ref, Count(step=step))


def metadata(event: StoredRecord) -> dict[str, Any]:
    return json.loads(event.metadata)


async def test_keys_of_different_partners_do_not_meet(store: MemoryStore, clock: Clock):
    """Two partners' stores are apart; should one ever serve both, their keys still are."""
    of_uwv = replace(SOMEBODY, partner="uwv")
    await desk_of(store, clock, "uaf").execute(request(ONE))
    assert await desk_of(store, clock, "uwv").execute(replace(request(TWO), principal=of_uwv)) == Answer(
        1, ("counted",)
    )


async def test_keys_of_different_services_do_not_meet(store: MemoryStore, clock: Clock):
    other = replace(SERVICE, name="employers")
    await desk_of(store, clock).execute(request(ONE))
    assert await desk_of(store, clock, service=other).execute(request(TWO)) == Answer(1, ("counted",))


async def test_a_request_is_the_cause_of_what_it_records(command_service: CommandService, store: MemoryStore):
    await command_service.execute(request(correlation_id=UUID(int=9, version=4)))
    await command_service.execute(request(key=UUID(int=51, version=4)))
    first, second = await store.read_all(0, 10)
    assert metadata(first)["correlationId"] == str(UUID(int=9, version=4))
    assert metadata(first)["causationId"] == metadata(first)["commandId"]
    assert metadata(second)["correlationId"] == metadata(second)["commandId"]


async def test_a_decision_gets_what_the_read_side_shows_and_a_repeat_its_first_answer(
    store: MemoryStore, clock: Clock
):
    shown = [7, 8]

    async def show(ref: str, command: Count) -> int:
        assert (ref, command.step) == (ONE, 2)
        return shown.pop(0)

    counter: Decider[Count, int, Counted] = Decider(
        0, lambda command, _, context: [Counted(step=command.step + context.seen_as(int))], COUNTER.evolve
    )
    watching = replace(COUNT, decider=counter, needs_view=True)
    command_service = desk_of(store, clock)
    command_service.views[watching.name] = show
    asked = replace(request(body={"step": 2}), operation=watching)

    await command_service.execute(asked)
    assert await command_service.execute(asked) == Answer(1, ("counted",), repeated=True)

    [record] = await store.read_all(0, 10)
    assert json.loads(record.data)["step"] == 9


async def test_the_order_of_fields_makes_no_other_request(command_service: CommandService):
    await command_service.execute(request(body={"step": 2, "occurredOn": "2006-05-01"}))
    again = await command_service.execute(request(body={"occurredOn": "2006-05-01", "step": 2}))
    assert again == Answer(1, ("counted",), repeated=True)


@pytest.mark.parametrize(
    "other",
    [
        request(body={"step": 2}),
        request(TWO),
        request(known_at=NOW - timedelta(days=1)),
    ],
    ids=["another body", "another reference", "another moment of knowing"],
)
async def test_a_key_serves_one_request(command_service: CommandService, store: MemoryStore, other: Request):
    await command_service.execute(request())
    with pytest.raises(KeyReused):
        await command_service.execute(other)
    assert len(await store.read_all(0, 10)) == 1


async def test_python_names_are_not_part_of_the_api(command_service: CommandService):
    with pytest.raises(Problem) as refused:
        await command_service.execute(request(body={"occurred_on": "2006-05-01"}))
    assert (refused.value.status, refused.value.field) == (400, "occurred_on")


async def test_today_is_that_of_amsterdam(command_service: CommandService, clock: Clock):
    clock.now = datetime(2006, 5, 31, 22, 30, tzinfo=UTC)  # half past midnight on 1 June
    await command_service.execute(request(body={"occurredOn": "2006-06-01"}))
    with pytest.raises(Problem) as refused:
        await command_service.execute(request(key=UUID(int=51, version=4), body={"occurredOn": "2006-06-02"}))
    assert (refused.value.status, refused.value.field) == (400, "occurredOn")


@pytest.mark.parametrize(
    ("step", "outcome"), [(1, "accepted"), (0, "unchanged"), (13, "refused"), (99, "failed")]
)
async def test_counts_what_became_of_a_command(command_service: CommandService, step: int, outcome: str):
    await asyncio.gather(command_service.execute(request(body={"step": step})), return_exceptions=True)
    assert command_service.metrics.commands.labels("count", outcome)._value.get() == 1


async def test_counts_what_the_store_could_not_take(clock: Clock):
    command_service = desk_of(AbsentStore(clock), clock)
    with pytest.raises(StoreUnavailable):
        await command_service.execute(request())
    assert command_service.metrics.commands.labels("count", "unavailable")._value.get() == 1


async def test_a_policys_command_says_which_event_caused_it(
    command_service: CommandService, store: MemoryStore
):
    assert await command_service.send(send(), cause(), "greet") == Answer(1, ("counted",))
    [event] = await store.read_all(0, 10)
    assert metadata(event)["causationId"] == str(cause().id)
    assert metadata(event)["correlationId"] == str(UUID(int=7, version=4))


async def test_an_event_causes_a_policys_command_once(
    command_service: CommandService, store: MemoryStore, clock: Clock
):
    await command_service.send(send(), cause(), "greet")
    clock.now += timedelta(days=3)
    assert await command_service.send(send(), cause(), "greet") == Answer(1, ("counted",), repeated=True)
    assert len(await store.read_all(0, 10)) == 1


async def test_two_policies_may_react_to_one_event(command_service: CommandService, store: MemoryStore):
    await command_service.send(send(), cause(), "greet")
    await command_service.send(send(), cause(), "remember")
    assert len(await store.read_all(0, 10)) == 2


async def test_a_policy_may_react_to_two_events_in_the_same_way(
    command_service: CommandService, store: MemoryStore
):
    await command_service.send(send(), cause(1), "greet")
    await command_service.send(send(), cause(2), "greet")
    assert len(await store.read_all(0, 10)) == 2


async def test_another_command_for_the_same_event_is_no_repeat(command_service: CommandService):
    await command_service.send(send(1), cause(), "greet")
    with pytest.raises(KeyReused):
        await command_service.send(send(2), cause(), "greet")


class Handed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "handed"
    person_ref: UUID


class Hand(Command, frozen=True):
    NAME: ClassVar[str] = "hand"
    person_ref: UUID
    is_twice: bool = False


HANDED: Decider[Hand, int, Handed] = Decider(
    0,
    lambda command, times, _: (
        [Handed(person_ref=command.person_ref)] if times == 0 or command.is_twice else []
    ),
    lambda times, _: times + 1,
)
HAND = CommandRoute("/handings/{ref}/hand", Hand, "handing", HANDED)
PERSON, SOMEBODY_ELSE = UUID(int=60, version=4), UUID(int=61, version=4)


@pytest.fixture
async def handing(store: MemoryStore, clock: Clock) -> CommandService:
    """Two things are on record of one person, and one of another; also a counter that is the person's by its name."""
    repository: EventRepository[Any] = EventRepository(
        store, EventSerializer([Counted, Handed]), MemoryKeys()
    )
    service = replace(SERVICE, events=(Counted, Handed))
    audit, metrics = MemoryAudit(clock), Metrics.create(CollectorRegistry())
    command_service = CommandService(service, repository, "uaf", PARTNERS, audit, metrics, clock)
    for number, person in enumerate((PERSON, PERSON, SOMEBODY_ELSE), 1):
        first = Dispatch(HAND, str(UUID(int=number, version=4)), Hand(person_ref=person))
        await command_service.send(first, cause(number), "begin")
    await command_service.send(send(ref=str(PERSON)), cause(1), "count")
    return command_service


def to_all(person: UUID, *, is_twice: bool = True) -> Dispatch:
    return Dispatch(HAND, str(person), Hand(person_ref=person, is_twice=is_twice), to_all_about=True)


async def recorded(store: MemoryStore) -> list[int]:
    """How many events each of the three things has."""
    return [len(await store.read(f"handing-{UUID(int=number, version=4)}")) for number in (1, 2, 3)]


async def test_a_command_to_all_about_somebody_goes_to_each_of_theirs_and_to_no_other(
    handing: CommandService, store: MemoryStore
):
    assert await handing.send(to_all(PERSON), cause(9), "end") == Answer(2, ("handed",))
    assert await recorded(store) == [2, 2, 1]
    assert len(await store.read_all(0, 100)) == 6
    assert {metadata(event)["causationId"] for event in await store.read_all(4, 100)} == {str(cause(9).id)}


async def test_what_follows_is_given_after_it_and_once_for_each_cause(
    handing: CommandService, store: MemoryStore
):
    first = Dispatch(HAND, ONE, Hand(person_ref=PERSON, is_twice=True), then=to_all(PERSON))
    await handing.send(first, cause(9), "end")
    assert await recorded(store) == [3, 2, 1]
    assert await handing.send(first, cause(9), "end") == Answer(2, ("handed",), repeated=True)
    assert await recorded(store) == [3, 2, 1]


async def test_what_follows_is_given_also_after_what_changed_nothing(
    handing: CommandService, store: MemoryStore
):
    first = Dispatch(HAND, ONE, Hand(person_ref=PERSON, is_twice=False), then=to_all(PERSON))
    await handing.send(first, cause(9), "end")
    assert await recorded(store) == [2, 2, 1]


async def test_a_command_to_all_that_is_given_twice_is_done_once(handing: CommandService, store: MemoryStore):
    await handing.send(to_all(PERSON), cause(9), "end")
    answer = await handing.send(to_all(PERSON), cause(9), "end")
    assert answer == Answer(2, ("handed",), repeated=True)
    assert await recorded(store) == [2, 2, 1]


async def test_a_command_to_all_that_failed_half_way_is_finished_when_it_is_given_again(
    handing: CommandService, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
):
    read = store.read

    async def away(stream: str) -> list[StoredRecord]:
        if stream == f"handing-{TWO}":
            raise StoreUnavailable("not now")
        return await read(stream)

    with monkeypatch.context() as patched:
        patched.setattr(store, "read", away)
        with pytest.raises(StoreUnavailable):
            await handing.send(to_all(PERSON), cause(9), "end")
    assert await recorded(store) == [2, 1, 1]
    await handing.send(to_all(PERSON), cause(9), "end")
    assert await recorded(store) == [2, 2, 1]


async def test_a_command_to_all_changes_nothing_where_there_is_nothing_to_change(
    handing: CommandService, store: MemoryStore
):
    nobody = UUID(int=62, version=4)
    assert await handing.send(to_all(nobody), cause(9), "end") == Answer(0, ())
    assert await handing.send(to_all(PERSON, is_twice=False), cause(9), "end") == Answer(1, ())
    assert await recorded(store) == [1, 1, 1]


async def test_what_follows_from_a_historic_fact_was_known_with_it(
    command_service: CommandService, store: MemoryStore
):
    known_at = NOW - timedelta(days=100)
    await command_service.send(send(), cause(1, known_at), "greet")
    await command_service.send(send(), cause(2), "greet")
    historic, current = await store.read_all(0, 10)
    assert (historic.known_at, historic.imported) == (known_at, True)
    assert (current.known_at, current.imported) == (NOW, False)


async def test_what_follows_was_not_known_before_its_stream_knew_the_last(
    command_service: CommandService, store: MemoryStore
):
    later, earlier = NOW - timedelta(days=10), NOW - timedelta(days=100)
    await command_service.execute(request(known_at=later))
    await command_service.send(send(), cause(1, earlier), "greet")
    assert [event.known_at for event in await store.read_all(0, 10)] == [later, later]


async def test_a_live_source_knows_what_follows_only_now(command_service: CommandService, store: MemoryStore):
    await command_service.send(Dispatch(GO_LIVE, "live", GoLive(occurred_on=DAY)), cause(1), "source-live")
    assert await is_live(store)
    await command_service.send(send(), cause(2, NOW - timedelta(days=100)), "greet")
    assert (await store.read_all(0, 10))[-1].known_at == NOW


async def test_going_live_twice_is_noted_once(command_service: CommandService, store: MemoryStore):
    for number in (1, 2):
        await command_service.send(
            Dispatch(GO_LIVE, "live", GoLive(occurred_on=DAY)), cause(number), "source-live"
        )
    assert len(await store.read_all(0, 10)) == 1


def line(ref: str, key: int, step: int = 1) -> bytes:
    return json.dumps(
        {"command": "count", "ref": ref, "key": str(UUID(int=key, version=4)), "body": {"step": step}}
    ).encode()


async def test_a_bulk_load_takes_things_that_have_nothing_to_do_with_each_other_together(clock: Clock):
    """One after the other, the first line would wait for ever for the second."""
    command_service = desk_of(SlowStore(clock), clock)
    async with asyncio.timeout(10):
        results = await bulk(command_service, Loads(), [line(ONE, 1), line(TWO, 2)], SOMEBODY)
    assert [result["status"] for result in results] == [201, 201]


async def test_a_bulk_load_takes_lines_about_one_thing_in_their_order(
    command_service: CommandService, store: MemoryStore
):
    await bulk(
        command_service,
        Loads(),
        [
            line(ref, 10 * step + number, step)
            for step in range(1, 9)
            for number, ref in enumerate([ONE, TWO])
        ],
        SOMEBODY,
    )
    for ref in (ONE, TWO):
        totals = [json.loads(event.data)["step"] for event in await store.read(f"counter-{ref}")]
        assert totals == [1, 3, 6, 10, 15, 21, 28, 36]


async def test_a_bulk_load_refuses_a_command_that_the_service_does_not_have(command_service: CommandService):
    unknown = line(ONE, 1).replace(b'"count"', b'"recount"')
    [result] = await bulk(command_service, Loads(), [unknown], SOMEBODY)
    assert (result["line"], result["status"], result["field"]) == (1, 400, "command")


async def test_an_error_of_ours_in_a_bulk_load_is_not_hidden(command_service: CommandService):
    with pytest.raises(AssertionError, match="a bug"):
        await bulk(command_service, Loads(), [line(ONE, 1), line(TWO, 2, 99)], SOMEBODY)
