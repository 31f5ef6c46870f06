"""The employers: those that the report names, with their group placements, and invented ones."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from banen_contracts.employers import LegalKind, SizeBand
from banen_employers.domain.employer import RegisterEmployer
from banen_employers.domain.group import CloseGroup, PlanGroup, UpdateGroup
from banen_local.demo.history.book import Book
from banen_local.demo.history.bureau import admitted_on
from banen_local.demo.history.people import PLACES
from banen_local.demo.published import PUBLISHED, GroupFigures

TENS = 24
"""The number used for the report's "tens"."""
PUBLIC = ("Ministries", "VSNU (universities)")
OF_A_PARTNER = "Restoranje"
"""The canteen of VluchtelingenWerk."""
WHERE = {
    "Rollecate, Staphorst": ("emplooi", date(2006, 9, 4)),
    "Walibi Flevo": ("emplooi", date(2007, 4, 2)),
    "Mercer HR-advies": ("uaf", date(2006, 10, 2)),
    "J&OO chauffeurs": ("emplooi", date(2007, 2, 5)),
    "Sogeti": ("uaf", date(2007, 9, 3)),
    "TNT Mobility": ("emplooi", date(2006, 5, 8)),
    "VSNU (universities)": ("uaf", date(2007, 1, 8)),
    "Ministries": ("uaf", date(2007, 6, 4)),
    "Achmea": ("emplooi", date(2008, 3, 3)),
    "Restoranje": ("emplooi", date(2006, 3, 6)),
    "EW schoonmaakdiensten, Amsterdam": ("goed-werk", date(2007, 11, 5)),
    "Excavation contractors, Rotterdam (via Goed-Werk)": ("goed-werk", date(2008, 2, 4)),
}
"""Which partner placed each group, and its first start. The report does not say; both were chosen for the demo."""
GROUP_DAYS = 120
PLANNED_BEFORE = timedelta(days=45)
OTHERS = {"emplooi": 110, "uaf": 60, "uwv": 60, "goed-werk": 3}
SECTORS = "CFGHIJKMNOPQ"


@dataclass(frozen=True)
class Group:
    """A placement of several people at one employer."""

    figures: GroupFigures
    partner: str
    ref: UUID
    employer_ref: UUID
    first: date

    @property
    def planned(self) -> date:
        return self.first - PLANNED_BEFORE

    @property
    def employer_is_partner(self) -> bool:
        return self.figures.employer == OF_A_PARTNER

    @property
    def placed(self) -> int:
        return TENS if self.figures.placed is None else self.figures.placed

    @property
    def last(self) -> date:
        return self.first + timedelta(days=GROUP_DAYS)


class Employers:
    """Registers employers, and returns those that could have offered a place on a given day."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.since: dict[UUID, date] = {}
        """The day on which each was registered."""
        self.groups = [self._plan(figures) for figures in PUBLISHED.group_placements]
        self.known: Mapping[str, list[tuple[date, UUID]]] = {
            partner: sorted(self._others(partner, number)) for partner, number in OTHERS.items()
        }
        self.agency = self._register(
            "goed-werk", admitted_on("goed-werk"), "Goed-Werk", LegalKind.COMPANY, is_named=True
        )

    def some(self, partner: str, day: date) -> UUID | None:
        """An employer that the partner knew by then; None for VluchtelingenWerk, which keeps no employers."""
        known = self.known.get(partner)
        if known is None:
            return None
        return self.book.random.choice(known[: bisect_right(known, day, key=lambda one: one[0])])[1]

    def close_groups(self) -> None:
        for group in self.groups:
            close = CloseGroup(
                occurred_on=group.last + timedelta(days=14),
                placed=group.figures.placed,
                precision=group.figures.precision,
            )
            self.book.write((group.partner, "employers"), group.ref, close)

    def _plan(self, figures: GroupFigures) -> Group:
        partner, first = WHERE[figures.employer]
        legal = LegalKind.PUBLIC if figures.employer in PUBLIC else LegalKind.COMPANY
        known = first - PLANNED_BEFORE - timedelta(days=self.book.random.randint(10, 40))
        day = max(known, admitted_on(partner))
        employer = self._register(partner, day, figures.employer, legal, is_named=True)
        group = Group(figures, partner, self.book.ref(), employer, first)
        plan = PlanGroup(
            occurred_on=group.planned,
            employer_ref=employer,
            kind=figures.kind,
            seasonal=figures.seasonal,
            places_planned=figures.placed,
        )
        source = (partner, "employers")
        self.book.write(source, group.ref, plan)
        if figures.in_guidance:
            guided = UpdateGroup(
                occurred_on=first, in_guidance=figures.in_guidance, places_planned=figures.placed
            )
            self.book.write(source, group.ref, guided)
        return group

    def _others(self, partner: str, number: int) -> list[tuple[date, UUID]]:
        since = admitted_on(partner)
        days = [since, *self.book.days(since, date(2008, 9, 30), number - 1)]
        sizes = (LegalKind.COMPANY, LegalKind.COMPANY, LegalKind.PUBLIC, LegalKind.SOLE_TRADER)
        return [
            (day, self._register(partner, day, f"Proefbedrijf {at}", self.book.random.choice(sizes)))
            for at, day in enumerate(days, 1)
        ]

    def _register(
        self, partner: str, day: date, name: str, legal: LegalKind, *, is_named: bool = False
    ) -> UUID:
        random = self.book.random
        ref = self.book.ref()
        command = RegisterEmployer(
            occurred_on=day,
            legal_kind=legal,
            sector_code=random.choice(SECTORS),
            size_band=SizeBand.FROM_100 if is_named else random.choice(list(SizeBand)),
            municipality_code=random.choice(PLACES)[1],
            name=name,
            publish_name=is_named,
        )
        self.book.write((partner, "employers"), ref, command)
        self.since[ref] = day
        return ref
