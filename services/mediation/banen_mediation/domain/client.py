"""A client's file: taken on, corrected, closed, taken up again and erased."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, ReasonCode
from banen_contracts.mediation import Origin
from banen_kit.core.days import BirthDay
from banen_kit.core.decider import Command, Decider, DecisionContext, PersonErased, Refused
from banen_kit.core.records import (
    CorrectDetails,
    ErasePerson,
    Names,
    Others,
    Record,
    likely_doubles,
    person_recorded_once,
)
from banen_kit.core.text import Phone, ShortText
from banen_kit.crypto.personal_fields import Open, opened
from banen_mediation.events import (
    ClientClosed,
    ClientDetail,
    ClientDetailsCorrected,
    ClientErased,
    ClientEvent,
    ClientReopened,
    ClientTakenOn,
)


class TakeOnClient(Command, frozen=True):
    NAME: ClassVar[str] = "take-on-client"
    occurred_on: Day
    origin: Origin
    origin_ref: UUID | None = None
    name: ShortText = Field(repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    not_the_same_as: Others = ()


class CorrectClient(CorrectDetails, frozen=True):
    NAME: ClassVar[str] = "correct-client"
    name: ShortText | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    remove: Names[ClientDetail] = ()


class CloseClient(Command, frozen=True):
    """Mediation ends: the client withdraws, is placed for good, goes to another partner, or cannot be found."""

    NAME: ClassVar[str] = "close-client"
    occurred_on: Day
    reason_code: ReasonCode


class ReopenClient(Command, frozen=True):
    NAME: ClassVar[str] = "reopen-client"
    occurred_on: Day
    reason_code: ReasonCode


class EraseClient(ErasePerson, frozen=True):
    """Destroys the client's key, so that no personal data of the client can be read."""

    NAME: ClassVar[str] = "erase-client"


def take_on(command: TakeOnClient, context: DecisionContext) -> ClientTakenOn:
    check_origin(command)
    # Others are known by the candidate or the handover that they come from.
    is_walk_in = command.origin is Origin.WALK_IN
    likely = likely_doubles(command.not_the_same_as, context) if is_walk_in else ()
    return ClientTakenOn(
        client_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        origin=command.origin,
        origin_ref=command.origin_ref,
        name=Open(command.name),
        phone=opened(command.phone),
        email=opened(command.email),
        address=opened(command.address),
        birth_date=opened(command.birth_date and command.birth_date.isoformat()),
        not_the_same_as=command.not_the_same_as,
        likely_same_as=likely,
    )


def check_origin(command: TakeOnClient) -> None:
    is_walk_in = command.origin is Origin.WALK_IN
    if is_walk_in and command.origin_ref:
        raise Refused("origin-not-expected", "Somebody who walked in has no origin to refer to.", "originRef")
    if not is_walk_in and not command.origin_ref:
        raise Refused(
            "origin-missing", "Say which candidate or handover this client comes from.", "originRef"
        )


def correct(command: CorrectClient, context: DecisionContext) -> ClientDetailsCorrected:
    return ClientDetailsCorrected(
        client_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        name=opened(command.name),
        phone=opened(command.phone),
        email=opened(command.email),
        address=opened(command.address),
        birth_date=opened(command.birth_date and command.birth_date.isoformat()),
        removed=command.remove,
    )


def erase(command: ErasePerson, context: DecisionContext) -> ClientErased:
    return ClientErased(client_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason)


RECORD = person_recorded_once("client", "This client was taken on already.", take_on, correct, erase)

ClientCommand: TypeAlias = TakeOnClient | CorrectClient | CloseClient | ReopenClient | EraseClient


@dataclass(frozen=True)
class Client:
    record: Record = Record.NOTHING
    open_since: date | None = None
    """The day on which the client was taken on, or the file last taken up again."""
    closed_on: date | None = None


def decide(
    command: ClientCommand, state: Client, context: DecisionContext
) -> Sequence[ClientEvent | ClientDetailsCorrected]:
    match command:
        case CloseClient():
            return [close(command, must_be_open(state), context)]
        case ReopenClient():
            return [reopen(command, on_record(state), context)]
        case _:
            return RECORD.decide(command, state.record, context)


def on_record(state: Client) -> Client:
    """Raises `PersonErased`, and `Refused` if nobody was taken on under this reference."""
    if state.record is Record.ERASED:
        raise PersonErased
    if state.record is Record.NOTHING:
        raise Refused("client-unknown", "There is no such client.")
    return state


def must_be_open(state: Client) -> Client:
    if on_record(state).closed_on is not None:
        raise Refused("client-closed", "This client's file is closed; take it up again first.")
    return state


def close(command: CloseClient, client: Client, context: DecisionContext) -> ClientClosed:
    if client.open_since is not None and command.occurred_on < client.open_since:
        raise Refused("closing-before-opening", "The file was opened after that day.", "occurredOn")
    return ClientClosed(
        client_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
    )


def reopen(command: ReopenClient, client: Client, context: DecisionContext) -> ClientReopened:
    if client.closed_on is None:
        raise Refused("client-open", "This client's file is open; nothing has to be taken up again.")
    if command.occurred_on < client.closed_on:
        raise Refused("reopening-before-closing", "The file was closed after that day.", "occurredOn")
    return ClientReopened(
        client_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
    )


def check_open_client(context: DecisionContext) -> None:
    """The client whom the command names must be one of ours.

    A file that is closed at the same moment does no harm: what was begun with the client can be ended.
    """
    client = CLIENT.replay(
        [event for event in context.related if isinstance(event, ClientEvent | ClientDetailsCorrected)]
    )
    if client.record is Record.NOTHING:
        raise Refused("client-unknown", "Take the client on first.", "clientRef")
    must_be_open(client)


def evolve(state: Client, event: ClientEvent | ClientDetailsCorrected) -> Client:
    match event, state:
        case ClientClosed(), Client(Record.RECORDED, _, None):
            return replace(state, closed_on=event.occurred_on)
        case ClientReopened(), Client(Record.RECORDED, _, date()):
            return replace(state, open_since=event.occurred_on, closed_on=None)
        case ClientTakenOn(), _:
            return Client(RECORD.evolve(state.record, event), event.occurred_on)
        case ((ClientClosed() | ClientReopened()), _):
            raise AssertionError(f"{event.TYPE} cannot follow {state}")
        case _:
            return replace(state, record=RECORD.evolve(state.record, event))


CLIENT: Decider[ClientCommand, Client, ClientEvent | ClientDetailsCorrected] = Decider(
    Client(), decide, evolve
)
