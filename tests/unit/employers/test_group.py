"""Planning, following and closing a group placement."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import Precision
from banen_contracts.employers import LegalKind, SizeBand
from banen_employers.domain.group import GROUP, CloseGroup, PlanGroup, UpdateGroup
from banen_employers.events import EmployerClosed, EmployerRegistered, GroupClosed, GroupPlanned, GroupUpdated
from banen_kit.crypto.personal_fields import Open
from banen_kit.testing import Scenario
from support.definition import DEFINED, ending

REF = UUID(int=1)
EMPLOYER = UUID(int=2)
DAY = date(2006, 3, 1)

registered = EmployerRegistered(
    employer_ref=EMPLOYER,
    occurred_on=DAY,
    legal_kind=LegalKind.COMPANY,
    sector_code="C",
    size_band=SizeBand.UNKNOWN,
    name=Open("Voorbeeld BV"),
)
nobody = Scenario(GROUP, str(REF), partner="emplooi").knowing(DEFINED)
group = nobody.beside(registered)

plan = PlanGroup(occurred_on=DAY, employer_ref=EMPLOYER, kind="employment")
planned = GroupPlanned(
    group_ref=REF,
    occurred_on=DAY,
    employer_ref=EMPLOYER,
    kind="employment",
    seasonal=False,
)
close = CloseGroup(occurred_on=DAY, placed=10, precision=Precision.EXACT)
closed = GroupClosed(group_ref=REF, occurred_on=DAY, placed=10, precision=Precision.EXACT)

update = UpdateGroup(occurred_on=DAY, in_guidance=9)
updated = GroupUpdated(group_ref=REF, occurred_on=DAY, in_guidance=9)


def test_plans():
    group.when(plan).then(planned)


def test_plans_with_everything_that_is_known():
    changes = {"seasonal": True, "in_guidance": 50, "places_planned": 12}
    group.when(plan.model_copy(update=changes)).then(planned.model_copy(update=changes))


def test_refuses_to_update_or_close_before_what_is_on_record():
    early = {"occurred_on": DAY - timedelta(days=1)}
    for command in (update, close):
        group.given(planned).when(command.model_copy(update=early)).then_refused("group-later", "occurredOn")
    later = updated.model_copy(update={"occurred_on": DAY + timedelta(days=1)})
    group.given(planned, later).when(close).then_refused("group-later", "occurredOn")


def test_refuses_to_plan_twice():
    group.given(planned).when(plan).then_refused("group-exists")


def test_refuses_an_employer_that_is_unknown_or_closed():
    nobody.when(plan).then_refused("employer-unknown", "employerRef")
    closed_employer = EmployerClosed(employer_ref=EMPLOYER, occurred_on=DAY, reason_code="moved-abroad")
    nobody.beside(registered, closed_employer).when(plan).then_refused("employer-closed", "employerRef")


def test_says_how_many_are_in_guidance_and_planned_now():
    group.given(planned).when(update).then(updated)
    changes = {"in_guidance": None, "places_planned": 6}
    group.given(planned, updated).when(update.model_copy(update=changes)).then(
        updated.model_copy(update=changes)
    )


def test_closes_with_the_number_placed():
    group.given(planned).when(close).then(closed)


def test_closes_without_a_number():
    changes = {"placed": None, "precision": Precision.TENS}
    group.given(planned).when(close.model_copy(update=changes)).then(closed.model_copy(update=changes))


@pytest.mark.parametrize("command", [update, close], ids=lambda c: c.NAME)
def test_refuses_to_update_or_close_what_was_not_planned(command: Any):
    group.when(command).then_refused("group-unknown")


@pytest.mark.parametrize("command", [plan, update, close], ids=lambda c: c.NAME)
def test_refuses_everything_after_closing(command: Any):
    group.given(planned, closed).when(command).then_refused("group-closed")


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="group-closed cannot follow"):
        GROUP.replay([closed])


def test_refuses_a_kind_that_the_programme_does_not_have():
    group.when(plan.model_copy(update={"kind": "apprenticeship"})).then_refused("kind-unknown", "kind")


def test_refuses_a_kind_that_is_over():
    group.knowing(ending(DAY)).when(plan).then(planned)
    group.knowing(ending(DAY - timedelta(days=1))).when(plan).then_refused("kind-over", "kind")
