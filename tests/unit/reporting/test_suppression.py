"""What aggregate readers see: no cell about a handful of people, and nothing from which one follows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import example, given, settings, strategies as st

from banen_reporting.counting import Clause, CountedRoute, Outcome, Tally, Verdict, tally
from banen_reporting.queries.aggregate import kept_back
from banen_reporting.queries.cells import NONE, duplicates, national_cell, other_routes, with_target
from banen_reporting.queries.schemas import (
    OUTCOMES,
    Cell,
    NationalTargets,
    Numbers,
    RuleSetVersion,
    Targets,
    UnitTargets,
)
from banen_reporting.queries.suppression import Ever
from support.searches import draws

UNITS = ("uaf", "goed-werk", "uwv")
COLUMNS: tuple[CountedRoute | None, ...] = ("A", "B", "self_employment", None)
ROUTES = ("A", "B")
Place = tuple[str, str]

repeatable = settings(derandomize=True, deadline=None, max_examples=draws(30, nightly=300))


def name_of(route: CountedRoute | None) -> str:
    return route or NONE


@dataclass(frozen=True)
class Equation:
    """What a reader knows: these cells add up to this."""

    parts: Mapping[Place, int]
    total: int


def tally_of(units: Mapping[str | None, Mapping[Any, int]], duplicates: Mapping[Any, int]) -> Tally:
    """The same numbers for every outcome; a test that wants others makes them itself."""
    cells: dict[tuple[str | None, CountedRoute | None, Outcome], int] = {
        (unit, route, outcome): count
        for unit, row in units.items()
        for route, count in row.items()
        for outcome in OUTCOMES
    }
    return Tally(
        cells, {(route, outcome): count for route, count in duplicates.items() for outcome in OUTCOMES}
    )


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """One to three units, small numbers and large, sometimes something outside them or counted twice."""
    counts = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 4, 5, 6, 9, 40])
    units: dict[str | None, dict[Any, int]] = {}
    names: list[str | None] = [*UNITS[: draw(st.integers(1, 3))]]
    columns = COLUMNS[: draw(st.integers(2, 4))]
    for unit in [*names, *([None] if draw(st.booleans()) else [])]:
        units[unit] = {route: draw(counts) for route in columns}
    duplicates: dict[Any, int] = {}
    if draw(st.booleans()):
        for route in columns:
            together = sum(row[route] for unit, row in units.items() if unit is not None)
            duplicates[route] = draw(st.integers(0, together // 2))
    return tally_of(units, duplicates)


def later(tally: Tally, moves: list[int]) -> Tally:
    """Another tally, in which cells have changed a little or a lot."""
    turns = iter(moves * 100)
    return Tally({place: max(0, n + next(turns)) for place, n in tally.cells.items()}, tally.duplicates)


MOVES = st.lists(st.sampled_from([0, 0, 0, 1, -2, 4, 5, -9, 30]), min_size=1, max_size=9)


def answer_of(tally: Tally) -> Targets:
    """As `FigureQueries.targets` makes it."""

    def cell(unit: str | None, routes: Iterable[CountedRoute | None]) -> Cell:
        return with_target(
            {o: sum(tally.cells.get((unit, route, o), 0) for route in routes) for o in OUTCOMES}, 10
        )

    units = sorted({unit for unit, _, _ in tally.cells if unit is not None})
    return Targets(
        rule_set=RuleSetVersion(id="published", version=1),
        known_on=date(2008, 12, 31),
        happened_until=date(2008, 12, 31),
        provisional=False,
        position=1,
        units=tuple(
            UnitTargets(
                id=unit,
                label=unit,
                members=(unit,),
                counted_by="target",
                routes={route: cell(unit, [route]) for route in ROUTES},
                other_routes=other_routes(tally, unit, ROUTES),
                total=cell(unit, COLUMNS),
            )
            for unit in units
        ),
        outside_units=cell(None, COLUMNS),
        national=NationalTargets(
            routes={route: national_cell(tally, (route,), 10) for route in ROUTES},
            total=national_cell(tally, None, 10),
            duplicates=duplicates(tally),
        ),
    )


def cells_of(answer: Targets, outcome: Outcome) -> dict[Place, int | str]:
    """What a reader sees of one outcome: a number, or the sign that stands for one."""

    def seen(cell: Numbers) -> int | str:
        number = cell.of(outcome)
        assert (number is None) == (outcome in cell.suppressed)
        return cell.suppressed[outcome] if number is None else number

    assert answer.national is not None
    assert answer.outside_units is not None
    found: dict[Place, int | str] = {}
    for unit in answer.units:
        for name, cell in {**unit.routes, **unit.other_routes, "total": unit.total}.items():
            found[unit.id, str(name)] = seen(cell)
    for name, cell in {**answer.national.routes, "total": answer.national.total}.items():
        found["national", str(name)] = seen(cell)
    found["outside", "total"] = seen(answer.outside_units)
    found["duplicates", "total"] = seen(answer.national.duplicates)
    return found


def equations(seen: Mapping[Place, int | str]) -> list[Equation]:
    """Every sum that holds in any such table, whether its cells are shown or not, with what is shown filled in."""
    rows = list(dict.fromkeys(row for row, _ in seen))
    units = [row for row in rows if row not in ("national", "outside", "duplicates")]
    columns = [name_of(route) for route in COLUMNS]
    known: dict[Place, int] = {place: cell for place, cell in seen.items() if isinstance(cell, int)}
    # A unit of which a column is not shown has nothing there; neither has what adds up to nothing.
    known |= {(unit, name): 0 for unit in units for name in columns if (unit, name) not in seen}
    known |= {
        (row, name): 0 for row in ("outside", "duplicates") for name in columns if seen[row, "total"] == 0
    }
    sums: list[dict[Place, int]] = []
    for row in rows:
        sums.append({(row, "total"): -1, **{(row, name): 1 for name in columns}})
    for name in [*columns, "total"]:
        signs = {("national", name): -1, ("duplicates", name): -1, ("outside", name): 1}
        sums.append({**signs, **{(unit, name): 1 for unit in units}})
    return [
        Equation(
            {place: sign for place, sign in parts.items() if place not in known},
            -sum(sign * known[place] for place, sign in parts.items() if place in known),
        )
        for parts in sums
    ]


def determined(known: list[Equation]) -> set[Place]:
    """The unknown cells of which the equations leave one value only: Gauss and Jordan over the rationals."""
    unknown = list(dict.fromkeys(place for equation in known for place in equation.parts))
    matrix = [[Fraction(equation.parts.get(place, 0)) for place in unknown] for equation in known]
    pivots: list[int] = []
    for column in range(len(unknown)):
        at = next((i for i in range(len(pivots), len(matrix)) if matrix[i][column]), None)
        if at is None:
            continue
        top = len(pivots)
        matrix[top], matrix[at] = matrix[at], matrix[top]
        matrix[top] = [value / matrix[top][column] for value in matrix[top]]
        for i, row in enumerate(matrix):
            if i != top and row[column]:
                matrix[i] = [a - row[column] * b for a, b in zip(row, matrix[top], strict=True)]
        pivots.append(column)
    return {
        unknown[column]
        for column, row in zip(pivots, matrix, strict=False)
        if sum(1 for value in row if value) == 1
    }


def shown(now: Tally, *before: Tally | None) -> Targets:
    """What is shown of a tally, after what was shown of others: of earlier months, or under other rule sets."""
    ever = Ever()
    for one in before:
        if one is not None:
            ever.add(kept_back(answer_of(one), one, (), ever)[1])
    return kept_back(answer_of(now), now, (), ever)[0]


def true_counts(tally: Tally, outcome: Outcome) -> dict[Place, int]:
    return {place: int(count) for place, count in cells_of(answer_of(tally), outcome).items()}


@repeatable
@given(tallies(), MOVES)
def test_it_shows_no_cell_of_one_to_four_and_no_such_change(now: Tally, moves: list[int]):
    before = later(now, moves)
    answer, first = shown(now, before), shown(before)

    for outcome in OUTCOMES:
        counts, earlier = true_counts(now, outcome), cells_of(first, outcome)
        for place, cell in cells_of(answer, outcome).items():
            if isinstance(cell, int):
                assert cell == counts.get(place, 0)
                assert cell not in range(1, 5)
                seen = earlier.get(place, 0)
                assert not isinstance(seen, int) or abs(cell - seen) not in range(1, 5)


@repeatable
@given(tallies(), MOVES)
def test_no_two_rule_sets_side_by_side_tell_a_few_people_apart(published: Tally, moves: list[int]):
    other = later(published, moves)
    first, second = shown(published), shown(other, None, published)

    for outcome in OUTCOMES:
        cells, others = cells_of(first, outcome), cells_of(second, outcome)
        for place in cells.keys() & others.keys():
            cell, beside = cells[place], others[place]
            if isinstance(cell, int) and isinstance(beside, int):
                assert abs(cell - beside) not in range(1, 5)


def test_what_another_rule_set_keeps_back_is_nothing_to_be_beside():
    published = tally_of({"uaf": {"A": 40, "B": 30}, "uwv": {"A": 50, "B": 60}}, {})
    other = tally_of({"uaf": {"A": 41, "B": 30}, "uwv": {"A": 50, "B": 60}}, {})

    assert shown(published, None, published, other) == shown(published)


@repeatable
@given(tallies(), MOVES, MOVES)
@example(tally_of({"uaf": {"A": 40, "B": 30}, "uwv": {"A": 20, "B": 0}}, {"A": 3}), [0], [0])
@example(tally_of({"uaf": {"A": 40, "B": 30}, None: {"A": 2, "B": 0}}, {}), [0], [0])
@example(tally_of({"uaf": {"A": 40, "B": 30, "self_employment": 3}, "uwv": {"A": 9, "B": 9}}, {}), [0], [0])
def test_no_cell_kept_back_follows_from_those_shown(now: Tally, moves: list[int], other: list[int]):
    answer = shown(now, later(now, moves), later(now, other))

    for outcome in OUTCOMES:
        seen = cells_of(answer, outcome)
        hidden = {place for place, cell in seen.items() if isinstance(cell, str)}
        assert determined(equations(seen)) & hidden == set()


@repeatable
@given(tallies())
def test_nothing_of_one_to_four_follows_that_no_answer_has(now: Tally):
    """The nation's other routes, and what is outside the units or counted twice, by route."""
    answer = shown(now)

    for outcome in OUTCOMES:
        seen = cells_of(answer, outcome)
        known = equations(seen)
        for row, name in determined(known):
            if row in ("national", "outside", "duplicates") and name != "total":
                assert true_count(now, row, name, outcome) not in range(1, 5)


