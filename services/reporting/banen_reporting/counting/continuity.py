"""How placements of one client affect each other: conversions (R9) and continued spells (R4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from banen_contracts.reporting import RuleSetParams
from banen_reporting.counting.duration import deciding_day, known_last_day
from banen_reporting.counting.inputs import Finding, PlacementKey, Placements, order_of
from banen_reporting.facts.model import PlacementFact


def converted_elsewhere(placements: Placements, reaching: set[PlacementKey]) -> set[PlacementKey]:
    """R9: returns the links of conversion chains that do not count because the first link in `reaching` does.

    If no link of a chain is in `reaching`, none is excluded. A voided link still connects the chain, but never counts.
    """
    links = {
        key: before
        for key, placement in placements.items()
        if placement.converted_from and (before := (key[0], placement.converted_from)) in placements
    }
    if not links:
        return set()
    chains: dict[PlacementKey, list[tuple[int, PlacementKey]]] = {}
    for key in placements:
        root, depth = _root(key, links)
        chains.setdefault(root, []).append((depth, key))
    elsewhere: set[PlacementKey] = set()
    for chain in chains.values():
        chain.sort(key=lambda link: (link[0], *order_of(link[1], placements[link[1]].start)))
        counting = next((key for _, key in chain if key in reaching), None)
        if counting is not None:
            elsewhere.update(key for _, key in chain if key != counting)
    return elsewhere


def _root(key: PlacementKey, links: Mapping[PlacementKey, PlacementKey]) -> tuple[PlacementKey, int]:
    """Returns the start of a chain and the number of steps to it; for a cycle (a recording error) the smallest key."""
    path = [key]
    while (before := links.get(path[-1])) is not None:
        if before in path:
            return min(path[path.index(before) :]), len(path)
        path.append(before)
    return path[-1], len(path) - 1


@dataclass(slots=True)
class _Spell:
    key: PlacementKey
    placement: PlacementFact
    last: date | None
    deciding: date
    is_used: bool = False


Continued = Literal["carried", "unknown"]


def continue_spells(
    placements: Placements,
    excluded: set[PlacementKey],
    params: RuleSetParams,
    happened_until: date,
) -> dict[PlacementKey, Finding | None]:
    """R4, with `realised`: returns changed findings for placements that later ones continue, and for those later ones.

    A placement that is carried to its deciding day has reached m months (pending while that day is in the future). The
    later placements that carried it belong to its spell: R4 excludes them, and they carry no other. Placements that are
    already `excluded` may carry but are not carried, so that they do not exclude a placement that counts.
    """
    spells = [
        _Spell(key, p, known_last_day(p, happened_until), deciding_day(p.start, params))
        for key, p in placements.items()
        if not p.voided
    ]
    spells.sort(key=lambda spell: order_of(spell.key, spell.placement.start))
    findings: dict[PlacementKey, Finding | None] = {}
    for position, head in enumerate(spells):
        if head.is_used or head.key in excluded or head.last is None or head.last >= head.deciding:
            continue
        if params.continuity == "snapshot":
            continued, used = _snapshot(position, spells)
        else:
            continued, used = _following(position, head.last, spells, params)
        if continued is None:
            continue
        is_decided = continued == "carried" and head.deciding <= happened_until
        findings[head.key] = None if is_decided else ("pending", "R3")
        for spell in used:
            spell.is_used = True
            findings[spell.key] = ("excluded", "R4")
    return findings


def _following(
    position: int, last: date, spells: Sequence[_Spell], params: RuleSetParams
) -> tuple[Continued | None, list[_Spell]]:
    """`same_employer`: starts by the next day, at the same employer. `any_employer`: at most `gap_days` days between."""
    head = spells[position]
    used: list[_Spell] = []
    is_unknown = False
    for spell in spells[position + 1 :]:
        if last >= head.deciding:
            break
        if spell.is_used or not _follows(spell.placement, head.placement, last, params):
            continue
        if spell.last is None:
            is_unknown = True
        elif spell.last > last:
            last = spell.last
            used.append(spell)
    if last >= head.deciding:
        return "carried", used
    return ("unknown" if is_unknown else None), []


def _follows(later: PlacementFact, head: PlacementFact, last: date, params: RuleSetParams) -> bool:
    days_between = (later.start - last).days - 1
    if params.continuity == "any_employer":
        return days_between <= params.gap_days
    employer = _employer(head)
    return days_between <= 0 and employer is not None and employer == _employer(later)


def _snapshot(position: int, spells: Sequence[_Spell]) -> tuple[Continued | None, list[_Spell]]:
    """`snapshot`: on the deciding day the client is in some placement; it may have started earlier."""
    day = spells[position].deciding
    begun = [(at, spell) for at, spell in enumerate(spells) if spell.placement.start <= day]
    for at, spell in begun:
        if spell.last is not None and spell.last >= day:
            return "carried", [spell] if at > position else []
    return ("unknown" if any(spell.last is None for _, spell in begun) else None), []


def _employer(placement: PlacementFact) -> str | None:
    return placement.hiring_employer_ref or placement.employer_ref
