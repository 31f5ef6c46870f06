"""What intake decides by the programme's definition: which routes and regions there are."""

from datetime import date

from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import ProgrammeDefined
from banen_kit.core.decider import DecisionContext, Refused


def programme_of(context: DecisionContext) -> ProgrammeDefinition:
    """As it was heard last."""
    assert isinstance(context.heard, ProgrammeDefined)
    return context.heard.definition


def check_route(code: str, day: date, context: DecisionContext) -> None:
    programme = programme_of(context)
    route = programme.route(code)
    if route is None:
        known = ", ".join(one.code for one in programme.routes)
        raise Refused("route-unknown", f"The programme has no such route; its routes are {known}.", "route")
    if route.is_over_on(day):
        raise Refused("route-over", f"This route ended on {route.last_day}.", "route")


def check_region(region_id: str | None, context: DecisionContext) -> None:
    programme = programme_of(context)
    if region_id and programme.regions and not programme.has_region(region_id):
        raise Refused("region-unknown", "The programme has no such region.", "regionId")
