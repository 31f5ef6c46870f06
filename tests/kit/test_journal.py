"""The codec: what is written as JSON, what is sealed, what older versions read as, and what an erasure leaves."""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

import pytest
from pydantic import ValidationError

from banen_kit.decider import Stored
from banen_kit.journal import Codec, Journal, Meta, UnknownEvent
from banen_kit.keys import MemoryKeys
from banen_kit.memory_store import MemoryStore
from banen_kit.personal import CannotOpen, Erased, Of, Open, Personal, PersonErased, Sealed
from banen_kit.store import Append, NewEvent, Outcome, Recorded

REF = UUID(int=1)
OTHER = UUID(int=2)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


class PersonMet(Stored, frozen=True):
    """The third version: once it had `called` for the name, and no day."""

    TYPE: ClassVar[str] = "person-met"
    VERSION: ClassVar[int] = 3
    person_ref: UUID
    met_on: date | None
    name: Annotated[Personal[str], Of("person_ref")]
    notes: Annotated[Personal[str] | None, Of("person_ref")] = None


class PlaceSeen(Stored, frozen=True):
    TYPE: ClassVar[str] = "place-seen"
    town: str


class Unmarked(Stored, frozen=True):
    """Personal, but it does not say whose."""

    TYPE: ClassVar[str] = "unmarked"
    name: Personal[str]


def to_second(fields: dict[str, Any]) -> dict[str, Any]:
    return {"name": fields["called"]} | {name: fields[name] for name in fields if name != "called"}


def to_third(fields: dict[str, Any]) -> dict[str, Any]:
    return fields | {"met_on": None}


UPCASTERS = {("person-met", 1): to_second, ("person-met", 2): to_third}
MET = PersonMet(person_ref=REF, met_on=date(2006, 3, 1), name=Open("Synthetic Person"))


def meta(number: int = 7, request: bytes = b"{}", known_at: datetime | None = None) -> Meta:
    return Meta(UUID(int=number), UUID(int=8), UUID(int=9), NOW, request, known_at)


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def journal(keys: MemoryKeys) -> Journal[Any]:
    return Journal(MemoryStore(), Codec([PersonMet, PlaceSeen, Unmarked], UPCASTERS), keys)


async def first_record(journal: Journal[Any]) -> Recorded:
    return (await journal.store.read("thing-1"))[0]


async def name_of(journal: Journal[Any]) -> Sealed:
    (fact,) = await journal.read("thing-1")
    assert isinstance(fact.event.name, Sealed)
    return fact.event.name


async def write_by_hand(journal: Journal[Any], kind: str, version: int, body: dict[str, Any]) -> None:
    event = NewEvent(UUID(int=50), kind, version, json.dumps(body))
    await journal.store.append(Append("thing-1", (event,), 0, "{}"))


async def test_an_event_without_personal_fields_comes_back_as_it_was(journal: Journal[Any]):
    await journal.append("thing-1", [PlaceSeen(town="Nowhere")], 0, meta())
    (fact,) = await journal.read("thing-1")
    assert fact.event == PlaceSeen(town="Nowhere")
    assert json.loads(fact.record.data) == {"town": "Nowhere"}


async def test_gives_each_event_of_a_command_an_id_that_a_repeat_has_too(journal: Journal[Any]):
    await journal.append("thing-1", [PlaceSeen(town="A"), PlaceSeen(town="B")], 0, meta())
    ids = [record.id for record in await journal.store.read("thing-1")]
    assert ids == [uuid5(UUID(int=7), "0"), uuid5(UUID(int=7), "1")]
    again = await journal.append("thing-1", [PlaceSeen(town="A"), PlaceSeen(town="B")], 0, meta())
    assert again.outcome is Outcome.REPEATED


async def test_says_of_each_event_why_it_happened(journal: Journal[Any]):
    await journal.append("thing-1", [PlaceSeen(town="A")], 0, meta(known_at=datetime(2006, 3, 1, tzinfo=UTC)))
    (fact,) = await journal.read("thing-1")
    known = {name: fact.metadata[name] for name in ("commandId", "correlationId", "causationId", "edgeTime")}
    assert known == {
        "commandId": str(UUID(int=7)),
        "correlationId": str(UUID(int=8)),
        "causationId": str(UUID(int=9)),
        "edgeTime": "2026-03-01T09:00:00+00:00",
    }
    assert fact.record.known_at == datetime(2006, 3, 1, tzinfo=UTC)


# Sealing


async def test_writes_a_personal_field_sealed_and_the_rest_in_the_clear(journal: Journal[Any]):
    await journal.append("thing-1", [MET], 0, meta())
    record = await first_record(journal)
    written = json.loads(record.data)
    assert set(written.pop("name")) == {"v", "kid", "nonce", "ct"}
    assert written == {"person_ref": str(REF), "met_on": "2006-03-01", "notes": None}
    assert "Synthetic" not in record.data + record.metadata


async def test_reads_a_personal_field_sealed_and_opens_it_when_asked(journal: Journal[Any]):
    await journal.append("thing-1", [MET], 0, meta())
    assert await journal.reveal(await name_of(journal)) == Open("Synthetic Person")


async def test_seals_under_the_key_of_the_person_whose_field_it_is(journal: Journal[Any], keys: MemoryKeys):
    await journal.append("thing-1", [MET], 0, meta())
    await journal.append("thing-2", [MET.model_copy(update={"person_ref": OTHER})], 0, meta(17))
    assert set(keys.kept) == {str(REF), str(OTHER)}
    keys.kept[str(OTHER)] = None
    assert await journal.reveal(await name_of(journal)) == Open("Synthetic Person")


