"""Publishing counting rule sets: versions, and parameters that make sense together."""

from datetime import date

import pytest
from pydantic import ValidationError

from banen_contracts.reporting import RuleSetParams
from banen_kit.testing import Scenario
from banen_reporting.administration.domain.rule_set import RULE_SET, PublishRuleSet
from banen_reporting.administration.events import ProgrammeDefined, RuleSetPublished
from support.definition import DEFINITION

DAY = date(2009, 1, 10)
PARAMS = RuleSetParams(window_from=date(2005, 12, 1), window_to=date(2008, 12, 31))

PROGRAMME = ProgrammeDefined(programme_id="bureau", occurred_on=DAY, version=1, definition=DEFINITION)
RULES: Scenario[RuleSetPublished] = Scenario(RULE_SET, "published", partner="bureau", related=(PROGRAMME,))


def publish(params: RuleSetParams) -> PublishRuleSet:
    return PublishRuleSet(occurred_on=DAY, params=params, approved_by="steering-group")


def published(version: int, params: RuleSetParams) -> RuleSetPublished:
    return RuleSetPublished(
        rule_set_id="published",
        occurred_on=DAY,
        version=version,
        params=params,
        approved_by="steering-group",
    )


def changed(**fields: object) -> RuleSetParams:
    return RuleSetParams.model_validate({**PARAMS.model_dump(), **fields})


def test_publishes_the_first_version():
    RULES.when(publish(PARAMS)).then(published(1, PARAMS))


def test_publishes_other_rules_as_the_next_version():
    longer = changed(boundary="gt")
    RULES.given(published(1, PARAMS)).when(publish(longer)).then(published(2, longer))


def test_refuses_the_rules_of_the_current_version():
    RULES.given(published(1, PARAMS)).when(publish(PARAMS)).then_refused("rule-set-same", "params")


def test_publishes_the_rules_of_an_earlier_version_again():
    past = (published(1, PARAMS), published(2, changed(boundary="gt")))
    RULES.given(*past).when(publish(PARAMS)).then(published(3, PARAMS))


def test_refuses_a_window_that_ends_before_it_starts():
    params = changed(window_to=date(2005, 11, 30))
    RULES.when(publish(params)).then_refused("window-ends-before-start", "params.windowTo")


def test_accepts_a_window_of_one_day():
    params = changed(window_to=PARAMS.window_from)
    RULES.when(publish(params)).then(published(1, params))


@pytest.mark.parametrize("continuity", ["same_employer", "snapshot"])
def test_refuses_gap_days_where_no_rule_reads_them(continuity: str):
    params = changed(continuity=continuity, gap_days=30)
    RULES.when(publish(params)).then_refused("gap-days-unused", "params.gapDays")


@pytest.mark.parametrize("gap_days", [0, 30])
def test_accepts_any_number_of_gap_days_with_any_employer(gap_days: int):
    params = changed(continuity="any_employer", gap_days=gap_days)
    RULES.when(publish(params)).then(published(1, params))


@pytest.mark.parametrize("permissions", ["honoured", "none"])
def test_refuses_excepted_units_where_no_rule_reads_them(permissions: str):
    params = changed(permissions=permissions, except_units=("uwv",))
    RULES.when(publish(params)).then_refused("except-units-unused", "params.exceptUnits")


def test_refuses_the_permissions_except_without_units():
    params = changed(permissions="except")
    RULES.when(publish(params)).then_refused("except-units-missing", "params.exceptUnits")


def test_accepts_the_permissions_except_with_units():
    params = changed(permissions="except", except_units=("uwv",))
    RULES.when(publish(params)).then(published(1, params))


def test_refuses_rules_before_the_programme_is_defined():
    RULES.beside().when(publish(PARAMS)).then_refused("programme-undefined")


def test_refuses_the_route_of_own_firms_that_the_programme_does_not_have():
    RULES.when(publish(changed(self_employment="route_C"))).then_refused(
        "route-unknown", "params.selfEmployment"
    )
    on_b = changed(self_employment="route_B")
    RULES.when(publish(on_b)).then(published(1, on_b))


def test_refuses_routes_by_phase_where_the_programme_does_not_say_them():
    without = PROGRAMME.model_copy(update={"definition": DEFINITION.model_copy(update={"phases": ()})})
    by_phase = changed(route_basis="candidate_fase")
    RULES.beside(without).when(publish(by_phase)).then_refused("phases-undefined", "params.routeBasis")
    RULES.when(publish(by_phase)).then(published(1, by_phase))


@pytest.mark.parametrize("value", ["route_", "route_A B", "by-kind", ""])
def test_refuses_at_the_border_what_says_nothing_about_own_firms(value: str):
    with pytest.raises(ValidationError):
        changed(self_employment=value)


def test_reads_the_parameters_in_camel_case():
    body = {
        "occurredOn": "2009-01-10",
        "approvedBy": "steering-group",
        "params": {"windowFrom": "2005-12-01", "windowTo": "2008-12-31"},
    }
    assert PublishRuleSet.model_validate(body) == publish(PARAMS)


def test_refuses_an_unknown_parameter_at_the_border_and_names_it():
    body = {
        "occurredOn": "2009-01-10",
        "approvedBy": "steering-group",
        "params": {"windowFrom": "2005-12-01", "windowTo": "2008-12-31", "rounding": "up"},
    }
    with pytest.raises(ValidationError) as error:
        PublishRuleSet.model_validate(body)
    assert [problem["loc"] for problem in error.value.errors()] == [("params", "rounding")]


def test_stops_loudly_at_a_version_that_does_not_follow():
    with pytest.raises(AssertionError, match="version 3 cannot follow version 1"):
        RULE_SET.replay([published(1, PARAMS), published(3, changed(boundary="gt"))])
