"""Accepting or declining a candidate whom another partner offered, and learning how that partner settled it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Day, Digest, PartnerId, ReasonCode
from banen_contracts.intake import HandoverOutcome
from banen_contracts.mediation import Origin
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_mediation.events import (
    ClientTakenOn,
    HandoverAccepted,
    HandoverDeclined,
    HandoverEvent,
    HandoverReceived,
    HandoverSettled,
)


class ReceiveHandover(Command, frozen=True):
    """Given only by a reactor, after an offer to this partner was published."""

    NAME: ClassVar[str] = "receive-handover"
    occurred_on: Day
    from_partner: PartnerId
    candidate_ref: UUID
    expires_on: Day
    dossier_hash: Digest | None = None


class AcceptHandover(Command, frozen=True):
    NAME: ClassVar[str] = "accept-handover"
    occurred_on: Day
    client_ref: UUID


class DeclineHandover(Command, frozen=True):
    NAME: ClassVar[str] = "decline-handover"
    occurred_on: Day
    reason_code: ReasonCode


class SettleHandover(Command, frozen=True):
    """Given only by a reactor, after the offering partner published how it settled the offer."""

    NAME: ClassVar[str] = "settle-handover"
    occurred_on: Day
    from_partner: PartnerId
    outcome: HandoverOutcome | None
    """None: completed."""


HandoverCommand: TypeAlias = ReceiveHandover | AcceptHandover | DeclineHandover | SettleHandover


@dataclass(frozen=True)
class NotReceived:
    settled: Mapping[str, HandoverOutcome | None] = field(default_factory=dict[str, HandoverOutcome | None])
    """How partners settled an offer of this reference. Only the word of the one that made it will hold."""


@dataclass(frozen=True)
class Received:
    from_partner: str
    expires_on: date


@dataclass(frozen=True)
class Accepted:
    from_partner: str


@dataclass(frozen=True)
class Over:
    """Declined here, or settled by the offering partner."""

    from_partner: str
    outcome: HandoverOutcome | None


Handover: TypeAlias = NotReceived | Received | Accepted | Over


def decide(command: HandoverCommand, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    match command:
        case ReceiveHandover():
            return [receive(command, state, context)]
        case AcceptHandover():
            return [accept(command, offered(state, command.occurred_on), context)]
        case DeclineHandover():
            return [decline(command, offered(state, command.occurred_on), context)]
        case SettleHandover():
            return [settle(command, state, context)]
        case _:
            assert_never(command)


def receive(command: ReceiveHandover, state: Handover, context: DecisionContext) -> HandoverReceived:
    if not isinstance(state, NotReceived):
        raise Refused("handover-exists", "This handover was received already.")
    return HandoverReceived(
        handover_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        from_partner=command.from_partner,
        candidate_ref=command.candidate_ref,
        expires_on=command.expires_on,
        dossier_hash=command.dossier_hash,
    )


def offered(state: Handover, day: date) -> Received:
    """Raises `Refused` unless the offer can still be answered on that day."""
    match state:
        case NotReceived():
            raise Refused("handover-unknown", "No such handover was offered to this partner.")
        case Accepted():
            raise Refused("handover-accepted", "This handover was accepted already.")
        case Over():
            raise _over(state.outcome)
        case Received():
            if day > state.expires_on:
                raise Refused("handover-expired", "The offer had expired by that day.", "occurredOn")
            return state
        case _:
            assert_never(state)


def _over(outcome: HandoverOutcome | None) -> Refused:
    match outcome:
        case None:
            return Refused("handover-accepted", "This handover was accepted already.")
        case HandoverOutcome.DECLINED:
            return Refused("handover-declined", "This handover was declined already.")
        case HandoverOutcome.EXPIRED:
            return Refused("handover-expired", "The offer has expired.")
        case HandoverOutcome.WITHDRAWN:
            return Refused("handover-withdrawn", "The other partner withdrew the offer.")
        case _:
            assert_never(outcome)


def accept(command: AcceptHandover, handover: Received, context: DecisionContext) -> HandoverAccepted:
    check_client(context)
    return HandoverAccepted(
        handover_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        client_ref=command.client_ref,
        from_partner=handover.from_partner,
    )


def decline(command: DeclineHandover, handover: Received, context: DecisionContext) -> HandoverDeclined:
    return HandoverDeclined(
        handover_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        from_partner=handover.from_partner,
        reason_code=command.reason_code,
    )


def settle(command: SettleHandover, state: Handover, context: DecisionContext) -> HandoverSettled:
    """The word of the offering partner holds, also against an acceptance that came too late, and before the offer arrives."""
    if not isinstance(state, NotReceived) and state.from_partner != command.from_partner:
        raise Refused("handover-not-theirs", "Another partner made this offer.", "fromPartner")
    return HandoverSettled(
        handover_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        from_partner=command.from_partner,
        outcome=command.outcome,
    )


def check_client(context: DecisionContext) -> None:
    """The client must have been taken on because of this offer; otherwise another person would count as handed over."""
    taken_on = next((event for event in context.related if isinstance(event, ClientTakenOn)), None)
    if taken_on is None:
        raise Refused(
            "client-unknown", "Take the client on first, with this handover as origin.", "clientRef"
        )
    if (taken_on.origin, str(taken_on.origin_ref)) != (Origin.HANDOVER, context.ref):
        raise Refused("client-of-other-origin", "This client did not come from this handover.", "clientRef")


def evolve(state: Handover, event: HandoverEvent) -> Handover:
    match event, state:
        case HandoverReceived(), NotReceived():
            if event.from_partner in state.settled:
                return Over(event.from_partner, state.settled[event.from_partner])
            return Received(event.from_partner, event.expires_on)
        case HandoverSettled(), NotReceived():
            return NotReceived({**state.settled, event.from_partner: event.outcome})
        case HandoverAccepted(), Received():
            return Accepted(event.from_partner)
        case HandoverDeclined(), Received():
            return Over(event.from_partner, HandoverOutcome.DECLINED)
        case HandoverSettled(), _:
            return Over(event.from_partner, event.outcome)
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


HANDOVER: Decider[HandoverCommand, Handover, HandoverEvent] = Decider(NotReceived(), decide, evolve)
