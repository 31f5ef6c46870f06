"""Preparing a candidate: intake, plan, distance, route, activities, ready for mediation."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.consent import ConsentScope
from banen_contracts.intake import ActivityKind, ActivityOutcome
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
from banen_kit.crypto.personal_fields import Open
from support.candidate import (
    ACTIVITY,
    AFTER,
    BEFORE,
    DAY,
    STATISTICS,
    activity,
    activity_ended,
    allowed,
    allowing,
    assessed,
    assigned,
    candidate,
    closed,
    completed,
    found,
    logged,
    lost,
    no_longer,
    planned,
    ready,
    reentered,
    registered,
    started,
)
from support.definition import ending

start = StartIntake(occurred_on=DAY)
complete = CompleteIntake(occurred_on=DAY, method_version="star-1", notes="Wil graag leren.")
agree = AgreePlan(occurred_on=DAY, plan="Eerst Nederlands.")
assess = AssessDistance(occurred_on=DAY, distance_phase=3)
assign = AssignRoute(occurred_on=DAY, route="B", reason_code="far-from-work")
begin = StartActivity(occurred_on=DAY, activity_ref=ACTIVITY, kind=ActivityKind.LANGUAGE)
end = EndActivity(occurred_on=DAY, activity_ref=ACTIVITY, outcome=ActivityOutcome.COMPLETED)
declare = DeclareReady(occurred_on=DAY, available_from="2006-04", profession_group="52")
IN_CONTACT = (
    (start, started), (complete, completed), (agree, planned), (assess, assessed), (assign, assigned),
    (begin, activity),
)  # fmt: skip
nothing: dict[str, Any] = {"notes": None}
known = candidate.given(registered)


@pytest.mark.parametrize(("command", "event"), IN_CONTACT, ids=lambda one: type(one).__name__)
def test_records_each_step_by_itself(command: Any, event: Any):
    known.when(command).then(event)


def test_refuses_to_start_the_intake_twice():
    candidate.given(registered, started).when(start).then_refused("intake-started")


def test_refuses_to_start_an_intake_that_was_completed_without_a_start():
    candidate.given(registered, completed).when(start).then_refused("intake-started")


def test_completes_an_intake_that_was_started():
    candidate.given(registered, started).when(complete).then(completed)


def test_completes_the_intake_without_notes():
    known.when(complete.model_copy(update=nothing)).then(completed.model_copy(update=nothing))


def test_refuses_to_complete_the_intake_twice():
    candidate.given(registered, completed).when(complete).then_refused("intake-completed")


def test_whoever_takes_part_again_has_an_intake_again():
    again = candidate.given(registered, started, completed, closed, reentered)
    again.when(start).then(started)
    again.when(complete).then(completed)


def test_agrees_a_plan_anew_with_a_day_of_review():
    review = {"review_on": DAY}
    candidate.given(registered, planned).when(agree.model_copy(update=review)).then(
        planned.model_copy(update=review)
    )


def test_refuses_a_review_before_the_plan():
    early = agree.model_copy(update={"review_on": BEFORE})
    known.when(early).then_refused("review-before-plan", "reviewOn")


def test_assesses_the_distance_again():
    nearer = {"occurred_on": date(2006, 9, 1), "distance_phase": 2}
    noted = {"notes": Open("Spreekt goed.")}
    command = assess.model_copy(update=nearer | {"notes": "Spreekt goed."})
    candidate.given(registered, assessed).when(command).then(assessed.model_copy(update=nearer | noted))


def test_changes_the_route_with_a_reason():
    other = {"occurred_on": date(2006, 9, 1), "route": "A", "reason_code": "ready-for-work"}
    noted = {"notes": Open("Kan meteen beginnen.")}
    command = assign.model_copy(update=other | {"notes": "Kan meteen beginnen."})
    candidate.given(registered, assigned).when(command).then(assigned.model_copy(update=other | noted))


def test_refuses_a_route_that_the_programme_does_not_have():
    known.when(assign.model_copy(update={"route": "C"})).then_refused("route-unknown", "route")


def test_refuses_a_route_that_is_over():
    known.knowing(ending(DAY)).when(assign).then(assigned)
    known.knowing(ending(DAY - timedelta(days=1))).when(assign).then_refused("route-over", "route")


def test_starts_an_activity_with_everything_that_is_known():
    command = begin.model_copy(
        update={"planned_end_date": DAY, "provider": "Taalschool Voorbeeld", "notes": "Elke ochtend."}
    )
    expected = activity.model_copy(
        update={
            "planned_end_date": DAY,
            "provider": Open("Taalschool Voorbeeld"),
            "notes": Open("Elke ochtend."),
        }
    )
    known.when(command).then(expected)


def test_several_activities_can_run_at_once():
    other = {"activity_ref": UUID(int=99), "kind": ActivityKind.VOLUNTEERING}
    candidate.given(registered, activity).when(begin.model_copy(update=other)).then(
        activity.model_copy(update=other)
    )


@pytest.mark.parametrize("past", [[activity], [activity, activity_ended]], ids=["runs", "ended"])
def test_refuses_an_activity_that_was_recorded(past: Any):
    candidate.given(registered, *past).when(begin).then_refused("activity-exists", "activityRef")


def test_refuses_an_activity_that_is_to_end_before_it_starts():
    backwards = begin.model_copy(update={"planned_end_date": BEFORE})
    known.when(backwards).then_refused("end-before-start", "plannedEndDate")


def test_ends_an_activity():
    candidate.given(registered, activity).when(end).then(activity_ended)


def test_what_a_test_said_stays_in_the_file():
    command = end.model_copy(update={"result": "Niveau B1."})
    expected = activity_ended.model_copy(update={"result": Open("Niveau B1.")})
    candidate.given(registered, activity).when(command).then(expected)


def test_ends_an_activity_also_after_contact_was_lost():
    later = {"occurred_on": AFTER}
    candidate.given(registered, activity, lost).when(end.model_copy(update=later)).then(
        activity_ended.model_copy(update=later)
    )


def test_refuses_to_end_an_activity_twice():
    candidate.given(registered, activity, activity_ended).when(end).then_refused(
        "activity-ended", "activityRef"
    )


def test_refuses_to_end_an_activity_that_never_started():
    known.when(end).then_refused("activity-unknown", "activityRef")


def test_refuses_an_end_before_the_start():
    early = end.model_copy(update={"occurred_on": BEFORE})
    candidate.given(registered, activity).when(early).then_refused("end-before-start", "occurredOn")


def test_declares_ready_after_the_intake():
    candidate.given(registered, completed).when(declare).then(ready)


def test_declares_ready_again_from_another_month_and_without_a_profession():
    other = {"available_from": "2006-09", "profession_group": None}
    candidate.given(registered, completed, ready).when(declare.model_copy(update=other)).then(
        ready.model_copy(update=other)
    )


def test_nobody_is_ready_before_the_intake_is_completed():
    candidate.given(registered, started).when(declare).then_refused("intake-not-completed")


def test_whoever_takes_part_again_is_not_ready_before_a_new_intake():
    again = candidate.given(registered, completed, ready, closed, reentered)
    again.when(declare).then_refused("intake-not-completed")


@pytest.mark.parametrize(
    ("past", "is_public"),
    [
        ([registered], False),
        ([allowing(STATISTICS)], True),
        ([registered, allowed(ConsentScope.STATISTICS)], True),
        ([allowing(STATISTICS), no_longer(ConsentScope.STATISTICS)], False),
        ([registered, allowed(ConsentScope.LINKAGE)], False),
    ],
    ids=["never asked", "from the start", "later", "withdrawn", "another"],
)
def test_the_profession_is_public_only_with_consent_to_statistics(past: Any, is_public: bool):
    candidate.given(*past, completed).when(declare).then(
        ready.model_copy(update={"is_profession_public": is_public})
    )


@pytest.mark.parametrize("day", [DAY, AFTER])
@pytest.mark.parametrize(
    "command", [*(command for command, _ in IN_CONTACT), declare], ids=lambda command: command.NAME
)
def test_nothing_is_recorded_of_days_on_which_contact_was_lost(command: Any, day: date):
    on_that_day = command.model_copy(update={"occurred_on": day})
    candidate.given(registered, lost).when(on_that_day).then_refused("candidate-lost", "occurredOn")


@pytest.mark.parametrize(("command", "event"), IN_CONTACT, ids=lambda one: type(one).__name__)
def test_late_facts_of_days_before_the_loss_are_taken(command: Any, event: Any):
    earlier = {"occurred_on": BEFORE}
    candidate.given(registered, lost).when(command.model_copy(update=earlier)).then(
        event.model_copy(update=earlier)
    )


@pytest.mark.parametrize(("command", "event"), IN_CONTACT, ids=lambda one: type(one).__name__)
def test_whoever_was_found_goes_on(command: Any, event: Any):
    candidate.given(registered, lost, found, logged).when(command).then(event)