def true_count(tally: Tally, row: str, name: str, outcome: Outcome) -> int:
    route: Any = None if name == "none" else name
    if row == "national":
        return tally.national(route, outcome)
    if row == "outside":
        return tally.cells.get((None, route, outcome), 0)
    return tally.duplicates.get((route, outcome), 0)


@st.composite
def tables_of_two_units(draw: st.DrawFn) -> Tally:
    counts = st.sampled_from([0, 1, 2, 3, 4, 4, 5, 8, 9])
    return tally_of({unit: {route: draw(counts) for route in ("A", "B")} for unit in UNITS[:2]}, {})


@repeatable
@given(tables_of_two_units())
@example(tally_of({"uaf": {"A": 4, "B": 4}, "goed-werk": {"A": 9, "B": 9}}, {}))
@example(tally_of({"uaf": {"A": 1, "B": 9}, "goed-werk": {"A": 5, "B": 0}}, {}))
@example(tally_of({"uaf": {"A": 4, "B": 0}, "goed-werk": {"A": 4, "B": 0}}, {}))
def test_what_is_less_than_five_could_be_another_number(now: Tally):
    """Also for a reader who knows that `<5` is 1 to 4 and that a point is never that: every table is tried."""
    answer = shown(now)
    seen = cells_of(answer, "counted")
    possible = [
        table
        for of_both in product(*(rows_like(seen, unit) for unit in UNITS[:2]))
        if agrees(table := with_sums(of_both), seen)
    ]

    small = [place for place, cell in seen.items() if cell == "<5"]
    assert all(len({table[place] for table in possible}) > 1 for place in small)


