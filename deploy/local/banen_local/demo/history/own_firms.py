"""The way of clients to a firm of their own: guided, sometimes with a loan, and what became of it."""

from datetime import date, timedelta
from uuid import UUID

from banen_contracts.mediation import EndReason, RetentionMethod, SupportSource
from banen_local.demo.history.book import Book
from banen_local.demo.history.bureau import DIRECT
from banen_local.demo.history.intake import People
from banen_local.demo.history.plan import LAST_DAY, MINIMUM, Plan, with_terms
from banen_mediation.domain.ending import EndPlacement
from banen_mediation.domain.enterprise import (
    ConfirmEnterprise,
    EnterpriseCommand,
    RecordMicrocredit,
    StartEnterprise,
    StartEnterpriseTrack,
    StopEnterprise,
)
from banen_mediation.domain.history import last_day_of_month
from banen_mediation.domain.placement import StartPlacement
from banen_mediation.domain.retention import ConfirmRetention

SUPPORT = {
    "emplooi": (SupportSource.KNOWLEDGE_TEAM, SupportSource.KNOWLEDGE_TEAM, SupportSource.BANK),
    "uaf": (SupportSource.PARTNER, SupportSource.FUND),
}
PLANS = ("A shop with food from the region.", "Repairs of bicycles.", "Translations.", "A catering firm.")
ASKED_FOR_LOAN = 0.4
GRANTED = 0.7
STOPPED_EVERY = 9
"""One firm in so many stopped, after it had counted."""


class OwnFirms:
    """All about one client is sent together, since a track refers to the client and the firm to its placement."""

    def __init__(self, book: Book, people: People) -> None:
        self.book = book
        self._people = people
        self._started = 0

    def start(self, plan: Plan) -> None:
        """A firm, and the placement that it is."""
        start, random = plan.terms.start_date, self.book.random
        own, track = self._guided(plan, start - timedelta(days=random.randint(60, 150)))
        if random.random() < ASKED_FOR_LOAN:
            granted = random.random() < GRANTED
            loan = RecordMicrocredit(
                occurred_on=start - timedelta(days=20),
                granted=granted,
                amount_euro=random.randrange(5_000, 35_000, 500) if granted else None,
            )
            self._tell(own, track, loan)
        self.book.write(own.source, own.ref, StartPlacement(**own.terms.terms()))
        self._tell(own, track, StartEnterprise(occurred_on=start, placement_ref=own.ref))
        self._later(own, track)

    def give_up(self, plan: Plan) -> Plan:
        """Returns the placement with its client, who had begun to prepare a firm."""
        start, random = plan.terms.start_date, self.book.random
        owner, track = self._guided(plan, start - timedelta(days=random.randint(90, 150)))
        stopped = start - timedelta(days=random.randint(5, 60))
        reason = random.choice(("plan-not-viable", "no-loan", "prefers-job"))
        self._tell(owner, track, StopEnterprise(occurred_on=stopped, reason_code=reason))
        return owner

    def _guided(self, plan: Plan, day: date) -> tuple[Plan, UUID]:
        """The placement with its client, who is taken on by that day, and the client's track from then on."""
        partner, random = plan.terms.primary_partner, self.book.random
        client = self._people.client(partner, DIRECT, day)
        owner, track = with_terms(plan, client_ref=client), self.book.ref()
        begin = StartEnterpriseTrack(
            occurred_on=day,
            client_ref=client,
            support_source=random.choice(SUPPORT[partner]),
            guided_by=partner,
            plan=random.choice(PLANS),
        )
        self._tell(owner, track, begin)
        return owner, track

    def _later(self, own: Plan, track: UUID) -> None:
        """Half a year later and after a year the firm still runs, as far as there was time to ask; a few stop after that."""
        start = own.terms.start_date
        self._started += 1
        asked = [last_day_of_month(start, months) for months in (MINIMUM, 2 * MINIMUM)]
        asked = [day for day in asked if day <= LAST_DAY]
        for day in asked:
            self._tell(own, track, ConfirmEnterprise(occurred_on=day))
        if asked:
            lasted = ConfirmRetention(occurred_on=asked[0], months=MINIMUM, method=RetentionMethod.REGISTER)
            self.book.write(own.source, own.ref, lasted)
        if self._started % STOPPED_EVERY == 0 and asked:
            stopped = asked[-1] + timedelta(days=30)
            if stopped <= LAST_DAY:
                self._tell(own, track, StopEnterprise(occurred_on=stopped, reason_code="too-little-income"))
                end = EndPlacement(end_date=stopped, reason_code=EndReason.OTHER)
                self.book.write(own.source, own.ref, end)

    def _tell(self, own: Plan, track: UUID, command: EnterpriseCommand) -> None:
        self.book.write(own.source, track, command)
