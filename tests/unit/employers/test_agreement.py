"""Signing, amending, renewing, ending and expiring an agreement, and referrals under it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.employers import LegalKind, PartyKind, SizeBand
from banen_employers.domain.agreement import (
    AGREEMENT,
    AmendAgreement,
    EndAgreement,
    ExpireAgreement,
    RecordReferral,
    RenewAgreement,
    SignAgreement,
    expired_from,
)
from banen_employers.events import (
    AgreementAmended,
    AgreementEnded,
    AgreementExpired,
    AgreementRenewed,
    AgreementSigned,
    EmployerClosed,
    EmployerRegistered,
    ReferralReceived,
)
from banen_kit.crypto.personal_fields import Open
from banen_kit.testing import Scenario
from support.definition import DEFINED, ending

REF, PARTY = UUID(int=1), UUID(int=2)
DAY = date(2006, 3, 1)

agreement = Scenario(AGREEMENT, str(REF), partner="emplooi").knowing(DEFINED)

sign = SignAgreement(occurred_on=DAY, party_kind=PartyKind.UNION, routes=("A", "B"), valid_from=DAY)
signed = AgreementSigned(
    agreement_ref=REF,
    occurred_on=DAY,
    party_kind=PartyKind.UNION,
    routes=("A", "B"),
    valid_from=DAY,
)

registered = EmployerRegistered(
    employer_ref=PARTY,
    occurred_on=DAY,
    legal_kind=LegalKind.COMPANY,
    sector_code="C",
    size_band=SizeBand.UNKNOWN,
    name=Open("Voorbeeld & Zonen"),
)
LAST, AFTER, NEW_LAST = date(2007, 12, 31), date(2008, 1, 1), date(2008, 2, 29)
until = signed.model_copy(update={"valid_to": LAST})
amend = AmendAgreement(
    occurred_on=DAY, routes=("A",), valid_from=DAY, valid_to=LAST, reason_code="fewer-places"
)
amended = AgreementAmended(
    agreement_ref=REF,
    occurred_on=DAY,
    routes=("A",),
    valid_from=DAY,
    valid_to=LAST,
    reason_code="fewer-places",
)
renew = RenewAgreement(occurred_on=DAY, valid_to=NEW_LAST)
renewed = AgreementRenewed(agreement_ref=REF, occurred_on=DAY, valid_to=NEW_LAST)
end = EndAgreement(occurred_on=DAY, reason_code="bankruptcy")
ended = AgreementEnded(agreement_ref=REF, occurred_on=DAY, reason_code="bankruptcy")
refer = RecordReferral(occurred_on=DAY)
referred = ReferralReceived(agreement_ref=REF, occurred_on=DAY, number=1)
expire = ExpireAgreement(occurred_on=AFTER)
expired = AgreementExpired(agreement_ref=REF, occurred_on=AFTER)
FOLLOWING = [amend, renew, end, refer]
named: Any = {"ids": lambda one: getattr(one, "NAME", getattr(one, "TYPE", None))}


def test_signs_without_an_end():
    agreement.when(sign).then(signed)


def test_signs_for_a_single_day_with_everything_that_is_known():
    changes = {
        "party_ref": PARTY,
        "places_promised": 20,
        "valid_to": DAY,
        "document_ref": "SZW/2006/12",
    }
    known = agreement.beside(registered)
    known.when(sign.model_copy(update=changes)).then(signed.model_copy(update=changes))


def test_refuses_a_party_that_is_no_employer_on_record():
    agreement.when(sign.model_copy(update={"party_ref": PARTY})).then_refused("employer-unknown", "partyRef")


def test_refuses_a_party_that_was_closed_as_an_employer_by_that_day():
    closed = EmployerClosed(employer_ref=PARTY, occurred_on=DAY, reason_code="moved-abroad")
    result = agreement.beside(registered, closed).when(sign.model_copy(update={"party_ref": PARTY}))
    result.then_refused("employer-closed", "partyRef")


def test_refuses_an_end_before_the_start():
    command = sign.model_copy(update={"valid_to": date(2006, 2, 28)})
    agreement.when(command).then_refused("end-before-start", "validTo")


def test_refuses_to_sign_twice():
    agreement.given(signed).when(sign).then_refused("agreement-exists")


@pytest.mark.parametrize(
    ("routes", "field"), [(("C",), "routes.0"), (("A", "C"), "routes.1"), (("A", "a", "C"), "routes.1")]
)
def test_refuses_a_route_that_the_programme_does_not_have(routes: tuple[str, ...], field: str):
    agreement.when(sign.model_copy(update={"routes": routes})).then_refused("route-unknown", field)


def test_refuses_a_route_that_is_over_before_it_is_valid():
    agreement.knowing(ending(DAY)).when(sign).then(signed)
    agreement.knowing(ending(DAY - timedelta(days=1))).when(sign).then_refused("route-over", "routes.0")


@pytest.mark.parametrize(
    ("command", "event"),
    [(amend, amended), (renew, renewed), (end, ended), (refer, referred)],
    **named,
)
def test_records_what_follows(command: Any, event: Any):
    agreement.given(until).when(command).then(event)


@pytest.mark.parametrize("command", FOLLOWING, **named)
def test_refuses_what_follows_before_it_is_signed_and_after_it_ended(command: Any):
    agreement.when(command).then_refused("agreement-unknown")
    agreement.given(until, ended).when(command).then_refused("agreement-ended")


@pytest.mark.parametrize("past", [(until,), (until, expired)], ids=["before the timer", "after it"])
@pytest.mark.parametrize("command", [amend, end, refer], **named)
def test_what_follows_is_refused_after_the_last_day_and_taken_until_then(command: Any, past: Any):
    of = agreement.given(*past)
    of.when(command.model_copy(update={"occurred_on": AFTER})).then_refused("agreement-expired", "occurredOn")
    assert of.when(command.model_copy(update={"occurred_on": LAST})).events


def test_amends_all_terms():
    changes = {"places_promised": 3, "routes": ("B",), "valid_to": None, "document_ref": "SZW/2007/1"}
    agreement.given(until).when(amend.model_copy(update=changes)).then(amended.model_copy(update=changes))


def test_refuses_terms_that_could_not_be_signed():
    of = agreement.given(until)
    before = {"valid_to": DAY - timedelta(days=1)}
    of.when(amend.model_copy(update=before)).then_refused("end-before-start", "validTo")
    of.when(amend.model_copy(update={"routes": ("C",)})).then_refused("route-unknown", "routes.0")


def test_renews_also_what_has_expired():
    command = renew.model_copy(update={"occurred_on": AFTER, "document_ref": "SZW/2008/1"})
    again = renewed.model_copy(update={"occurred_on": AFTER, "document_ref": "SZW/2008/1"})
    agreement.given(until, expired).when(command).then(again)
    on_last_day = refer.model_copy(update={"occurred_on": NEW_LAST})
    agreement.given(until, expired, again).when(on_last_day).then(
        referred.model_copy(update={"occurred_on": NEW_LAST})
    )


@pytest.mark.parametrize("last", [LAST, LAST - timedelta(days=1)])
def test_refuses_to_renew_until_a_day_that_is_no_later(last: date):
    agreement.given(until).when(renew.model_copy(update={"valid_to": last})).then_refused(
        "renewal-not-later", "validTo"
    )


def test_refuses_to_renew_what_has_no_last_day():
    agreement.given(signed).when(renew).then_refused("agreement-open-ended", "validTo")


def test_ends_on_its_first_day_and_not_before():
    eve = {"occurred_on": DAY - timedelta(days=1)}
    agreement.given(until).when(end.model_copy(update=eve)).then_refused("end-before-start", "occurredOn")


def test_counts_referrals_and_takes_none_before_the_start():
    second = referred.model_copy(update={"number": 2})
    agreement.given(until, referred).when(refer).then(second)
    agreement.given(until, referred, amended, second, renewed).when(refer).then(
        referred.model_copy(update={"number": 3})
    )
    eve = {"occurred_on": DAY - timedelta(days=1)}
    agreement.given(until).when(refer.model_copy(update=eve)).then_refused(
        "referral-before-start", "occurredOn"
    )


def test_expires_once_on_the_day_after_the_last_whenever_the_timer_fires():
    agreement.given(until).when(expire).then(expired)
    late = ExpireAgreement(occurred_on=date(2026, 3, 1))
    agreement.given(until, referred).when(late).then(expired)
    agreement.given(until, expired).when(expire).then_nothing()


@pytest.mark.parametrize("past", [(), (signed,), (until, ended)], ids=["unknown", "without an end", "ended"])
def test_nothing_else_expires(past: Any):
    agreement.given(*past).when(expire).then_nothing()


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (date(2007, 12, 31), date(2008, 1, 1)),
        (date(2008, 2, 28), date(2008, 2, 29)),
        (date(2008, 2, 29), date(2008, 3, 1)),
        (date(2007, 2, 28), date(2007, 3, 1)),
        (None, None),
    ],
)
@pytest.mark.parametrize("event", [signed, amended, renewed], **named)
def test_is_due_the_day_after_the_last(event: Any, last: date | None, due: date | None):
    assert expired_from(None, event.model_copy(update={"valid_to": last}), DAY) == due


def test_a_history_has_until_midnight_to_tell_what_came_afterwards():
    assert expired_from(None, until, date(2026, 2, 28)) == date(2026, 3, 1)


def test_is_no_longer_due_when_it_is_over_and_still_after_a_referral():
    assert expired_from(AFTER, referred, DAY) == AFTER
    assert expired_from(AFTER, ended, DAY) is None
    assert expired_from(AFTER, expired, AFTER) is None


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="agreement-renewed cannot follow"):
        AGREEMENT.replay([renewed])
