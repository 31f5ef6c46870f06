"""What intake does by itself when others, and it itself, publish."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of
from banen_contracts.consent import ConsentScope
from banen_contracts.intake import CandidateClosed, CandidateErased, ConsentWithdrawn, HandoverOffered
from banen_contracts.mediation import HandoverAccepted, HandoverDeclined
from banen_contracts.reporting import SourceDeclaredLive
from banen_intake.domain.handover import CheckConsent, CompleteHandover, SettleDeclined
from banen_intake.reactors import (
    CHECK_CONSENT,
    COMPLETE_HANDOVER,
    REACTORS,
    SETTLE_DECLINED,
)
from banen_intake.service import SERVICE
from banen_kit.application.definition import Dispatch
from banen_kit.application.source_live import GO_LIVE, GoLive

HANDOVER, CANDIDATE = UUID(int=1), UUID(int=2)
DAY = date(2006, 3, 1)
OURS = "vluchtelingenwerk"

accepted = HandoverAccepted(handover_ref=HANDOVER, occurred_on=DAY, client_ref=UUID(int=3), from_partner=OURS)
declined = HandoverDeclined(
    handover_ref=HANDOVER, occurred_on=DAY, from_partner=OURS, reason_code="no-vacancies"
)
offered = HandoverOffered(
    handover_ref=HANDOVER,
    occurred_on=DAY,
    candidate_ref=CANDIDATE,
    to_partner="emplooi",
    expires_on=date(2006, 3, 31),
)
no_handover = ConsentWithdrawn(
    candidate_ref=CANDIDATE, occurred_on=DAY, scope=ConsentScope.HANDOVER, to_partner="emplooi"
)
closed = CandidateClosed(candidate_ref=CANDIDATE, occurred_on=DAY, reason_code="moved-away")
erased = CandidateErased(candidate_ref=CANDIDATE, occurred_on=DAY)
ANSWERS = (accepted, declined)
OWN = (offered, no_handover, closed, erased)
by_name: dict[str, Any] = {"ids": lambda event: event.NAME}


def envelope(partner: str, service: str, event: PublicEvent, **more: Any) -> Envelope:
    return Envelope(
        id=UUID(int=9),
        source=source_of(partner, service),
        type=f"nl.banenoffensief.{event.NAME}",
        subject=event.ref,
        time=datetime(2006, 3, 1, 12, tzinfo=UTC),
        partner=partner,
        sequence=1,
        correlationid=UUID(int=9),
        causationid=UUID(int=9),
        **more,
    )


def sent(event: PublicEvent, by: str, service: str = "intake", to: str = OURS, **more: Any) -> list[Dispatch]:
    """What all reactors that listen to the event make of it."""
    found = [
        one.react(envelope(by, service, event, **more), event, to)
        for one in SERVICE.reactors
        if type(event) in one.listens_to
    ]
    return [one for one in found if one is not None]


def test_completes_our_handover_in_the_name_of_who_accepted():
    command = CompleteHandover(occurred_on=DAY, accepted_by="emplooi")
    assert sent(accepted, "emplooi", "mediation") == [Dispatch(COMPLETE_HANDOVER, str(HANDOVER), command)]


def test_ends_our_offer_in_the_name_of_who_declined():
    command = SettleDeclined(occurred_on=DAY, declined_by="emplooi", reason_code="no-vacancies")
    assert sent(declined, "emplooi", "mediation") == [Dispatch(SETTLE_DECLINED, str(HANDOVER), command)]


@pytest.mark.parametrize("event", ANSWERS, **by_name)
def test_leaves_a_handover_of_another_partner_alone(event: PublicEvent):
    assert sent(event, "emplooi", "mediation", to="uaf") == []


@pytest.mark.parametrize("event", ANSWERS, **by_name)
def test_ignores_an_answer_that_does_not_come_from_a_mediation(event: PublicEvent):
    assert sent(event, "emplooi", "employers") == []


check = CheckConsent(occurred_on=DAY, candidate_ref=CANDIDATE)


def test_looks_at_the_consent_again_after_an_offer():
    assert sent(offered, OURS) == [Dispatch(CHECK_CONSENT, str(HANDOVER), check)]


@pytest.mark.parametrize("event", [no_handover, closed, erased], **by_name)
def test_looks_at_all_offers_of_whoever_withdraws_consent_or_is_closed_or_erased(event: PublicEvent):
    assert sent(event, OURS) == [Dispatch(CHECK_CONSENT, str(CANDIDATE), check, to_all_about=True)]


@pytest.mark.parametrize("event", OWN, **by_name)
def test_ends_nothing_because_of_a_historic_load(event: PublicEvent):
    """What the other partner answered may be loaded later."""
    assert sent(event, OURS, imported=True, knownat=datetime(2006, 3, 1, 11, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "scope", [one for one in ConsentScope if one is not ConsentScope.HANDOVER], ids=lambda one: one.value
)
def test_withdrawing_something_else_ends_no_offer(scope: ConsentScope):
    other = ConsentWithdrawn(candidate_ref=CANDIDATE, occurred_on=DAY, scope=scope)
    assert sent(other, OURS) == []


@pytest.mark.parametrize("event", OWN, **by_name)
def test_what_another_partner_or_service_says_of_a_candidate_changes_nothing_here(event: PublicEvent):
    assert sent(event, "uaf") == []
    assert sent(event, OURS, "mediation") == []


def test_what_only_we_say_is_only_heard_from_us():
    assert {event for one in REACTORS if one.only_own for event in one.listens_to} == set(map(type, OWN))


def test_takes_note_when_the_bureau_declares_it_live():
    live = SourceDeclaredLive(partner_id="uaf", service="intake", occurred_on=DAY)
    assert sent(live, "bureau", "reporting", to="uaf") == [Dispatch(GO_LIVE, "live", GoLive(occurred_on=DAY))]


def test_listens_to_everything_that_it_reacts_to():
    heard = {event for one in SERVICE.reactors for event in one.listens_to}
    assert heard == {SourceDeclaredLive, *map(type, (*ANSWERS, *OWN))}


def test_nobody_outside_may_give_what_reactors_give():
    given = {one.name for one in (COMPLETE_HANDOVER, SETTLE_DECLINED, CHECK_CONSENT)}
    assert given.isdisjoint(operation.name for operation in SERVICE.commands)
