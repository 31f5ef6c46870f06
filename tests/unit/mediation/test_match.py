"""Proposing a client to an employer: who can be proposed, what settles a match, and what may still follow."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.mediation import InterviewOutcome, MatchStep, Origin
from banen_kit.crypto.personal_fields import IsPerson, Open, persons_of
from banen_kit.testing import Scenario
from banen_mediation.domain.match import (
    MATCH,
    ProposeMatch,
    RecordInterview,
    TakeBackMatchStep,
    WithdrawMatch,
)
from banen_mediation.events import (
    ClientClosed,
    ClientErased,
    ClientReopened,
    ClientTakenOn,
    EmployerInterviewHeld,
    MatchProposed,
    MatchStepTakenBack,
    MatchWithdrawn,
)

REF, CLIENT, EMPLOYER, VACANCY = (UUID(int=number) for number in (1, 2, 3, 4))
DAY, BEFORE, LATER = date(2006, 3, 1), date(2006, 2, 28), date(2006, 3, 8)

taken_on = ClientTakenOn(
    client_ref=CLIENT, occurred_on=BEFORE, origin=Origin.WALK_IN, name=Open("Sanne Voorbeeld")
)
closed = ClientClosed(client_ref=CLIENT, occurred_on=BEFORE, reason_code="withdrawn")
reopened = ClientReopened(client_ref=CLIENT, occurred_on=DAY, reason_code="returned")
erased = ClientErased(client_ref=CLIENT, occurred_on=BEFORE, reason=ErasureReason.REQUEST)

match = Scenario(MATCH, str(REF)).beside(taken_on)
propose = ProposeMatch(
    occurred_on=DAY,
    client_ref=CLIENT,
    vacancy_ref=VACANCY,
    employer_ref=EMPLOYER,
    letter="Geachte werkgever,",
    notes="Begint graag om negen uur.",
)
proposed = MatchProposed(
    match_ref=REF,
    client_ref=CLIENT,
    occurred_on=DAY,
    vacancy_ref=VACANCY,
    employer_ref=EMPLOYER,
    letter=Open("Geachte werkgever,"),
    notes=Open("Begint graag om negen uur."),
)
withdraw = WithdrawMatch(occurred_on=DAY, reason_code="vacancy-filled")
withdrawn = MatchWithdrawn(match_ref=REF, occurred_on=DAY, reason_code="vacancy-filled")


def interview(outcome: InterviewOutcome, day: date = DAY) -> RecordInterview:
    return RecordInterview(occurred_on=day, outcome=outcome, feedback="Een goed gesprek.")


def held(outcome: InterviewOutcome, day: date = DAY) -> EmployerInterviewHeld:
    return EmployerInterviewHeld(
        match_ref=REF,
        client_ref=CLIENT,
        occurred_on=day,
        outcome=outcome,
        feedback=Open("Een goed gesprek."),
    )


def test_proposes_a_client():
    match.when(propose).then(proposed)


@pytest.mark.parametrize("missing", ["vacancy_ref", "employer_ref"])
def test_one_of_vacancy_and_employer_is_enough(missing: str):
    match.when(propose.model_copy(update={missing: None})).then(proposed.model_copy(update={missing: None}))


def test_refuses_a_match_with_nobody():
    command = propose.model_copy(update={"vacancy_ref": None, "employer_ref": None})
    match.when(command).then_refused("employer-missing", "employerRef")


def test_refuses_a_match_that_was_proposed():
    match.given(proposed).when(propose).then_refused("match-exists")


def test_refuses_somebody_who_was_not_taken_on():
    match.beside().when(propose).then_refused("client-unknown", "clientRef")


def test_refuses_a_client_whose_file_is_closed_until_it_is_taken_up_again():
    match.beside(taken_on, closed).when(propose).then_refused("client-closed")
    match.beside(taken_on, closed, reopened).when(propose).then(proposed)


def test_refuses_somebody_who_was_erased():
    match.beside(taken_on, erased).when(propose).then_refused("person-erased")


@pytest.mark.parametrize("outcome", InterviewOutcome)
def test_records_an_interview(outcome: InterviewOutcome):
    match.given(proposed).when(interview(outcome)).then(held(outcome))


@pytest.mark.parametrize("outcome", [InterviewOutcome.ANOTHER_INTERVIEW, InterviewOutcome.NO_SHOW])
def test_another_interview_may_follow(outcome: InterviewOutcome):
    hired = InterviewOutcome.HIRED
    match.given(proposed, held(outcome)).when(interview(hired, LATER)).then(held(hired, LATER))


SETTLING = [InterviewOutcome.HIRED, InterviewOutcome.REJECTED, InterviewOutcome.CANDIDATE_DECLINED]


@pytest.mark.parametrize("last", [*map(held, SETTLING), withdrawn], ids=repr)
@pytest.mark.parametrize("command", [interview(InterviewOutcome.HIRED), withdraw], ids=lambda c: c.NAME)
def test_refuses_everything_after_it_was_settled(last: Any, command: Any):
    match.given(proposed, last).when(command).then_refused("match-settled")


@pytest.mark.parametrize("command", [interview(InterviewOutcome.HIRED), withdraw], ids=lambda c: c.NAME)
def test_refuses_what_was_not_proposed(command: Any):
    match.when(command).then_refused("match-unknown")


def test_refuses_a_day_before_the_proposal_or_the_last_interview():
    hired = interview(InterviewOutcome.HIRED, BEFORE)
    match.given(proposed).when(hired).then_refused("match-later", "occurredOn")
    again = held(InterviewOutcome.ANOTHER_INTERVIEW, LATER)
    match.given(proposed, again).when(withdraw).then_refused("match-later", "occurredOn")


def test_withdraws_a_match():
    match.given(proposed).when(withdraw).then(withdrawn)


def test_a_withdrawal_does_not_need_the_client():
    """So a match of somebody who was erased meanwhile can be withdrawn."""
    assert "client_ref" not in MatchWithdrawn.model_fields


def test_seals_what_is_personal_under_the_key_of_the_client():
    assert persons_of(MatchProposed) == {"letter": "client_ref", "notes": "client_ref"}
    assert persons_of(EmployerInterviewHeld) == {"feedback": "client_ref"}
    for event in (MatchProposed, EmployerInterviewHeld):
        assert any(isinstance(mark, IsPerson) for mark in event.model_fields["client_ref"].metadata)


def test_a_command_never_shows_the_person_in_its_repr():
    said = repr(propose) + repr(interview(InterviewOutcome.HIRED))
    assert not any(word in said for word in ("Geachte", "negen", "gesprek"))


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="match-withdrawn cannot follow"):
        MATCH.replay([withdrawn])


take_back = TakeBackMatchStep(occurred_on=LATER, reason_code="typing-error")


def taken_back(step: MatchStep) -> MatchStepTakenBack:
    return MatchStepTakenBack(match_ref=REF, occurred_on=LATER, step=step, reason_code="typing-error")


@pytest.mark.parametrize("outcome", InterviewOutcome)
def test_an_interview_that_was_recorded_wrongly_is_taken_back_and_recorded_anew(outcome: InterviewOutcome):
    undone = taken_back(MatchStep.INTERVIEW)
    match.given(proposed, held(outcome, LATER)).when(take_back).then(undone)
    rejected = InterviewOutcome.REJECTED
    match.given(proposed, held(outcome, LATER), undone).when(interview(rejected)).then(held(rejected))


def test_a_withdrawal_is_taken_back_and_the_match_goes_on():
    undone = taken_back(MatchStep.WITHDRAWAL)
    match.given(proposed, withdrawn).when(take_back).then(undone)
    match.given(proposed, withdrawn, undone).when(withdraw).then(withdrawn)


def test_steps_are_taken_back_one_by_one_until_the_proposal():
    again = held(InterviewOutcome.ANOTHER_INTERVIEW)
    history = (proposed, again, withdrawn, taken_back(MatchStep.WITHDRAWAL))
    match.given(*history).when(take_back).then(taken_back(MatchStep.INTERVIEW))
    match.given(*history, taken_back(MatchStep.INTERVIEW)).when(take_back).then_refused("step-missing")


def test_nothing_can_be_taken_back_of_what_was_not_proposed():
    match.when(take_back).then_refused("match-unknown")


def test_what_was_taken_back_may_answer_a_request_and_does_not_need_the_client():
    assert taken_back(MatchStep.INTERVIEW).corrects()
    assert "client_ref" not in MatchStepTakenBack.model_fields
