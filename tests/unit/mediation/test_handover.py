"""Accepting a candidate whom another partner offered."""

from datetime import date
from uuid import UUID

import pytest

from banen_contracts.mediation import Origin
from banen_kit.crypto.personal_fields import Open
from banen_kit.testing import Scenario
from banen_mediation.domain.handover import HANDOVER, AcceptHandover, ReceiveHandover
from banen_mediation.events import ClientTakenOn, HandoverAccepted, HandoverReceived

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


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="handover-accepted cannot follow"):
        HANDOVER.replay([accepted])
