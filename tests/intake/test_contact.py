"""Noting that somebody was reached."""

from datetime import date
from uuid import UUID

from banen_contracts.intake import Channel, ContactKind
from banen_intake.domain.contact import CONTACT, RecordContact
from banen_intake.events import ContactMade
from banen_kit.personal import Open, persons_of
from banen_kit.testing import Scenario

REF = UUID(int=1)
DAY = date(2006, 3, 1)

contact = Scenario(CONTACT, str(REF), partner="vluchtelingenwerk")

record = RecordContact(occurred_on=DAY, channel=Channel.UWV_FILE, kind=ContactKind.CONVERSATION)
made = ContactMade(contact_ref=REF, occurred_on=DAY, channel=Channel.UWV_FILE, kind=ContactKind.CONVERSATION)


def test_records_a_contact_without_a_name():
    contact.when(record).then(made)


def test_records_a_contact_with_everything_that_is_known():
    command = RecordContact(
        occurred_on=DAY,
        channel=Channel.INFO_SESSION,
        kind=ContactKind.CONTACT,
        region_id="noord",
        municipality_code="GM0363",
        name="Sanne Voorbeeld",
        phone="0600000000",
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
            name=Open("Sanne Voorbeeld"),
            phone=Open("0600000000"),
            notes=Open("Belt liever niet."),
        )
    )


def test_refuses_a_contact_that_was_recorded():
    contact.given(made).when(record).then_refused("contact-exists")


def test_seals_what_is_personal_under_the_key_of_the_contact():
    assert persons_of(ContactMade) == dict.fromkeys(("name", "phone", "notes"), "contact_ref")


def test_a_command_never_shows_the_person_in_its_repr():
    command = record.model_copy(update={"name": "Voorbeeld", "phone": "Voorbeeld", "notes": "Voorbeeld"})
    assert "Voorbeeld" not in repr(command)
