"""The made-up history's way from a first contact to mediation: every step occurs, in order, in plausible shares."""

from collections import Counter
from itertools import pairwise

import pytest

from banen_contracts import intake as i
from banen_contracts.consent import ConsentScope
from banen_contracts.mediation import HandoverAccepted, HandoverDeclined
from banen_local.demo.history import History
from banen_local.demo.history.contacts import BANDS
from banen_local.demo.load import chunked
from support.histories import SEED, C, World, history_of, lines_of, world_of

pytestmark = pytest.mark.long


@pytest.fixture
def history() -> History:
    return history_of(SEED)


@pytest.fixture
def world() -> World:
    return world_of(SEED)


def published(world: World, kind: type[C], partner: str) -> list[C]:
    return [one.event for one in world.published if one.source[0] == partner and isinstance(one.event, kind)]


def test_finds_people_through_every_channel_and_hardly_through_self_organisations(world: World):
    channels = {
        partner: Counter(event.channel for event in published(world, i.ContactMade, partner))
        for partner in ("vluchtelingenwerk", "uaf", "uwv")
    }
    assert sum(channels.values(), Counter[str]()).keys() == set(i.Channel)
    assert {partner for partner, found in channels.items() if found[i.Channel.STUDENT_POOL]} == {"uaf"}
    assert {found.most_common(1)[0][0] for found in channels.values()} == {
        "info_session", "student_pool", "uwv_file",
    }  # fmt: skip
    everyone = channels["vluchtelingenwerk"]
    assert 0 < everyone[i.Channel.SELF_ORGANISATION] < 0.05 * everyone.total()


def test_meets_people_at_events_of_that_day_and_place(world: World):
    held = {event.outreach_ref: event for event in world.events(i.OutreachHeld)}
    met = [event for event in world.events(i.ContactMade) if event.outreach_ref]
    assert met
    for event in met:
        assert event.outreach_ref
        session = held[event.outreach_ref]
        assert (session.occurred_on, session.municipality_code) == (
            event.occurred_on,
            event.municipality_code,
        )
        if event.channel is i.Channel.SELF_ORGANISATION:
            assert session.self_organisation_involved


def test_says_that_at_least_as_many_came_to_an_event_as_were_met(world: World):
    limits = {band: limit for limit, band in BANDS}
    held = {event.outreach_ref: event.attendance for event in world.events(i.OutreachHeld)}
    met = Counter(event.outreach_ref for event in world.events(i.ContactMade) if event.outreach_ref)
    assert all(number < limits.get(held[ref], number + 1) for ref, number in met.items())


def test_narrows_from_conversations_to_acceptance(world: World):
    partner = "vluchtelingenwerk"
    steps = [
        sum(event.kind == "conversation" for event in published(world, i.ContactMade, partner)),
        len(published(world, i.CandidateRegistered, partner)),
        len({event.candidate_ref for event in published(world, i.CandidateReadyForMediation, partner)}),
        len({event.candidate_ref for event in world.events(i.HandoverOffered)}),
        len(world.events(HandoverAccepted)),
    ]
    assert all(fewer < more for more, fewer in pairwise(steps)), steps


def test_leaves_no_offer_open(world: World):
    offered = {event.handover_ref for event in world.events(i.HandoverOffered)}
    completed = {event.handover_ref for event in world.events(i.HandoverCompleted)}
    ended = {event.handover_ref: event.outcome for event in world.events(i.HandoverEnded)}
    assert offered == completed | ended.keys()
    assert not completed & ended.keys()
    assert completed == {event.handover_ref for event in world.events(HandoverAccepted)}
    assert set(ended.values()) == {"declined", "withdrawn"}
    assert len(world.events(HandoverDeclined)) == Counter(ended.values())[i.HandoverOutcome.DECLINED]


def test_offers_some_again_whom_emplooi_takes_then(world: World):
    in_vain = {event.candidate_ref for event in world.events(i.HandoverEnded)}
    accepted = {event.candidate_ref for event in world.events(i.HandoverCompleted)}
    assert in_vain & accepted
    assert in_vain - accepted


