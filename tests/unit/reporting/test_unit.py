"""Target units: targets per route and period, regular quotas and permissions to count."""

from datetime import date

import pytest
from pydantic import ValidationError

from banen_contracts.base import Precision
from banen_kit.testing import Scenario
from banen_reporting.administration.commands import COMMANDS
from banen_reporting.administration.domain.figure import SupersedeHistoricFigure
from banen_reporting.administration.domain.unit import (
    UNIT,
    AmendTargetUnit,
    DefineTargetUnit,
    GrantCountingPermission,
    ReviseTarget,
    RevokeCountingPermission,
    SetRegularQuota,
    SetTarget,
    UnitCommand,
)
from banen_reporting.administration.events import (
    CountingPermissionGranted,
    CountingPermissionRevoked,
    ProgrammeDefined,
    RegularQuotaSet,
    TargetRevised,
    TargetSet,
    TargetUnitAmended,
    TargetUnitDefined,
    UnitEvent,
)
from support.definition import DEFINITION

DAY = date(2005, 12, 1)
LATER = date(2009, 1, 15)

PROGRAMME = ProgrammeDefined(programme_id="bureau", occurred_on=DAY, version=1, definition=DEFINITION)
CHAIN: Scenario[UnitEvent] = Scenario(UNIT, "chain", partner="bureau", related=(PROGRAMME,))
DEFINE = DefineTargetUnit(occurred_on=DAY, label="VluchtelingenWerk en Emplooi")
AMEND = AmendTargetUnit(occurred_on=LATER, label="De keten", reason_code="new-name")
SET_A = SetTarget(occurred_on=DAY, route="A", value=625, decided_by="steering-group")
REVISE_A = ReviseTarget(
    occurred_on=LATER, route="A", value=700, decided_by="steering-group", reason_code="more-demand"
)
QUOTA = SetRegularQuota(occurred_on=DAY, per_year=400, precision=Precision.APPROX, document_ref="SZW/2005-1")
GRANT = GrantCountingPermission(
    occurred_on=LATER, counts_starts_from=DAY, grantor="ministry", document_ref="SZW/2009-2"
)
REVOKE = RevokeCountingPermission(occurred_on=LATER, reason_code="withdrawn-by-ministry")

DEFINED = TargetUnitDefined(
    unit_id="chain",
    occurred_on=DAY,
    label="VluchtelingenWerk en Emplooi",
)
AMENDED = TargetUnitAmended(unit_id="chain", occurred_on=LATER, label="De keten", reason_code="new-name")
A_SET = TargetSet(unit_id="chain", occurred_on=DAY, route="A", value=625, decided_by="steering-group")
A_REVISED = TargetRevised(
    unit_id="chain",
    occurred_on=LATER,
    route="A",
    value=700,
    decided_by="steering-group",
    reason_code="more-demand",
)
QUOTA_SET = RegularQuotaSet(
    unit_id="chain", occurred_on=DAY, per_year=400, precision=Precision.APPROX, document_ref="SZW/2005-1"
)
GRANTED = CountingPermissionGranted(
    unit_id="chain",
    occurred_on=LATER,
    counts_starts_from=DAY,
    grantor="ministry",
    document_ref="SZW/2009-2",
)
REVOKED = CountingPermissionRevoked(unit_id="chain", occurred_on=LATER, reason_code="withdrawn-by-ministry")


def test_defines_a_unit():
    CHAIN.when(DEFINE).then(DEFINED)


def test_refuses_to_define_a_unit_twice():
    CHAIN.given(DEFINED).when(DEFINE).then_refused("unit-exists")


def test_amends_the_label_of_a_unit_for_a_reason():
    CHAIN.given(DEFINED).when(AMEND).then(AMENDED)


def test_the_same_label_again_changes_nothing():
    CHAIN.given(DEFINED, AMENDED).when(AMEND).then_nothing()


def test_takes_no_members_since_partners_are_assigned():
    body = {"occurredOn": "2005-12-01", "label": "Niemand", "members": ["uaf"]}
    with pytest.raises(ValidationError) as error:
        DefineTargetUnit.model_validate(body)
    assert [problem["loc"] for problem in error.value.errors()] == [("members",)]


def test_refuses_a_target_on_a_route_that_the_programme_does_not_have():
    CHAIN.given(DEFINED).when(SET_A.model_copy(update={"route": "C"})).then_refused("route-unknown", "route")


def test_refuses_a_target_before_the_programme_is_defined():
    CHAIN.given(DEFINED).beside().when(SET_A).then_refused("programme-undefined")


OF_2006 = {"year": 2006, "value": 200}


def test_sets_a_target_for_each_year():
    CHAIN.given(DEFINED).when(SET_A.model_copy(update=OF_2006)).then(A_SET.model_copy(update=OF_2006))


def test_revises_the_target_of_one_year():
    revised = {"year": 2006, "value": 210}
    CHAIN.given(DEFINED, A_SET.model_copy(update=OF_2006)).when(REVISE_A.model_copy(update=revised)).then(
        A_REVISED.model_copy(update=revised)
    )


def test_refuses_a_target_of_a_year_outside_the_period():
    CHAIN.given(DEFINED).when(SET_A.model_copy(update={"year": 2009})).then_refused(
        "year-outside-period", "year"
    )


def test_a_route_has_a_target_for_the_whole_period_or_one_for_each_year():
    of_2006 = A_SET.model_copy(update=OF_2006)
    CHAIN.given(DEFINED, of_2006).when(SET_A).then_refused("target-of-other-period", "year")
    CHAIN.given(DEFINED, A_SET).when(SET_A.model_copy(update=OF_2006)).then_refused(
        "target-of-other-period", "year"
    )


