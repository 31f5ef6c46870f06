"""What a candidate allows, what its absence forbids, and the portraits that rest on it."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts.consent import Consent, ConsentScope
from banen_intake.domain.consent import GrantConsent, PublishPortrait, TakeDownPortrait, WithdrawConsent
from support.candidate import (
    DAY,
    PORTRAIT,
    STATISTICS,
    TO_EMPLOOI,
    allowed,
    allowing,
    candidate,
    closed,
    lost,
    no_longer,
    portrait,
    registered,
    taken_down,
)

SCOPES = [
    (ConsentScope.HANDOVER, "emplooi"),
    (ConsentScope.LINKAGE, None),
    (ConsentScope.PUBLICITY, None),
    (ConsentScope.STATISTICS, None),
]
each_scope = pytest.mark.parametrize(("scope", "partner"), SCOPES)
publish = PublishPortrait(occurred_on=DAY, portrait_ref=PORTRAIT, document_ref="PHOTO-1")
take_down = TakeDownPortrait(occurred_on=DAY, portrait_ref=PORTRAIT)
publicity = allowed(ConsentScope.PUBLICITY)


def grant(scope: ConsentScope, partner: str | None = None, **more: Any) -> GrantConsent:
    return GrantConsent(occurred_on=DAY, scope=scope, to_partner=partner, **more)


def withdraw(scope: ConsentScope, partner: str | None = None) -> WithdrawConsent:
    return WithdrawConsent(occurred_on=DAY, scope=scope, to_partner=partner)


@each_scope
def test_each_thing_is_allowed_by_itself(scope: ConsentScope, partner: str | None):
    candidate.given(registered).when(grant(scope, partner)).then(allowed(scope, partner))


def test_keeps_the_mark_of_the_signed_form():
    expected = allowed(ConsentScope.LINKAGE).model_copy(update={"document_ref": "FORM-1"})
    candidate.given(registered).when(grant(ConsentScope.LINKAGE, document_ref="FORM-1")).then(expected)


def test_somebody_whose_contact_was_lost_can_allow_something():
    candidate.given(registered, lost).when(grant(ConsentScope.LINKAGE)).then(allowed(ConsentScope.LINKAGE))


@each_scope
def test_refuses_what_is_allowed_already(scope: ConsentScope, partner: str | None):
    given = candidate.given(registered, allowed(scope, partner))
    given.when(grant(scope, partner)).then_refused("consent-granted", "scope")


def test_refuses_what_was_allowed_from_the_start():
    given = candidate.given(allowing(STATISTICS, TO_EMPLOOI))
    given.when(grant(ConsentScope.STATISTICS)).then_refused("consent-granted", "scope")
    given.when(grant(ConsentScope.HANDOVER, "emplooi")).then_refused("consent-granted", "scope")


def test_consent_to_one_partner_is_none_to_another():
    to_uwv = allowed(ConsentScope.HANDOVER, "uwv")
    candidate.given(allowing(TO_EMPLOOI)).when(grant(ConsentScope.HANDOVER, "uwv")).then(to_uwv)


def test_refuses_consent_to_a_handover_to_ourselves():
    command = grant(ConsentScope.HANDOVER, "vluchtelingenwerk")
    candidate.given(registered).when(command).then_refused("handover-to-self", "toPartner")


def test_refuses_consent_to_a_handover_out_of_the_programme():
    command = grant(ConsentScope.HANDOVER, "nobody")
    candidate.given(registered).when(command).then_refused("partner-unknown", "toPartner")


@pytest.mark.parametrize(
    ("scope", "partner"),
    [(ConsentScope.HANDOVER, None), (ConsentScope.LINKAGE, "emplooi"), (ConsentScope.STATISTICS, "emplooi")],
)
@pytest.mark.parametrize("kind", [Consent, GrantConsent, WithdrawConsent])
def test_a_handover_names_a_partner_and_nothing_else_does(
    kind: type[Consent], scope: ConsentScope, partner: str | None
):
    day = {} if kind is Consent else {"occurred_on": DAY}
    with pytest.raises(ValidationError, match="a handover names a partner"):
        kind.model_validate({"scope": scope, "to_partner": partner, **day})


@each_scope
def test_withdraws_what_was_allowed(scope: ConsentScope, partner: str | None):
    given = candidate.given(registered, allowed(scope, partner))
    given.when(withdraw(scope, partner)).then(no_longer(scope, partner))


@each_scope
def test_withdraws_also_when_the_file_is_closed(scope: ConsentScope, partner: str | None):
    given = candidate.given(registered, allowed(scope, partner), closed)
    given.when(withdraw(scope, partner)).then(no_longer(scope, partner))


def test_refuses_to_withdraw_what_is_not_allowed():
    withdrawn = [allowed(ConsentScope.LINKAGE), no_longer(ConsentScope.LINKAGE)]
    for past in ([], withdrawn, [allowed(ConsentScope.PUBLICITY)]):
        candidate.given(registered, *past).when(withdraw(ConsentScope.LINKAGE)).then_refused(
            "consent-missing", "scope"
        )


def test_refuses_to_withdraw_consent_to_another_partner():
    given = candidate.given(allowing(TO_EMPLOOI))
    given.when(withdraw(ConsentScope.HANDOVER, "uwv")).then_refused("consent-missing", "scope")


def test_what_was_withdrawn_can_be_allowed_again():
    past = (registered, allowed(ConsentScope.LINKAGE), no_longer(ConsentScope.LINKAGE))
    candidate.given(*past).when(grant(ConsentScope.LINKAGE)).then(allowed(ConsentScope.LINKAGE))


def test_publishes_a_portrait():
    candidate.given(registered, publicity).when(publish).then(portrait)


@pytest.mark.parametrize(
    "past",
    [[], [allowed(ConsentScope.STATISTICS)], [publicity, no_longer(ConsentScope.PUBLICITY)]],
    ids=["never asked", "another", "withdrawn"],
)
def test_without_consent_to_publicity_there_is_no_portrait(past: Any):
    candidate.given(registered, *past).when(publish).then_refused("consent-missing")


@pytest.mark.parametrize("past", [[portrait], [portrait, taken_down]], ids=["shown", "taken down"])
def test_refuses_a_portrait_that_was_recorded(past: Any):
    candidate.given(registered, publicity, *past).when(publish).then_refused("portrait-exists", "portraitRef")


def test_withdrawing_publicity_names_the_portraits_that_must_be_taken_down():
    other = portrait.model_copy(update={"portrait_ref": UUID(int=99)})
    given = candidate.given(registered, publicity, portrait, other, taken_down)
    given.when(withdraw(ConsentScope.PUBLICITY)).then(
        no_longer(ConsentScope.PUBLICITY, portraits=(UUID(int=99),))
    )


def test_withdrawing_something_else_leaves_the_portraits():
    given = candidate.given(allowing(STATISTICS), publicity, portrait)
    given.when(withdraw(ConsentScope.STATISTICS)).then(no_longer(ConsentScope.STATISTICS))


@pytest.mark.parametrize(
    "past",
    [[], [no_longer(ConsentScope.PUBLICITY, portraits=(PORTRAIT,))], [closed]],
    ids=["allowed", "withdrawn", "closed"],
)
def test_a_portrait_can_always_be_taken_down(past: Any):
    candidate.given(registered, publicity, portrait, *past).when(take_down).then(taken_down)


def test_refuses_to_take_down_a_portrait_that_there_is_not():
    candidate.given(registered, publicity).when(take_down).then_refused("portrait-unknown", "portraitRef")


def test_refuses_to_take_down_a_portrait_twice():
    given = candidate.given(registered, publicity, portrait, taken_down)
    given.when(take_down).then_refused("portrait-taken-down", "portraitRef")
