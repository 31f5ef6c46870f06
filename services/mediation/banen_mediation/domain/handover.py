"""Accepting a candidate whom another partner offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Day, Digest, PartnerId
from banen_contracts.mediation import Origin
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_mediation.events import ClientTakenOn, HandoverAccepted, HandoverEvent, HandoverReceived


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


HandoverCommand: TypeAlias = ReceiveHandover | AcceptHandover


@dataclass(frozen=True)
class NotReceived:
    pass


@dataclass(frozen=True)
class Received:
    from_partner: str
    expires_on: date


@dataclass(frozen=True)
class Accepted:
    pass


Handover: TypeAlias = NotReceived | Received | Accepted


def decide(command: HandoverCommand, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    match command:
        case ReceiveHandover():
            return receive(command, state, context)
        case AcceptHandover():
            return accept(command, state, context)
        case _:
            assert_never(command)


def receive(command: ReceiveHandover, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    if not isinstance(state, NotReceived):
        raise Refused("handover-exists", "This handover was received already.")
    return [
        HandoverReceived(
            handover_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            from_partner=command.from_partner,
            candidate_ref=command.candidate_ref,
            expires_on=command.expires_on,
            dossier_hash=command.dossier_hash,
        )
    ]


def accept(command: AcceptHandover, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    match state:
        case NotReceived():
            raise Refused("handover-unknown", "No such handover was offered to this partner.")
        case Accepted():
            raise Refused("handover-accepted", "This handover was accepted already.")
        case Received():
            if command.occurred_on > state.expires_on:
                raise Refused("handover-expired", "The offer had expired by that day.", "occurredOn")
            check_client(context)
            return [
                HandoverAccepted(
                    handover_ref=UUID(context.ref),
                    occurred_on=command.occurred_on,
                    client_ref=command.client_ref,
                    from_partner=state.from_partner,
                )
            ]
        case _:
            assert_never(state)


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
            return Received(event.from_partner, event.expires_on)
        case HandoverAccepted(), Received():
            return Accepted()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


HANDOVER: Decider[HandoverCommand, Handover, HandoverEvent] = Decider(NotReceived(), decide, evolve)
