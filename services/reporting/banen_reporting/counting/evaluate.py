"""Judges placements under a rule set: each alone, then among its client's, then among all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from banen_contracts.mediation import ProgrammeTag
from banen_contracts.programme import OWN_FIRM
from banen_contracts.reporting import DayOfPlacement, RuleSetParams
from banen_reporting.counting.continuity import continue_spells, converted_elsewhere
from banen_reporting.counting.duration import duration, last_day_of_minimum
from banen_reporting.counting.inputs import (
    AssessmentsOf,
    Clause,
    ClientKey,
    CountedRoute,
    Finding,
    Outcome,
    PlacementKey,
    Placements,
    Programme,
    RuleSet,
    Unit,
    Verdict,
    client_of,
    order_of,
)
from banen_reporting.counting.limits import cap, take_out_regular
from banen_reporting.facts.model import PlacementFact


def _no_stop() -> None:
    return


def judge(
    placements: Placements,
    assessments: AssessmentsOf,
    programme: Programme,
    rule_set: RuleSet,
    happened_until: date,
    go_on: Callable[[], None] = _no_stop,
) -> list[Verdict]:
    """Returns the verdicts on all placements, in order of (start, ref). Needs all placements of the programme.

    Calls `go_on` for each client; an exception from it stops the work.
    """
    params = rule_set.params
    reading = _read(programme, params, happened_until, assessments)
    by_client: dict[ClientKey, dict[PlacementKey, PlacementFact]] = {}
    for key, placement in placements.items():
        by_client.setdefault(client_of(key, placement), {})[key] = placement
    verdicts: list[Verdict] = []
    for group in by_client.values():
        go_on()
        verdicts += _judge_client(group, reading)
    verdicts.sort(key=_order)
    if params.additionality == "overflow":
        verdicts = take_out_regular(verdicts, programme)
    return cap(verdicts, programme, params.compensation)


def judge_group(
    placements_of_one_client: Placements,
    assessments: AssessmentsOf,
    programme: Programme,
    rule_set: RuleSet,
    happened_until: date,
) -> list[Verdict]:
    """Judges all placements of one client. The verdicts are final unless `needs_whole_set`."""
    reading = _read(programme, rule_set.params, happened_until, assessments)
    return sorted(_judge_client(placements_of_one_client, reading), key=_order)


def _order(verdict: Verdict) -> tuple[date, str, str]:
    return order_of(verdict.key, verdict.start)


def needs_whole_set(params: RuleSetParams) -> bool:
    """Whether a verdict may depend on other clients' placements: quotas (R5) and caps (R11) do, spells do not."""
    return params.additionality == "overflow" or params.compensation != "allowed"


@dataclass(frozen=True, slots=True)
class _Reading:
    """A rule set applied to a programme on a day, with lookups that all placements share."""

    programme: Programme
    params: RuleSetParams
    happened_until: date
    eligible_from: Mapping[str, date]
    assessments: AssessmentsOf


def _read(
    programme: Programme, params: RuleSetParams, happened_until: date, assessments: AssessmentsOf
) -> _Reading:
    units = programme.units.values()
    eligible_from = {unit.id: first for unit in units if (first := _eligible_from(unit, params)) is not None}
    return _Reading(programme, params, happened_until, eligible_from, assessments)


def _eligible_from(unit: Unit, params: RuleSetParams) -> date | None:
    """R6: a unit with a target on any route always counts; another one by permission, if the rule set honours it."""
    if any(target is not None for target in unit.targets.values()):
        return date.min
    match params.permissions:
        case "honoured":
            return unit.permission_from
        case "none":
            return None
        case "except":
            return None if unit.id in params.except_units else unit.permission_from


def _judge_client(placements: Placements, reading: _Reading) -> list[Verdict]:
    params, until = reading.params, reading.happened_until
    routes: dict[PlacementKey, CountedRoute | None] = {
        key: _route(key, p, reading) for key, p in placements.items()
    }
    own = {
        key: [(unit, _own_findings(p, unit, routes[key], reading)) for unit in _units(p, reading)]
        for key, p in placements.items()
    }
    durations = {key: duration(p, params, until) for key, p in placements.items()}
    elsewhere: set[PlacementKey] = set()
    spells: dict[PlacementKey, Finding | None] = {}
    if len(placements) > 1:
        reaching = {key for key, p in placements.items() if not p.voided and durations[key] is None}
        elsewhere = converted_elsewhere(placements, reaching)
        if params.duration_basis == "realised":
            spells = continue_spells(placements, elsewhere | _excluded(own), params, until)
    verdicts: list[Verdict] = []
    for key, placement in placements.items():
        conversion: Finding | None = ("excluded", "R9-conversion") if key in elsewhere else None
        lasting = spells.get(key, durations[key])
        for unit, findings in own[key]:
            outcome, clause = _weigh((*findings, conversion, lasting))
            verdicts.append(Verdict(key, unit, routes[key], outcome, clause, placement.start))
    return verdicts


