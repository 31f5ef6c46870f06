"""Approaching an employer."""

from datetime import date, timedelta
from uuid import UUID

from banen_contracts.base import ErasureReason
from banen_contracts.employers import ApproachChannel, ApproachLevel, LegalKind, SizeBand
from banen_employers.domain.approach import APPROACH, RecordApproach
from banen_employers.events import (
    EmployerApproached,
    EmployerClosed,
    EmployerErased,
    EmployerRegistered,
    EmployerReopened,
)
from banen_kit.crypto.personal_fields import Open, persons_of
from banen_kit.testing import Scenario

REF, EMPLOYER = UUID(int=1), UUID(int=2)
DAY = date(2006, 3, 1)

registered = EmployerRegistered(
    employer_ref=EMPLOYER,
    occurred_on=DAY,
    legal_kind=LegalKind.COMPANY,
    sector_code="C",
    size_band=SizeBand.UNKNOWN,
    name=Open("Voorbeeld BV"),
)
closed = EmployerClosed(employer_ref=EMPLOYER, occurred_on=DAY, reason_code="moved-abroad")
nobody = Scenario(APPROACH, str(REF), partner="emplooi")
approach = nobody.beside(registered)
record = RecordApproach(occurred_on=DAY, employer_ref=EMPLOYER, channel=ApproachChannel.JOB_FAIR)
approached = EmployerApproached(
    approach_ref=REF,
    occurred_on=DAY,
    employer_ref=EMPLOYER,
    channel=ApproachChannel.JOB_FAIR,
    level=ApproachLevel.UNKNOWN,
)


def test_records():
    approach.when(record).then(approached)


def test_records_who_was_spoken_to_and_what_was_said():
    command = record.model_copy(update={"level": ApproachLevel.SHOP_FLOOR, "notes": "Belt terug."})
    approach.when(command).then(
        approached.model_copy(update={"level": ApproachLevel.SHOP_FLOOR, "notes": Open("Belt terug.")})
    )
    assert "Belt" not in repr(command)
    assert persons_of(EmployerApproached) == {"notes": "employer_ref"}


def test_refuses_to_record_twice():
    approach.given(approached).when(record).then_refused("approach-exists")


def test_refuses_an_employer_that_was_not_registered():
    nobody.when(record).then_refused("employer-unknown", "employerRef")


def test_refuses_an_employer_from_the_day_of_closing_on():
    of = nobody.beside(registered, closed)
    of.when(record).then_refused("employer-closed", "employerRef")
    eve = {"occurred_on": DAY - timedelta(days=1)}
    of.when(record.model_copy(update=eve)).then(approached.model_copy(update=eve))


def test_takes_an_employer_that_was_reopened():
    reopened = EmployerReopened(employer_ref=EMPLOYER, occurred_on=DAY, reason_code="returned")
    nobody.beside(registered, closed, reopened).when(record).then(approached)


def test_refuses_an_employer_that_was_erased():
    erased = EmployerErased(employer_ref=EMPLOYER, occurred_on=DAY, reason=ErasureReason.REQUEST)
    nobody.beside(registered, erased).when(record).then_refused("person-erased")
