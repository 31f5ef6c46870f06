"""What partners did with their employers and others who have places: approaches, the platform, agreements and referrals."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from banen_contracts.employers import ApproachChannel, ApproachLevel, PartyKind
from banen_employers.domain.agreement import RecordReferral, SignAgreement
from banen_employers.domain.approach import RecordApproach
from banen_employers.domain.employer import JoinPlatform, LeavePlatform
from banen_kit.core.decider import Command
from banen_local.demo.history.book import Book, Source
from banen_local.demo.history.bureau import BY_STEPS, DIRECT, route_of
from banen_local.demo.history.employers import Employers, Group
from banen_local.demo.published import PUBLISHED

APPROACHED = 0.3
"""The share of the employers without a group that were approached; the others came by themselves."""
ON_PLATFORM = 20
"""The report has "about twenty"."""
PLATFORM_FROM, PLATFORM_UNTIL = date(2006, 3, 1), date(2008, 6, 30)
AGREED_FROM = 15
"""A group of so many rests on an agreement with its employer."""
PARTIES = (PartyKind.EMPLOYERS_ORGANISATION, PartyKind.SECTOR_FUND, PartyKind.MUNICIPALITY)
WITH_PARTIES = ("emplooi", "uaf")
REFERRING = PartyKind.MUNICIPALITY
LAST_DAY = PUBLISHED.window.last


class Relations:
    """The report says with whom there were contacts, and hardly how many; the numbers were chosen for the demo."""

    def __init__(self, book: Book, employers: Employers) -> None:
        self.book = book
        self._employers = employers

    def record(self) -> None:
        for group in self._employers.groups:
            self._approach(group.partner, group.employer_ref, self._employers.since[group.employer_ref])
            if group.placed >= AGREED_FROM and not group.employer_is_partner:
                self._agree_on(group)
        for partner, known in self._employers.known.items():
            for day, employer in known:
                if self.book.random.random() < APPROACHED:
                    self._approach(partner, employer, day)
        self._platform()
        for partner in WITH_PARTIES:
            for kind in PARTIES:
                self._agree_with(partner, kind)

    def _approach(self, partner: str, employer: UUID, day: date) -> None:
        random = self.book.random
        approach = RecordApproach(
            occurred_on=day,
            employer_ref=employer,
            channel=random.choice(list(ApproachChannel)),
            level=random.choice(list(ApproachLevel)),
        )
        self._write(partner, self.book.ref(), approach)

    def _platform(self) -> None:
        """One more than are on it at the end joins, and leaves."""
        random = self.book.random
        members = list(islice(self._invited(), ON_PLATFORM + 1))
        for partner, employer in members:
            day = max(self.book.days(PLATFORM_FROM, PLATFORM_UNTIL, 1)[0], self._employers.since[employer])
            self._write(partner, employer, JoinPlatform(occurred_on=day))
        partner, employer = random.choice(members)
        self._write(partner, employer, LeavePlatform(occurred_on=LAST_DAY - timedelta(days=60)))

    def _invited(self) -> Iterator[tuple[str, UUID]]:
        """The employers with groups, and then others."""
        for group in self._employers.groups:
            if not group.employer_is_partner:
                yield group.partner, group.employer_ref
        for partner in WITH_PARTIES:
            for _, employer in self._employers.known[partner][::8]:
                yield partner, employer

    def _agree_on(self, group: Group) -> None:
        agreement = SignAgreement(
            occurred_on=group.planned,
            party_kind=PartyKind.EMPLOYER,
            party_ref=group.employer_ref,
            places_promised=group.figures.placed,
            routes=(route_of(group.figures.kind),),
            valid_from=group.planned,
            valid_to=group.last,
        )
        self._write(group.partner, self.book.ref(), agreement)

    def _agree_with(self, partner: str, kind: PartyKind) -> None:
        (day,) = self.book.days(date(2006, 2, 1), date(2008, 3, 31), 1)
        agreement = SignAgreement(
            occurred_on=day,
            party_kind=kind,
            places_promised=self.book.random.randrange(5, 40),
            routes=(DIRECT, BY_STEPS),
            valid_from=day,
            valid_to=LAST_DAY,
        )
        ref = self.book.ref()
        self._write(partner, ref, agreement)
        if kind is REFERRING:
            for referred in self.book.days(day, LAST_DAY, self.book.random.randint(6, 15)):
                self._write(partner, ref, RecordReferral(occurred_on=referred))

    def _write(self, partner: str, ref: UUID, command: Command) -> None:
        source: Source = (partner, "employers")
        self.book.write(source, ref, command)
