"""Stewards, the bureau and auditors need a strong and recent sign-in; everybody else and machines do not."""

from datetime import UTC, datetime, timedelta

import pytest

from banen_contracts.roles import ROLES, Role
from banen_kit.core.identity import Principal, SignIn
from banen_kit.security.strength import MAX_AGE, Strength

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANY, TWO_FACTORS = Strength(ROLES.strong), Strength(ROLES.strong, ("mfa", "hardware"))
STRONG = sorted(Role(role) for role in ROLES.strong)
WEAK = sorted(set(Role) - ROLES.strong)


def suffices(strength: Strength, *roles: Role, is_person: bool = True, **said: object) -> bool:
    principal = Principal("somebody", "uaf", frozenset(roles), SignIn(**said))  # pyright: ignore[reportArgumentType]
    return strength.suffices(principal, NOW, is_person=is_person)


@pytest.mark.parametrize("role", STRONG)
def test_a_strong_role_needs_one_of_the_values(role: Role):
    assert [suffices(TWO_FACTORS, role, acr=acr) for acr in ("mfa", "hardware")] == [True, True]
    assert not any(suffices(TWO_FACTORS, role, acr=acr) for acr in (None, "", "0", "MFA", "mfa hardware"))


@pytest.mark.parametrize("role", WEAK)
def test_no_other_role_does(role: Role):
    assert suffices(TWO_FACTORS, role, acr=None, at=NOW - 10 * MAX_AGE)


def test_one_strong_role_among_others_is_enough_to_ask():
    assert not suffices(TWO_FACTORS, Role.MEDIATOR, Role.AUDITOR, acr="password")


@pytest.mark.parametrize("role", STRONG)
def test_a_sign_in_is_too_old_after_twelve_hours_whatever_its_strength(role: Role):
    for strength, acr in ((ANY, None), (TWO_FACTORS, "mfa")):
        assert suffices(strength, role, acr=acr, at=NOW - MAX_AGE)
        assert not suffices(strength, role, acr=acr, at=NOW - MAX_AGE - SECOND)


def test_where_the_issuer_tells_no_time_age_is_not_looked_at():
    assert suffices(TWO_FACTORS, Role.AUDITOR, acr="mfa")
    assert suffices(ANY, Role.AUDITOR)


def test_a_machine_is_not_locked_out_and_a_person_of_whom_nothing_is_told_is():
    assert suffices(TWO_FACTORS, Role.PROJECT_BUREAU, is_person=False)
    assert not suffices(TWO_FACTORS, Role.PROJECT_BUREAU, is_person=True)


@pytest.mark.parametrize("said", [{"at": NOW}, {"session": "s"}, {"acr": "password"}])
def test_who_signed_in_is_no_machine(said: dict[str, object]):
    assert not suffices(TWO_FACTORS, Role.PROJECT_BUREAU, is_person=False, **said)


def test_says_what_to_ask_the_issuer_for():
    assert TWO_FACTORS.wanted() == {"acr_values": "mfa hardware", "max_age": "43200"}
    assert ANY.wanted() == {"max_age": "43200"}
