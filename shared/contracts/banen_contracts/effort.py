"""Public facts of the effort that mediation takes: hours per month and kind of people, and meetings. Never per person."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from banen_contracts.base import Count, PublicEvent, Ref
from banen_contracts.intake import AttendanceBand, Month


class EffortRole(StrEnum):
    """Whose hours they are."""

    ADVISER = "adviser"
    """Volunteers who mediate."""
    COACH = "coach"
    """Volunteers who coach."""
    STAFF = "staff"
    """Paid people."""


class MeetingKind(StrEnum):
    """What a partner holds for its own people."""

    TRAINING = "training"
    PEER_REVIEW = "peer_review"


EffortRef = Annotated[str, StringConstraints(pattern=r"^(adviser|coach|staff)-[0-9]{4}-[0-9]{2}$")]


def effort_ref_of(role: EffortRole, month: str) -> str:
    """The reference of a partner's hours of one role in a month, such as adviser-2006-03."""
    return f"{role}-{month}"


FEWEST_PEOPLE = 5
"""As in figures, where smaller cells are kept back."""


class EffortRecorded(PublicEvent, frozen=True):
    """How many hours the partner's people of one role worked in a month, together; the last one holds.

    Of fewer than `FEWEST_PEOPLE` people neither number is published, since the hours of one or a few people say how much each
    of them worked, and colleagues know who they are. That nobody worked is published.
    """

    NAME: ClassVar[str] = "mediation.effort-recorded.v1"
    REF: ClassVar[str] = "effort_ref"
    effort_ref: EffortRef
    """The role and the month, as `effort_ref_of` writes them."""
    month: Month
    role: EffortRole
    hours: Count | None = None
    people: Count | None = None


class MeetingHeld(PublicEvent, frozen=True):
    """A partner's own people had a training, or reviewed their work together; nothing says who came."""

    NAME: ClassVar[str] = "mediation.meeting-held.v1"
    REF: ClassVar[str] = "meeting_ref"
    meeting_ref: Ref
    kind: MeetingKind
    attendance: AttendanceBand
