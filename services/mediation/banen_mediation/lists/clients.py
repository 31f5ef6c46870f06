"""The clients: whose file is open, where they came from, and what was begun with them last."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from banen_contracts.base import ReasonCode
from banen_contracts.mediation import Origin
from banen_kit.application.read_model import Kind, ReadModel, Row, corrected
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal
from banen_mediation.domain.client import TakeOnClient
from banen_mediation.events import (
    ClientClosed,
    ClientDetailsCorrected,
    ClientErased,
    ClientReopened,
    ClientTakenOn,
    MatchProposed,
    PlacementStarted,
)


class ClientState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ClientRow(Row, frozen=True):
    state: ClientState = ClientState.OPEN
    since: date
    """The day from which on the file is in this state."""
    origin: Origin
    origin_ref: UUID | None = None
    reason_code: ReasonCode | None = None
    """Why the file is closed."""
    last_proposed_on: date | None = None
    last_placed_on: date | None = None
    """The first day of the placement that was recorded last."""
    has_likely_double: bool = False
    likely_same_as: tuple[UUID, ...] = ()
    """Clients who are likely the same person, as noted in the load of a history."""
    name: Annotated[Personal[str] | None, Of("ref")] = None
    phone: Annotated[Personal[str] | None, Of("ref")] = None
    email: Annotated[Personal[str] | None, Of("ref")] = None
    birth_date: Annotated[Personal[str] | None, Of("ref")] = None


DETAILS = ("name", "phone", "email", "birth_date")


def evolve(row: ClientRow | None, event: DomainEvent, _: date) -> ClientRow | None:
    match event:
        case ClientTakenOn():
            personal: dict[str, Any] = {name: getattr(event, name) for name in DETAILS}
            return ClientRow(
                ref=str(event.client_ref),
                since=event.occurred_on,
                origin=event.origin,
                origin_ref=event.origin_ref,
                has_likely_double=bool(event.likely_same_as),
                likely_same_as=event.likely_same_as,
                **personal,
            )
        case ClientErased():
            return None
        case _ if row is None:
            return None
        case ClientDetailsCorrected():
            return row.model_copy(update=corrected(event, DETAILS))
        case _:
            return row.model_copy(update=_changed(event))


def _changed(event: DomainEvent) -> dict[str, Any]:
    match event:
        case ClientClosed():
            reason = event.reason_code
            return {"state": ClientState.CLOSED, "since": event.occurred_on, "reason_code": reason}
        case ClientReopened():
            return {"state": ClientState.OPEN, "since": event.occurred_on, "reason_code": None}
        case MatchProposed():
            return {"last_proposed_on": event.occurred_on}
        case PlacementStarted():
            return {"last_placed_on": event.start_date}
        case _:
            return {}


CLIENTS = ReadModel(
    name="clients",
    category="client",
    row=ClientRow,
    evolve=evolve,
    filters=("state", "origin", "origin_ref", "has_likely_double", "since"),
    sorts=("since", "name"),
    searched={"name": Kind.NAME, "phone": Kind.PHONE, "email": Kind.EMAIL, "birth_date": Kind.DAY},
    beside={MatchProposed: "client_ref", PlacementStarted: "client_ref"},
    recorded_by=TakeOnClient,
    version=2,
)
