"""Offering a candidate to another partner, and how the offer is settled: the first fact wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Day, Digest, PartnerId, ReasonCode
from banen_contracts.consent import Consent, ConsentScope
from banen_contracts.intake import HandoverOutcome
from banen_intake.domain.candidate import CANDIDATE
from banen_intake.domain.consent import check_partner
from banen_intake.domain.file import Candidate, Erased, File, in_contact
from banen_intake.events import (
    CandidateEvent,
    HandoverCompleted,
    HandoverEnded,
    HandoverEvent,
    HandoverOffered,
)
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused

CONSENT_WITHDRAWN, CANDIDATE_CLOSED = "consent-withdrawn", "candidate-closed"
"""Why this service withdraws an offer by itself."""


class OfferHandover(Command, frozen=True):
    NAME: ClassVar[str] = "offer-handover"
    occurred_on: Day
    candidate_ref: UUID
    to_partner: PartnerId
    expires_on: Day
    """The last day on which the other partner may accept."""
    dossier_hash: Digest | None = None


class WithdrawHandover(Command, frozen=True):
    NAME: ClassVar[str] = "withdraw-handover"
    occurred_on: Day
    reason_code: ReasonCode


class CompleteHandover(Command, frozen=True):
    """Given only by a reactor, after another partner published its acceptance."""

    NAME: ClassVar[str] = "complete-handover"
    occurred_on: Day
    """The day of the acceptance."""
    accepted_by: PartnerId


class SettleDeclined(Command, frozen=True):
    """Given only by a reactor, after another partner published that it declines."""

    NAME: ClassVar[str] = "settle-declined"
    occurred_on: Day
    declined_by: PartnerId
    reason_code: ReasonCode


class ExpireHandover(Command, frozen=True):
    """Given only by a timer, on the day after the last."""

    NAME: ClassVar[str] = "expire-handover"
    occurred_on: Day


class CheckConsent(Command, frozen=True):
    """Given only by a reactor, after an offer, and to all offers of a candidate after a consent was withdrawn or the file
    was closed or erased. It looks at the file as it is then: a withdrawal and an offer may have crossed.
    """

    NAME: ClassVar[str] = "check-consent"
    occurred_on: Day
    candidate_ref: UUID


HandoverCommand: TypeAlias = (
    OfferHandover | WithdrawHandover | CompleteHandover | SettleDeclined | ExpireHandover | CheckConsent
)


@dataclass(frozen=True)
class NotOffered:
    pass


@dataclass(frozen=True)
class Offered:
    candidate_ref: UUID
    to_partner: str
    expires_on: date


@dataclass(frozen=True)
class Completed:
    pass


@dataclass(frozen=True)
class Ended:
    outcome: HandoverOutcome


Handover: TypeAlias = NotOffered | Offered | Completed | Ended


def decide(command: HandoverCommand, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    match command:
        case OfferHandover():
            return [offer(command, state, context)]
        case WithdrawHandover():
            offered = still_open(state)
            return [
                end(command.occurred_on, offered, context, HandoverOutcome.WITHDRAWN, command.reason_code)
            ]
        case CompleteHandover():
            return complete(command, state, context)
        case SettleDeclined():
            return settle_declined(command, state, context)
        case ExpireHandover():
            return end_if_open(command.occurred_on, state, context, HandoverOutcome.EXPIRED, None)
        case CheckConsent():
            return check_consent(command, state, context)
        case _:
            assert_never(command)


def offer(command: OfferHandover, state: Handover, context: DecisionContext) -> HandoverOffered:
    if not isinstance(state, NotOffered):
        raise Refused("handover-exists", "This handover was offered already.")
    consent = Consent(scope=ConsentScope.HANDOVER, to_partner=command.to_partner)
    check_partner(consent, context, "toPartner")
    if command.expires_on < command.occurred_on:
        raise Refused("expires-before-offer", "An offer cannot expire before it is made.", "expiresOn")
    file = in_contact(of_candidate(context), command.occurred_on)
    if not file.allows(ConsentScope.HANDOVER, command.to_partner):
        raise Refused(
            "consent-missing", "The candidate does not allow a handover to that partner.", "toPartner"
        )
    return HandoverOffered(
        handover_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        candidate_ref=command.candidate_ref,
        to_partner=command.to_partner,
        expires_on=command.expires_on,
        dossier_hash=command.dossier_hash,
    )


def of_candidate(context: DecisionContext) -> Candidate:
    """The file of the candidate whom the command names."""
    return CANDIDATE.replay([event for event in context.related if isinstance(event, CandidateEvent)])


def still_open(state: Handover) -> Offered:
    match state:
        case NotOffered():
            raise Refused("handover-unknown", "No such handover was offered.")
        case Completed():
            raise Refused("handover-completed", "This handover was completed already.")
        case Ended():
            raise Refused("handover-ended", f"This offer has ended already: {state.outcome}.")
        case Offered():
            return state
        case _:
            assert_never(state)


def complete(command: CompleteHandover, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    if isinstance(state, Ended):  # the acceptance comes too late
        return []
    offered = still_open(state)
    if command.accepted_by != offered.to_partner:
        raise Refused("handover-not-yours", "This handover was offered to another partner.", "acceptedBy")
    if command.occurred_on > offered.expires_on:
        raise Refused("handover-expired", "The offer had expired by that day.", "occurredOn")
    return [
        HandoverCompleted(
            handover_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            candidate_ref=offered.candidate_ref,
            to_partner=offered.to_partner,
        )
    ]


def settle_declined(
    command: SettleDeclined, state: Handover, context: DecisionContext
) -> Sequence[HandoverEvent]:
    if isinstance(state, Offered) and command.declined_by != state.to_partner:
        raise Refused("handover-not-yours", "This handover was offered to another partner.", "declinedBy")
    if isinstance(state, NotOffered):
        still_open(state)
    return end_if_open(command.occurred_on, state, context, HandoverOutcome.DECLINED, command.reason_code)


def check_consent(
    command: CheckConsent, state: Handover, context: DecisionContext
) -> Sequence[HandoverEvent]:
    if not isinstance(state, Offered):
        return []
    match of_candidate(context):
        case Erased() | File(closed_on=date()):
            reason = CANDIDATE_CLOSED
        case File(was_asked=True) as file if not file.allows(ConsentScope.HANDOVER, state.to_partner):
            reason = CONSENT_WITHDRAWN
        case _:  # also what was offered before candidates were asked
            return []
    return [end(command.occurred_on, state, context, HandoverOutcome.WITHDRAWN, reason)]


def end_if_open(
    day: date, state: Handover, context: DecisionContext, outcome: HandoverOutcome, reason: str | None
) -> Sequence[HandoverEvent]:
    return [end(day, state, context, outcome, reason)] if isinstance(state, Offered) else []


def end(
    day: date, offered: Offered, context: DecisionContext, outcome: HandoverOutcome, reason: str | None
) -> HandoverEnded:
    return HandoverEnded(
        handover_ref=UUID(context.ref),
        occurred_on=day,
        candidate_ref=offered.candidate_ref,
        to_partner=offered.to_partner,
        outcome=outcome,
        reason_code=reason,
    )


def expired_from(_: date | None, event: DomainEvent, __: date) -> date | None:
    """The day from which an offer has expired: the one after the last on which it could be accepted."""
    if isinstance(event, HandoverOffered):
        return event.expires_on + timedelta(days=1)
    return None


def evolve(state: Handover, event: HandoverEvent) -> Handover:
    match event, state:
        case HandoverOffered(), NotOffered():
            return Offered(event.candidate_ref, event.to_partner, event.expires_on)
        case HandoverCompleted(), Offered():
            return Completed()
        case HandoverEnded(), Offered():
            return Ended(event.outcome)
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


HANDOVER: Decider[HandoverCommand, Handover, HandoverEvent] = Decider(NotOffered(), decide, evolve)
