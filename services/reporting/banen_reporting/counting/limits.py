"""Rules about all placements together, after each was judged: the regular quota (R5) and the caps (R11)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from banen_reporting.counting.inputs import Programme, Verdict


def take_out_regular(verdicts: Sequence[Verdict], programme: Programme) -> list[Verdict]:
    """R5 `overflow`: per unit and calendar year, the first placements that would count are regular work, up to the unit's
    quota, and are excluded. No quota means 0.
    """
    quota = {unit.id: unit.regular_per_year or 0 for unit in programme.units.values()}
    regular: defaultdict[tuple[str | None, int], int] = defaultdict(int)
    judged: list[Verdict] = []
    for verdict in verdicts:
        place = (verdict.unit, verdict.start.year)
        if verdict.outcome == "counted" and regular[place] < quota.get(verdict.unit or "", 0):
            regular[place] += 1
            judged.append(replace(verdict, outcome="excluded", clause="R5"))
        else:
            judged.append(verdict)
    return judged


def cap(
    verdicts: Sequence[Verdict],
    programme: Programme,
    compensation: Literal["allowed", "capped_by_route", "capped_by_unit_route"],
) -> list[Verdict]:
    """R11: excludes what would count beyond a target, in the given order. No target means a cap of 0.

    `capped_by_route`: the national target of the route; a placement credited to two units is one.
    `capped_by_unit_route`: each unit's own target. Own firms that are counted separately have no cap.
    """
    if compensation == "allowed":
        return list(verdicts)
    is_national = compensation == "capped_by_route"
    caps: defaultdict[tuple[str | None, str], int] = defaultdict(int)
    for unit in programme.units.values():
        for route, target in unit.targets.items():
            caps[None if is_national else unit.id, route] += target or 0
    within: defaultdict[tuple[str | None, str], set[tuple[str, str]]] = defaultdict(set)
    judged: list[Verdict] = []
    for verdict in verdicts:
        if verdict.outcome != "counted" or verdict.route not in programme.routes:
            judged.append(verdict)
            continue
        place = (None if is_national else verdict.unit, verdict.route)
        if verdict.key in within[place] or len(within[place]) < caps[place]:
            within[place].add(verdict.key)
            judged.append(verdict)
        else:
            judged.append(replace(verdict, outcome="excluded", clause="R11"))
    return judged
