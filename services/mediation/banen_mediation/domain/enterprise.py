"""A client's way to a firm of their own: the plan, a loan, the firm, whether it still runs; the last step can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, Euro, PartnerId, ReasonCode
from banen_contracts.mediation import SupportSource
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import ShortText, Text
from banen_kit.crypto.personal_fields import opened
from banen_mediation.domain.client import check_open_client
from banen_mediation.domain.history import started
from banen_mediation.domain.placement import PLACEMENT
from banen_mediation.events import (
    EnterpriseEvent,
    EnterpriseStarted,
    EnterpriseStep,
    EnterpriseStepTakenBack,
    EnterpriseStillRunning,
    EnterpriseStopped,
    EnterpriseTrackStarted,
    MicrocreditDecided,
    PlacementEvent,
)


class StartEnterpriseTrack(Command, frozen=True):
    NAME: ClassVar[str] = "start-enterprise-track"
    occurred_on: Day
    client_ref: UUID
    support_source: SupportSource
    guided_by: PartnerId | None = None
    plan: Text | None = Field(default=None, repr=False)
    firm_name: ShortText | None = Field(default=None, repr=False)


class RecordMicrocredit(Command, frozen=True):
    NAME: ClassVar[str] = "record-microcredit"
    occurred_on: Day
    granted: bool
    amount_euro: Euro | None = Field(default=None, repr=False)


class StartEnterprise(Command, frozen=True):
    """The firm begins."""

    NAME: ClassVar[str] = "start-enterprise"
    occurred_on: Day
    placement_ref: UUID | None = None
    """The placement that the own firm is."""
    firm_name: ShortText | None = Field(default=None, repr=False)


class ConfirmEnterprise(Command, frozen=True):
    NAME: ClassVar[str] = "confirm-enterprise"
    occurred_on: Day
    """The day on which the firm was still running."""


class StopEnterprise(Command, frozen=True):
    """The firm stops, or its preparation does."""

    NAME: ClassVar[str] = "stop-enterprise"
    occurred_on: Day
    reason_code: ReasonCode


class TakeBackEnterpriseStep(Command, frozen=True):
    """The last step after the start of the track was recorded wrongly. It may then be recorded as it was."""

    NAME: ClassVar[str] = "take-back-enterprise-step"
    occurred_on: Day
    reason_code: ReasonCode


EnterpriseCommand: TypeAlias = (
    StartEnterpriseTrack
    | RecordMicrocredit
    | StartEnterprise
    | ConfirmEnterprise
    | StopEnterprise
    | TakeBackEnterpriseStep
)


@dataclass(frozen=True)
class NoTrack:
    pass


@dataclass(frozen=True)
class Track:
    client_ref: UUID
    began_on: date
    started_on: date | None = None
    """The first day of the firm."""
    running_on: date | None = None
    """The last day on which it is known to have run."""
    placement_ref: UUID | None = None
    is_stopped: bool = False
    last: "tuple[EnterpriseStep, Track] | None" = None
    """The last step, and what held before it."""

    def after(self, step: EnterpriseStep, **changes: Any) -> "Track":
        return replace(self, last=(step, self), **changes)


Enterprise: TypeAlias = NoTrack | Track


def decide(
    command: EnterpriseCommand, state: Enterprise, context: DecisionContext
) -> Sequence[EnterpriseEvent]:
    if isinstance(command, StartEnterpriseTrack):
        return [start_track(command, state, context)]
    if isinstance(command, TakeBackEnterpriseStep):
        return [take_back(command, known(state), context)]
    track = going_on(state)
    match command:
        case RecordMicrocredit():
            return [record_microcredit(command, track, context)]
        case StartEnterprise():
            return [start(command, track, context)]
        case ConfirmEnterprise():
            return [confirm(command, track, context)]
        case StopEnterprise():
            return [stop(command, track, context)]
        case _:
            assert_never(command)


def known(state: Enterprise) -> Track:
    if isinstance(state, NoTrack):
        raise Refused("enterprise-unknown", "There is no such track.")
    return state


def going_on(state: Enterprise) -> Track:
    track = known(state)
    if track.is_stopped:
        raise Refused("enterprise-stopped", "This firm, or its preparation, has stopped.")
    return track


def take_back(
    command: TakeBackEnterpriseStep, track: Track, context: DecisionContext
) -> EnterpriseStepTakenBack:
    if track.last is None:
        raise Refused("step-missing", "Nothing has followed the start of the track; stop it instead.")
    step, before = track.last
    return EnterpriseStepTakenBack(
        track_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        step=step,
        reason_code=command.reason_code,
        started_on=before.started_on,
        running_on=before.running_on,
        placement_ref=before.placement_ref,
    )


def start_track(
    command: StartEnterpriseTrack, state: Enterprise, context: DecisionContext
) -> EnterpriseTrackStarted:
    if not isinstance(state, NoTrack):
        raise Refused("enterprise-exists", "This track was recorded already.")
    check_open_client(context)
    if command.guided_by is not None and command.guided_by not in context.partners:
        raise Refused("partner-unknown", "That partner does not take part in the programme.", "guidedBy")
    return EnterpriseTrackStarted(
        track_ref=UUID(context.ref),
        client_ref=command.client_ref,
        occurred_on=command.occurred_on,
        support_source=command.support_source,
        guided_by=command.guided_by,
        plan=opened(command.plan),
        firm_name=opened(command.firm_name),
    )


def record_microcredit(
    command: RecordMicrocredit, track: Track, context: DecisionContext
) -> MicrocreditDecided:
    not_before(track.began_on, command.occurred_on)
    if command.amount_euro is not None and not command.granted:
        raise Refused("amount-not-expected", "What was not granted has no amount.", "amountEuro")
    return MicrocreditDecided(
        track_ref=UUID(context.ref),
        client_ref=track.client_ref,
        occurred_on=command.occurred_on,
        granted=command.granted,
        amount_euro=opened(command.amount_euro),
    )


def start(command: StartEnterprise, track: Track, context: DecisionContext) -> EnterpriseStarted:
    if track.started_on is not None:
        raise Refused("enterprise-started", "This firm began already.")
    not_before(track.began_on, command.occurred_on)
    if command.placement_ref is not None:
        check_placement(track, context)
    return EnterpriseStarted(
        track_ref=UUID(context.ref),
        client_ref=track.client_ref,
        occurred_on=command.occurred_on,
        placement_ref=command.placement_ref,
        firm_name=opened(command.firm_name),
    )


def check_placement(track: Track, context: DecisionContext) -> None:
    """The client of a placement never changes; its kind may be corrected, and is not looked at here."""
    events = [event for event in context.related if isinstance(event, PlacementEvent)]
    placement = started(PLACEMENT.replay(events), "placementRef")
    if placement.terms.client_ref != track.client_ref:
        raise Refused(
            "placement-of-another-client", "That is the placement of another client.", "placementRef"
        )


def confirm(command: ConfirmEnterprise, track: Track, context: DecisionContext) -> EnterpriseStillRunning:
    if track.started_on is None:
        raise Refused("enterprise-not-started", "This firm has not begun yet.")
    not_before(track.started_on, command.occurred_on)
    return EnterpriseStillRunning(track_ref=UUID(context.ref), occurred_on=command.occurred_on)


def stop(command: StopEnterprise, track: Track, context: DecisionContext) -> EnterpriseStopped:
    not_before(track.running_on or track.began_on, command.occurred_on)
    return EnterpriseStopped(
        track_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
    )


def not_before(first: date, day: date) -> None:
    if day < first:
        raise Refused("track-later", "The track, or its firm, was not that far on that day.", "occurredOn")


def evolve(state: Enterprise, event: EnterpriseEvent) -> Enterprise:
    match event, state:
        case EnterpriseTrackStarted(), NoTrack():
            return Track(event.client_ref, event.occurred_on)
        case EnterpriseStepTakenBack(), Track(last=(_, before)):
            return before
        case _, Track(is_stopped=False):
            return _further(state, event)
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


def _further(track: Track, event: EnterpriseEvent) -> Track:
    match event, track:
        case MicrocreditDecided(), _:
            return track.after(EnterpriseStep.MICROCREDIT)
        case EnterpriseStarted(), Track(started_on=None):
            day, placement = event.occurred_on, event.placement_ref
            return track.after(EnterpriseStep.START, started_on=day, running_on=day, placement_ref=placement)
        case EnterpriseStillRunning(), Track(running_on=date() as known):
            return track.after(EnterpriseStep.CONFIRMATION, running_on=max(known, event.occurred_on))
        case EnterpriseStopped(), _:
            return track.after(EnterpriseStep.STOP, is_stopped=True)
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {track}")


ENTERPRISE: Decider[EnterpriseCommand, Enterprise, EnterpriseEvent] = Decider(NoTrack(), decide, evolve)
