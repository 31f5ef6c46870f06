"""Taking over an estimate: of a municipality of that year, the last one holds, and the same again changes nothing."""

from datetime import date
from typing import Any

import pytest

from banen_contracts.base import Precision
from banen_contracts.intake import ReachSource
from banen_intake.domain.reach import REACH, ImportReachEstimate
from banen_intake.events import ReachEstimateImported
from banen_kit.testing import Scenario

SAID: dict[str, Any] = {
    "occurred_on": date(2007, 3, 1),
    "municipality_code": "GM0363",
    "year": 2007,
    "estimate": 1200,
    "precision": Precision.APPROX,
    "source": ReachSource.ASSUMED,
    "method_version": "synthetic-1",
}
reach = Scenario(REACH, "gm0363-2007", partner="vluchtelingenwerk")
imported = ReachEstimateImported(**SAID)


def test_takes_over_an_estimate():
    reach.when(ImportReachEstimate(**SAID)).then(imported)


def test_the_same_again_changes_nothing_also_on_another_day():
    reach.given(imported).when(ImportReachEstimate(**SAID)).then_nothing()
    later: dict[str, Any] = SAID | {"occurred_on": date(2008, 1, 1)}
    again = ImportReachEstimate(**later)
    reach.given(imported).when(again).then_nothing()


@pytest.mark.parametrize(
    "change",
    [
        {"estimate": 1300},
        {"precision": Precision.TENS},
        {"source": ReachSource.CBS},
        {"method_version": "synthetic-2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_later_one_that_says_something_else_follows(change: dict[str, Any]):
    said: dict[str, Any] = SAID | change
    reach.given(imported).when(ImportReachEstimate(**said)).then(ReachEstimateImported(**said))


def test_one_that_was_replaced_may_come_back():
    changed: dict[str, Any] = SAID | {"estimate": 1300}
    other = ReachEstimateImported(**changed)
    reach.given(imported, other).when(ImportReachEstimate(**SAID)).then(imported)


@pytest.mark.parametrize("change", [{"year": 2008}, {"municipality_code": "GM0599"}], ids=str)
def test_refuses_a_reference_of_another_municipality_or_year(change: dict[str, Any]):
    reach.when(ImportReachEstimate(**SAID | change)).then_refused("reach-ref-differs", "municipalityCode")


@pytest.mark.parametrize(
    ("code", "year", "refusal"),
    [("GM9999", 2007, "municipality-unknown"), ("GM0144", 2005, "municipality-over")],
)
def test_refuses_a_municipality_that_was_not_there_on_the_first_day_of_the_year(
    code: str, year: int, refusal: str
):
    said: dict[str, Any] = SAID | {"municipality_code": code, "year": year}
    of = Scenario(REACH, f"{code.lower()}-{year}", partner="vluchtelingenwerk")
    of.when(ImportReachEstimate(**said)).then_refused(refusal, "municipalityCode")


def test_takes_a_municipality_that_ended_in_the_course_of_the_year():
    said: dict[str, Any] = SAID | {"municipality_code": "GM0240", "year": 2006}
    of = Scenario(REACH, "gm0240-2006", partner="vluchtelingenwerk")
    of.when(ImportReachEstimate(**said)).then(ReachEstimateImported(**said))
