"""Where something happened: a region of the programme, and a municipality of that year."""

from datetime import date

from banen_contracts.municipalities import fault_of_municipality
from banen_contracts.reporting import ProgrammeDefined
from banen_kit.core.decider import DecisionContext, refuse_if


def check_place(
    region_id: str | None, municipality_code: str | None, day: date, context: DecisionContext
) -> None:
    """Raises `Refused` for a region that the programme does not have, or a municipality that CBS did not have on 1 January."""
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_region(region_id), "regionId")
    refuse_if(fault_of_municipality(municipality_code, date(day.year, 1, 1)), "municipalityCode")
