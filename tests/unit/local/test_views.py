"""The views of the made-up history: what the published report says of groups, conversations and own firms comes out."""

from datetime import date

import pytest

from banen_local.demo.history.effort import ADVISERS
from banen_local.demo.history.people import PLACES
from banen_local.demo.history.reach import ESTIMATES
from banen_local.demo.history.vacancies import UNMET
from banen_local.demo.published import PUBLISHED
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.effort import effort
from banen_reporting.queries.employers import employers_view
from banen_reporting.queries.follow_up import follow_up
from banen_reporting.queries.funnel import STEPS, FunnelFilter, funnel
from banen_reporting.queries.money import money
from banen_reporting.queries.programme_facts import programme_facts
from banen_reporting.queries.quality import data_quality
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.reach import reach_view
from banen_reporting.queries.regions import regions_view
from banen_reporting.queries.supply_and_demand import supply_and_demand
from banen_reporting.web.addresses import Links
from banen_reporting.web.pages.data_quality import warnings
from banen_reporting.web.words import LANGUAGES, ProgrammeWords
from support.histories import SEED, world_of

pytestmark = pytest.mark.long
EVERYBODY = Extent()


@pytest.fixture(scope="module")
def day() -> ProgrammeDay:
    return world_of(SEED).day(date(2009, 1, 31))


def test_the_funnel_begins_at_the_published_conversations_and_its_bridge_ends_at_the_published_figure(
    day: ProgrammeDay,
):
    found = funnel(day, EVERYBODY, FunnelFilter())
    assert found.bridge is not None

    assert found.conversations == found.steps[0].people == PUBLISHED.funnel.conversations
    assert found.bridge.counted == PUBLISHED.national.result["total"]
    assert (
        found.bridge.people + found.bridge.more_of_the_same + found.bridge.not_through_the_funnel
        == found.bridge.counted
    )
    assert found.bridge.people == found.steps[-1].people


def test_the_parts_of_the_funnel_add_up_to_the_whole(day: ProgrammeDay):
    found = funnel(day, EVERYBODY, FunnelFilter())

    for parts in (found.partners, found.regions):
        for step, at in zip(found.steps, STEPS, strict=True):
            assert sum(one.people[at] for one in parts) == step.people
    assert sum(one.people["registered"] for one in found.routes) == found.steps[1].people


def test_a_filter_shows_the_part_that_its_line_shows(day: ProgrammeDay):
    whole = funnel(day, EVERYBODY, FunnelFilter())

    for part in whole.partners:
        found = funnel(day, EVERYBODY, FunnelFilter(partner=part.id))
        assert {one.step: one.people for one in found.steps} == part.people
        assert found.bridge is None
    for part in whole.routes:
        found = funnel(day, EVERYBODY, FunnelFilter(route=part.id))
        assert {one.step: one.people for one in found.steps} == part.people


def test_groups_are_placed_as_published(day: ProgrammeDay):
    found = {one.employer: one for one in employers_view(day, EVERYBODY).groups}

    assert len(found) == len(PUBLISHED.group_placements)
    for published in PUBLISHED.group_placements:
        group = found[published.employer]
        assert (group.reported, group.kind, group.in_guidance) == (
            published.placed,
            published.kind,
            published.in_guidance,
        )
        if published.placed is not None:
            assert group.placed == published.placed


def test_own_firms_started_are_those_of_the_report(day: ProgrammeDay):
    assert sum(one.started for one in employers_view(day, EVERYBODY).own_firms) == 38


def test_agreements_with_employers_yielded_placements_and_others_say_that_they_name_none(day: ProgrammeDay):
    found = employers_view(day, EVERYBODY).agreements

    assert {one.party_kind for one in found if one.placed is not None} == {"employer"}
    assert all(one.placed for one in found if one.placed is not None)


def test_vacancies_for_which_nobody_was_found_are_those_of_the_history(day: ProgrammeDay):
    found = supply_and_demand(day, EVERYBODY)

    assert sum(one.vacancies for one in found.unmet) == sum(UNMET.values())
    assert sum(one.places for one in found.unmet) == sum(one.unmet for one in found.professions)
    assert sum(one.waiting for one in found.professions) == found.waiting > 0
    assert {one.outcome for one in found.vacancies} == {"filled", "withdrawn"}


