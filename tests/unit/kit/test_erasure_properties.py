"""Any history, any upcasters, an erasure at any point: what is not personal replays the same, what is reads as erased."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

import pytest
from hypothesis import example, given, settings, strategies as st

from banen_kit.core.decider import DomainEvent, PersonErased
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.keys import Keys
from banen_kit.crypto.personal_fields import Erased, Of, Open, Personal, PersonRef, Sealed
from banen_kit.eventstore.erasure import reapply_erasures, refuse_erased
from banen_kit.eventstore.idempotency import CommandMetadata
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from support.searches import draws

NEWEST = 5
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
FIELDS = ("name", "phone", "notes")
STREAM = "thing-1"


class Noted(DomainEvent, frozen=True):
    """Every version has the same fields; the upcasters change which value stands in which."""

    TYPE: ClassVar[str] = "noted"
    person_ref: PersonRef
    number: int
    name: Annotated[Personal[Any] | None, Of("person_ref")] = None
    phone: Annotated[Personal[Any] | None, Of("person_ref")] = None
    notes: Annotated[Personal[Any] | None, Of("person_ref")] = None


class Named(DomainEvent, frozen=True):
    """Of two persons at once."""

    TYPE: ClassVar[str] = "named"
    person_ref: PersonRef
    other_ref: PersonRef
    name: Annotated[Personal[Any], Of("person_ref")]
    notes: Annotated[Personal[Any], Of("other_ref")]


class Joined(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "joined"
    person_ref: PersonRef
    other_ref: PersonRef

    def same_person(self) -> tuple[UUID, UUID]:
        return self.person_ref, self.other_ref


class Forgotten(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "forgotten"
    person_ref: PersonRef

    def erased_person(self) -> UUID:
        return self.person_ref


def noted_at(version: int) -> type[Noted]:
    """The class as it was when that version was written."""
    return cast(
        "type[Noted]", type("Noted", (Noted,), {"VERSION": version, "__module__": __name__}, frozen=True)
    )


VERSIONS = {version: noted_at(version) for version in range(1, NEWEST + 1)}


@dataclass(frozen=True)
class Upcast:
    """Puts into each personal field what stood in another one, or nothing; moves, swaps, copies and drops."""

    sources: tuple[str | None, ...]
    added: int

    def __call__(self, fields: dict[str, Any]) -> dict[str, Any]:
        moved = {
            target: fields[source] if source else None
            for target, source in zip(FIELDS, self.sources, strict=True)
        }
        return fields | moved | {"number": fields["number"] + self.added}


persons = st.integers(1, 4).map(lambda number: UUID(int=number))
values = st.text(max_size=5) | st.integers() | st.lists(st.none() | st.booleans(), max_size=2)
upcasters = st.lists(
    st.builds(Upcast, st.tuples(*[st.sampled_from([*FIELDS, None])] * 3), st.integers(-3, 3)),
    min_size=NEWEST - 1,
    max_size=NEWEST - 1,
)


@st.composite
def noted(draw: st.DrawFn) -> DomainEvent:
    written = draw(st.sampled_from(list(VERSIONS.values())))
    held = {name: draw(st.none() | values.map(Open)) for name in FIELDS}
    return written(person_ref=draw(persons), number=draw(st.integers(-9, 9)), **held)  # pyright: ignore


named = st.builds(Named, person_ref=persons, other_ref=persons, name=values.map(Open), notes=values.map(Open))
joined = st.builds(Joined, person_ref=persons, other_ref=persons)
histories = st.lists(noted() | named | joined, max_size=12)


@dataclass(frozen=True)
class State:
    """What a decider would build up: numbers and references, and one personal value that it never looks into."""

    numbers: Mapping[UUID, int]
    names: int
    joined: frozenset[frozenset[UUID]]
    held: object = None


def evolve(state: State, event: DomainEvent) -> State:
    match event:
        case Noted():
            numbers = dict(state.numbers)
            numbers[event.person_ref] = numbers.get(event.person_ref, 0) * 2 + event.number
            return State(numbers, state.names, state.joined, event.notes or state.held)
        case Named():
            return State(state.numbers, state.names + 1, state.joined, event.name)
        case Joined():
            pair = frozenset({event.person_ref, event.other_ref})
            return State(state.numbers, state.names, state.joined | {pair}, state.held)
        case _:
            return state


@dataclass
class Run:
    """A store and its keys, written by every version, read by the newest."""

    upcasters: Sequence[Callable[[dict[str, Any]], dict[str, Any]]]
    keys: Keys

    def __post_init__(self) -> None:
        self.store = MemoryStore()
        self.refused: list[int] = []
        self.newest = self.repository(NEWEST)

    def repository(self, version: int) -> EventRepository[Any]:
        steps = {("noted", start): step for start, step in enumerate(self.upcasters, 1)}
        return EventRepository(
            self.store, EventSerializer([VERSIONS[version], Named, Joined, Forgotten], steps), self.keys
        )

    async def append(self, number: int, event: DomainEvent) -> None:
        """As `handle` does; what an erased person refuses is noted and left out."""
        repository = self.repository(event.VERSION if isinstance(event, Noted) else NEWEST)
        command = UUID(int=1000 + number)
        try:
            if event.erased_person() is None:
                await refuse_erased([], [event], repository.serializer, repository.keys)
            await repository.append(STREAM, [event], None, CommandMetadata(command, command, command, NOW))
        except PersonErased:
            self.refused.append(number)

    async def state(self) -> State:
        state = State({}, 0, frozenset())
        for fact in await self.newest.read(STREAM):
            state = evolve(state, fact.event)
        return state

    async def personal(self) -> list[tuple[str, object]]:
        """Every personal field of every event, opened: whose it is, and what it reads as."""
        found: list[tuple[str, object]] = []
        for fact in await self.newest.read(STREAM):
            for name in FIELDS:
                value = getattr(fact.event, name, None)
                if value is not None:
                    assert isinstance(value, Sealed)
                    found.append((value.person, await self.newest.reveal(value)))
        return found


async def compare(
    history: Sequence[DomainEvent], steps: Sequence[Upcast], erased: UUID, at: int, *, restored: bool
) -> None:
    keys = MemoryKeys()
    forgetting = Run(steps, keys)
    for number, event in enumerate(history):
        if number == at:
            await forgetting.append(len(history), Forgotten(person_ref=erased))
        await forgetting.append(number, event)
    if at >= len(history):
        await forgetting.append(len(history), Forgotten(person_ref=erased))
    if restored:
        # The keys come back as if from a backup without any erasure or link, and the erasures are applied again.
        # What was destroyed is lost to us, so another key stands for it: it must never be used.
        keys.kept = {person: key or bytes(32) for person, key in keys.kept.items()}
        keys.links = {}
        await reapply_erasures(forgetting.store, forgetting.newest.serializer, keys)
    remembering = Run(steps, MemoryKeys())
    for number, event in enumerate(history):
        if number not in forgetting.refused:
            await remembering.append(number, event)

    before, after = await remembering.state(), await forgetting.state()
    assert (after.numbers, after.names, after.joined) == (before.numbers, before.names, before.joined)
    gone = everybody_joined_to(erased, history[:at])
    late = range(min(at, len(history)), len(history))
    assert forgetting.refused == [number for number in late if gone & persons_in(history[number])]
    assert await forgetting.personal() == [
        (person, Erased(person) if person in gone else value)
        for person, value in await remembering.personal()
    ]
    assert await keys.find_keys(gone) == dict.fromkeys(gone)


def everybody_joined_to(person: UUID, history: Sequence[DomainEvent]) -> set[str]:
    gone = {str(person)}
    pairs = [persons_in(event) for event in history if isinstance(event, Joined)]
    for _ in pairs:
        gone = gone.union(*(pair for pair in pairs if pair & gone))
    return gone


def persons_in(event: DomainEvent) -> set[str]:
    return {str(getattr(event, name)) for name in ("person_ref", "other_ref") if hasattr(event, name)}


ONE = VERSIONS[1](person_ref=UUID(int=1), number=1, name=Open("Synthetica Voorbeeld"))
ROUND = Upcast(("notes", "name", "phone"), 1)


@pytest.mark.long
@settings(derandomize=True, max_examples=draws(30, nightly=300), deadline=None)
@given(history=histories, steps=upcasters, erased=persons, at=st.integers(0, 12), restored=st.booleans())
@example(history=[ONE], steps=[ROUND] * 4, erased=UUID(int=1), at=1, restored=False)
@example(
    history=[ONE, Joined(person_ref=UUID(int=2), other_ref=UUID(int=1))],
    steps=[ROUND] * 4,
    erased=UUID(int=2),
    at=2,
    restored=True,
)
def test_what_is_not_personal_replays_the_same(
    history: Sequence[DomainEvent], steps: Sequence[Upcast], erased: UUID, at: int, restored: bool
):
    asyncio.run(compare(history, steps, erased, at, restored=restored))