def rows_like(seen: Mapping[Place, int | str], unit: str) -> list[dict[Place, int]]:
    """Every row of a unit that shows what is shown of it."""
    rows = [
        {(unit, "A"): on_a, (unit, "B"): on_b, (unit, "total"): on_a + on_b}
        for on_a, on_b in product(range(15), repeat=2)
    ]
    whole = all(cell == "." for (row, _), cell in seen.items() if row == unit)
    return [row for row in rows if whole or all(could_be(n, seen[place]) for place, n in row.items())]


def with_sums(rows: Iterable[Mapping[Place, int]]) -> Counter[Place]:
    found: Counter[Place] = Counter()
    for row in rows:
        found.update(row)
        found.update({("national", column): n for (_, column), n in row.items()})
    return found


def agrees(table: Mapping[Place, int], seen: Mapping[Place, int | str]) -> bool:
    is_kept_back_whole = all(cell == "." for (row, _), cell in seen.items() if row in UNITS)
    return is_kept_back_whole or all(could_be(table[place], cell) for place, cell in seen.items())


def could_be(count: int, cell: int | str) -> bool:
    is_few = count in range(1, 5)
    return is_few if cell == "<5" else not is_few if cell == "." else count == cell


@repeatable
@given(st.lists(st.sampled_from([0, 5, 6, 9, 40, 1000]), min_size=4, max_size=4))
def test_an_answer_without_small_cells_is_unchanged(numbers: list[int]):
    large = tally_of(
        {"uaf": {"A": numbers[0], "B": numbers[1]}, "uwv": {"A": numbers[2], "B": numbers[3]}}, {}
    )

    answer = shown(large, large)

    assert answer.national is not None
    assert answer.national.clauses == {"pending": (), "excluded": ()}
    national = answer.national.model_copy(update={"clauses": None})
    assert answer.model_copy(update={"national": national}) == answer_of(large)


