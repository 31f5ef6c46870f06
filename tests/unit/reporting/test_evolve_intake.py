"""What reporting knows of outreach, contacts, candidates and offers, from what was published of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, intake, mediation
from banen_contracts.consent import Consent, ConsentScope
from banen_reporting.facts.evolve import CannotFold, Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import (
    ActivityFact,
    AnswerFact,
    CandidateFact,
    ContactFact,
    Fact,
    HandoverFact,
    OutreachFact,
)

CANDIDATE, OTHER, ACTIVITY = UUID(int=1), UUID(int=2), UUID(int=3)
FIRST, SECOND, THIRD = date(2006, 3, 1), date(2006, 4, 1), date(2006, 5, 1)
WHEN = Learned(datetime(2006, 3, 2, tzinfo=UTC), imported=False)

registered = intake.CandidateRegistered(
    candidate_ref=CANDIDATE,
    occurred_on=FIRST,
    contact_ref=OTHER,
    education_band=intake.EducationBand.HIGH,
    region_id="rijnmond",
    municipality_code="GM0599",
    consents=(Consent(scope=ConsentScope.STATISTICS),),
)
known = CandidateFact(
    registered_on=FIRST,
    contact_ref=str(OTHER),
    region_id="rijnmond",
    education_band=intake.EducationBand.HIGH,
    municipality_code="GM0599",
)
offered = intake.HandoverOffered(
    handover_ref=OTHER, occurred_on=FIRST, candidate_ref=CANDIDATE, to_partner="emplooi", expires_on=THIRD
)


def folded(*events: PublicEvent) -> Fact:
    row: Fact | None = None
    for event in events:
        row = BY_EVENT[type(event)].fold(row, event, WHEN)
    assert row is not None
    return row


def step(event: type[PublicEvent], day: date = SECOND, **fields: object) -> PublicEvent:
    return event.model_validate({"candidate_ref": CANDIDATE, "occurred_on": day, **fields})


def test_a_candidate_is_known_from_the_registration():
    assert folded(registered) == known


def test_each_step_leaves_its_day():
    steps = (
        step(intake.IntakeStarted),
        step(intake.IntakeCompleted, THIRD, method_version="star-1"),
        step(intake.DistanceAssessed, distance_phase=3, assessor="vluchtelingenwerk"),
        step(intake.DistanceAssessed, THIRD, distance_phase=2, assessor="vluchtelingenwerk"),
        step(intake.RouteAssigned, route="B", reason_code="large-distance"),
        step(intake.RouteAssigned, THIRD, route="A", reason_code="improved"),
        step(intake.CandidateReadyForMediation, THIRD, available_from="2006-06", profession_group="51"),
        step(intake.CandidateLost, THIRD),
    )
    assert folded(registered, *steps) == replace(
        known,
        intake_started_on=SECOND,
        intake_on=THIRD,
        assessments=((SECOND, 3), (THIRD, 2)),
        route="A",
        ready_on=THIRD,
        profession_group="51",
        lost_on=THIRD,
    )


def test_who_is_found_again_is_not_lost():
    found = (step(intake.CandidateLost), step(intake.CandidateFound, THIRD))
    assert folded(registered, *found) == known


def test_an_activity_has_its_days_and_its_outcome():
    started = step(intake.DevelopmentActivityStarted, activity_ref=ACTIVITY, kind="language")
    ended = step(intake.DevelopmentActivityEnded, THIRD, activity_ref=ACTIVITY, outcome="completed")
    activity = ActivityFact(ref=str(ACTIVITY), kind=intake.ActivityKind.LANGUAGE, started_on=SECOND)
    assert folded(registered, started) == replace(known, activities=(activity,))
    done = replace(activity, ended_on=THIRD, outcome=intake.ActivityOutcome.COMPLETED)
    assert folded(registered, started, ended) == replace(known, activities=(done,))


def test_the_end_of_an_activity_that_nobody_started_is_set_aside():
    ended = step(intake.DevelopmentActivityEnded, activity_ref=ACTIVITY, outcome="other")
    with pytest.raises(CannotFold, match="activity-unknown"):
        folded(registered, ended)


def test_whoever_withdraws_consent_to_statistics_is_of_unknown_education_and_place_from_then_on():
    ready = step(intake.CandidateReadyForMediation, available_from="2006-06", profession_group="51")
    withdrawn = step(intake.ConsentWithdrawn, THIRD, scope="statistics")
    assert folded(registered, ready, withdrawn) == replace(
        known, education_band=intake.EducationBand.UNKNOWN, municipality_code=None, ready_on=SECOND
    )


@pytest.mark.parametrize("scope", ["linkage", "publicity"])
def test_other_consents_change_nothing_that_is_known(scope: str):
    given = (step(intake.ConsentGranted, scope=scope), step(intake.ConsentWithdrawn, THIRD, scope=scope))
    assert folded(registered, *given) == known


def test_a_second_time_begins_anew_and_keeps_the_first_registration():
    events = (
        step(intake.IntakeCompleted, method_version="star-1"),
        step(intake.CandidateClosed, reason_code="moved-away"),
        step(intake.CandidateReentered, THIRD, spell=2),
    )
    assert folded(registered, *events) == replace(known, reentered_on=(THIRD,))


def test_a_closed_file_has_the_day_of_closing():
    closed = step(intake.CandidateClosed, reason_code="moved-away")
    assert folded(registered, closed) == replace(known, closed_on=SECOND)


def test_an_erasure_changes_nothing_that_is_known():
    assert folded(registered, step(intake.CandidateErased)) == known


def test_outreach_and_the_contacts_made_there():
    held = intake.OutreachHeld(
        outreach_ref=OTHER,
        occurred_on=FIRST,
        kind=intake.OutreachKind.INFO_SESSION,
        attendance=intake.AttendanceBand.FROM_25_TO_49,
        self_organisation_involved=True,
        municipality_code="GM0599",
    )
    assert folded(held) == OutreachFact(
        kind=held.kind,
        attendance=held.attendance,
        self_organisation_involved=True,
        occurred_on=FIRST,
        municipality_code="GM0599",
    )
    met = intake.ContactMade(
        contact_ref=CANDIDATE,
        occurred_on=FIRST,
        channel=intake.Channel.SELF_ORGANISATION,
        kind=intake.ContactKind.CONVERSATION,
        outreach_ref=OTHER,
    )
    assert folded(met) == ContactFact(
        kind=met.kind, channel=met.channel, occurred_on=FIRST, outreach_ref=str(OTHER)
    )


def test_an_offer_and_how_it_was_settled():
    open_offer = HandoverFact(
        candidate_ref=str(CANDIDATE), to_partner="emplooi", offered_on=FIRST, expires_on=THIRD
    )
    assert folded(offered) == open_offer
    said = {"handover_ref": OTHER, "occurred_on": SECOND, "candidate_ref": CANDIDATE, "to_partner": "emplooi"}
    completed = intake.HandoverCompleted.model_validate(said)
    assert folded(offered, completed) == replace(open_offer, completed_on=SECOND)
    ended = intake.HandoverEnded.model_validate({**said, "outcome": "expired"})
    assert folded(offered, ended) == replace(
        open_offer, ended_on=SECOND, outcome=intake.HandoverOutcome.EXPIRED
    )


def test_what_the_other_partner_answered():
    said = {"handover_ref": OTHER, "occurred_on": SECOND, "from_partner": "vluchtelingenwerk"}
    accepted = mediation.HandoverAccepted.model_validate({**said, "client_ref": ACTIVITY})
    declined = mediation.HandoverDeclined.model_validate({**said, "reason_code": "no-capacity"})
    answer = AnswerFact(from_partner="vluchtelingenwerk", answered_on=SECOND)
    assert folded(declined) == answer
    assert folded(accepted) == replace(answer, client_ref=str(ACTIVITY))
