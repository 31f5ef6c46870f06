"""Requests of persons about their own data, the deadline for the answer, and the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias, assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from banen_contracts.base import ReasonCode
from banen_contracts.months import add_months
from banen_kit.application.definition import CommandRoute
from banen_kit.core.clocks import day_of
from banen_kit.core.days import RequestDay
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused

MONTHS = 1
MONTHS_EXTENDED = 3
"""An answer is due one month after receipt, three where it was extended (GDPR art. 12(3)).

A period in months ends on the day of the same number as the one it runs from, or where there is none, on the last
day of that month (Regulation 1182/71, art. 3(2)(c)): from 31 January on 28 February. Extended, it is one period of
three months from receipt, so a short month in between takes nothing off: until 30 April. The regulation lets a
period that ends on a weekend or holiday run on to the next working day; this does not, and so is never too late.
"""

Kind: TypeAlias = Literal["access", "erasure", "rectification", "restriction", "objection"]
Reply: TypeAlias = Literal["granted", "partly_granted", "refused"]


class NamedCorrection(BaseModel, frozen=True):
    """Where the correction is that carried out a request: an event of a record of the same service."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}$")]
    """What was corrected, such as `contact`."""
    ref: UUID
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    """The version to which the correction brought that record."""


class RequestReceived(DomainEvent, frozen=True):
    """The reference is not a `PersonRef`: a request for erasure is answered after the erasure."""

    TYPE: ClassVar[str] = "request-received"
    request_ref: UUID
    person_ref: UUID
    kind: Kind
    received_on: date
    answer_by: date


class RequestExtended(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "request-extended"
    request_ref: UUID
    extended_on: date
    reason_code: ReasonCode
    answer_by: date


class RequestAnswered(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "request-answered"
    VERSION: ClassVar[int] = 2
    request_ref: UUID
    answered_on: date
    answer: Reply
    reason_code: ReasonCode
    correction: NamedCorrection | None = None


RequestEvent: TypeAlias = RequestReceived | RequestExtended | RequestAnswered


class RecordRequest(Command, frozen=True):
    NAME: ClassVar[str] = "record-request"
    person_ref: UUID
    kind: Kind
    received_on: RequestDay


class ExtendRequest(Command, frozen=True):
    """The person was told that the answer will take two months longer, and why."""

    NAME: ClassVar[str] = "extend-request"
    extended_on: RequestDay
    reason_code: ReasonCode


class AnswerRequest(Command, frozen=True):
    """The person was told what was done. A late answer is accepted too.

    A rectification that was granted, or granted in part, names the correction that carried it out. That may be older
    than the request: what is wrong can be corrected at once, and the request recorded afterwards.
    """

    NAME: ClassVar[str] = "answer-request"
    answered_on: RequestDay
    answer: Reply
    reason_code: ReasonCode
    correction: NamedCorrection | None = None


RequestCommand: TypeAlias = RecordRequest | ExtendRequest | AnswerRequest


@dataclass(frozen=True)
class NotReceived:
    pass


@dataclass(frozen=True)
class Pending:
    person_ref: UUID
    kind: Kind
    received_on: date
    answer_by: date
    is_extended: bool = False


@dataclass(frozen=True)
class Answered:
    pass


Request: TypeAlias = NotReceived | Pending | Answered


def decide(command: RequestCommand, state: Request, context: DecisionContext) -> Sequence[RequestEvent]:
    match command:
        case RecordRequest():
            return receive(command, state, context)
        case ExtendRequest():
            return extend(command, pending(state), context)
        case AnswerRequest():
            return answer(command, pending(state), context)
        case _:
            assert_never(command)


def pending(state: Request) -> Pending:
    match state:
        case NotReceived():
            raise Refused("request-unknown", "There is no such request.")
        case Answered():
            raise Refused("request-answered", "This request was answered already.")
        case Pending():
            return state
        case _:
            assert_never(state)


def receive(command: RecordRequest, state: Request, context: DecisionContext) -> Sequence[RequestEvent]:
    if not isinstance(state, NotReceived):
        raise Refused("request-exists", "This request was recorded already.")
    check_not_future(command.received_on, context, "receivedOn")
    return [
        RequestReceived(
            request_ref=UUID(context.ref),
            person_ref=command.person_ref,
            kind=command.kind,
            received_on=command.received_on,
            answer_by=add_months(command.received_on, MONTHS),
        )
    ]


def extend(command: ExtendRequest, state: Pending, context: DecisionContext) -> Sequence[RequestEvent]:
    if state.is_extended:
        raise Refused("request-extended", "A request is extended once, by two months.")
    check_day(command.extended_on, state, context, "extendedOn")
    if command.extended_on > state.answer_by:
        raise Refused("extended-too-late", "The person must be told within the first month.", "extendedOn")
    return [
        RequestExtended(
            request_ref=UUID(context.ref),
            extended_on=command.extended_on,
            reason_code=command.reason_code,
            answer_by=add_months(state.received_on, MONTHS_EXTENDED),
        )
    ]


def answer(command: AnswerRequest, state: Pending, context: DecisionContext) -> Sequence[RequestEvent]:
    check_day(command.answered_on, state, context, "answeredOn")
    check_correction(command, state, context)
    return [
        RequestAnswered(
            request_ref=UUID(context.ref),
            answered_on=command.answered_on,
            answer=command.answer,
            reason_code=command.reason_code,
            correction=command.correction,
        )
    ]


def check_correction(command: AnswerRequest, state: Pending, context: DecisionContext) -> None:
    named = command.correction
    if state.kind != "rectification" or command.answer == "refused":
        if named is not None:
            raise Refused("correction-not-expected", "Nothing was to be corrected.", "correction")
        return
    if named is None:
        raise Refused("correction-missing", "Name the correction that carried this out.", "correction")
    if not any(event.corrects() for event in context.related[named.version - 1 : named.version]):
        raise Refused("correction-unknown", "There is no correction at that version.", "correction")
    if str(state.person_ref) not in context.about:
        raise Refused("correction-of-another", "That correction is about somebody else.", "correction")


def check_day(day: date, state: Pending, context: DecisionContext, field: str) -> None:
    if day < state.received_on:
        raise Refused("before-receipt", "That day lies before the request was received.", field)
    check_not_future(day, context, field)


def check_not_future(day: date, context: DecisionContext, field: str) -> None:
    if day > day_of(context.now):
        raise Refused("date-in-future", "That day lies in the future.", field)


def evolve(state: Request, event: RequestEvent) -> Request:
    match event, state:
        case RequestReceived(), NotReceived():
            return Pending(event.person_ref, event.kind, event.received_on, event.answer_by)
        case RequestExtended(), Pending():
            return replace(state, answer_by=event.answer_by, is_extended=True)
        case RequestAnswered(), Pending():
            return Answered()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


REQUEST: Decider[RequestCommand, Request, RequestEvent] = Decider(NotReceived(), decide, evolve)
REQUESTS: tuple[CommandRoute, ...] = (
    CommandRoute("/requests/{ref}/receive", RecordRequest, "request", REQUEST),
    CommandRoute("/requests/{ref}/extend", ExtendRequest, "request", REQUEST),
    CommandRoute(
        "/requests/{ref}/answer", AnswerRequest, "request", REQUEST, related=((None, "correction"),)
    ),
)
"""Every service that keeps persons takes these."""
