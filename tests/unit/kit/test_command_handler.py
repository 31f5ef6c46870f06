"""Running a command: decided on what happened, appended once, decided again when others came first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

import pytest

from banen_kit.application.command_handler import (
    ATTEMPTS,
    Answer,
    CommandHandler,
    KeyReused,
    KnownAtRefused,
    VersionMismatch,
)
from banen_kit.application.publishable import Publisher
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused
from banen_kit.core.errors import StoreUnavailable, WrongVersion
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.keys import Destroyed, NotDestroyed
from banen_kit.crypto.personal_fields import Of, Open, Personal, PersonRef
from banen_kit.eventstore.idempotency import CommandMetadata
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, Appended, NewEvent, Outcome
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer

NOW = datetime.now(UTC)
CONTEXT = DecisionContext("1", NOW, "uaf", frozenset({"uaf"}))
PERSON = UUID(int=1)
COACH = UUID(int=2)


class Count(Command, frozen=True):
    NAME: ClassVar[str] = "count"
    by: int


class Name(Command, frozen=True):
    NAME: ClassVar[str] = "name"
    name: str


class Meet(Command, frozen=True):
    NAME: ClassVar[str] = "meet"
    person_ref: UUID


class Forget(Command, frozen=True):
    NAME: ClassVar[str] = "forget"
    also_count: bool = False


class Leave(Command, frozen=True):
    NAME: ClassVar[str] = "leave"
    also_count: bool = False


class Counted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "counted"
    total: int


class Named(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "named"
    person_ref: UUID
    name: Annotated[Personal[str], Of("person_ref")]


class Met(DomainEvent, frozen=True):
    """Concerns a person, and holds nothing personal."""

    TYPE: ClassVar[str] = "met"
    person_ref: PersonRef


class Forgotten(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "forgotten"
    person_ref: PersonRef

    def erased_person(self) -> UUID:
        return self.person_ref


class Left(DomainEvent, frozen=True):
    """Says nothing of whom its stream is about."""

    TYPE: ClassVar[str] = "left"

    def may_follow_erasure(self) -> bool:
        return True


def decide(command: Command, total: int, _: DecisionContext) -> Sequence[DomainEvent]:
    match command:
        case Count() if command.by < 0:
            raise Refused("by-negative", "Nobody counts backwards.", "by")
        case Count():
            return [Counted(total=total + step) for step in range(1, command.by + 1)]
        case Name():
            return [Named(person_ref=PERSON, name=Open(command.name))]
        case Meet():
            return [Met(person_ref=command.person_ref)]
        case Forget():
            return [Forgotten(person_ref=PERSON), *([Counted(total=1)] if command.also_count else [])]
        case Leave():
            return [Left(), *([Counted(total=1)] if command.also_count else [])]
        case _:
            raise AssertionError


def evolve(total: int, event: DomainEvent) -> int:
    return event.total if isinstance(event, Counted) else total


COUNTER: Decider[Any, int, Any] = Decider(0, decide, evolve)


@dataclass
class RacedStore(MemoryStore):
    """Somebody else appends just before each of the first `losses` appends."""

    losses: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    async def append(self, command: Append) -> Appended:
        if self.losses:
            self.losses -= 1
            rival = NewEvent(UUID(int=1000 + self.losses), "counted", 1, '{"total": 100}')
            await super().append(Append(command.stream, (rival,), None, "{}"))
        return await super().append(command)


class AwayStore(MemoryStore):
    async def read(self, stream: str) -> Any:
        raise StoreUnavailable


PRIVATE = Publisher("uaf", "mediation", lambda _: None)
"""Tells the others nothing."""


def meta(number: int = 7, request: bytes = b"{}", known_at: datetime | None = None) -> CommandMetadata:
    return CommandMetadata(UUID(int=number), UUID(int=number), UUID(int=number), NOW, request, known_at)


@pytest.fixture
def store() -> RacedStore:
    return RacedStore()


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def repository(store: RacedStore, keys: MemoryKeys) -> EventRepository[Any]:
    return EventRepository(store, EventSerializer([Counted, Named, Met, Forgotten, Left]), keys)


@pytest.fixture
def run(repository: EventRepository[Any]) -> Callable[..., Any]:
    def run(
        command: Command,
        given: CommandMetadata | None = None,
        seen: int | None = None,
        stream: str = "counter-1",
    ) -> Any:
        return CommandHandler(repository, PRIVATE).handle(
            COUNTER, stream, command, CONTEXT, given or meta(), seen
        )

    return run


async def totals(repository: EventRepository[Any]) -> list[int]:
    return [fact.event.total for fact in await repository.read("counter-1")]


async def test_answers_with_the_version_and_the_kinds_of_events(run: Any, repository: EventRepository[Any]):
    assert await run(Count(by=2)) == Answer(2, ("counted", "counted"))
    assert await run(Count(by=1), meta(8)) == Answer(3, ("counted",))
    assert await totals(repository) == [1, 2, 3]


async def test_a_command_that_changes_nothing_leaves_nothing(run: Any, repository: EventRepository[Any]):
    await run(Count(by=1))
    assert await run(Count(by=0), meta(8)) == Answer(1, ())
    assert await totals(repository) == [1]


async def test_a_refusal_leaves_nothing(run: Any, repository: EventRepository[Any]):
    with pytest.raises(Refused) as refused:
        await run(Count(by=-1))
    assert (refused.value.code, refused.value.field) == ("by-negative", "by")
    assert await totals(repository) == []


# Repeats


async def test_a_repeat_gets_the_first_answer_whatever_happened_since(
    run: Any, repository: EventRepository[Any]
):
    await run(Count(by=2))
    await run(Count(by=1), meta(8))
    assert await run(Count(by=2)) == Answer(2, ("counted", "counted"), repeated=True)
    assert await totals(repository) == [1, 2, 3]


async def test_a_repeat_gets_the_first_answer_though_the_version_it_saw_is_past(run: Any):
    await run(Count(by=1), seen=0)
    assert await run(Count(by=1), seen=0) == Answer(1, ("counted",), repeated=True)


async def test_a_key_cannot_be_used_for_another_request(run: Any, repository: EventRepository[Any]):
    await run(Count(by=1), meta(request=b"one"))
    with pytest.raises(KeyReused):
        await run(Count(by=1), meta(request=b"two"))
    assert await totals(repository) == [1]


async def test_a_key_cannot_be_used_for_another_stream(run: Any, store: RacedStore):
    await run(Count(by=1), meta(request=b"one"))
    with pytest.raises(KeyReused):
        await run(Count(by=1), meta(request=b"two"), stream="counter-2")
    assert await store.read("counter-2") == []


async def test_a_key_whose_command_left_nothing_is_free(run: Any):
    with pytest.raises(Refused):
        await run(Count(by=-1), meta(request=b"one"))
    assert await run(Count(by=1), meta(request=b"two")) == Answer(1, ("counted",))


# Others at the same time


async def test_decides_again_on_what_others_did_first(
    run: Any, store: RacedStore, repository: EventRepository[Any]
):
    store.losses = ATTEMPTS - 1
    assert await run(Count(by=1)) == Answer(ATTEMPTS, ("counted",))
    assert await totals(repository) == [100] * (ATTEMPTS - 1) + [101]


async def test_gives_up_after_so_many_lost_races(
    run: Any, store: RacedStore, repository: EventRepository[Any]
):
    store.losses = ATTEMPTS
    with pytest.raises(WrongVersion):
        await run(Count(by=1))
    assert await totals(repository) == [100] * ATTEMPTS


@pytest.mark.parametrize(("seen", "since"), [(0, ["counted"]), (2, [])])
async def test_refuses_another_version_than_the_caller_saw(
    run: Any, repository: EventRepository[Any], seen: int, since: list[str]
):
    await run(Count(by=1))
    with pytest.raises(VersionMismatch) as refused:
        await run(Count(by=1), meta(8), seen=seen)
    assert (refused.value.actual, refused.value.since) == (1, since)
    assert await totals(repository) == [1]


async def test_a_lost_race_shows_to_a_caller_who_said_which_version_they_saw(run: Any, store: RacedStore):
    store.losses = 1
    with pytest.raises(VersionMismatch) as refused:
        await run(Count(by=1), seen=0)
    assert refused.value.actual == 1


# What is in the way


async def test_refuses_what_would_be_known_in_the_future(run: Any, repository: EventRepository[Any]):
    with pytest.raises(KnownAtRefused):
        await run(Count(by=1), meta(known_at=NOW + timedelta(days=1)))
    assert await totals(repository) == []


@pytest.mark.parametrize("request_bytes", [b"{}", b"other"])
async def test_an_erased_person_refuses_every_command(run: Any, keys: MemoryKeys, request_bytes: bytes):
    await run(Name(name="Synthetic Person"))
    keys.kept[str(PERSON)] = None
    for given in (meta(request=request_bytes), meta(8)):
        with pytest.raises(Refused) as refused:
            await run(Name(name="Synthetic Person"), given)
        assert refused.value.code == "person-erased"
        assert "Synthetic" not in refused.value.detail


@pytest.mark.parametrize("command", [Count(by=1), Name(name="Synthetic Person"), Meet(person_ref=COACH)])
async def test_refuses_every_command_about_a_stream_that_concerns_an_erased_person(
    run: Any, keys: MemoryKeys, store: RacedStore, command: Command
):
    await run(Meet(person_ref=PERSON), meta(8))
    await keys.destroy([str(PERSON)])
    with pytest.raises(Refused) as refused:
        await run(command)
    assert refused.value.code == "person-erased"
    assert len(await store.read("counter-1")) == 1


async def test_refuses_a_command_that_names_an_erased_person_for_the_first_time(run: Any, keys: MemoryKeys):
    await keys.destroy([str(PERSON)])
    with pytest.raises(Refused) as refused:
        await run(Meet(person_ref=PERSON))
    assert refused.value.code == "person-erased"
    assert await run(Meet(person_ref=COACH)) == Answer(1, ("met",))
    assert str(COACH) not in keys.kept


async def test_a_refusal_of_the_domain_and_a_command_that_changes_nothing_come_first(
    run: Any, keys: MemoryKeys
):
    await run(Meet(person_ref=PERSON), meta(8))
    await keys.destroy([str(PERSON)])
    with pytest.raises(Refused) as refused:
        await run(Count(by=-1))
    assert refused.value.code == "by-negative"
    assert await run(Count(by=0)) == Answer(1, ())


# Erasing


async def test_an_erasure_destroys_the_keys_before_it_is_answered(run: Any, keys: MemoryKeys):
    await run(Name(name="Synthetic Person"), meta(8))
    assert await run(Forget()) == Answer(2, ("forgotten",))
    assert keys.kept[str(PERSON)] is None


async def test_an_erasure_is_taken_also_of_somebody_who_was_erased(run: Any, keys: MemoryKeys):
    await run(Forget(), meta(8))
    assert await run(Forget()) == Answer(2, ("forgotten",))


async def test_an_erasure_together_with_something_else_is_no_way_round_the_refusal(
    run: Any, keys: MemoryKeys
):
    assert await run(Forget(also_count=True), meta(8)) == Answer(2, ("forgotten", "counted"))
    with pytest.raises(Refused) as refused:
        await run(Forget(also_count=True))
    assert refused.value.code == "person-erased"


async def test_what_says_nothing_of_the_person_may_follow_the_erasure(run: Any, keys: MemoryKeys):
    await run(Meet(person_ref=PERSON), meta(8))
    await keys.destroy([str(PERSON)])
    assert await run(Leave(), meta(9)) == Answer(2, ("left",))
    with pytest.raises(Refused) as refused:
        await run(Leave(also_count=True))
    assert refused.value.code == "person-erased"


class HesitantKeys(MemoryKeys):
    refusals = 2

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        if self.refusals:
            self.refusals -= 1
            raise NotDestroyed
        return await super().destroy(persons, alone=alone)


async def test_a_repeat_finishes_an_erasure_whose_keys_could_not_be_destroyed(store: RacedStore):
    keys = HesitantKeys()
    repository: EventRepository[Any] = EventRepository(
        store, EventSerializer([Counted, Named, Met, Forgotten, Left]), keys
    )

    async def run(command: Command, given: CommandMetadata) -> Answer:
        return await CommandHandler(repository, PRIVATE).handle(COUNTER, "counter-1", command, CONTEXT, given)

    await run(Name(name="Synthetic Person"), meta(8))
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await run(Forget(), meta())
        assert keys.kept[str(PERSON)] is not None
        with pytest.raises(Refused) as refused:
            await run(Count(by=1), meta(9))
        assert refused.value.code == "person-erased"
    assert await run(Forget(), meta()) == Answer(2, ("forgotten",), repeated=True)
    assert keys.kept[str(PERSON)] is None


async def test_says_that_the_store_is_away(keys: MemoryKeys):
    repository: EventRepository[Any] = EventRepository(AwayStore(), EventSerializer([Counted]), keys)
    with pytest.raises(StoreUnavailable):
        await CommandHandler(repository, PRIVATE).handle(COUNTER, "counter-1", Count(by=1), CONTEXT, meta())


async def test_finds_a_repeat_that_landed_between_reading_and_appending(
    repository: EventRepository[Any], keys: MemoryKeys
):
    late: EventRepository[Any] = EventRepository(
        BlindOnce(repository.store), EventSerializer([Counted]), keys
    )
    await CommandHandler(repository, PRIVATE).handle(COUNTER, "counter-1", Count(by=2), CONTEXT, meta())
    answer = await CommandHandler(late, PRIVATE).handle(COUNTER, "counter-1", Count(by=2), CONTEXT, meta())
    assert answer == Answer(2, ("counted", "counted"), repeated=True)


class BlindOnce(MemoryStore):
    """Reads nothing the first time, as if what is there had not been there yet."""

    def __init__(self, store: Any) -> None:
        super().__init__()
        self._store = store
        self._is_blind = True

    async def read(self, stream: str) -> Any:
        if self._is_blind:
            self._is_blind = False
            return []
        return await self._store.read(stream)

    async def append(self, command: Append) -> Appended:
        appended = await self._store.append(command)
        assert appended.outcome is Outcome.REPEATED
        return appended
