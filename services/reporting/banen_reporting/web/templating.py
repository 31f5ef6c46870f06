"""Turns answers into pages: templates and their helpers, links, and the page for a refusal."""

import re
from collections.abc import Callable, Container, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, get_args
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined

from banen_contracts.programme import NO_ROUTE, OWN_FIRM
from banen_kit.application.problems import to_problem
from banen_kit.core.problem import Problem
from banen_kit.web.authentication import SIGN_IN_INSUFFICIENT, RequestContext
from banen_reporting.counting import Clause
from banen_reporting.queries.access import Scope
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.schemas import OUTCOMES
from banen_reporting.web.words import LANGUAGE, ProgrammeWords, gettext, pgettext

POLICY = "Content-Security-Policy"
REFERENCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SLUG, DAY = re.compile(r"[a-z][a-z0-9-]{1,60}"), re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TYPED: Mapping[str, re.Pattern[str]] = {
    "ruleSet": SLUG,
    "unit": SLUG,
    "knownOn": DAY,
    "happenedUntil": DAY,
    "month": re.compile(r"[0-9]{4}-[0-9]{2}"),
}
CHOSEN: Mapping[str, Container[str]] = {
    "verdict": OUTCOMES,
    "clause": get_args(Clause),
}
"""What the fields of a page's address say, where one of our links has them; a route as the programme names it."""


def content_policy(*form_targets: str) -> str:
    """Allows our own style sheet, no scripts, and forms to ourselves and to these origins."""
    targets = " ".join(["'self'", *form_targets])
    return f"default-src 'none'; style-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"


class PageRoute(APIRoute):
    """Shows a refusal as a page, and sends visitors who are not signed in to the login."""

    router: ClassVar["PageRouter"]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # noqa: BLE001 - to_problem raises again what is not for the reader
                return refusal(request, to_problem(error), self.router)

        return answer


class PageRouter(APIRouter):
    """The pages, under one Content-Security-Policy; a page's name begins with `page-`."""

    def __init__(self, policy: str, programme_routes: Callable[[], Container[str]]) -> None:
        super().__init__(route_class=type("Route", (PageRoute,), {"router": self}), include_in_schema=False)
        self.policy = policy
        self._programme_routes = programme_routes

    def own_address(self, asked: str) -> str:
        """Returns the address of a page, with only those query fields that our own links could contain.

        It is kept during a login and repeated in redirects; other fields could contain personal data.
        """
        path, _, query = asked.partition("?")
        pages = {
            route.path
            for route in self.routes
            if isinstance(route, APIRoute) and route.name.startswith("page-")
        }
        if REFERENCE.sub("{ref}", path) not in pages:
            return "/"
        kept = {name: value for name, value in parse_qsl(query) if self._is_ours(name, value)}
        return f"{path}?{urlencode(kept)}" if kept else path

    def _is_ours(self, name: str, value: str) -> bool:
        if name == "route":
            return value in (OWN_FIRM, NO_ROUTE) or value in self._programme_routes()
        return bool(name in TYPED and TYPED[name].fullmatch(value)) or value in CHOSEN.get(name, ())


def refusal(request: Request, problem: Problem, router: PageRouter) -> Response:
    path = request.url.path
    asked = urlencode({"path": router.own_address(f"{path}?{request.url.query}")})
    if problem.status == 401 and request.method == "GET" and path != "/login/answer":
        again = "&strong=true" if problem.code == SIGN_IN_INSUFFICIENT else ""
        return RedirectResponse(f"/login?{asked}{again}", 303)
    if problem.code == "purpose-missing":
        return RedirectResponse(f"/doel?{asked}", 303)
    return fault_page(problem, router.policy, known_visitor(request))


def known_visitor(request: Request) -> RequestContext | None:
    """The visitor for whom the page can offer signing out; None after a form, whose token is used up."""
    return getattr(request.state, "who", None) if request.method == "GET" else None


@dataclass(frozen=True)
class Links:
    """Links that keep the rule set and the two dates of the current page."""

    asked: FigureQuery

    def to(self, path: str, **more: str | None) -> str:
        asked = self.asked
        query = {
            **more,
            "ruleSet": more.get("ruleSet") or asked.rule_set,
            "knownOn": asked.known_on and asked.known_on.isoformat(),
            "happenedUntil": asked.happened_until.isoformat(),
        }
        return f"{path}?{urlencode({name: value for name, value in query.items() if value is not None})}"

    def on(self, day: date) -> str:
        """The overview as known on a day, of what happened until then."""
        return Links(replace(self.asked, known_on=day, happened_until=day)).to("/")

    def rows(self, **wanted: str | None) -> str:
        return self.to("/plaatsingen", **wanted)

    def placement(self, ref: str, source: str) -> str:
        return self.to(f"/plaatsingen/{quote(ref, safe='')}", source=source)


@dataclass(frozen=True)
class PageContext:
    """The visitor of a page, and what they may see."""

    who: RequestContext
    reading: Scope
    policy: str
    """The page's Content-Security-Policy."""
    words: ProgrammeWords


def page(template: str, asked: FigureQuery, visit: PageContext, **content: Any) -> Response:
    text = ENVIRONMENT.get_template(template).render(
        asked=asked,
        links=Links(asked),
        visit=visit,
        visitor=visit.who,
        words=visit.words,
        rows_shown=visit.reading.has_rows,
        **content,
    )
    return HTMLResponse(text, 200, {POLICY: visit.policy})


def fault_page(problem: Problem, policy: str, visitor: RequestContext | None) -> Response:
    said = pgettext("fault", problem.code)
    details = [(error.field, pgettext("fault field", error.field)) for error in problem.errors]
    text = ENVIRONMENT.get_template("fault.html").render(
        visitor=visitor,
        words=None,
        message=gettext("fault_other") if said == problem.code else said,
        details=[detail for field, detail in details if detail != field],
    )
    return HTMLResponse(text, problem.status, {POLICY: policy, **problem.headers})


def role_words(visitor: RequestContext) -> str:
    principal = visitor.principal
    roles = ", ".join(pgettext("role", role) for role in sorted(principal.roles))
    return gettext("signed_in").format(roles=roles, partner=principal.partner)


def clause_words(clause: str, outcome: str | None) -> str:
    """Why a placement does not count, or not yet; an unknown clause as given."""
    return pgettext("pending" if outcome == "pending" else "excluded", clause)


def make_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("banen_reporting.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    say = LANGUAGE
    used_on_values = (say.number, say.percentage, say.euro, say.day, say.short_day)
    environment.filters.update({used.__name__: used for used in used_on_values})  # pyright: ignore[reportUnknownMemberType]
    environment.globals.update(  # pyright: ignore[reportUnknownMemberType]
        language=say.code,
        gettext=say.gettext,
        ngettext=say.ngettext,
        pgettext=say.pgettext,
        clause_words=clause_words,
        role_words=role_words,
    )
    return environment


ENVIRONMENT = make_environment()
