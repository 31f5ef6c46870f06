"""The agreements: with whom, until when, what was promised, and how many were referred under them."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from banen_contracts.base import Code, Count
from banen_contracts.employers import PartyKind
from banen_employers.events import (
    AgreementAmended,
    AgreementEnded,
    AgreementExpired,
    AgreementRenewed,
    AgreementSigned,
    ReferralReceived,
)
from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.decider import DomainEvent


class AgreementState(StrEnum):
    SIGNED = "signed"
    EXPIRED = "expired"
    ENDED = "ended"


class AgreementRow(Row, frozen=True):
    state: AgreementState = AgreementState.SIGNED
    party_kind: PartyKind
    party_ref: UUID | None = None
    routes: tuple[Code, ...]
    valid_from: date
    valid_to: date | None = None
    places_promised: Count | None = None
    referrals: int = 0


TERMS = ("routes", "valid_from", "valid_to", "places_promised")


def evolve(row: AgreementRow | None, event: DomainEvent, _: date) -> AgreementRow | None:
    match event:
        case AgreementSigned():
            terms = {name: getattr(event, name) for name in TERMS}
            ref, party = str(event.agreement_ref), event.party_ref
            return AgreementRow(ref=ref, party_kind=event.party_kind, party_ref=party, **terms)
        case _ if row is None:
            return None
        case _:
            return row.model_copy(update=_changed(event))


def _changed(event: DomainEvent) -> dict[str, Any]:
    match event:
        case AgreementAmended():
            return {**{name: getattr(event, name) for name in TERMS}, "state": AgreementState.SIGNED}
        case AgreementRenewed():
            return {"valid_to": event.valid_to, "state": AgreementState.SIGNED}
        case AgreementExpired():
            return {"state": AgreementState.EXPIRED}
        case AgreementEnded():
            return {"state": AgreementState.ENDED}
        case ReferralReceived():
            return {"referrals": event.number}
        case _:
            return {}


AGREEMENTS = ReadModel(
    name="agreements",
    category="agreement",
    row=AgreementRow,
    evolve=evolve,
    filters=("state", "party_kind", "party_ref", "valid_to"),
    sorts=("valid_from",),
    version=2,
)
