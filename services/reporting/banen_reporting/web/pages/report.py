"""The formal report, as a file to keep and to sign."""

import asyncio

from fastapi import Request, Response

from banen_kit.core.problem import Problem
from banen_kit.web.shell.router import PageRouter
from banen_reporting.web.key_sentence import key_of
from banen_reporting.web.pages import overview
from banen_reporting.web.parameters import KnownOn, Month, OfForm, RuleSetId, Until
from banen_reporting.web.report import CAN_REPORT, report
from banen_reporting.web.visit import Visits


def add_report(router: PageRouter, visits: Visits) -> None:
    one_at_a_time = asyncio.Lock()

    @router.page("page-report")
    async def page(
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        month: OfForm[Month] = None,
    ) -> Response:
        if not CAN_REPORT:
            raise Problem(404, "not-found", "Not Found")
        visit = await visits.of(request)
        if month is not None:
            known_on = until = overview.last_day(month)
        asked = await visit.asked(rule_set, known_on, until)
        answers = await overview.ask(visit, asked)
        words, heading = visit.words, answers.targets
        key = key_of(heading, answers.course, words).text
        programme = visit.shell.brand().programme(visit.code)
        async with one_at_a_time:
            tables = overview.tables(answers, words)
            made = await asyncio.to_thread(report, words, heading, key, programme, tables, answers.course)
        name = f"banen-{heading.known_on.isoformat()}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(made, 200, headers, "application/pdf")
