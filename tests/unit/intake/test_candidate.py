"""A candidate's file: registering, who is responsible, conversations, lost and found, closing, re-entry and erasure."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts.base import ErasureReason
from banen_contracts.consent import Consent, ConsentScope
from banen_contracts.intake import ActivityKind, ActivityOutcome, EducationBand
from banen_intake.domain.candidate import (
    CANDIDATE,
    AssignWorker,
    CloseCandidate,
    EraseCandidate,
    ReenterCandidate,
    RegisterCandidate,
)
from banen_intake.domain.consent import GrantConsent, PublishPortrait, TakeDownPortrait, WithdrawConsent
from banen_intake.domain.file import File
from banen_intake.domain.preparation import (
    AgreePlan,
    AssessDistance,
    AssignRoute,
    CompleteIntake,
    DeclareReady,
    EndActivity,
    StartActivity,
    StartIntake,
)
from banen_intake.domain.silence import LogConversation, MarkLost
from banen_intake.events import CandidateRegistered
from banen_kit.crypto.personal_fields import Open
from support.candidate import (
    ACTIVITY,
    AFTER,
    BEFORE,
    DAY,
    PORTRAIT,
    REF,
    STATISTICS,
    TO_EMPLOOI,
    activity,
    activity_ended,
    allowed,
    allowing,
    candidate,
    closed,
    completed,
    erased,
    found,
    logged,
    lost,
    portrait,
    ready,
    reentered,
    registered,
    started,
    worker,
)
from support.definition import REGION, defined

CONTACT = UUID(int=2)
register = RegisterCandidate(occurred_on=DAY, education_band=EducationBand.UNKNOWN, name="Sanne Voorbeeld")
assign_worker = AssignWorker(occurred_on=DAY, worker="worker-7")
log = LogConversation(occurred_on=DAY, notes="Belt liever niet.")
mark_lost = MarkLost(occurred_on=DAY)
close = CloseCandidate(occurred_on=DAY, reason_code="moved-away")
reenter = ReenterCandidate(occurred_on=DAY, reason_code="returned")
erase = EraseCandidate(occurred_on=DAY, reason=ErasureReason.REQUEST)
PREPARING = (
    StartIntake(occurred_on=DAY),
    CompleteIntake(occurred_on=DAY, method_version="star-1"),
    AgreePlan(occurred_on=DAY, plan="Eerst Nederlands."),
    AssessDistance(occurred_on=DAY, distance_phase=3),
    AssignRoute(occurred_on=DAY, route="B", reason_code="far-from-work"),
    StartActivity(occurred_on=DAY, activity_ref=ACTIVITY, kind=ActivityKind.LANGUAGE),
    EndActivity(occurred_on=DAY, activity_ref=ACTIVITY, outcome=ActivityOutcome.COMPLETED),
    DeclareReady(occurred_on=DAY, available_from="2006-04"),
)
ALLOWING = (
    GrantConsent(occurred_on=DAY, scope=ConsentScope.LINKAGE),
    PublishPortrait(occurred_on=DAY, portrait_ref=PORTRAIT, document_ref="PHOTO-1"),
)
ALWAYS = (
    WithdrawConsent(occurred_on=DAY, scope=ConsentScope.LINKAGE),
    TakeDownPortrait(occurred_on=DAY, portrait_ref=PORTRAIT),
    reenter,
    erase,
)
"""What can be recorded about a closed file too."""
WHILE_OPEN = (assign_worker, log, mark_lost, close, *PREPARING, *ALLOWING)


def test_registers_with_a_name_alone():
    candidate.when(register).then(registered)


def test_a_likely_double_is_refused_unless_it_is_said_to_be_another_person():
    recorded = replace(candidate, doubles=(CONTACT, ACTIVITY))
    recorded.when(register).then_refused("likely-double", "notTheSameAs")
    named = register.model_copy(update={"not_the_same_as": (ACTIVITY, CONTACT)})
    recorded.when(named).then(registered.model_copy(update={"not_the_same_as": (ACTIVITY, CONTACT)}))
    some = recorded.when(register.model_copy(update={"not_the_same_as": (CONTACT,)}))
    assert some.refused is not None
    assert some.refused.references == [str(ACTIVITY)]


def test_in_the_load_of_a_history_it_is_noted():
    loaded = replace(candidate, doubles=(CONTACT, ACTIVITY), is_historic=True)
    loaded.when(register.model_copy(update={"not_the_same_as": (CONTACT,)})).then(
        registered.model_copy(update={"not_the_same_as": (CONTACT,), "likely_same_as": (ACTIVITY,)})
    )


def test_registers_with_everything_that_is_known():
    command = RegisterCandidate(
        occurred_on=DAY,
        contact_ref=CONTACT,
        education_band=EducationBand.HIGH,
        region_id="noord",
        municipality_code="GM0363",
        consents=(STATISTICS, TO_EMPLOOI),
        name="Sanne Voorbeeld",
        birth_date=date(1970, 1, 1),
        phone="0600000000",
        email="sanne@example.org",
        address="Voorbeeldstraat 1",
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
            consents=(STATISTICS, TO_EMPLOOI),
            name=Open("Sanne Voorbeeld"),
            birth_date=Open("1970-01-01"),
            phone=Open("0600000000"),
            email=Open("sanne@example.org"),
            address=Open("Voorbeeldstraat 1"),
            v_number=Open("1234567890"),
        )
    )


def test_refuses_to_register_twice():
    candidate.given(registered).when(register).then_refused("candidate-exists")


def test_refuses_to_register_somebody_whose_file_is_closed():
    candidate.given(registered, closed).when(register).then_refused("candidate-closed")


def test_refuses_a_consent_that_is_named_twice():
    with pytest.raises(ValidationError):
        RegisterCandidate.model_validate(dict(register) | {"consents": (STATISTICS, STATISTICS)})


@pytest.mark.parametrize(
    ("partner", "code"), [("vluchtelingenwerk", "handover-to-self"), ("nobody", "partner-unknown")]
)
def test_refuses_consent_from_the_start_to_nobody_else_in_the_programme(partner: str, code: str):
    to_partner = Consent(scope=ConsentScope.HANDOVER, to_partner=partner)
    command = register.model_copy(update={"consents": (to_partner,)})
    candidate.when(command).then_refused(code, "consents")


def test_takes_every_region_where_the_programme_has_none_and_else_only_its_own():
    there, here = {"region_id": "nowhere"}, {"region_id": "noord-holland"}
    with_regions = candidate.knowing(defined(regions=(REGION,)))
    candidate.when(register.model_copy(update=there)).then(registered.model_copy(update=there))
    with_regions.when(register.model_copy(update=there)).then_refused("region-unknown", "regionId")
    with_regions.when(register.model_copy(update=here)).then(registered.model_copy(update=here))
    with_regions.when(register).then(registered)


def test_names_who_is_responsible():
    candidate.given(registered).when(assign_worker).then(worker)


def test_a_caseload_moves_to_a_colleague():
    to_colleague = {"worker": "worker-8"}
    candidate.given(registered, worker).when(assign_worker.model_copy(update=to_colleague)).then(
        worker.model_copy(update=to_colleague)
    )


def test_refuses_a_worker_who_is_responsible_already():
    candidate.given(registered, worker).when(assign_worker).then_refused("worker-unchanged", "worker")


def test_logs_a_conversation():
    candidate.given(registered).when(log).then(logged)


def test_logs_a_conversation_without_notes():
    nothing: dict[str, Any] = {"notes": None}
    candidate.given(registered).when(log.model_copy(update=nothing)).then(logged.model_copy(update=nothing))


def test_marks_as_lost():
    candidate.given(registered).when(mark_lost).then(lost)


def test_refuses_to_lose_somebody_twice():
    candidate.given(registered, lost).when(mark_lost).then_refused("candidate-lost")


@pytest.mark.parametrize("day", [DAY, AFTER])
def test_whoever_was_lost_is_found_by_a_conversation(day: date):
    on_that_day = {"occurred_on": day}
    candidate.given(registered, lost).when(log.model_copy(update=on_that_day)).then(
        found.model_copy(update=on_that_day), logged.model_copy(update=on_that_day)
    )


def test_a_conversation_before_the_loss_finds_nobody():
    earlier = {"occurred_on": BEFORE}
    candidate.given(registered, lost).when(log.model_copy(update=earlier)).then(
        logged.model_copy(update=earlier)
    )


def test_whoever_was_found_can_be_lost_again():
    candidate.given(registered, lost, found, logged).when(mark_lost).then(lost)


@pytest.mark.parametrize("past", [[registered], [registered, started, completed], [registered, lost]])
def test_closes_the_file(past: Any):
    candidate.given(*past).when(close).then(closed)


def test_keeps_the_notes_of_a_closing():
    command = close.model_copy(update={"notes": "Naar een andere stad."})
    expected = closed.model_copy(update={"notes": Open("Naar een andere stad.")})
    candidate.given(registered).when(command).then(expected)


@pytest.mark.parametrize("day", [DAY, AFTER])
def test_takes_a_closed_file_up_again(day: date):
    later = {"occurred_on": day}
    candidate.given(registered, closed).when(reenter.model_copy(update=later)).then(
        reentered.model_copy(update=later)
    )


def test_counts_the_spells():
    third = reentered.model_copy(update={"spell": 3})
    candidate.given(registered, closed, reentered, closed).when(reenter).then(third)


def test_refuses_a_reentry_while_the_file_is_open():
    candidate.given(registered).when(reenter).then_refused("candidate-open")


def test_refuses_a_reentry_before_the_closing():
    earlier = reenter.model_copy(update={"occurred_on": BEFORE})
    candidate.given(registered, closed).when(earlier).then_refused("reentry-before-closing", "occurredOn")


def test_the_steps_begin_anew_with_a_reentry():
    again = candidate.given(registered, started, completed, ready, lost, closed, reentered)
    assert CANDIDATE.replay(again.past) == File(spell=2)


def test_a_reentry_keeps_worker_consents_activities_and_portraits():
    other = activity.model_copy(update={"activity_ref": UUID(int=99)})
    past = (allowing(TO_EMPLOOI), worker, allowed(ConsentScope.PUBLICITY), portrait, activity, other)
    assert CANDIDATE.replay([*past, activity_ended, closed, reentered]) == File(
        spell=2,
        worker="worker-7",
        consents=frozenset({(ConsentScope.HANDOVER, "emplooi"), (ConsentScope.PUBLICITY, None)}),
        running={UUID(int=99): DAY},
        ended=frozenset({ACTIVITY}),
        portraits={PORTRAIT: True},
    )


@pytest.mark.parametrize("command", [*WHILE_OPEN, *ALWAYS], ids=lambda command: command.NAME)
def test_refuses_everything_before_registering(command: Any):
    candidate.when(command).then_refused("candidate-unknown")


@pytest.mark.parametrize("command", WHILE_OPEN, ids=lambda command: command.NAME)
def test_refuses_everything_after_closing(command: Any):
    candidate.given(registered, activity, closed).when(command).then_refused("candidate-closed")


@pytest.mark.parametrize("past", [[registered], [registered, completed], [registered, closed]], ids=len)
def test_erases_the_person_whatever_is_on_record(past: Any):
    candidate.given(*past).when(erase).then(erased)


@pytest.mark.parametrize("command", [register, *WHILE_OPEN, *ALWAYS], ids=lambda command: command.NAME)
@pytest.mark.parametrize("past", [[registered, erased], [registered, closed, erased]], ids=len)
def test_refuses_everything_after_an_erasure(past: Any, command: Any):
    candidate.given(*past).when(command).then_refused("person-erased")


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="candidate-closed cannot follow"):
        CANDIDATE.replay([closed])
    with pytest.raises(AssertionError, match="candidate-registered cannot follow"):
        CANDIDATE.replay([registered, registered])
    with pytest.raises(AssertionError, match="candidate-closed cannot follow"):
        CANDIDATE.replay([registered, erased, closed])
