"""A vacancy of an employer: opened, closed or expired, and demand that could not be met."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Code, Day, ReasonCode
from banen_contracts.employers import Places, VacancyClosing
from banen_contracts.intake import ProfessionGroup
from banen_contracts.reporting import ProgrammeDefined
from banen_employers.domain.employer import check_employer, gone_on
from banen_employers.events import UnmetDemandReported, VacancyClosed, VacancyEvent, VacancyOpened
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused, refuse_if
from banen_kit.core.text import ShortText, Text
from banen_kit.crypto.personal_fields import opened


class OpenVacancy(Command, frozen=True):
    NAME: ClassVar[str] = "open-vacancy"
    occurred_on: Day
    employer_ref: UUID
    places: Places
    kind: Code
    profession_group: ProfessionGroup | None = None
    route: Code | None = None
    open_until: Day | None = None
    """The last day on which it is open."""
    text: Text | None = Field(default=None, repr=False)
    contact: ShortText | None = Field(default=None, repr=False)


class CloseVacancy(Command, frozen=True):
    NAME: ClassVar[str] = "close-vacancy"
    occurred_on: Day
    reason_code: VacancyClosing
    places_filled: Annotated[int, Field(ge=0, le=10_000)] | None = None


class ReportUnmetDemand(Command, frozen=True):
    """Nobody was found for places of this vacancy; also said after it was closed."""

    NAME: ClassVar[str] = "report-unmet-demand"
    occurred_on: Day
    reason_code: ReasonCode
    notes: Text | None = Field(default=None, repr=False)


class ExpireVacancy(Command, frozen=True):
    """Given only by a timer, after the last day."""

    NAME: ClassVar[str] = "expire-vacancy"
    occurred_on: Day


class CloseWithEmployer(Command, frozen=True):
    """Given only by a reactor, after the employer was closed or erased."""

    NAME: ClassVar[str] = "close-with-employer"
    occurred_on: Day
    employer_ref: UUID


VacancyCommand: TypeAlias = OpenVacancy | CloseVacancy | ReportUnmetDemand | ExpireVacancy | CloseWithEmployer


@dataclass(frozen=True)
class NotOpened:
    pass


@dataclass(frozen=True)
class Opened:
    employer_ref: UUID
    opened_on: date
    places: int
    open_until: date | None
    is_closed: bool = False


Vacancy: TypeAlias = NotOpened | Opened


def decide(command: VacancyCommand, state: Vacancy, context: DecisionContext) -> Sequence[VacancyEvent]:
    match command:
        case OpenVacancy():
            return [open_(command, state, context)]
        case CloseVacancy():
            return [close(command, known(state), context)]
        case ReportUnmetDemand():
            return [report_unmet(command, known(state), context)]
        case ExpireVacancy():
            return expire(state, context)
        case CloseWithEmployer():
            return close_with_employer(command, state, context)
        case _:
            assert_never(command)


def known(state: Vacancy) -> Opened:
    if isinstance(state, NotOpened):
        raise Refused("vacancy-unknown", "There is no such vacancy.")
    return state


def open_(command: OpenVacancy, state: Vacancy, context: DecisionContext) -> VacancyOpened:
    if isinstance(state, Opened):
        raise Refused("vacancy-exists", "This vacancy was opened already.")
    check_employer(command.occurred_on, context)
    if command.open_until and command.open_until < command.occurred_on:
        raise Refused("end-before-start", "A vacancy cannot close before it opens.", "openUntil")
    definition = context.heard_as(ProgrammeDefined).definition
    refuse_if(definition.fault_of_kind(command.kind, command.occurred_on), "kind")
    if command.route is not None:
        refuse_if(definition.fault_of_route(command.route, command.occurred_on), "route")
    return VacancyOpened(
        vacancy_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        employer_ref=command.employer_ref,
        places=command.places,
        kind=command.kind,
        profession_group=command.profession_group,
        route=command.route,
        open_until=command.open_until,
        text=opened(command.text),
        contact=opened(command.contact),
    )


def close(command: CloseVacancy, vacancy: Opened, context: DecisionContext) -> VacancyClosed:
    if vacancy.is_closed:
        raise Refused("vacancy-closed", "This vacancy is closed already.")
    if command.occurred_on < vacancy.opened_on:
        raise Refused("end-before-start", "A vacancy cannot close before it opens.", "occurredOn")
    if command.places_filled is not None and command.places_filled > vacancy.places:
        raise Refused("places-exceeded", f"The vacancy has {vacancy.places} places.", "placesFilled")
    return VacancyClosed(
        vacancy_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        places_filled=command.places_filled,
    )


def report_unmet(
    command: ReportUnmetDemand, vacancy: Opened, context: DecisionContext
) -> UnmetDemandReported:
    if command.occurred_on < vacancy.opened_on:
        raise Refused("report-before-opening", "The vacancy was opened after that day.", "occurredOn")
    return UnmetDemandReported(
        vacancy_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        employer_ref=vacancy.employer_ref,
        reason_code=command.reason_code,
        notes=opened(command.notes),
    )


def expire(state: Vacancy, context: DecisionContext) -> Sequence[VacancyClosed]:
    """Dates it on the day after the last, also if the timer fires later."""
    if not isinstance(state, Opened) or state.is_closed or state.open_until is None:
        return []
    return [
        VacancyClosed(
            vacancy_ref=UUID(context.ref),
            occurred_on=state.open_until + timedelta(days=1),
            reason_code=VacancyClosing.EXPIRED,
        )
    ]


def close_with_employer(
    command: CloseWithEmployer, state: Vacancy, context: DecisionContext
) -> Sequence[VacancyClosed]:
    """Changes nothing where the employer was reopened meanwhile."""
    gone = gone_on(context, command.occurred_on)
    if not isinstance(state, Opened) or state.is_closed or gone is None:
        return []
    return [
        VacancyClosed(
            vacancy_ref=UUID(context.ref),
            occurred_on=max(gone, state.opened_on),
            reason_code=VacancyClosing.WITHDRAWN,
        )
    ]


def expired_from(due: date | None, event: DomainEvent, recorded_on: date) -> date | None:
    """The day after the last one; a history that is loaded has until midnight to tell what came afterwards."""
    match event:
        case VacancyOpened():
            return event.open_until and max(event.open_until, recorded_on) + timedelta(days=1)
        case VacancyClosed():
            return None
        case _:
            return due


def evolve(state: Vacancy, event: VacancyEvent) -> Vacancy:
    match event, state:
        case VacancyOpened(), NotOpened():
            return Opened(event.employer_ref, event.occurred_on, event.places, event.open_until)
        case UnmetDemandReported(), Opened():
            return state
        case VacancyClosed(), Opened():
            return replace(state, is_closed=True)
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


VACANCY: Decider[VacancyCommand, Vacancy, VacancyEvent] = Decider(NotOpened(), decide, evolve)
