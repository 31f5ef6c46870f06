"""Views by place: which estimate holds, where somebody was met, and what nobody recorded."""

from datetime import date
from typing import Any

import pytest

from banen_contracts.base import Precision
from banen_contracts.intake import Channel, ContactKind, ReachSource
from banen_contracts.programme import Labels, RegionDefinition
from banen_reporting.facts.model import CandidateFact, ContactFact, HandoverFact, ReachFact, RecordedFact
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.reach import reach_view
from banen_reporting.queries.regions import regions_view
from banen_reporting.queries.schemas_places import MunicipalityReach
from banen_reporting.web.addresses import Links
from banen_reporting.web.pages.regions import REGIONS
from banen_reporting.web.pages.tables import Said
from banen_reporting.web.places import short_names
from banen_reporting.web.words import LANGUAGES, ProgrammeWords
from support.days import START, day_of, of
from support.definition import DEFINITION, LAST_DAY

EVERYBODY = Extent()
UTRECHT, ALMERE = "GM0344", "GM0034"
TWO_REGIONS = DEFINITION.model_copy(update={
    "regions": tuple(RegionDefinition(id=name, label=Labels(nl=name)) for name in ("north", "south"))
})  # fmt: skip


def met(ref: str, kind: str = "conversation", partner: str = "uaf", **place: Any) -> RecordedFact:
    row = ContactFact(kind=ContactKind(kind), channel=Channel.OTHER, occurred_on=START, **place)
    return of(partner, "intake", ref, row)


def registered(contact: str, **place: Any) -> RecordedFact:
    row = CandidateFact(registered_on=START, contact_ref=contact, **place)
    return of("uaf", "intake", f"candidate {contact}", row)


def offered(contact: str, **changes: Any) -> RecordedFact:
    row = HandoverFact(
        candidate_ref=f"candidate {contact}",
        to_partner="uwv",
        offered_on=START,
        expires_on=LAST_DAY,
        **changes,
    )
    return of("uaf", "intake", f"offer {contact}", row)


def estimate(code: str, people: int, partner: str = "uaf", **changes: Any) -> RecordedFact:
    terms: dict[str, Any] = {
        "municipality_code": code, "year": 2007, "estimate": people, "precision": Precision.EXACT,
        "source": ReachSource.PARTNER, "method_version": "synthetic-1", "imported_on": START,
    } | changes  # fmt: skip
    return of(partner, "intake", f"{code}-{terms['year']}-{partner}", ReachFact(**terms))


def only(day: ProgrammeDay, extent: Extent = EVERYBODY) -> MunicipalityReach:
    (one,) = reach_view(day, extent).municipalities
    return one


def people(day: ProgrammeDay) -> int | None:
    found = only(day).estimate
    return found.people if found else None


def test_the_share_is_of_conversations_and_a_contact_is_none():
    day = day_of(
        estimate(UTRECHT, 8),
        met("a", municipality_code=UTRECHT),
        met("b", "contact", municipality_code=UTRECHT),
    )
    one = only(day)

    assert (one.name, one.contacts, one.conversations, one.share) == ("Utrecht", 1, 1, 12.5)


def test_a_place_without_a_contact_has_no_share_and_counts_in_the_estimate_of_all():
    found = reach_view(
        day_of(estimate(UTRECHT, 8), estimate(ALMERE, 2), met("a", municipality_code=UTRECHT)), EVERYBODY
    )

    assert [(one.name, one.share) for one in found.municipalities] == [("Utrecht", 12.5), ("Almere", None)]
    assert (found.sums["estimated"].estimate, found.sums["estimated"].share) == (10, 10.0)


def test_a_place_without_an_estimate_has_no_share_and_stands_beside_the_sum():
    found = reach_view(day_of(estimate(UTRECHT, 8), met("a", municipality_code=ALMERE)), EVERYBODY)

    assert [(one.name, one.estimate is None, one.share) for one in found.municipalities] == [
        ("Almere", True, None),
        ("Utrecht", False, None),
    ]
    assert found.sums["not_estimated"].conversations == found.sums["total"].conversations == 1
    assert found.sums["estimated"].share == 0.0


def test_who_is_registered_has_the_municipality_of_the_registration_if_the_contact_has_none():
    day = day_of(met("a"), registered("a", municipality_code=UTRECHT))
    assert only(day).name == "Utrecht"

    both = day_of(met("a", municipality_code=ALMERE), registered("a", municipality_code=UTRECHT))
    assert only(both).name == "Almere"


