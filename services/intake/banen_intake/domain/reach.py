"""Taking over how many people of the target group live in a municipality in a year."""

from datetime import date
from typing import ClassVar

from banen_contracts.base import Count, Day, MunicipalityCode, Precision, Year
from banen_contracts.intake import ReachSource, reach_ref_of
from banen_contracts.municipalities import fault_of_municipality
from banen_intake.events import ReachEstimateImported
from banen_kit.core.decider import Command, DecisionContext, Refused, refuse_if
from banen_kit.core.records import latest_holds
from banen_kit.core.text import Method


class ImportReachEstimate(Command, frozen=True):
    """A later one for the same municipality and year holds instead of the one before; the same again changes nothing."""

    NAME: ClassVar[str] = "import-reach-estimate"
    occurred_on: Day
    municipality_code: MunicipalityCode
    year: Year
    estimate: Count
    precision: Precision
    source: ReachSource
    method_version: Method


def take_over(command: ImportReachEstimate, context: DecisionContext) -> ReachEstimateImported:
    ref = reach_ref_of(command.municipality_code, command.year)
    if context.ref != ref:
        raise Refused("reach-ref-differs", f"The reference of this estimate is {ref}.", "municipalityCode")
    # A year's figures are by the municipalities of its first day.
    refuse_if(fault_of_municipality(command.municipality_code, date(command.year, 1, 1)), "municipalityCode")
    return ReachEstimateImported(**dict(command))


REACH = latest_holds(take_over)
