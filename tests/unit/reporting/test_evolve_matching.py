"""What reporting knows of clients, matches, tracks to an own firm, effort and meetings."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, mediation as m
from banen_contracts.intake import AttendanceBand
from banen_reporting.facts.evolve import CannotFold, Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import ClientFact, Fact
from banen_reporting.facts.model_matching import EffortFact, EnterpriseFact, MatchFact, MeetingFact

REF, CLIENT, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
FIRST, SECOND, THIRD = date(2006, 3, 1), date(2006, 4, 1), date(2006, 5, 1)
WHEN = Learned(datetime(2006, 3, 2, tzinfo=UTC), imported=False)

taken_on = m.ClientTakenOn(client_ref=CLIENT, occurred_on=FIRST, origin=m.Origin.WALK_IN)
client = ClientFact(origin=m.Origin.WALK_IN, origin_ref=None, taken_on=FIRST)
client_closed = m.ClientClosed(client_ref=CLIENT, occurred_on=SECOND, reason_code="withdrawn")
client_reopened = m.ClientReopened(client_ref=CLIENT, occurred_on=THIRD, reason_code="returned")
proposed = m.MatchProposed(match_ref=REF, client_ref=CLIENT, occurred_on=FIRST, employer_ref=OTHER)
match = MatchFact(client_ref=str(CLIENT), proposed_on=FIRST, employer_ref=str(OTHER))
withdrawn = m.MatchWithdrawn(match_ref=REF, occurred_on=SECOND, reason_code="vacancy-filled")
track_started = m.EnterpriseTrackStarted(
    track_ref=REF,
    client_ref=CLIENT,
    occurred_on=FIRST,
    support_source=m.SupportSource.BANK,
    guided_by="emplooi",
)
track = EnterpriseFact(
    client_ref=str(CLIENT),
    support_source=m.SupportSource.BANK,
    guided_by="emplooi",
    track_started_on=FIRST,
)
started = m.EnterpriseStarted(track_ref=REF, occurred_on=SECOND, placement_ref=OTHER)
stopped = m.EnterpriseStopped(track_ref=REF, occurred_on=THIRD, reason_code="too-few-orders")
hours = m.EffortRecorded(
    effort_ref="adviser-2006-03",
    month="2006-03",
    role=m.EffortRole.ADVISER,
    hours=1240,
    people=62,
    occurred_on=THIRD,
)
held = m.MeetingHeld(
    meeting_ref=REF,
    occurred_on=FIRST,
    kind=m.MeetingKind.PEER_REVIEW,
    attendance=AttendanceBand.FROM_10_TO_24,
)


def running(day: date) -> m.EnterpriseStillRunning:
    return m.EnterpriseStillRunning(track_ref=REF, occurred_on=day)


def interview(outcome: m.InterviewOutcome, day: date) -> m.EmployerInterviewHeld:
    return m.EmployerInterviewHeld(match_ref=REF, occurred_on=day, outcome=outcome)


def folded(*events: PublicEvent) -> Fact:
    row: Fact | None = None
    for event in events:
        row = BY_EVENT[type(event)].fold(row, event, WHEN)
    assert row is not None
    return row


def test_a_client_is_closed_and_taken_up_again():
    assert folded(taken_on) == client
    assert folded(taken_on, client_closed) == replace(client, closed_on=SECOND)
    assert folded(taken_on, client_closed, client_reopened) == client


def test_a_match_has_its_interviews_in_their_order():
    first, last = m.InterviewOutcome.NO_SHOW, m.InterviewOutcome.HIRED
    assert folded(proposed, interview(first, SECOND), interview(last, THIRD)) == replace(
        match, interviews=((SECOND, first), (THIRD, last))
    )


def test_a_match_is_withdrawn():
    assert folded(proposed) == match
    assert folded(proposed, withdrawn) == replace(match, withdrawn_on=SECOND)


def test_a_step_of_a_match_is_taken_back():
    last = interview(m.InterviewOutcome.NO_SHOW, SECOND)
    undone = m.MatchStepTakenBack(
        match_ref=REF, occurred_on=THIRD, step=m.MatchStep.WITHDRAWAL, reason_code="typing-error"
    )
    of_interview = undone.model_copy(update={"step": m.MatchStep.INTERVIEW})
    known = replace(match, interviews=((SECOND, m.InterviewOutcome.NO_SHOW),))
    assert folded(proposed, last, withdrawn, undone) == known
    assert folded(proposed, last, withdrawn, undone, of_interview) == match


def test_a_step_of_a_track_is_taken_back():
    undone = m.EnterpriseStepTakenBack(track_ref=REF, occurred_on=THIRD, reason_code="typing-error")
    runs = undone.model_copy(update={"started_on": SECOND, "running_on": SECOND, "placement_ref": OTHER})
    assert folded(track_started, started, stopped, runs) == folded(track_started, started)
    assert folded(track_started, started, undone) == track


def test_a_firm_runs_until_the_last_day_that_was_confirmed():
    firm = replace(track, started_on=SECOND, running_on=SECOND, placement_ref=str(OTHER))
    assert folded(track_started, started) == firm
    assert folded(track_started, started, running(THIRD), running(SECOND)) == replace(firm, running_on=THIRD)


def test_a_firm_stops_or_its_preparation_does():
    assert folded(track_started, stopped) == replace(track, stopped_on=THIRD)


def test_hours_of_too_few_people_have_no_number():
    few = hours.model_copy(update={"hours": None, "people": None})
    expected = EffortFact(month="2006-03", role=m.EffortRole.ADVISER, hours=None, people=None)
    assert folded(hours, few) == expected


def test_the_last_hours_of_a_month_hold():
    more = hours.model_copy(update={"hours": 1300, "people": 64})
    assert folded(hours, more) == EffortFact(
        month="2006-03", role=m.EffortRole.ADVISER, hours=1300, people=64
    )


def test_a_meeting_is_known():
    assert folded(held) == MeetingFact(
        kind=m.MeetingKind.PEER_REVIEW, attendance=AttendanceBand.FROM_10_TO_24, held_on=FIRST
    )


@pytest.mark.parametrize("event", [taken_on, proposed, track_started, held], ids=lambda e: e.NAME)
def test_nothing_begins_twice(event: PublicEvent):
    with pytest.raises(CannotFold, match="already-known"):
        folded(event, event)


@pytest.mark.parametrize(
    "event", [client_closed, withdrawn, started, running(FIRST), stopped], ids=lambda e: e.NAME
)
def test_nothing_follows_what_is_not_known(event: PublicEvent):
    with pytest.raises(CannotFold, match="ref-unknown"):
        folded(event)