async def test_a_sealed_field_that_was_moved_does_not_open(journal: Journal[Any]):
    await journal.append("thing-1", [MET], 0, meta())
    body = json.loads((await first_record(journal)).data)
    moved = NewEvent(UUID(int=60), "person-met", 3, json.dumps(body))
    await journal.store.append(Append("thing-2", (moved,), 0, "{}"))
    (fact,) = await journal.read("thing-2")
    with pytest.raises(CannotOpen):
        await journal.reveal(fact.event.name)


async def test_does_not_write_what_it_read_sealed_again(journal: Journal[Any]):
    await journal.append("thing-1", [MET], 0, meta())
    (fact,) = await journal.read("thing-1")
    with pytest.raises(TypeError, match=r"person-met\.name must hold a value in the clear"):
        await journal.append("thing-2", [fact.event], 0, meta(17))


async def test_does_not_write_a_personal_field_of_nobody(journal: Journal[Any]):
    with pytest.raises(ValueError, match="Open") as refused:
        await journal.append("thing-1", [Unmarked(name=Open("Synthetic Person"))], 0, meta())
    assert "Synthetic" not in str(refused.value)
    assert await journal.store.read("thing-1") == []


# Erasure


async def test_after_an_erasure_a_field_reads_as_erased(journal: Journal[Any], keys: MemoryKeys):
    await journal.append("thing-1", [MET], 0, meta())
    keys.kept[str(REF)] = None
    (fact,) = await journal.read("thing-1")
    assert await journal.reveal(fact.event.name) == Erased(str(REF))
    assert (fact.event.person_ref, fact.event.met_on) == (REF, date(2006, 3, 1))


async def test_writes_nothing_more_about_an_erased_person(journal: Journal[Any], keys: MemoryKeys):
    keys.kept[str(REF)] = None
    with pytest.raises(PersonErased):
        await journal.append("thing-1", [PlaceSeen(town="A"), MET], 0, meta())
    assert await journal.store.read("thing-1") == []


async def test_another_key_in_place_of_the_first_is_a_fault_and_no_erasure(
    journal: Journal[Any], keys: MemoryKeys
):
    await journal.append("thing-1", [MET], 0, meta())
    keys.kept[str(REF)] = bytes(32)
    with pytest.raises(CannotOpen):
        await journal.reveal(await name_of(journal))


# Older and newer versions


async def test_reads_an_older_version_through_every_step_since(journal: Journal[Any]):
    await journal.append("thing-2", [MET], 0, meta())
    sealed = json.loads((await journal.store.read("thing-2"))[0].data)["name"]
    await write_by_hand(journal, "person-met", 1, {"person_ref": str(REF), "called": sealed})
    (fact,) = await journal.read("thing-1")
    assert (fact.event.person_ref, fact.event.met_on, fact.event.notes) == (REF, None, None)
    assert isinstance(fact.event.name, Sealed)


async def test_opens_a_field_that_was_sealed_under_an_older_version_and_name(
    journal: Journal[Any], keys: MemoryKeys
):
    class FirstPersonMet(Stored, frozen=True):
        TYPE: ClassVar[str] = "person-met"
        person_ref: UUID
        called: Annotated[Personal[str], Of("person_ref")]

    older: Journal[Any] = Journal(journal.store, Codec([FirstPersonMet]), keys)
    await older.append(
        "thing-1", [FirstPersonMet(person_ref=REF, called=Open("Synthetic Person"))], 0, meta()
    )
    name = await name_of(journal)
    assert (name.place.field, name.place.schema_version) == ("called", 1)
    assert await journal.reveal(name) == Open("Synthetic Person")


@pytest.mark.parametrize(("kind", "version"), [("person-left", 1), ("place-seen", 2)])
async def test_stops_at_an_event_that_only_a_newer_version_knows(
    journal: Journal[Any], kind: str, version: int
):
    await write_by_hand(journal, kind, version, {"town": "A"})
    with pytest.raises(UnknownEvent, match=f"{kind} version {version}"):
        await journal.read("thing-1")


@pytest.mark.parametrize("body", [{"town": "A", "more": "Synthetic Person"}, {}])
async def test_stops_at_an_event_with_other_fields_and_does_not_quote_them(
    journal: Journal[Any], body: dict[str, Any]
):
    await write_by_hand(journal, "place-seen", 1, body)
    with pytest.raises(ValidationError) as refused:
        await journal.read("thing-1")
    assert "Synthetic" not in str(refused.value)


# Fingerprints


async def test_tells_a_repeat_from_another_request(journal: Journal[Any]):
    await journal.append("thing-1", [PlaceSeen(town="A")], 0, meta(request=b"one"))
    record = await first_record(journal)
    assert await journal.is_repeat(record, b"one")
    assert not await journal.is_repeat(record, b"two")


async def test_a_fingerprint_of_a_personal_request_needs_the_key_of_its_person(
    journal: Journal[Any], keys: MemoryKeys
):
    await journal.append("thing-1", [MET], 0, meta(request=b"one"))
    record = await first_record(journal)
    assert await journal.is_repeat(record, b"one")
    assert json.loads(record.metadata)["fingerprint"] != await keys.fingerprint(b"one")
    keys.kept[str(REF)] = None
    with pytest.raises(PersonErased):
        await journal.is_repeat(record, b"one")
