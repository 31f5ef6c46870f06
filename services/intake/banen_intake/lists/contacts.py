"""The contacts: people who were met, and whether they became candidates."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from banen_contracts.base import RegionId
from banen_contracts.intake import Channel, ContactKind
from banen_intake.domain.contact import RecordContact
from banen_intake.events import CandidateRegistered, ContactDetailsCorrected, ContactErased, ContactMade
from banen_kit.application.read_model import Kind, ReadModel, Row, corrected
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal


class ContactRow(Row, frozen=True):
    met_on: date
    channel: Channel
    kind: ContactKind
    region_id: RegionId | None = None
    is_registered: bool = False
    """Whether a candidate was registered who came from this contact."""
    has_likely_double: bool = False
    likely_same_as: tuple[UUID, ...] = ()
    """Contacts who are likely the same person, as noted in the load of a history."""
    name: Annotated[Personal[str] | None, Of("ref")] = None
    phone: Annotated[Personal[str] | None, Of("ref")] = None
    email: Annotated[Personal[str] | None, Of("ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("ref")] = None


DETAILS = ("name", "phone", "email", "birth_date")


def evolve(row: ContactRow | None, event: DomainEvent, _: date) -> ContactRow | None:
    match event:
        case ContactMade():
            personal: dict[str, Any] = {name: getattr(event, name) for name in DETAILS}
            return ContactRow(
                ref=str(event.contact_ref),
                met_on=event.occurred_on,
                channel=event.channel,
                kind=event.kind,
                region_id=event.region_id,
                has_likely_double=bool(event.likely_same_as),
                likely_same_as=event.likely_same_as,
                **personal,
            )
        case ContactErased():
            return None
        case _ if row is None:
            return None
        case ContactDetailsCorrected():
            return row.model_copy(update=corrected(event, DETAILS))
        case CandidateRegistered():
            return row.model_copy(update={"is_registered": True})
        case _:
            return row


CONTACTS = ReadModel(
    name="contacts",
    category="contact",
    row=ContactRow,
    evolve=evolve,
    filters=("is_registered", "channel", "region_id", "has_likely_double", "met_on"),
    sorts=("met_on", "name"),
    searched={"name": Kind.NAME, "phone": Kind.PHONE, "email": Kind.EMAIL, "birth_date": Kind.DAY},
    beside={CandidateRegistered: "contact_ref"},
    recorded_by=RecordContact,
    version=2,
)
