"""The lists of intake, folded from events: how far a candidate has come, and since when."""

from datetime import timedelta
from uuid import UUID

import pytest

from banen_contracts.intake import AttendanceBand, Channel, ContactKind, HandoverOutcome, OutreachKind
from banen_intake.events import (
    CandidateDetailsCorrected,
    ContactMade,
    HandoverCompleted,
    HandoverEnded,
    HandoverOffered,
    OutreachHeld,
)
from banen_intake.lists import candidates, contacts, handovers, outreach
from banen_intake.lists.candidates import CandidateRow, CandidateState
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open
from support.candidate import (
    DAY,
    REF,
    activity,
    activity_ended as ended,
    assigned,
    closed,
    completed,
    erased,
    found,
    lost,
    ready,
    reentered,
    registered,
    worker,
)

LATER = DAY + timedelta(days=30)
HANDOVER = UUID(int=31)
offered = HandoverOffered(
    handover_ref=HANDOVER, occurred_on=LATER, candidate_ref=REF, to_partner="emplooi", expires_on=LATER
)
accepted = HandoverCompleted(
    handover_ref=HANDOVER, occurred_on=LATER, candidate_ref=REF, to_partner="emplooi"
)
corrected = CandidateDetailsCorrected(
    candidate_ref=REF,
    occurred_on=LATER,
    reason_code="typing-error",
    name=Open("Sanne Anders"),
    removed=("phone",),
)
declined = HandoverEnded(
    handover_ref=HANDOVER,
    occurred_on=LATER,
    candidate_ref=REF,
    to_partner="emplooi",
    outcome=HandoverOutcome.DECLINED,
)


def folded(*events: DomainEvent) -> CandidateRow | None:
    row: CandidateRow | None = None
    for event in events:
        row = candidates.evolve(row, event, DAY)
    return row


def later(event: DomainEvent) -> DomainEvent:
    return event.model_copy(update={"occurred_on": LATER})


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], CandidateState.REGISTERED),
        ([completed], CandidateState.INTAKE_DONE),
        ([completed, activity], CandidateState.DEVELOPING),
        ([completed, activity, ended], CandidateState.INTAKE_DONE),
        ([completed, ready], CandidateState.READY),
        ([ready, offered], CandidateState.HANDOVER_PENDING),
        ([ready, offered, declined], CandidateState.READY),
        ([ready, offered, accepted], CandidateState.HANDED_OVER),
        ([ready, lost], CandidateState.LOST_CONTACT),
        ([ready, lost, found], CandidateState.READY),
        ([ready, closed], CandidateState.CLOSED),
        ([ready, closed, reentered], CandidateState.REGISTERED),
    ],
)
def test_a_candidate_is_where_the_last_step_led(events: list[DomainEvent], state: CandidateState):
    row = folded(registered, *events)
    assert row is not None
    assert row.state is state


def test_waiting_begins_anew_with_each_state_and_with_nothing_else():
    row = folded(registered, later(worker))
    assert row is not None
    assert (row.worker, row.since) == (worker.worker, DAY)
    row = folded(registered, later(completed), later(assigned))
    assert row is not None
    assert (row.since, row.route) == (LATER, assigned.route)


def test_a_correction_takes_the_place_of_what_was_recorded():
    row = folded(registered.model_copy(update={"phone": Open("0697004242")}), corrected)
    assert row is not None
    assert (row.name, row.phone, row.since) == (corrected.name, None, DAY)


def test_an_erased_candidate_is_in_no_list():
    assert folded(registered, erased) is None
    assert folded(registered, erased, declined) is None


def test_an_outreach_event_is_found_by_what_was_held_and_when():
    held = OutreachHeld(
        outreach_ref=UUID(int=6),
        occurred_on=DAY,
        kind=OutreachKind.INFO_SESSION,
        attendance=AttendanceBand("25_to_49"),
        self_organisation_involved=True,
        region_id="rotterdam",
    )
    row = outreach.evolve(None, held, LATER)
    assert row is not None
    assert row.ref == str(UUID(int=6))
    found_by = {name: getattr(row, name) for name in outreach.OUTREACH.filters}
    assert found_by == {"kind": "info_session", "region_id": "rotterdam", "held_on": DAY}
    assert (row.attendance, row.self_organisation_involved) == (held.attendance, True)
    assert row.municipality_code is None, "nobody recorded one"


def test_a_contact_shows_whether_a_candidate_came_of_it():
    made = ContactMade(
        contact_ref=UUID(int=5),
        occurred_on=DAY,
        channel=Channel.MUNICIPALITY,
        kind=ContactKind.CONTACT,
        name=Open("Sanne Voorbeeld"),
    )
    row = contacts.evolve(None, made, DAY)
    assert row is not None
    assert not row.is_registered
    came = registered.model_copy(update={"contact_ref": UUID(int=5)})
    assert contacts.CONTACTS.ref_in(came, "candidate", str(REF)) == str(UUID(int=5))
    row = contacts.evolve(row, came, DAY)
    assert row is not None
    assert row.is_registered


def test_a_candidate_without_a_contact_changes_no_contact():
    assert contacts.CONTACTS.ref_in(registered, "candidate", str(REF)) is None


@pytest.mark.parametrize(("event", "state"), [(accepted, "completed"), (declined, "declined")])
def test_an_offer_shows_how_it_was_settled(event: DomainEvent, state: str):
    row = handovers.evolve(handovers.evolve(None, offered, DAY), event, DAY)
    assert row is not None
    assert (row.state, row.settled_on) == (state, LATER)
