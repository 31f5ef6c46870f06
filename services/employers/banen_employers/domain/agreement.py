"""Signing an agreement with a party that promises places."""

from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Count, Day, Routes
from banen_contracts.employers import PartyKind
from banen_contracts.reporting import ProgrammeDefined
from banen_employers.events import AgreementSigned
from banen_kit.core.decider import Command, DecisionContext, Refused, refuse_if
from banen_kit.core.records import recorded_once
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


def sign(command: SignAgreement, context: DecisionContext) -> AgreementSigned:
    if command.valid_to and command.valid_to < command.valid_from:
        raise Refused("end-before-start", "An agreement cannot end before it starts.", "validTo")
    definition = context.heard_as(ProgrammeDefined).definition
    for at, route in enumerate(command.routes):
        refuse_if(definition.fault_of_route(route, command.valid_from), f"routes.{at}")
    return AgreementSigned(
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


AGREEMENT = recorded_once("agreement", "This agreement was recorded already.", sign)