@pytest.mark.parametrize(
    "command", [AMEND, SET_A, REVISE_A, QUOTA, GRANT, REVOKE], ids=lambda command: command.NAME
)
def test_refuses_everything_about_a_unit_that_is_not_defined(command: UnitCommand):
    CHAIN.when(command).then_refused("unit-unknown")


def test_sets_a_target():
    CHAIN.given(DEFINED).when(SET_A).then(A_SET)


def test_sets_a_target_for_each_route():
    command = SET_A.model_copy(update={"route": "B", "value": 1035, "document_ref": "SZW/2005-1"})
    CHAIN.given(DEFINED, A_SET).when(command).then(
        TargetSet(
            unit_id="chain",
            occurred_on=DAY,
            route="B",
            value=1035,
            decided_by="steering-group",
            document_ref="SZW/2005-1",
        )
    )


def test_sets_no_target_as_null_and_not_as_zero():
    result = CHAIN.given(DEFINED).when(SET_A.model_copy(update={"value": None}))
    result.then(A_SET.model_copy(update={"value": None}))


def test_refuses_to_set_a_target_that_is_set():
    CHAIN.given(DEFINED, A_SET).when(SET_A).then_refused("target-exists", "route")


def test_still_knows_the_target_of_one_route_after_the_other_was_set():
    b_set = A_SET.model_copy(update={"route": "B"})
    CHAIN.given(DEFINED, A_SET, b_set).when(SET_A).then_refused("target-exists", "route")


def test_refuses_to_set_a_target_that_was_set_to_null():
    none = A_SET.model_copy(update={"value": None})
    CHAIN.given(DEFINED, none).when(SET_A).then_refused("target-exists", "route")


@pytest.mark.parametrize("command", [SetTarget, ReviseTarget], ids=lambda command: command.NAME)
def test_refuses_a_target_below_zero_at_the_border_and_names_the_field(
    command: type[SetTarget] | type[ReviseTarget],
):
    body = {"occurredOn": "2005-12-01", "route": "A", "value": -1, "decidedBy": "steering-group"}
    reason = {"reasonCode": "more-demand"} if command is ReviseTarget else {}
    with pytest.raises(ValidationError) as error:
        command.model_validate(body | reason)
    assert [problem["loc"] for problem in error.value.errors()] == [("value",)]


def test_refuses_a_target_without_a_value_at_the_border():
    with pytest.raises(ValidationError) as error:
        SetTarget.model_validate({"occurredOn": "2005-12-01", "route": "A", "decidedBy": "steering-group"})
    assert [problem["loc"] for problem in error.value.errors()] == [("value",)]


def test_revises_a_target():
    CHAIN.given(DEFINED, A_SET).when(REVISE_A).then(A_REVISED)


def test_revises_a_target_with_the_document_that_says_so():
    document = {"document_ref": "SZW/2009-2"}
    command = REVISE_A.model_copy(update=document)
    CHAIN.given(DEFINED, A_SET).when(command).then(A_REVISED.model_copy(update=document))


def test_revises_a_target_back_to_what_it_was():
    command = REVISE_A.model_copy(update={"value": 625})
    CHAIN.given(DEFINED, A_SET, A_REVISED).when(command).then(A_REVISED.model_copy(update={"value": 625}))


def test_revises_no_target_to_zero():
    none = A_SET.model_copy(update={"value": None})
    command = REVISE_A.model_copy(update={"value": 0})
    CHAIN.given(DEFINED, none).when(command).then(A_REVISED.model_copy(update={"value": 0}))


def test_refuses_to_revise_a_target_that_was_never_set():
    command = REVISE_A.model_copy(update={"route": "B"})
    CHAIN.given(DEFINED, A_SET).when(command).then_refused("target-unknown", "route")


def test_refuses_to_revise_a_target_to_the_same_value():
    CHAIN.given(DEFINED, A_SET, A_REVISED).when(REVISE_A).then_refused("target-same", "value")


def test_refuses_to_revise_no_target_to_no_target():
    none = A_SET.model_copy(update={"value": None})
    command = REVISE_A.model_copy(update={"value": None})
    CHAIN.given(DEFINED, none).when(command).then_refused("target-same", "value")


def test_only_a_revision_must_say_which_version_was_seen():
    revisions = [ReviseTarget, SupersedeHistoricFigure]
    assert [operation.command for operation in COMMANDS if operation.needs_version] == revisions


def test_sets_a_regular_quota():
    CHAIN.given(DEFINED).when(QUOTA).then(QUOTA_SET)


def test_sets_a_regular_quota_again():
    command = QUOTA.model_copy(update={"per_year": None})
    CHAIN.given(DEFINED, QUOTA_SET).when(command).then(QUOTA_SET.model_copy(update={"per_year": None}))


def test_grants_a_permission_to_count():
    CHAIN.given(DEFINED).when(GRANT).then(GRANTED)


def test_refuses_a_permission_beside_one_in_force():
    CHAIN.given(DEFINED, GRANTED).when(GRANT).then_refused("permission-exists")


def test_revokes_a_permission():
    CHAIN.given(DEFINED, GRANTED).when(REVOKE).then(REVOKED)


def test_refuses_to_revoke_what_was_never_granted():
    CHAIN.given(DEFINED).when(REVOKE).then_refused("permission-unknown")


def test_refuses_to_revoke_a_permission_twice():
    CHAIN.given(DEFINED, GRANTED, REVOKED).when(REVOKE).then_refused("permission-unknown")


def test_grants_a_permission_again_after_it_was_revoked():
    CHAIN.given(DEFINED, GRANTED, REVOKED).when(GRANT).then(GRANTED)


def test_stops_loudly_at_a_past_that_cannot_be():
    with pytest.raises(AssertionError, match="target-set cannot follow"):
        UNIT.replay([A_SET])
