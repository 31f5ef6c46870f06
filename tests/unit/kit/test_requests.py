"""A person's own request: by when it must be answered, and how it was."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest

from banen_contracts.months import add_months
from banen_kit.core.decider import DecisionContext, DomainEvent, Refused
from banen_kit.core.records import DetailsCorrected
from banen_kit.privacy.requests import (
    REQUEST,
    AnswerRequest,
    ExtendRequest,
    NamedCorrection,
    RecordRequest,
    RequestAnswered,
    RequestExtended,
    RequestReceived,
    check_not_future,
)
from banen_kit.testing import NOW, Scenario

REF = UUID(int=1)
PERSON = UUID(int=2)
RECEIVED_ON = date(2026, 1, 31)
WITHIN = date(2026, 2, 28)

request = Scenario(REQUEST, str(REF))

record = RecordRequest(person_ref=PERSON, kind="erasure", received_on=RECEIVED_ON)
received = RequestReceived(
    request_ref=REF, person_ref=PERSON, kind="erasure", received_on=RECEIVED_ON, answer_by=WITHIN
)
extend = ExtendRequest(extended_on=WITHIN, reason_code="many-requests")
extended = RequestExtended(
    request_ref=REF, extended_on=WITHIN, reason_code="many-requests", answer_by=date(2026, 4, 30)
)
answer = AnswerRequest(answered_on=WITHIN, answer="granted", reason_code="erased")
answered = RequestAnswered(request_ref=REF, answered_on=WITHIN, answer="granted", reason_code="erased")


@pytest.mark.parametrize(
    ("received_on", "months", "last_day"),
    [
        ("2026-03-05", 1, "2026-04-05"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-02-28", 3, "2026-05-28"),
        ("2026-10-01", 3, "2027-01-01"),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_last_of_the_month(
    received_on: str, months: int, last_day: str
):
    assert add_months(date.fromisoformat(received_on), months) == date.fromisoformat(last_day)


def test_is_recorded_with_its_deadline():
    request.when(record).then(received)


def test_is_extended_by_two_months_on_the_last_day_of_the_first():
    request.given(received).when(extend).then(extended)


def test_is_answered():
    request.given(received).when(answer).then(answered)


def test_is_answered_after_an_extension():
    request.given(received, extended).when(answer).then(answered)


def test_takes_an_answer_that_is_late():
    late = RequestReceived(
        request_ref=REF,
        person_ref=PERSON,
        kind="access",
        received_on=date(2026, 1, 1),
        answer_by=date(2026, 2, 1),
    )
    request.given(late).when(answer).then(answered)


def test_is_answered_on_the_day_of_its_receipt():
    at_once = {"answered_on": RECEIVED_ON}
    request.given(received).when(answer.model_copy(update=at_once)).then(answered.model_copy(update=at_once))


# What was corrected


class Noted(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "noted"


class NoteCorrected(DetailsCorrected, frozen=True):
    TYPE: ClassVar[str] = "note-corrected"


NOTE = UUID(int=3)
wrong = received.model_copy(update={"kind": "rectification"})
named = NamedCorrection(kind="note", ref=NOTE, version=2)
put_right = answer.model_copy(update={"correction": named})
beside = (Noted(), NoteCorrected(occurred_on=date(2026, 1, 15), reason_code="rectification"))
rectification = request.given(wrong)
of_the_person = rectification.beside(*beside, about=frozenset({str(NOTE), str(PERSON)}))


@pytest.mark.parametrize("how", ["granted", "partly_granted"])
def test_a_rectification_names_the_correction_which_may_be_older(how: Any):
    of_the_person.when(put_right.model_copy(update={"answer": how})).then(
        answered.model_copy(update={"answer": how, "correction": named})
    )


@pytest.mark.parametrize("how", ["granted", "partly_granted"])
def test_refuses_a_rectification_without_its_correction(how: Any):
    rectification.when(answer.model_copy(update={"answer": how})).then_refused(
        "correction-missing", "correction"
    )


def test_a_rectification_that_is_refused_has_no_correction():
    refusal = {"answer": "refused"}
    rectification.when(answer.model_copy(update=refusal)).then(answered.model_copy(update=refusal))
    of_the_person.when(put_right.model_copy(update=refusal)).then_refused(
        "correction-not-expected", "correction"
    )


@pytest.mark.parametrize("kind", ["access", "erasure", "restriction", "objection"])
def test_nothing_else_has_a_correction(kind: Any):
    of_the_person.given(received.model_copy(update={"kind": kind})).when(put_right).then_refused(
        "correction-not-expected", "correction"
    )


@pytest.mark.parametrize("version", [1, 3, 1_000_000])
def test_refuses_what_is_no_correction(version: int):
    other = named.model_copy(update={"version": version})
    of_the_person.when(put_right.model_copy(update={"correction": other})).then_refused(
        "correction-unknown", "correction"
    )


def test_refuses_a_correction_of_a_record_that_is_not_there():
    rectification.when(put_right).then_refused("correction-unknown", "correction")


def test_refuses_a_correction_about_somebody_else():
    of_another = rectification.beside(*beside, about=frozenset({str(NOTE)}))
    of_another.when(put_right).then_refused("correction-of-another", "correction")


def test_is_recorded_once():
    request.given(received).when(record).then_refused("request-exists")
    request.given(received, answered).when(record).then_refused("request-exists")


@pytest.mark.parametrize("command", [extend, answer], ids=lambda command: command.NAME)
def test_must_have_been_received(command: Any):
    request.when(command).then_refused("request-unknown")


@pytest.mark.parametrize("command", [extend, answer], ids=lambda command: command.NAME)
def test_takes_nothing_after_its_answer(command: Any):
    request.given(received, answered).when(command).then_refused("request-answered")


def test_is_extended_once():
    request.given(received, extended).when(extend).then_refused("request-extended")


def test_is_not_extended_when_the_first_month_is_over():
    late = extend.model_copy(update={"extended_on": date(2026, 3, 1)})
    request.given(received).when(late).then_refused("extended-too-late", "extendedOn")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (extend.model_copy(update={"extended_on": date(2026, 1, 30)}), "extendedOn"),
        (answer.model_copy(update={"answered_on": date(2026, 1, 30)}), "answeredOn"),
    ],
    ids=lambda value: getattr(value, "NAME", value),
)
def test_nothing_happens_before_it_was_received(command: Any, field: str):
    request.given(received).when(command).then_refused("before-receipt", field)


@pytest.mark.parametrize(
    ("past", "command", "field"),
    [
        ([], record.model_copy(update={"received_on": date(2026, 3, 2)}), "receivedOn"),
        ([received], extend.model_copy(update={"extended_on": date(2026, 3, 2)}), "extendedOn"),
        ([received], answer.model_copy(update={"answered_on": date(2026, 3, 2)}), "answeredOn"),
    ],
    ids=lambda value: getattr(value, "NAME", None),
)
def test_nothing_happens_in_the_future(past: Any, command: Any, field: str):
    request.given(*past).when(command).then_refused("date-in-future", field)


def test_today_is_that_of_amsterdam():
    late = DecisionContext(str(REF), datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "uaf", frozenset())
    check_not_future(date(2026, 3, 2), late, "receivedOn")
    with pytest.raises(Refused):
        check_not_future(date(2026, 3, 2), replace(late, now=NOW), "receivedOn")


def test_outlives_the_person_whom_it_is_about():
    assert RequestReceived.model_fields["person_ref"].metadata == []


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="request-answered cannot follow"):
        REQUEST.replay([answered])
