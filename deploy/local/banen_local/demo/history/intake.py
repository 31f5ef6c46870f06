"""How people came to a partner: contact, registration, preparation, and acceptance by the partner that places them."""

from collections import Counter
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from banen_contracts.intake import Channel, ContactKind, EducationBand
from banen_contracts.mediation import Origin
from banen_intake.domain.candidate import (
    AssessDistance,
    AssignRoute,
    CloseCandidate,
    CompleteIntake,
    RegisterCandidate,
)
from banen_intake.domain.contact import RecordContact
from banen_intake.domain.handover import OfferHandover
from banen_local.demo.history.book import Book, Source
from banen_local.demo.history.bureau import BY_STEPS, DIRECT
from banen_local.demo.history.people import PLACES, birth_date, full_name, phone
from banen_local.demo.published import PUBLISHED
from banen_mediation.domain.client import TakeOnClient
from banen_mediation.domain.handover import AcceptHandover

FIRST_DAY, LAST_DAY = PUBLISHED.window.first, PUBLISHED.window.last
CHANNELS = {
    "vluchtelingenwerk": (Channel.INFO_SESSION, Channel.MUNICIPALITY, Channel.WORD_OF_MOUTH, Channel.SELF_ORGANISATION),
    "uaf": (Channel.STUDENT_POOL, Channel.WORD_OF_MOUTH),
    "uwv": (Channel.UWV_FILE,),
}  # fmt: skip
LONGEST_WAY = 240
OFFER_DAYS = 60


class People:
    """Creates people at the partners that place them, and counts their conversations."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.conversations: Counter[str] = Counter()

    def meet(self, partner: str, day: date, kind: ContactKind) -> UUID:
        book, random = self.book, self.book.random
        region, municipality = random.choice(PLACES)
        contact = RecordContact(
            occurred_on=day,
            channel=random.choice(CHANNELS[partner]),
            kind=kind,
            region_id=region,
            municipality_code=municipality,
        )
        ref = book.ref()
        book.write((partner, "intake"), ref, contact)
        self.conversations[partner] += kind is ContactKind.CONVERSATION
        return ref

    def register(self, partner: str, route: str, days: list[date]) -> UUID:
        """A candidate, over the first five days: contact, registration, interview, assessment, route."""
        book, random = self.book, self.book.random
        source: Source = (partner, "intake")
        met, registered, interviewed, assessed, assigned = days[:5]
        contact = self.meet(partner, met, ContactKind.CONVERSATION)
        region, municipality = random.choice(PLACES)
        ref = book.ref()
        candidate = RegisterCandidate(
            occurred_on=registered,
            contact_ref=contact,
            education_band=EducationBand.HIGH
            if partner == "uaf"
            else random.choice((EducationBand.LOW, EducationBand.MID, EducationBand.UNKNOWN)),
            region_id=region,
            municipality_code=municipality,
            name=full_name(random),
            birth_date=birth_date(random),
            phone=phone(random),
        )
        book.write(source, ref, candidate)
        book.write(source, ref, CompleteIntake(occurred_on=interviewed, method_version="star-1"))
        phase = random.choice((1, 2) if route == DIRECT else (3, 3, 4))
        book.write(source, ref, AssessDistance(occurred_on=assessed, distance_phase=phase))
        reason = "small-distance" if route == DIRECT else "large-distance"
        book.write(source, ref, AssignRoute(occurred_on=assigned, route=route, reason_code=reason))
        return ref

    def client(self, partner: str, route: str, ready: date) -> UUID:
        """A client whom this partner can place from that day."""
        days = self._way(ready, 7)
        match partner:
            case "emplooi" if self.book.random.random() < 0.98:
                return self._handed_over(route, days)
            case "emplooi" | "goed-werk":
                return self._taken_on(partner, days[6], Origin.WALK_IN, None)
            case _:
                candidate = self.register(partner, route, days)
                return self._taken_on(partner, days[6], Origin.OWN_INTAKE, candidate)

    def offer(self, route: str, days: list[date]) -> UUID:
        """A candidate of VluchtelingenWerk, offered to Emplooi on the sixth day."""
        candidate = self.register("vluchtelingenwerk", route, days)
        handover = self.book.ref()
        offer = OfferHandover(
            occurred_on=days[5],
            candidate_ref=candidate,
            to_partner="emplooi",
            expires_on=max(days[5] + timedelta(days=OFFER_DAYS), days[-1]),
            dossier_hash=sha256(handover.bytes).hexdigest(),
        )
        self.book.write(("vluchtelingenwerk", "intake"), handover, offer)
        return handover

    def never_placed(self, partner: str, number: int) -> None:
        """People who were registered but never placed; some files were closed."""
        random = self.book.random
        for _ in range(number):
            route = random.choice((DIRECT, BY_STEPS, BY_STEPS))
            days = self._way(self._any_day(), 6)
            candidate = self.register(partner, route, days)
            if random.random() < 0.4:
                reason = random.choice(("moved-away", "lost-contact", "found-work", "withdrew"))
                close = CloseCandidate(occurred_on=days[5], reason_code=reason)
                self.book.write((partner, "intake"), candidate, close)

    def offered_in_vain(self, number: int) -> None:
        """Offers that were neither accepted nor declined."""
        for _ in range(number):
            self.offer(BY_STEPS, self._way(self._any_day(), 6))

    def fill_up(self, contacts: dict[str, int], conversations: dict[str, int]) -> None:
        """Adds conversations without result, up to these numbers, and contacts that were no conversation."""
        for partner, number in conversations.items():
            for _ in range(number - self.conversations[partner]):
                self.meet(partner, self._any_day(), ContactKind.CONVERSATION)
        for partner, number in contacts.items():
            for _ in range(number):
                self.meet(partner, self._any_day(), ContactKind.CONTACT)

    def _handed_over(self, route: str, days: list[date]) -> UUID:
        book = self.book
        handover = self.offer(route, days)
        client = self._taken_on("emplooi", days[6], Origin.HANDOVER, handover)
        # The offer must arrive over the bus before it can be accepted.
        accept = AcceptHandover(occurred_on=days[6], client_ref=client)
        book.write(("emplooi", "mediation"), handover, accept, is_late=True)
        book.public["vluchtelingenwerk", "intake"] += 1  # a reactor completes the handover
        return client

    def _taken_on(self, partner: str, day: date, origin: Origin, origin_ref: UUID | None) -> UUID:
        book = self.book
        ref = book.ref()
        take_on = TakeOnClient(
            occurred_on=day, origin=origin, origin_ref=origin_ref, name=full_name(book.random)
        )
        book.write((partner, "mediation"), ref, take_on)
        return ref

    def _way(self, until: date, steps: int) -> list[date]:
        length = min(self.book.random.randint(45, LONGEST_WAY), (until - FIRST_DAY).days)
        return self.book.days(until - timedelta(days=length), until, steps)

    def _any_day(self) -> date:
        (day,) = self.book.days(FIRST_DAY, LAST_DAY, 1)
        return day
