"""The employers: of which sector, since when this partner works with them, and when they were approached last."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from banen_contracts.base import MunicipalityCode, OrganisationName
from banen_contracts.employers import LegalKind, SectorCode, SizeBand
from banen_employers.events import (
    EmployerApproached,
    EmployerClosed,
    EmployerDetailsCorrected,
    EmployerErased,
    EmployerRegistered,
    EmployerRenamed,
    EmployerReopened,
    PlatformMembershipChanged,
)
from banen_kit.application.read_model import Kind, ReadModel, Row, corrected
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal


class EmployerState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class EmployerRow(Row, frozen=True):
    state: EmployerState = EmployerState.OPEN
    since: date
    """The day from which on it is in this state."""
    legal_kind: LegalKind
    sector_code: SectorCode
    size_band: SizeBand
    municipality_code: MunicipalityCode | None = None
    is_on_platform: bool = False
    last_approached_on: date | None = None
    public_name: OrganisationName | None = None
    """The name, if it is an organisation's that may be published: also for those who may not see personal values."""
    name: Annotated[Personal[str] | None, Of("ref")] = None
    contact_name: Annotated[Personal[str] | None, Of("ref")] = None
    contact_phone: Annotated[Personal[str] | None, Of("ref")] = None
    contact_email: Annotated[Personal[str] | None, Of("ref")] = None


DETAILS = ("name", "contact_name", "contact_phone", "contact_email")


def evolve(row: EmployerRow | None, event: DomainEvent, _: date) -> EmployerRow | None:
    match event:
        case EmployerRegistered():
            personal: dict[str, Any] = {name: getattr(event, name) for name in DETAILS}
            return EmployerRow(
                ref=str(event.employer_ref),
                since=event.occurred_on,
                legal_kind=event.legal_kind,
                sector_code=event.sector_code,
                size_band=event.size_band,
                municipality_code=event.municipality_code,
                public_name=event.public_name,
                **personal,
            )
        case EmployerErased():
            return None
        case _ if row is None:
            return None
        case EmployerDetailsCorrected():
            return row.model_copy(update=corrected(event, DETAILS))
        case _:
            return row.model_copy(update=_changed(row, event))


def _changed(row: EmployerRow, event: DomainEvent) -> dict[str, Any]:
    match event:
        case EmployerRenamed():
            return {"name": event.name, "public_name": event.public_name}
        case EmployerClosed():
            return {"state": EmployerState.CLOSED, "since": event.occurred_on}
        case EmployerReopened():
            return {"state": EmployerState.OPEN, "since": event.occurred_on}
        case PlatformMembershipChanged():
            return {"is_on_platform": event.joined}
        case EmployerApproached():
            return {"last_approached_on": max(event.occurred_on, row.last_approached_on or event.occurred_on)}
        case _:
            return {}


EMPLOYERS = ReadModel(
    name="employers",
    category="employer",
    row=EmployerRow,
    evolve=evolve,
    filters=("state", "legal_kind", "sector_code", "municipality_code", "is_on_platform", "since"),
    sorts=("since", "name"),
    searched={
        "name": Kind.NAME,
        "contact_name": Kind.NAME,
        "contact_phone": Kind.PHONE,
        "contact_email": Kind.EMAIL,
    },
    beside={EmployerApproached: "employer_ref"},
    version=2,
)
