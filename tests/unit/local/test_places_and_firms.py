"""The made-up history's group placements, own firms, employers and vacancies, held against the report's numbers."""

from collections import Counter
from uuid import UUID

import pytest
from pydantic.alias_generators import to_camel

from banen_contracts import employers as e, mediation as m
from banen_employers.domain.places import PLACES
from banen_local.demo.history import History
from banen_local.demo.history.book import COMMANDS
from banen_local.demo.history.employers import WHERE
from banen_local.demo.load import chunked
from banen_local.demo.published import PUBLISHED
from support.histories import SEED, World, history_of, world_of

pytestmark = pytest.mark.long


@pytest.fixture
def history() -> History:
    return history_of(SEED)


@pytest.fixture
def world() -> World:
    return world_of(SEED)


def in_groups(world: World) -> dict[UUID, set[UUID]]:
    """By group, the placements that name it."""
    found: dict[UUID, set[UUID]] = {}
    for event in world.events(m.PlacementStarted):
        if event.group_ref:
            found.setdefault(event.group_ref, set()).add(event.placement_ref)
    return found


def test_plans_and_closes_the_twelve_group_placements_of_the_report(world: World):
    names = {event.employer_ref: event.name for event in world.events(e.EmployerRegistered) if event.name}
    planned = {event.group_ref: event for event in world.events(e.GroupPlacementPlanned)}
    closed = {event.group_ref: event for event in world.events(e.GroupPlacementClosed)}
    assert planned.keys() == closed.keys()
    found = {
        (
            names[planned[ref].employer_ref],
            planned[ref].kind,
            planned[ref].seasonal,
            end.placed,
            end.precision,
        )
        for ref, end in closed.items()
    }
    assert found == {
        (one.employer, one.kind, one.seasonal, one.placed, one.precision)
        for one in PUBLISHED.group_placements
    }
    assert len(found) == len(WHERE) == 12


def test_has_as_many_people_in_guidance_for_a_group_as_was_reported(world: World):
    guided = [event.in_guidance for event in world.events(e.GroupPlacementUpdated)]
    assert guided == [one.in_guidance for one in PUBLISHED.group_placements if one.in_guidance]


def test_the_places_of_a_group_that_are_filled_are_the_placements_that_name_it(
    world: World, history: History
):
    filled = {
        UUID(stream.removeprefix("places-")): PLACES.replay(past)
        for (_, stream), past in world.streams.items()
        if stream.startswith("places-")
    }
    assert filled == in_groups(world)
    assert {ref: len(placements) for ref, placements in filled.items()} == {
        ref: number for (_, ref), number in history.places.items()
    }
    planned = {event.group_ref: event.places_planned for event in world.events(e.GroupPlacementPlanned)}
    assert all(planned[ref] in (None, len(placements)) for ref, placements in filled.items())


def test_people_of_a_group_work_at_its_employer_from_the_days_of_the_group(world: World):
    employers = {event.group_ref: event.employer_ref for event in world.events(e.GroupPlacementPlanned)}
    for event in world.events(m.PlacementStarted):
        if event.group_ref:
            assert employers[event.group_ref] in (event.employer_ref, event.hiring_employer_ref)


def test_each_of_the_38_own_firms_is_a_placement_with_the_history_of_its_firm(world: World):
    """Thirty at Emplooi and eight at UAF, of whose almost fifty starters the others gave up."""
    own = {
        one.placement_ref: one for one in world.events(m.PlacementStarted) if one.kind == "self_employment"
    }
    tracks = {event.track_ref: event for event in world.events(m.EnterpriseTrackStarted)}
    started = {event.track_ref: event for event in world.events(m.EnterpriseStarted)}
    assert {event.placement_ref for event in started.values()} == own.keys()
    for track, event in started.items():
        assert event.placement_ref
        placement = own[event.placement_ref]
        assert (placement.client_ref, placement.start_date) == (tracks[track].client_ref, event.occurred_on)
        assert placement.employer_ref is None
    assert Counter(tracks[track].guided_by for track in started) == {"emplooi": 30, "uaf": 8}
    assert Counter(event.guided_by for event in tracks.values()) == {"emplooi": 30, "uaf": 48}


def test_some_own_firms_stopped_and_their_placements_ended_that_day(world: World):
    placements = {event.track_ref: event.placement_ref for event in world.events(m.EnterpriseStarted)}
    ended = {event.placement_ref: event.end_date for event in world.events(m.PlacementEnded)}
    stopped = {event.track_ref: event.occurred_on for event in world.events(m.EnterpriseStopped)}
    of_firms = {ref: day for ref, day in stopped.items() if ref in placements}
    assert 0 < len(of_firms) < len(placements) / 4
    for track, placement in placements.items():
        assert placement
        assert ended.get(placement) == stopped.get(track)
    never_began = {event.track_ref for event in world.events(m.EnterpriseTrackStarted)} - placements.keys()
    assert never_began == stopped.keys() - of_firms.keys()


