"""Registering an employer, and correcting and erasing the persons behind it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.employers import LegalKind, SizeBand
from banen_employers.domain.employer import EMPLOYER, CorrectEmployer, EraseEmployer, RegisterEmployer
from banen_employers.events import EmployerDetailsCorrected, EmployerErased, EmployerRegistered
from banen_kit.crypto.personal_fields import IsPerson, Open, persons_of
from banen_kit.testing import Scenario

REF = UUID(int=1)
DAY = date(2006, 3, 1)

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


def test_refuses_to_correct_what_was_not_registered():
    employer.when(correct).then_refused("employer-unknown")


def test_erases_the_persons_behind_it():
    employer.given(registered).when(erase).then(erased)


def test_refuses_to_erase_what_was_not_registered():
    employer.when(erase).then_refused("employer-unknown")


@pytest.mark.parametrize("command", [register, correct, erase], ids=lambda c: c.NAME)
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
    assert persons_of(EmployerDetailsCorrected) == contact


def test_a_command_never_shows_a_person_in_its_repr():
    command = register.model_copy(
        update=dict.fromkeys(("contact_name", "contact_phone", "contact_email"), "Voorbeeld")
    )
    assert "Voorbeeld" not in repr(command)
    assert not any(word in repr(correct) for word in ("Voorbeeld", "0600000000", "example"))