SMALL_PENDING = Tally(
    {
        ("uaf", "A", "counted"): 40, ("uaf", "A", "pending"): 3, ("uaf", "B", "counted"): 30,
        ("uaf", "B", "pending"): 12, ("uwv", "A", "pending"): 20, ("uwv", "B", "pending"): 9,
    },
    {},
)  # fmt: skip


def test_a_small_cell_keeps_its_neighbours_back_and_nothing_else():
    answer = shown(SMALL_PENDING)

    uaf, uwv = answer.units
    assert uaf.routes["A"].suppressed == {"pending": "<5"}
    assert uaf.routes["B"].suppressed == {"pending": "."}
    assert [cell.suppressed for cell in uwv.routes.values()] == [{"pending": "."}, {"pending": "."}]
    assert uaf.total.pending == 15
    assert answer.national
    assert answer.national.total.pending == 44


def test_a_cell_says_neither_its_sum_nor_its_share_where_that_would_give_it_away():
    uaf = shown(SMALL_PENDING).units[0].routes["A"]
    counted = shown(tally_of({"uaf": {"A": 3, "B": 30}, "uwv": {"A": 40, "B": 30}}, {})).units[0].routes

    assert (uaf.pending, uaf.recorded, uaf.attainment) == (None, None, 400.0)
    assert (counted["A"].counted, counted["A"].attainment) == (None, None)
    assert counted["B"].attainment is None


def test_a_change_of_a_few_people_is_kept_back_though_the_number_is_large():
    before = tally_of({"uaf": {"A": 40, "B": 30}, "uwv": {"A": 50, "B": 60}}, {})
    now = tally_of({"uaf": {"A": 42, "B": 30}, "uwv": {"A": 50, "B": 60}}, {})

    cells = cells_of(shown(now, before), "counted")

    changed = [("uaf", "A"), ("uaf", "total"), ("national", "A"), ("national", "total")]
    assert {place: cell for place, cell in cells.items() if isinstance(cell, str)} == dict.fromkeys(
        changed, "."
    )


def test_a_change_that_was_kept_back_is_not_told_a_month_later():
    """107, 109, 109 and 112: the third and the fourth were shown again, though they tell of two and of five people."""
    months = [
        tally_of({"uaf": {"A": 60, "B": n}, "uwv": {"A": 50, "B": 70}}, {}) for n in (107, 109, 109, 112)
    ]
    told = [
        cells_of(shown(now, *months[:number]), "counted")["uaf", "B"] for number, now in enumerate(months)
    ]

    assert told == [107, ".", ".", 112]


@repeatable
@given(tallies(), st.lists(MOVES, min_size=2, max_size=5))
def test_no_two_values_that_were_ever_shown_tell_a_few_people_apart(first: Tally, moves: list[list[int]]):
    ever = Ever()
    seen: dict[tuple[str, Place], set[int]] = {}
    for move in [[0], *moves]:
        first = later(first, move)
        answer, told = kept_back(answer_of(first), first, (), ever)
        ever.add(told)
        for outcome in OUTCOMES:
            for place, cell in cells_of(answer, outcome).items():
                if isinstance(cell, int):
                    seen.setdefault((outcome, place), set()).add(cell)
    for values in seen.values():
        assert not any(abs(a - b) in range(1, 5) for a, b in product(values, repeat=2))


