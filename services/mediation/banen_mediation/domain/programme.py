"""What mediation decides by the programme's definition: which kinds of placement and which routes there are."""

from datetime import date

from banen_contracts.programme import KindDefinition, ProgrammeDefinition
from banen_contracts.reporting import ProgrammeDefined
from banen_kit.core.decider import DecisionContext, Refused


def programme_of(context: DecisionContext) -> ProgrammeDefinition:
    """As it was heard last."""
    assert isinstance(context.heard, ProgrammeDefined)
    return context.heard.definition


def checked_kind(code: str, start_date: date, context: DecisionContext) -> KindDefinition:
    """The kind, if a placement of it may start on that day."""
    kind = programme_of(context).kind(code)
    if kind is None:
        raise Refused("kind-unknown", "The programme has no such kind of placement.", "kind")
    if kind.is_over_on(start_date):
        raise Refused("kind-over", f"The last day on which one could start was {kind.last_day}.", "kind")
    return kind


def check_route(code: str | None, start_date: date, context: DecisionContext) -> None:
    if code is None:
        return
    programme = programme_of(context)
    route = programme.route(code)
    if route is None:
        known = ", ".join(one.code for one in programme.routes)
        raise Refused(
            "route-unknown", f"The programme has no such route; its routes are {known}.", "routeReported"
        )
    if route.is_over_on(start_date):
        raise Refused("route-over", f"This route ended on {route.last_day}.", "routeReported")