def test_prepares_many_on_route_b_and_some_on_route_a(world: World):
    routes = {event.candidate_ref: event.route for event in world.events(i.RouteAssigned)}
    active = Counter(
        routes[ref] for ref in {event.candidate_ref for event in world.events(i.DevelopmentActivityStarted)}
    )
    of_route = Counter(routes.values())
    assert 0.05 < active["A"] / of_route["A"] < 0.3
    assert 0.5 < active["B"] / of_route["B"] < 0.8
    started = {event.activity_ref: event.kind for event in world.events(i.DevelopmentActivityStarted)}
    ended = {event.activity_ref for event in world.events(i.DevelopmentActivityEnded)}
    assert set(started.values()) == set(i.ActivityKind)
    assert ended < started.keys()
    outcomes = Counter(event.outcome for event in world.events(i.DevelopmentActivityEnded))
    assert outcomes.most_common(1)[0][0] == "completed"
    assert len(outcomes) > 2


def test_changes_routes_and_assesses_again(world: World):
    for kind in (i.RouteAssigned, i.DistanceAssessed):
        often = Counter(event.candidate_ref for event in world.events(kind))
        assert 0 < sum(number > 1 for number in often.values()) < 0.2 * len(often)


def test_asks_for_each_consent_by_itself(world: World):
    registered = world.events(i.CandidateRegistered)
    given = Counter(consent.scope for event in registered for consent in event.consents)
    assert given.keys() == set(ConsentScope)
    assert given[ConsentScope.STATISTICS] > given[ConsentScope.LINKAGE] > 10 * given[ConsentScope.PUBLICITY]
    assert {event.scope for event in world.events(i.ConsentGranted)} >= {
        ConsentScope.HANDOVER,
        ConsentScope.STATISTICS,
    }
    assert world.events(i.ConsentWithdrawn)


def test_loses_some_and_finds_most_of_them(world: World):
    lost = {event.candidate_ref for event in world.events(i.CandidateLost)}
    assert {event.candidate_ref for event in world.events(i.CandidateFound)} < lost


def test_some_whose_file_was_closed_take_part_again(world: World):
    again = {event.candidate_ref for event in world.events(i.CandidateReentered)}
    assert again
    assert again < {event.candidate_ref for event in world.events(i.CandidateClosed)}
    assert {event.spell for event in world.events(i.CandidateReentered)} == {2}
    assert again & {event.candidate_ref for event in world.events(i.HandoverCompleted)}


def test_says_who_is_responsible_by_a_pseudonym(history: History):
    workers = {
        (source[0], line.body["worker"].rstrip("0123456789"))
        for source, line in lines_of(history)
        if line.command == "assign-worker"
    }
    assert workers == {("vluchtelingenwerk", "vwn-worker-"), ("uaf", "uaf-worker-")}


def test_has_a_few_portraits_and_took_some_down(history: History):
    commands = Counter(line.command for _, line in lines_of(history))
    assert 5 < commands["publish-portrait"] < 50
    assert 0 < commands["take-down-portrait"] < commands["publish-portrait"]


def test_happens_in_order(history: History):
    last: dict[tuple[object, str], str] = {}
    for source, line in lines_of(history):
        if line.stream.startswith(("candidate-", "handover-")):
            day = line.body["occurredOn"]
            assert last.get((source, line.stream), day) <= day
            last[source, line.stream] = day
    assert last


def test_sends_an_offer_with_its_candidate_and_after_it(history: History):
    """Its decision reads the candidate's file, and chunks are sent at the same time."""
    for chunk in chunked(history.partners["vluchtelingenwerk", "intake"][0]):
        ready: set[str] = set()
        for line in chunk:
            if line.command == "declare-ready":
                ready.add(line.ref)
            if line.command == "offer-handover":
                assert line.body["candidateRef"] in ready


def test_every_reference_leads_somewhere(world: World):
    contacts = {event.contact_ref for event in world.events(i.ContactMade)}
    assert {event.contact_ref for event in world.events(i.CandidateRegistered)} <= contacts
    candidates = {event.candidate_ref for event in world.events(i.CandidateRegistered)}
    assert {event.candidate_ref for event in world.events(i.HandoverOffered)} <= candidates
