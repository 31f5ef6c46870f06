"""Recording a contact with somebody of the target group, and erasing that person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, ErasureReason, MunicipalityCode
from banen_contracts.intake import Channel, ContactKind
from banen_intake.events import ContactErased, ContactEvent, ContactMade
from banen_kit.core.decider import Command, Decider, DecisionContext, PersonErased, Refused
from banen_kit.core.text import Phone, Region, ShortText, Text
from banen_kit.crypto.personal_fields import Open


class RecordContact(Command, frozen=True):
    NAME: ClassVar[str] = "record-contact"
    occurred_on: Day
    channel: Channel
    kind: ContactKind
    region_id: Region | None = None
    municipality_code: MunicipalityCode | None = None
    name: ShortText | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    notes: Text | None = Field(default=None, repr=False)


class EraseContact(Command, frozen=True):
    """Destroys the person's key, so that no personal data of the contact can be read."""

    NAME: ClassVar[str] = "erase-contact"
    occurred_on: Day
    reason: ErasureReason


ContactCommand: TypeAlias = RecordContact | EraseContact


@dataclass(frozen=True)
class NotRecorded:
    pass


@dataclass(frozen=True)
class Recorded:
    pass


@dataclass(frozen=True)
class Erased:
    pass


Contact: TypeAlias = NotRecorded | Recorded | Erased


def decide(command: ContactCommand, state: Contact, context: DecisionContext) -> Sequence[ContactEvent]:
    if isinstance(state, Erased):
        raise PersonErased
    match command:
        case RecordContact():
            return record(command, state, context)
        case EraseContact():
            return erase(command, state, context)
        case _:
            assert_never(command)


def record(
    command: RecordContact, state: NotRecorded | Recorded, context: DecisionContext
) -> Sequence[ContactEvent]:
    if isinstance(state, Recorded):
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


def erase(
    command: EraseContact, state: NotRecorded | Recorded, context: DecisionContext
) -> Sequence[ContactEvent]:
    if isinstance(state, NotRecorded):
        raise Refused("contact-unknown", "There is no such contact.")
    return [
        ContactErased(contact_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason)
    ]


def evolve(state: Contact, event: ContactEvent) -> Contact:
    match event, state:
        case ContactMade(), NotRecorded():
            return Recorded()
        case ContactErased(), Recorded():
            return Erased()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


CONTACT: Decider[ContactCommand, Contact, ContactEvent] = Decider(NotRecorded(), decide, evolve)