def test_says_of_most_own_firms_that_they_were_still_running(world: World):
    running = {event.track_ref for event in world.events(m.EnterpriseStillRunning)}
    started = {event.track_ref for event in world.events(m.EnterpriseStarted)}
    assert running < started
    assert len(running) > len(started) / 2


def test_about_twenty_employers_are_on_the_platform_at_the_end(world: World):
    joined = Counter(event.joined for event in world.events(e.PlatformMembershipChanged))
    assert (joined[True], joined[False]) == (21, 1)


def test_every_partner_but_vluchtelingenwerk_knows_whom_it_placed_where(world: World):
    """VluchtelingenWerk keeps no employers: it found internships, and volunteers work at the partner itself."""
    registered = {
        source[0]
        for source in {one.source for one in world.published if isinstance(one.event, e.EmployerRegistered)}
    }
    assert registered == {"emplooi", "uaf", "uwv", "goed-werk"}
    known = {event.employer_ref for event in world.events(e.EmployerRegistered)}
    for event in world.events(m.PlacementStarted):
        if event.primary_partner == "vluchtelingenwerk":
            assert event.employer_ref is None
            assert event.employer_is_partner == (event.kind == "volunteering")
        elif event.kind != "self_employment":
            assert event.employer_ref in known


def test_vluchtelingenwerk_records_internships_and_voluntary_work_itself(world: World):
    kinds = {
        event.kind
        for event in world.events(m.PlacementStarted)
        if event.primary_partner == "vluchtelingenwerk"
    }
    assert kinds == {"internship", "volunteering"}


def test_some_jobs_came_of_a_vacancy_after_an_interview(world: World):
    vacancies = {event.vacancy_ref: event for event in world.events(e.VacancyOpened)}
    matches = {event.match_ref: event for event in world.events(m.MatchProposed)}
    placed = {event.client_ref: event for event in world.events(m.PlacementStarted)}
    hired = [
        (matches[event.match_ref], event)
        for event in world.events(m.EmployerInterviewHeld)
        if event.outcome is m.InterviewOutcome.HIRED
    ]
    assert len(hired) > 20
    for match, interview in hired:
        assert match.vacancy_ref
        vacancy, placement = vacancies[match.vacancy_ref], placed[match.client_ref]
        assert vacancy.employer_ref in (placement.employer_ref, placement.hiring_employer_ref)
        assert vacancy.occurred_on < match.occurred_on < interview.occurred_on < placement.start_date


def test_says_where_nobody_was_found(world: World):
    filled = {event.vacancy_ref: event.places_filled for event in world.events(e.VacancyClosed)}
    assert filled.keys() == {event.vacancy_ref for event in world.events(e.VacancyOpened)}
    unmet = {event.vacancy_ref for event in world.events(e.UnmetDemandReported)}
    assert unmet == {ref for ref, places in filled.items() if not places}
    assert unmet


def test_clients_are_referred_under_the_agreements_with_municipalities(world: World):
    parties = {event.agreement_ref: event.party_kind for event in world.events(e.AgreementSigned)}
    referred = {event.agreement_ref for event in world.events(e.ReferralReceived)}
    assert referred == {ref for ref, kind in parties.items() if kind is e.PartyKind.MUNICIPALITY}


def test_emplooi_has_more_and_more_advisers_until_there_are_140(world: World):
    months = [(event.month, event.people or 0) for event in world.events(m.EffortRecorded)]
    assert (months[0][0], months[-1]) == ("2005-12", ("2008-12", 140))
    assert months == sorted(months, key=lambda one: one[1])


RELATED = {operation.name: operation.related for operation in COMMANDS.values()}


def test_sends_what_depends_on_another_thing_with_it_and_after_it(history: History):
    """Chunks are sent at the same time."""
    seen = set[str]()
    for stages in history.partners.values():
        for chunk in chunked(stages[0]):
            streams = set[str]()
            for line in chunk:
                for category, field in RELATED[line.command]:
                    if field is not None and (named := line.body.get(to_camel(field))):
                        assert f"{category}-{named}" in streams, line.command
                        seen.add(line.command)
                streams.add(line.stream)
    assert seen >= {"start-placement", "open-vacancy", "propose-match", "start-enterprise", "sign-agreement"}


def test_all_lines_of_one_thing_are_in_one_chunk(history: History):
    follows: dict[tuple[object, bool, str], str] = {}
    for source, stages in history.partners.items():
        for is_late, stage in enumerate(stages):
            for line in stage:
                assert follows.setdefault((source, bool(is_late), line.stream), line.follows) == line.follows
