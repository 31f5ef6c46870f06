"""The work of volunteers: hours a month, and the meetings at which they learned or reviewed their work."""

from datetime import date, timedelta

from banen_contracts.intake import AttendanceBand
from banen_contracts.mediation import EffortRole, MeetingKind, effort_ref_of
from banen_local.demo.history.book import Book, Source
from banen_local.demo.published import PUBLISHED
from banen_mediation.domain.effort import RecordEffort, RecordMeeting

EMPLOOI: Source = ("emplooi", "mediation")
VLUCHTELINGENWERK: Source = ("vluchtelingenwerk", "mediation")
ADVISERS = 140
"""The report has "more than 140" advisers at the end. Their hours it does not have: those were made up."""
ADVISERS_AT_FIRST = 90
HELD = ((EMPLOOI, MeetingKind.PEER_REVIEW, 12), (VLUCHTELINGENWERK, MeetingKind.TRAINING, 9))
FIRST_MEETING, LAST_MEETING = date(2006, 2, 1), date(2008, 11, 30)


def record_effort(book: Book) -> None:
    months = list(_last_days())
    for at, last in enumerate(months):
        month, role = f"{last:%Y-%m}", EffortRole.ADVISER
        people = ADVISERS_AT_FIRST + (ADVISERS - ADVISERS_AT_FIRST) * at // (len(months) - 1)
        hours = people * book.random.randint(8, 14)
        effort = RecordEffort(occurred_on=last, month=month, role=role, hours=hours, people=people)
        book.write(EMPLOOI, effort_ref_of(role, month), effort)
    for source, kind, number in HELD:
        for day in book.days(FIRST_MEETING, LAST_MEETING, number):
            bands = (AttendanceBand.FROM_10_TO_24, AttendanceBand.FROM_25_TO_49)
            meeting = RecordMeeting(occurred_on=day, kind=kind, attendance=book.random.choice(bands))
            book.write(source, book.ref(), meeting)


def _last_days() -> list[date]:
    """Of each month of the programme."""
    window = PUBLISHED.window
    days = (window.first + timedelta(days=at) for at in range((window.last - window.first).days + 1))
    return [day for day in days if (day + timedelta(days=1)).day == 1]
