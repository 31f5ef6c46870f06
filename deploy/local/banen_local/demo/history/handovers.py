"""Offers of VluchtelingenWerk's candidates to Emplooi, and what became of them. None stays open."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from banen_intake.domain.handover import OfferHandover, WithdrawHandover
from banen_local.demo.history.book import Book, Source
from banen_mediation.domain.handover import AcceptHandover, DeclineHandover

FROM: Source = ("vluchtelingenwerk", "intake")
TO: Source = ("emplooi", "mediation")
OFFER_DAYS = 60
DECLINED = 0.7
"""The share of the offers in vain that Emplooi declined; the others were withdrawn."""
WHY_DECLINED = ("no-capacity", "language-insufficient", "not-available", "other-region")
WHY_WITHDRAWN = ("not-ready", "plan-changed", "dossier-incomplete")


class Handovers:
    """Each answer is known after its offer: both write to the handover's stream."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def offer(self, candidate: UUID, days: Sequence[date]) -> UUID:
        """On the first of these days; it can be answered until the last."""
        handover = self.book.ref()
        offer = OfferHandover(
            occurred_on=days[0],
            candidate_ref=candidate,
            to_partner=TO[0],
            expires_on=max(days[0] + timedelta(days=OFFER_DAYS), days[-1]),
            dossier_hash=sha256(handover.bytes).hexdigest(),
        )
        self.book.write(FROM, handover, offer)
        return handover

    def offer_in_vain(self, candidate: UUID, days: Sequence[date]) -> None:
        """On the first of these days; declined or withdrawn on the last."""
        random = self.book.random
        handover = self.offer(candidate, days)
        if random.random() < DECLINED:
            decline = DeclineHandover(occurred_on=days[-1], reason_code=random.choice(WHY_DECLINED))
            self._answer(handover, decline)
        else:
            withdraw = WithdrawHandover(occurred_on=days[-1], reason_code=random.choice(WHY_WITHDRAWN))
            self.book.write(FROM, handover, withdraw)

    def accept(self, handover: UUID, client: UUID, day: date) -> None:
        self._answer(handover, AcceptHandover(occurred_on=day, client_ref=client))

    def _answer(self, handover: UUID, answer: AcceptHandover | DeclineHandover) -> None:
        # The offer must arrive over the bus before it can be answered.
        self.book.write(TO, handover, answer, is_late=True)
        self.book.public[FROM] += 1  # a reactor completes or ends the handover
