"""Compares our answers with the published figures, one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banen_local.demo.published import Published
from banen_reporting.queries.schemas import Cell, ComparedRuleSet, Results, Targets


@dataclass(frozen=True)
class Compared:
    """A published figure and ours. No figure is None, never 0."""

    subject: str
    figure: str
    published: float | None
    ours: float | None

    @property
    def matches(self) -> bool:
        return self.published == self.ours

    def to_json(self) -> dict[str, Any]:
        return {"figure": f"{self.subject} {self.figure}", "published": self.published, "ours": self.ours}


def compare(
    published: Published,
    targets: Targets,
    results: Results,
    rule_sets: Sequence[ComparedRuleSet],
    known_on: Sequence[Targets],
) -> list[Compared]:
    return [
        *compare_targets(published, targets),
        *compare_results(published, results),
        *compare_rule_sets(published, rule_sets),
        *compare_known_on(published, known_on),
    ]


def compare_targets(published: Published, targets: Targets) -> Iterator[Compared]:
    units = {unit.id: unit for unit in targets.units}
    for unit in published.units:
        for route, value in unit.target.items():
            cell = units[unit.id].routes[route] if unit.id in units else None
            result = None if route in unit.inferred else unit.result[route]
            yield Compared(unit.id, f"{route} target", value, cell and cell.target)
            # A cell without any record is blank, which means something else than 0.
            ours = cell.counted if cell and cell.recorded else None
            yield Compared(unit.id, f"{route} result", result, ours)
    nation, ours = published.national, targets.national
    cells: Mapping[str, Cell] = {**ours.routes, "total": ours.total} if ours else {}
    for name, value in nation.target.items():
        cell = cells.get(name)
        yield Compared("national", f"{name} target", value, cell and cell.target)
        yield Compared("national", f"{name} result", nation.result[name], cell and cell.counted)
    percents = {**nation.attainment_percent_per_route, "total": nation.attainment_percent}
    for name, percent in percents.items():
        cell = cells.get(name)
        figure = "percent" if name == "total" else f"{name} percent"
        yield Compared("national", figure, percent, cell and cell.attainment)


def compare_results(published: Published, results: Results) -> Iterator[Compared]:
    units = {unit.id: unit for unit in results.units}
    for unit in published.units:
        row = units.get(unit.id)
        regular = unit.regular.total if unit.regular else None
        programme = sum(unit.result.values())
        yield Compared(unit.id, "programme", programme, row and row.programme.value)
        yield Compared(unit.id, "regular", regular, row and row.regular.value)
        yield Compared(unit.id, "total", programme + (regular or 0), row and row.total)
    nation, ours = published.national, results.national
    yield Compared("national", "programme", nation.result["total"], ours and ours.programme.value)
    yield Compared("national", "regular", nation.regular, ours and ours.regular.value)
    yield Compared("national", "total", nation.grand_total, ours and ours.total)
    held, funnel, costs = published.funnel, results.funnel, results.costs
    yield Compared("funnel", "conversations", held.conversations, funnel and funnel.conversations)
    yield Compared(
        "funnel",
        "percent placed",
        held.placed_of_conversations_percent,
        funnel and funnel.placed_of_conversations_percent,
    )
    yield Compared("costs", "euro", published.costs.total_euro, costs and costs.total_euro)
    yield Compared(
        "costs", "euro per placement", published.costs.per_placement_euro, costs and costs.per_placement_euro
    )


def compare_rule_sets(published: Published, rule_sets: Sequence[ComparedRuleSet]) -> Iterator[Compared]:
    """The report rounds euros per placement to whole euros."""
    rows = {row.id: row for row in rule_sets}
    for rule_set in published.rule_sets:
        name, row = f"rule set {rule_set.id}", rows.get(rule_set.id)
        yield Compared(name, "count", rule_set.count, row and row.count)
        for route, count in rule_set.routes.items():
            yield Compared(name, route, count, row and row.routes.get(route))
        if rule_set.parts is not None:
            yield Compared(name, "counted", rule_set.parts.counted, row and row.parts.counted)
            yield Compared(name, "imported", rule_set.parts.imported, row and row.parts.imported)
        yield Compared(name, "percent", rule_set.percent_of_target, row and row.percent_of_target)
        euro = row and row.euro_per_placement
        yield Compared(name, "euro", rule_set.euro_per_placement, None if euro is None else round(euro))


def compare_known_on(published: Published, known_on: Sequence[Targets]) -> Iterator[Compared]:
    answers = {answer.known_on: answer.national and answer.national.total for answer in known_on}
    for figure in published.known_on:
        total = answers.get(figure.day)
        yield Compared(f"known on {figure.day}", "count", figure.count, total and total.counted)
        yield Compared(
            f"known on {figure.day}", "percent", figure.percent_of_target, total and total.attainment
        )
