"""What is known of a placement: the state that its events build up."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeAlias, assert_never

from banen_contracts.mediation import ContractTerm, EndReason
from banen_contracts.months import add_months
from banen_kit.core.decider import Refused
from banen_mediation.events import (
    AftercareContactLogged,
    AftercareDue,
    MilestoneDue,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
    PlacementEvent,
    PlacementExtended,
    PlacementExtensionCorrected,
    PlacementPaused,
    PlacementResumed,
    PlacementStarted,
    PlacementVoided,
    RetentionConfirmed,
    RetentionNotReached,
    Terms,
)


@dataclass(frozen=True)
class NotStarted:
    pass


@dataclass(frozen=True)
class Agreed:
    """A contract, and its last day where it is fixed."""

    contract: ContractTerm
    last_day: date | None


@dataclass(frozen=True)
class Started:
    terms: Terms
    """As signed at the start, with corrections. An extension does not change them."""
    extensions: tuple[Agreed, ...] = ()
    end_date: date | None = None
    end_reason: EndReason | None = None
    paused_on: date | None = None
    """The first day of the pause that lasts until now."""
    resumed_on: date | None = None
    """The first day of work after the last pause that is over."""
    confirmed: frozenset[tuple[int, date]] = field(default_factory=frozenset[tuple[int, date]])
    """Months of retention, and the day on which it was still running."""
    denied: frozenset[int] = field(default_factory=frozenset[int])
    """Months of retention."""
    reminded: frozenset[tuple[int, date]] = field(default_factory=frozenset[tuple[int, date]])
    """Milestones: months, and the day."""
    contacted: frozenset[int] = field(default_factory=frozenset[int])
    """Months for which there was contact."""
    aftercare_reminded: frozenset[tuple[int, date]] = field(default_factory=frozenset[tuple[int, date]])

    def is_confirmed(self, months: int) -> bool:
        """Whether it is on record that it lasted so long. A confirmation may say less since the start was corrected."""
        reached_on = last_day_of_month(self.terms.start_date, months)
        return any(one >= months and day >= reached_on for one, day in self.confirmed)

    def agreed_before(self, count: int) -> Agreed:
        """What was agreed by the start and the first extensions, as many as `count`."""
        if count:
            return self.extensions[count - 1]
        return Agreed(self.terms.contract, self.terms.planned_end_date)


@dataclass(frozen=True)
class Voided:
    pass


Placement: TypeAlias = NotStarted | Started | Voided


def started(state: Placement, field: str | None = None) -> Started:
    match state:
        case NotStarted():
            raise Refused("placement-unknown", "There is no such placement.", field)
        case Voided():
            raise Refused("placement-voided", "This placement was voided; it takes no more facts.", field)
        case Started():
            return state
        case _:
            assert_never(state)


def running(state: Placement) -> Started:
    placement = started(state)
    if placement.end_date:
        raise Refused("placement-ended", "This placement has ended.")
    return placement


def last_day_of_month(start_date: date, months: int) -> date:
    """Returns the last day of a number of calendar months: six months from 1 January end on 30 June.

    At the end of a month it is clipped: one month from 31 January ends on 27 February, the day before the 28th.
    """
    return add_months(start_date, months) - timedelta(days=1)


def evolve(state: Placement, event: PlacementEvent) -> Placement:
    match event, state:
        case PlacementStarted(), NotStarted():
            return Started(event)
        case PlacementVoided(), Started():
            return Voided()
        case _, Started():
            return _changed(state, event)
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


def _changed(state: Started, event: PlacementEvent) -> Started:
    match event:
        case PlacementCorrected():
            return replace(state, terms=event)
        case PlacementExtended() | PlacementExtensionCorrected():
            return replace(state, extensions=_extensions(state, event))
        case PlacementEnded():
            return replace(state, end_date=event.end_date, end_reason=event.reason_code)
        case PlacementEndCorrected():
            return replace(state, end_date=event.end_date, end_reason=event.end_reason)
        case PlacementPaused():
            return replace(state, paused_on=event.occurred_on)
        case PlacementResumed():
            return replace(state, paused_on=None, resumed_on=event.occurred_on)
        case _:
            return _checked(state, event)


def _checked(state: Started, event: PlacementEvent) -> Started:
    match event:
        case RetentionConfirmed():
            return replace(state, confirmed=state.confirmed | {(event.months, event.occurred_on)})
        case RetentionNotReached():
            return replace(state, denied=state.denied | {event.months})
        case MilestoneDue():
            return replace(state, reminded=state.reminded | {(event.months, event.occurred_on)})
        case AftercareDue():
            reminded = state.aftercare_reminded | {(event.due_month, event.occurred_on)}
            return replace(state, aftercare_reminded=reminded)
        case AftercareContactLogged(due_month=int() as month, done=True):
            return replace(state, contacted=state.contacted | {month})
        case AftercareContactLogged():
            return state
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


def _extensions(state: Started, event: PlacementExtended | PlacementExtensionCorrected) -> tuple[Agreed, ...]:
    if isinstance(event, PlacementExtended):
        return (*state.extensions, Agreed(event.contract, event.planned_end_date))
    if event.is_withdrawn or event.contract is None:
        return state.extensions[:-1]
    return (*state.extensions[:-1], Agreed(event.contract, event.planned_end_date))
