"""A made-up history of the programme 2005-2008 that gives the published figures.

Pure and deterministic: the same seed gives the same lines, with the same references and idempotency keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from banen_local.demo.history.book import BUREAU, Book, Line, Source, Stages
from banen_local.demo.history.bureau import declare_live, grant_permissions, record_programme, state_facts
from banen_local.demo.history.effort import record_effort
from banen_local.demo.history.employers import Employers
from banen_local.demo.history.intake import People
from banen_local.demo.history.placements import Placements
from banen_local.demo.history.plan import CELLS, Cell
from banen_local.demo.history.reach import record_reach
from banen_local.demo.history.relations import Relations
from banen_local.demo.published import PUBLISHED

CONTACTS = {"vluchtelingenwerk": 300, "uaf": 100, "uwv": 100}
UAF_CONVERSATIONS, UWV_CONVERSATIONS = 880, 760
CONVERSATIONS = {
    "uaf": UAF_CONVERSATIONS,
    "uwv": UWV_CONVERSATIONS,
    "vluchtelingenwerk": PUBLISHED.funnel.conversations - UAF_CONVERSATIONS - UWV_CONVERSATIONS,
}


@dataclass(frozen=True)
class History:
    """What to send, in this order; partners at the same time."""

    programme: list[Line]
    partners: Mapping[Source, Stages]
    permissions: list[Line]
    going_live: list[Line]
    public: Mapping[Source, int]
    """How many events each source has published when all of this is done, policies included."""
    places: Mapping[tuple[Source, UUID], int]
    """How many places of each group are filled then, which a reactor notes."""

    @property
    def number(self) -> int:
        """How many lines there are before going live."""
        partners = sum(len(stage) for stages in self.partners.values() for stage in stages)
        return len(self.programme) + partners + len(self.permissions)


def make_history(seed: int, today: date, cells: Sequence[Cell] = CELLS) -> History:
    """`today` is the day on which the sources are declared live.

    Of some `cells` alone it is a short history, in which nobody else is met.
    """
    book = Book(seed)
    record_programme(book)
    employers = Employers(book)
    people = People(book)
    placements = Placements(book, people, employers)
    for cell in cells:
        placements.fill(cell)
    employers.close_groups()
    if cells is CELLS:
        Relations(book, employers).record()
        placements.vacancies.remain_open()
        record_effort(book)
        people.never_placed("vluchtelingenwerk", 180)
        people.never_placed("uaf", 60)
        people.never_placed("uwv", 50)
        people.offered_in_vain(40)
        people.fill_up(CONTACTS, CONVERSATIONS)
        record_reach(book)
        state_facts(book)
    people.contacts.record_sessions()
    programme = book.lines.pop(BUREAU)[0]
    partners = dict(book.lines)
    book.lines.clear()
    grant_permissions(book)
    permissions = book.lines.pop(BUREAU)[0]
    declare_live(book, today)
    return History(programme, partners, permissions, book.lines[BUREAU][0], book.public, placements.in_groups)
