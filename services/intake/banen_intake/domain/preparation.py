"""Preparing a candidate: interview, plan, distance to the labour market, route, activities, ready for mediation."""

from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Code, Day, ReasonCode
from banen_contracts.consent import ConsentScope
from banen_contracts.intake import ActivityKind, ActivityOutcome, DistancePhase, Month, ProfessionGroup
from banen_contracts.reporting import ProgrammeDefined
from banen_intake.domain.file import Candidate, File, in_contact, open_file
from banen_intake.events import (
    ActivityEnded,
    ActivityStarted,
    CandidateEvent,
    DistanceAssessed,
    IntakeCompleted,
    IntakeStarted,
    PlanAgreed,
    ReadyForMediation,
    RouteAssigned,
)
from banen_kit.core.decider import Command, DecisionContext, Refused, refuse_if
from banen_kit.core.text import Method, ShortText, Text
from banen_kit.crypto.personal_fields import Open, opened


class StartIntake(Command, frozen=True):
    NAME: ClassVar[str] = "start-intake"
    occurred_on: Day


class CompleteIntake(Command, frozen=True):
    NAME: ClassVar[str] = "complete-intake"
    occurred_on: Day
    method_version: Method
    notes: Text | None = Field(default=None, repr=False)


class AgreePlan(Command, frozen=True):
    """The candidate's personal plan was agreed, for the first time or anew."""

    NAME: ClassVar[str] = "agree-plan"
    occurred_on: Day
    plan: Text = Field(repr=False)
    review_on: Day | None = None


class AssessDistance(Command, frozen=True):
    """Assesses the distance to the labour market, for the first time or again."""

    NAME: ClassVar[str] = "assess-distance"
    occurred_on: Day
    distance_phase: DistancePhase
    notes: Text | None = Field(default=None, repr=False)


class AssignRoute(Command, frozen=True):
    """Assigns a route, for the first time or another one."""

    NAME: ClassVar[str] = "assign-route"
    occurred_on: Day
    route: Code
    reason_code: ReasonCode
    notes: Text | None = Field(default=None, repr=False)


class StartActivity(Command, frozen=True):
    """The candidate starts something that prepares for work. It never counts: what counts is a placement of mediation."""

    NAME: ClassVar[str] = "start-activity"
    occurred_on: Day
    activity_ref: UUID
    kind: ActivityKind
    planned_end_date: Day | None = None
    provider: ShortText | None = Field(default=None, repr=False)
    notes: Text | None = Field(default=None, repr=False)


class EndActivity(Command, frozen=True):
    NAME: ClassVar[str] = "end-activity"
    occurred_on: Day
    activity_ref: UUID
    outcome: ActivityOutcome
    result: Text | None = Field(default=None, repr=False)
    """What a test or a valuation said; it stays with the partner."""


class DeclareReady(Command, frozen=True):
    """The candidate can be placed from a month on; declared again if that changes."""

    NAME: ClassVar[str] = "declare-ready"
    occurred_on: Day
    available_from: Month
    profession_group: ProfessionGroup | None = None


PreparationCommand: TypeAlias = (
    StartIntake
    | CompleteIntake
    | AgreePlan
    | AssessDistance
    | AssignRoute
    | StartActivity
    | EndActivity
    | DeclareReady
)


def decide_preparation(
    command: PreparationCommand, state: Candidate, context: DecisionContext
) -> CandidateEvent:
    if isinstance(command, EndActivity):
        return end_activity(command, open_file(state), context)
    file = in_contact(state, command.occurred_on)
    match command:
        case StartIntake():
            return start_intake(command, file, context)
        case CompleteIntake():
            return complete_intake(command, file, context)
        case AgreePlan():
            return agree_plan(command, context)
        case AssessDistance():
            return assess_distance(command, context)
        case AssignRoute():
            return assign_route(command, context)
        case StartActivity():
            return start_activity(command, file, context)
        case DeclareReady():
            return declare_ready(command, file, context)
        case _:
            assert_never(command)


def start_intake(command: StartIntake, file: File, context: DecisionContext) -> IntakeStarted:
    if file.is_intake_started:
        raise Refused("intake-started", "The intake of this candidate was started already.")
    return IntakeStarted(candidate_ref=UUID(context.ref), occurred_on=command.occurred_on)


def complete_intake(command: CompleteIntake, file: File, context: DecisionContext) -> IntakeCompleted:
    if file.is_intake_completed:
        raise Refused("intake-completed", "The intake of this candidate was completed already.")
    return IntakeCompleted(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        method_version=command.method_version,
        notes=opened(command.notes),
    )


def agree_plan(command: AgreePlan, context: DecisionContext) -> PlanAgreed:
    if command.review_on and command.review_on < command.occurred_on:
        raise Refused("review-before-plan", "A plan cannot be reviewed before it is agreed.", "reviewOn")
    return PlanAgreed(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        plan=Open(command.plan),
        review_on=command.review_on,
    )


def assess_distance(command: AssessDistance, context: DecisionContext) -> DistanceAssessed:
    return DistanceAssessed(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        distance_phase=command.distance_phase,
        assessor=context.partner,
        notes=opened(command.notes),
    )


def assign_route(command: AssignRoute, context: DecisionContext) -> RouteAssigned:
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_route(command.route, command.occurred_on), "route")
    return RouteAssigned(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        route=command.route,
        reason_code=command.reason_code,
        notes=opened(command.notes),
    )


def start_activity(command: StartActivity, file: File, context: DecisionContext) -> ActivityStarted:
    if command.activity_ref in file.running or command.activity_ref in file.ended:
        raise Refused("activity-exists", "This activity was recorded already.", "activityRef")
    if command.planned_end_date and command.planned_end_date < command.occurred_on:
        raise Refused("end-before-start", "An activity cannot end before it starts.", "plannedEndDate")
    return ActivityStarted(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        activity_ref=command.activity_ref,
        kind=command.kind,
        planned_end_date=command.planned_end_date,
        provider=opened(command.provider),
        notes=opened(command.notes),
    )


def end_activity(command: EndActivity, file: File, context: DecisionContext) -> ActivityEnded:
    if command.activity_ref in file.ended:
        raise Refused("activity-ended", "This activity has ended already.", "activityRef")
    started_on = file.running.get(command.activity_ref)
    if started_on is None:
        raise Refused("activity-unknown", "This candidate has no such activity.", "activityRef")
    if command.occurred_on < started_on:
        raise Refused("end-before-start", "An activity cannot end before it starts.", "occurredOn")
    return ActivityEnded(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        activity_ref=command.activity_ref,
        outcome=command.outcome,
        result=opened(command.result),
    )


def declare_ready(command: DeclareReady, file: File, context: DecisionContext) -> ReadyForMediation:
    if not file.is_intake_completed:
        raise Refused("intake-not-completed", "Complete the intake first.")
    return ReadyForMediation(
        candidate_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        available_from=command.available_from,
        profession_group=command.profession_group,
        is_profession_public=file.allows(ConsentScope.STATISTICS),
    )
