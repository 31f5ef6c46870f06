"""The overview: is the programme on target, and which unit or rule makes the difference."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from fastapi import Request, Response

from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.quality import data_quality
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.schemas import Results, RuleSets, Targets
from banen_reporting.queries.schemas_course import Course
from banen_reporting.queries.views import seen_day
from banen_reporting.web import lines
from banen_reporting.web.files import Table, Value
from banen_reporting.web.key_sentence import by_permission, key_of
from banen_reporting.web.pages.course import charts, course_table, shown_months
from banen_reporting.web.pages.data_quality import Warned, warnings
from banen_reporting.web.parameters import Filter, KnownOn, Month, OfForm, RuleSetId, Until
from banen_reporting.web.report import CAN_REPORT
from banen_reporting.web.visit import Visit, Visits
from banen_reporting.web.words import ProgrammeWords


def add_overview(router: PageRouter, visits: Visits) -> None:

    @router.page("page-overview")
    async def overview(
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        month: OfForm[Month] = None,
        file: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        if month is not None:
            known_on = until = last_day(month)
        asked = await visit.asked(rule_set, known_on, until)
        words = visit.words
        answers = await ask(visit, asked)
        targets, results, compared, course, names = answers
        if file is not None:
            return visit.file(targets, file, tables(answers, words))
        part, groups = lines.part_of(targets), lines.groups(targets, words)
        return visit.page(
            "overview.html",
            asked,
            heading=targets,
            warnings=await warned(visit, asked),
            key=key_of(targets, course, words),
            part=part,
            tiles=part.lines(words),
            groups=groups,
            scale=lines.highest([line.numbers for _, _, rows in groups for line in rows]),
            has_pending=lines.has_pending(targets, groups),
            permitted=by_permission(targets),
            clauses=targets.national and targets.national.clauses,
            results=results,
            rule_sets=compared.rule_sets,
            rule_names=names,
            rule_scale=max([row.count or 0 for row in compared.rule_sets] + [part.total.target or 0, 1]),
            route_codes=list(dict.fromkeys(route for row in compared.rule_sets for route in row.routes)),
            course=course,
            shown_months=shown_months(course),
            charts=charts(course, words),
            can_report=CAN_REPORT,
        )


class Answers(NamedTuple):
    """What the page and its tables are made of."""

    targets: Targets
    results: Results
    compared: RuleSets
    course: Course
    names: Mapping[str, str]
    """Of the rule sets, in words."""


async def ask(visit: Visit, asked: FigureQuery) -> Answers:
    view = visit.view
    targets, results = await view.targets(asked), await view.results(asked)
    compared, course = await view.rule_sets(asked), await view.course(asked)
    labels = await view.labels(asked)
    names = {row.id: visit.words.rule_set(row.params, labels) for row in compared.rule_sets}
    return Answers(targets, results, compared, course, names)


async def warned(visit: Visit, asked: FigureQuery) -> list[Warned]:
    """What to look at; nothing for a reader who does not see the facts behind it."""
    if not visit.view.has_rows:
        return []
    day, extent = await seen_day(visit.view, asked)
    return list(warnings(await day.answer(data_quality, extent), visit.links(asked), visit.words))


def last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def tables(answers: Answers, words: ProgrammeWords) -> list[Table]:
    targets, results, compared, course, names = answers
    return [
        lines.targets_table(targets, words),
        Table("results", [words.gettext("unit"), words.gettext("programme_part"), words.gettext("regular_part"), words.gettext("provenance"), words.gettext("total")],
              results_rows(results, words)),
        Table("documents", [words.gettext("unit"), words.gettext("year"), words.gettext("number"), words.gettext("precision"), words.gettext("document")],
              [(unit.label, one.year, one.value, words.exactness(one.precision), one.document)
               for unit in results.units for one in unit.regular.documents]),
        course_table(course, words),
        Table("rule-sets", [words.gettext("rule_set"), words.gettext("in_words"), words.gettext("counts"), words.gettext("of_target"), words.gettext("per_placement")],
              [(row.id, names[row.id], "." if row.count is None else row.count, row.percent_of_target,
                row.euro_per_placement) for row in compared.rule_sets]),
        *([clauses_table(targets, words)] if targets.national and targets.national.clauses else []),
    ]  # fmt: skip


def results_rows(results: Results, words: ProgrammeWords) -> Iterable[Sequence[Value]]:
    parts = [(unit.label, unit) for unit in results.units]
    national = [(words.gettext("national"), results.national)] if results.national else []
    for label, part in [*parts, *national]:
        regular = part.regular
        provenance = regular.provenance and words.pgettext("provenance", regular.provenance)
        total = "." if part.total is None else part.total
        yield label, part.programme.suppressed or part.programme.value, regular.value, provenance, total


def clauses_table(targets: Targets, words: ProgrammeWords) -> Table:
    assert targets.national is not None
    found = targets.national.clauses or {}
    return Table(
        "reasons",
        [words.gettext("verdict"), words.gettext("reason"), words.gettext("number")],
        [
            (
                words.pgettext("outcome", outcome),
                words.clause(row.clause, outcome),
                row.suppressed or row.count,
            )
            for outcome, of in found.items()
            for row in of or ()
        ],
    )
