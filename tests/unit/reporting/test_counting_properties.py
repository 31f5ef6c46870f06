"""What holds of the counting rules whatever the placements and the parameters are."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import given, settings, strategies as st

from banen_contracts.base import source_of
from banen_contracts.mediation import ContractTerm, ProgrammeTag
from banen_contracts.months import add_months
from banen_contracts.programme import (
    OWN_FIRM,
    KindDefinition,
    Labels,
    Period,
    PhaseRoute,
    ProgrammeDefinition,
    RouteDefinition,
)
from banen_contracts.reporting import RuleSetParams
from banen_reporting.counting import (
    ClientKey,
    Outcome,
    PlacementKey,
    Placements,
    Programme,
    RuleSet,
    Unit,
    Verdict,
    judge,
    judge_group,
    needs_whole_set,
    tally,
)
from banen_reporting.facts.model import PlacementFact
from support.counting import always_in, programme_of
from support.searches import draws

SOURCES = (source_of("uaf", "mediation"), source_of("emplooi", "mediation"))
FIRST_DAY = date(2007, 1, 1)
DAYS = st.integers(0, 500).map(lambda days: FIRST_DAY + timedelta(days=days))
MAYBE_DAYS = st.none() | DAYS
TARGETS = st.none() | st.integers(0, 3)
KINDS = ("employment", "self_employment", "temp", "internship", "learn_work")
OUTCOMES: tuple[Outcome, ...] = ("counted", "excluded", "pending")

repeatable = settings(derandomize=True, deadline=None, max_examples=draws(10, nightly=100))


@st.composite
def placements(draw: st.DrawFn) -> Placements:
    """Up to ten placements of a few clients at two sources, with links that may dangle or go round in circles."""
    keys: list[PlacementKey] = [
        (draw(st.sampled_from(SOURCES)), f"p{number}") for number in range(draw(st.integers(0, 10)))
    ]
    return {key: _placement(draw, key, keys) for key in keys}


def _placement(draw: st.DrawFn, key: PlacementKey, keys: list[PlacementKey]) -> PlacementFact:
    start = draw(DAYS)
    same_source = [ref for source, ref in keys if source == key[0]]
    lasting = st.sampled_from([10, 60, 120, 180, 181, 182, 200, 400]).map(
        lambda days: start + timedelta(days=days)
    )
    return PlacementFact(
        client_ref=draw(st.sampled_from(["c1", "c2"])),
        primary_partner=draw(st.sampled_from(["uaf", "emplooi", "uwv", "stranger"])),
        assist_partners=tuple(draw(st.lists(st.sampled_from(["uaf", "emplooi", "uwv"]), max_size=2))),
        kind=draw(st.sampled_from([*KINDS, "holiday"])),
        contract=draw(st.sampled_from(ContractTerm)),
        start=start,
        planned_end=draw(st.none() | lasting),
        extended_contract=draw(st.none() | st.sampled_from([ContractTerm.FIXED, ContractTerm.OPEN_ENDED])),
        extended_end=draw(lasting),
        end=draw(st.none() | lasting),
        voided=draw(st.integers(0, 9)) == 0,
        programme_tag=draw(st.sampled_from(ProgrammeTag)),
        route_reported=draw(st.none() | st.sampled_from(["A", "B", "learn-work"])),
        employer_ref=draw(st.sampled_from([None, "baker", "smith"])),
        converted_from=draw(st.none() | st.sampled_from([*same_source, "gone"])),
        confirmed_months=tuple(draw(st.lists(st.tuples(st.sampled_from([3, 6]), DAYS), max_size=1))),
        recorded_on=draw(DAYS),
    )


def assessed(key: PlacementKey) -> list[tuple[date, int]]:
    """None, one or two assessments for each placement, so that all phases occur."""
    number = int(key[1].removeprefix("p"))
    return [(FIRST_DAY + timedelta(days=100 * at), 1 + number % 4) for at in range(number % 3)]


@st.composite
def definitions(draw: st.DrawFn) -> ProgrammeDefinition:
    """One to four routes, kinds on them, a period, and a route for each phase."""
    codes = ("A", "B", "learn-work", "Own_firm")[: draw(st.integers(1, 4))]
    route = st.sampled_from(codes)
    kinds = {code: draw(route) for code in KINDS[: draw(st.integers(1, 4))]}
    # Each route has a kind, as `faults` asks.
    kinds |= {f"kind-of-{code}": code for code in codes if code not in kinds.values()}
    label = Labels(nl="iets")
    first = draw(DAYS)
    definition = ProgrammeDefinition(
        name=label,
        period=Period(first_day=first, last_day=first + timedelta(days=draw(st.integers(0, 2000)))),
        routes=tuple(RouteDefinition(code=code, label=label) for code in codes),
        kinds=tuple(
            KindDefinition(code=code, label=label, route=on, employer=code != "self_employment")
            for code, on in kinds.items()
        ),
        phases=tuple(PhaseRoute(phase=phase, route=draw(route)) for phase in (1, 2, 3, 4)),
    )
    assert not list(definition.faults())
    return definition


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Any definition, and units whose members change."""
    definition = draw(definitions())
    units = [
        Unit(
            unit,
            unit,
            {route.code: draw(TARGETS) for route in definition.routes},
            draw(TARGETS),
            draw(MAYBE_DAYS),
        )
        for unit in ("uaf", "chain", "uwv")
    ]
    of_day = st.sampled_from(["uaf", "chain", "uwv", None])
    memberships = {
        partner: tuple(
            sorted({date.min: draw(of_day), **draw(st.dictionaries(DAYS, of_day, max_size=3))}.items())
        )
        for partner in ("uaf", "vluchtelingenwerk", "emplooi", "uwv")
    }
    return programme_of(units, memberships, draw(st.sampled_from([{}, {("uaf", 2007): 5}])), definition)


