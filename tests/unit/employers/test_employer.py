"""Registering an employer, and correcting and erasing the persons behind it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.employers import LegalKind, SizeBand
from banen_employers.domain.employer import (
    EMPLOYER,
    CloseEmployer,
    CorrectEmployer,
    EraseEmployer,
    JoinPlatform,
    LeavePlatform,
    RegisterEmployer,
    RenameEmployer,
    ReopenEmployer,
)
from banen_employers.events import (
    EmployerClosed,
    EmployerDetailsCorrected,
    EmployerErased,
    EmployerRegistered,
    EmployerRenamed,
    EmployerReopened,
    PlatformMembershipChanged,
)
from banen_kit.crypto.personal_fields import IsPerson, Open, persons_of
from banen_kit.testing import Scenario

REF = UUID(int=1)
DAY, EVE, LATER = date(2006, 3, 1), date(2006, 2, 28), date(2006, 4, 1)

employer = Scenario(EMPLOYER, str(REF), partner="emplooi")

register = RegisterEmployer(
    occurred_on=DAY, legal_kind=LegalKind.COMPANY, sector_code="C", name="Voorbeeld & Zonen"
)
registered = EmployerRegistered(
    employer_ref=REF,
    occurred_on=DAY,
    legal_kind=LegalKind.COMPANY,
    sector_code="C",
    size_band=SizeBand.UNKNOWN,
    name=Open("Voorbeeld & Zonen"),
)
erase = EraseEmployer(occurred_on=DAY, reason=ErasureReason.OTHER)
erased = EmployerErased(employer_ref=REF, occurred_on=DAY, reason=ErasureReason.OTHER)
correct = CorrectEmployer(
    occurred_on=DAY,
    reason_code="other-person",
    contact_name="Sanne Voorbeeld",
    contact_phone="0600000000",
    contact_email="sanne@example.org",
)
corrected = EmployerDetailsCorrected(
    employer_ref=REF,
    occurred_on=DAY,
    reason_code="other-person",
    contact_name=Open("Sanne Voorbeeld"),
    contact_phone=Open("0600000000"),
    contact_email=Open("sanne@example.org"),
)

trader = registered.model_copy(update={"legal_kind": LegalKind.SOLE_TRADER})
rename = RenameEmployer(occurred_on=LATER, reason_code="merged", name="Ander Voorbeeld")
renamed = EmployerRenamed(
    employer_ref=REF, occurred_on=LATER, reason_code="merged", name=Open("Ander Voorbeeld")
)
close = CloseEmployer(occurred_on=DAY, reason_code="moved-abroad")
closed = EmployerClosed(employer_ref=REF, occurred_on=DAY, reason_code="moved-abroad")
reopen = ReopenEmployer(occurred_on=LATER, reason_code="returned")
reopened = EmployerReopened(employer_ref=REF, occurred_on=LATER, reason_code="returned")
join, leave = JoinPlatform(occurred_on=DAY), LeavePlatform(occurred_on=DAY)
joined = PlatformMembershipChanged(employer_ref=REF, occurred_on=DAY, joined=True)
left = PlatformMembershipChanged(employer_ref=REF, occurred_on=DAY, joined=False)
EVERYTHING = [register, rename, correct, close, reopen, join, leave, erase]


def test_registers_without_a_public_name_unless_the_employer_agreed():
    employer.when(register).then(registered)


def test_registers_with_everything_that_is_known():
    command = register.model_copy(
        update={
            "size_band": SizeBand.FROM_100,
            "municipality_code": "GM0363",
            "contact_name": "Sanne Voorbeeld",
            "contact_phone": "0600000000",
            "contact_email": "sanne@example.org",
        }
    )
    employer.when(command).then(
        EmployerRegistered(
            employer_ref=REF,
            occurred_on=DAY,
            legal_kind=LegalKind.COMPANY,
            sector_code="C",
            size_band=SizeBand.FROM_100,
            municipality_code="GM0363",
            name=Open("Voorbeeld & Zonen"),
            contact_name=Open("Sanne Voorbeeld"),
            contact_phone=Open("0600000000"),
            contact_email=Open("sanne@example.org"),
        )
    )


@pytest.mark.parametrize("legal_kind", [LegalKind.COMPANY, LegalKind.PUBLIC])
def test_an_organisation_that_agreed_has_a_public_name(legal_kind: LegalKind):
    command = register.model_copy(update={"publish_name": True, "legal_kind": legal_kind})
    employer.when(command).then(
        registered.model_copy(update={"public_name": "Voorbeeld & Zonen", "legal_kind": legal_kind})
    )


def test_a_sole_trader_never_has_a_public_name():
    changes = {"legal_kind": LegalKind.SOLE_TRADER}
    command = register.model_copy(update=changes | {"publish_name": True})
    employer.when(command).then(registered.model_copy(update=changes))


def test_refuses_to_register_twice():
    employer.given(registered).when(register).then_refused("employer-exists")


def test_corrects_everything_about_the_contact_person():
    employer.given(registered).when(correct).then(corrected)


@pytest.mark.parametrize("detail", ["contactName", "contactPhone", "contactEmail"])
def test_removes_a_contact_person_who_left(detail: Any):
    command = CorrectEmployer(occurred_on=DAY, reason_code="left", remove=(detail,))
    employer.given(registered).when(command).then(
        EmployerDetailsCorrected(employer_ref=REF, occurred_on=DAY, reason_code="left", removed=(detail,))
    )


@pytest.mark.parametrize("command", EVERYTHING[1:], ids=lambda c: c.NAME)
def test_refuses_everything_about_what_was_not_registered(command: Any):
    employer.when(command).then_refused("employer-unknown")


def test_corrects_the_name_of_a_sole_trader():
    command = CorrectEmployer(occurred_on=DAY, reason_code="typing-error", name="Anna Voorbeeld")
    employer.given(trader).when(command).then(
        EmployerDetailsCorrected(
            employer_ref=REF, occurred_on=DAY, reason_code="typing-error", name=Open("Anna Voorbeeld")
        )
    )


def test_refuses_to_correct_the_name_of_an_organisation():
    command = correct.model_copy(update={"name": "Ander Voorbeeld"})
    employer.given(registered).when(command).then_refused("name-not-personal", "name")


def test_renames_an_organisation_also_when_closed():
    employer.given(registered).when(rename).then(renamed)
    employer.given(registered, closed, renamed).when(rename).then(renamed)


def test_the_new_name_is_public_if_the_organisation_agreed():
    command = rename.model_copy(update={"publish_name": True})
    employer.given(registered).when(command).then(
        renamed.model_copy(update={"public_name": "Ander Voorbeeld"})
    )


def test_refuses_to_rename_a_sole_trader():
    command = rename.model_copy(update={"publish_name": True})
    employer.given(trader).when(command).then_refused("name-personal", "name")


def test_closes_and_reopens():
    employer.given(registered).when(close).then(closed)
    employer.given(registered, closed).when(reopen).then(reopened)
    employer.given(registered, closed, reopened).when(close).then(closed)


def test_reopens_on_the_day_of_closing_and_not_before():
    of = employer.given(registered, closed)
    same_day = {"occurred_on": DAY}
    of.when(reopen.model_copy(update=same_day)).then(reopened.model_copy(update=same_day))
    of.when(reopen.model_copy(update={"occurred_on": EVE})).then_refused(
        "reopening-before-closing", "occurredOn"
    )


def test_refuses_to_reopen_what_is_open():
    employer.given(registered).when(reopen).then_refused("employer-open")
    employer.given(registered, closed, reopened).when(reopen).then_refused("employer-open")


@pytest.mark.parametrize("command", [close, join], ids=lambda c: c.NAME)
def test_refuses_what_concerns_a_closed_employer(command: Any):
    employer.given(registered, closed).when(command).then_refused("employer-closed")


def test_refuses_to_register_a_closed_employer_anew():
    employer.given(registered, closed).when(register).then_refused("employer-exists")


def test_what_is_known_of_a_closed_employer_is_still_corrected_and_erased():
    employer.given(registered, closed).when(correct).then(corrected)
    employer.given(registered, closed, corrected).when(erase).then(erased)


def test_joins_and_leaves_the_platform():
    employer.given(registered).when(join).then(joined)
    employer.given(registered, joined).when(leave).then(left)
    employer.given(registered, joined, left).when(join).then(joined)
    employer.given(registered, joined, closed).when(leave).then(left)


def test_refuses_to_leave_before_having_joined():
    early = leave.model_copy(update={"occurred_on": DAY - timedelta(days=1)})
    employer.given(registered, joined).when(early).then_refused("leaving-before-joining", "occurredOn")


def test_refuses_to_join_twice_or_to_leave_without_having_joined():
    employer.given(registered, joined).when(join).then_refused("platform-joined")
    employer.given(registered).when(leave).then_refused("platform-not-joined")
    employer.given(registered, joined, left).when(leave).then_refused("platform-not-joined")


def test_erases_the_persons_behind_it():
    employer.given(registered).when(erase).then(erased)


@pytest.mark.parametrize("command", EVERYTHING, ids=lambda c: c.NAME)
def test_refuses_everything_after_an_erasure(command: Any):
    employer.given(registered, erased).when(command).then_refused("person-erased")


def test_an_erasure_names_whose_key_goes_and_needs_none_itself():
    assert (erased.erased_person(), registered.erased_person()) == (REF, None)
    assert EmployerErased.model_fields["employer_ref"].metadata == []


def test_an_employer_concerns_persons():
    fields = EmployerRegistered.model_fields
    assert any(isinstance(mark, IsPerson) for mark in fields["employer_ref"].metadata)


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="employer-erased cannot follow"):
        EMPLOYER.replay([erased])


def test_seals_what_is_personal_under_the_key_of_the_employer():
    contact = dict.fromkeys(("contact_name", "contact_phone", "contact_email"), "employer_ref")
    assert persons_of(EmployerRegistered) == {"name": "employer_ref", **contact}
    assert persons_of(EmployerRenamed) == {"name": "employer_ref"}
    assert persons_of(EmployerDetailsCorrected) == {"name": "employer_ref", **contact}


def test_a_command_never_shows_a_person_in_its_repr():
    command = register.model_copy(
        update=dict.fromkeys(("contact_name", "contact_phone", "contact_email"), "Voorbeeld")
    )
    assert "Voorbeeld" not in repr(command)
    assert "Voorbeeld" not in repr(rename)
    assert not any(word in repr(correct) for word in ("Voorbeeld", "0600000000", "example"))
