"""Opening and closing a vacancy, and demand that could not be met."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.employers import LegalKind, SizeBand, VacancyClosing
from banen_employers.domain.vacancy import (
    VACANCY,
    CloseVacancy,
    CloseWithEmployer,
    ExpireVacancy,
    OpenVacancy,
    ReportUnmetDemand,
    expired_from,
)
from banen_employers.events import (
    EmployerClosed,
    EmployerErased,
    EmployerRegistered,
    EmployerReopened,
    UnmetDemandReported,
    VacancyClosed,
    VacancyOpened,
)
from banen_kit.crypto.personal_fields import Open, persons_of
from banen_kit.testing import Scenario
from support.definition import DEFINED, ending

REF, EMPLOYER = UUID(int=1), UUID(int=2)
DAY, LAST, AFTER = date(2006, 3, 1), date(2006, 12, 31), date(2007, 1, 1)

registered = EmployerRegistered(
    employer_ref=EMPLOYER,
    occurred_on=DAY,
    legal_kind=LegalKind.COMPANY,
    sector_code="C",
    size_band=SizeBand.UNKNOWN,
    name=Open("Voorbeeld BV"),
)
closed_employer = EmployerClosed(employer_ref=EMPLOYER, occurred_on=DAY, reason_code="moved-abroad")
nobody = Scenario(VACANCY, str(REF), partner="emplooi").knowing(DEFINED)
vacancy = nobody.beside(registered)
open_ = OpenVacancy(occurred_on=DAY, employer_ref=EMPLOYER, places=3, kind="employment")
opened = VacancyOpened(vacancy_ref=REF, occurred_on=DAY, employer_ref=EMPLOYER, places=3, kind="employment")
until = opened.model_copy(update={"open_until": LAST})
close = CloseVacancy(occurred_on=DAY, reason_code=VacancyClosing.FILLED, places_filled=3)
closed = VacancyClosed(vacancy_ref=REF, occurred_on=DAY, reason_code=VacancyClosing.FILLED, places_filled=3)
report = ReportUnmetDemand(occurred_on=DAY, reason_code="no-candidates", notes="Te ver weg.")
reported = UnmetDemandReported(
    vacancy_ref=REF,
    occurred_on=DAY,
    employer_ref=EMPLOYER,
    reason_code="no-candidates",
    notes=Open("Te ver weg."),
)
expire = ExpireVacancy(occurred_on=AFTER)
expired = VacancyClosed(vacancy_ref=REF, occurred_on=AFTER, reason_code=VacancyClosing.EXPIRED)
EVE = {"occurred_on": DAY - timedelta(days=1)}


def test_opens():
    vacancy.when(open_).then(opened)


def test_opens_for_a_single_day_with_everything_that_is_known():
    changes = {"profession_group": "51", "route": "B", "open_until": DAY}
    sealed = {"text": "Drie plaatsen.", "contact": "Sanne Voorbeeld"}
    command = open_.model_copy(update={**changes, **sealed})
    vacancy.when(command).then(
        opened.model_copy(update={**changes, **{name: Open(text) for name, text in sealed.items()}})
    )
    assert not any(word in repr(command) for word in ("Drie", "Sanne"))


def test_seals_what_is_personal_under_the_key_of_the_employer():
    assert persons_of(VacancyOpened) == dict.fromkeys(("text", "contact"), "employer_ref")
    assert persons_of(UnmetDemandReported) == {"notes": "employer_ref"}
    assert "Te ver" not in repr(report)


def test_refuses_to_open_twice():
    vacancy.given(opened).when(open_).then_refused("vacancy-exists")
    vacancy.given(opened, closed).when(open_).then_refused("vacancy-exists")


def test_refuses_an_employer_that_is_unknown_or_closed():
    nobody.when(open_).then_refused("employer-unknown", "employerRef")
    nobody.beside(registered, closed_employer).when(open_).then_refused("employer-closed", "employerRef")


def test_refuses_a_last_day_before_the_first():
    command = open_.model_copy(update={"open_until": DAY - timedelta(days=1)})
    vacancy.when(command).then_refused("end-before-start", "openUntil")


def test_refuses_a_kind_or_a_route_that_the_programme_does_not_have():
    vacancy.when(open_.model_copy(update={"kind": "other"})).then_refused("kind-unknown", "kind")
    vacancy.when(open_.model_copy(update={"route": "C"})).then_refused("route-unknown", "route")


def test_refuses_a_kind_or_a_route_that_is_over():
    over = vacancy.knowing(ending(DAY - timedelta(days=1)))
    over.when(open_).then_refused("kind-over", "kind")
    vacancy.knowing(ending(DAY)).when(open_).then(opened)


def test_closes():
    vacancy.given(opened).when(close).then(closed)


@pytest.mark.parametrize("reason", VacancyClosing)
def test_closes_for_each_reason_without_a_number(reason: VacancyClosing):
    changes = {"reason_code": reason, "places_filled": None}
    vacancy.given(until).when(close.model_copy(update=changes)).then(closed.model_copy(update=changes))


def test_refuses_more_places_than_there_are():
    command = close.model_copy(update={"places_filled": 4})
    vacancy.given(opened).when(command).then_refused("places-exceeded", "placesFilled")


def test_refuses_to_close_twice_or_before_it_opened():
    vacancy.given(opened, closed).when(close).then_refused("vacancy-closed")
    vacancy.given(until, expired).when(close).then_refused("vacancy-closed")
    vacancy.given(opened).when(close.model_copy(update=EVE)).then_refused("end-before-start", "occurredOn")


def test_reports_demand_that_was_not_met_while_open_and_afterwards():
    vacancy.given(opened).when(report).then(reported)
    vacancy.given(opened, reported, closed).when(report).then(reported)
    vacancy.given(opened).when(report.model_copy(update=EVE)).then_refused(
        "report-before-opening", "occurredOn"
    )


@pytest.mark.parametrize("command", [close, report], ids=lambda one: one.NAME)
def test_refuses_what_concerns_no_vacancy(command: Any):
    vacancy.when(command).then_refused("vacancy-unknown")


def test_expires_once_on_the_day_after_the_last_whenever_the_timer_fires():
    vacancy.given(until).when(expire).then(expired)
    vacancy.given(until, reported).when(ExpireVacancy(occurred_on=date(2026, 3, 1))).then(expired)
    vacancy.given(until, expired).when(expire).then_nothing()


@pytest.mark.parametrize("past", [(), (opened,), (until, closed)], ids=["unknown", "no last day", "closed"])
def test_nothing_else_expires(past: Any):
    vacancy.given(*past).when(expire).then_nothing()


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (date(2006, 12, 31), date(2007, 1, 1)),
        (date(2008, 2, 28), date(2008, 2, 29)),
        (date(2008, 2, 29), date(2008, 3, 1)),
        (None, None),
    ],
)
def test_is_due_the_day_after_the_last(last: date | None, due: date | None):
    assert expired_from(None, opened.model_copy(update={"open_until": last}), DAY) == due


def test_a_history_has_until_midnight_to_tell_what_came_afterwards():
    assert expired_from(None, until, date(2026, 12, 31)) == date(2027, 1, 1)


def test_is_no_longer_due_when_it_is_closed_and_still_after_a_report():
    assert expired_from(AFTER, reported, DAY) == AFTER
    assert expired_from(AFTER, closed, DAY) is None


def test_closing_is_recorded_also_after_the_employer_was_erased():
    assert closed.may_follow_erasure()
    assert not reported.may_follow_erasure()


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="vacancy-closed cannot follow"):
        VACANCY.replay([closed])


close_with = CloseWithEmployer(occurred_on=LAST, employer_ref=EMPLOYER)
withdrawn = VacancyClosed(vacancy_ref=REF, occurred_on=LAST, reason_code=VacancyClosing.WITHDRAWN)


@pytest.mark.parametrize(
    "gone",
    [
        closed_employer.model_copy(update={"occurred_on": LAST}),
        EmployerErased(employer_ref=EMPLOYER, occurred_on=LAST, reason=ErasureReason.REQUEST),
    ],
    ids=lambda event: event.TYPE,
)
def test_an_open_vacancy_closes_with_its_employer(gone: Any):
    with_gone = nobody.beside(registered, gone)
    with_gone.given(opened).when(close_with).then(withdrawn)
    with_gone.given(opened, closed).when(close_with).then_nothing()


def test_a_vacancy_does_not_close_before_it_opened():
    early = close_with.model_copy(update={"occurred_on": DAY - timedelta(days=1)})
    on_first_day = withdrawn.model_copy(update={"occurred_on": DAY})
    nobody.beside(registered, closed_employer).given(opened).when(early).then(on_first_day)


def test_a_vacancy_stays_open_where_its_employer_was_reopened_meanwhile():
    reopened = EmployerReopened(employer_ref=EMPLOYER, occurred_on=DAY, reason_code="returned")
    nobody.beside(registered, closed_employer, reopened).given(opened).when(close_with).then_nothing()
    vacancy.given(opened).when(close_with).then_nothing()
