"""The pages: tables, placements behind figures, and single placements; rendered on the server, without JavaScript."""

import calendar
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from banen_contracts.reporting import RuleSetParams
from banen_kit.audit import log as audit
from banen_kit.core.problem import FieldError, invalid
from banen_kit.core.text import Mark
from banen_kit.web import login
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.login import Logins
from banen_reporting.facts.kinds import BY_NAME
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.access import FigureAccess
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.queries import DUPLICATES, PUBLISHED, PlacementFilter
from banen_reporting.web.lines import Line, national_lines, unit_lines
from banen_reporting.web.parameters import Cursor, Filter, KnownOn, Month, OfForm, RuleSetId, Until, Verdict
from banen_reporting.web.templating import (
    PageContext,
    PageRouter,
    clause_words,
    content_policy,
    page,
)
from banen_reporting.web.words import LANGUAGE, ProgrammeWords, gettext, pgettext

STYLE = Path(__file__).parent / "static" / "style.css"
ROWS_ON_A_PAGE = 100
ON_ROUTE = "route_"
"""How a rule set names the route of own firms (R12)."""
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


MARK: TypeAdapter[str] = TypeAdapter(Mark)

Open = Callable[[Request], Awaitable[PageContext]]
"""Returns the context of a visit."""


def routes(readers: FigureAccess, logins: Logins) -> APIRouter:
    issuer = urlsplit(logins.issuer.url)
    # Signing out submits a form that redirects to the issuer, so browsers check the issuer against this policy.
    policy = content_policy(f"{issuer.scheme}://{issuer.netloc}")
    router = PageRouter(policy, lambda: readers.answers.figures.routes)

    async def visit(request: Request) -> PageContext:
        words = ProgrammeWords((await readers.answers.figures.model(None))[0].definition)
        return PageContext(who(request), readers.reading(request), router.policy, words)

    add_overview(router, visit)
    add_placements(router, visit)
    add_placement(router, visit)
    add_purpose(router, visit, logins, readers.authentication)
    router.include_router(login.routes(logins, router.route_class, router.own_address))
    return router


def add_overview(router: APIRouter, visit: Open) -> None:

    @router.get("/", name="page-overview")
    async def overview(
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        month: OfForm[Month] = None,
    ) -> Response:
        visited = await visit(request)
        view = visited.reading
        if month is not None:
            known_on = until = last_day(month)
        asked = view.asked(rule_set, known_on, until)
        targets = await view.targets(asked)
        results = await view.results(asked)
        compared = await view.rule_sets(asked)
        labels = await view.labels(asked)
        return page(
            "overview.html",
            asked,
            visited,
            heading=targets,
            units=[(unit, unit_lines(unit, visited.words)) for unit in targets.units],
            outside=targets.outside_units and Line(gettext("total"), targets.outside_units, NONE),
            national=national_lines(targets.national, visited.words) if targets.national else [],
            clauses=targets.national and targets.national.clauses,
            results=results,
            rule_sets=[(row, differences(row.params, labels, visited.words)) for row in compared.rule_sets],
            rule_set_ids=[row.id for row in compared.rule_sets],
            route_codes=list(dict.fromkeys(route for row in compared.rule_sets for route in row.routes)),
        )

    @router.get("/static/style.css", name="style")
    async def style() -> Response:
        return Response(STYLE.read_text("utf-8"), 200, {"Cache-Control": "max-age=60"}, "text/css")


def add_placements(router: APIRouter, visit: Open) -> None:
    @router.get("/plaatsingen", name="page-placements")
    async def placements(  # noqa: PLR0913, PLR0917 - each is a query parameter
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        unit: OfForm[Filter] = None,
        route: OfForm[Filter] = None,
        verdict: OfForm[Verdict] = None,
        clause: OfForm[Filter] = None,
        cursor: OfForm[Cursor] = None,
    ) -> Response:
        visited = await visit(request)
        view = visited.reading
        asked = view.asked(rule_set, known_on, until)
        wanted = PlacementFilter(unit, route, verdict, clause)
        rows = await view.placements(asked, wanted, cursor, ROWS_ON_A_PAGE)
        model = await view.model(asked)
        filters = {"unit": unit, "route": route, "verdict": verdict, "clause": clause}
        return page(
            "placements.html",
            asked,
            visited,
            heading=rows,
            rows=rows,
            filters={name: value for name, value in filters.items() if value is not None},
            filter_words=filter_words(wanted, model, visited.words),
            names=partner_names(model),
            rule_set_ids=rule_set_ids(model),
            is_first=cursor is None,
        )


