"""Whether a placement lasted: denied as well as confirmed, and the reminders to check."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from banen_contracts.mediation import EndReason, RetentionMethod
from banen_mediation.domain.retention import (
    ConfirmRetention,
    DenyRetention,
    RemindMilestone,
    milestone_from,
)
from banen_mediation.events import (
    MilestoneDue,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
    RetentionConfirmed,
    RetentionNotReached,
)
from banen_mediation.timers import REMIND_MILESTONE, TIMERS
from support.placement import (
    DAY,
    LATER,
    REF,
    START,
    ended,
    extended,
    fixed,
    placement,
    started,
    voided,
)

SIX_MONTHS = date(2006, 6, 30)
MILESTONE_TIMERS = [timer for timer in TIMERS if timer.operation is REMIND_MILESTONE]
deny = DenyRetention(occurred_on=SIX_MONTHS, months=6)
not_reached = RetentionNotReached(placement_ref=REF, occurred_on=SIX_MONTHS, months=6)
early = PlacementEnded(placement_ref=REF, end_date=DAY, reason_code=EndReason.OTHER)
due = MilestoneDue(placement_ref=REF, occurred_on=SIX_MONTHS, months=6)
remind = RemindMilestone(months=6)


def confirm(months: int = 6) -> ConfirmRetention:
    return ConfirmRetention(occurred_on=LATER, months=months, method=RetentionMethod.REGISTER)


def confirmed(months: int = 6) -> RetentionConfirmed:
    return RetentionConfirmed(
        placement_ref=REF, occurred_on=LATER, months=months, method=RetentionMethod.REGISTER
    )


def moved(start: date) -> PlacementCorrected:
    return PlacementCorrected(
        placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **fixed(start_date=start)
    )


# deny


def test_had_not_lasted_as_far_as_was_known():
    placement.given(started).when(deny).then(not_reached)


def test_had_not_lasted_as_its_end_says():
    command = deny.model_copy(update={"occurred_on": DAY})
    placement.given(started, early).when(command).then(not_reached.model_copy(update={"occurred_on": DAY}))


@pytest.mark.parametrize("months", [0, 37])
def test_takes_no_months_beyond_three_years(months: int):
    with pytest.raises(ValidationError, match="months"):
        DenyRetention(occurred_on=DAY, months=months)


def test_refuses_to_deny_before_it_can_be_known():
    command = deny.model_copy(update={"occurred_on": SIX_MONTHS - timedelta(days=1)})
    placement.given(started).when(command).then_refused("denied-too-early", "occurredOn")


def test_refuses_to_deny_on_a_day_before_the_end():
    command = deny.model_copy(update={"occurred_on": DAY - timedelta(days=1)})
    placement.given(started, early).when(command).then_refused("denied-too-early", "occurredOn")


def test_refuses_to_deny_what_its_end_shows():
    placement.given(started, ended).when(deny).then_refused("retention-reached", "months")


@pytest.mark.parametrize("months", [6, 12])
def test_refuses_to_deny_what_was_confirmed(months: int):
    placement.given(started, confirmed(months)).when(deny).then_refused("retention-confirmed", "months")


def test_denies_what_was_confirmed_before_the_start_was_moved():
    command = deny.model_copy(update={"occurred_on": date(2007, 1, 1)})
    placement.given(started, confirmed(), moved(date(2006, 7, 2))).when(command).then(
        not_reached.model_copy(update={"occurred_on": date(2007, 1, 1)})
    )


def test_fewer_months_were_confirmed():
    placement.given(started, confirmed(3)).when(deny).then(not_reached)


@pytest.mark.parametrize("months", [6, 12])
def test_refuses_to_confirm_what_was_denied(months: int):
    placement.given(started, not_reached).when(confirm(months)).then_refused("retention-denied", "months")


def test_more_months_were_denied():
    placement.given(started, not_reached).when(confirm(3)).then(confirmed(3))


# reminders


def test_reminds_of_what_nobody_checked():
    placement.given(started).when(remind).then(due)


def test_a_confirmation_settles_nothing_where_the_start_has_moved_too_close_to_it():
    start = date(2006, 7, 2)
    placement.given(started, confirmed(), moved(start)).when(remind).then(
        due.model_copy(update={"occurred_on": date(2007, 1, 1)})
    )


def test_a_confirmation_settles_it_where_the_moved_start_is_early_enough():
    placement.given(started, confirmed(), moved(date(2006, 7, 1))).when(remind).then_nothing()


def test_fewer_months_confirmed_do_not_settle_it():
    placement.given(started, confirmed(3)).when(remind).then(due)


@pytest.mark.parametrize(
    "events",
    [(ended,), (voided,), (confirmed(),), (confirmed(12),), (not_reached,), (due,)],
    ids=["ended", "voided", "confirmed", "more confirmed", "denied", "reminded"],
)
def test_reminds_of_nothing_that_is_settled(events: tuple[Any, ...]):
    placement.given(started, *events).when(remind).then_nothing()


def test_reminds_again_where_the_start_has_moved():
    start = START + timedelta(days=31)
    placement.given(started, due, moved(start)).when(remind).then(
        due.model_copy(update={"occurred_on": date(2006, 7, 31)})
    )


def test_there_is_a_timer_for_three_six_and_twelve_months():
    first = [timer.due(None, started, START) for timer in MILESTONE_TIMERS]
    assert first == [date(2006, 3, 31), SIX_MONTHS, date(2006, 12, 31)]
    assert [timer.fire(START) for timer in MILESTONE_TIMERS] == [
        RemindMilestone(months=one) for one in (3, 6, 12)
    ]


def test_its_reminder_is_the_last():
    for timer, months in zip(MILESTONE_TIMERS, (3, 6, 12), strict=True):
        assert timer.due(SIX_MONTHS, due.model_copy(update={"months": months}), SIX_MONTHS) is None


@pytest.mark.parametrize(
    "event",
    [ended, voided, confirmed(), confirmed(12), not_reached, not_reached.model_copy(update={"months": 3})],
    ids=lambda e: f"{e.TYPE} {getattr(e, 'months', '')}",
)
def test_is_gone(event: Any):
    assert milestone_from(6, SIX_MONTHS, event, DAY) is None


@pytest.mark.parametrize(
    "event",
    [
        extended,
        confirmed(3),
        not_reached.model_copy(update={"months": 12}),
        due.model_copy(update={"months": 3}),
    ],
    ids=lambda e: f"{e.TYPE} {getattr(e, 'months', '')}",
)
def test_stays(event: Any):
    assert milestone_from(6, SIX_MONTHS, event, DAY) == SIX_MONTHS
    assert milestone_from(6, None, event, DAY) is None


def test_moves_with_the_start():
    assert milestone_from(6, SIX_MONTHS, moved(date(2006, 2, 1)), DAY) == date(2006, 7, 31)


def test_comes_back_where_it_had_not_ended():
    runs_on = PlacementEndCorrected(
        placement_ref=REF, occurred_on=DAY, reason_code="typing-error", start_date=START
    )
    assert milestone_from(6, None, runs_on, DAY) == SIX_MONTHS
    other_end = runs_on.model_copy(update={"end_date": DAY, "end_reason": EndReason.OTHER})
    assert milestone_from(6, SIX_MONTHS, other_end, DAY) is None


def test_a_historic_load_reminds_of_nothing():
    assert milestone_from(6, None, started, SIX_MONTHS) == SIX_MONTHS
    assert milestone_from(6, None, started, SIX_MONTHS + timedelta(days=1)) is None


def test_a_correction_reminds_at_once_where_the_day_has_passed_by_it():
    assert milestone_from(6, LATER, moved(START), date(2006, 8, 1)) == SIX_MONTHS


def test_does_not_concern_what_was_voided_or_never_started():
    placement.given(started, voided).when(deny).then_refused("placement-voided")
    placement.when(deny).then_refused("placement-unknown")
