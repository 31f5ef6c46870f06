"""An agreement with a party that promises places: signed, amended, renewed, ended, and expired after its last day.

What may be recorded on a day follows from the last day, and not from whether the timer has recorded that it is over: so a
history can be loaded whose agreements expired long ago.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Count, Day, ReasonCode, Routes
from banen_contracts.employers import PartyKind
from banen_contracts.reporting import ProgrammeDefined
from banen_employers.domain.employer import check_employer
from banen_employers.events import (
    AgreementAmended,
    AgreementEnded,
    AgreementEvent,
    AgreementExpired,
    AgreementRenewed,
    AgreementSigned,
    ReferralReceived,
)
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused, refuse_if
from banen_kit.core.text import Mark


class SignAgreement(Command, frozen=True):
    NAME: ClassVar[str] = "sign-agreement"
    occurred_on: Day
    party_kind: PartyKind
    party_ref: UUID | None = None
    """The party's file at this service, if it has one as an employer."""
    places_promised: Count | None = None
    routes: Routes
    valid_from: Day
    valid_to: Day | None = None
    document_ref: Mark | None = None


class AmendAgreement(Command, frozen=True):
    """Says all terms anew; what is left out is no longer agreed."""

    NAME: ClassVar[str] = "amend-agreement"
    occurred_on: Day
    places_promised: Count | None = None
    routes: Routes
    valid_from: Day
    valid_to: Day | None = None
    document_ref: Mark | None = None
    reason_code: ReasonCode


class RenewAgreement(Command, frozen=True):
    """Prolongs an agreement, also one that has expired."""

    NAME: ClassVar[str] = "renew-agreement"
    occurred_on: Day
    valid_to: Day
    """The new last day."""
    document_ref: Mark | None = None


class EndAgreement(Command, frozen=True):
    NAME: ClassVar[str] = "end-agreement"
    occurred_on: Day
    reason_code: ReasonCode


class RecordReferral(Command, frozen=True):
    """Somebody was referred under this agreement."""

    NAME: ClassVar[str] = "record-referral"
    occurred_on: Day


class ExpireAgreement(Command, frozen=True):
    """Given only by a timer, after the last day."""

    NAME: ClassVar[str] = "expire-agreement"
    occurred_on: Day


AgreementCommand: TypeAlias = (
    SignAgreement | AmendAgreement | RenewAgreement | EndAgreement | RecordReferral | ExpireAgreement
)


@dataclass(frozen=True)
class NotSigned:
    pass


@dataclass(frozen=True)
class Signed:
    valid_from: date
    valid_to: date | None
    is_expired: bool = False
    referrals: int = 0


@dataclass(frozen=True)
class Ended:
    pass


Agreement: TypeAlias = NotSigned | Signed | Ended


def decide(command: AgreementCommand, state: Agreement, context: DecisionContext) -> Sequence[AgreementEvent]:
    match command:
        case SignAgreement():
            return [sign(command, state, context)]
        case AmendAgreement():
            return [amend(command, in_force(state, command.occurred_on), context)]
        case RenewAgreement():
            return [renew(command, not_ended(state), context)]
        case EndAgreement():
            return [end(command, in_force(state, command.occurred_on), context)]
        case RecordReferral():
            return [refer(command, in_force(state, command.occurred_on), context)]
        case ExpireAgreement():
            return expire(state, context)
        case _:
            assert_never(command)


def not_ended(state: Agreement) -> Signed:
    if isinstance(state, NotSigned):
        raise Refused("agreement-unknown", "There is no such agreement.")
    if isinstance(state, Ended):
        raise Refused("agreement-ended", "This agreement was ended; it takes no more facts.")
    return state


def in_force(state: Agreement, day: date) -> Signed:
    """As `not_ended`; also refuses what happened after the last day."""
    signed = not_ended(state)
    if signed.valid_to is not None and day > signed.valid_to:
        raise Refused(
            "agreement-expired",
            "The last day of this agreement was before that; renew it first.",
            "occurredOn",
        )
    return signed


