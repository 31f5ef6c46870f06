"""Contact that counts as lost because nothing was recorded for half a year."""

from datetime import date
from typing import Any

import pytest

from banen_contracts.consent import ConsentScope
from banen_contracts.intake import Channel, ContactKind
from banen_intake.domain.silence import MarkSilent, silent_from
from banen_intake.events import CandidateEvent, ContactMade
from support.candidate import (
    DAY,
    REF,
    activity,
    activity_ended,
    allowed,
    assessed,
    assigned,
    candidate,
    closed,
    completed,
    erased,
    found,
    logged,
    lost,
    no_longer,
    planned,
    portrait,
    ready,
    reentered,
    registered,
    started,
    taken_down,
    worker,
)

RECORDED_ON = date(2026, 3, 15)
DUE = date(2026, 1, 1)
mark = MarkSilent(occurred_on=DAY)


def test_whoever_is_silent_counts_as_lost():
    candidate.given(registered).when(mark).then(lost)


def test_whoever_ended_the_last_activity_can_be_lost():
    candidate.given(registered, activity, activity_ended).when(mark).then(lost)


def test_whoever_takes_part_again_can_be_lost():
    candidate.given(registered, completed, ready, closed, reentered).when(mark).then(lost)


@pytest.mark.parametrize(
    "past",
    [
        [],
        [registered, activity],
        [registered, completed, ready],
        [registered, lost],
        [registered, closed],
        [registered, erased],
    ],
    ids=["nobody", "in an activity", "ready", "lost", "closed", "erased"],
)
def test_silence_says_nothing_about(past: Any):
    candidate.given(*past).when(mark).then_nothing()


CONTACTS = (
    registered, logged, started, completed, planned, assessed, assigned, activity, activity_ended, found, reentered,
)  # fmt: skip
ENDS = (ready, lost, closed, erased)
OTHERS = (
    worker, portrait, taken_down, allowed(ConsentScope.LINKAGE), no_longer(ConsentScope.LINKAGE),
    ContactMade(contact_ref=REF, occurred_on=DAY, channel=Channel.OTHER, kind=ContactKind.CONTACT),
)  # fmt: skip


@pytest.mark.parametrize("event", CONTACTS, ids=lambda event: event.TYPE)
@pytest.mark.parametrize("due", [None, DUE])
def test_half_a_year_begins_with_each_fact(due: date | None, event: CandidateEvent):
    assert silent_from(due, event, RECORDED_ON) == date(2026, 9, 15)


@pytest.mark.parametrize("event", ENDS, ids=lambda event: event.TYPE)
def test_nobody_is_waited_for_any_longer(event: CandidateEvent):
    assert silent_from(DUE, event, RECORDED_ON) is None


@pytest.mark.parametrize("event", OTHERS, ids=lambda event: event.TYPE)
@pytest.mark.parametrize("due", [None, DUE])
def test_what_needs_no_contact_changes_nothing(due: date | None, event: CandidateEvent):
    assert silent_from(due, event, RECORDED_ON) == due


def test_a_historic_load_does_not_lose_everybody_at_once():
    long_ago = registered.model_copy(update={"occurred_on": date(2006, 3, 1)})
    assert silent_from(None, long_ago, RECORDED_ON) == date(2026, 9, 15)


@pytest.mark.parametrize(
    ("recorded_on", "due"),
    [
        (date(2026, 1, 31), date(2026, 7, 31)),
        (date(2026, 3, 31), date(2026, 9, 30)),
        (date(2026, 5, 31), date(2026, 11, 30)),
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2027, 8, 29), date(2028, 2, 29)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 8, 29)),
        (date(2026, 6, 30), date(2026, 12, 30)),
        (date(2026, 7, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 6, 30)),
    ],
    ids=str,
)
def test_months_are_those_of_the_calendar(recorded_on: date, due: date):
    assert silent_from(None, logged, recorded_on) == due
