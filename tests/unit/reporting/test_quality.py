"""Each check of the catalogue finds what it is for, and nothing where all is well."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from banen_contracts.base import Precision
from banen_contracts.employers import PartyKind
from banen_contracts.intake import Channel, ContactKind
from banen_contracts.mediation import ContractTerm, SupportSource
from banen_contracts.programme import DepartmentDefinition, FunnelPlan, Labels, RegionFrom
from banen_contracts.reporting import Provenance
from banen_reporting.administration.domain.figure import figure_ref
from banen_reporting.facts.model import ContactFact, CostFact, FigureFact, PartnerFact, RecordedFact
from banen_reporting.facts.model_employers import AgreementFact, GroupFact
from banen_reporting.facts.model_matching import EnterpriseFact
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.quality import CHECKS, data_quality
from banen_reporting.queries.quality_work import SILENT_AFTER, Found
from banen_reporting.web.pages.data_quality import WHERE
from support.days import START, bureau, client, day_of, of, placed, unit
from support.definition import DEFINITION, LAST_DAY, REGION

Facts = Sequence[RecordedFact]
HALF_YEAR = {"contract": ContractTerm.FIXED, "planned_end": date(2007, 6, 30)}
SHORT = {"contract": ContractTerm.FIXED, "planned_end": date(2007, 3, 31)}
ELSEWHERE = DepartmentDefinition(
    id="randstad", partner="uaf", label=Labels(nl="Randstad"), regions=(RegionFrom(region=REGION.id),)
)


def met(kind: ContactKind) -> RecordedFact:
    return of("uaf", "intake", kind, ContactFact(kind=kind, channel=Channel.OTHER, occurred_on=START))


def agreed(**changes: Any) -> RecordedFact:
    terms: dict[str, Any] = {
        "party_kind": PartyKind.EMPLOYER, "party_ref": "baker", "places_promised": 5, "routes": ("A",),
        "signed_on": START, "valid_from": START, "valid_to": None,
    }  # fmt: skip
    return of("uaf", "employers", "agreement", AgreementFact(**(terms | changes)))


def group(reported: int) -> RecordedFact:
    row = GroupFact(
        employer_ref="baker", kind="employment", in_guidance=None, places_planned=None, placed=reported
    )
    return of("uaf", "employers", "group", row)


def firm(placement: str | None) -> RecordedFact:
    row = EnterpriseFact(
        client_ref="client of firm", support_source=SupportSource.BANK, track_started_on=START,
        started_on=START, placement_ref=placement,
    )  # fmt: skip
    return of("uaf", "mediation", "track", row)


def regular(value: int) -> RecordedFact:
    row = FigureFact(
        unit_id="uaf", measure="regular_placements", year=2006, value=value, provenance=Provenance.ASSUMED,
        precision="approx", document_ref="BOV/report-2009",
    )  # fmt: skip
    return bureau(str(figure_ref("uaf", "regular_placements", 2006)), row)


def cost(precision: Precision) -> RecordedFact:
    return bureau("cost", CostFact(occurred_on=START, amount_euro=5000, precision=precision))


def with_plan(contacts: int) -> dict[str, Any]:
    return {"funnel": FunnelPlan(contacts=contacts, placeable_percent=20)}


def admitted(partner: str, on: datetime = datetime(2006, 1, 1, tzinfo=UTC)) -> RecordedFact:
    row = PartnerFact(
        name=partner.upper(), services=("mediation",), admitted={"mediation": on, "reporting": on}
    )
    return bureau(partner, row)


LATELY = LAST_DAY - SILENT_AFTER
QUOTA = unit("uaf", targets={"A": 3, "B": 1}, regular_per_year=150)
IN_YEARS = unit("uaf", targets={"A": 3, "B": 1}, targets_of_years={"A": {2007: 3}, "B": {2007: 1}})
CASES: dict[str, tuple[Facts, dict[str, Any], Found, Facts, dict[str, Any], Found]] = {
    "route-mix": (
        [placed("a"), placed("b")], {}, (2, 2),
        [placed("a"), placed("b"), placed("c"), placed("d", kind="internship")], {}, (0, 2),
    ),
    "by-permission": ([placed("a"), placed("b", "uwv")], {}, (1, 2), [placed("a")], {}, (0, 1)),
    "plan-below-target": ([], with_plan(10), (2, 4), [], with_plan(20), (0, 4)),
    "contacts-behind-plan": (
        [met(ContactKind.CONTACT), met(ContactKind.CONVERSATION)], with_plan(10), (8, 10),
        [met(ContactKind.CONTACT), met(ContactKind.CONVERSATION)], with_plan(2), (0, 2),
    ),
    "partner-silent": (
        [admitted("uaf"), admitted("uwv"), placed("a"), placed("b", "uwv", start=LATELY)], {}, (1, 2),
        [admitted("uaf"), placed("a"), placed("b", start=LATELY)], {}, (0, 1),
    ),
    "milestone-not-recorded": (
        [placed("a"), placed("b", **SHORT)], {}, (1, 2),
        [placed("a", confirmed_months=((6, date(2007, 7, 5)),))], {}, (0, 1),
    ),
    "agreement-without-yield": (
        [agreed(), placed("a", employer_ref="other")], {}, (1, 1),
        [agreed(), placed("a", hiring_employer_ref="baker")], {}, (0, 1),
    ),
    "group-more-than-counts": (
        [group(2), placed("a", group_ref="group")], {}, (1, 1),
        [group(1), placed("a", group_ref="group")], {}, (0, 1),
    ),
    "contract-unknown": ([placed("a", contract=ContractTerm.UNKNOWN)], {}, (1, 1), [placed("a")], {}, (0, 1)),
    "in-no-unit": ([placed("a", "nobody")], {}, (1, 1), [placed("a")], {}, (0, 1)),
    "seasonal": ([placed("a", seasonal=True)], {}, (1, 1), [placed("a", seasonal=True, **SHORT)], {}, (0, 1)),
    "boundary": ([placed("a", **HALF_YEAR)], {}, (1, 1), [placed("a", **SHORT)], {}, (0, 1)),
    "own-firm-without-placement": ([firm(None)], {}, (1, 1), [firm("a")], {}, (0, 1)),
    "route-reported-differs": (
        [placed("a", route_reported="B")], {}, (1, 1), [placed("a", route_reported="A")], {}, (0, 1),
    ),
    "helped-by-two": ([placed("a", assist_partners=("uwv",))], {}, (1, 1), [placed("a")], {}, (0, 1)),
    "several-placements": (
        [placed("a", client_ref="one"), placed("b", client_ref="one")], {}, (1, 2),
        [placed("a"), placed("b")], {}, (0, 2),
    ),
    "without-client": ([placed("a")], {}, (1, 1), [placed("a"), client("client of a")], {}, (0, 1)),
    "without-target": ([], {}, (1, 2), [unit("uwv", targets={"A": 0, "B": 0})], {}, (0, 2)),
    "route-never-recorded": (
        [placed("a"), placed("b", kind="internship")], {}, (2, 4),
        [placed(f"{partner} {kind}", partner, kind=kind) for partner in ("uaf", "uwv") for kind in ("temp", "internship")],
        {}, (0, 4),
    ),
    "regular-is-quota": ([QUOTA, regular(150)], {}, (1, 1), [QUOTA, regular(149)], {}, (0, 1)),
    "target-without-years": ([], {}, (2, 2), [IN_YEARS], {}, (0, 2)),
    "cost-approximate": ([cost(Precision.APPROX)], {}, (1, 1), [cost(Precision.EXACT)], {}, (0, 1)),
    "regions-and-departments": (
        [], {"regions": (REGION,), "departments": (ELSEWHERE,)}, (1, 1),
        [], {"regions": (REGION,), "departments": (ELSEWHERE.model_copy(update={"id": REGION.id}),)}, (0, 1),
    ),
}  # fmt: skip
"""For each check the facts and fields of the programme in which it finds something, and others in which it does not."""


def day(facts: Facts, changes: dict[str, Any]) -> ProgrammeDay:
    return day_of(*facts, definition=DEFINITION.model_copy(update=changes))


def found(check: str, day: ProgrammeDay) -> Found:
    (one,) = [one for one in data_quality(day, Extent()).findings if one.check == check]
    return None if one.found is None else (one.found, one.of)


def test_every_check_has_a_case():
    assert list(CASES) == [check.id for check in CHECKS]


@pytest.mark.parametrize("check", CASES)
def test_a_check_finds_what_it_is_for(check: str):
    facts, changes, expected, *_ = CASES[check]
    assert found(check, day(facts, changes)) == expected


@pytest.mark.parametrize("check", CASES)
def test_a_check_finds_nothing_where_all_is_well(check: str):
    *_, facts, changes, expected = CASES[check]
    assert found(check, day(facts, changes)) == expected


def test_what_was_never_recorded_cannot_be_checked():
    """A programme that has just begun has targets and units; nothing else of it can be judged."""
    known = {one.check for one in data_quality(day_of(), Extent()).findings if one.found is not None}
    assert known == {"without-target", "route-never-recorded", "target-without-years"}


def test_what_found_something_comes_first_and_warnings_before_the_rest():
    findings = data_quality(day_of(placed("a", **HALF_YEAR), placed("b")), Extent()).findings
    kinds = [(not one.found, one.found is None, one.severity != "warn") for one in findings]
    assert kinds == sorted(kinds)


def test_a_partner_sees_no_check_of_the_whole_programme():
    own = Extent(frozenset({"uaf"}), frozenset({"uaf"}))
    national = {check.id for check in CHECKS if check.is_national}
    findings = data_quality(day_of(placed("a"), placed("b", "uwv")), own).findings
    assert not national & {one.check for one in findings}
    assert {one.of for one in findings if one.check == "helped-by-two"} == {1}


def test_whoever_is_warned_can_look_at_it():
    assert {check.id for check in CHECKS if check.severity == "warn"} <= WHERE.keys()


def test_a_partner_is_not_silent_before_it_has_had_the_time_nor_after_the_programme():
    lately = admitted("uaf", datetime.combine(LATELY, time(), UTC))
    assert found("partner-silent", day_of(lately)) is None
    assert found("partner-silent", day_of(admitted("uaf"), until=LAST_DAY + timedelta(days=1))) is None


def test_whoever_ended_is_not_silent():
    row = PartnerFact(name="UAF", services=("mediation",), admitted={"mediation": datetime(2006, 1, 1, tzinfo=UTC)}, ended={"mediation": 3})  # fmt: skip
    assert found("partner-silent", day_of(bureau("uaf", row))) is None


def test_nothing_is_warned_of_that_happened_after_the_day():
    before = day_of(placed("a", start=date(2008, 1, 1)), until=date(2007, 12, 31))
    assert found("milestone-not-recorded", before) is None
    assert found("milestone-not-recorded", day_of(placed("a", start=date(2008, 1, 1)), until=LAST_DAY)) == (
        1,
        1,
    )
