"""How many placements of each fate every partner has on each route. As many count as were published."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from banen_contracts.mediation import ContractTerm
from banen_local.demo.history.book import Source
from banen_local.demo.history.bureau import BY_STEPS, route_of
from banen_local.demo.published import PUBLISHED
from banen_mediation.domain.history import last_day_of_month
from banen_mediation.events import Terms

DAY = timedelta(days=1)
LAST_DAY = PUBLISHED.window.last
MINIMUM = 6


class Fate(Enum):
    """What became of a placement. The first group counts, once; the second does not."""

    LASTING = auto()
    OWN_FIRM = auto()
    FIRM_GIVEN_UP = auto()
    """A firm was prepared, and then there was a job."""
    ASSISTED = auto()
    CORRECTED = auto()
    """Recorded with a last day that was much too early, then corrected."""
    TAGGED_LATER = auto()
    STEP_TO_JOB = auto()
    """The job counts; the short internship before it does not."""
    THEN_A_JOB = auto()
    """Half a year on route B counts; the job that followed does not."""

    TOO_SHORT = auto()
    EXTENDED = auto()
    """Too short as signed, and prolonged."""
    ENDED_EARLY = auto()
    REGULAR = auto()
    REGULAR_AFTER_ALL = auto()
    """Recorded as part of the programme, and corrected."""
    VOIDED = auto()


EARLIEST = date(2005, 12, 19)


Fates = dict[Fate, int]


@dataclass(frozen=True)
class Cell:
    """A partner's placements on one route, besides the ones that simply last."""

    partner: str
    unit: str
    kinds: tuple[str, ...]
    """All of one route."""
    counted: Fates = field(default_factory=dict[Fate, int])
    other: Fates = field(default_factory=dict[Fate, int])
    part: int | None = None
    """How many of the unit's results on that route are this partner's, if not all."""

    @property
    def route(self) -> str:
        return route_of(self.kinds[0])

    @property
    def result(self) -> int:
        return PUBLISHED.unit(self.unit).result[self.route] if self.part is None else self.part


OF_VLUCHTELINGENWERK = 60
"""Internships and voluntary work that VluchtelingenWerk found itself. The report does not say how many; the demo's choice."""

CELLS = (
    Cell(
        "uaf", "uaf", ("employment", "employment", "employment", "secondment", "temp"),
        {Fate.OWN_FIRM: 8, Fate.FIRM_GIVEN_UP: 40, Fate.ASSISTED: 2, Fate.CORRECTED: 5, Fate.TAGGED_LATER: 4, Fate.STEP_TO_JOB: 8},
        {Fate.TOO_SHORT: 14, Fate.EXTENDED: 6, Fate.ENDED_EARLY: 18, Fate.REGULAR: 20,
         Fate.REGULAR_AFTER_ALL: 3, Fate.VOIDED: 4},
    ),
    Cell(
        "uaf", "uaf", ("internship", "work_experience", "training_guarantee"),
        {Fate.THEN_A_JOB: 5, Fate.CORRECTED: 2},
        {Fate.TOO_SHORT: 9, Fate.ENDED_EARLY: 7, Fate.REGULAR: 4},
    ),
    Cell(
        "emplooi", "chain", ("employment", "employment", "employment", "temp"),
        {Fate.OWN_FIRM: 30, Fate.ASSISTED: 2, Fate.CORRECTED: 6, Fate.TAGGED_LATER: 6, Fate.STEP_TO_JOB: 14},
        {Fate.TOO_SHORT: 24, Fate.EXTENDED: 8, Fate.ENDED_EARLY: 26, Fate.REGULAR: 30,
         Fate.REGULAR_AFTER_ALL: 4, Fate.VOIDED: 5},
    ),
    Cell(
        "emplooi", "chain", ("internship", "work_experience", "learn_work", "volunteering"),
        {Fate.THEN_A_JOB: 12, Fate.CORRECTED: 3},
        {Fate.TOO_SHORT: 12, Fate.EXTENDED: 4, Fate.ENDED_EARLY: 10, Fate.REGULAR: 6, Fate.VOIDED: 2},
        PUBLISHED.unit("chain").result[BY_STEPS] - OF_VLUCHTELINGENWERK,
    ),
    Cell(
        "vluchtelingenwerk", "chain", ("internship", "volunteering"),
        {Fate.CORRECTED: 1}, {Fate.TOO_SHORT: 4, Fate.ENDED_EARLY: 4}, OF_VLUCHTELINGENWERK,
    ),
    Cell("goed-werk", "goed-werk", ("temp",)),
    Cell("goed-werk", "goed-werk", ("work_experience",), {}, {Fate.TOO_SHORT: 1}),
    Cell(
        "uwv", "uwv", ("employment", "employment", "temp"),
        {Fate.CORRECTED: 4},
        {Fate.TOO_SHORT: 22, Fate.EXTENDED: 7, Fate.ENDED_EARLY: 24, Fate.VOIDED: 4},
    ),
)  # fmt: skip
"""UWV has nothing on route B: that cell of the published table is blank. UAF guided almost fifty people to a firm of their
own, of whom eight have one now; Emplooi reports thirty firms."""


ENDED_IN_GROUP = {"EW schoonmaakdiensten, Amsterdam": 2}
"""Goed-Werk's two groups have sixty people, and 58 were published. The report does not explain it; the demo ends two."""


@dataclass(frozen=True)
class Plan:
    """One placement to write."""

    source: Source
    ref: UUID
    terms: Terms


def with_terms(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, terms=plan.terms.model_copy(update=changes))


def fixed(plan: Plan, months: int) -> Plan:
    """The same for so many months."""
    last = last_day_of_month(plan.terms.start_date, months)
    return with_terms(plan, contract=ContractTerm.FIXED, planned_end_date=last)