def test_what_has_a_region_alone_or_no_place_is_said_by_region():
    day = day_of(
        met("a", region_id="south"), met("b", "contact", region_id="south"), met("c", region_id="north"), met("d"),
        definition=TWO_REGIONS,
    )  # fmt: skip
    found = reach_view(day, EVERYBODY)

    assert found.municipalities == ()
    assert [(one.region, one.contacts, one.conversations) for one in found.without_municipality] == [
        ("north", 0, 1), ("south", 1, 1), ("none", 0, 1),
    ]  # fmt: skip
    assert (found.sums["no_municipality"].contacts, found.sums["no_municipality"].conversations) == (1, 3)
    assert found.sums["total"].conversations == 3


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([estimate(UTRECHT, 1), estimate(UTRECHT, 2, year=2008)], 2),
        ([estimate(UTRECHT, 1), estimate(UTRECHT, 2, year=2009)], 1),
        ([estimate(UTRECHT, 1), estimate(UTRECHT, 2, "uwv", imported_on=date(2009, 1, 1))], 1),
        ([estimate(UTRECHT, 1), estimate(UTRECHT, 2, "uwv", source=ReachSource.CBS)], 2),
        ([estimate(UTRECHT, 1, imported_on=LAST_DAY), estimate(UTRECHT, 2, "uwv")], 1),
        (
            [
                estimate(UTRECHT, 1, source=ReachSource.ASSUMED, imported_on=LAST_DAY),
                estimate(UTRECHT, 2, "uwv"),
            ],
            2,
        ),
    ],
    ids=["last-year", "not-later", "not-yet-known", "measured-first", "imported-last", "assumed-last"],
)
def test_one_estimate_holds(facts: list[RecordedFact], expected: int):
    assert people(day_of(*facts)) == expected
    assert people(day_of(*reversed(facts))) == expected


def test_municipalities_that_were_merged_are_one():
    """Boarnsterhim was divided in 2014; the table names Leeuwarden."""
    facts = (
        estimate("GM0055", 3), estimate("GM0080", 5, source=ReachSource.ASSUMED), met("a", municipality_code="GM0055"),
    )  # fmt: skip
    before = {
        one.name: one.conversations
        for one in reach_view(day_of(*facts, until=date(2013, 12, 31)), EVERYBODY).municipalities
    }
    one = only(day_of(*facts, until=date(2014, 1, 1)))

    assert before == {"Boarnsterhim": 1, "Leeuwarden": 0}
    assert one.estimate is not None
    assert (one.name, one.estimate.people, one.estimate.source, one.share) == (
        "Leeuwarden",
        8,
        ReachSource.ASSUMED,
        12.5,
    )


def test_a_partner_sees_its_own_contacts_and_every_estimate():
    own = Extent(frozenset({"uwv"}), frozenset({"uwv"}))
    day = day_of(
        estimate(UTRECHT, 8),
        met("a", municipality_code=UTRECHT),
        met("b", partner="uwv", municipality_code=UTRECHT),
    )

    assert (only(day).conversations, only(day, own).conversations, only(day, own).share) == (2, 1, 12.5)


def test_regions_stand_in_the_order_of_the_programme_and_what_has_none_stands_last():
    day = day_of(met("a"), met("b", region_id="south"), met("c", region_id="east"), definition=TWO_REGIONS)
    found = regions_view(day, EVERYBODY)

    assert [(one.id, one.steps[0].people) for one in found.regions] == [
        ("north", 0), ("south", 1), ("east", 1), ("none", 1),
    ]  # fmt: skip
    assert found.total.steps[0].people == 3


def test_a_region_leads_to_its_funnel_if_the_programme_has_it():
    day = day_of(met("a"), met("b", region_id="south"), met("c", region_id="east"), definition=TWO_REGIONS)
    said = Said(
        ProgrammeWords(LANGUAGES["en"], TWO_REGIONS),
        Links("en", FigureQuery("published", None, LAST_DAY)),
        {},
    )
    (table, *_) = REGIONS.say(regions_view(day, EVERYBODY), said).sections

    dates = "ruleSet=published&happenedUntil=2008-12-31"
    assert list(table.links) == [
        f"/en/funnel?region=north&{dates}", f"/en/funnel?region=south&{dates}", None,
        f"/en/funnel?region=none&{dates}", f"/en/funnel?{dates}",
    ]  # fmt: skip
    assert [row[1:3] for row in table.rows[:2]] == [("not recorded", "not recorded"), (1, 0)]


def test_no_row_says_that_a_region_was_not_recorded_where_all_were():
    day = day_of(met("a", region_id="south"), definition=TWO_REGIONS)
    assert [one.id for one in regions_view(day, EVERYBODY).regions] == ["north", "south"]


def test_a_handover_waits_in_the_region_of_its_candidate():
    day = day_of(
        met("a", region_id="south"), registered("a", region_id="north"), offered("a"),
        met("b"), registered("b", region_id="north"), offered("b", completed_on=START),
        offered("unknown"),
        definition=TWO_REGIONS,
    )  # fmt: skip
    found = regions_view(day, EVERYBODY)

    assert {one.id: (one.offered, one.open_handovers) for one in found.regions} == {
        "north": (1, 0), "south": (1, 1), "none": (1, 1),
    }  # fmt: skip
    assert (found.total.offered, found.total.open_handovers) == (3, 2)


def test_no_two_tiles_have_one_name():
    assert short_names(["Amsterdam", "Amstelveen", "'s-Gravenhage", "Ede"]) == {
        "Amsterdam": "Amst", "Amstelveen": "Amse", "'s-Gravenhage": "Grav", "Ede": "Ede",
    }  # fmt: skip
