"""The rule book as examples: every rule and every value of its parameters, by name."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from banen_contracts.base import source_of
from banen_contracts.mediation import ContractTerm, ProgrammeTag
from banen_contracts.months import add_months
from banen_contracts.reporting import RuleSetParams
from banen_reporting.counting import (
    AssessmentsOf,
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
from support.definition import DEFINITION

SOURCE, OTHER_SOURCE = source_of("uaf", "mediation"), source_of("emplooi", "mediation")
FIXED, OPEN_ENDED, UNKNOWN = ContractTerm.FIXED, ContractTerm.OPEN_ENDED, ContractTerm.UNKNOWN
END_OF_2008 = date(2008, 12, 31)
COUNTED = ("counted", None)

UnitOf = tuple[Unit, tuple[str, ...]]
"""With its members, who are always in it."""


def in_unit(
    ref: str,
    label: str,
    members: tuple[str, ...],
    targets: dict[str, int | None],
    quota: int | None,
    permission: date | None,
) -> UnitOf:
    return Unit(ref, label, targets, quota, permission), members


UAF = in_unit("uaf", "UAF", ("uaf",), {"A": 450, "B": 490}, 150, None)
CHAIN = in_unit("chain", "Chain", ("vluchtelingenwerk", "emplooi"), {"A": 625, "B": 1035}, 400, None)
UWV = in_unit("uwv", "UWV", ("uwv",), {"A": None, "B": None}, None, date(2005, 12, 1))
GOED_WERK = in_unit("goed-werk", "Goed-Werk", ("goed-werk",), {}, None, None)


def programme(*units: UnitOf, historic: dict[tuple[str, int], int] | None = None) -> Programme:
    """The programme of 2005-2008 with these units."""
    given = units or (UAF, CHAIN, UWV, GOED_WERK)
    return programme_of([unit for unit, _ in given], always_in(*given), historic)


def placement(ref: str = "p1", source: str = SOURCE, **facts: Any) -> Placements:
    """A job at UAF under an open-ended contract from 1 January 2007, unless said otherwise."""
    start = facts.get("start", date(2007, 1, 1))
    defaults: dict[str, Any] = {
        "client_ref": "client-1",
        "primary_partner": "uaf",
        "kind": "employment",
        "contract": FIXED if "planned_end" in facts else OPEN_ENDED,
        "start": start,
        "programme_tag": ProgrammeTag.PROGRAMME,
        "recorded_on": start,
    }
    return {(source, ref): PlacementFact(**(defaults | facts))}


def together(*placements: Placements) -> Placements:
    return {key: fact for one in placements for key, fact in one.items()}


def assessed(*assessments: tuple[date, int]) -> AssessmentsOf:
    return lambda _: assessments


NOBODY_ASSESSED = assessed()


def rules(**params: Any) -> RuleSet:
    window: dict[str, Any] = {"window_from": date(2005, 12, 1), "window_to": END_OF_2008}
    return RuleSet("published", 1, RuleSetParams(**(window | params)))


def verdicts(
    *placements: Placements,
    until: date = END_OF_2008,
    of: Programme | None = None,
    **params: Any,
) -> dict[str, tuple[str, str | None]]:
    judged = judge(together(*placements), NOBODY_ASSESSED, of or programme(), rules(**params), until)
    assert len(judged) == len(placements)
    return {verdict.key[1]: (verdict.outcome, verdict.clause) for verdict in judged}


def verdict(one: Placements, **options: Any) -> tuple[str, str | None]:
    (judged,) = verdicts(one, **options).values()
    return judged


def whole(one: Placements, assessments: AssessmentsOf = NOBODY_ASSESSED, **params: Any) -> Verdict:
    (judged,) = judge(one, assessments, programme(), rules(**params), END_OF_2008)
    return judged


# Months


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2007, 1, 15), 6, date(2007, 7, 15)),
        (date(2007, 8, 31), 6, date(2008, 2, 29)),
        (date(2006, 8, 31), 6, date(2007, 2, 28)),
        (date(2008, 2, 29), 12, date(2009, 2, 28)),
        (date(2004, 2, 29), 48, date(2008, 2, 29)),
        (date(2007, 12, 31), 2, date(2008, 2, 29)),
        (date(2007, 3, 31), 1, date(2007, 4, 30)),
        (date(2007, 7, 1), 6, date(2008, 1, 1)),
        (date(2007, 7, 1), 0, date(2007, 7, 1)),
        (date(9999, 12, 1), 6, date.max),
    ],
)
def test_months_are_calendar_months_clipped_to_the_end_of_the_month(
    day: date, months: int, later: date
) -> None:
    assert add_months(day, months) == later


def test_r2_january_first_to_june_thirtieth_reaches_six_months_under_ge_but_not_under_gt() -> None:
    half_year = placement(planned_end=date(2007, 6, 30))
    assert verdict(half_year, boundary="ge") == COUNTED
    assert verdict(half_year, boundary="gt") == ("excluded", "R2")


def test_r2_one_day_more_than_six_months_reaches_under_gt() -> None:
    assert verdict(placement(planned_end=date(2007, 7, 1)), boundary="gt") == COUNTED


@pytest.mark.parametrize("boundary", ["ge", "gt"])
def test_r1_a_day_less_than_six_months_is_too_short(boundary: str) -> None:
    assert verdict(placement(planned_end=date(2007, 6, 29)), boundary=boundary) == ("excluded", "R1")


def test_r1_from_the_end_of_august_six_months_are_reached_the_day_before_the_last_of_february() -> None:
    start = date(2007, 8, 31)
    assert verdict(placement(start=start, planned_end=date(2008, 2, 28))) == COUNTED
    assert verdict(placement(start=start, planned_end=date(2008, 2, 27))) == ("excluded", "R1")
    assert verdict(placement(start=start, planned_end=date(2008, 2, 28)), boundary="gt") == ("excluded", "R2")


def test_r1_the_minimum_is_a_parameter() -> None:
    quarter = placement(planned_end=date(2007, 3, 31))
    assert verdict(quarter, min_months=3) == COUNTED
    assert verdict(quarter, min_months=4) == ("excluded", "R1")


@pytest.mark.parametrize("basis", ["contract_at_start", "contract_only", "realised", "confirmed"])
@pytest.mark.parametrize("boundary", ["ge", "gt"])
def test_r1_without_a_minimum_nothing_has_to_be_shown(basis: str, boundary: str) -> None:
    one_day = placement(contract=UNKNOWN, end=date(2007, 1, 1))
    unknown = placement(contract=UNKNOWN)
    for one in (one_day, unknown):
        assert verdict(one, min_months=0, boundary=boundary, duration_basis=basis) == COUNTED


def test_a_start_at_the_end_of_time_stops_nothing() -> None:
    assert verdict(placement(start=date.max)) == ("excluded", "R15")
    assert verdict(placement(start=date.min), min_months=0) == ("excluded", "R15")


# R3


def test_r3_contract_at_start_an_early_end_within_happened_until_excludes() -> None:
    ended = placement(end=date(2007, 6, 29))
    assert verdict(ended, until=date(2007, 6, 29)) == ("excluded", "R3")


def test_r3_contract_at_start_an_end_after_happened_until_is_not_seen() -> None:
    ended = placement(end=date(2007, 6, 29))
    assert verdict(ended, until=date(2007, 6, 28)) == COUNTED


def test_r3_contract_at_start_an_end_on_the_last_day_of_month_six_is_early_only_under_gt() -> None:
    ended = placement(end=date(2007, 6, 30))
    assert verdict(ended, boundary="ge") == COUNTED
    assert verdict(ended, boundary="gt") == ("excluded", "R3")


def test_r3_contract_at_start_counts_on_the_first_day() -> None:
    assert verdict(placement(), until=date(2007, 1, 1)) == COUNTED


@pytest.mark.parametrize("basis", ["contract_at_start", "contract_only"])
def test_r3_an_extension_does_not_make_a_short_contract_reach(basis: str) -> None:
    extended = placement(
        planned_end=date(2007, 3, 31), extended_contract=FIXED, extended_end=date(2008, 3, 31)
    )
    assert verdict(extended, duration_basis=basis) == ("excluded", "R1")


@pytest.mark.parametrize("basis", ["contract_at_start", "contract_only", "realised", "confirmed"])
def test_r3_an_unknown_contract_is_pending(basis: str) -> None:
    assert verdict(placement(contract=UNKNOWN), duration_basis=basis) == ("pending", "R3")


def test_r3_a_fixed_contract_without_a_last_day_is_pending() -> None:
    assert verdict(placement(contract=FIXED)) == ("pending", "R3")


@pytest.mark.parametrize("basis", ["contract_at_start", "realised", "confirmed"])
def test_r3_an_unknown_contract_that_ended_early_is_excluded(basis: str) -> None:
    ended = placement(contract=UNKNOWN, end=date(2007, 5, 1))
    assert verdict(ended, duration_basis=basis) == ("excluded", "R3")


def test_r3_contract_only_sees_no_early_end() -> None:
    assert verdict(placement(end=date(2007, 2, 1)), duration_basis="contract_only") == COUNTED


@pytest.mark.parametrize("basis", ["contract_at_start", "contract_only", "realised", "confirmed"])
def test_r3_pauses_and_denied_months_change_nothing(basis: str) -> None:
    known: dict[str, Any] = {"confirmed_months": ((6, date(2007, 6, 30)),)}
    known |= {"pauses": ((date(2007, 2, 1), date(2007, 5, 1)), (date(2007, 6, 1), None))}
    known |= {"denied_months": ((6, date(2007, 6, 30)),)}
    assert verdict(placement(**known), duration_basis=basis) == COUNTED


def test_r3_realised_is_pending_until_the_last_day_of_month_six() -> None:
    assert verdict(placement(), duration_basis="realised", until=date(2007, 6, 29)) == ("pending", "R3")
    assert verdict(placement(), duration_basis="realised", until=date(2007, 6, 30)) == COUNTED


def test_r3_realised_under_gt_is_pending_a_day_longer() -> None:
    options: dict[str, Any] = {"duration_basis": "realised", "boundary": "gt"}
    assert verdict(placement(), until=date(2007, 6, 30), **options) == ("pending", "R3")
    assert verdict(placement(), until=date(2007, 7, 1), **options) == COUNTED


def test_r3_realised_a_start_after_the_first_of_july_2008_cannot_count_by_the_end_of_2008() -> None:
    assert verdict(placement(start=date(2008, 7, 1)), duration_basis="realised") == COUNTED
    assert verdict(placement(start=date(2008, 7, 2)), duration_basis="realised") == ("pending", "R3")


def test_r3_realised_an_extension_counts() -> None:
    short: dict[str, Any] = {"planned_end": date(2007, 3, 31)}
    until_august = placement(**short, extended_contract=FIXED, extended_end=date(2007, 8, 31))
    for_ever = placement(**short, extended_contract=OPEN_ENDED)
    assert verdict(until_august, duration_basis="realised") == COUNTED
    assert verdict(for_ever, duration_basis="realised") == COUNTED
    assert verdict(placement(**short), duration_basis="realised") == ("excluded", "R1")


def test_r3_realised_a_known_end_overrides_the_contract_either_way() -> None:
    early = placement(planned_end=date(2007, 12, 31), end=date(2007, 3, 1))
    late = placement(planned_end=date(2007, 3, 31), end=date(2007, 9, 30))
    assert verdict(early, duration_basis="realised") == ("excluded", "R3")
    assert verdict(late, duration_basis="realised") == COUNTED
    assert verdict(late, duration_basis="realised", until=date(2007, 8, 1)) == ("excluded", "R1")


def test_r3_realised_under_gt_exactly_six_months_is_excluded_by_r2() -> None:
    half_year = placement(planned_end=date(2007, 6, 30))
    assert verdict(half_year, duration_basis="realised", boundary="gt") == ("excluded", "R2")


def test_r3_confirmed_asks_for_a_confirmation_of_at_least_six_months() -> None:
    six = placement(confirmed_months=((6, date(2007, 7, 3)),))
    five = placement(confirmed_months=((5, date(2007, 7, 3)),))
    assert verdict(six, duration_basis="confirmed") == COUNTED
    assert verdict(five, duration_basis="confirmed") == ("pending", "R3")
    assert verdict(six, duration_basis="confirmed", until=date(2007, 7, 3)) == COUNTED
    assert verdict(six, duration_basis="confirmed", until=date(2007, 7, 2)) == ("pending", "R3")


def test_r3_confirmed_a_confirmation_from_before_month_six_by_the_corrected_start_shows_nothing() -> None:
    known: dict[str, Any] = {"confirmed_months": ((6, date(2007, 7, 3)),)}
    assert verdict(placement(start=date(2007, 1, 4), **known), duration_basis="confirmed") == COUNTED
    later = placement(start=date(2007, 1, 5), **known)
    assert verdict(later, duration_basis="confirmed") == ("pending", "R3")


def test_r3_confirmed_a_known_early_end_wins_over_the_confirmation() -> None:
    both = placement(confirmed_months=((6, date(2007, 7, 3)),), end=date(2007, 5, 1))
    assert verdict(both, duration_basis="confirmed") == ("excluded", "R3")


# R4


JOB_AT_BAKER: dict[str, Any] = {"planned_end": date(2007, 3, 31), "employer_ref": "baker"}


def test_r4_same_employer_a_contract_from_the_next_day_continues_the_spell() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    next_day = placement("p2", start=date(2007, 4, 1), planned_end=date(2008, 3, 31), employer_ref="baker")
    judged = verdicts(first, next_day, duration_basis="realised", continuity="same_employer")
    assert judged == {"p1": COUNTED, "p2": ("excluded", "R4")}


def test_r4_same_employer_a_day_between_breaks_the_spell() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    later = placement("p2", start=date(2007, 4, 2), planned_end=date(2008, 3, 31), employer_ref="baker")
    judged = verdicts(first, later, duration_basis="realised", continuity="same_employer")
    assert judged == {"p1": ("excluded", "R1"), "p2": COUNTED}


@pytest.mark.parametrize("basis", ["contract_at_start", "contract_only", "confirmed"])
def test_r4_works_with_realised_only(basis: str) -> None:
    confirmed = ((6, date(2008, 1, 1)),)
    first = placement("p1", **JOB_AT_BAKER, end=date(2007, 3, 31))
    later = placement("p2", start=date(2007, 4, 1), employer_ref="baker", confirmed_months=confirmed)
    judged = verdicts(first, later, duration_basis=basis, continuity="any_employer")
    assert judged["p1"][0] == "excluded"
    assert judged["p2"] == COUNTED


def test_r4_the_employer_is_the_hiring_one_if_stated_else_the_legal_one() -> None:
    start = date(2007, 4, 1)
    agency: dict[str, Any] = {
        "planned_end": date(2007, 3, 31),
        "employer_ref": "agency",
        "hiring_employer_ref": "baker",
    }
    taken_over = verdicts(
        placement("p1", **agency),
        placement("p2", start=start, employer_ref="baker"),
        duration_basis="realised",
    )
    sent_elsewhere = verdicts(
        placement("p1", **agency),
        placement("p2", start=start, employer_ref="agency", hiring_employer_ref="smith"),
        duration_basis="realised",
    )
    assert taken_over == {"p1": COUNTED, "p2": ("excluded", "R4")}
    assert sent_elsewhere == {"p1": ("excluded", "R1"), "p2": COUNTED}


def test_r4_two_unknown_employers_are_not_the_same() -> None:
    first = placement("p1", planned_end=date(2007, 3, 31))
    later = placement("p2", start=date(2007, 4, 1))
    assert verdicts(first, later, duration_basis="realised") == {"p1": ("excluded", "R1"), "p2": COUNTED}


@pytest.mark.parametrize(("days_without_work", "is_continued"), [(0, True), (30, True), (31, False)])
def test_r4_any_employer_allows_gap_days(days_without_work: int, is_continued: bool) -> None:
    first = placement("p1", **JOB_AT_BAKER)
    later = placement("p2", start=date(2007, 4, 1) + timedelta(days=days_without_work), employer_ref="smith")
    judged = verdicts(first, later, duration_basis="realised", continuity="any_employer", gap_days=30)
    continued = {"p1": COUNTED, "p2": ("excluded", "R4")}
    assert judged == (continued if is_continued else {"p1": ("excluded", "R1"), "p2": COUNTED})


def test_r4_same_employer_knows_no_gap_days() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    later = placement("p2", start=date(2007, 4, 5), employer_ref="baker")
    judged = verdicts(first, later, duration_basis="realised", continuity="same_employer", gap_days=30)
    assert judged["p1"] == ("excluded", "R1")


def test_r4_a_placement_after_the_line_was_crossed_is_a_spell_of_its_own() -> None:
    spell = [
        placement("p1", planned_end=date(2007, 2, 28), employer_ref="baker"),
        placement("p2", start=date(2007, 3, 1), planned_end=date(2007, 4, 30), employer_ref="baker"),
        placement("p3", start=date(2007, 5, 1), planned_end=date(2007, 7, 31), employer_ref="baker"),
        placement("p4", start=date(2007, 8, 1), planned_end=date(2008, 7, 31), employer_ref="baker"),
    ]
    judged = verdicts(*spell, duration_basis="realised")
    used = ("excluded", "R4")
    assert judged == {"p1": COUNTED, "p2": used, "p3": used, "p4": COUNTED}


def test_r4_placements_that_carry_nobody_over_the_line_are_judged_by_themselves() -> None:
    short = placement("p1", planned_end=date(2007, 1, 31), employer_ref="baker")
    shorter = placement("p2", start=date(2007, 2, 1), planned_end=date(2007, 3, 31), employer_ref="baker")
    judged = verdicts(short, shorter, duration_basis="realised")
    assert judged == {"p1": ("excluded", "R1"), "p2": ("excluded", "R1")}


def test_r4_one_placement_carries_only_one_spell() -> None:
    judged = verdicts(
        placement("p1", **JOB_AT_BAKER),
        placement("p2", **JOB_AT_BAKER),
        placement("p3", start=date(2007, 4, 1), employer_ref="baker"),
        duration_basis="realised",
    )
    assert judged == {"p1": COUNTED, "p2": ("excluded", "R1"), "p3": ("excluded", "R4")}


def test_r4_a_continued_spell_is_pending_until_its_deciding_day() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    later = placement("p2", start=date(2007, 4, 1), employer_ref="baker")
    judged = verdicts(first, later, duration_basis="realised", until=date(2007, 6, 29))
    assert judged == {"p1": ("pending", "R3"), "p2": ("excluded", "R4")}


def test_r4_a_spell_to_the_last_day_of_month_six_counts_from_that_day() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    later = placement("p2", start=date(2007, 4, 1), planned_end=date(2007, 6, 30), employer_ref="baker")
    judged = verdicts(first, later, duration_basis="realised", until=date(2007, 6, 30))
    assert judged == {"p1": COUNTED, "p2": ("excluded", "R4")}


def test_r4_a_following_placement_of_unknown_length_leaves_the_spell_pending() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    later = placement("p2", start=date(2007, 4, 1), contract=UNKNOWN, employer_ref="baker")
    judged = verdicts(first, later, duration_basis="realised")
    assert judged == {"p1": ("pending", "R3"), "p2": ("pending", "R3")}


def test_r4_a_placement_of_another_client_continues_nothing() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    other = placement("p2", start=date(2007, 4, 1), employer_ref="baker", client_ref="client-2")
    judged = verdicts(first, other, duration_basis="realised", continuity="any_employer")
    assert judged == {"p1": ("excluded", "R1"), "p2": COUNTED}


def test_r4_a_voided_placement_continues_nothing() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    never = placement("p2", start=date(2007, 4, 1), employer_ref="baker", voided=True)
    judged = verdicts(first, never, duration_basis="realised")
    assert judged == {"p1": ("excluded", "R1"), "p2": ("excluded", "voided")}


def test_r4_a_spell_that_another_rule_excludes_takes_no_later_placement_along() -> None:
    regular = placement("p1", **JOB_AT_BAKER, programme_tag=ProgrammeTag.REGULAR)
    extra = placement("p2", start=date(2007, 4, 1), employer_ref="baker")
    assert verdicts(regular, extra, duration_basis="realised") == {"p1": ("excluded", "R5"), "p2": COUNTED}


def test_r4_snapshot_asks_for_any_placement_on_the_deciding_day() -> None:
    first = placement("p1", planned_end=date(2007, 1, 31))
    after_a_gap = placement("p2", start=date(2007, 6, 1), planned_end=date(2007, 6, 30))
    judged = verdicts(first, after_a_gap, duration_basis="realised", continuity="snapshot")
    assert judged == {"p1": COUNTED, "p2": ("excluded", "R4")}
    a_day_too_late = placement("p2", start=date(2007, 7, 1), planned_end=date(2007, 7, 31))
    judged = verdicts(first, a_day_too_late, duration_basis="realised", continuity="snapshot")
    assert judged == {"p1": ("excluded", "R1"), "p2": ("excluded", "R1")}


def test_r4_snapshot_a_placement_that_starts_on_the_deciding_day_covers_it() -> None:
    first = placement("p1", planned_end=date(2007, 1, 31))
    on_the_day = placement("p2", start=date(2007, 6, 30), planned_end=date(2007, 7, 31))
    judged = verdicts(first, on_the_day, duration_basis="realised", continuity="snapshot")
    assert judged == {"p1": COUNTED, "p2": ("excluded", "R4")}


def test_r4_snapshot_an_earlier_placement_that_covers_the_day_stays_its_own() -> None:
    long = placement("p1", planned_end=date(2007, 12, 31))
    short = placement("p2", start=date(2007, 2, 1), planned_end=date(2007, 2, 28))
    judged = verdicts(long, short, duration_basis="realised", continuity="snapshot")
    assert judged == {"p1": COUNTED, "p2": COUNTED}


def test_r4_snapshot_a_placement_of_unknown_length_before_the_day_leaves_it_pending() -> None:
    first = placement("p1", planned_end=date(2007, 1, 31))
    unknown = placement("p2", start=date(2007, 5, 1), contract=UNKNOWN)
    judged = verdicts(first, unknown, duration_basis="realised", continuity="snapshot")
    assert judged == {"p1": ("pending", "R3"), "p2": ("pending", "R3")}


# R5


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (ProgrammeTag.PROGRAMME, COUNTED),
        (ProgrammeTag.REGULAR, ("excluded", "R5")),
        (ProgrammeTag.UNSPECIFIED, ("pending", "R5")),
    ],
)
def test_r5_tagged_follows_the_partners_tag(tag: ProgrammeTag, expected: tuple[str, str | None]) -> None:
    assert verdict(placement(programme_tag=tag), additionality="tagged") == expected


@pytest.mark.parametrize("tag", list(ProgrammeTag))
def test_r5_none_counts_every_tag(tag: ProgrammeTag) -> None:
    assert verdict(placement(programme_tag=tag), additionality="none") == COUNTED


def test_r5_none_leaves_out_regular_placements_that_a_historic_figure_has_counted() -> None:
    of = programme(historic={("uaf", 2007): 150})
    regular: dict[str, Any] = {"programme_tag": ProgrammeTag.REGULAR}
    judged = verdicts(
        placement("covered", **regular),
        placement("other-year", **regular, start=date(2008, 1, 1)),
        placement("other-unit", **regular, primary_partner="emplooi"),
        placement("programme"),
        placement("unspecified", programme_tag=ProgrammeTag.UNSPECIFIED),
        of=of,
        additionality="none",
    )
    assert judged.pop("covered") == ("excluded", "R5")
    assert set(judged.values()) == {COUNTED}


def small(quota: int | None) -> Programme:
    return programme(in_unit("uaf", "UAF", ("uaf",), {"A": 9}, quota, None))


def test_r5_overflow_takes_the_first_of_each_year_by_start_and_ref_as_regular() -> None:
    start = date(2007, 3, 1)
    judged = verdicts(
        placement("d", start=date(2008, 1, 1)),
        placement("c", start=start),
        placement("b", start=start),
        placement("a", start=date(2007, 4, 1)),
        of=small(1),
        additionality="overflow",
    )
    regular = ("excluded", "R5")
    assert judged == {"b": regular, "c": COUNTED, "a": COUNTED, "d": regular}


def test_r5_overflow_fills_the_quota_with_placements_that_would_count_only() -> None:
    judged = verdicts(
        placement("a", planned_end=date(2007, 2, 1)),
        placement("b", contract=UNKNOWN),
        placement("c", start=date(2007, 5, 1)),
        placement("d", start=date(2007, 6, 1)),
        of=small(1),
        additionality="overflow",
    )
    assert judged == {
        "a": ("excluded", "R1"),
        "b": ("pending", "R3"),
        "c": ("excluded", "R5"),
        "d": COUNTED,
    }


def test_r5_overflow_without_a_quota_takes_nothing() -> None:
    assert verdict(placement(), of=small(None), additionality="overflow") == COUNTED


@pytest.mark.parametrize("tag", list(ProgrammeTag))
def test_r5_overflow_reads_no_tag(tag: ProgrammeTag) -> None:
    assert verdict(placement(programme_tag=tag), of=small(0), additionality="overflow") == COUNTED


# R6


def test_r6_a_target_on_one_route_makes_a_unit_eligible_for_both() -> None:
    of = programme(in_unit("uaf", "UAF", ("uaf",), {"A": 0, "B": None}, None, None))
    assert verdict(placement(kind="internship"), of=of, permissions="none") == COUNTED


def test_r6_honoured_counts_starts_from_the_day_of_the_permission() -> None:
    of = programme(in_unit("uwv", "UWV", ("uwv",), {}, None, date(2007, 3, 1)))
    on_the_day = placement(primary_partner="uwv", start=date(2007, 3, 1))
    day_before = placement(primary_partner="uwv", start=date(2007, 2, 28))
    assert verdict(on_the_day, of=of) == COUNTED
    assert verdict(day_before, of=of) == ("excluded", "R6")


def test_r6_without_a_permission_a_unit_without_a_target_does_not_count() -> None:
    assert verdict(placement(primary_partner="goed-werk")) == ("excluded", "R6")


def test_r6_none_honours_no_permission() -> None:
    assert verdict(placement(primary_partner="uwv"), permissions="none") == ("excluded", "R6")
    assert verdict(placement(), permissions="none") == COUNTED


def test_r6_except_honours_all_but_the_named_permissions() -> None:
    at_uwv = placement(primary_partner="uwv")
    options: dict[str, Any] = {"permissions": "except"}
    assert verdict(at_uwv, except_units=("uwv",), **options) == ("excluded", "R6")
    assert verdict(at_uwv, except_units=("goed-werk",), **options) == COUNTED
    assert verdict(placement(), except_units=("uaf",), **options) == COUNTED


def test_r6_except_units_mean_nothing_where_permissions_are_honoured() -> None:
    assert verdict(placement(primary_partner="uwv"), except_units=("uwv",)) == COUNTED


@pytest.mark.parametrize("credit", ["primary", "each"])
def test_r6_a_partner_in_no_unit_is_excluded_without_a_unit(credit: str) -> None:
    judged = whole(placement(primary_partner="stranger"), credit=credit)
    assert (judged.unit, judged.outcome, judged.clause) == (None, "excluded", "R6")


# R7


A_KINDS = ["employment", "temp", "secondment", "self_employment"]


@pytest.mark.parametrize("kind", [kind.code for kind in DEFINITION.kinds])
def test_r7_placement_kind_decides_the_route(kind: str) -> None:
    assert whole(placement(kind=kind)).route == ("A" if kind in A_KINDS else "B")


@pytest.mark.parametrize(
    ("basis", "facts"), [("placement_kind", {"kind": "holiday"}), ("as_reported", {"route_reported": "C"})]
)
def test_r7_what_the_programme_does_not_know_has_no_route_and_is_pending(
    basis: str, facts: dict[str, str]
) -> None:
    judged = whole(placement(**facts), route_basis=basis)
    assert (judged.route, judged.outcome, judged.clause) == (None, "pending", "R7")


@pytest.mark.parametrize(("phase", "route"), [(1, "S"), (2, "S"), (3, "L"), (4, "W")])
def test_r7_candidate_fase_takes_the_route_that_the_programme_gives_a_phase(phase: int, route: str) -> None:
    routes = {1: "S", 2: "S", 3: "L", 4: "W"}
    of = replace(programme(), routes=("S", "L", "W"), route_of_phase=routes)
    (judged,) = judge(
        placement(), assessed((date(2006, 1, 1), phase)), of, rules(route_basis="candidate_fase"), END_OF_2008
    )
    assert judged.route == route


@pytest.mark.parametrize(("phase", "route"), [(1, "A"), (2, "A"), (3, "B"), (4, "B")])
def test_r7_candidate_fase_decides_the_route(phase: int, route: str) -> None:
    judged = whole(placement(), assessed((date(2006, 1, 1), phase)), route_basis="candidate_fase")
    assert (judged.route, judged.outcome) == (route, "counted")


def test_r7_candidate_fase_takes_the_last_assessment_on_or_before_the_start() -> None:
    assessments = ((date(2007, 1, 1), 3), (date(2007, 1, 2), 2), (date(2006, 1, 1), 1))
    assert whole(placement(), assessed(*assessments), route_basis="candidate_fase").route == "B"


def test_r7_candidate_fase_takes_the_last_named_of_two_on_one_day() -> None:
    assessments = ((date(2006, 1, 1), 4), (date(2006, 1, 1), 1))
    assert whole(placement(), assessed(*assessments), route_basis="candidate_fase").route == "A"


@pytest.mark.parametrize("basis", ["candidate_fase", "as_reported"])
def test_r7_a_route_that_is_not_known_is_pending(basis: str) -> None:
    judged = whole(placement(), assessed((date(2007, 1, 2), 1)), route_basis=basis)
    assert (judged.route, judged.outcome, judged.clause) == (None, "pending", "R7")


def test_r7_as_reported_follows_the_report() -> None:
    assert whole(placement(route_reported="B"), route_basis="as_reported").route == "B"


# R9


def intern_then_job(**of_job: Any) -> tuple[Placements, Placements]:
    internship = placement("p1", kind="internship", planned_end=date(2007, 12, 31), end=date(2007, 3, 31))
    return internship, placement("p2", start=date(2007, 4, 1), converted_from="p1", **of_job)


def test_r9_a_chain_counts_as_its_first_link_that_reaches_by_itself() -> None:
    assert verdicts(*intern_then_job()) == {"p1": ("excluded", "R9-conversion"), "p2": COUNTED}


def test_r9_when_the_first_link_reaches_the_later_ones_are_excluded() -> None:
    first = placement("p1", end=date(2007, 7, 31))
    second = placement("p2", start=date(2007, 8, 1), converted_from="p1")
    third = placement("p3", start=date(2008, 3, 1), converted_from="p2")
    elsewhere = ("excluded", "R9-conversion")
    assert verdicts(third, first, second) == {"p1": COUNTED, "p2": elsewhere, "p3": elsewhere}


def test_r9_when_no_link_reaches_each_has_its_own_verdict() -> None:
    judged = verdicts(*intern_then_job(contract=UNKNOWN))
    assert judged == {"p1": ("excluded", "R3"), "p2": ("pending", "R3")}


def test_r9_a_conversion_on_the_same_day_counts_as_the_link_it_came_from() -> None:
    temp = placement("z", kind="temp")
    job = placement("a", converted_from="z")
    assert verdicts(temp, job) == {"z": COUNTED, "a": ("excluded", "R9-conversion")}


def test_r9_a_voided_link_does_not_reach_but_holds_the_chain_together() -> None:
    first = placement("p1", voided=True)
    second = placement("p2", start=date(2007, 4, 1), converted_from="p1")
    third = placement("p3", start=date(2008, 1, 1), converted_from="p2")
    judged = verdicts(first, second, third)
    assert judged == {"p1": ("excluded", "voided"), "p2": COUNTED, "p3": ("excluded", "R9-conversion")}


def test_r9_two_placements_converted_from_one_are_one_chain() -> None:
    first = placement("p1", end=date(2007, 3, 31))
    twins = [placement(ref, start=date(2007, 4, 1), converted_from="p1") for ref in ("p2", "p3")]
    elsewhere = ("excluded", "R9-conversion")
    assert verdicts(first, *twins) == {"p1": elsewhere, "p2": COUNTED, "p3": elsewhere}


def test_r9_a_link_to_nothing_is_ignored() -> None:
    dangling = placement("p1", converted_from="gone")
    other_source = placement("p2", OTHER_SOURCE, converted_from="p1")
    assert verdicts(dangling, other_source) == {"p1": COUNTED, "p2": COUNTED}


def test_r9_a_circle_of_conversions_counts_once() -> None:
    first = placement("p1", converted_from="p2")
    second = placement("p2", start=date(2007, 4, 1), converted_from="p1")
    tail = placement("p3", start=date(2007, 5, 1), converted_from="p2")
    elsewhere = ("excluded", "R9-conversion")
    assert verdicts(tail, second, first) == {"p1": COUNTED, "p2": elsewhere, "p3": elsewhere}


def test_r9_a_placement_converted_from_itself_counts() -> None:
    itself = placement("p1", converted_from="p1")
    assert verdicts(itself, placement("p2", start=date(2007, 3, 1))) == {"p1": COUNTED, "p2": COUNTED}


def test_r9_a_chain_that_counts_as_its_later_link_is_not_also_a_continued_spell() -> None:
    judged = verdicts(*intern_then_job(), duration_basis="realised", continuity="any_employer")
    assert judged == {"p1": ("excluded", "R9-conversion"), "p2": COUNTED}


def test_r9_a_chain_in_which_no_link_reaches_may_be_continued_by_r4() -> None:
    chain = intern_then_job(planned_end=date(2007, 8, 31))
    judged = verdicts(*chain, duration_basis="realised", continuity="any_employer")
    assert judged == {"p1": COUNTED, "p2": ("excluded", "R4")}


def test_r9_two_placements_of_a_client_that_are_no_chain_both_count() -> None:
    assert verdicts(placement("p1"), placement("p2")) == {"p1": COUNTED, "p2": COUNTED}


# R10


SHARED: dict[str, Any] = {
    "primary_partner": "emplooi",
    "assist_partners": ("uaf", "vluchtelingenwerk", "stranger", "uwv"),
}


def test_r10_primary_credits_the_primary_partners_unit_alone() -> None:
    assert whole(placement(**SHARED), credit="primary").unit == "chain"


def test_r10_each_credits_every_unit_that_helped_once_and_the_primary_first() -> None:
    judged = judge(placement(**SHARED), NOBODY_ASSESSED, programme(), rules(credit="each"), END_OF_2008)
    assert [verdict.unit for verdict in judged] == ["chain", "uaf", "uwv"]
    assert {verdict.outcome for verdict in judged} == {"counted"}


def test_r10_the_nation_is_the_sum_of_the_units_less_the_duplicates() -> None:
    alone = placement("p2")
    counts = tally(
        judge(
            together(placement(**SHARED), alone),
            NOBODY_ASSESSED,
            programme(),
            rules(credit="each"),
            END_OF_2008,
        )
    )
    assert counts.cells == {
        ("chain", "A", "counted"): 1,
        ("uaf", "A", "counted"): 2,
        ("uwv", "A", "counted"): 1,
    }
    assert counts.duplicates == {("A", "counted"): 2}
    assert counts.national("A", "counted") == 2


def test_r10_a_placement_that_counts_for_the_second_unit_alone_counts_for_the_nation() -> None:
    assisted = placement(primary_partner="goed-werk", assist_partners=("uaf",))
    counts = tally(judge(assisted, NOBODY_ASSESSED, programme(), rules(credit="each"), END_OF_2008))
    assert counts.national("A", "counted") == 1
    assert counts.national("A", "excluded") == 0
    assert counts.duplicates == {("A", "excluded"): 1}


def moved(*first_days: tuple[date, str | None]) -> Programme:
    """UAF in one unit, and from a day on in another."""
    return replace(programme(), memberships={"uaf": ((date.min, "uaf"), *first_days)})


MOVES = date(2007, 4, 1)


@pytest.mark.parametrize(
    ("start", "unit"), [(date(2007, 3, 31), "uaf"), (MOVES, "chain"), (date(2007, 6, 1), "chain")]
)
def test_a_partner_is_in_one_unit_on_any_day_and_may_change_with_a_date(start: date, unit: str) -> None:
    (judged,) = judge(placement(start=start), NOBODY_ASSESSED, moved((MOVES, "chain")), rules(), END_OF_2008)
    assert (judged.unit, judged.outcome) == (unit, "counted")


def test_a_partner_that_has_left_is_in_no_unit() -> None:
    one = placement(start=MOVES)
    assert verdict(one, of=moved((MOVES, None))) == ("excluded", "R6")
    assert verdict(one, of=moved((MOVES, None), (MOVES + timedelta(days=1), "uaf"))) == ("excluded", "R6")


@pytest.mark.parametrize(
    ("unit_on", "unit"), [("start_date", "uaf"), ("milestone_date", "chain"), ("recorded_date", "uwv")]
)
def test_the_rule_set_names_the_day_by_which_a_unit_is_found(unit_on: str, unit: str) -> None:
    of = moved((date(2007, 6, 30), "chain"), (date(2007, 9, 1), "uwv"))
    one = placement(start=date(2007, 1, 1), recorded_on=date(2007, 9, 1))
    (judged,) = judge(one, NOBODY_ASSESSED, of, rules(unit_on=unit_on), END_OF_2008)
    assert judged.unit == unit


def test_r10_each_takes_the_unit_of_every_partner_on_the_same_day() -> None:
    of = replace(programme(), memberships={"uaf": ((date.min, "uaf"),), "emplooi": ((MOVES, "chain"),)})
    both = placement(start=MOVES, assist_partners=("emplooi",))
    before = placement("p2", start=date(2007, 3, 31), assist_partners=("emplooi",))
    judged = judge(together(both, before), NOBODY_ASSESSED, of, rules(credit="each"), END_OF_2008)
    assert [(one.key[1], one.unit) for one in judged] == [("p2", "uaf"), ("p1", "uaf"), ("p1", "chain")]


# R11


def capped(a: int | None, b: int | None = None) -> Programme:
    return programme(
        in_unit("uaf", "UAF", ("uaf",), {"A": a, "B": 1}, None, None),
        in_unit("chain", "Chain", ("emplooi",), {"A": b}, None, date(2005, 12, 1)),
    )


def jobs(*partners: str) -> list[Placements]:
    return [
        placement(f"p{number}", start=date(2007, number, 1), primary_partner=partner)
        for number, partner in enumerate(partners, 1)
    ]


BEYOND = ("excluded", "R11")


def test_r11_allowed_lets_a_surplus_make_up_for_a_shortfall() -> None:
    assert set(verdicts(*jobs("uaf", "uaf"), of=capped(1)).values()) == {COUNTED}


def test_r11_capped_by_route_counts_all_units_together_up_to_the_sum_of_their_targets() -> None:
    judged = verdicts(*jobs("uaf", "uaf", "emplooi"), of=capped(1, 1), compensation="capped_by_route")
    assert judged == {"p1": COUNTED, "p2": COUNTED, "p3": BEYOND}


def test_r11_capped_by_route_ignores_units_without_a_target_in_the_sum() -> None:
    judged = verdicts(*jobs("emplooi", "uaf"), of=capped(1, None), compensation="capped_by_route")
    assert judged == {"p1": COUNTED, "p2": BEYOND}


def test_r11_capped_by_unit_route_keeps_each_unit_to_its_own_target() -> None:
    judged = verdicts(*jobs("uaf", "uaf", "emplooi"), of=capped(1, 1), compensation="capped_by_unit_route")
    assert judged == {"p1": COUNTED, "p2": BEYOND, "p3": COUNTED}


def test_r11_capped_by_unit_route_no_target_is_a_cap_of_zero() -> None:
    judged = verdicts(*jobs("emplooi"), of=capped(1, None), compensation="capped_by_unit_route")
    assert judged == {"p1": BEYOND}


def test_r11_capped_by_route_no_target_at_all_is_a_cap_of_zero() -> None:
    of = programme(in_unit("uaf", "UAF", ("uaf",), {"B": 5}, None, None))
    assert verdict(placement(), of=of, compensation="capped_by_route") == BEYOND


def test_r11_routes_are_capped_apart() -> None:
    internship = placement("i", kind="internship")
    judged = verdicts(*jobs("uaf", "uaf"), internship, of=capped(1), compensation="capped_by_unit_route")
    assert judged == {"p1": COUNTED, "p2": BEYOND, "i": COUNTED}


def test_r11_equal_starts_are_ordered_by_ref() -> None:
    judged = verdicts(placement("b"), placement("a"), of=capped(1), compensation="capped_by_unit_route")
    assert judged == {"a": COUNTED, "b": BEYOND}


def test_r11_equal_starts_at_two_sources_are_ordered_by_ref_first() -> None:
    at_the_first_source = placement("b", OTHER_SOURCE)
    judged = verdicts(at_the_first_source, placement("a"), of=capped(1), compensation="capped_by_unit_route")
    assert judged == {"a": COUNTED, "b": BEYOND}


def test_r11_excluded_and_pending_placements_take_no_room() -> None:
    waiting = placement("a", contract=UNKNOWN)
    short = placement("b", planned_end=date(2007, 1, 31))
    judged = verdicts(waiting, short, placement("c"), of=capped(1), compensation="capped_by_route")
    assert judged == {"a": ("pending", "R3"), "b": ("excluded", "R1"), "c": COUNTED}


def test_r11_capped_by_route_a_placement_credited_to_two_units_takes_one_seat() -> None:
    both = placement("a", assist_partners=("emplooi",))
    params = rules(credit="each", compensation="capped_by_route")
    judged = judge(together(both, placement("b")), NOBODY_ASSESSED, capped(1, 0), params, END_OF_2008)
    assert [(v.key[1], v.unit, v.outcome) for v in judged] == [
        ("a", "uaf", "counted"),
        ("a", "chain", "counted"),
        ("b", "uaf", "excluded"),
    ]
    assert tally(judged).national("A", "counted") == 1


def test_r11_comes_after_r5_overflow() -> None:
    of = programme(in_unit("uaf", "UAF", ("uaf",), {"A": 1}, 1, None))
    judged = verdicts(
        *jobs("uaf", "uaf", "uaf"), of=of, additionality="overflow", compensation="capped_by_route"
    )
    assert judged == {"p1": ("excluded", "R5"), "p2": COUNTED, "p3": BEYOND}


# R12


OWN_FIRM: dict[str, Any] = {"kind": "self_employment"}


@pytest.mark.parametrize("basis", ["placement_kind", "candidate_fase", "as_reported"])
def test_r12_route_a_counts_an_own_firm_on_a_whatever_decides_the_route_of_others(basis: str) -> None:
    judged = whole(placement(**OWN_FIRM, route_reported="B"), route_basis=basis)
    assert (judged.route, judged.outcome) == ("A", "counted")


def test_r12_separate_counts_an_own_firm_beside_a_and_b_without_a_cap() -> None:
    options: dict[str, Any] = {"self_employment": "separate", "compensation": "capped_by_unit_route"}
    (judged,) = judge(placement(**OWN_FIRM), NOBODY_ASSESSED, capped(0), rules(**options), END_OF_2008)
    assert (judged.route, judged.outcome) == ("self_employment", "counted")


def test_r12_excluded_counts_no_own_firm() -> None:
    assert verdict(placement(**OWN_FIRM), self_employment="excluded") == ("excluded", "R12")
    assert verdict(placement(), self_employment="excluded") == COUNTED


# R15


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2005, 11, 30), ("excluded", "R15")),
        (date(2005, 12, 1), COUNTED),
        (date(2008, 12, 31), COUNTED),
        (date(2009, 1, 1), ("excluded", "R15")),
    ],
)
def test_r15_start_date_lies_in_the_window(start: date, expected: tuple[str, str | None]) -> None:
    assert verdict(placement(start=start), until=date(2010, 1, 1)) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2005, 6, 1), ("excluded", "R15")),
        (date(2005, 6, 2), COUNTED),
        (date(2008, 7, 1), COUNTED),
        (date(2008, 7, 2), ("excluded", "R15")),
    ],
)
def test_r15_milestone_date_is_the_last_day_of_month_six(
    start: date, expected: tuple[str, str | None]
) -> None:
    assert verdict(placement(start=start), count_on="milestone_date") == expected


def test_r15_milestone_date_that_is_to_come_is_pending() -> None:
    options: dict[str, Any] = {"count_on": "milestone_date"}
    assert verdict(placement(), until=date(2007, 6, 29), **options) == ("pending", "R15")
    assert verdict(placement(), until=date(2007, 6, 30), **options) == COUNTED


def test_r15_milestone_date_without_a_minimum_is_the_start() -> None:
    first_day = placement(start=date(2005, 12, 1))
    assert verdict(first_day, count_on="milestone_date", min_months=0) == COUNTED


@pytest.mark.parametrize(
    ("recorded", "expected"), [(date(2008, 12, 31), COUNTED), (date(2009, 1, 1), ("excluded", "R15"))]
)
def test_r15_recorded_date_lies_in_the_window(recorded: date, expected: tuple[str, str | None]) -> None:
    assert verdict(placement(recorded_on=recorded), count_on="recorded_date") == expected


def test_r15_a_placement_that_has_not_begun_is_pending() -> None:
    assert verdict(placement(), until=date(2006, 12, 31)) == ("pending", "R15")


def test_r15_a_placement_that_has_not_begun_may_be_excluded_already() -> None:
    short = placement(planned_end=date(2007, 2, 1))
    assert verdict(short, until=date(2006, 12, 31)) == ("excluded", "R1")


# The clause that is named


def test_the_first_exclusion_in_the_rule_books_order_names_the_clause() -> None:
    """One placement against which everything speaks; taking away the first reason uncovers the next."""
    facts: dict[str, Any] = {
        "voided": True,
        "primary_partner": "goed-werk",
        "kind": "self_employment",
        "start": date(2005, 1, 1),
        "programme_tag": ProgrammeTag.REGULAR,
        "planned_end": date(2005, 2, 1),
        "converted_from": "reaches",
    }
    remedies: list[dict[str, Any]] = [
        {},
        {"voided": False},
        {"primary_partner": "uaf"},
        {"kind": "employment"},
        {"start": date(2007, 1, 1), "planned_end": date(2007, 2, 1)},
        {"programme_tag": ProgrammeTag.PROGRAMME},
        {"converted_from": None},
        {"planned_end": date(2007, 12, 31), "end": date(2007, 3, 1)},
        {"end": None},
    ]
    clauses: list[str | None] = []
    for remedy in remedies:
        facts |= remedy
        judged = verdicts(placement("p", **facts), placement("reaches"), self_employment="excluded")
        clauses.append(judged["p"][1])
    assert clauses == ["voided", "R6", "R12", "R15", "R5", "R9-conversion", "R1", "R3", None]


def test_r4_names_a_used_placement_that_is_too_short_itself() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    short = placement("p2", start=date(2007, 4, 1), planned_end=date(2007, 7, 1), employer_ref="baker")
    assert verdicts(first, short, duration_basis="realised")["p2"] == ("excluded", "R4")


def test_r12_names_a_used_placement_that_is_an_own_firm() -> None:
    first = placement("p1", **JOB_AT_BAKER)
    firm = placement("p2", start=date(2007, 4, 1), **OWN_FIRM)
    options: dict[str, Any] = {"continuity": "any_employer", "self_employment": "excluded"}
    judged = verdicts(first, firm, duration_basis="realised", **options)
    assert judged == {"p1": COUNTED, "p2": ("excluded", "R12")}


def test_an_exclusion_wins_over_everything_that_is_pending() -> None:
    waiting: dict[str, Any] = {"programme_tag": ProgrammeTag.UNSPECIFIED, "planned_end": date(2007, 2, 1)}
    judged = verdict(placement(**waiting), until=date(2006, 12, 31), route_basis="as_reported")
    assert judged == ("excluded", "R1")


def test_the_first_pending_rule_in_the_rule_books_order_names_the_clause() -> None:
    facts: dict[str, Any] = {"contract": UNKNOWN, "programme_tag": ProgrammeTag.UNSPECIFIED}
    options: dict[str, Any] = {"route_basis": "as_reported"}
    assert verdict(placement(**facts), until=date(2006, 12, 31), **options) == ("pending", "R15")
    assert verdict(placement(**facts), **options) == ("pending", "R5")
    facts["programme_tag"] = ProgrammeTag.PROGRAMME
    assert verdict(placement(**facts), **options) == ("pending", "R7")
    facts["route_reported"] = "A"
    assert verdict(placement(**facts), **options) == ("pending", "R3")


# Judging in parts


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, False),
        ({"duration_basis": "realised", "continuity": "any_employer"}, False),
        ({"additionality": "none", "credit": "each"}, False),
        ({"additionality": "overflow"}, True),
        ({"compensation": "capped_by_route"}, True),
        ({"compensation": "capped_by_unit_route"}, True),
    ],
)
def test_quotas_and_caps_alone_need_the_whole_set(params: dict[str, Any], expected: bool) -> None:
    assert needs_whole_set(rules(**params).params) is expected


def test_judging_a_group_gives_the_verdicts_in_order_of_start() -> None:
    judged = judge_group(
        together(*intern_then_job()[::-1]), NOBODY_ASSESSED, programme(), rules(), END_OF_2008
    )
    assert [verdict.key[1] for verdict in judged] == ["p1", "p2"]
