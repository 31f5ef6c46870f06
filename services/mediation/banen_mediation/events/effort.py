"""The hours that the partner's people work, and their meetings. Never per person."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Count
from banen_contracts.intake import AttendanceBand, Month
from banen_contracts.mediation import EffortRole, MeetingKind, effort_ref_of
from banen_kit.core.decider import DomainEvent


class EffortRecorded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "effort-recorded"
    occurred_on: date
    month: Month
    role: EffortRole
    hours: Count
    people: Count

    @property
    def effort_ref(self) -> str:
        return effort_ref_of(self.role, self.month)


class MeetingHeld(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "meeting-held"
    meeting_ref: UUID
    occurred_on: date
    kind: MeetingKind
    attendance: AttendanceBand
