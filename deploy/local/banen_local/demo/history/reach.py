"""How many of the target group live in some municipalities: made up, and recorded as assumed."""

from collections.abc import Mapping
from datetime import date

from banen_contracts.base import Precision
from banen_contracts.intake import ReachSource, reach_ref_of
from banen_intake.domain.reach import ImportReachEstimate
from banen_local.demo.history.book import Book

YEAR, TAKEN_OVER_ON = 2006, date(2006, 9, 1)
ESTIMATES: Mapping[str, int] = {
    "GM0363": 5200, "GM0599": 4700, "GM0518": 4100, "GM0344": 2300, "GM0014": 1450, "GM0080": 1100,
    "GM0193": 900, "GM0150": 640, "GM0153": 1000, "GM0202": 1700, "GM0268": 1250, "GM0392": 1650,
    "GM0855": 1350, "GM0758": 820, "GM0772": 1800,
    "GM0034": 960, "GM0114": 540, "GM0687": 480,
}  # fmt: skip
"""In those of the last line nobody is met. Of Maastricht, where people are met, there is none."""


def record_reach(book: Book) -> None:
    for code, estimate in ESTIMATES.items():
        taken_over = ImportReachEstimate(
            occurred_on=TAKEN_OVER_ON,
            municipality_code=code,
            year=YEAR,
            estimate=estimate,
            precision=Precision.APPROX,
            source=ReachSource.ASSUMED,
            method_version="synthetic-1",
        )
        book.write(("vluchtelingenwerk", "intake"), reach_ref_of(code, YEAR), taken_over, at_once=True)
