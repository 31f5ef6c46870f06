"""Approved versions of a counting rule set, and which parameters may be combined."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from banen_contracts.base import Day, ReasonCode
from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import RuleSetParams
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_reporting.administration.domain.programme import check_route, definition_in
from banen_reporting.administration.events import RuleSetPublished


class PublishRuleSet(Command, frozen=True):
    NAME: ClassVar[str] = "publish-rule-set"
    occurred_on: Day
    params: RuleSetParams
    approved_by: ReasonCode


@dataclass(frozen=True)
class Unpublished:
    version: int = 0


@dataclass(frozen=True)
class Published:
    version: int
    params: RuleSetParams


State: TypeAlias = Unpublished | Published


def decide(c: PublishRuleSet, state: State, context: DecisionContext) -> Sequence[RuleSetPublished]:
    check_rules(c.params, definition_in(context.related))
    if isinstance(state, Published) and c.params == state.params:
        raise Refused("rule-set-same", "These are the rules of the current version.", "params")
    return [
        RuleSetPublished(
            rule_set_id=context.ref,
            occurred_on=c.occurred_on,
            version=state.version + 1,
            params=c.params,
            approved_by=c.approved_by,
        )
    ]


def check_rules(params: RuleSetParams, definition: ProgrammeDefinition) -> None:
    """Raises `Refused`, with a field in `params`, if they contradict each other or name what the programme does not have."""
    _check(params)
    _check_against(params, definition)


def _check(params: RuleSetParams) -> None:
    if params.window_to < params.window_from:
        raise Refused("window-ends-before-start", "The window ends before it starts.", "params.windowTo")
    if params.gap_days and params.continuity != "any_employer":
        raise Refused(
            "gap-days-unused", "Only the continuity any_employer allows days without work.", "params.gapDays"
        )
    if params.except_units and params.permissions != "except":
        raise Refused(
            "except-units-unused", "Only the permissions `except` leave units out.", "params.exceptUnits"
        )
    if params.permissions == "except" and not params.except_units:
        raise Refused(
            "except-units-missing", "The permissions `except` need the units left out.", "params.exceptUnits"
        )


def _check_against(params: RuleSetParams, definition: ProgrammeDefinition) -> None:
    if params.route_basis == "candidate_fase" and not definition.phases:
        raise Refused(
            "phases-undefined",
            "The programme does not say which route belongs to a phase.",
            "params.routeBasis",
        )
    prefix, _, route = params.self_employment.partition("_")
    if prefix == "route":
        check_route(route, definition, "params.selfEmployment")


def evolve(state: State, event: RuleSetPublished) -> State:
    if event.version != state.version + 1:
        raise AssertionError(f"version {event.version} cannot follow version {state.version}")
    return Published(event.version, event.params)


RULE_SET: Decider[PublishRuleSet, State, RuleSetPublished] = Decider(Unpublished(), decide, evolve)
