"""Two states side by side: which facts moved the figure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from fastapi import Request, Response

from banen_kit.core.problem import Problem
from banen_kit.web.shell.charts import Waterfall, waterfall
from banen_kit.web.shell.router import PageRouter
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.released import end_of_month_before
from banen_reporting.queries.schemas_course import Cause, ComparedCell, Comparison
from banen_reporting.web.files import Table
from banen_reporting.web.lines import part_of
from banen_reporting.web.parameters import (
    Filter,
    KnownOn,
    OfForm,
    OtherKnownOn,
    OtherRuleSetId,
    RuleSetId,
    Until,
)
from banen_reporting.web.visit import Visit, Visits
from banen_reporting.web.words import ProgrammeWords

MOST_STEPS = 3
"""Causes that have room in the chart."""


def add_compare(router: PageRouter, visits: Visits) -> None:

    @router.page("page-compare")
    async def compare(
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        other_rule_set: OfForm[OtherRuleSetId] = None,
        other_known_on: OfForm[OtherKnownOn] = None,
        file: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        if known_on is None and other_known_on is None and other_rule_set is None:
            before, after, found = await opening_pair(visit, rule_set)
        else:
            before, after = visit.view.asked_twice(rule_set, known_on, until, other_rule_set, other_known_on)
            found = await visit.view.comparison(before, after)
        labels = await visit.view.labels(after) | await visit.view.labels(before)
        names = await visit.rule_names(after)
        if file is not None:
            tables = [cells_table(found, labels, visit.words), causes_table(found, labels, visit.words)]
            first = found.before
            return visit.file(
                found.after, file, tables,
                f"{visit.words.gettext('compared_with')}: {first.rule_set.id}, {first.known_on.isoformat()}",
            )  # fmt: skip
        return visit.page(
            "compare.html",
            after,
            [visit.overview_crumb(after)],
            before=before,
            found=found,
            labels=labels,
            rule_names=names,
            totals=(part_of(found.before).total, part_of(found.after).total),
            days=(found.after.known_on - found.before.known_on).days,
            decided=sum(len(cause.decisions) for cause in found.causes or ()),
            only_decisions=bool(found.causes) and all(one.kind == "permission" for one in found.causes or ()),
            gained=sum(cause.gained for cause in found.causes or ()),
            lost=sum(cause.lost for cause in found.causes or ()),
            chart=chart_of(found, labels, visit.words),
            causes=[
                (cause, cause_words(cause, labels, visit.words), rows_of(cause, found.cells))
                for cause in found.causes or ()
            ],
            cells=list(zip(found.cells, cell_rows(found, labels, visit.words), strict=True)),
        )


async def opening_pair(visit: Visit, rule_set: str | None) -> tuple[FigureQuery, FigureQuery, Comparison]:
    """Compares the state as of which pages open with the first day of reporting before it, or with the month before.

    A programme that is younger than that has nothing to compare with: then that state is on both sides.
    """
    after = await visit.view.opening(rule_set)
    before = before_opening(visit, after)
    try:
        return before, after, await visit.view.comparison(before, after)
    except Problem as problem:
        if problem.status != HTTPStatus.NOT_FOUND:
            raise
        return after, after, await visit.view.comparison(after, after)


def before_opening(visit: Visit, after: FigureQuery) -> FigureQuery:
    day = after.known_on or visit.view.answers.today()
    if not visit.view.has_rows:
        return visit.view.asked(after.rule_set, end_of_month_before(day), None)
    reported = [one for one in visit.words.reporting_days if one < day]
    return replace(after, known_on=min(reported) if reported else day - timedelta(days=30))


def cause_words(cause: Cause, labels: dict[str, str], words: ProgrammeWords) -> str:
    if cause.kind == "permission":
        return words.gettext("cause_permission").format(unit=labels.get(cause.unit or "", cause.unit))
    if cause.clause is not None:
        return words.gettext("cause_rule").format(reason=words.clause(cause.clause, "excluded"))
    return words.pgettext("cause", cause.kind)


def rows_of(cause: Cause, cells: tuple[ComparedCell, ...]) -> int | None:
    """How many placements of the unit count now, where the cause brought in all of them."""
    counted = sum(cell.after or 0 for cell in cells if cell.unit == cause.unit and cause.unit is not None)
    return counted if cause.unit is not None and counted == cause.gained else None


def chart_of(found: Comparison, labels: dict[str, str], words: ProgrammeWords) -> Waterfall | None:
    """From one total to the other by its causes, as far as they have room."""
    total = [part_of(one).total for one in (found.before, found.after)]
    if found.causes is None or not 0 < len(found.causes) <= MOST_STEPS:
        return None
    steps = [(labels.get(cause.unit or "", "") or words.pgettext("cause", cause.kind), cause.difference)
             for cause in found.causes]  # fmt: skip
    if sum(step for _, step in steps) != (total[1].counted or 0) - (total[0].counted or 0):
        return None
    days = [words.language.form_day(one.known_on) for one in (found.before, found.after)]
    ends = [(days[0], total[0].counted or 0), (days[1], total[1].counted or 0)]
    return waterfall(ends[0], steps, ends[1], total[1].target)


def cells_table(found: Comparison, labels: dict[str, str], words: ProgrammeWords) -> Table:
    heads = [
        words.gettext("unit"), words.gettext("route"), words.gettext("before"), words.gettext("after"),
        words.gettext("gap"),
    ]  # fmt: skip
    return Table("cells", heads, list(cell_rows(found, labels, words)))


def cell_rows(
    found: Comparison, labels: dict[str, str], words: ProgrammeWords
) -> Iterator[tuple[str, str, int | None, int | None, int | None]]:
    for cell in found.cells:
        unit = words.gettext("national") if cell.unit is None else labels.get(cell.unit, cell.unit)
        route = words.gettext("total") if cell.route is None else words.route(cell.route)
        yield unit, route, cell.before, cell.after, cell.difference


def causes_table(found: Comparison, labels: dict[str, str], words: ProgrammeWords) -> Table:
    heads = [
        words.gettext("cause"), words.gettext("gained"), words.gettext("lost"), words.gettext("document"),
    ]  # fmt: skip
    return Table(
        "causes",
        heads,
        [
            (
                cause_words(cause, labels, words), cause.gained, cause.lost,
                ", ".join(one.document or "" for one in cause.decisions),
            )
            for cause in found.causes or ()
        ],
    )  # fmt: skip
