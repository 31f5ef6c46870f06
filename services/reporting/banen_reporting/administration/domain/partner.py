"""The partners of the programme, and which of their services are live."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias, assert_never

from banen_contracts.base import Day
from banen_contracts.reporting import Services
from banen_contracts.roles import Service
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import PublicName
from banen_reporting.administration.events import PartnerAdmitted, PartnerEvent, SourceDeclaredLive


class AdmitPartner(Command, frozen=True):
    NAME: ClassVar[str] = "admit-partner"
    occurred_on: Day
    name: PublicName
    services: Services


class DeclareSourceLive(Command, frozen=True):
    NAME: ClassVar[str] = "declare-source-live"
    occurred_on: Day
    service: Service


PartnerCommand: TypeAlias = AdmitPartner | DeclareSourceLive


@dataclass(frozen=True)
class NotAdmitted:
    pass


@dataclass(frozen=True)
class Admitted:
    services: frozenset[Service]
    live: frozenset[Service] = frozenset()


State: TypeAlias = NotAdmitted | Admitted


def decide(command: PartnerCommand, state: State, context: DecisionContext) -> Sequence[PartnerEvent]:
    match command:
        case AdmitPartner():
            return admit(command, state, context)
        case DeclareSourceLive():
            return declare_live(command, state, context)
        case _:
            assert_never(command)


def admit(c: AdmitPartner, state: State, context: DecisionContext) -> Sequence[PartnerEvent]:
    if isinstance(state, Admitted):
        raise Refused("partner-exists", "This partner was admitted before.")
    return [
        PartnerAdmitted(partner_id=context.ref, occurred_on=c.occurred_on, name=c.name, services=c.services)
    ]


def declare_live(c: DeclareSourceLive, state: State, context: DecisionContext) -> Sequence[PartnerEvent]:
    if isinstance(state, NotAdmitted):
        raise Refused("partner-unknown", "There is no such partner.")
    if c.service not in state.services:
        raise Refused("service-unknown", "This partner was not admitted with this service.", "service")
    if c.service in state.live:
        raise Refused("source-live", "This service was declared live before.", "service")
    return [SourceDeclaredLive(partner_id=context.ref, occurred_on=c.occurred_on, service=c.service)]


def evolve(state: State, event: PartnerEvent) -> State:
    match event, state:
        case PartnerAdmitted(), NotAdmitted():
            return Admitted(services=frozenset(event.services))
        case SourceDeclaredLive(), Admitted():
            return replace(state, live=state.live | {event.service})
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


PARTNER: Decider[PartnerCommand, State, PartnerEvent] = Decider(NotAdmitted(), decide, evolve)
