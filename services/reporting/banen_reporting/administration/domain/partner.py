"""The partners of the programme, the target unit of each over time, and which of their services are live or have ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, TypeAlias, assert_never

from banen_contracts.base import Day, ReasonCode, UnitId
from banen_contracts.reporting import Services
from banen_contracts.roles import Service
from banen_kit.core.clocks import day_of
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import PublicName
from banen_reporting.administration.events import (
    PartnerAdmitted,
    PartnerAssigned,
    PartnerEvent,
    PartnerRenamed,
    SourceDeclaredLive,
    SourceEnded,
    SourceResumed,
    TargetUnitDefined,
)

SILENT = timedelta(seconds=10)
"""A source that said for this long nothing about how far it is has been stopped; while it runs it does so every two seconds."""


class AdmitPartner(Command, frozen=True):
    NAME: ClassVar[str] = "admit-partner"
    occurred_on: Day
    name: PublicName
    services: Services


class DeclareSourceLive(Command, frozen=True):
    NAME: ClassVar[str] = "declare-source-live"
    occurred_on: Day
    service: Service


class EndSource(Command, frozen=True):
    """Nobody waits any longer for what a partner's service may still publish."""

    NAME: ClassVar[str] = "end-source"
    occurred_on: Day
    service: Service


class ResumeSource(Command, frozen=True):
    NAME: ClassVar[str] = "resume-source"
    occurred_on: Day
    service: Service
    reason_code: ReasonCode


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


PartnerCommand: TypeAlias = (
    AdmitPartner | DeclareSourceLive | EndSource | ResumeSource | RenamePartner | AssignPartner
)


@dataclass(frozen=True)
class Received:
    """How far reporting has received a source, which no stream says."""

    counted: int = 0
    """All events up to this one."""
    arrived: int = 0
    """The last event that arrived. Between the two some may be missing."""
    published: int = 0
    """The last event that the source itself says that it published."""
    through: datetime | None = None
    """The moment until which the source itself says that it published everything; None: it never said so."""


@dataclass(frozen=True)
class NotAdmitted:
    pass


@dataclass(frozen=True)
class Admitted:
    name: str
    services: frozenset[Service]
    live: frozenset[Service] = frozenset()
    ended: frozenset[Service] = frozenset()
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
        case EndSource():
            return end_source(command, state, context)
        case ResumeSource():
            return resume_source(command, state, context)
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
    refuse_unknown(c.service, state)
    refuse_ended(c.service, state)
    if c.service in state.live:
        raise Refused("source-live", "This service was declared live before.", "service")
    return [SourceDeclaredLive(partner_id=context.ref, occurred_on=c.occurred_on, service=c.service)]


def end_source(c: EndSource, state: Admitted, context: DecisionContext) -> Sequence[PartnerEvent]:
    refuse_unknown(c.service, state)
    refuse_ended(c.service, state)
    if (context.ref, c.service) == (context.partner, "reporting"):
        raise Refused(
            "source-needed", "Without the bureau's own decisions no figure is ever final.", "service"
        )
    received = context.seen_as(Received)
    if max(received.arrived, received.published) > received.counted:
        raise Refused(
            "source-incomplete",
            "Not everything that this service published is counted yet; the position shows what is missing.",
            "service",
        )
    if received.through is not None and received.through > context.now - SILENT:
        raise Refused("source-running", "This service still runs; stop it first.", "service")
    return [
        SourceEnded(
            partner_id=context.ref,
            occurred_on=c.occurred_on,
            service=c.service,
            sequence=received.counted,
            last_heard_on=received.through and day_of(received.through),
        )
    ]


def resume_source(c: ResumeSource, state: Admitted, context: DecisionContext) -> Sequence[PartnerEvent]:
    refuse_unknown(c.service, state)
    if c.service not in state.ended:
        raise Refused("source-not-ended", "This service has not ended.", "service")
    return [
        SourceResumed(
            partner_id=context.ref, occurred_on=c.occurred_on, service=c.service, reason_code=c.reason_code
        )
    ]


def refuse_unknown(service: Service, state: Admitted) -> None:
    if service not in state.services:
        raise Refused("service-unknown", "This partner was not admitted with this service.", "service")


def refuse_ended(service: Service, state: Admitted) -> None:
    if service in state.ended:
        raise Refused("source-ended", "This service has ended.", "service")


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
        case SourceEnded(), Admitted():
            return replace(state, ended=state.ended | {event.service})
        case SourceResumed(), Admitted():
            return replace(state, ended=state.ended - {event.service})
        case PartnerRenamed(), Admitted():
            return replace(state, name=event.name)
        case PartnerAssigned(), Admitted():
            return replace(state, units={**state.units, event.first_day: event.unit_id})
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


PARTNER: Decider[PartnerCommand, State, PartnerEvent] = Decider(NotAdmitted(), decide, evolve)
