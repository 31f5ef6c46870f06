"""Noting that somebody was reached, correcting what is known of who it was, and erasing that."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.intake import Channel, ContactKind
from banen_intake.domain.contact import CONTACT, CorrectContact, EraseContact, RecordContact
from banen_intake.events import ContactDetailsCorrected, ContactErased, ContactMade
from banen_kit.crypto.personal_fields import IsPerson, Open, persons_of
from banen_kit.testing import Scenario
from support.definition import DEFINED, REGION, defined

REF, OUTREACH = UUID(int=1), UUID(int=2)
DAY = date(2006, 3, 1)

contact = Scenario(CONTACT, str(REF), partner="vluchtelingenwerk").knowing(DEFINED)

record = RecordContact(occurred_on=DAY, channel=Channel.UWV_FILE, kind=ContactKind.CONVERSATION)
made = ContactMade(contact_ref=REF, occurred_on=DAY, channel=Channel.UWV_FILE, kind=ContactKind.CONVERSATION)
erase = EraseContact(occurred_on=DAY, reason=ErasureReason.RETENTION)
erased = ContactErased(contact_ref=REF, occurred_on=DAY, reason=ErasureReason.RETENTION)
correct = CorrectContact(
    occurred_on=DAY,
    reason_code="rectification",
    name="Sanne Voorbeeld",
    phone="0600000000",
    email="sanne@example.org",
    address="Voorbeeldweg 1, Voorbeeldstad",
    birth_date=date(1980, 1, 2),
    notes="Belt liever niet.",
)
corrected = ContactDetailsCorrected(
    contact_ref=REF,
    occurred_on=DAY,
    reason_code="rectification",
    name=Open("Sanne Voorbeeld"),
    phone=Open("0600000000"),
    email=Open("sanne@example.org"),
    address=Open("Voorbeeldweg 1, Voorbeeldstad"),
    birth_date=Open("1980-01-02"),
    notes=Open("Belt liever niet."),
)


def test_records_a_contact_without_a_name():
    contact.when(record).then(made)


def test_records_a_contact_with_everything_that_is_known():
    command = RecordContact(
        occurred_on=DAY,
        channel=Channel.INFO_SESSION,
        kind=ContactKind.CONTACT,
        region_id="noord",
        municipality_code="GM0363",
        outreach_ref=OUTREACH,
        name="Sanne Voorbeeld",
        phone="0600000000",
        email="sanne@example.org",
        address="Voorbeeldweg 1, Voorbeeldstad",
        birth_date=date(1980, 1, 2),
        notes="Belt liever niet.",
    )
    contact.when(command).then(
        ContactMade(
            contact_ref=REF,
            occurred_on=DAY,
            channel=Channel.INFO_SESSION,
            kind=ContactKind.CONTACT,
            region_id="noord",
            municipality_code="GM0363",
            outreach_ref=OUTREACH,
            name=Open("Sanne Voorbeeld"),
            phone=Open("0600000000"),
            email=Open("sanne@example.org"),
            address=Open("Voorbeeldweg 1, Voorbeeldstad"),
            birth_date=Open("1980-01-02"),
            notes=Open("Belt liever niet."),
        )
    )


def test_refuses_a_contact_that_was_recorded():
    contact.given(made).when(record).then_refused("contact-exists")


def test_corrects_everything_that_is_known():
    contact.given(made).when(correct).then(corrected)


@pytest.mark.parametrize("detail", ["name", "phone", "email", "address", "birthDate", "notes"])
def test_removes_what_is_of_somebody_else(detail: Any):
    command = CorrectContact(occurred_on=DAY, reason_code="of-somebody-else", remove=(detail,))
    contact.given(made).when(command).then(
        ContactDetailsCorrected(
            contact_ref=REF, occurred_on=DAY, reason_code="of-somebody-else", removed=(detail,)
        )
    )


def test_refuses_to_correct_a_contact_that_was_not_recorded():
    contact.when(correct).then_refused("contact-unknown")


def test_erases_who_was_reached():
    contact.given(made).when(erase).then(erased)


def test_refuses_to_erase_a_contact_that_was_not_recorded():
    contact.when(erase).then_refused("contact-unknown")


@pytest.mark.parametrize("command", [record, correct, erase], ids=lambda c: c.NAME)
def test_refuses_everything_after_an_erasure(command: Any):
    contact.given(made, erased).when(command).then_refused("person-erased")


def test_an_erasure_names_whose_key_goes_and_needs_none_itself():
    assert (erased.erased_person(), made.erased_person()) == (REF, None)
    assert ContactErased.model_fields["contact_ref"].metadata == []


def test_a_contact_concerns_a_person():
    assert any(isinstance(mark, IsPerson) for mark in ContactMade.model_fields["contact_ref"].metadata)


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="contact-erased cannot follow"):
        CONTACT.replay([erased])


def test_seals_what_is_personal_under_the_key_of_the_contact():
    details = dict.fromkeys(("name", "phone", "email", "address", "birth_date", "notes"), "contact_ref")
    assert persons_of(ContactMade) == persons_of(ContactDetailsCorrected) == details


def test_a_command_never_shows_the_person_in_its_repr():
    command = record.model_copy(update={"name": "Voorbeeld", "phone": "Voorbeeld", "notes": "Voorbeeld"})
    assert "Voorbeeld" not in repr(command)
    assert not any(word in repr(correct) for word in ("Voorbeeld", "0600000000", "example", "1980", "Belt"))


def test_takes_every_region_where_the_programme_has_none_and_else_only_its_own():
    there, here = {"region_id": "nowhere"}, {"region_id": "noord-holland"}
    with_regions = contact.knowing(defined(regions=(REGION,)))
    contact.when(record.model_copy(update=there)).then(made.model_copy(update=there))
    with_regions.when(record.model_copy(update=there)).then_refused("region-unknown", "regionId")
    with_regions.when(record.model_copy(update=here)).then(made.model_copy(update=here))
    with_regions.when(record).then(made)
