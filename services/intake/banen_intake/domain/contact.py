"""Noting that somebody of the target group was reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import MunicipalityCode, RegionId
from banen_contracts.intake import Channel, ContactKind
from banen_intake.events import ContactMade
from banen_kit.decider import Command, Context, Decider, Refused
from banen_kit.personal import Open
from banen_kit.text import Phone, ShortText, Text


class RecordContact(Command, frozen=True):
    NAME: ClassVar[str] = "record-contact"
    occurred_on: date
    channel: Channel
    kind: ContactKind
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None
    name: ShortText | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    notes: Text | None = Field(default=None, repr=False)


@dataclass(frozen=True)
class Contact:
    is_recorded: bool = False


def decide(command: RecordContact, state: Contact, context: Context) -> Sequence[ContactMade]:
    if state.is_recorded:
        raise Refused("contact-exists", "This contact was recorded already.")
    return [
        ContactMade(
            contact_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            channel=command.channel,
            kind=command.kind,
            region_id=command.region_id,
            municipality_code=command.municipality_code,
            name=Open(command.name) if command.name else None,
            phone=Open(command.phone) if command.phone else None,
            notes=Open(command.notes) if command.notes else None,
        )
    ]


def evolve(state: Contact, event: ContactMade) -> Contact:
    if state.is_recorded:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return Contact(is_recorded=True)


CONTACT: Decider[RecordContact, Contact, ContactMade] = Decider(Contact(), decide, evolve)