def add_placement(router: APIRouter, visit: Open) -> None:
    @router.get("/plaatsingen/{ref}", name="page-placement")
    async def placement(
        request: Request,
        ref: str,
        source: OfForm[Filter] = None,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
    ) -> Response:
        visited = await visit(request)
        view = visited.reading
        asked = view.asked(rule_set, known_on, until)
        found = await view.placement(ref, source, asked)
        model = await view.model(asked)
        names = partner_names(model)
        return page(
            "placement.html",
            asked,
            visited,
            placement=found,
            events=[(event, event_lines(event.data, names, visited.words)) for event in found.events],
            labels={ref: unit.label for ref, unit in model.units.items()},
        )


def add_purpose(router: PageRouter, visit: Open, logins: Logins, authentication: Authentication) -> None:
    """Where an auditor states the assignment before seeing rows."""

    @router.get("/doel", name="page-purpose")
    async def purpose(request: Request, path: str = "/") -> Response:
        visited = await visit(request)
        asked = visited.reading.asked(None, None, None)
        return page("purpose.html", asked, visited, path=router.own_address(path))

    @router.post("/doel", name="state-purpose")
    async def state(request: Request) -> Response:
        visitor = who(request)
        try:
            mark = MARK.validate_python(visitor.form.get("document", "").strip())
        except ValidationError:
            raise invalid([FieldError("document", "must be the mark of a document")]) from None
        if visitor.session is not None:
            await authentication.note(request, replace(visitor, purpose=mark), audit.Outcome.ACCEPTED)
            await logins.sessions.state_purpose(visitor.session, mark)
        return RedirectResponse(router.own_address(visitor.form.get("path", "/")), 303)


def last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def filter_words(wanted: PlacementFilter, model: FactSnapshot, words: ProgrammeWords) -> list[str]:
    """What was chosen, in words; an unknown value as it was given."""
    found: list[str] = []
    if wanted.unit is not None:
        special = {NONE: gettext("outside"), DUPLICATES: gettext("duplicate")}
        unit = model.units.get(wanted.unit)
        found.append(f"{gettext('unit')}: {special.get(wanted.unit, unit.label if unit else wanted.unit)}")
    if wanted.route is not None:
        found.append(f"{gettext('route')}: {words.route(wanted.route)}")
    if wanted.outcome is not None:
        found.append(f"{gettext('verdict')}: {pgettext('outcome', wanted.outcome)}")
    if wanted.clause is not None:
        found.append(f"{gettext('reason')}: {clause_words(wanted.clause, wanted.outcome)}")
    return found


def partner_names(model: FactSnapshot) -> dict[str, str]:
    return {ref: row.name for ref, row in model.partners.items()}


def rule_set_ids(model: FactSnapshot) -> list[str]:
    return sorted(model.rule_sets, key=lambda ref: (ref != PUBLISHED, ref))


def differences(given: RuleSetParams, labels: Mapping[str, str], words: ProgrammeWords) -> list[str]:
    """What a rule set does other than the default."""
    except_units = ", ".join(labels.get(unit, unit) for unit in given.except_units)
    defaults = {name: field.default for name, field in RuleSetParams.model_fields.items()}
    found = [
        pgettext(f"rule {name}", value).format(units=except_units)
        for name, value in given
        if isinstance(value, str) and value != defaults[name] and not value.startswith(ON_ROUTE)
    ]
    if given.self_employment.startswith(ON_ROUTE):
        found.append(
            gettext("own_firm_on").format(route=words.route(given.self_employment.removeprefix(ON_ROUTE)))
        )
    if given.min_months != defaults["min_months"]:
        found.insert(0, gettext("min_months").format(months=given.min_months))
    return found


def event_lines(
    data: Mapping[str, Any], names: Mapping[str, str], words: ProgrammeWords
) -> list[tuple[str, str]]:
    """The fields of an event that say something, in words."""
    return [
        (pgettext("field", name), said)
        for name in FIELDS
        if (said := field_words(name, data.get(name), names, words))
    ]


def field_words(name: str, value: Any, names: Mapping[str, str], words: ProgrammeWords) -> str:
    match value:
        case None:
            return ""
        case bool():
            return gettext("yes") if value else gettext("no")
        case [*several]:
            return ", ".join(names.get(one, one) for one in cast("list[str]", several))
        case str() if name.endswith("Date"):
            return LANGUAGE.day(date.fromisoformat(value))
        case str() if name == "primaryPartner":
            return names.get(value, value)
        case str() if name == "kind":
            return words.kind(value)
        case str() if name == "routeReported":
            return words.route(value)
        case str() if name == "fundingSource":
            return words.funder(value)
        case str() if name == "endReason":
            return pgettext("reasonCode", value)
        case _:
            return pgettext(name, str(value))
