"""The codec: what is written as JSON, what is sealed, what older versions read as, and what an erasure leaves."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

import pytest
from pydantic import ValidationError

from banen_kit.core.decider import DomainEvent, PersonErased
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.keys import Destroyed, KeyMissing, NotDestroyed
from banen_kit.crypto.personal_fields import CannotOpen, Erased, Of, Open, Personal, PersonRef, Sealed
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.idempotency import CommandMetadata, is_repeat
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, Appended, NewEvent, Outcome, StoredRecord
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer, UnknownEvent

REF = UUID(int=1)
OTHER = UUID(int=2)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


class PersonMet(DomainEvent, frozen=True):
    """The third version: once it had `called` for the name, and no day."""

    TYPE: ClassVar[str] = "person-met"
    VERSION: ClassVar[int] = 3
    person_ref: UUID
    met_on: date | None
    name: Annotated[Personal[str], Of("person_ref")]
    notes: Annotated[Personal[str] | None, Of("person_ref")] = None


class PlaceSeen(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "place-seen"
    town: str


class PersonJoined(DomainEvent, frozen=True):
    """Says that two references are one person, and names a third who is another."""

    TYPE: ClassVar[str] = "person-joined"
    person_ref: PersonRef
    known_as: PersonRef | None = None
    coach_ref: PersonRef
    notes: Annotated[Personal[str] | None, Of("person_ref")] = None

    def same_person(self) -> tuple[UUID, UUID] | None:
        return (self.person_ref, self.known_as) if self.known_as else None


class PersonForgotten(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "person-forgotten"
    person_ref: PersonRef

    def erased_person(self) -> UUID:
        return self.person_ref


class Unmarked(DomainEvent, frozen=True):
    """Personal, but it does not say whose."""

    TYPE: ClassVar[str] = "unmarked"
    name: Personal[str]


def to_second(fields: dict[str, Any]) -> dict[str, Any]:
    return {"name": fields["called"]} | {name: fields[name] for name in fields if name != "called"}


def to_third(fields: dict[str, Any]) -> dict[str, Any]:
    return fields | {"met_on": None}


UPCASTERS = {("person-met", 1): to_second, ("person-met", 2): to_third}
MET = PersonMet(person_ref=REF, met_on=date(2006, 3, 1), name=Open("Synthetic Person"))


def meta(number: int = 7, request: bytes = b"{}", known_at: datetime | None = None) -> CommandMetadata:
    return CommandMetadata(UUID(int=number), UUID(int=8), UUID(int=9), NOW, request, known_at)


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def repository(keys: MemoryKeys) -> EventRepository[Any]:
    serializer = EventSerializer([PersonMet, PlaceSeen, PersonJoined, PersonForgotten, Unmarked], UPCASTERS)
    return EventRepository(MemoryStore(), serializer, keys, lambda: datetime(2026, 3, 1, 9, tzinfo=UTC))


async def first_record(repository: EventRepository[Any]) -> StoredRecord:
    return (await repository.store.read("thing-1"))[0]


async def name_of(repository: EventRepository[Any]) -> Sealed:
    (fact,) = await repository.read("thing-1")
    assert isinstance(fact.event.name, Sealed)
    return fact.event.name


async def write_by_hand(
    repository: EventRepository[Any], kind: str, version: int, body: dict[str, Any]
) -> None:
    event = NewEvent(UUID(int=50), kind, version, json.dumps(body))
    await repository.store.append(Append("thing-1", (event,), 0, "{}"))


async def test_an_event_without_personal_fields_comes_back_as_it_was(repository: EventRepository[Any]):
    await repository.append("thing-1", [PlaceSeen(town="Nowhere")], 0, meta())
    (fact,) = await repository.read("thing-1")
    assert fact.event == PlaceSeen(town="Nowhere")
    assert json.loads(fact.record.data) == {"town": "Nowhere"}


async def test_gives_each_event_of_a_command_an_id_that_a_repeat_has_too(repository: EventRepository[Any]):
    await repository.append("thing-1", [PlaceSeen(town="A"), PlaceSeen(town="B")], 0, meta())
    ids = [record.id for record in await repository.store.read("thing-1")]
    assert ids == [uuid5(UUID(int=7), "0"), uuid5(UUID(int=7), "1")]
    again = await repository.append("thing-1", [PlaceSeen(town="A"), PlaceSeen(town="B")], 0, meta())
    assert again.outcome is Outcome.REPEATED


async def test_says_of_each_event_why_it_happened(repository: EventRepository[Any]):
    await repository.append(
        "thing-1", [PlaceSeen(town="A")], 0, meta(known_at=datetime(2006, 3, 1, tzinfo=UTC))
    )
    (fact,) = await repository.read("thing-1")
    known = {name: fact.metadata[name] for name in ("commandId", "correlationId", "causationId", "edgeTime")}
    assert known == {
        "commandId": str(UUID(int=7)),
        "correlationId": str(UUID(int=8)),
        "causationId": str(UUID(int=9)),
        "edgeTime": "2026-03-01T09:00:00+00:00",
    }
    assert fact.record.known_at == datetime(2006, 3, 1, tzinfo=UTC)


# Sealing


async def test_writes_a_personal_field_sealed_and_the_rest_in_the_clear(repository: EventRepository[Any]):
    await repository.append("thing-1", [MET], 0, meta())
    record = await first_record(repository)
    written = json.loads(record.data)
    assert set(written.pop("name")) == {"v", "kid", "nonce", "ct"}
    assert written == {"person_ref": str(REF), "met_on": "2006-03-01", "notes": None}
    assert "Synthetic" not in record.data + record.metadata


async def test_reads_a_personal_field_sealed_and_opens_it_when_asked(repository: EventRepository[Any]):
    await repository.append("thing-1", [MET], 0, meta())
    assert await repository.reveal(await name_of(repository)) == Open("Synthetic Person")


async def test_seals_under_the_key_of_the_person_whose_field_it_is(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta())
    await repository.append("thing-2", [MET.model_copy(update={"person_ref": OTHER})], 0, meta(17))
    assert set(keys.kept) == {str(REF), str(OTHER)}
    keys.kept[str(OTHER)] = None
    assert await repository.reveal(await name_of(repository)) == Open("Synthetic Person")


async def test_a_sealed_field_that_was_moved_does_not_open(repository: EventRepository[Any]):
    await repository.append("thing-1", [MET], 0, meta())
    body = json.loads((await first_record(repository)).data)
    moved = NewEvent(UUID(int=60), "person-met", 3, json.dumps(body))
    await repository.store.append(Append("thing-2", (moved,), 0, "{}"))
    (fact,) = await repository.read("thing-2")
    with pytest.raises(CannotOpen):
        await repository.reveal(fact.event.name)


async def test_does_not_write_what_it_read_sealed_again(repository: EventRepository[Any]):
    await repository.append("thing-1", [MET], 0, meta())
    (fact,) = await repository.read("thing-1")
    with pytest.raises(TypeError, match=r"person-met\.name must hold a value in the clear"):
        await repository.append("thing-2", [fact.event], 0, meta(17))


async def test_does_not_write_a_personal_field_of_nobody(repository: EventRepository[Any]):
    with pytest.raises(ValueError, match="Open") as refused:
        await repository.append("thing-1", [Unmarked(name=Open("Synthetic Person"))], 0, meta())
    assert "Synthetic" not in str(refused.value)
    assert await repository.store.read("thing-1") == []


# Erasure


async def test_after_an_erasure_a_field_reads_as_erased(repository: EventRepository[Any], keys: MemoryKeys):
    await repository.append("thing-1", [MET], 0, meta())
    keys.kept[str(REF)] = None
    (fact,) = await repository.read("thing-1")
    assert await repository.reveal(fact.event.name) == Erased(str(REF))
    assert (fact.event.person_ref, fact.event.met_on) == (REF, date(2006, 3, 1))


async def test_writes_nothing_more_about_an_erased_person(repository: EventRepository[Any], keys: MemoryKeys):
    keys.kept[str(REF)] = None
    with pytest.raises(PersonErased):
        await repository.append("thing-1", [PlaceSeen(town="A"), MET], 0, meta())
    assert await repository.store.read("thing-1") == []


async def test_a_key_that_is_not_there_is_a_fault_and_no_erasure(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta(request=b"one"))
    del keys.kept[str(REF)]
    with pytest.raises(KeyMissing):
        await repository.reveal(await name_of(repository))
    with pytest.raises(KeyMissing):
        await is_repeat(await first_record(repository), b"one", repository.keys)
    assert str(REF) not in keys.kept


async def test_an_erasing_event_destroys_the_key_before_the_answer(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta())
    await repository.append("thing-1", [PersonForgotten(person_ref=REF)], 1, meta(17))
    assert keys.kept[str(REF)] is None
    assert await repository.reveal((await repository.read("thing-1"))[0].event.name) == Erased(str(REF))


async def test_an_erasure_that_loses_its_race_destroys_nothing(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta())
    lost = await repository.append("thing-1", [PersonForgotten(person_ref=REF)], 0, meta(17))
    assert lost.outcome is Outcome.CONFLICT
    assert keys.kept[str(REF)] is not None


async def test_a_key_that_could_not_be_destroyed_is_an_error_after_the_event(
    repository: EventRepository[Any], keys: MemoryKeys
):
    stubborn = StubbornKeys(keys.kept)
    late: EventRepository[Any] = EventRepository(repository.store, repository.serializer, stubborn)
    await late.append("thing-1", [MET], 0, meta())
    with pytest.raises(NotDestroyed):
        await late.append("thing-1", [PersonForgotten(person_ref=REF)], 1, meta(17))
    assert len(await repository.store.read("thing-1")) == 2
    stubborn.gives_in = True
    assert await reapply_erasures(late.store, late.serializer, late.keys) == 1
    assert keys.kept[str(REF)] is None


class StubbornKeys(MemoryKeys):
    """Destroys nothing until it gives in; counts what it is asked."""

    gives_in = False
    asked = 0

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        self.asked += 1
        if not self.gives_in:
            raise NotDestroyed
        return await super().destroy(persons, alone=alone)

    async def left_to_destroy(
        self, erased: Iterable[str], alone: Iterable[str], pairs: Iterable[tuple[str, str]]
    ) -> frozenset[str]:
        self.asked += 1
        return await super().left_to_destroy(erased, alone, pairs)


# Several references of one person


async def test_says_of_an_event_which_persons_it_concerns(repository: EventRepository[Any]):
    persons = repository.serializer.persons
    assert persons(PersonJoined(person_ref=REF, coach_ref=OTHER)) == {str(REF), str(OTHER)}
    assert persons(PersonJoined(person_ref=REF, known_as=UUID(int=3), coach_ref=OTHER)) == {
        str(REF),
        str(OTHER),
        str(UUID(int=3)),
    }
    assert persons(MET.model_copy(update={"name": Erased(str(REF))})) == {str(REF)}
    assert persons(PlaceSeen(town="A")) == set()


async def test_an_erasure_reaches_every_reference_of_the_person(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta())
    await repository.append(
        "thing-2", [PersonJoined(person_ref=OTHER, known_as=REF, coach_ref=UUID(int=3))], 0, meta(17)
    )
    await repository.append("thing-2", [PersonForgotten(person_ref=OTHER)], 1, meta(27))
    assert await repository.reveal(await name_of(repository)) == Erased(str(REF))
    assert keys.kept == {str(REF): None, str(OTHER): None}


async def test_records_nothing_that_links_a_reference_to_an_erased_person(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await keys.destroy([str(REF)])
    joined = PersonJoined(person_ref=OTHER, known_as=REF, coach_ref=UUID(int=3), notes=Open("Synthetic"))
    with pytest.raises(PersonErased):
        await repository.append("thing-2", [joined], 0, meta())
    assert await repository.store.read("thing-2") == []
    assert keys.kept == {str(REF): None}
    assert keys.links == {}


async def test_a_link_stands_before_its_event_does(repository: EventRepository[Any], keys: MemoryKeys):
    class Store(MemoryStore):
        async def append(self, command: Append) -> Appended:
            assert await keys.linked(str(OTHER)) == {str(REF), str(OTHER)}
            return await super().append(command)

    late: EventRepository[Any] = EventRepository(Store(), repository.serializer, keys)
    joined = PersonJoined(person_ref=OTHER, known_as=REF, coach_ref=UUID(int=3))
    assert (await late.append("thing-2", [joined], 0, meta())).outcome is Outcome.APPENDED


# After a restore


async def test_applies_recorded_erasures_again_to_keys_that_a_restore_brought_back(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta())
    backup = dict(keys.kept)
    joined = PersonJoined(person_ref=OTHER, known_as=REF, coach_ref=UUID(int=3), notes=Open("Synthetic"))
    await repository.append("thing-2", [joined], 0, meta(17))
    await repository.append("thing-3", [MET.model_copy(update={"person_ref": UUID(int=4)})], 0, meta(37))
    backup[str(UUID(int=4))] = keys.kept[str(UUID(int=4))] or b""
    await repository.append("thing-2", [PersonForgotten(person_ref=OTHER)], 1, meta(27))
    restored: EventRepository[Any] = EventRepository(
        repository.store, repository.serializer, MemoryKeys(backup)
    )
    assert await reapply_erasures(restored.store, restored.serializer, restored.keys) == 2
    assert backup == {str(REF): None, str(OTHER): None, str(UUID(int=4)): keys.kept[str(UUID(int=4))]}
    assert await reapply_erasures(restored.store, restored.serializer, restored.keys) == 0


async def test_a_restore_finds_lost_links_also_of_persons_who_are_erased_later(
    repository: EventRepository[Any], keys: MemoryKeys
):
    joined = PersonJoined(person_ref=OTHER, known_as=REF, coach_ref=UUID(int=3))
    await repository.append("thing-2", [joined], 0, meta())
    keys.links.clear()
    assert await reapply_erasures(repository.store, repository.serializer, repository.keys) == 0
    assert await keys.linked(str(REF)) == {str(REF), str(OTHER)}


async def test_where_nothing_is_left_to_destroy_the_keys_are_asked_once(repository: EventRepository[Any]):
    keys = StubbornKeys()
    keys.gives_in = True
    late: EventRepository[Any] = EventRepository(repository.store, repository.serializer, keys)
    await late.append("thing-1", [PersonForgotten(person_ref=REF)], 0, meta())
    keys.asked = 0
    assert await reapply_erasures(late.store, late.serializer, late.keys) == 0
    assert keys.asked == 1


# A wrong key


async def test_another_key_in_place_of_the_first_is_a_fault_and_no_erasure(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta())
    keys.kept[str(REF)] = bytes(32)
    with pytest.raises(CannotOpen):
        await repository.reveal(await name_of(repository))


# Older and newer versions


async def test_reads_an_older_version_through_every_step_since(repository: EventRepository[Any]):
    await repository.append("thing-2", [MET], 0, meta())
    sealed = json.loads((await repository.store.read("thing-2"))[0].data)["name"]
    await write_by_hand(repository, "person-met", 1, {"person_ref": str(REF), "called": sealed})
    (fact,) = await repository.read("thing-1")
    assert (fact.event.person_ref, fact.event.met_on, fact.event.notes) == (REF, None, None)
    assert isinstance(fact.event.name, Sealed)


async def test_opens_a_field_that_was_sealed_under_an_older_version_and_name(
    repository: EventRepository[Any], keys: MemoryKeys
):
    class FirstPersonMet(DomainEvent, frozen=True):
        TYPE: ClassVar[str] = "person-met"
        person_ref: UUID
        called: Annotated[Personal[str], Of("person_ref")]

    older: EventRepository[Any] = EventRepository(repository.store, EventSerializer([FirstPersonMet]), keys)
    await older.append(
        "thing-1", [FirstPersonMet(person_ref=REF, called=Open("Synthetic Person"))], 0, meta()
    )
    name = await name_of(repository)
    assert (name.place.field, name.place.schema_version) == ("called", 1)
    assert await repository.reveal(name) == Open("Synthetic Person")


@pytest.mark.parametrize(("kind", "version"), [("person-left", 1), ("place-seen", 2)])
async def test_stops_at_an_event_that_only_a_newer_version_knows(
    repository: EventRepository[Any], kind: str, version: int
):
    await write_by_hand(repository, kind, version, {"town": "A"})
    with pytest.raises(UnknownEvent, match=f"{kind} version {version}"):
        await repository.read("thing-1")


@pytest.mark.parametrize("body", [{"town": "A", "more": "Synthetic Person"}, {}])
async def test_stops_at_an_event_with_other_fields_and_does_not_quote_them(
    repository: EventRepository[Any], body: dict[str, Any]
):
    await write_by_hand(repository, "place-seen", 1, body)
    with pytest.raises(ValidationError) as refused:
        await repository.read("thing-1")
    assert "Synthetic" not in str(refused.value)


# Fingerprints


async def test_tells_a_repeat_from_another_request(repository: EventRepository[Any]):
    await repository.append("thing-1", [PlaceSeen(town="A")], 0, meta(request=b"one"))
    record = await first_record(repository)
    assert await is_repeat(record, b"one", repository.keys)
    assert not await is_repeat(record, b"two", repository.keys)


async def test_a_fingerprint_of_a_personal_request_needs_the_key_of_its_person(
    repository: EventRepository[Any], keys: MemoryKeys
):
    await repository.append("thing-1", [MET], 0, meta(request=b"one"))
    record = await first_record(repository)
    assert await is_repeat(record, b"one", repository.keys)
    assert json.loads(record.metadata)["fingerprint"] != await keys.fingerprint(b"one")
    keys.kept[str(REF)] = None
    with pytest.raises(PersonErased):
        await is_repeat(record, b"one", repository.keys)


@pytest.mark.parametrize("erased", [REF, OTHER])
async def test_a_fingerprint_of_a_request_about_two_persons_is_gone_with_either(
    repository: EventRepository[Any], keys: MemoryKeys, erased: UUID
):
    await repository.append(
        "thing-1", [MET, MET.model_copy(update={"person_ref": OTHER})], 0, meta(request=b"one")
    )
    record = await first_record(repository)
    assert await is_repeat(record, b"one", repository.keys)
    assert not await is_repeat(record, b"two", repository.keys)
    await keys.destroy([str(erased)])
    with pytest.raises(PersonErased):
        await is_repeat(record, b"one", repository.keys)
