"""What employers decides by the programme's definition: which kinds of placement and which routes there are."""

from collections.abc import Sequence
from datetime import date

from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import ProgrammeDefined
from banen_kit.core.decider import DecisionContext, Refused


def programme_of(context: DecisionContext) -> ProgrammeDefinition:
    """As it was heard last."""
    assert isinstance(context.heard, ProgrammeDefined)
    return context.heard.definition


def check_kind(code: str, day: date, context: DecisionContext) -> None:
    kind = programme_of(context).kind(code)
    if kind is None:
        raise Refused("kind-unknown", "The programme has no such kind of placement.", "kind")
    if kind.is_over_on(day):
        raise Refused("kind-over", f"The last day on which one could start was {kind.last_day}.", "kind")


def check_routes(codes: Sequence[str], day: date, context: DecisionContext) -> None:
    """Names the first that does not fit by its place."""
    programme = programme_of(context)
    for at, code in enumerate(codes):
        route, field = programme.route(code), f"routes.{at}"
        if route is None:
            known = ", ".join(one.code for one in programme.routes)
            raise Refused("route-unknown", f"The programme has no such route; its routes are {known}.", field)
        if route.is_over_on(day):
            raise Refused("route-over", f"This route ended on {route.last_day}.", field)
