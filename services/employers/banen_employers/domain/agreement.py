"""Signing an agreement with a party that promises places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Count, Day, Routes
from banen_contracts.employers import PartyKind
from banen_employers.events import AgreementSigned
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import Mark


class SignAgreement(Command, frozen=True):
    NAME: ClassVar[str] = "sign-agreement"
    occurred_on: Day
    party_kind: PartyKind
    party_ref: UUID | None = None
    places_promised: Count | None = None
    routes: Routes
    valid_from: Day
    valid_to: Day | None = None
    document_ref: Mark | None = None


@dataclass(frozen=True)
class Agreement:
    is_signed: bool = False


def decide(command: SignAgreement, state: Agreement, context: DecisionContext) -> Sequence[AgreementSigned]:
    if state.is_signed:
        raise Refused("agreement-exists", "This agreement was recorded already.")
    if command.valid_to and command.valid_to < command.valid_from:
        raise Refused("end-before-start", "An agreement cannot end before it starts.", "validTo")
    return [
        AgreementSigned(
            agreement_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            party_kind=command.party_kind,
            party_ref=command.party_ref,
            places_promised=command.places_promised,
            routes=command.routes,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            document_ref=command.document_ref,
        )
    ]


def evolve(state: Agreement, event: AgreementSigned) -> Agreement:
    if state.is_signed:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return Agreement(is_signed=True)


AGREEMENT: Decider[SignAgreement, Agreement, AgreementSigned] = Decider(Agreement(), decide, evolve)