def check_terms(command: SignAgreement | AmendAgreement, context: DecisionContext) -> None:
    if command.valid_to and command.valid_to < command.valid_from:
        raise Refused("end-before-start", "An agreement cannot end before it starts.", "validTo")
    definition = context.heard_as(ProgrammeDefined).definition
    for at, route in enumerate(command.routes):
        refuse_if(definition.fault_of_route(route, command.valid_from), f"routes.{at}")


def sign(command: SignAgreement, state: Agreement, context: DecisionContext) -> AgreementSigned:
    if not isinstance(state, NotSigned):
        raise Refused("agreement-exists", "This agreement was recorded already.")
    if command.party_ref is not None:
        check_employer(command.occurred_on, context, "partyRef")
    check_terms(command, context)
    return AgreementSigned(agreement_ref=UUID(context.ref), **dict(command))


def amend(command: AmendAgreement, _: Signed, context: DecisionContext) -> AgreementAmended:
    check_terms(command, context)
    return AgreementAmended(agreement_ref=UUID(context.ref), **dict(command))


def renew(command: RenewAgreement, signed: Signed, context: DecisionContext) -> AgreementRenewed:
    if signed.valid_to is None:
        raise Refused("agreement-open-ended", "This agreement has no last day.", "validTo")
    if command.valid_to <= signed.valid_to:
        raise Refused("renewal-not-later", f"The agreement holds until {signed.valid_to} already.", "validTo")
    return AgreementRenewed(agreement_ref=UUID(context.ref), **dict(command))


def end(command: EndAgreement, signed: Signed, context: DecisionContext) -> AgreementEnded:
    if command.occurred_on < signed.valid_from:
        raise Refused("end-before-start", "An agreement cannot end before it starts.", "occurredOn")
    return AgreementEnded(agreement_ref=UUID(context.ref), **dict(command))


def refer(command: RecordReferral, signed: Signed, context: DecisionContext) -> ReferralReceived:
    if command.occurred_on < signed.valid_from:
        raise Refused("referral-before-start", "The agreement did not hold yet on that day.", "occurredOn")
    return ReferralReceived(
        agreement_ref=UUID(context.ref), occurred_on=command.occurred_on, number=signed.referrals + 1
    )


def expire(state: Agreement, context: DecisionContext) -> Sequence[AgreementExpired]:
    """Dates it on the day after the last, also if the timer fires later."""
    if not isinstance(state, Signed) or state.is_expired or state.valid_to is None:
        return []
    return [AgreementExpired(agreement_ref=UUID(context.ref), occurred_on=state.valid_to + timedelta(days=1))]


def expired_from(due: date | None, event: DomainEvent, recorded_on: date) -> date | None:
    """The day after the last one; a history that is loaded has until midnight to tell what came afterwards."""
    match event:
        case AgreementSigned() | AgreementAmended() | AgreementRenewed():
            return event.valid_to and max(event.valid_to, recorded_on) + timedelta(days=1)
        case ReferralReceived():
            return due
        case _:
            return None


def evolve(state: Agreement, event: AgreementEvent) -> Agreement:
    match event, state:
        case AgreementSigned(), NotSigned():
            return Signed(event.valid_from, event.valid_to)
        case AgreementAmended(), Signed():
            return replace(state, valid_from=event.valid_from, valid_to=event.valid_to, is_expired=False)
        case AgreementRenewed(), Signed():
            return replace(state, valid_to=event.valid_to, is_expired=False)
        case AgreementExpired(), Signed():
            return replace(state, is_expired=True)
        case ReferralReceived(), Signed():
            return replace(state, referrals=event.number)
        case AgreementEnded(), Signed():
            return Ended()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


AGREEMENT: Decider[AgreementCommand, Agreement, AgreementEvent] = Decider(NotSigned(), decide, evolve)