def test_the_channels_of_the_funnel_add_up_to_it(day: ProgrammeDay):
    found = funnel(day, EVERYBODY, FunnelFilter())

    assert sum(one.people["counted"] for one in found.channels) == found.steps[-1].people


def test_the_programme_cost_what_was_published(day: ProgrammeDay):
    found = money(day, EVERYBODY)
    placement = found.per[0]

    assert (found.spent, found.planned) == (PUBLISHED.costs.total_euro, PUBLISHED.costs.planned_euro)
    assert (placement.euro, placement.number) == (
        PUBLISHED.costs.per_placement_euro,
        PUBLISHED.national.result["total"],
    )
    assert (placement.planned_number, placement.planned_euro) == (2600, 2307.69)
    assert {one.funder: one.planned for one in found.funders}["ministry"] == PUBLISHED.costs.ministry_euro
    assert (found.per[2].number, found.per[2].euro) == (4000, 1450)
    assert found.norm is not None
    assert (found.norm.value, found.of_norm_percent) == (PUBLISHED.costs.norm_per_person_euro, 49.8)
    assert (found.benefit, found.earned_back_months) == (None, None)
    assert not any(one.is_exact for one in (*found.funders, *found.costs))


def test_the_numbers_of_the_report_that_no_event_counts_are_stated(day: ProgrammeDay):
    facts = {one.code: (one.topic, one.value, one.precision) for one in programme_facts(day, EVERYBODY).facts}

    assert facts["locations"] == ("locations", 60, "exact")
    assert facts["website-visitors-a-day"] == ("communication", 160, "approx")
    assert facts["advisers"] == ("people", 140, "at_least")


def test_the_advisers_of_the_report_and_their_meetings_are_on_record(day: ProgrammeDay):
    found = effort(day, EVERYBODY)
    (advisers,) = found.effort

    assert (advisers.partner, advisers.role, advisers.people) == ("emplooi", "adviser", ADVISERS)
    assert sum(one.hours or 0 for one in found.months) == advisers.hours
    assert {(one.partner, one.kind): one.held for one in found.meetings} == {
        ("emplooi", "peer_review"): 12, ("vluchtelingenwerk", "training"): 9,
    }  # fmt: skip


def test_every_offer_of_a_handover_is_accounted_for(day: ProgrammeDay):
    (found,) = follow_up(day, EVERYBODY).handovers

    assert found.offered == found.open + found.completed + found.declined + found.expired + found.withdrawn


def test_the_calendar_has_as_many_milestones_as_placements_that_reach_them(day: ProgrammeDay):
    found = follow_up(day, EVERYBODY)

    assert found.milestone_months == 6
    assert sum(one.due for one in found.calendar) > 0
    assert all(one.confirmed + one.denied <= one.due for one in found.calendar)


def test_a_partner_sees_what_its_own_units_did(day: ProgrammeDay):
    own = Extent(frozenset({"uaf"}), frozenset({"uaf"}))

    assert [one.id for one in funnel(day, own, FunnelFilter()).partners] == ["uaf"]
    assert funnel(day, own, FunnelFilter()).bridge is None
    assert {one.partner for one in employers_view(day, own).groups} == {"uaf"}
    assert follow_up(day, own).handovers == ()


@pytest.mark.parametrize("region", [region for region, _ in PLACES])
def test_a_region_has_the_steps_of_the_funnel_that_is_filtered_by_it(day: ProgrammeDay, region: str):
    (part,) = [one for one in regions_view(day, EVERYBODY).regions if one.id == region]

    assert part.steps == funnel(day, EVERYBODY, FunnelFilter(region=region)).steps
    assert part.steps[0].people > 0


def test_the_sum_of_the_regions_is_the_whole_funnel(day: ProgrammeDay):
    found = regions_view(day, EVERYBODY)

    assert [one.id for one in found.regions] == [region for region, _ in PLACES]
    assert found.total.steps == funnel(day, EVERYBODY, FunnelFilter()).steps
    for at, step in enumerate(found.total.steps):
        assert sum(one.steps[at].people for one in found.regions) == step.people


