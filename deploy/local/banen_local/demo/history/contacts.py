"""How people were found: contacts and conversations by channel, and the events at which some were met."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from banen_contracts.intake import AttendanceBand, Channel, ContactKind, OutreachKind
from banen_intake.domain.contact import RecordContact
from banen_intake.domain.outreach import RecordOutreach
from banen_local.demo.history.book import Book
from banen_local.demo.history.people import PLACES
from banen_local.demo.published import PUBLISHED

CHANNELS: Mapping[str, Mapping[Channel, int]] = {
    "vluchtelingenwerk": {
        Channel.INFO_SESSION: 34, Channel.MUNICIPALITY: 29, Channel.WORD_OF_MOUTH: 22, Channel.UWV_FILE: 9,
        Channel.SELF_ORGANISATION: 3, Channel.OTHER: 3,
    },
    "uaf": {
        Channel.STUDENT_POOL: 78, Channel.WORD_OF_MOUTH: 13, Channel.INFO_SESSION: 5,
        Channel.SELF_ORGANISATION: 1, Channel.OTHER: 3,
    },
    "uwv": {Channel.UWV_FILE: 90, Channel.INFO_SESSION: 5, Channel.MUNICIPALITY: 3, Channel.OTHER: 2},
}  # fmt: skip
"""Shares in percent. The report names the channels, and says that self-organisations were hardly used; it gives no shares."""
HELD: Mapping[str, Mapping[OutreachKind, int]] = {
    "vluchtelingenwerk": {OutreachKind.INFO_SESSION: 78, OutreachKind.OPEN_HOUSE: 8, OutreachKind.HOME_VISIT: 4},
    "uaf": {OutreachKind.INFO_SESSION: 14, OutreachKind.OPEN_HOUSE: 6},
    "uwv": {OutreachKind.INFO_SESSION: 12, OutreachKind.JOB_FAIR: 6},
}  # fmt: skip
AT_SELF_ORGANISATION = 0.1
"""The share of information sessions that were held with one."""
LONGEST_AGO = timedelta(days=60)
BANDS = (
    (10, AttendanceBand.UNDER_10),
    (25, AttendanceBand.FROM_10_TO_24),
    (50, AttendanceBand.FROM_25_TO_49),
)


@dataclass
class Session:
    """Something held to reach people, and how many of them became contacts."""

    ref: UUID
    day: date
    kind: OutreachKind
    at_self_organisation: bool
    region: str
    municipality: str
    met: int = 0

    def is_for(self, channel: Channel) -> bool:
        match channel:
            case Channel.SELF_ORGANISATION:
                return self.at_self_organisation
            case Channel.INFO_SESSION:
                return self.kind is OutreachKind.INFO_SESSION and not self.at_self_organisation
            case Channel.OTHER:
                return self.kind is not OutreachKind.INFO_SESSION
            case _:
                return False


class Contacts:
    """Records contacts, and counts the conversations among them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.conversations: Counter[str] = Counter()
        self._sessions = {partner: self._held(held) for partner, held in HELD.items()}

    def meet(self, partner: str, day: date, kind: ContactKind) -> UUID:
        """On that day, or at an event not long before."""
        book, random = self.book, self.book.random
        shares = CHANNELS[partner]
        (channel,) = random.choices(list(shares), list(shares.values()))
        region, municipality = random.choice(PLACES)
        session = self._session(partner, channel, day)
        if session:
            session.met += 1
            day, region, municipality = session.day, session.region, session.municipality
        contact = RecordContact(
            occurred_on=day,
            channel=channel,
            kind=kind,
            region_id=region,
            municipality_code=municipality,
            outreach_ref=session.ref if session else None,
        )
        ref = book.ref()
        book.write((partner, "intake"), ref, contact)
        self.conversations[partner] += kind is ContactKind.CONVERSATION
        return ref

    def record_sessions(self) -> None:
        """Last, when it is known how many people were met; at least as many came."""
        random = self.book.random
        for partner, sessions in self._sessions.items():
            for session in sessions:
                came = session.met + random.randint(2, 30)
                outreach = RecordOutreach(
                    occurred_on=session.day,
                    kind=session.kind,
                    attendance=next((band for limit, band in BANDS if came < limit), AttendanceBand.FROM_50),
                    self_organisation_involved=session.at_self_organisation,
                    region_id=session.region,
                    municipality_code=session.municipality,
                )
                self.book.write((partner, "intake"), session.ref, outreach)

    def _session(self, partner: str, channel: Channel, day: date) -> Session | None:
        """The last event by that day at which somebody could be found so."""
        fit = (one for one in reversed(self._sessions[partner]) if one.day <= day and one.is_for(channel))
        session = next(fit, None)
        return session if session and day - session.day <= LONGEST_AGO else None

    def _held(self, held: Mapping[OutreachKind, int]) -> list[Session]:
        random = self.book.random
        kinds = [kind for kind, number in held.items() for _ in range(number)]
        random.shuffle(kinds)
        days = self.book.days(PUBLISHED.window.first, PUBLISHED.window.last, len(kinds))
        return [
            Session(
                self.book.ref(),
                day,
                kind,
                kind is OutreachKind.INFO_SESSION and random.random() < AT_SELF_ORGANISATION,
                *random.choice(PLACES),
            )
            for day, kind in zip(days, kinds, strict=True)
        ]