def _choices(field: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(RuleSetParams.model_fields[field].annotation))


CHOSEN = (
    "boundary",
    "duration_basis",
    "continuity",
    "additionality",
    "permissions",
    "route_basis",
    "credit",
    "compensation",
    "count_on",
    "unit_on",
)


@st.composite
def rule_sets(draw: st.DrawFn, **fixed: Any) -> RuleSet:
    params: dict[str, Any] = {name: draw(_choices(name)) for name in CHOSEN}
    params["self_employment"] = draw(st.sampled_from(["by_kind", "separate", "excluded", "route_A"]))
    params["min_months"] = draw(st.sampled_from([0, 1, 3, 6]))
    params["gap_days"] = draw(st.sampled_from([0, 30]))
    params["except_units"] = draw(st.sampled_from([(), ("uwv",)]))
    params["window_from"] = draw(st.sampled_from([FIRST_DAY, date(2007, 3, 1)]))
    params["window_to"] = draw(st.sampled_from([date(2007, 12, 31), date(2009, 12, 31)]))
    return RuleSet("any", 1, RuleSetParams(**(params | fixed)))


def outcomes(verdicts: list[Verdict]) -> dict[PlacementKey, set[str]]:
    found: dict[PlacementKey, set[str]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.key, set()).add(verdict.outcome)
    return found


@repeatable
@given(placements(), programmes(), rule_sets(credit="primary"), DAYS)
def test_counted_excluded_and_pending_are_all_placements_each_once(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date
) -> None:
    verdicts = judge(given_placements, assessed, programme, rule_set, until)
    assert sorted(verdict.key for verdict in verdicts) == sorted(given_placements)
    counts = tally(verdicts)
    assert sum(counts.cells.values()) == len(given_placements)
    assert not counts.duplicates


@repeatable
@given(placements(), programmes(), rule_sets(), DAYS)
def test_a_clause_is_named_unless_it_counts(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date
) -> None:
    for verdict in judge(given_placements, assessed, programme, rule_set, until):
        assert (verdict.clause is None) == (verdict.outcome == "counted")
        assert verdict.outcome != "counted" or (verdict.unit is not None and verdict.route is not None)


@repeatable
@given(placements(), programmes(), rule_sets(), DAYS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date, chance: Any
) -> None:
    shuffled = dict(chance.sample(list(given_placements.items()), len(given_placements)))
    units = replace(programme, units=dict(reversed(list(programme.units.items()))))
    assert judge(shuffled, assessed, units, rule_set, until) == judge(
        given_placements, assessed, programme, rule_set, until
    )


@repeatable
@given(placements(), programmes(), rule_sets(compensation="capped_by_route"), DAYS)
def test_capped_by_route_never_counts_more_than_the_nations_target(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date
) -> None:
    counts = tally(judge(given_placements, assessed, programme, rule_set, until))
    for route in programme.routes:
        target = sum(unit.targets[route] or 0 for unit in programme.units.values())
        assert counts.national(route, "counted") <= target


@repeatable
@given(placements(), programmes(), rule_sets(compensation="capped_by_unit_route"), DAYS)
def test_capped_by_unit_route_never_counts_more_than_the_units_target(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date
) -> None:
    cells = tally(judge(given_placements, assessed, programme, rule_set, until)).cells
    for unit in programme.units.values():
        for route in programme.routes:
            assert cells.get((unit.id, route, "counted"), 0) <= (unit.targets[route] or 0)


@repeatable
@given(placements(), programmes(), rule_sets(credit="each"), DAYS)
def test_the_nation_is_the_sum_of_the_units_less_the_duplicates(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date
) -> None:
    verdicts = judge(given_placements, assessed, programme, rule_set, until)
    counts = tally(verdicts)
    national = {
        o: sum(counts.national(route, o) for route in (*programme.routes, OWN_FIRM, None)) for o in OUTCOMES
    }
    found = outcomes(verdicts)
    assert sum(counts.cells.values()) - sum(counts.duplicates.values()) == len(given_placements)
    assert national["counted"] == sum("counted" in each for each in found.values())
    assert national["excluded"] == sum(each == {"excluded"} for each in found.values())
    assert sum(national.values()) == len(given_placements)


