"""The lists of mediation, folded from events."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.intake import HandoverOutcome
from banen_contracts.mediation import (
    ContractTerm,
    EndReason,
    InterviewOutcome,
    MatchStep,
    Origin,
    RetentionMethod,
    SupportSource,
)
from banen_kit.application.read_model import ReadModel
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open
from banen_mediation.events import (
    ClientClosed,
    ClientDetailsCorrected,
    ClientErased,
    ClientReopened,
    ClientTakenOn,
    EmployerInterviewHeld,
    EnterpriseStarted,
    EnterpriseStep,
    EnterpriseStepTakenBack,
    EnterpriseStillRunning,
    EnterpriseStopped,
    EnterpriseTrackStarted,
    HandoverAccepted,
    HandoverDeclined,
    HandoverReceived,
    HandoverSettled,
    MatchProposed,
    MatchStepTakenBack,
    MatchWithdrawn,
    MilestoneDue,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementExtensionCorrected,
    PlacementPaused,
    PlacementResumed,
    RetentionConfirmed,
    RetentionNotReached,
)
from banen_mediation.lists.clients import CLIENTS
from banen_mediation.lists.enterprises import ENTERPRISES
from banen_mediation.lists.handovers import HANDOVERS
from banen_mediation.lists.matches import MATCHES
from banen_mediation.lists.placements import PLACEMENTS
from support.placement import (
    CLIENT,
    FIXED_TERMS,
    LATER,
    PLANNED_END,
    REF,
    ended,
    extended,
    fixed,
    started,
    voided,
)

DAY, NEXT, LAST = date(2006, 3, 1), date(2006, 4, 1), date(2006, 5, 1)
taken_on = ClientTakenOn(
    client_ref=CLIENT, occurred_on=DAY, origin=Origin.WALK_IN, name=Open("Sanne Voorbeeld"), phone=Open("0697004242")
)  # fmt: skip
proposed = MatchProposed(match_ref=REF, client_ref=CLIENT, occurred_on=DAY, employer_ref=UUID(int=9))
withdrawn = MatchWithdrawn(match_ref=REF, occurred_on=LAST, reason_code="vacancy-filled")
track = EnterpriseTrackStarted(
    track_ref=REF, client_ref=CLIENT, occurred_on=DAY, support_source=SupportSource.BANK
)
begun = EnterpriseStarted(track_ref=REF, client_ref=CLIENT, occurred_on=NEXT, placement_ref=UUID(int=8))
stopped = EnterpriseStopped(track_ref=REF, occurred_on=LAST, reason_code="too-little-income")
received = HandoverReceived(
    handover_ref=REF, occurred_on=DAY, from_partner="uaf", candidate_ref=UUID(int=7), expires_on=LAST
)
accepted = HandoverAccepted(handover_ref=REF, occurred_on=NEXT, client_ref=CLIENT, from_partner="uaf")

moved = PlacementCorrected(
    placement_ref=REF,
    occurred_on=LATER,
    reason_code="typing-error",
    **fixed(start_date=date(2006, 2, 1)),
)
runs_on = PlacementEndCorrected(
    placement_ref=REF, occurred_on=LATER, reason_code="typing-error", start_date=started.start_date
)


def row(model: ReadModel, *events: DomainEvent) -> Any:
    found: Any = None
    for event in events:
        found = model.evolve(found, event, DAY)
    return found


def interview(outcome: InterviewOutcome) -> EmployerInterviewHeld:
    return EmployerInterviewHeld(match_ref=REF, client_ref=CLIENT, occurred_on=NEXT, outcome=outcome)


@pytest.mark.parametrize("likely", [(), (UUID(int=6),)])
def test_a_client_shows_who_is_likely_the_same_person(likely: tuple[UUID, ...]):
    found = row(CLIENTS, taken_on.model_copy(update={"likely_same_as": likely}))
    assert (found.has_likely_double, found.likely_same_as) == (bool(likely), likely)


def test_a_client_is_open_until_the_file_is_closed_and_again_when_it_is_taken_up():
    closed = ClientClosed(client_ref=CLIENT, occurred_on=NEXT, reason_code="withdrawn")
    reopened = ClientReopened(client_ref=CLIENT, occurred_on=LAST, reason_code="returned")
    assert (row(CLIENTS, taken_on).state, row(CLIENTS, taken_on).since) == ("open", DAY)
    found = row(CLIENTS, taken_on, closed)
    assert (found.state, found.since, found.reason_code) == ("closed", NEXT, "withdrawn")
    found = row(CLIENTS, taken_on, closed, reopened)
    assert (found.state, found.since, found.reason_code) == ("open", LAST, None)


def test_a_clients_correction_takes_the_place_of_what_was_recorded():
    corrected = ClientDetailsCorrected(
        client_ref=CLIENT, occurred_on=NEXT, reason_code="typing-error", name=Open("Sanne Anders"), removed=("phone",)
    )  # fmt: skip
    found = row(CLIENTS, taken_on, corrected)
    assert (found.name, found.phone) == (corrected.name, None)


def test_a_client_shows_what_was_begun_last():
    found = row(CLIENTS, taken_on, proposed, started)
    assert (found.last_proposed_on, found.last_placed_on) == (DAY, started.start_date)
    assert CLIENTS.ref_in(started, "placement", str(REF)) == str(CLIENT)


def test_an_erased_client_is_in_no_list():
    erased = ClientErased(client_ref=CLIENT, occurred_on=NEXT, reason=ErasureReason.REQUEST)
    assert row(CLIENTS, taken_on, erased, proposed) is None


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "open"),
        ([accepted], "accepted"),
        ([accepted, HandoverSettled(handover_ref=REF, occurred_on=LAST, from_partner="uaf", outcome=None)], "completed"),
        ([HandoverDeclined(handover_ref=REF, occurred_on=NEXT, from_partner="uaf", reason_code="full")], "declined"),
        ([HandoverSettled(handover_ref=REF, occurred_on=LAST, from_partner="uaf", outcome=HandoverOutcome.EXPIRED)], "expired"),
        ([accepted, HandoverSettled(handover_ref=REF, occurred_on=LAST, from_partner="uaf", outcome=HandoverOutcome.WITHDRAWN)], "withdrawn"),
    ],
)  # fmt: skip
def test_an_offer_to_us_shows_how_it_was_settled(events: list[DomainEvent], state: str):
    assert row(HANDOVERS, received, *events).state == state


def test_an_accepted_offer_names_its_client():
    found = row(HANDOVERS, received, accepted)
    assert (found.client_ref, found.settled_on, found.expires_on) == (CLIENT, NEXT, LAST)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (InterviewOutcome.HIRED, "hired"),
        (InterviewOutcome.REJECTED, "rejected"),
        (InterviewOutcome.CANDIDATE_DECLINED, "candidate_declined"),
        (InterviewOutcome.NO_SHOW, "proposed"),
        (InterviewOutcome.ANOTHER_INTERVIEW, "proposed"),
    ],
)
def test_a_match_is_open_until_an_interview_settles_it(outcome: InterviewOutcome, state: str):
    found = row(MATCHES, proposed, interview(outcome))
    assert (found.state, found.interviews, found.changed_on) == (state, 1, NEXT)


def test_the_steps_of_a_match_are_taken_back_one_by_one():
    back = MatchStepTakenBack(
        match_ref=REF, occurred_on=LAST, step=MatchStep.WITHDRAWAL, reason_code="typing-error"
    )
    steps = [proposed, interview(InterviewOutcome.ANOTHER_INTERVIEW), withdrawn]
    assert row(MATCHES, *steps).state == "withdrawn"
    found = row(MATCHES, *steps, back)
    assert (found.state, found.changed_on, found.interviews) == ("proposed", NEXT, 1)
    found = row(MATCHES, *steps, back, back)
    assert (found.state, found.changed_on, found.interviews) == ("proposed", DAY, 0)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "running"),
        ([PlacementPaused(placement_ref=REF, occurred_on=NEXT, client_ref=CLIENT)], "paused"),
        ([PlacementPaused(placement_ref=REF, occurred_on=NEXT, client_ref=CLIENT), PlacementResumed(placement_ref=REF, occurred_on=LAST)], "running"),
        ([ended], "ended"),
        ([ended, PlacementEndCorrected(placement_ref=REF, occurred_on=LATER, reason_code="typing-error", start_date=DAY)], "running"),
        ([ended, voided], "voided"),
    ],
)  # fmt: skip
def test_a_placement_shows_whether_it_still_runs(events: list[DomainEvent], state: str):
    assert row(PLACEMENTS, started, *events).state == state


def test_a_placement_lasts_until_what_was_agreed_last():
    assert row(PLACEMENTS, started).planned_end_date == PLANNED_END
    assert row(PLACEMENTS, started, extended).planned_end_date == extended.planned_end_date
    gone = PlacementExtensionCorrected(
        placement_ref=REF, occurred_on=LATER, reason_code="typing-error", is_withdrawn=True
    )
    assert row(PLACEMENTS, started, extended, gone).planned_end_date == PLANNED_END
    now = gone.model_copy(
        update={"is_withdrawn": False, "contract": ContractTerm.FIXED, "planned_end_date": LAST}
    )
    assert row(PLACEMENTS, started, extended, now).planned_end_date == LAST


def checked(kind: type[RetentionConfirmed | RetentionNotReached], months: int) -> DomainEvent:
    said: dict[str, Any] = {"placement_ref": REF, "occurred_on": LATER, "months": months}
    return kind.model_validate(said | {"method": "register"} if kind is RetentionConfirmed else said)


THREE, SIX, TWELVE = date(2006, 3, 31), date(2006, 6, 30), date(2006, 12, 31)


@pytest.mark.parametrize(
    ("events", "milestone"),
    [
        ([], THREE),
        ([MilestoneDue(placement_ref=REF, occurred_on=THREE, months=3)], THREE),
        ([checked(RetentionConfirmed, 3)], SIX),
        ([checked(RetentionConfirmed, 4)], SIX),
        ([checked(RetentionConfirmed, 6)], TWELVE),
        ([checked(RetentionConfirmed, 12)], None),
        ([checked(RetentionConfirmed, 3), checked(RetentionNotReached, 6)], None),
        ([checked(RetentionNotReached, 12)], THREE),
        ([moved], date(2006, 4, 30)),
        ([ended], None),
        ([ended, runs_on], THREE),
        ([voided], None),
    ],
)
def test_a_placement_shows_the_first_milestone_that_nobody_checked(
    events: list[DomainEvent], milestone: date | None
):
    assert row(PLACEMENTS, started, *events).next_milestone_on == milestone


def test_corrected_terms_and_what_was_confirmed_are_shown():
    terms = FIXED_TERMS | {"kind": "temp", "employer_ref": UUID(int=9)}
    corrected = PlacementCorrected(placement_ref=REF, occurred_on=LAST, reason_code="typing-error", **terms)
    months = [
        RetentionConfirmed(placement_ref=REF, occurred_on=LATER, months=one, method=RetentionMethod.REGISTER)
        for one in (6, 3)
    ]
    found = row(PLACEMENTS, started, corrected, *months, ended)
    assert (found.kind, found.employer_ref, found.confirmed_months) == ("temp", UUID(int=9), 6)
    assert (found.end_date, found.end_reason) == (ended.end_date, EndReason.COMPLETED)


def test_a_track_shows_whether_the_firm_began_and_still_runs():
    running = EnterpriseStillRunning(track_ref=REF, occurred_on=LAST)
    assert row(ENTERPRISES, track).state == "track"
    found = row(ENTERPRISES, track, begun, running)
    assert (found.state, found.started_on, found.running_on, found.placement_ref) == ("started", NEXT, LAST, UUID(int=8))  # fmt: skip
    assert row(ENTERPRISES, track, begun, stopped).state == "stopped"


def test_a_step_of_a_track_that_is_taken_back_is_gone():
    back = EnterpriseStepTakenBack(
        track_ref=REF, occurred_on=LAST, step=EnterpriseStep.STOP, reason_code="typing-error",
        started_on=NEXT, running_on=NEXT, placement_ref=UUID(int=8),
    )  # fmt: skip
    assert row(ENTERPRISES, track, begun, stopped, back).state == "started"
    assert row(ENTERPRISES, track, stopped, back).state == "track"
    start = back.model_copy(
        update={
            "step": EnterpriseStep.START,
            "started_on": None,
            "running_on": None,
            "placement_ref": None,
        }
    )
    found = row(ENTERPRISES, track, begun, start)
    assert (found.state, found.started_on, found.placement_ref) == ("track", None, None)
