"""Personal fields: sealed to one place and one person, and never shown by accident."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import PydanticSerializationError, to_json

from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import (
    CannotOpen,
    Erased,
    Of,
    Open,
    Personal,
    PersonRef,
    Place,
    Sealed,
    from_json,
    is_sealed_json,
    persons_of,
    references_of,
    seal,
    unseal,
)

KEY = bytes(range(32))
PLACE = Place(UUID(int=1), "person-met", 1, "name")


class PersonMet(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "person-met"
    person_ref: UUID
    name: Annotated[Personal[str], Of("person_ref")]
    notes: Annotated[Personal[str] | None, Of("person_ref")] = None
    town: str = ""


@pytest.mark.parametrize("value", ["Synthetic Person", "", "naïve 🚲", 7, None, ["a", {"b": 1.5}]])
def test_opens_what_was_sealed(value: object):
    assert unseal(seal(value, KEY, "p1", PLACE), KEY) == Open(value)


def test_does_not_hold_the_value_in_the_clear():
    sealed = seal("Synthetic Person", KEY, "p1", PLACE)
    assert b"Synthetic" not in sealed.ciphertext
    assert "Synthetic" not in repr(sealed)


def test_seals_the_same_value_differently_each_time():
    first, second = (seal("Synthetic Person", KEY, "p1", PLACE) for _ in range(2))
    assert first.nonce != second.nonce
    assert first.ciphertext != second.ciphertext


@pytest.mark.parametrize(
    "moved",
    [
        replace(PLACE, event_id=UUID(int=2)),
        replace(PLACE, type="person-left"),
        replace(PLACE, schema_version=2),
        replace(PLACE, field="notes"),
    ],
)
def test_does_not_open_in_another_place(moved: Place):
    sealed = seal("Synthetic Person", KEY, "p1", PLACE)
    with pytest.raises(CannotOpen):
        unseal(replace(sealed, place=moved), KEY)


def test_does_not_open_as_another_person():
    with pytest.raises(CannotOpen):
        unseal(replace(seal("Synthetic Person", KEY, "p1", PLACE), person="p2"), KEY)


def test_does_not_open_with_another_key():
    with pytest.raises(CannotOpen) as refused:
        unseal(seal("Synthetic Person", KEY, "p1", PLACE), bytes(32))
    assert str(refused.value) == "person-met.name does not open"


def test_does_not_open_when_a_bit_was_changed():
    sealed = seal("Synthetic Person", KEY, "p1", PLACE)
    changed = bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:]
    with pytest.raises(CannotOpen):
        unseal(replace(sealed, ciphertext=changed), KEY)


def test_comes_back_from_json():
    sealed = seal("Synthetic Person", KEY, "p1", PLACE)
    written = sealed.to_json()
    assert is_sealed_json(written)
    assert from_json(written, PLACE) == sealed


@pytest.mark.parametrize("value", [None, "text", 7, [], {}, {"v": 1}, {"v": 1, "kid": "p", "nonce": ""}])
def test_takes_nothing_else_for_a_sealed_field(value: object):
    assert not is_sealed_json(value)


def test_knows_whose_each_personal_field_is():
    assert persons_of(PersonMet) == {"name": "person_ref", "notes": "person_ref"}


def test_an_open_value_hides_in_every_repr():
    event = PersonMet(person_ref=UUID(int=1), name=Open("Synthetic Person"))
    assert "Synthetic" not in f"{event!r} {event} {event.name!r} {event.name}"


@pytest.mark.parametrize("field", ["name", "notes"])
def test_an_open_value_never_reaches_json(field: str):
    fields = {"person_ref": UUID(int=1), "name": Erased("p1")} | {field: Open("Synthetic Person")}
    event = PersonMet.model_validate(fields)
    for dump in (event.model_dump_json, lambda: event.model_dump(mode="json"), lambda: to_json(event)):
        with pytest.raises(PydanticSerializationError) as refused:
            dump()
        assert "Synthetic" not in str(refused.value)


def test_a_personal_field_takes_no_bare_value_and_does_not_quote_it():
    with pytest.raises(ValidationError) as refused:
        PersonMet.model_validate({"person_ref": UUID(int=1), "name": "Synthetic Person"})
    assert "Synthetic" not in str(refused.value)


@pytest.mark.parametrize("held", [Open("x"), Sealed("p1", b"n", b"c", PLACE), Erased("p1")])
def test_a_personal_field_holds_what_it_was_given(held: Personal[str]):
    assert PersonMet(person_ref=UUID(int=1), name=held).name is held


def test_an_event_without_personal_fields_has_none():
    class Plain(BaseModel):
        town: Annotated[str, "a remark"]

    assert persons_of(Plain) == {}


def test_knows_which_fields_name_a_person_also_without_personal_data():
    class Introduced(BaseModel):
        person_ref: PersonRef
        other_ref: PersonRef | None = None
        place_ref: UUID
        older_ref: UUID | None = None
        name: Annotated[Personal[str] | None, Of("older_ref")] = None

    assert references_of(Introduced) == {"person_ref", "other_ref", "older_ref"}
    assert references_of(PersonMet) == {"person_ref"}


@pytest.mark.parametrize(
    "annotation", [tuple[PersonRef, ...], list[PersonRef | None], dict[str, PersonRef], PersonRef | str]
)
def test_takes_no_reference_of_a_person_that_is_hidden_in_something_else(annotation: Any):
    introduced = create_model("Introduced", hidden=(annotation, ...))
    with pytest.raises(TypeError, match=r"Introduced\.hidden must be a PersonRef"):
        references_of(introduced)
