"""Recording the hours of a month, and the meetings of the partner's people. Never per person."""

from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Count, Day
from banen_contracts.intake import AttendanceBand, Month
from banen_contracts.mediation import EffortRole, MeetingKind, effort_ref_of
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_kit.core.records import latest_holds, recorded_once
from banen_mediation.events import EffortRecorded, MeetingHeld


class RecordEffort(Command, frozen=True):
    """A later one for the same month and role holds instead of the one before; the same again changes nothing."""

    NAME: ClassVar[str] = "record-effort"
    occurred_on: Day
    month: Month
    role: EffortRole
    hours: Count
    people: Count


class RecordMeeting(Command, frozen=True):
    NAME: ClassVar[str] = "record-meeting"
    occurred_on: Day
    kind: MeetingKind
    attendance: AttendanceBand


def record_effort(command: RecordEffort, context: DecisionContext) -> EffortRecorded:
    ref = effort_ref_of(command.role, command.month)
    if context.ref != ref:
        raise Refused("effort-ref-differs", f"The reference of these hours is {ref}.", "month")
    if command.month > command.occurred_on.isoformat()[:7]:
        raise Refused("month-ahead", "That month had not begun on that day.", "month")
    if command.hours and not command.people:
        raise Refused("people-missing", "Say how many people worked these hours.", "people")
    return EffortRecorded(**dict(command))


EFFORT = latest_holds(record_effort)


def record_meeting(command: RecordMeeting, context: DecisionContext) -> MeetingHeld:
    return MeetingHeld(
        meeting_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        kind=command.kind,
        attendance=command.attendance,
    )


MEETING = recorded_once("meeting", "This meeting was recorded already.", record_meeting)