def _weigh(findings: Iterable[Finding | None]) -> tuple[Outcome, Clause | None]:
    """The first exclusion decides; without one, the first pending finding; otherwise the placement counts."""
    pending: Finding | None = None
    for finding in findings:
        if finding is None:
            continue
        if finding[0] == "excluded":
            return finding
        pending = pending or finding
    return pending or ("counted", None)


def _own_findings(
    placement: PlacementFact, unit: str | None, route: CountedRoute | None, reading: _Reading
) -> tuple[Finding | None, ...]:
    """Findings of rules that look at one placement alone, except its duration; in the order in which they decide."""
    return (
        ("excluded", "voided") if placement.voided else None,
        _eligible_unit(placement, unit, reading),
        _own_firm(placement, reading),
        _within_window(placement, reading),
        _extra(placement, unit, reading),
        ("pending", "R7") if route is None else None,
    )


def _excluded(
    own: Mapping[PlacementKey, list[tuple[str | None, tuple[Finding | None, ...]]]],
) -> set[PlacementKey]:
    """Returns the placements that rules about single placements exclude for every unit."""
    return {
        key
        for key, of_units in own.items()
        if all(_weigh(findings)[0] == "excluded" for _, findings in of_units)
    }


def _units(placement: PlacementFact, reading: _Reading) -> list[str | None]:
    """R10: the primary partner's unit; with `each` also the units of assisting partners, each unit once.

    A partner's unit is that of the day which the rule set names.
    """
    params, unit_of = reading.params, reading.programme.unit_of
    day = _day_of(placement, params.unit_on, params)
    if params.credit == "primary":
        return [unit_of(placement.primary_partner, day)]
    partners = (placement.primary_partner, *placement.assist_partners)
    units = dict.fromkeys(unit_of(partner, day) for partner in partners)
    return [unit for unit in units if unit is not None] or [None]


def _day_of(placement: PlacementFact, which: DayOfPlacement, params: RuleSetParams) -> date:
    match which:
        case "start_date":
            return placement.start
        case "milestone_date":
            return last_day_of_minimum(placement.start, params.min_months)
        case "recorded_date":
            return placement.recorded_on


def _eligible_unit(placement: PlacementFact, unit: str | None, reading: _Reading) -> Finding | None:
    """R6: whether the unit counts placements that start on this day."""
    first = reading.eligible_from.get(unit) if unit is not None else None
    return None if first is not None and placement.start >= first else ("excluded", "R6")


def _own_firm(placement: PlacementFact, reading: _Reading) -> Finding | None:
    """R12 with `excluded`."""
    is_own_firm = placement.kind in reading.programme.own_firms
    return ("excluded", "R12") if is_own_firm and reading.params.self_employment == "excluded" else None


def _within_window(placement: PlacementFact, reading: _Reading) -> Finding | None:
    """R15: the counting day is within the window. Pending: the placement or its milestone is in the future."""
    params, until = reading.params, reading.happened_until
    day = _day_of(placement, params.count_on, params)
    awaited = day if params.count_on == "milestone_date" else placement.start
    if not params.window_from <= day <= params.window_to:
        return "excluded", "R15"
    return ("pending", "R15") if awaited > until else None


def _extra(placement: PlacementFact, unit: str | None, reading: _Reading) -> Finding | None:
    """R5. `tagged`: by the partner's tag. `none`: counts regular work too, unless a document already counts it for that unit
    and year. `overflow`: decided later, among all placements.
    """
    tag = placement.programme_tag
    match reading.params.additionality:
        case "tagged" if tag is ProgrammeTag.REGULAR:
            return "excluded", "R5"
        case "tagged" if tag is ProgrammeTag.UNSPECIFIED:
            return "pending", "R5"
        case "none" if tag is ProgrammeTag.REGULAR and unit is not None:
            year = placement.start.year
            has_figure = (unit, year) in reading.programme.historic_regular
            return ("excluded", "R5") if has_figure and date(year, 12, 31) <= reading.happened_until else None
        case _:
            return None


def _route(key: PlacementKey, placement: PlacementFact, reading: _Reading) -> CountedRoute | None:
    """R7; for an own firm R12, whatever decides the route of others.

    A kind that is not in the programme has no route, nor has a route that was reported and is not in it.
    """
    params, programme = reading.params, reading.programme
    if placement.kind in programme.own_firms:
        return _route_of_own_firm(placement.kind, params, programme)
    match params.route_basis:
        case "placement_kind":
            return programme.route_of_kind.get(placement.kind)
        case "as_reported":
            return placement.route_reported if placement.route_reported in programme.routes else None
        case "candidate_fase":
            phase = _phase_on(placement.start, reading.assessments(key))
            return None if phase is None else programme.route_of_phase.get(phase)


def _route_of_own_firm(kind: str, params: RuleSetParams, programme: Programme) -> CountedRoute:
    match params.self_employment.split("_", 1):
        case ["separate"]:
            return OWN_FIRM
        case ["route", route]:
            return route
        case _:
            return programme.route_of_kind[kind]


def _phase_on(day: date, assessments: Sequence[tuple[date, int]]) -> int | None:
    """The phase of the last assessment on or before a day."""
    known = [(on, at, phase) for at, (on, phase) in enumerate(assessments) if on <= day]
    return max(known)[2] if known else None