@repeatable
@given(placements(), programmes(), rule_sets(), DAYS)
def test_judging_all_is_judging_each_client_unless_the_whole_set_is_needed(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date
) -> None:
    alone = rule_set.params.model_copy(
        update={
            "additionality": "tagged"
            if rule_set.params.additionality == "overflow"
            else rule_set.params.additionality,
            "compensation": "allowed",
        }
    )
    assert not needs_whole_set(alone)
    by_client = RuleSet("alone", 1, alone)
    groups: dict[ClientKey, dict[PlacementKey, PlacementFact]] = {}
    for key, placement in given_placements.items():
        groups.setdefault((key[0], placement.client_ref), {})[key] = placement
    union = [
        v for group in groups.values() for v in judge_group(group, assessed, programme, by_client, until)
    ]
    whole = judge(given_placements, assessed, programme, by_client, until)
    assert len(union) == len(whole)
    assert set(union) == set(whole)


@repeatable
@given(
    placements(),
    programmes(),
    rule_sets(duration_basis="contract_at_start", additionality="tagged", compensation="allowed"),
    st.tuples(DAYS, DAYS),
)
def test_an_early_end_once_seen_never_counts_again_as_time_passes(
    given_placements: Placements,
    programme: Programme,
    rule_set: RuleSet,
    days: tuple[date, date],
) -> None:
    before = judge(given_placements, assessed, programme, rule_set, min(days))
    after = judge(given_placements, assessed, programme, rule_set, max(days))
    ended = {(v.key, v.unit) for v in before if (v.outcome, v.clause) == ("excluded", "R3")}
    assert all(v.outcome == "excluded" for v in after if (v.key, v.unit) in ended)


@repeatable
@given(
    placements(),
    programmes(),
    # `realised` may carry two links of a chain in which none reaches by itself to their own deciding days
    rule_sets(credit="primary").filter(lambda rule_set: rule_set.params.duration_basis != "realised"),
    DAYS,
)
def test_of_a_placement_and_the_one_it_was_converted_from_at_most_one_counts(
    given_placements: Placements, programme: Programme, rule_set: RuleSet, until: date
) -> None:
    verdicts = {v.key: v for v in judge(given_placements, assessed, programme, rule_set, until)}
    for key, placement in given_placements.items():
        former_key = (key[0], placement.converted_from or "")
        former = given_placements.get(former_key)
        if former is None or former_key == key or former.client_ref != placement.client_ref:
            continue
        pair = (verdicts[key], verdicts[former_key])
        assert [v.outcome for v in pair].count("counted") <= 1


# The duration rule, counted day by day


def _long_enough(start: date, last: date, months: int, boundary: str) -> bool:
    """Walks through the days: each month ends on the day before the same day of a later month, or at its end."""
    reached, day = 0, start
    while day <= last:
        next_month = (start.month - 1 + reached + 1) % 12 + 1
        tomorrow = day + timedelta(days=1)
        is_same_day = tomorrow.month == next_month and tomorrow.day == start.day
        is_clipped = (tomorrow + timedelta(days=1)).month != next_month and tomorrow.month == next_month
        if is_same_day or (is_clipped and tomorrow.day < start.day):
            reached += 1
            if reached == months:
                return boundary == "ge" or day < last
        day = tomorrow
    return False


START_DAYS = st.dates(date(2003, 1, 1), date(2009, 12, 31))
AROUND_THE_MINIMUM = st.integers(-3, 3)


@settings(derandomize=True, deadline=None, max_examples=draws(100, nightly=500))
@given(START_DAYS, st.integers(1, 24), AROUND_THE_MINIMUM, st.sampled_from(["ge", "gt"]), st.booleans())
def test_the_duration_rule_agrees_with_counting_the_days(
    start: date, months: int, days_off: int, boundary: Any, is_realised: bool
) -> None:
    last = max(start, add_months(start, months) + timedelta(days=days_off - 1))
    placement = PlacementFact(
        client_ref="c",
        primary_partner="uaf",
        kind="employment",
        contract=ContractTerm.FIXED,
        start=start,
        planned_end=last,
        programme_tag=ProgrammeTag.PROGRAMME,
        recorded_on=start,
    )
    params = RuleSetParams(
        min_months=months,
        boundary=boundary,
        duration_basis="realised" if is_realised else "contract_at_start",
        window_from=date(1900, 1, 1),
        window_to=date(2200, 12, 31),
    )
    unit = Unit("uaf", "UAF", {"A": 1}, None, None)
    programme = programme_of([unit], always_in((unit, ["uaf"])))
    (verdict,) = judge(
        {(SOURCES[0], "p0"): placement}, assessed, programme, RuleSet("any", 1, params), date(2020, 1, 1)
    )
    assert (verdict.outcome == "counted") == _long_enough(start, last, months, boundary)
