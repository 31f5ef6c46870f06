"""The units (lines of the target tables): targets, permissions to count, and earlier figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeAlias, assert_never

from banen_contracts.base import Code, Count, Day, Precision, ReasonCode, Year
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import Mark, PublicName
from banen_reporting.administration.domain.figure import (
    ImportHistoricFigure,
    Measure,
    SupersedeHistoricFigure,
    decide_figure,
)
from banen_reporting.administration.domain.programme import check_route, definition_in
from banen_reporting.administration.events import (
    CountingPermissionGranted,
    CountingPermissionRevoked,
    HistoricFigureImported,
    RegularQuotaSet,
    TargetRevised,
    TargetSet,
    TargetUnitAmended,
    TargetUnitDefined,
    UnitEvent,
)


class DefineTargetUnit(Command, frozen=True):
    NAME: ClassVar[str] = "define-target-unit"
    occurred_on: Day
    label: PublicName


class AmendTargetUnit(Command, frozen=True):
    NAME: ClassVar[str] = "amend-target-unit"
    occurred_on: Day
    label: PublicName
    reason_code: ReasonCode


class SetTarget(Command, frozen=True):
    NAME: ClassVar[str] = "set-target"
    occurred_on: Day
    route: Code
    year: Year | None = None
    """None: the whole period; a route has one target for that, or one for each year."""
    value: Count | None
    decided_by: ReasonCode
    document_ref: Mark | None = None


class ReviseTarget(Command, frozen=True):
    NAME: ClassVar[str] = "revise-target"
    occurred_on: Day
    route: Code
    year: Year | None = None
    value: Count | None
    decided_by: ReasonCode
    reason_code: ReasonCode
    document_ref: Mark | None = None


class SetRegularQuota(Command, frozen=True):
    NAME: ClassVar[str] = "set-regular-quota"
    occurred_on: Day
    per_year: Count | None
    precision: Precision
    document_ref: Mark | None = None


class GrantCountingPermission(Command, frozen=True):
    NAME: ClassVar[str] = "grant-counting-permission"
    occurred_on: Day
    counts_starts_from: Day
    grantor: ReasonCode
    document_ref: Mark | None = None


class RevokeCountingPermission(Command, frozen=True):
    NAME: ClassVar[str] = "revoke-counting-permission"
    occurred_on: Day
    reason_code: ReasonCode


UnitCommand: TypeAlias = (
    DefineTargetUnit
    | AmendTargetUnit
    | SetTarget
    | ReviseTarget
    | SetRegularQuota
    | GrantCountingPermission
    | RevokeCountingPermission
    | ImportHistoricFigure
    | SupersedeHistoricFigure
)


@dataclass(frozen=True)
class Undefined:
    pass


@dataclass(frozen=True)
class Defined:
    label: str
    targets: Mapping[tuple[str, int | None], int | None] = field(
        default_factory=dict[tuple[str, int | None], int | None]
    )
    """By route and year. Contains targets that were set to null, but not those that were never set."""
    is_permitted: bool = False
    figures: Mapping[tuple[Measure, int], tuple[int, str]] = field(
        default_factory=dict[tuple[Measure, int], tuple[int, str]]
    )
    """Of earlier years, by measure and year: value and document."""


State: TypeAlias = Undefined | Defined


def decide(command: UnitCommand, state: State, context: DecisionContext) -> Sequence[UnitEvent]:
    if isinstance(command, DefineTargetUnit):
        return define(command, state, context)
    if isinstance(state, Undefined):
        raise Refused("unit-unknown", "There is no such target unit.")
    match command:
        case AmendTargetUnit():
            return amend(command, state, context)
        case SetTarget():
            return set_target(command, state, context)
        case ReviseTarget():
            return revise_target(command, state, context)
        case SetRegularQuota():
            return set_regular_quota(command, context)
        case GrantCountingPermission():
            return grant_permission(command, state, context)
        case RevokeCountingPermission():
            return revoke_permission(command, state, context)
        case ImportHistoricFigure():  # SupersedeHistoricFigure is one too
            return decide_figure(command, state.figures, context)
        case _:
            assert_never(command)


def define(c: DefineTargetUnit, state: State, context: DecisionContext) -> Sequence[UnitEvent]:
    if isinstance(state, Defined):
        raise Refused("unit-exists", "This target unit was defined before.")
    return [TargetUnitDefined(unit_id=context.ref, occurred_on=c.occurred_on, label=c.label)]


def amend(c: AmendTargetUnit, state: Defined, context: DecisionContext) -> Sequence[UnitEvent]:
    if c.label == state.label:
        return []
    return [
        TargetUnitAmended(
            unit_id=context.ref, occurred_on=c.occurred_on, label=c.label, reason_code=c.reason_code
        )
    ]


def set_target(c: SetTarget, state: Defined, context: DecisionContext) -> Sequence[UnitEvent]:
    definition = definition_in(context.related)
    check_route(c.route, definition, "route")
    period = definition.period
    if c.year is not None and not period.first_day.year <= c.year <= period.last_day.year:
        raise Refused("year-outside-period", "The programme does not run in that year.", "year")
    if (c.route, c.year) in state.targets:
        raise Refused("target-exists", "This route has a target for that period; revise it instead.", "route")
    if any(route == c.route and (year is None) != (c.year is None) for route, year in state.targets):
        raise Refused(
            "target-of-other-period",
            "A route has one target for the whole period, or one for each year; it has the other.",
            "year",
        )
    return [
        TargetSet(
            unit_id=context.ref,
            occurred_on=c.occurred_on,
            route=c.route,
            year=c.year,
            value=c.value,
            decided_by=c.decided_by,
            document_ref=c.document_ref,
        )
    ]


def revise_target(c: ReviseTarget, state: Defined, context: DecisionContext) -> Sequence[UnitEvent]:
    if (c.route, c.year) not in state.targets:
        raise Refused("target-unknown", "No target was set for this route and period.", "route")
    if c.value == state.targets[c.route, c.year]:
        raise Refused("target-same", "This is the target already.", "value")
    return [
        TargetRevised(
            unit_id=context.ref,
            occurred_on=c.occurred_on,
            route=c.route,
            year=c.year,
            value=c.value,
            decided_by=c.decided_by,
            reason_code=c.reason_code,
            document_ref=c.document_ref,
        )
    ]


def set_regular_quota(c: SetRegularQuota, context: DecisionContext) -> Sequence[UnitEvent]:
    return [
        RegularQuotaSet(
            unit_id=context.ref,
            occurred_on=c.occurred_on,
            per_year=c.per_year,
            precision=c.precision,
            document_ref=c.document_ref,
        )
    ]


def grant_permission(
    c: GrantCountingPermission, state: Defined, context: DecisionContext
) -> Sequence[UnitEvent]:
    if state.is_permitted:
        raise Refused("permission-exists", "This unit has permission to count; revoke that first.")
    return [
        CountingPermissionGranted(
            unit_id=context.ref,
            occurred_on=c.occurred_on,
            counts_starts_from=c.counts_starts_from,
            grantor=c.grantor,
            document_ref=c.document_ref,
        )
    ]


def revoke_permission(
    c: RevokeCountingPermission, state: Defined, context: DecisionContext
) -> Sequence[UnitEvent]:
    if not state.is_permitted:
        raise Refused("permission-unknown", "This unit has no permission to count.")
    return [
        CountingPermissionRevoked(unit_id=context.ref, occurred_on=c.occurred_on, reason_code=c.reason_code)
    ]


def evolve(state: State, event: UnitEvent) -> State:
    match event, state:
        case TargetUnitDefined(), Undefined():
            return Defined(event.label)
        case TargetUnitAmended(), Defined():
            return replace(state, label=event.label)
        case ((TargetSet() | TargetRevised()), Defined()):
            return replace(state, targets={**state.targets, (event.route, event.year): event.value})
        case RegularQuotaSet(), Defined():
            return state
        case CountingPermissionGranted(), Defined():
            return replace(state, is_permitted=True)
        case CountingPermissionRevoked(), Defined():
            return replace(state, is_permitted=False)
        case HistoricFigureImported(), Defined():  # HistoricFigureSuperseded is a subclass
            known = (event.value, event.document_ref)
            return replace(state, figures={**state.figures, (event.measure, event.year): known})
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


UNIT: Decider[UnitCommand, State, UnitEvent] = Decider(Undefined(), decide, evolve)
