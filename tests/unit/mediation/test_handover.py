"""Accepting or declining a candidate whom another partner offered, and learning how that partner settled it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.intake import HandoverOutcome
from banen_contracts.mediation import Origin
from banen_kit.crypto.personal_fields import Open
from banen_kit.testing import Scenario
from banen_mediation.domain.handover import (
    HANDOVER,
    AcceptHandover,
    DeclineHandover,
    ReceiveHandover,
    SettleHandover,
)
from banen_mediation.events import (
    ClientTakenOn,
    HandoverAccepted,
    HandoverDeclined,
    HandoverReceived,
    HandoverSettled,
)

REF = UUID(int=1)
CANDIDATE = UUID(int=2)
CLIENT = UUID(int=3)
OFFERED_ON = date(2006, 3, 1)
EXPIRES_ON = date(2006, 3, 31)

handover = Scenario(HANDOVER, str(REF), partner="emplooi")

receive = ReceiveHandover(
    occurred_on=OFFERED_ON, from_partner="vluchtelingenwerk", candidate_ref=CANDIDATE, expires_on=EXPIRES_ON
)
received = HandoverReceived(
    handover_ref=REF,
    occurred_on=OFFERED_ON,
    from_partner="vluchtelingenwerk",
    candidate_ref=CANDIDATE,
    expires_on=EXPIRES_ON,
)
accept = AcceptHandover(occurred_on=EXPIRES_ON, client_ref=CLIENT)
accepted = HandoverAccepted(
    handover_ref=REF, occurred_on=EXPIRES_ON, client_ref=CLIENT, from_partner="vluchtelingenwerk"
)
decline = DeclineHandover(occurred_on=EXPIRES_ON, reason_code="no-vacancies")
declined = HandoverDeclined(
    handover_ref=REF, occurred_on=EXPIRES_ON, from_partner="vluchtelingenwerk", reason_code="no-vacancies"
)

taken_on = ClientTakenOn(
    client_ref=CLIENT,
    occurred_on=OFFERED_ON,
    origin=Origin.HANDOVER,
    origin_ref=REF,
    name=Open("Synthetica Voorbeeld"),
)


def test_receives_an_offer():
    handover.when(receive).then(received)


def test_keeps_the_hash_of_the_dossier():
    command = receive.model_copy(update={"dossier_hash": "a" * 64})
    handover.when(command).then(received.model_copy(update={"dossier_hash": "a" * 64}))


def test_refuses_an_offer_that_was_received():
    handover.given(received).when(receive).then_refused("handover-exists")


def test_refuses_an_offer_that_was_accepted():
    handover.given(received, accepted).when(receive).then_refused("handover-exists")


def test_accepts_on_the_last_day_of_the_offer():
    handover.given(received).beside(taken_on).when(accept).then(accepted)


@pytest.mark.parametrize(
    "other",
    [
        {"origin": Origin.WALK_IN, "origin_ref": None},
        {"origin": Origin.OWN_INTAKE, "origin_ref": REF},
        {"origin": Origin.HANDOVER, "origin_ref": CANDIDATE},
    ],
)
def test_a_handover_is_accepted_only_by_a_client_that_came_from_it(other: dict[str, object]):
    client = taken_on.model_copy(update=other)
    handover.given(received).beside(client).when(accept).then_refused("client-of-other-origin", "clientRef")


def test_a_handover_is_not_accepted_before_the_client_is_taken_on():
    handover.given(received).when(accept).then_refused("client-unknown", "clientRef")


def test_refuses_to_accept_after_the_offer_expired():
    late = AcceptHandover(occurred_on=date(2006, 4, 1), client_ref=CLIENT)
    handover.given(received).when(late).then_refused("handover-expired", "occurredOn")


def test_refuses_to_accept_what_was_never_offered():
    handover.when(accept).then_refused("handover-unknown")


def test_refuses_to_accept_twice():
    handover.given(received, accepted).when(accept).then_refused("handover-accepted")


def test_declines_on_the_last_day_of_the_offer():
    handover.given(received).when(decline).then(declined)


def test_refuses_to_decline_after_the_offer_expired():
    late = decline.model_copy(update={"occurred_on": date(2006, 4, 1)})
    handover.given(received).when(late).then_refused("handover-expired", "occurredOn")


def test_refuses_to_decline_what_was_never_offered():
    handover.when(decline).then_refused("handover-unknown")


def test_refuses_to_decline_what_was_accepted():
    handover.given(received, accepted).when(decline).then_refused("handover-accepted")


def settle(outcome: HandoverOutcome | None, partner: str = "vluchtelingenwerk") -> SettleHandover:
    return SettleHandover(occurred_on=EXPIRES_ON, from_partner=partner, outcome=outcome)


def settled(outcome: HandoverOutcome | None, partner: str = "vluchtelingenwerk") -> HandoverSettled:
    return HandoverSettled(handover_ref=REF, occurred_on=EXPIRES_ON, from_partner=partner, outcome=outcome)


CODES = {
    None: "handover-accepted",
    HandoverOutcome.DECLINED: "handover-declined",
    HandoverOutcome.EXPIRED: "handover-expired",
    HandoverOutcome.WITHDRAWN: "handover-withdrawn",
}
each_outcome = pytest.mark.parametrize(("outcome", "code"), CODES.items())
both_answers = pytest.mark.parametrize("answer", [accept, decline], ids=lambda command: command.NAME)


@both_answers
def test_refuses_to_answer_what_was_declined(answer: Any):
    handover.given(received, declined).when(answer).then_refused("handover-declined")


@each_outcome
@pytest.mark.parametrize(
    "past",
    [[], [received], [received, accepted], [received, declined], [received, settled(None)]],
    ids=["not received", "received", "accepted", "declined", "settled"],
)
def test_notes_how_the_offering_partner_settled_it(past: Any, outcome: HandoverOutcome | None, code: str):
    handover.given(*past).when(settle(outcome)).then(settled(outcome))


@both_answers
@each_outcome
def test_what_the_offering_partner_settled_cannot_be_answered(
    outcome: HandoverOutcome | None, code: str, answer: Any
):
    handover.given(received, settled(outcome)).beside(taken_on).when(answer).then_refused(code)


def test_the_word_of_the_offering_partner_holds_against_an_acceptance_that_came_too_late():
    late = handover.given(received, accepted, settled(HandoverOutcome.EXPIRED))
    late.when(accept).then_refused("handover-expired")


@each_outcome
def test_an_offer_that_was_settled_before_it_arrived_is_noted_and_cannot_be_answered(
    outcome: HandoverOutcome | None, code: str
):
    handover.given(settled(outcome)).when(receive).then(received)
    handover.given(settled(outcome), received).beside(taken_on).when(accept).then_refused(code)


@both_answers
def test_what_was_settled_before_it_arrived_is_unknown_until_it_does(answer: Any):
    handover.given(settled(HandoverOutcome.EXPIRED)).when(answer).then_refused("handover-unknown")


@pytest.mark.parametrize(
    "past",
    [[received], [received, accepted], [received, declined], [received, settled(None)]],
    ids=["received", "accepted", "declined", "settled"],
)
def test_refuses_that_another_partner_settles_it(past: Any):
    forged = settle(HandoverOutcome.WITHDRAWN, "uwv")
    handover.given(*past).when(forged).then_refused("handover-not-theirs", "fromPartner")


def test_somebody_who_did_not_make_the_offer_cannot_spoil_it_beforehand():
    forged = settled(HandoverOutcome.WITHDRAWN, "uwv")
    handover.given(forged).when(receive).then(received)
    handover.given(forged, received).beside(taken_on).when(accept).then(accepted)


def test_nor_the_word_of_the_partner_who_made_it():
    forged, true = settled(None, "uwv"), settled(HandoverOutcome.WITHDRAWN)
    handover.given(forged).when(settle(HandoverOutcome.WITHDRAWN)).then(true)
    for past in ([forged, true], [true, forged]):
        handover.given(*past, received).beside(taken_on).when(accept).then_refused("handover-withdrawn")


@pytest.mark.parametrize(
    "past", [[settled(None), received], [received, declined]], ids=["settled", "declined"]
)
def test_refuses_an_offer_that_was_received_and_is_over(past: Any):
    handover.given(*past).when(receive).then_refused("handover-exists")


def test_stops_on_a_history_that_cannot_be():
    for event in (accepted, declined):
        with pytest.raises(AssertionError, match=f"{event.TYPE} cannot follow"):
            HANDOVER.replay([event])
