"""Aftercare: the contacts that are logged, and the reminders of those that are due."""

from datetime import date, timedelta
from typing import Any

import pytest

from banen_contracts.mediation import EndReason
from banen_kit.crypto.personal_fields import Open, persons_of
from banen_mediation.domain.aftercare import LogAftercare, RemindAftercare, due_from
from banen_mediation.events import (
    AftercareContactLogged,
    AftercareDue,
    MilestoneDue,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
)
from banen_mediation.timers import REMIND_AFTERCARE, TIMERS
from support.placement import (
    CLIENT,
    DAY,
    LATER,
    PLANNED_END,
    REF,
    START,
    ended,
    extended,
    fixed,
    placement,
    started,
    voided,
)

THREE_MONTHS = date(2006, 3, 31)
early = PlacementEnded(placement_ref=REF, end_date=DAY, reason_code=EndReason.OTHER)
due = AftercareDue(placement_ref=REF, occurred_on=THREE_MONTHS, due_month=3)
remind = RemindAftercare(due_month=3)


def moved(start: date) -> PlacementCorrected:
    return PlacementCorrected(
        placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **fixed(start_date=start)
    )


def aftercare(**fields: Any) -> LogAftercare:
    return LogAftercare(**{"occurred_on": DAY, "due_month": 3, "done": True, **fields})


logged = AftercareContactLogged(placement_ref=REF, occurred_on=DAY, client_ref=CLIENT, due_month=3, done=True)


def test_logs_a_contact():
    placement.given(started).when(aftercare()).then(logged)


def test_logs_that_it_was_tried_in_vain():
    placement.given(started).when(aftercare(done=False, due_month=None)).then(
        logged.model_copy(update={"done": False, "due_month": None})
    )


def test_logs_a_contact_after_the_end():
    placement.given(started, early).when(aftercare(occurred_on=PLANNED_END)).then(
        logged.model_copy(update={"occurred_on": PLANNED_END})
    )


def test_the_notes_are_sealed_under_the_key_of_the_client():
    assert persons_of(AftercareContactLogged) == {"notes": "client_ref"}
    placement.given(started).when(aftercare(notes="Het gaat goed.")).then(
        logged.model_copy(update={"notes": Open("Het gaat goed.")})
    )


def test_refuses_aftercare_before_the_start():
    command = aftercare(occurred_on=START - timedelta(days=1))
    placement.given(started).when(command).then_refused("aftercare-before-start", "occurredOn")


def test_does_not_concern_what_was_voided_or_never_started():
    placement.given(started, voided).when(aftercare()).then_refused("placement-voided")
    placement.when(aftercare()).then_refused("placement-unknown")


# reminders

in_vain = logged.model_copy(update={"done": False})
of_another_month = logged.model_copy(update={"due_month": 6})
of_no_month = logged.model_copy(update={"due_month": None})


@pytest.mark.parametrize("contacts", [(), (in_vain,), (of_another_month,), (of_no_month,)])
def test_a_contact_that_is_due_and_not_logged_becomes_due(contacts: tuple[AftercareContactLogged, ...]):
    placement.given(started, *contacts).when(remind).then(due)


@pytest.mark.parametrize(
    "events", [(logged,), (ended,), (voided,), (due,)], ids=["logged", "ended", "voided", "reminded"]
)
def test_nothing_is_due_where_nobody_needs_to_ask(events: tuple[Any, ...]):
    placement.given(started, *events).when(remind).then_nothing()
    placement.when(remind).then_nothing()


def test_is_due_again_where_the_start_has_moved():
    start = START + timedelta(days=31)
    placement.given(started, due, moved(start)).when(remind).then(
        due.model_copy(update={"occurred_on": date(2006, 4, 30)})
    )


def test_a_contact_is_due_after_three_six_and_twelve_months():
    timers = [timer for timer in TIMERS if timer.operation is REMIND_AFTERCARE]
    first = [timer.due(None, started, START) for timer in timers]
    assert first == [THREE_MONTHS, date(2006, 6, 30), date(2006, 12, 31)]
    assert [timer.fire(START) for timer in timers] == [RemindAftercare(due_month=one) for one in (3, 6, 12)]


@pytest.mark.parametrize("event", [ended, voided, logged, due], ids=lambda event: event.TYPE)
def test_is_no_longer_due(event: Any):
    assert due_from(3, THREE_MONTHS, event, DAY) is None


@pytest.mark.parametrize(
    "event",
    [
        extended,
        in_vain,
        of_another_month,
        of_no_month,
        due.model_copy(update={"due_month": 6}),
        MilestoneDue(placement_ref=REF, occurred_on=THREE_MONTHS, months=3),
    ],
)
def test_stays_due(event: Any):
    assert due_from(3, THREE_MONTHS, event, DAY) == THREE_MONTHS
    assert due_from(3, None, event, DAY) is None


def test_the_day_moves_with_the_start_and_comes_back_where_it_had_not_ended():
    assert due_from(3, THREE_MONTHS, moved(date(2006, 2, 1)), DAY) == date(2006, 4, 30)
    runs_on = PlacementEndCorrected(
        placement_ref=REF, occurred_on=DAY, reason_code="typing-error", start_date=START
    )
    assert due_from(6, None, runs_on, DAY) == date(2006, 6, 30)
    other_end = runs_on.model_copy(update={"end_date": LATER, "end_reason": EndReason.OTHER})
    assert due_from(6, THREE_MONTHS, other_end, DAY) is None


def test_a_historic_load_makes_nothing_due():
    assert due_from(3, None, started, THREE_MONTHS) == THREE_MONTHS
    assert due_from(3, None, started, THREE_MONTHS + timedelta(days=1)) is None
