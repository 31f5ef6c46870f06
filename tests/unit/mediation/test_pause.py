"""Pauses of a placement."""

from datetime import date, timedelta
from typing import Any

import pytest

from banen_kit.crypto.personal_fields import Open, persons_of
from banen_mediation.domain.pause import PausePlacement, ResumePlacement
from banen_mediation.events import PlacementPaused, PlacementResumed
from support.placement import CLIENT, DAY, PLANNED_END, REF, START, ended, placement, started, voided

BACK = date(2006, 6, 1)

pause = PausePlacement(occurred_on=DAY)
resume = ResumePlacement(occurred_on=BACK)
paused = PlacementPaused(placement_ref=REF, occurred_on=DAY, client_ref=CLIENT)
resumed = PlacementResumed(placement_ref=REF, occurred_on=BACK)


def test_pauses():
    placement.given(started).when(pause).then(paused)


def test_the_reason_is_sealed_under_the_key_of_the_client():
    assert persons_of(PlacementPaused) == {"reason": "client_ref"}
    command = PausePlacement(occurred_on=DAY, reason="Onder behandeling.")
    placement.given(started).when(command).then(
        paused.model_copy(update={"reason": Open("Onder behandeling.")})
    )


def test_the_reason_does_not_show():
    assert "behandeling" not in repr(PausePlacement(occurred_on=DAY, reason="Onder behandeling."))


def test_resumes():
    placement.given(started, paused).when(resume).then(resumed)


def test_resumes_on_the_day_of_a_pause_that_never_was():
    placement.given(started, paused).when(ResumePlacement(occurred_on=DAY)).then(
        resumed.model_copy(update={"occurred_on": DAY})
    )


def test_pauses_again():
    command = PausePlacement(occurred_on=BACK)
    placement.given(started, paused, resumed).when(command).then(
        paused.model_copy(update={"occurred_on": BACK})
    )


def test_is_told_late_that_it_paused():
    placement.given(started, ended).when(pause).then(paused)
    placement.given(started, paused, ended).when(resume).then(resumed)


def test_refuses_to_pause_twice():
    placement.given(started, paused).when(pause).then_refused("placement-paused")


def test_refuses_to_pause_before_the_start():
    command = PausePlacement(occurred_on=START - timedelta(days=1))
    placement.given(started).when(command).then_refused("pause-before-start", "occurredOn")


def test_refuses_a_pause_within_the_one_before():
    command = PausePlacement(occurred_on=BACK - timedelta(days=1))
    placement.given(started, paused, resumed).when(command).then_refused("pause-overlapping", "occurredOn")


def test_refuses_to_resume_what_is_not_paused():
    placement.given(started).when(resume).then_refused("placement-not-paused")
    placement.given(started, paused, resumed).when(resume).then_refused("placement-not-paused")


def test_refuses_to_resume_before_the_pause():
    command = ResumePlacement(occurred_on=DAY - timedelta(days=1))
    placement.given(started, paused).when(command).then_refused("resume-before-pause", "occurredOn")


@pytest.mark.parametrize("command", [PausePlacement, ResumePlacement])
def test_refuses_both_after_the_end(command: Any):
    after = command(occurred_on=PLANNED_END + timedelta(days=1))
    placement.given(started, ended).when(after).then_refused("placement-ended", "occurredOn")


@pytest.mark.parametrize("command", [pause, resume], ids=lambda c: c.NAME)
def test_neither_concerns_what_was_voided_or_never_started(command: Any):
    placement.given(started, voided).when(command).then_refused("placement-voided")
    placement.when(command).then_refused("placement-unknown")
