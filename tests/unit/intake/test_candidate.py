"""A candidate: registering, intake, distance, route, closing the file and erasing the person."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.intake import EducationBand
from banen_intake.domain.candidate import (
    CANDIDATE,
    AssessDistance,
    AssignRoute,
    CloseCandidate,
    CompleteIntake,
    EraseCandidate,
    RegisterCandidate,
)
from banen_intake.events import (
    CandidateClosed,
    CandidateErased,
    CandidateRegistered,
    DistanceAssessed,
    HandoverOffered,
    IntakeCompleted,
    RouteAssigned,
)
from banen_kit.crypto.personal_fields import IsPerson, Open, persons_of
from banen_kit.testing import Scenario
from support.definition import DEFINED, REGION, defined, ending

REF = UUID(int=1)
CONTACT = UUID(int=2)
DAY = date(2006, 3, 1)

candidate = Scenario(CANDIDATE, str(REF), partner="vluchtelingenwerk").knowing(DEFINED)

register = RegisterCandidate(occurred_on=DAY, education_band=EducationBand.UNKNOWN, name="Sanne Voorbeeld")
registered = CandidateRegistered(
    candidate_ref=REF,
    occurred_on=DAY,
    education_band=EducationBand.UNKNOWN,
    name=Open("Sanne Voorbeeld"),
)
complete = CompleteIntake(occurred_on=DAY, method_version="star-1", notes="Wil graag leren.")
completed = IntakeCompleted(
    candidate_ref=REF, occurred_on=DAY, method_version="star-1", notes=Open("Wil graag leren.")
)
assess = AssessDistance(occurred_on=DAY, distance_phase=3)
assessed = DistanceAssessed(
    candidate_ref=REF, occurred_on=DAY, distance_phase=3, assessor="vluchtelingenwerk"
)
assign = AssignRoute(occurred_on=DAY, route="B", reason_code="far-from-work")
assigned = RouteAssigned(candidate_ref=REF, occurred_on=DAY, route="B", reason_code="far-from-work")
close = CloseCandidate(occurred_on=DAY, reason_code="moved-away")
closed = CandidateClosed(candidate_ref=REF, occurred_on=DAY, reason_code="moved-away")
erase = EraseCandidate(occurred_on=DAY, reason=ErasureReason.REQUEST)
erased = CandidateErased(candidate_ref=REF, occurred_on=DAY, reason=ErasureReason.REQUEST)


def test_registers_with_a_name_alone():
    candidate.when(register).then(registered)


def test_registers_with_everything_that_is_known():
    command = RegisterCandidate(
        occurred_on=DAY,
        contact_ref=CONTACT,
        education_band=EducationBand.HIGH,
        region_id="noord",
        municipality_code="GM0363",
        name="Sanne Voorbeeld",
        birth_date=date(1970, 1, 1),
        phone="0600000000",
        email="sanne@example.org",
        v_number="1234567890",
    )
    candidate.when(command).then(
        CandidateRegistered(
            candidate_ref=REF,
            occurred_on=DAY,
            contact_ref=CONTACT,
            education_band=EducationBand.HIGH,
            region_id="noord",
            municipality_code="GM0363",
            name=Open("Sanne Voorbeeld"),
            birth_date=Open("1970-01-01"),
            phone=Open("0600000000"),
            email=Open("sanne@example.org"),
            v_number=Open("1234567890"),
        )
    )


def test_refuses_to_register_twice():
    candidate.given(registered).when(register).then_refused("candidate-exists")


def test_completes_the_intake():
    candidate.given(registered).when(complete).then(completed)


def test_completes_the_intake_without_notes():
    command = complete.model_copy(update={"notes": None})
    candidate.given(registered).when(command).then(completed.model_copy(update={"notes": None}))


def test_refuses_to_complete_the_intake_twice():
    candidate.given(registered, completed).when(complete).then_refused("intake-completed")


def test_assesses_the_distance_before_the_intake_is_completed():
    candidate.given(registered).when(assess).then(assessed)


def test_assesses_the_distance_again():
    again = AssessDistance(occurred_on=date(2006, 9, 1), distance_phase=2)
    candidate.given(registered, assessed).when(again).then(
        DistanceAssessed(
            candidate_ref=REF,
            occurred_on=date(2006, 9, 1),
            distance_phase=2,
            assessor="vluchtelingenwerk",
        )
    )


def test_assigns_a_route():
    candidate.given(registered).when(assign).then(assigned)


def test_assigns_a_route_anew():
    anew = AssignRoute(occurred_on=date(2006, 9, 1), route="A", reason_code="ready-for-work")
    candidate.given(registered, assigned).when(anew).then(
        RouteAssigned(
            candidate_ref=REF,
            occurred_on=date(2006, 9, 1),
            route="A",
            reason_code="ready-for-work",
        )
    )


def test_closes_the_file():
    candidate.given(registered, completed, assessed, assigned).when(close).then(closed)


@pytest.mark.parametrize("command", [complete, assess, assign, close, erase], ids=lambda c: c.NAME)
def test_refuses_everything_before_registering(command: Any):
    candidate.when(command).then_refused("candidate-unknown")


@pytest.mark.parametrize("command", [register, complete, assess, assign, close], ids=lambda c: c.NAME)
def test_refuses_everything_after_closing(command: Any):
    candidate.given(registered, closed).when(command).then_refused("candidate-closed")


@pytest.mark.parametrize("past", [[registered], [registered, completed], [registered, closed]], ids=len)
def test_erases_the_person_whatever_is_on_record(past: Any):
    candidate.given(*past).when(erase).then(erased)


@pytest.mark.parametrize("command", [register, complete, assess, assign, close, erase], ids=lambda c: c.NAME)
@pytest.mark.parametrize("past", [[registered, erased], [registered, closed, erased]], ids=len)
def test_refuses_everything_after_an_erasure(past: Any, command: Any):
    candidate.given(*past).when(command).then_refused("person-erased")


def test_an_erasure_names_whose_key_goes_and_no_other_event_does():
    assert erased.erased_person() == REF
    assert {event.erased_person() for event in (registered, completed, assessed, assigned, closed)} == {None}


def test_a_candidate_who_came_from_a_contact_is_one_person_with_it():
    assert registered.same_person() is None
    assert registered.model_copy(update={"contact_ref": CONTACT}).same_person() == (REF, CONTACT)


def test_every_event_about_a_candidate_says_that_it_concerns_a_person():
    events = (registered, completed, assessed, assigned, closed)
    for event in (*map(type, events), HandoverOffered):
        assert any(isinstance(mark, IsPerson) for mark in event.model_fields["candidate_ref"].metadata), event


def test_an_erasure_needs_no_key_of_the_person():
    assert CandidateErased.model_fields["candidate_ref"].metadata == []


def test_seals_what_is_personal_under_the_key_of_the_candidate():
    fields = ("name", "birth_date", "phone", "email", "v_number")
    assert persons_of(CandidateRegistered) == dict.fromkeys(fields, "candidate_ref")
    assert persons_of(IntakeCompleted) == {"notes": "candidate_ref"}


def test_a_command_never_shows_the_person_in_its_repr():
    command = register.model_copy(
        update={
            "birth_date": date(1970, 1, 1),
            "phone": "Voorbeeld",
            "email": "Voorbeeld",
            "v_number": "1970",
        }
    )
    assert "Voorbeeld" not in repr(command)
    assert "1970" not in repr(command)
    assert "leren" not in repr(complete)


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="route-assigned cannot follow"):
        CANDIDATE.replay([assigned])


# what the programme has


def test_refuses_a_route_that_the_programme_does_not_have():
    other = assign.model_copy(update={"route": "C"})
    candidate.given(registered).when(other).then_refused("route-unknown", "route")


def test_refuses_a_route_that_is_over():
    known = candidate.given(registered)
    known.knowing(ending(DAY)).when(assign).then(assigned)
    known.knowing(ending(DAY - timedelta(days=1))).when(assign).then_refused("route-over", "route")


def test_takes_every_region_where_the_programme_has_none_and_else_only_its_own():
    there, here = {"region_id": "nowhere"}, {"region_id": "noord-holland"}
    with_regions = candidate.knowing(defined(regions=(REGION,)))
    candidate.when(register.model_copy(update=there)).then(registered.model_copy(update=there))
    with_regions.when(register.model_copy(update=there)).then_refused("region-unknown", "regionId")
    with_regions.when(register.model_copy(update=here)).then(registered.model_copy(update=here))
    with_regions.when(register).then(registered)
