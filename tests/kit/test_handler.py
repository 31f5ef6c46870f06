"""Running a command: decided on what happened, appended once, decided again when others came first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

import pytest

from banen_kit.decider import Command, Context, Decider, Refused, Stored
from banen_kit.handler import ATTEMPTS, Answer, KeyReused, KnownAtRefused, VersionMismatch, handle
from banen_kit.journal import Codec, Journal, Meta
from banen_kit.keys import MemoryKeys
from banen_kit.memory_store import MemoryStore
from banen_kit.personal import Of, Open, Personal
from banen_kit.store import Append, Appended, NewEvent, Outcome, StoreUnavailable, WrongVersion

NOW = datetime.now(UTC)
CONTEXT = Context("1", NOW, "uaf", frozenset({"uaf"}))
PERSON = UUID(int=1)


class Count(Command, frozen=True):
    NAME: ClassVar[str] = "count"
    by: int


class Name(Command, frozen=True):
    NAME: ClassVar[str] = "name"
    name: str


class Counted(Stored, frozen=True):
    TYPE: ClassVar[str] = "counted"
    total: int


class Named(Stored, frozen=True):
    TYPE: ClassVar[str] = "named"
    person_ref: UUID
    name: Annotated[Personal[str], Of("person_ref")]


def decide(command: Command, total: int, _: Context) -> Sequence[Stored]:
    match command:
        case Count() if command.by < 0:
            raise Refused("by-negative", "Nobody counts backwards.", "by")
        case Count():
            return [Counted(total=total + step) for step in range(1, command.by + 1)]
        case Name():
            return [Named(person_ref=PERSON, name=Open(command.name))]
        case _:
            raise AssertionError


def evolve(total: int, event: Stored) -> int:
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


def meta(number: int = 7, request: bytes = b"{}", known_at: datetime | None = None) -> Meta:
    return Meta(UUID(int=number), UUID(int=number), UUID(int=number), NOW, request, known_at)


@pytest.fixture
def store() -> RacedStore:
    return RacedStore()


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def journal(store: RacedStore, keys: MemoryKeys) -> Journal[Any]:
    return Journal(store, Codec([Counted, Named]), keys)


@pytest.fixture
def run(journal: Journal[Any]) -> Callable[..., Any]:
    def run(
        command: Command, given: Meta | None = None, seen: int | None = None, stream: str = "counter-1"
    ) -> Any:
        return handle(journal, COUNTER, stream, command, CONTEXT, given or meta(), seen)

    return run


async def totals(journal: Journal[Any]) -> list[int]:
    return [fact.event.total for fact in await journal.read("counter-1")]


async def test_answers_with_the_version_and_the_kinds_of_events(run: Any, journal: Journal[Any]):
    assert await run(Count(by=2)) == Answer(2, ("counted", "counted"))
    assert await run(Count(by=1), meta(8)) == Answer(3, ("counted",))
    assert await totals(journal) == [1, 2, 3]


async def test_a_command_that_changes_nothing_leaves_nothing(run: Any, journal: Journal[Any]):
    await run(Count(by=1))
    assert await run(Count(by=0), meta(8)) == Answer(1, ())
    assert await totals(journal) == [1]


async def test_a_refusal_leaves_nothing(run: Any, journal: Journal[Any]):
    with pytest.raises(Refused) as refused:
        await run(Count(by=-1))
    assert (refused.value.code, refused.value.field) == ("by-negative", "by")
    assert await totals(journal) == []


# Repeats


async def test_a_repeat_gets_the_first_answer_whatever_happened_since(run: Any, journal: Journal[Any]):
    await run(Count(by=2))
    await run(Count(by=1), meta(8))
    assert await run(Count(by=2)) == Answer(2, ("counted", "counted"), repeated=True)
    assert await totals(journal) == [1, 2, 3]


async def test_a_repeat_gets_the_first_answer_though_the_version_it_saw_is_past(run: Any):
    await run(Count(by=1), seen=0)
    assert await run(Count(by=1), seen=0) == Answer(1, ("counted",), repeated=True)


async def test_a_key_cannot_be_used_for_another_request(run: Any, journal: Journal[Any]):
    await run(Count(by=1), meta(request=b"one"))
    with pytest.raises(KeyReused):
        await run(Count(by=1), meta(request=b"two"))
    assert await totals(journal) == [1]


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


async def test_decides_again_on_what_others_did_first(run: Any, store: RacedStore, journal: Journal[Any]):
    store.losses = ATTEMPTS - 1
    assert await run(Count(by=1)) == Answer(ATTEMPTS, ("counted",))
    assert await totals(journal) == [100] * (ATTEMPTS - 1) + [101]


async def test_gives_up_after_so_many_lost_races(run: Any, store: RacedStore, journal: Journal[Any]):
    store.losses = ATTEMPTS
    with pytest.raises(WrongVersion):
        await run(Count(by=1))
    assert await totals(journal) == [100] * ATTEMPTS


@pytest.mark.parametrize("seen", [0, 2])
async def test_refuses_another_version_than_the_caller_saw(run: Any, journal: Journal[Any], seen: int):
    await run(Count(by=1))
    with pytest.raises(VersionMismatch) as refused:
        await run(Count(by=1), meta(8), seen=seen)
    assert refused.value.actual == 1
    assert await totals(journal) == [1]


async def test_a_lost_race_shows_to_a_caller_who_said_which_version_they_saw(run: Any, store: RacedStore):
    store.losses = 1
    with pytest.raises(VersionMismatch) as refused:
        await run(Count(by=1), seen=0)
    assert refused.value.actual == 1


# What is in the way


async def test_refuses_what_would_be_known_in_the_future(run: Any, journal: Journal[Any]):
    with pytest.raises(KnownAtRefused):
        await run(Count(by=1), meta(known_at=NOW + timedelta(days=1)))
    assert await totals(journal) == []


@pytest.mark.parametrize("request_bytes", [b"{}", b"other"])
async def test_an_erased_person_refuses_every_command(run: Any, keys: MemoryKeys, request_bytes: bytes):
    await run(Name(name="Synthetic Person"))
    keys.kept[str(PERSON)] = None
    for given in (meta(request=request_bytes), meta(8)):
        with pytest.raises(Refused) as refused:
            await run(Name(name="Synthetic Person"), given)
        assert refused.value.code == "candidate-erased"
        assert "Synthetic" not in refused.value.detail


async def test_says_that_the_store_is_away(keys: MemoryKeys):
    journal: Journal[Any] = Journal(AwayStore(), Codec([Counted]), keys)
    with pytest.raises(StoreUnavailable):
        await handle(journal, COUNTER, "counter-1", Count(by=1), CONTEXT, meta())


async def test_finds_a_repeat_that_landed_between_reading_and_appending(
    journal: Journal[Any], keys: MemoryKeys
):
    late: Journal[Any] = Journal(BlindOnce(journal.store), Codec([Counted]), keys)
    await handle(journal, COUNTER, "counter-1", Count(by=2), CONTEXT, meta())
    answer = await handle(late, COUNTER, "counter-1", Count(by=2), CONTEXT, meta())
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

    async def find(self, event_id: UUID) -> Any:
        return await self._store.find(event_id)
