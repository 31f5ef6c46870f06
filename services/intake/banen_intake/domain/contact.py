"""Recording a contact with somebody of the target group, correcting what is known of that person, and erasing it."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, MunicipalityCode
from banen_contracts.intake import Channel, ContactKind
from banen_intake.domain.place import check_place
from banen_intake.events.reaching import ContactDetail, ContactDetailsCorrected, ContactErased, ContactMade
from banen_kit.core.days import BirthDay
from banen_kit.core.decider import Command, DecisionContext
from banen_kit.core.records import (
    CorrectDetails,
    ErasePerson,
    Names,
    Others,
    likely_doubles,
    person_recorded_once,
)
from banen_kit.core.text import Phone, Region, ShortText, Text
from banen_kit.crypto.personal_fields import opened


class RecordContact(Command, frozen=True):
    NAME: ClassVar[str] = "record-contact"
    occurred_on: Day
    channel: Channel
    kind: ContactKind
    region_id: Region | None = None
    municipality_code: MunicipalityCode | None = None
    outreach_ref: UUID | None = None
    """The event at which this person was met."""
    name: ShortText | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    notes: Text | None = Field(default=None, repr=False)
    not_the_same_as: Others = ()
    """Likely doubles on record who are other people."""


class CorrectContact(CorrectDetails, frozen=True):
    NAME: ClassVar[str] = "correct-contact"
    name: ShortText | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    notes: Text | None = Field(default=None, repr=False)
    remove: Names[ContactDetail] = ()


class EraseContact(ErasePerson, frozen=True):
    """Destroys the person's key, so that no personal data of the contact can be read."""

    NAME: ClassVar[str] = "erase-contact"


def record(command: RecordContact, context: DecisionContext) -> ContactMade:
    check_place(command.region_id, command.municipality_code, command.occurred_on, context)
    return ContactMade(
        contact_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        channel=command.channel,
        kind=command.kind,
        region_id=command.region_id,
        municipality_code=command.municipality_code,
        outreach_ref=command.outreach_ref,
        name=opened(command.name),
        phone=opened(command.phone),
        email=opened(command.email),
        address=opened(command.address),
        birth_date=opened(command.birth_date and command.birth_date.isoformat()),
        notes=opened(command.notes),
        not_the_same_as=command.not_the_same_as,
        likely_same_as=likely_doubles(command.not_the_same_as, context),
    )


def correct(command: CorrectContact, context: DecisionContext) -> ContactDetailsCorrected:
    return ContactDetailsCorrected(
        contact_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        name=opened(command.name),
        phone=opened(command.phone),
        email=opened(command.email),
        address=opened(command.address),
        birth_date=opened(command.birth_date and command.birth_date.isoformat()),
        notes=opened(command.notes),
        removed=command.remove,
    )


def erase(command: ErasePerson, context: DecisionContext) -> ContactErased:
    return ContactErased(
        contact_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
    )


CONTACT = person_recorded_once("contact", "This contact was recorded already.", record, correct, erase)