def test_the_open_handovers_of_the_regions_are_those_that_wait():
    midway = world_of(SEED).day(date(2007, 6, 30))
    found = regions_view(midway, EVERYBODY)
    (followed,) = follow_up(midway, EVERYBODY).handovers

    assert followed.open > 0
    assert sum(one.open_handovers for one in found.regions) == found.total.open_handovers == followed.open
    assert sum(one.offered for one in found.regions) == found.total.offered == followed.offered


def test_everybody_who_was_met_is_in_one_municipality(day: ProgrammeDay):
    found = reach_view(day, EVERYBODY)
    whole = funnel(day, EVERYBODY, FunnelFilter())

    total = found.sums["total"]
    assert (total.contacts, total.conversations) == (whole.contacts, whole.conversations)
    assert sum(one.conversations for one in found.municipalities) == PUBLISHED.funnel.conversations
    assert {one.code for one in found.municipalities if one.conversations} == {code for _, code in PLACES}


def test_a_municipality_is_reached_as_far_as_its_conversations_go(day: ProgrammeDay):
    found = reach_view(day, EVERYBODY)
    met = [one for one in found.municipalities if one.conversations and one.estimate]

    assert {one.code: one.estimate.people for one in found.municipalities if one.estimate} == ESTIMATES
    assert len(met) == 15
    for one in met:
        assert one.share == pytest.approx(100 * one.conversations / ESTIMATES[one.code], abs=0.051)
    assert [one.share for one in met] == sorted(one.share or 0 for one in met)
    assert {one.name for one in found.municipalities if one.estimate is None} == {"Maastricht"}
    assert {one.name for one in found.municipalities if not one.conversations} == {
        "Almere",
        "Emmen",
        "Middelburg",
    }
    estimated = found.sums["estimated"]
    assert (estimated.municipalities, estimated.estimate) == (18, sum(ESTIMATES.values()))
    assert estimated.share == pytest.approx(
        100 * estimated.conversations / sum(ESTIMATES.values()), abs=0.051
    )


def found(known_on: date) -> dict[str, tuple[int | None, int | None]]:
    day = world_of(SEED).day(known_on)
    return {one.check: (one.found, one.of) for one in data_quality(day, EVERYBODY).findings}


def test_the_inconsistencies_of_the_report_are_found():
    checks = found(date(2009, 1, 31))

    assert checks["route-mix"] == (2, 2)
    assert checks["by-permission"] == (668, 2327)
    assert checks["plan-below-target"] == (600, 2600)
    assert checks["route-never-recorded"] == (1, 8)
    assert checks["regular-is-quota"] == (6, 6)
    assert checks["without-target"] == (2, 4)


@pytest.mark.parametrize(("year", "behind"), [(2006, 1884), (2007, 3171)])
def test_the_programme_could_have_been_warned_early(year: int, behind: int):
    checks = found(date(year, 12, 31))

    assert checks["route-mix"] == (2, 2)
    assert checks["contacts-behind-plan"][0] == behind
    assert checks["by-permission"][0] == 0
    assert checks["partner-silent"][0] == 0


@pytest.mark.parametrize(
    ("year", "told"),
    [
        (
            2006,
            [
                "On 2 of the 2 routes, the share of what counts is more than 10 percentage points from that of the target.",
                "The plan of contacts is 600 placements short of the target of 2,600.",
                "There are 1,884 contacts fewer than the plan asks for on this day (3,514); conversations are included.",
                "Of 98 of the 129 placements nobody recorded whether they reached the milestone.",
            ],
        ),
        (
            2007,
            [
                "On 2 of the 2 routes, the share of what counts is more than 10 percentage points from that of the target.",
                "The plan of contacts is 600 placements short of the target of 2,600.",
                "There are 3,171 contacts fewer than the plan asks for on this day (6,757); conversations are included.",
                "Of 715 of the 965 placements nobody recorded whether they reached the milestone.",
            ],
        ),
    ],
)
def test_the_warnings_of_december_read_so_as_known_then(year: int, told: list[str]):
    last = date(year, 12, 31)
    day = world_of(SEED).day(last)
    words = ProgrammeWords(LANGUAGES["en"], day.model.definition)
    links = Links("en", FigureQuery("published", last, last))

    shown = list(warnings(data_quality(day, EVERYBODY), links, words))
    assert [one.sentence for one in shown] == told
    assert all(f"knownOn={last}" in one.address for one in shown)
