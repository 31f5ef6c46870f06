"""Offering a candidate to another partner, and completing the handover after it was accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from banen_contracts.base import Day, Digest, PartnerId
from banen_intake.events import HandoverCompleted, HandoverEvent, HandoverOffered
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused


class OfferHandover(Command, frozen=True):
    NAME: ClassVar[str] = "offer-handover"
    occurred_on: Day
    candidate_ref: UUID
    to_partner: PartnerId
    expires_on: Day
    dossier_hash: Digest | None = None


class CompleteHandover(Command, frozen=True):
    """Given only by a reactor, after another partner published its acceptance."""

    NAME: ClassVar[str] = "complete-handover"
    occurred_on: Day
    """The day of the acceptance."""
    accepted_by: PartnerId


HandoverCommand: TypeAlias = OfferHandover | CompleteHandover


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


Handover: TypeAlias = NotOffered | Offered | Completed


def decide(command: HandoverCommand, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    match command:
        case OfferHandover():
            return offer(command, state, context)
        case CompleteHandover():
            return complete(command, state, context)
        case _:
            assert_never(command)


def offer(command: OfferHandover, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    if not isinstance(state, NotOffered):
        raise Refused("handover-exists", "This handover was offered already.")
    if command.to_partner == context.partner:
        raise Refused("handover-to-self", "A handover goes to another partner.", "toPartner")
    if command.to_partner not in context.partners:
        raise Refused("partner-unknown", "That partner does not take part in the programme.", "toPartner")
    if command.expires_on < command.occurred_on:
        raise Refused("expires-before-offer", "An offer cannot expire before it is made.", "expiresOn")
    return [
        HandoverOffered(
            handover_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            candidate_ref=command.candidate_ref,
            to_partner=command.to_partner,
            expires_on=command.expires_on,
            dossier_hash=command.dossier_hash,
        )
    ]


def complete(command: CompleteHandover, state: Handover, context: DecisionContext) -> Sequence[HandoverEvent]:
    match state:
        case NotOffered():
            raise Refused("handover-unknown", "No such handover was offered.")
        case Completed():
            raise Refused("handover-completed", "This handover was completed already.")
        case Offered():
            check_acceptance(command, state)
            return [
                HandoverCompleted(
                    handover_ref=UUID(context.ref),
                    occurred_on=command.occurred_on,
                    candidate_ref=state.candidate_ref,
                    to_partner=state.to_partner,
                )
            ]
        case _:
            assert_never(state)


def check_acceptance(command: CompleteHandover, state: Offered) -> None:
    if command.accepted_by != state.to_partner:
        raise Refused("handover-not-yours", "This handover was offered to another partner.", "acceptedBy")
    if command.occurred_on > state.expires_on:
        raise Refused("handover-expired", "The offer had expired by that day.", "occurredOn")


def evolve(state: Handover, event: HandoverEvent) -> Handover:
    match event, state:
        case HandoverOffered(), NotOffered():
            return Offered(event.candidate_ref, event.to_partner, event.expires_on)
        case HandoverCompleted(), Offered():
            return Completed()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


HANDOVER: Decider[HandoverCommand, Handover, HandoverEvent] = Decider(NotOffered(), decide, evolve)
