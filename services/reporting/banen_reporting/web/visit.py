"""A visit to a page: who reads, in which language, and what they may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request, Response

from banen_kit.core.problem import FieldError, invalid
from banen_kit.web.authentication import RequestContext
from banen_kit.web.shell.frame import Link, Shell
from banen_kit.web.shell.languages import language_of
from banen_reporting.queries.access import FigureAccess, Scope
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.schemas import Heading
from banen_reporting.web.addresses import Links
from banen_reporting.web.files import FORMS, Table, file_of
from banen_reporting.web.words import LANGUAGES, ProgrammeWords


@dataclass(frozen=True)
class Visit:
    """Answers for one reader, in the words of one language."""

    request: Request
    shell: Shell
    view: Scope
    words: ProgrammeWords

    @property
    def code(self) -> str:
        return self.words.language.code

    @property
    def who(self) -> RequestContext:
        return self.view.who

    def may_see(self, page: str) -> bool:
        return self.shell.service.permissions[page].lets(self.who.principal, self.shell.owner)

    def links(self, asked: FigureQuery) -> Links:
        return Links(self.code, asked)

    async def asked(self, rule_set: str | None, known_on: date | None, until: date | None) -> FigureQuery:
        """What the address asks; without a date the state as of which pages open."""
        if known_on is None and until is None:
            return await self.view.opening(rule_set)
        return self.view.asked(rule_set, known_on, until)

    def page(
        self, template: str, asked: FigureQuery, crumbs: Sequence[Link] = (), **content: Any
    ) -> Response:
        return self.shell.page(
            self.request,
            template,
            crumbs=crumbs,
            asked=asked,
            links=self.links(asked),
            words=self.words,
            view=self.view,
            visitor_session=self.who.session,
            today=self.view.answers.today(),
            file_address=self.file_address,
            file_forms=FORMS,
            **content,
        )

    def file_address(self, file: str) -> str:
        """Of a table of this page as it is shown, such as `targets.csv`."""
        asked = self.request.url.include_query_params(file=file)
        return f"{asked.path}?{asked.query}"

    def file(self, heading: Heading, file: str, tables: Sequence[Table], *filters: str) -> Response:
        """Raises `Problem` 400 if the page has no such table."""
        name, _, form = file.rpartition(".")
        table = next((one for one in tables if one.name == name), None)
        if table is None or form not in FORMS:
            raise invalid([FieldError("file", "is no table of this page")])
        return file_of(self.words, heading, table, filters, form)

    async def rule_names(self, asked: FigureQuery) -> dict[str, str]:
        """The rule sets in words, as on a day, the published one first."""
        labels = await self.view.labels(asked)
        return {
            row.id: self.words.rule_set(row.params, labels)
            for row in (await self.view.rule_sets(asked)).rule_sets
        }

    def overview_crumb(self, asked: FigureQuery) -> Link:
        return Link(self.words.pgettext("menu", "page-overview"), self.links(asked).overview())


@dataclass(frozen=True)
class Visits:
    readers: FigureAccess
    shell: Shell

    async def of(self, request: Request) -> Visit:
        definition = (await self.readers.answers.figures.model(None))[0].definition
        words = ProgrammeWords(LANGUAGES[language_of(request)], definition)
        return Visit(request, self.shell, self.readers.reading(request), words)
