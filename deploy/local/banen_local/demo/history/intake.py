"""How people came to a partner: contact, registration, preparation, and acceptance by the partner that places them."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from banen_contracts.consent import Consent, ConsentScope
from banen_contracts.intake import ContactKind, EducationBand
from banen_contracts.mediation import Origin
from banen_intake.domain.candidate import RegisterCandidate
from banen_intake.domain.consent import PublishPortrait, TakeDownPortrait, WithdrawConsent
from banen_kit.core.decider import Command
from banen_local.demo.history.book import Book, happened_on
from banen_local.demo.history.bureau import BY_STEPS, DIRECT
from banen_local.demo.history.contacts import Contacts
from banen_local.demo.history.handovers import Handovers
from banen_local.demo.history.people import PLACES, birth_date, full_name, phone
from banen_local.demo.history.preparation import (
    REENTERED_AFTER_ALL,
    Preparation,
    Way,
    closing,
    preparation,
    taken_up_again,
)
from banen_local.demo.published import PUBLISHED
from banen_mediation.domain.client import TakeOnClient

FIRST_DAY, LAST_DAY = PUBLISHED.window.first, PUBLISHED.window.last
LONGEST_WAY = {DIRECT: 240, BY_STEPS: 420}
HANDED_OVER = 0.98
IN_VAIN_FIRST = 0.06
"""The share of those handed over whose first offer came to nothing."""
CLOSED = 0.4
WITH_PORTRAIT = 0.3
"""The share of portraits among those who allow publicity."""
TAKEN_DOWN = 4
"""One in so many did not allow it any longer."""


class People:
    """Creates people at the partners that place them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.contacts = Contacts(book)
        self._handovers = Handovers(book)
        self._portraits = 0

    def client(self, partner: str, route: str, ready: date) -> UUID:
        """A client whom this partner can place from that day."""
        random = self.book.random
        match partner:
            case "emplooi" if random.random() < HANDED_OVER:
                return self._handed_over(route, ready)
            case "emplooi" | "goed-werk":
                taken_on = max(ready - timedelta(days=random.randint(0, 30)), FIRST_DAY)
                return self._taken_on(partner, taken_on, Origin.WALK_IN, None)
            case _:
                prepared = preparation(self.book, Way(partner, route, ready, is_ready=True))
                days = self._days(ready, route, 3 + len(prepared.steps))
                candidate = self._register(partner, prepared, days)
                self._portrait(partner, candidate, prepared, ready)
                return self._taken_on(partner, days[-1], Origin.OWN_INTAKE, candidate)

    def never_placed(self, partner: str, number: int) -> None:
        """People who were registered but never placed; some files were closed."""
        random = self.book.random
        for _ in range(number):
            route, until = random.choice((DIRECT, BY_STEPS, BY_STEPS)), self._any_day()
            prepared = preparation(self.book, Way(partner, route, until, is_ready=random.random() < 0.3))
            if random.random() < CLOSED:
                prepared.steps.extend(closing(self.book))
                if random.random() < REENTERED_AFTER_ALL:
                    prepared.steps.extend(taken_up_again(route))
            self._register(partner, prepared, self._days(until, route, 2 + len(prepared.steps)))

    def offered_in_vain(self, number: int) -> None:
        """People whom Emplooi declined, or whose offer was withdrawn."""
        for _ in range(number):
            until = self._any_day()
            way = Way("vluchtelingenwerk", BY_STEPS, until, is_ready=True, is_offered=True)
            prepared = preparation(self.book, way)
            days = self._days(until, BY_STEPS, 4 + len(prepared.steps))
            candidate = self._register(way.partner, prepared, days)
            self._handovers.offer_in_vain(candidate, days[-2:])

    def fill_up(self, contacts: dict[str, int], conversations: dict[str, int]) -> None:
        """Adds conversations without result, up to these numbers, and contacts that were no conversation."""
        for partner, number in conversations.items():
            for _ in range(number - self.contacts.conversations[partner]):
                self.contacts.meet(partner, self._any_day(), ContactKind.CONVERSATION)
        for partner, number in contacts.items():
            for _ in range(number):
                self.contacts.meet(partner, self._any_day(), ContactKind.CONTACT)

    def _handed_over(self, route: str, ready: date) -> UUID:
        """A candidate of VluchtelingenWerk, offered to Emplooi and accepted there, sometimes at the second offer."""
        random = self.book.random
        way = Way("vluchtelingenwerk", route, ready, is_ready=True, is_offered=True)
        prepared = preparation(self.book, way)
        in_vain = 2 if random.random() < IN_VAIN_FIRST else 0
        days = self._days(ready, route, 4 + in_vain + len(prepared.steps))
        candidate = self._register(way.partner, prepared, days)
        if in_vain:
            self._handovers.offer_in_vain(candidate, days[-4:-2])
        handover = self._handovers.offer(candidate, days[-2:])
        client = self._taken_on("emplooi", days[-1], Origin.HANDOVER, handover)
        self._handovers.accept(handover, client, days[-1])
        self._portrait(way.partner, candidate, prepared, ready)
        return client

    def _register(self, partner: str, prepared: Preparation, days: Sequence[date]) -> UUID:
        """A candidate, over the first of these days: contact, registration, then step after step."""
        book, random = self.book, self.book.random
        contact = self.contacts.meet(partner, days[0], ContactKind.CONVERSATION)
        region, municipality = random.choice(PLACES)
        ref = book.ref()
        candidate = RegisterCandidate(
            occurred_on=days[1],
            contact_ref=contact,
            education_band=EducationBand.HIGH
            if partner == "uaf"
            else random.choice((EducationBand.LOW, EducationBand.MID, EducationBand.UNKNOWN)),
            region_id=region,
            municipality_code=municipality,
            consents=prepared.consents,
            name=full_name(random),
            birth_date=birth_date(random),
            phone=phone(random),
        )
        book.write((partner, "intake"), ref, candidate)
        for step, day in zip(prepared.steps, days[2:], strict=False):
            book.write((partner, "intake"), ref, step(occurred_on=day))
        return ref

    def _portrait(self, partner: str, candidate: UUID, prepared: Preparation, placed: date) -> None:
        """A portrait of somebody who was placed; a few changed their mind, and it was taken down."""
        random = self.book.random
        allowed = Consent(scope=ConsentScope.PUBLICITY) in prepared.consents
        if not allowed or random.random() > WITH_PORTRAIT:
            return
        portrait, day = self.book.ref(), placed + timedelta(days=random.randint(30, 200))
        mark = f"P-{day.year}/{random.randrange(1, 400)}"
        facts: list[Command] = [PublishPortrait(occurred_on=day, portrait_ref=portrait, document_ref=mark)]
        self._portraits += 1
        if self._portraits % TAKEN_DOWN == 0:
            day += timedelta(days=random.randint(30, 200))
            facts.append(WithdrawConsent(occurred_on=day, scope=ConsentScope.PUBLICITY))
            facts.append(TakeDownPortrait(occurred_on=day + timedelta(days=2), portrait_ref=portrait))
        for fact in facts:
            if happened_on(fact) <= LAST_DAY:
                self.book.write((partner, "intake"), candidate, fact)

    def _taken_on(self, partner: str, day: date, origin: Origin, origin_ref: UUID | None) -> UUID:
        book = self.book
        ref = book.ref()
        take_on = TakeOnClient(
            occurred_on=day, origin=origin, origin_ref=origin_ref, name=full_name(book.random)
        )
        book.write((partner, "mediation"), ref, take_on)
        return ref

    def _days(self, until: date, route: str, steps: int) -> list[date]:
        """The days of a way that ends by then, in order; each day once, where there are enough."""
        random = self.book.random
        length = min(random.randint(45, LONGEST_WAY[route]), (until - FIRST_DAY).days)
        first = until - timedelta(days=length)
        if length < steps:
            return self.book.days(first, until, steps)
        return [first + timedelta(days=day) for day in sorted(random.sample(range(length + 1), steps))]

    def _any_day(self) -> date:
        (day,) = self.book.days(FIRST_DAY, LAST_DAY, 1)
        return day
