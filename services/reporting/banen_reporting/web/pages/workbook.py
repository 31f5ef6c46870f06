"""All tables of the pages that a reader may see, in one workbook."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.funnel import FunnelFilter
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.views import seen_day
from banen_reporting.web.addresses import ADDRESSES
from banen_reporting.web.files import workbook_of
from banen_reporting.web.pages import overview
from banen_reporting.web.pages.funnel import funnel_page
from banen_reporting.web.pages.placements import partner_names
from banen_reporting.web.pages.tables import Said, ViewPage
from banen_reporting.web.parameters import KnownOn, Month, OfForm, RuleSetId, Until
from banen_reporting.web.sections import TablesPage
from banen_reporting.web.visit import Visit, Visits


def add_workbook(router: PageRouter, visits: Visits, views: Sequence[ViewPage[Any]]) -> None:

    @router.page("page-workbook")
    async def workbook(
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        month: OfForm[Month] = None,
    ) -> Response:
        visit = await visits.of(request)
        if month is not None:
            known_on = until = overview.last_day(month)
        asked = await visit.asked(rule_set, known_on, until)
        answers = await overview.ask(visit, asked)
        parts = {"page-overview": overview.tables(answers, visit.words)}
        if visit.view.has_rows:
            for page in await pages_of(visit, asked, views):
                parts[page.page] = [one.table for one in page.sections if one.rows]
        named = {ADDRESSES[page][visit.code].strip("/"): tables for page, tables in parts.items()}
        return workbook_of(visit.words, answers.targets, named)


async def pages_of(visit: Visit, asked: FigureQuery, views: Sequence[ViewPage[Any]]) -> list[TablesPage]:
    """Those made of tables that the reader may see."""
    day, extent = await seen_day(visit.view, asked)
    said = Said(visit.words, visit.links(asked), partner_names(day.model))
    found = [funnel_page(await day.answer(FunnelFilter(), extent), said)]
    for view in views:
        if visit.may_see(view.name):
            found.append(view.say(await day.answer(view.make, extent), said))
    return found
