"""Recording a contact with somebody of the target group, and erasing that person."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, MunicipalityCode
from banen_contracts.intake import Channel, ContactKind
from banen_contracts.reporting import ProgrammeDefined
from banen_intake.events import ContactErased, ContactMade
from banen_kit.core.decider import Command, DecisionContext, refuse_if
from banen_kit.core.records import ErasePerson, person_recorded_once
from banen_kit.core.text import Phone, Region, ShortText, Text
from banen_kit.crypto.personal_fields import Open


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
    notes: Text | None = Field(default=None, repr=False)


class EraseContact(ErasePerson, frozen=True):
    """Destroys the person's key, so that no personal data of the contact can be read."""

    NAME: ClassVar[str] = "erase-contact"


def record(command: RecordContact, context: DecisionContext) -> ContactMade:
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_region(command.region_id), "regionId")
    return ContactMade(
        contact_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        channel=command.channel,
        kind=command.kind,
        region_id=command.region_id,
        municipality_code=command.municipality_code,
        outreach_ref=command.outreach_ref,
        name=Open(command.name) if command.name else None,
        phone=Open(command.phone) if command.phone else None,
        notes=Open(command.notes) if command.notes else None,
    )


def erase(command: ErasePerson, context: DecisionContext) -> ContactErased:
    return ContactErased(
        contact_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
    )


CONTACT = person_recorded_once("contact", "This contact was recorded already.", record, erase)
