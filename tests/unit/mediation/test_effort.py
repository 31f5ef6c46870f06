"""Hours per month and role, and meetings: never of one person by name, the last one holds."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts.intake import AttendanceBand
from banen_contracts.mediation import EffortRole, MeetingKind
from banen_kit.testing import Scenario
from banen_mediation.domain.effort import EFFORT, MEETING, RecordEffort, RecordMeeting
from banen_mediation.events import EffortRecorded, MeetingHeld

REF = UUID(int=1)
SAID: dict[str, Any] = {
    "occurred_on": date(2006, 4, 3),
    "month": "2006-03",
    "role": EffortRole.ADVISER,
    "hours": 1240,
    "people": 62,
}
effort = Scenario(EFFORT, "adviser-2006-03")
recorded = EffortRecorded(**SAID)
meeting = Scenario(MEETING, str(REF))
DAY = date(2006, 3, 1)


def test_records_the_hours_of_a_month():
    effort.when(RecordEffort(**SAID)).then(recorded)
    assert recorded.effort_ref == "adviser-2006-03"


def test_the_month_that_goes_on_can_be_recorded():
    said: dict[str, Any] = SAID | {"occurred_on": date(2006, 3, 1)}
    effort.when(RecordEffort(**said)).then(EffortRecorded(**said))


def test_the_same_again_changes_nothing_also_on_another_day():
    again: dict[str, Any] = SAID | {"occurred_on": date(2006, 5, 1)}
    effort.given(recorded).when(RecordEffort(**again)).then_nothing()


@pytest.mark.parametrize("change", [{"hours": 1200}, {"people": 61}, {"hours": 0, "people": 0}], ids=str)
def test_a_later_one_that_says_something_else_follows(change: dict[str, Any]):
    said: dict[str, Any] = SAID | change
    effort.given(recorded).when(RecordEffort(**said)).then(EffortRecorded(**said))


@pytest.mark.parametrize("change", [{"month": "2006-02"}, {"role": EffortRole.COACH}], ids=str)
def test_refuses_a_reference_of_another_month_or_role(change: dict[str, Any]):
    effort.when(RecordEffort(**SAID | change)).then_refused("effort-ref-differs", "month")


def test_refuses_a_month_to_come():
    said: dict[str, Any] = SAID | {"occurred_on": date(2006, 2, 28)}
    effort.when(RecordEffort(**said)).then_refused("month-ahead", "month")


def test_refuses_hours_of_nobody():
    said: dict[str, Any] = SAID | {"people": 0}
    effort.when(RecordEffort(**said)).then_refused("people-missing", "people")


@pytest.mark.parametrize(
    "change", [{"hours": -1}, {"hours": 10_000_001}, {"people": -1}, {"month": "2006-13"}]
)
def test_takes_no_number_and_no_month_out_of_bounds(change: dict[str, Any]):
    with pytest.raises(ValidationError, match=next(iter(change))):
        RecordEffort(**SAID | change)


@pytest.mark.parametrize("kind", MeetingKind)
def test_records_a_meeting_once(kind: MeetingKind):
    record = RecordMeeting(occurred_on=DAY, kind=kind, attendance=AttendanceBand.UNDER_10)
    held = MeetingHeld(meeting_ref=REF, occurred_on=DAY, kind=kind, attendance=AttendanceBand.UNDER_10)
    meeting.when(record).then(held)
    meeting.given(held).when(record).then_refused("meeting-exists")
