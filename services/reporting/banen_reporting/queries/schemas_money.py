"""The answers about money, and about what the bureau stated."""

from datetime import date
from typing import Literal

from banen_contracts.programme import Labels
from banen_contracts.reporting import FactTopic
from banen_reporting.queries.schemas import Answer, Heading


class StatedNumber(Answer, frozen=True):
    """A number that the bureau stated about the programme, and where it comes from."""

    topic: FactTopic
    code: str
    label: Labels
    value: int
    precision: str
    period_from: date | None
    """None: it is of one day, `period_until`."""
    period_until: date
    document: str
    known_since: date


class ProgrammeFacts(Heading, frozen=True):
    """The numbers about the programme that no event counts. Of the same code and period, the one stated last."""

    facts: tuple[StatedNumber, ...]


class FunderPart(Answer, frozen=True):
    """What one funder planned, committed and paid, in euros. None: nothing of that was recorded."""

    funder: str
    planned: int | None
    committed: int | None
    received: int | None
    is_exact: bool
    """Whether every sum is."""


class CostPer(Answer, frozen=True):
    """What one of something cost so far, and what it was to cost. None: there is none, or it is not recorded."""

    what: Literal["placement", "person", "conversation"]
    number: int
    euro: float | None
    planned_number: int | None
    planned_euro: float | None


class CostOfYear(Answer, frozen=True):
    year: int
    euro: int
    is_exact: bool


class Money(Heading, frozen=True):
    """What the programme costs, and who pays."""

    spent: int | None
    """None: no cost was recorded, which is not a programme without costs."""
    planned: int | None
    spent_of_planned_percent: float | None
    norm: StatedNumber | None
    """What a funder reckons with for one person, as the bureau stated it (`norm-euro-per-person`)."""
    of_norm_percent: float | None
    """What a person with a placement that counts cost, of the norm."""
    benefit: StatedNumber | None
    """What one person on benefit costs in a year, as the bureau stated it (`benefit-euro-per-year`)."""
    earned_back_months: float | None
    """After so many months without that benefit the cost of a person is earned back."""
    funders: tuple[FunderPart, ...]
    costs: tuple[CostOfYear, ...]
    per: tuple[CostPer, ...]
