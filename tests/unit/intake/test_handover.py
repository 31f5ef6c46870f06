"""Offering a candidate to another partner, and how the offer is settled: the first fact wins."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.consent import ConsentScope
from banen_contracts.intake import HandoverOutcome
from banen_intake.domain.handover import (
    HANDOVER,
    CheckConsent,
    CompleteHandover,
    ExpireHandover,
    OfferHandover,
    SettleDeclined,
    WithdrawHandover,
    expired_from,
)
from banen_intake.events import HandoverCompleted, HandoverEnded, HandoverOffered
from banen_kit.testing import Scenario
from support.candidate import (
    REF as CANDIDATE,
    STATISTICS,
    TO_EMPLOOI,
    allowed,
    allowing,
    closed,
    erased,
    lost,
    no_longer,
    reentered,
    registered,
)

REF = UUID(int=77)
OFFERED_ON = date(2006, 3, 1)
EXPIRES_ON = date(2006, 3, 31)
AFTERWARDS = date(2006, 4, 1)

handover = Scenario(HANDOVER, str(REF), partner="vluchtelingenwerk").beside(allowing(TO_EMPLOOI))

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
withdraw = WithdrawHandover(occurred_on=EXPIRES_ON, reason_code="found-work")
complete = CompleteHandover(occurred_on=EXPIRES_ON, accepted_by="emplooi")
completed = HandoverCompleted(
    handover_ref=REF, occurred_on=EXPIRES_ON, candidate_ref=CANDIDATE, to_partner="emplooi"
)
decline = SettleDeclined(occurred_on=EXPIRES_ON, declined_by="emplooi", reason_code="no-vacancies")
expire = ExpireHandover(occurred_on=AFTERWARDS)
check = CheckConsent(occurred_on=OFFERED_ON, candidate_ref=CANDIDATE)


def ended(outcome: HandoverOutcome, reason: str | None, day: date = EXPIRES_ON) -> HandoverEnded:
    return HandoverEnded(
        handover_ref=REF,
        occurred_on=day,
        candidate_ref=CANDIDATE,
        to_partner="emplooi",
        outcome=outcome,
        reason_code=reason,
    )


withdrawn = ended(HandoverOutcome.WITHDRAWN, "found-work")
declined = ended(HandoverOutcome.DECLINED, "no-vacancies")
expired = ended(HandoverOutcome.EXPIRED, None, AFTERWARDS)
of_each_end = pytest.mark.parametrize("end", [withdrawn, declined, expired], ids=lambda end: end.outcome)
of_each_settlement = pytest.mark.parametrize(
    "settled",
    [completed, withdrawn, declined, expired],
    ids=["completed", "withdrawn", "declined", "expired"],
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


@pytest.mark.parametrize(
    "file",
    [
        [registered],
        [allowing(STATISTICS)],
        [registered, allowed(ConsentScope.HANDOVER, "uwv")],
        [allowing(TO_EMPLOOI), no_longer(ConsentScope.HANDOVER, "emplooi")],
    ],
    ids=["never asked", "another scope", "another partner", "withdrawn"],
)
def test_without_consent_to_a_partner_there_is_no_offer(file: Any):
    handover.beside(*file).when(offer).then_refused("consent-missing", "toPartner")


def test_consent_that_was_given_later_will_do():
    handover.beside(registered, allowed(ConsentScope.HANDOVER, "emplooi")).when(offer).then(offered)


@pytest.mark.parametrize(
    ("file", "code", "field"),
    [
        ([], "candidate-unknown", None),
        ([allowing(TO_EMPLOOI), closed], "candidate-closed", None),
        ([allowing(TO_EMPLOOI), lost], "candidate-lost", "occurredOn"),
        ([allowing(TO_EMPLOOI), erased], "person-erased", None),
    ],
    ids=["unknown", "closed", "lost", "erased"],
)
def test_offers_only_a_candidate_with_whom_there_is_contact(file: Any, code: str, field: str | None):
    handover.beside(*file).when(offer).then_refused(code, field)


def test_an_offer_of_a_day_before_contact_was_lost_is_taken():
    late = {"occurred_on": OFFERED_ON - timedelta(days=1)}
    handover.beside(allowing(TO_EMPLOOI), lost).when(offer.model_copy(update=late)).then(
        offered.model_copy(update=late)
    )


def test_withdraws():
    handover.given(offered).when(withdraw).then(withdrawn)


def test_refuses_to_withdraw_what_was_not_offered():
    handover.when(withdraw).then_refused("handover-unknown")


def test_refuses_to_withdraw_what_was_completed():
    handover.given(offered, completed).when(withdraw).then_refused("handover-completed")


@of_each_end
def test_refuses_to_withdraw_what_has_ended(end: HandoverEnded):
    handover.given(offered, end).when(withdraw).then_refused("handover-ended")


def test_completes_what_was_accepted_on_the_last_day():
    handover.given(offered).when(complete).then(completed)


def test_refuses_to_complete_what_was_not_offered():
    handover.when(complete).then_refused("handover-unknown")


def test_refuses_to_complete_twice_so_that_the_first_fact_wins():
    handover.given(offered, completed).when(complete).then_refused("handover-completed")


@of_each_end
def test_an_acceptance_after_the_end_changes_nothing(end: HandoverEnded):
    handover.given(offered, end).when(complete).then_nothing()


def test_refuses_an_acceptance_by_another_than_it_was_offered_to():
    command = complete.model_copy(update={"accepted_by": "uwv"})
    handover.given(offered).when(command).then_refused("handover-not-yours", "acceptedBy")


def test_refuses_an_acceptance_after_the_offer_expired():
    command = complete.model_copy(update={"occurred_on": AFTERWARDS})
    handover.given(offered).when(command).then_refused("handover-expired", "occurredOn")


def test_ends_as_declined_with_the_others_reason():
    handover.given(offered).when(decline).then(declined)


def test_refuses_a_decline_by_another_than_it_was_offered_to():
    command = decline.model_copy(update={"declined_by": "uwv"})
    handover.given(offered).when(command).then_refused("handover-not-yours", "declinedBy")


def test_refuses_a_decline_of_what_was_not_offered():
    handover.when(decline).then_refused("handover-unknown")


@of_each_settlement
def test_a_decline_after_the_offer_was_settled_changes_nothing(settled: Any):
    handover.given(offered, settled).when(decline).then_nothing()


def test_expires():
    handover.given(offered).when(expire).then(expired)


def test_what_was_not_offered_does_not_expire():
    handover.when(expire).then_nothing()


@of_each_settlement
def test_what_was_settled_does_not_expire(settled: Any):
    handover.given(offered, settled).when(expire).then_nothing()


def test_an_offer_stands_while_the_candidate_allows_it():
    handover.given(offered).when(check).then_nothing()
    handover.given(offered).beside(allowing(TO_EMPLOOI), lost).when(check).then_nothing()


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ([allowing(TO_EMPLOOI), no_longer(ConsentScope.HANDOVER, "emplooi")], "consent-withdrawn"),
        ([allowing(TO_EMPLOOI), closed], "candidate-closed"),
        ([allowing(TO_EMPLOOI), erased], "candidate-closed"),
    ],
    ids=["withdrawn", "closed", "erased"],
)
def test_an_offer_ends_when_the_candidate_no_longer_allows_it_or_the_file_is_closed(file: Any, reason: str):
    no_more = ended(HandoverOutcome.WITHDRAWN, reason, OFFERED_ON)
    handover.given(offered).beside(*file).when(check).then(no_more)


def test_an_offer_to_one_partner_stands_when_consent_to_another_is_withdrawn():
    to_uwv = ConsentScope.HANDOVER, "uwv"
    file = allowing(TO_EMPLOOI), allowed(*to_uwv), no_longer(*to_uwv)
    handover.given(offered).beside(*file).when(check).then_nothing()


def test_an_offer_stands_when_the_consent_was_given_again_meanwhile():
    to_emplooi = ConsentScope.HANDOVER, "emplooi"
    file = allowing(TO_EMPLOOI), no_longer(*to_emplooi), allowed(*to_emplooi)
    handover.given(offered).beside(*file).when(check).then_nothing()


def test_an_offer_stands_when_the_candidate_takes_part_again_meanwhile():
    handover.given(offered).beside(allowing(TO_EMPLOOI), closed, reentered).when(check).then_nothing()


@of_each_settlement
def test_what_was_settled_is_not_checked_again(settled: Any):
    handover.given(offered, settled).beside(registered).when(check).then_nothing()


def test_what_was_not_offered_needs_no_consent():
    handover.beside(registered).when(check).then_nothing()


@pytest.mark.parametrize(
    ("last_day", "due"),
    [
        (date(2006, 3, 31), date(2006, 4, 1)),
        (date(2008, 2, 28), date(2008, 2, 29)),
        (date(2008, 2, 29), date(2008, 3, 1)),
        (date(2008, 12, 31), date(2009, 1, 1)),
    ],
)
def test_an_offer_expires_on_the_day_after_the_last(last_day: date, due: date):
    event = offered.model_copy(update={"expires_on": last_day})
    assert expired_from(None, event, OFFERED_ON) == due


@of_each_settlement
def test_what_was_settled_is_not_due(settled: Any):
    assert expired_from(AFTERWARDS, settled, OFFERED_ON) is None


@pytest.mark.parametrize(
    "past", [[completed], [withdrawn], [offered, offered], [offered, expired, completed]]
)
def test_stops_on_a_history_that_cannot_be(past: Any):
    with pytest.raises(AssertionError, match="cannot follow"):
        HANDOVER.replay(past)
