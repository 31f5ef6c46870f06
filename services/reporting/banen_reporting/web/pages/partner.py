"""A partner's page: what its unit should have placed, and did."""

from fastapi import Request, Response

from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.own import own_targets
from banen_reporting.web import lines
from banen_reporting.web.key_sentence import key_of
from banen_reporting.web.pages.course import charts, course_table, shown_months
from banen_reporting.web.parameters import Filter, KnownOn, OfForm, RuleSetId, Until
from banen_reporting.web.visit import Visits


def add_partner(router: PageRouter, visits: Visits) -> None:

    @router.page("page-partner")
    async def partner(
        request: Request,
        unit: str,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        file: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        asked = await visit.asked(rule_set, known_on, until)
        view, words = visit.view, visit.words
        found = await view.unit(asked, unit)
        targets, course = own_targets(await view.targets(asked), [found]), await view.course(asked, unit)
        if file is not None:
            tables = [lines.targets_table(targets, words), course_table(course, words)]
            return visit.file(targets, file, tables, found.label)
        part, groups = lines.part_of(targets), lines.groups(targets, words)
        return visit.page(
            "partner.html",
            asked,
            [visit.overview_crumb(asked)],
            heading=targets,
            unit=found,
            key=key_of(targets, course, words),
            part=part,
            tiles=part.lines(words),
            groups=groups,
            scale=part.highest,
            has_pending=lines.has_pending(targets, groups),
            rule_names=await visit.rule_names(asked),
            course=course,
            shown_months=shown_months(course),
            charts=charts(course, words),
        )
