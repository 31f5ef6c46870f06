"""What a reader sees of a day, for the views beside the figures. They are for row readers: small numbers stay in them."""

from banen_kit.core.problem import FieldError, Problem, invalid
from banen_reporting.queries.access import Scope
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.funnel import FunnelFilter
from banen_reporting.queries.queries import FigureQuery


async def seen_day(view: Scope, asked: FigureQuery) -> tuple[ProgrammeDay, Extent]:
    """Raises `Problem` 403 for an aggregate reader."""
    if not view.has_rows:
        raise Problem(403, "rows-not-yours", "The facts behind the figures are not yours to see.")
    answers = view.answers
    judged = await answers.judged(asked)
    key = (asked, judged.position)
    day = answers.days.get(key)
    if day is None:
        activity = await answers.figures.activity.snapshot(asked.known_on, answers.asker)
        heading = await answers.heading(asked, judged)
        # Without waiting in between: what is known now changes while others wait.
        model = judged.model if asked.known_on else judged.model.copy()
        day = ProgrammeDay(heading, model, activity, judged.verdicts)
        answers.days.keep((asked, heading.position), day)
    return day, await extent_of(view, day, asked)


async def extent_of(view: Scope, day: ProgrammeDay, asked: FigureQuery) -> Extent:
    """A partner sees what the members of its own units did."""
    if view.sees == "all":
        return Extent()
    units = await view.own_units(asked)
    members = {partner for unit in units for partner in day.model.members(unit, day.until)}
    return Extent(frozenset(members | {view.who.principal.partner}), units)


def refuse_unknown(wanted: FunnelFilter, day: ProgrammeDay, extent: Extent) -> None:
    """A filter that nothing can ever pass would look like a figure of zero. Raises `Problem`."""
    partners = [one for one in day.model.partners if extent.has_partner(one)]
    regions = [one.id for one in day.model.definition.regions] if day.model.definition else []
    if wanted.partner is not None and wanted.partner not in partners:
        raise Problem(404, "unit-unknown", "There is no such partner.")
    if wanted.region is not None and wanted.region not in (*regions, NONE):
        raise invalid([FieldError("region", "is no region of the programme")])
    if wanted.route is not None and wanted.route not in (*day.model.routes, NONE):
        raise invalid([FieldError("route", "is no route of the programme")])
