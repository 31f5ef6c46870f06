"""A figure opened: what it counts or leaves out, why, and the placements behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fastapi import Request, Response

from banen_kit.web.shell.router import PageRouter
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.rows import DUPLICATES, Order, PlacementFilter
from banen_reporting.queries.schemas import PlacementRow, Placements
from banen_reporting.web.files import Table, Value
from banen_reporting.web.parameters import (
    Filter,
    KnownOn,
    OfForm,
    PageNumber,
    Position,
    RuleSetId,
    Sort,
    Until,
    Verdict,
)
from banen_reporting.web.visit import Visits
from banen_reporting.web.words import ProgrammeWords

ROWS_ON_A_PAGE = 50
SORTED_BY: tuple[Order, ...] = ("start", "unit", "clause")


def add_placements(router: PageRouter, visits: Visits) -> None:

    @router.page("page-placements")
    async def placements(  # noqa: PLR0913, PLR0917 - each is a query parameter
        request: Request,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        unit: OfForm[Filter] = None,
        route: OfForm[Filter] = None,
        verdict: OfForm[Verdict] = None,
        clause: OfForm[Filter] = None,
        sort: OfForm[Sort] = None,
        page: OfForm[PageNumber] = None,
        position: OfForm[Position] = None,
        file: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        asked = await visit.asked(rule_set, known_on, until)
        wanted = PlacementFilter(unit, route, verdict, clause)
        order, number = sort or "start", page or 1
        model = await visit.view.model(asked) if visit.view.has_rows else FactSnapshot()
        chosen = filter_words(wanted, model, visit.words)
        if file is not None and file.startswith("placements."):
            heading, rows = await visit.view.all_placements(asked, wanted, order)
            return visit.file(heading, file, [rows_table(rows, model, visit.words)], *chosen)
        skip = (number - 1) * ROWS_ON_A_PAGE
        found = await visit.view.placements(asked, wanted, None, ROWS_ON_A_PAGE, order, skip)
        if file is not None:
            return visit.file(found, file, [reasons_table(found, visit.words)], *chosen)
        filters: dict[str, str | int | None] = {
            "unit": unit, "route": route, "verdict": verdict, "clause": clause, "sort": sort,
        }  # fmt: skip
        return visit.page(
            "placements.html",
            asked,
            [visit.overview_crumb(asked)],
            heading=found,
            found=found,
            wanted=wanted,
            filters={name: value for name, value in filters.items() if value is not None},
            filter_words=chosen,
            place_words=filter_words(replace(wanted, outcome=None), model, visit.words),
            names=partner_names(model),
            units={ref: row.label for ref, row in model.units.items()},
            routes=list(model.routes),
            rule_names=rule_names(model, visit.words),
            order=order,
            number=number,
            pages=max(1, -(-found.count // ROWS_ON_A_PAGE)),
            first=skip + 1,
            sorts={name: sort_filters(filters, name, order) for name in SORTED_BY},
            has_moved=found.provisional and position is not None and position != found.position,
        )


def sort_filters(
    filters: Mapping[str, str | int | None], name: Order, order: Order
) -> Mapping[str, str | int | None]:
    """The filters of a link that sorts by a column; from the end, where it is sorted by that already."""
    return {**filters, "sort": f"-{name}" if order == name else name}


def filter_words(wanted: PlacementFilter, model: FactSnapshot, words: ProgrammeWords) -> list[str]:
    """What was chosen, in words."""
    found: list[str] = []
    if wanted.unit is not None:
        special = {NONE: words.gettext("outside"), DUPLICATES: words.gettext("duplicate")}
        unit = model.units.get(wanted.unit)
        found.append(special.get(wanted.unit, unit.label if unit else wanted.unit))
    if wanted.route is not None:
        found.append(words.route(wanted.route))
    if wanted.outcome is not None:
        found.append(words.pgettext("outcome", wanted.outcome))
    if wanted.clause is not None:
        found.append(words.clause(wanted.clause, wanted.outcome))
    return found


def partner_names(model: FactSnapshot) -> dict[str, str]:
    return {ref: row.name for ref, row in model.partners.items()}


def rule_names(model: FactSnapshot, words: ProgrammeWords) -> dict[str, str]:
    """The rule sets in words, the published one first."""
    labels = {ref: unit.label for ref, unit in model.units.items()}
    order = sorted(model.rule_sets, key=lambda ref: (ref != "published", ref))
    return {ref: words.rule_set(model.rule_sets[ref].params, labels) for ref in order}


def reasons_table(found: Placements, words: ProgrammeWords) -> Table:
    routes = list(dict.fromkeys(route for row in found.clauses for route in row.routes))
    return Table(
        "reasons",
        [words.gettext("verdict"), words.gettext("reason"), words.gettext("rule"), words.gettext("number"), *(words.route(route) for route in routes)],
        [
            (words.pgettext("outcome", row.outcome), words.clause(row.clause, row.outcome), row.clause, row.count,
             *(row.routes.get(route, 0) for route in routes))
            for row in found.clauses
        ],
    )  # fmt: skip


def rows_table(rows: Iterator[PlacementRow], model: FactSnapshot, words: ProgrammeWords) -> Table:
    heads = [
        words.gettext("placement"), words.gettext("start"), words.gettext("kind"), words.gettext("contract"), words.gettext("until"), words.gettext("unit"), words.gettext("route"),
        words.gettext("verdict"), words.gettext("reason"),
    ]  # fmt: skip
    return Table("placements", heads, (row_cells(row, partner_names(model), words) for row in rows))


def row_cells(row: PlacementRow, names: Mapping[str, str], words: ProgrammeWords) -> Sequence[Value]:
    reason = row.clause and words.clause(row.clause, row.verdict)
    return (
        row.ref, row.start, words.kind(row.kind), words.pgettext("contract", row.contract), row.planned_end,
        names.get(row.partner, row.partner), words.route(row.route), words.pgettext("outcome", row.verdict), reason,
    )  # fmt: skip
