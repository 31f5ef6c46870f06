"""What a command from outside must hold beyond its types: days against today, and references made by chance."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from banen_contracts.base import Day
from banen_kit.application.edge import refuse_unfit
from banen_kit.core.days import BirthDay, RequestDay
from banen_kit.core.decider import Command
from banen_kit.core.problem import Problem

TODAY = date(2024, 2, 29)
RANDOM, OTHER = UUID(int=1, version=4), UUID("0190163d-8694-739b-aea5-966c26f8ad91")
CHOSEN = UUID("00000000-0000-0000-0000-000111222333")


class Inner(BaseModel):
    some_ref: UUID


class Told(Command, frozen=True):
    NAME = "told"
    occurred_on: Day = TODAY
    born_on: BirthDay | None = None
    received_on: RequestDay | None = None
    planned_on: Day | None = None
    person_ref: UUID = RANDOM
    other_ref: UUID | None = None
    many: tuple[UUID, ...] = ()
    inner: Inner | None = None
    several: tuple[Inner, ...] = ()


def faults(**fields: Any) -> dict[str, str]:
    with pytest.raises(Problem) as refused:
        refuse_unfit(Told(**fields), TODAY)
    assert (refused.value.status, refused.value.code) == (400, "invalid-input")
    return {error.field: error.detail for error in refused.value.errors}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"born_on": date(1904, 2, 29)},
        {"born_on": TODAY},
        {"received_on": date(2014, 3, 1)},
        {"received_on": TODAY},
        {"planned_on": date(2200, 12, 31)},
        {"other_ref": OTHER, "many": [RANDOM, OTHER], "inner": {"some_ref": OTHER}},
    ],
)
def test_takes_what_can_be_true(fields: dict[str, Any]):
    refuse_unfit(Told(**fields), TODAY)


@pytest.mark.parametrize(
    ("field", "day", "fault"),
    [
        ("occurred_on", date(2024, 3, 1), "lies in the future"),
        ("born_on", date(2024, 3, 1), "lies in the future"),
        ("born_on", date(1904, 2, 28), "lies more than 120 years back"),
        ("born_on", date(1900, 1, 1), "lies more than 120 years back"),
        ("received_on", date(2024, 3, 1), "lies in the future"),
        ("received_on", date(2014, 2, 28), "lies more than 10 years back"),
    ],
)
def test_refuses_days_that_cannot_be_true(field: str, day: date, fault: str):
    [(named, said)] = faults(**{field: day}).items()
    assert (named.lower(), said) == (field.replace("_", ""), fault)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("person_ref", CHOSEN, "personRef"),
        ("other_ref", CHOSEN, "otherRef"),
        ("many", [RANDOM, CHOSEN], "many.1"),
        ("inner", {"some_ref": CHOSEN}, "inner.someRef"),
        ("several", [{"some_ref": CHOSEN}], "several.0.someRef"),
    ],
)
def test_refuses_references_that_chance_did_not_make(field: str, value: object, named: str):
    assert faults(**{field: value}) == {named: "must be a random UUID (version 4 or 7)"}


def test_names_every_field_at_fault():
    assert faults(born_on=date(2030, 1, 1), person_ref=CHOSEN).keys() == {"bornOn", "personRef"}


def test_names_the_first_ten_and_says_how_many_more():
    with pytest.raises(Problem) as refused:
        refuse_unfit(Told(many=(CHOSEN,) * 100), TODAY)
    assert (len(refused.value.to_json()["errors"]), refused.value.to_json()["moreErrors"]) == (10, 90)
