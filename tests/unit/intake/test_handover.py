"""Offering a candidate to another partner, and settling the offer."""

from datetime import date
from uuid import UUID

import pytest

from banen_intake.domain.handover import HANDOVER, CompleteHandover, OfferHandover
from banen_intake.events import HandoverCompleted, HandoverOffered
from banen_kit.testing import Scenario

REF = UUID(int=1)
CANDIDATE = UUID(int=2)
OFFERED_ON = date(2006, 3, 1)
EXPIRES_ON = date(2006, 3, 31)

handover = Scenario(HANDOVER, str(REF), partner="vluchtelingenwerk")

offer = OfferHandover(
    occurred_on=OFFERED_ON, candidate_ref=CANDIDATE, to_partner="emplooi", expires_on=EXPIRES_ON
)
offered = HandoverOffered(
    handover_ref=REF,
    occurred_on=OFFERED_ON,
    candidate_ref=CANDIDATE,
    to_partner="emplooi",
    expires_on=EXPIRES_ON,
)
complete = CompleteHandover(occurred_on=EXPIRES_ON, accepted_by="emplooi")
completed = HandoverCompleted(
    handover_ref=REF, occurred_on=EXPIRES_ON, candidate_ref=CANDIDATE, to_partner="emplooi"
)


def test_offers():
    handover.when(offer).then(offered)


def test_offers_for_a_single_day_with_the_hash_of_the_dossier():
    changes = {"expires_on": OFFERED_ON, "dossier_hash": "a" * 64}
    handover.when(offer.model_copy(update=changes)).then(offered.model_copy(update=changes))


def test_refuses_to_offer_twice():
    handover.given(offered).when(offer).then_refused("handover-exists")


def test_refuses_to_offer_to_somebody_outside_the_programme():
    command = offer.model_copy(update={"to_partner": "nobody"})
    handover.when(command).then_refused("partner-unknown", "toPartner")


def test_refuses_to_offer_to_itself():
    command = offer.model_copy(update={"to_partner": "vluchtelingenwerk"})
    handover.when(command).then_refused("handover-to-self", "toPartner")


def test_refuses_an_offer_that_expires_before_it_is_made():
    command = offer.model_copy(update={"expires_on": date(2006, 2, 28)})
    handover.when(command).then_refused("expires-before-offer", "expiresOn")


def test_completes_what_was_accepted_on_the_last_day():
    handover.given(offered).when(complete).then(completed)


def test_refuses_to_complete_what_was_not_offered():
    handover.when(complete).then_refused("handover-unknown")


def test_refuses_to_complete_twice_so_that_the_first_fact_wins():
    handover.given(offered, completed).when(complete).then_refused("handover-completed")


def test_refuses_an_acceptance_by_another_than_it_was_offered_to():
    command = CompleteHandover(occurred_on=EXPIRES_ON, accepted_by="uwv")
    handover.given(offered).when(command).then_refused("handover-not-yours", "acceptedBy")


def test_refuses_an_acceptance_after_the_offer_expired():
    command = CompleteHandover(occurred_on=date(2006, 4, 1), accepted_by="emplooi")
    handover.given(offered).when(command).then_refused("handover-expired", "occurredOn")


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="handover-completed cannot follow"):
        HANDOVER.replay([completed])
