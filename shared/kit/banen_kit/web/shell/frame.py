"""Renders a page in its frame, in the language of its address."""

import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from banen_kit.application.definition import Service
from banen_kit.core.language import Language
from banen_kit.core.problem import Problem
from banen_kit.web.authentication import RequestContext
from banen_kit.web.shell.languages import CODES, OWN_TEXTS, language_of, other_than, remember, texts

T = TypeVar("T", bound=Response)
TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
POLICY = "Content-Security-Policy"
STYLE = (Path(__file__).parent / "static" / "style.css").read_text("utf-8")
Addresses = Mapping[str, Mapping[str, str]]
"""The path of each page by its name and by language, without the language: `{"page-rows": {"nl": "/rijen", …}}`."""


def content_policy(*form_targets: str) -> str:
    """Allows our own style sheet, no scripts, and forms to ourselves and to these origins."""
    targets = " ".join(["'self'", *form_targets])
    return f"default-src 'none'; style-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"


class Brand(Protocol):
    """What stands at the head of each page."""

    def programme(self, language: str) -> str: ...

    def partner(self, partner: str) -> str: ...


@dataclass(frozen=True)
class Link:
    """A way to a page."""

    label: str
    address: str
    is_here: bool = False


@dataclass(frozen=True)
class Shell:
    """The frame of the pages of one service."""

    service: Service
    owner: str
    """The partner that runs the service."""
    policy: str
    """The Content-Security-Policy of the pages."""
    addresses: Addresses
    brand: Callable[[], Brand]
    texts: Mapping[str, Language]
    environments: Mapping[str, Environment]

    @classmethod
    def of(
        cls,
        service: Service,
        owner: str,
        policy: str,
        addresses: Addresses,
        brand: Callable[[], Brand],
        package: str,
    ) -> "Shell":
        """`package` has the texts and templates of the pages themselves."""
        found = texts(package)
        environments = {code: environment(package, language) for code, language in found.items()}
        return cls(service, owner, policy, addresses, brand, found, environments)

    def address(self, page: str, code: str, **parts: str) -> str:
        return f"/{code}{filled(self.addresses[page][code], parts)}"

    def menu(self, request: Request) -> list[Link]:
        """The pages of the menu that the visitor may see."""
        visitor, code = known_visitor(request), language_of(request)
        here = getattr(request.scope.get("route"), "name", None)
        if visitor is None:
            return []
        return [
            Link(self.texts[code].pgettext("menu", page), self.address(page, code), page == here)
            for page in self.service.menu
            if self.service.permissions[page].lets(visitor.principal, self.owner)
        ]

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        crumbs: Sequence[Link] = (),
        headers: Mapping[str, str] | None = None,
        other_address: str | None = None,
        **content: Any,
    ) -> HTMLResponse:
        code = language_of(request)
        text = (
            self.environments[code]
            .get_template(template)
            .render(
                brand=self.brand(),
                visitor=known_visitor(request),
                menu=self.menu(request),
                crumbs=crumbs,
                start=f"/{code}",
                other=other_than(code),
                other_address=other_address or self.other_address(request),
                **content,
            )
        )
        answer = compressed(request, HTMLResponse(text, status, {POLICY: self.policy, **(headers or {})}))
        remember(request, answer, code)
        return answer

    def other_address(self, request: Request) -> str:
        """Of the same page with the same filters in the other language; of the start, if there is no such page."""
        code = other_than(language_of(request))
        name = getattr(request.scope.get("route"), "name", "")
        if name not in self.addresses or request.method != "GET":
            return f"/{code}"
        query = request.url.query
        return self.address(name, code, **request.path_params) + (f"?{query}" if query else "")

    def fault(self, request: Request, problem: Problem) -> HTMLResponse:
        """What was refused and how to go on; never what somebody typed."""
        language = self.texts[language_of(request)]
        said = language.pgettext("fault", problem.code)
        details = [(error.field, language.pgettext("fault field", error.field)) for error in problem.errors]
        title = {403: "fault_title_403", 404: "fault_title_404"}.get(problem.status, "fault_title")
        return self.page(
            request,
            "fault.html",
            status=problem.status,
            headers=problem.headers,
            # The same for what is not there and for what belongs to others.
            other_address=f"/{other_than(language.code)}",
            title=language.pgettext("fault title", title),
            message=language.gettext("fault_other") if said == problem.code else said,
            details=[detail for field, detail in details if detail != field],
        )


def compressed(request: Request, answer: T) -> T:
    """The answer in gzip, if the client takes it."""
    answer.headers.add_vary_header("Accept-Encoding")
    if TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")):
        answer.body = gzip.compress(answer.body, compresslevel=5, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer


def filled(path: str, parts: Mapping[str, str]) -> str:
    """The path of a page with its parts that vary."""
    for name, part in parts.items():
        path = path.replace(f"{{{name}}}", quote(part, safe=""))
    return path


def known_visitor(request: Request) -> RequestContext | None:
    """The visitor for whom the page can offer signing out; None after a form, whose token is used up."""
    return getattr(request.state, "who", None) if request.method == "GET" else None


def capfirst(text: str) -> str:
    """As the beginning of a sentence; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def environment(package: str, language: Language) -> Environment:
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(OWN_TEXTS)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    used_on_values = (
        language.number, language.signed, language.percentage, language.euro, language.day, language.short_day,
        language.form_day, language.month, capfirst,
    )  # fmt: skip
    made.filters.update({used.__name__: used for used in used_on_values})  # pyright: ignore[reportUnknownMemberType]
    made.globals.update(  # pyright: ignore[reportUnknownMemberType]
        language=language.code,
        languages=CODES,
        gettext=language.gettext,
        ngettext=language.ngettext,
        pgettext=language.pgettext,
    )
    return made
