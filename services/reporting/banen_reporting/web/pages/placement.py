"""A placement: its history in words, and what every rule set says of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from fastapi import Request, Response
from pydantic.alias_generators import to_camel

from banen_kit.web.shell.frame import Link
from banen_kit.web.shell.router import PageRouter
from banen_reporting.facts.kinds import BY_NAME
from banen_reporting.queries.rows import PlacementFilter
from banen_reporting.web.pages.placements import filter_words, partner_names, rule_names
from banen_reporting.web.parameters import (
    Filter,
    KnownOn,
    OfForm,
    PageNumber,
    Position,
    RuleSetId,
    Sort,
    Until,
    Verdict,
)
from banen_reporting.web.visit import Visits
from banen_reporting.web.words import ProgrammeWords

FIELDS = sorted(
    dict.fromkeys(
        to_camel(name)
        for event in BY_NAME["placement"].events
        for name in event.model_fields
        if not name.endswith(("_ref", "_hash")) and name != "occurred_on"
    ),
    key="reasonCode".__eq__,
)
"""The event fields that the page of a placement shows, in this order. The reason comes last. References to other
things are left out, and the day, which stands above them."""


def add_placement(router: PageRouter, visits: Visits) -> None:
    """Its address keeps the filters of the list from which it was opened."""

    @router.page("page-placement")
    async def placement(  # noqa: PLR0913, PLR0917 - each is a query parameter
        request: Request,
        ref: str,
        source: OfForm[Filter] = None,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        unit: OfForm[Filter] = None,
        route: OfForm[Filter] = None,
        verdict: OfForm[Verdict] = None,
        clause: OfForm[Filter] = None,
        sort: OfForm[Sort] = None,
        page: OfForm[PageNumber] = None,
        position: OfForm[Position] = None,
    ) -> Response:
        visit = await visits.of(request)
        asked = await visit.asked(rule_set, known_on, until)
        found = await visit.view.placement(ref, source, asked)
        model = await visit.view.model(asked)
        names = partner_names(model)
        wanted = PlacementFilter(unit, route, verdict, clause)
        chosen = filter_words(wanted, model, visit.words)
        back = visit.links(asked).rows(
            unit=unit, route=route, verdict=verdict, clause=clause, sort=sort, page=page, position=position
        )
        label = ", ".join(chosen) or visit.words.gettext("everything")
        return visit.page(
            "placement.html",
            asked,
            [visit.overview_crumb(asked), Link(label, back)],
            placement=found,
            events=[(event, event_lines(event.data, names, visit.words)) for event in reversed(found.events)],
            labels={ref: unit.label for ref, unit in model.units.items()},
            rule_names=rule_names(model, visit.words),
        )


def event_lines(
    data: Mapping[str, Any], names: Mapping[str, str], words: ProgrammeWords
) -> list[tuple[str, str]]:
    """The fields of an event that say something, in words."""
    return [
        (words.pgettext("field", name), said)
        for name in FIELDS
        if (said := field_words(name, data.get(name), names, words))
    ]


def field_words(name: str, value: Any, names: Mapping[str, str], words: ProgrammeWords) -> str:
    match value:
        case None:
            return ""
        case bool():
            return words.gettext("yes") if value else words.gettext("no")
        case [*several]:
            return ", ".join(names.get(one, one) for one in cast("list[str]", several))
        case str() if name.endswith("Date"):
            return words.language.day(date.fromisoformat(value))
        case str() if name == "primaryPartner":
            return names.get(value, value)
        case str() if name == "kind":
            return words.kind(value)
        case str() if name == "routeReported":
            return words.route(value)
        case str() if name == "fundingSource":
            return words.funder(value)
        case str() if name == "endReason":
            return words.pgettext("reasonCode", value)
        case _:
            return words.pgettext(name, str(value))