CLAUSES: list[Clause] = ["R1", "R3", "R5", "R6"]


def verdicts_of(counts: Mapping[Clause, int], unit: str = "uaf") -> list[Verdict]:
    return [
        Verdict(("source", f"{unit}-{clause}-{number}"), unit, "A", "excluded", clause, date(2007, 1, 1))
        for clause, count in counts.items()
        for number in range(count)
    ]


def national_of(verdicts: list[Verdict], *before: list[Verdict]) -> NationalTargets:
    ever = Ever()
    for one in before:
        ever.add(kept_back(answer_of(tally(one)), tally(one), one, ever)[1])
    found = kept_back(answer_of(tally(verdicts)), tally(verdicts), verdicts, ever)[0].national
    assert found is not None
    return found


def clauses_of(verdicts: list[Verdict], *before: list[Verdict]) -> dict[Clause, int | str] | None:
    rows = (national_of(verdicts, *before).clauses or {})["excluded"]
    if rows is None:
        return None
    return {row.clause: row.suppressed or row.count or 0 for row in rows}


def test_each_reason_has_its_number():
    found = clauses_of(verdicts_of({"R1": 9, "R3": 40, "R5": 7}))

    assert found == {"R1": 9, "R3": 40, "R5": 7}


def test_a_reason_of_few_is_kept_back_with_the_smallest_that_hides_it():
    assert clauses_of(verdicts_of({"R1": 2, "R3": 40, "R5": 7})) == {"R1": "<5", "R3": 40, "R5": "."}


def test_a_reason_that_changed_a_little_is_kept_back():
    before = verdicts_of({"R1": 20, "R3": 40, "R5": 30})
    now = verdicts_of({"R1": 22, "R3": 50, "R5": 30})

    assert clauses_of(now, before) == {"R1": ".", "R3": 50, "R5": "."}


def test_no_reason_is_told_where_there_is_nothing_to_hide_it_behind():
    assert clauses_of(verdicts_of({"R1": 1})) is None


def test_the_number_of_all_does_not_follow_from_the_reasons_where_it_is_kept_back():
    before = verdicts_of({"R1": 20, "R3": 40})
    now = verdicts_of({"R1": 20, "R3": 40, "R5": 1})

    assert clauses_of(now, before) == {"R1": ".", "R3": 40, "R5": "<5"}


def test_a_reason_that_is_all_of_a_cell_kept_back_is_kept_back_too():
    """Who may not count has nothing but R6: its number would be that of the unit."""
    others: dict[Clause, int] = {"R1": 60, "R3": 40}
    before = [*verdicts_of(others), *verdicts_of({"R6": 20}, "uwv")]
    now = [*verdicts_of({"R1": 80, "R3": 40}), *verdicts_of({"R6": 22}, "uwv")]

    found = clauses_of(now, before)

    assert found is not None
    assert found["R6"] == "."


@repeatable
@given(
    st.dictionaries(st.sampled_from(CLAUSES[:3]), st.integers(1, 12), min_size=1),
    st.dictionaries(st.sampled_from(CLAUSES[:3]), st.integers(1, 12)),
)
def test_no_reason_kept_back_follows_from_the_others(now: dict[Clause, int], before: dict[Clause, int]):
    found = clauses_of(verdicts_of(now), verdicts_of(before))
    if found is None:
        return
    for clause, cell in found.items():
        assert isinstance(cell, str) or (cell == now[clause] and cell not in range(1, 5))
    hidden: list[Clause] = [clause for clause, cell in found.items() if isinstance(cell, str)]
    if national_of(verdicts_of(now), verdicts_of(before)).total.excluded is None:
        assert hidden, "the total would follow"
        return
    rest = sum(now[clause] for clause in hidden)
    possible = [
        numbers
        for numbers in product(range(1, rest + 1), repeat=len(hidden))
        if sum(numbers) == rest and all(map(could_be, numbers, (found[clause] for clause in hidden)))
    ]
    for at, clause in enumerate(hidden):
        assert len({numbers[at] for numbers in possible}) > 1 or found[clause] == "."
