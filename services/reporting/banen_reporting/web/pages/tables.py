"""The pages of the views without a filter of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fastapi import Request, Response

from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.schemas import Heading
from banen_reporting.queries.views import seen_day
from banen_reporting.web.addresses import Links
from banen_reporting.web.pages.placements import partner_names
from banen_reporting.web.parameters import Filter, KnownOn, OfForm, RuleSetId, Until
from banen_reporting.web.sections import TablesPage, shown
from banen_reporting.web.visit import Visits
from banen_reporting.web.words import ProgrammeWords

A = TypeVar("A", bound=Heading)


@dataclass(frozen=True)
class Said:
    """What a page needs to put an answer into words."""

    words: ProgrammeWords
    links: Links
    partners: Mapping[str, str]
    """Their names."""

    def partner(self, partner: str) -> str:
        return self.partners.get(partner, partner)

    def funnel_of(self, region: str) -> str | None:
        """The funnel of one region; it takes those of the programme alone."""
        definition = self.words.definition
        is_known = region == NONE or (definition is not None and definition.has_region(region))
        return self.links.to("page-funnel", region=region) if is_known else None


@dataclass(frozen=True)
class ViewPage(Generic[A]):
    name: str
    make: Callable[[ProgrammeDay, Extent], A]
    say: Callable[[A, Said], TablesPage]


def add_tables(router: PageRouter, visits: Visits, view: ViewPage[A]) -> None:

    @router.page(view.name)
    async def page(
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        file: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        asked = await visit.asked(rule_set, known_on, until)
        day, extent = await seen_day(visit.view, asked)
        found = await day.answer(view.make, extent)
        said = view.say(found, Said(visit.words, visit.links(asked), partner_names(day.model)))
        return await shown(visit, asked, found, said, file)
