"""Our answers beside the published figures, one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banen_local.demo.published import Published

Answer = Mapping[str, Any]
"""What the read API said."""
NO_CELL: Answer = {"value": None}


@dataclass(frozen=True)
class Compared:
    """A published figure, and what we make of it. No figure is None, never 0."""

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
    targets: Answer,
    results: Answer,
    rule_sets: Sequence[Answer],
    known_on: Sequence[Answer],
) -> list[Compared]:
    return [
        *compare_targets(published, targets),
        *compare_results(published, results),
        *compare_rule_sets(published, rule_sets),
        *compare_known_on(published, known_on),
    ]


def compare_targets(published: Published, targets: Answer) -> Iterator[Compared]:
    units = by_id(targets["units"])
    for unit in published.units:
        for route, value in unit.target.items():
            cell: Answer = units[unit.id]["routes"][route] if unit.id in units else {}
            result = None if route in unit.inferred else unit.result[route]
            yield Compared(unit.id, f"{route} target", value, cell.get("target"))
            yield Compared(unit.id, f"{route} result", result, cell["counted"] if has_any(cell) else None)
    nation, ours = published.national, targets["national"]
    cells = {**ours["routes"], "total": ours["total"]}
    for route, cell in cells.items():
        yield Compared("national", f"{route} target", nation.target[route], cell["target"])
        yield Compared("national", f"{route} result", nation.result[route], cell["counted"])
    for route, percent in nation.attainment_percent_per_route.items():
        yield Compared("national", f"{route} percent", percent, cells[route]["attainment"])
    yield Compared("national", "percent", nation.attainment_percent, cells["total"]["attainment"])


def has_any(cell: Answer) -> bool:
    """A cell in which nothing was ever recorded is blank, and says something else than 0."""
    return bool(cell.get("recorded"))


def compare_results(published: Published, results: Answer) -> Iterator[Compared]:
    units = by_id(results["units"])
    for unit in published.units:
        row: Answer = units.get(unit.id, {})
        regular = unit.regular.total if unit.regular else None
        programme = sum(unit.result.values())
        yield Compared(unit.id, "programme", programme, row.get("programme", NO_CELL)["value"])
        yield Compared(unit.id, "regular", regular, row.get("regular", NO_CELL)["value"])
        yield Compared(unit.id, "total", programme + (regular or 0), row.get("total"))
    nation, ours = published.national, results["national"]
    yield Compared("national", "programme", nation.result["total"], ours["programme"]["value"])
    yield Compared("national", "regular", nation.regular, ours["regular"]["value"])
    yield Compared("national", "total", nation.grand_total, ours["total"])
    funnel, costs = results["funnel"], results["costs"]
    yield Compared("funnel", "conversations", published.funnel.conversations, funnel["conversations"])
    yield Compared(
        "funnel",
        "percent placed",
        published.funnel.placed_of_conversations_percent,
        funnel["placedOfConversationsPercent"],
    )
    yield Compared("costs", "euro", published.costs.total_euro, costs["totalEuro"])
    yield Compared(
        "costs", "euro per placement", published.costs.per_placement_euro, costs["perPlacementEuro"]
    )


def compare_rule_sets(published: Published, rule_sets: Sequence[Answer]) -> Iterator[Compared]:
    """The report rounds euros per placement to whole ones."""
    rows = by_id(rule_sets)
    for rule_set in published.rule_sets:
        name, row = f"rule set {rule_set.id}", rows.get(rule_set.id, {})
        yield Compared(name, "count", rule_set.count, row.get("count"))
        if rule_set.a is not None:
            yield Compared(name, "A", rule_set.a, row.get("A"))
        if rule_set.b is not None:
            yield Compared(name, "B", rule_set.b, row.get("B"))
        if rule_set.parts is not None:
            parts = row.get("parts", {})
            yield Compared(name, "counted", rule_set.parts.counted, parts.get("counted"))
            yield Compared(name, "imported", rule_set.parts.imported, parts.get("imported"))
        yield Compared(name, "percent", rule_set.percent_of_target, row.get("percentOfTarget"))
        euro = row.get("euroPerPlacement")
        yield Compared(name, "euro", rule_set.euro_per_placement, None if euro is None else round(euro))


def compare_known_on(published: Published, known_on: Sequence[Answer]) -> Iterator[Compared]:
    answers = {answer["knownOn"]: answer["national"]["total"] for answer in known_on}
    for figure in published.known_on:
        total = answers.get(figure.day.isoformat(), {})
        yield Compared(f"known on {figure.day}", "count", figure.count, total.get("counted"))
        yield Compared(f"known on {figure.day}", "percent", figure.percent_of_target, total.get("attainment"))


def by_id(rows: Sequence[Answer]) -> dict[str, Answer]:
    return {row["id"]: row for row in rows}
