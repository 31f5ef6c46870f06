"""What the stored events of a candidate say about the person, and what they keep sealed."""

from typing import get_args

import pytest

from banen_intake.domain.candidate import (
    CandidateCommand,
    CloseCandidate,
    CorrectCandidate,
    RegisterCandidate,
)
from banen_intake.domain.preparation import (
    AgreePlan,
    AssessDistance,
    AssignRoute,
    CompleteIntake,
    EndActivity,
    StartActivity,
)
from banen_intake.domain.silence import LogConversation
from banen_intake.events import CandidateErased, CandidateEvent, HandoverOffered
from banen_kit.core.decider import Command, DomainEvent
from banen_kit.crypto.personal_fields import IsPerson, persons_of
from support.candidate import REF, erased, registered

ABOUT = [event for event in get_args(CandidateEvent) if event is not CandidateErased]
SEALED: dict[str, set[str]] = {
    "candidate-registered": {"name", "birth_date", "phone", "email", "address", "v_number"},
    "conversation-logged": {"notes"},
    "intake-completed": {"notes"},
    "plan-agreed": {"plan"},
    "distance-assessed": {"notes"},
    "route-assigned": {"notes"},
    "activity-started": {"provider", "notes"},
    "activity-ended": {"result"},
    "candidate-closed": {"notes"},
}
SAID: dict[type[Command], set[str]] = {
    RegisterCandidate: SEALED["candidate-registered"],
    CorrectCandidate: SEALED["candidate-registered"],
    LogConversation: {"notes"},
    CompleteIntake: {"notes"},
    AgreePlan: {"plan"},
    AssessDistance: {"notes"},
    AssignRoute: {"notes"},
    StartActivity: {"provider", "notes"},
    EndActivity: {"result"},
    CloseCandidate: {"notes"},
}


@pytest.mark.parametrize("event", [*ABOUT, HandoverOffered], ids=lambda event: event.TYPE)
def test_every_event_about_a_candidate_says_that_it_concerns_a_person(event: type[DomainEvent]):
    assert any(isinstance(mark, IsPerson) for mark in event.model_fields["candidate_ref"].metadata)


@pytest.mark.parametrize("event", get_args(CandidateEvent), ids=lambda event: event.TYPE)
def test_seals_what_is_personal_under_the_key_of_the_candidate(event: type[DomainEvent]):
    assert persons_of(event) == dict.fromkeys(SEALED.get(event.TYPE, ()), "candidate_ref")


def test_a_command_never_shows_the_person_in_its_repr():
    shown = {
        command: {
            name
            for name, field in command.model_fields.items()
            if field.repr and name in SAID.get(command, ())
        }
        for command in (*get_args(CandidateCommand), *SAID)
    }
    hidden = {
        command: {name for name, field in command.model_fields.items() if not field.repr} for command in shown
    }
    assert {command for command, names in shown.items() if names} == set()
    assert {command: names for command, names in hidden.items() if names} == SAID


def test_an_erasure_names_whose_key_goes_and_needs_none_itself():
    assert (erased.erased_person(), registered.erased_person()) == (REF, None)
    assert CandidateErased.model_fields["candidate_ref"].metadata == []


def test_a_candidate_who_came_from_a_contact_is_one_person_with_it():
    assert registered.same_person() is None
    assert registered.model_copy(update={"contact_ref": erased.candidate_ref}).same_person() == (REF, REF)
