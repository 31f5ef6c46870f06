"""The partners of the programme, the target unit of each over time, and which of their services are live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, TypeAlias, assert_never

from banen_contracts.base import Day, ReasonCode, UnitId
from banen_contracts.reporting import Services
from banen_contracts.roles import Service
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import PublicName
from banen_reporting.administration.events import (
    PartnerAdmitted,
    PartnerAssigned,
    PartnerEvent,
    PartnerRenamed,
    SourceDeclaredLive,
    TargetUnitDefined,
)


class AdmitPartner(Command, frozen=True):
    NAME: ClassVar[str] = "admit-partner"
    occurred_on: Day
    name: PublicName
    services: Services


class DeclareSourceLive(Command, frozen=True):
    NAME: ClassVar[str] = "declare-source-live"
    occurred_on: Day
    service: Service


class RenamePartner(Command, frozen=True):
    NAME: ClassVar[str] = "rename-partner"
    occurred_on: Day
    name: PublicName


class AssignPartner(Command, frozen=True):
    """To a target unit, or to none, from its first day until that of another assignment."""

    NAME: ClassVar[str] = "assign-partner"
    occurred_on: Day
    unit_id: UnitId | None
    first_day: Day | None = None
    """None: always. A later first day stays as it was assigned."""
    reason_code: ReasonCode | None = None
    """Needed where it replaces what was assigned from the same first day."""


PartnerCommand: TypeAlias = AdmitPartner | DeclareSourceLive | RenamePartner | AssignPartner


@dataclass(frozen=True)
class NotAdmitted:
    pass


@dataclass(frozen=True)
class Admitted:
    name: str
    services: frozenset[Service]
    live: frozenset[Service] = frozenset()
    units: Mapping[date | None, str | None] = field(default_factory=dict[date | None, str | None])
    """By first day, so that a partner is in one unit on any day."""


State: TypeAlias = NotAdmitted | Admitted


def decide(command: PartnerCommand, state: State, context: DecisionContext) -> Sequence[PartnerEvent]:
    if isinstance(command, AdmitPartner):
        return admit(command, state, context)
    if isinstance(state, NotAdmitted):
        raise Refused("partner-unknown", "There is no such partner.")
    match command:
        case DeclareSourceLive():
            return declare_live(command, state, context)
        case RenamePartner():
            return rename(command, state, context)
        case AssignPartner():
            return assign(command, state, context)
        case _:
            assert_never(command)


def admit(c: AdmitPartner, state: State, context: DecisionContext) -> Sequence[PartnerEvent]:
    if isinstance(state, Admitted):
        raise Refused("partner-exists", "This partner was admitted before.")
    return [
        PartnerAdmitted(partner_id=context.ref, occurred_on=c.occurred_on, name=c.name, services=c.services)
    ]


def declare_live(c: DeclareSourceLive, state: Admitted, context: DecisionContext) -> Sequence[PartnerEvent]:
    if c.service not in state.services:
        raise Refused("service-unknown", "This partner was not admitted with this service.", "service")
    if c.service in state.live:
        raise Refused("source-live", "This service was declared live before.", "service")
    return [SourceDeclaredLive(partner_id=context.ref, occurred_on=c.occurred_on, service=c.service)]


def rename(c: RenamePartner, state: Admitted, context: DecisionContext) -> Sequence[PartnerEvent]:
    if c.name == state.name:
        return []
    return [PartnerRenamed(partner_id=context.ref, occurred_on=c.occurred_on, name=c.name)]


def assign(c: AssignPartner, state: Admitted, context: DecisionContext) -> Sequence[PartnerEvent]:
    if c.unit_id is not None and not any(isinstance(event, TargetUnitDefined) for event in context.related):
        raise Refused("unit-unknown", "There is no such target unit.", "unitId")
    if c.first_day in state.units:
        if state.units[c.first_day] == c.unit_id:
            return []
        if c.reason_code is None:
            raise Refused(
                "assignment-exists",
                "From this first day the partner was assigned otherwise; say with a reason code why that changes.",
                "firstDay",
            )
    return [
        PartnerAssigned(
            partner_id=context.ref,
            occurred_on=c.occurred_on,
            unit_id=c.unit_id,
            first_day=c.first_day,
            reason_code=c.reason_code,
        )
    ]


def evolve(state: State, event: PartnerEvent) -> State:
    match event, state:
        case PartnerAdmitted(), NotAdmitted():
            return Admitted(event.name, frozenset(event.services))
        case SourceDeclaredLive(), Admitted():
            return replace(state, live=state.live | {event.service})
        case PartnerRenamed(), Admitted():
            return replace(state, name=event.name)
        case PartnerAssigned(), Admitted():
            return replace(state, units={**state.units, event.first_day: event.unit_id})
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


PARTNER: Decider[PartnerCommand, State, PartnerEvent] = Decider(NotAdmitted(), decide, evolve)
