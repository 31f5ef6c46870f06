"""The overview: is the programme on target, and which unit or rule makes the difference."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fastapi import Request, Response

from banen_kit.web.shell.charts import BurnUp, burn_up
from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.schemas import Results, RuleSets, Targets
from banen_reporting.queries.schemas_course import Course, CourseMonth
from banen_reporting.web import lines
from banen_reporting.web.csv_tables import Table, Value
from banen_reporting.web.key_sentence import by_permission, key_of
from banen_reporting.web.parameters import Filter, KnownOn, Month, OfForm, RuleSetId, Until
from banen_reporting.web.visit import Visits
from banen_reporting.web.words import ProgrammeWords

MOST_YEARS = 3
"""Labels of years below a chart; more would touch."""


def add_overview(router: PageRouter, visits: Visits) -> None:

    @router.page("page-overview")
    async def overview(
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        month: OfForm[Month] = None,
        csv: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        if month is not None:
            known_on = until = last_day(month)
        asked = await visit.asked(rule_set, known_on, until)
        view, words = visit.view, visit.words
        targets, results = await view.targets(asked), await view.results(asked)
        compared, course = await view.rule_sets(asked), await view.course(asked)
        labels = await view.labels(asked)
        names = {row.id: words.rule_set(row.params, labels) for row in compared.rule_sets}
        if csv is not None:
            return visit.csv(targets, csv, tables(targets, results, compared, course, names, words))
        part, groups = lines.part_of(targets), lines.groups(targets, words)
        return visit.page(
            "overview.html",
            asked,
            heading=targets,
            key=key_of(targets, course, words),
            part=part,
            tiles=part.lines(words),
            groups=groups,
            scale=lines.highest([line.numbers for _, _, rows in groups for line in rows]),
            has_pending=targets.provisional
            or any(line.numbers.pending != 0 for _, _, rows in groups for line in rows),
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
        )


def last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def charts(course: Course, words: ProgrammeWords) -> Mapping[str, BurnUp]:
    """One per route on which anything was planned or counted."""
    labels = month_labels([month.last_day for month in course.months], words)
    found: dict[str, BurnUp] = {}
    for route in course.planned:
        points = [month.routes[route] for month in course.months]
        if any(point.planned or point.counted for point in points):
            found[route] = burn_up(
                [point.counted for point in points], [point.planned for point in points], labels
            )
    return found


def month_labels(ends: Sequence[date], words: ProgrammeWords) -> list[tuple[int, str]]:
    """The first and the last month, and the years between them that have room."""
    if not ends:
        return []
    last = len(ends) - 1
    room = len(ends) / 5
    years = [at for at, end in enumerate(ends) if end.month == 1 and room < at < last - room]
    step = 1 + (len(years) - 1) // MOST_YEARS
    ways = {0: words.language.month(ends[0]), **{at: str(ends[at].year) for at in years[::step]}}
    return sorted({**ways, last: words.language.month(ends[last])}.items())


def shown_months(course: Course) -> list[CourseMonth]:
    """Those at the end of a half year, and the last one that has begun."""
    begun = [
        month for month in course.months if any(one.counted is not None for one in month.routes.values())
    ]
    return [month for month in begun if month.last_day.month in (6, 12) or month is begun[-1]]


def tables(
    targets: Targets,
    results: Results,
    compared: RuleSets,
    course: Course,
    names: Mapping[str, str],
    words: ProgrammeWords,
) -> list[Table]:
    return [
        lines.targets_table(targets, words),
        Table("results", [words.gettext("unit"), words.gettext("programme_part"), words.gettext("regular_part"), words.gettext("provenance"), words.gettext("total")],
              results_rows(results, words)),
        Table("documents", [words.gettext("unit"), words.gettext("year"), words.gettext("number"), words.gettext("precision"), words.gettext("document")],
              [(unit.label, one.year, one.value, one.precision, one.document)
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


def course_table(course: Course, words: ProgrammeWords) -> Table:
    heads = [words.gettext("month_end")]
    for route in course.planned:
        heads += [
            words.gettext("counted_so_far").format(route=words.route(route)),
            words.gettext("planned_so_far").format(route=words.route(route)),
        ]
    return Table(
        "course",
        heads,
        [
            (
                month.last_day.isoformat(),
                *(value for point in month.routes.values() for value in (point.counted, point.planned)),
            )
            for month in course.months
        ],
    )


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
