"""Taking a person on as a client, and erasing that person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, ErasureReason
from banen_contracts.mediation import Origin
from banen_kit.core.decider import Command, Decider, DecisionContext, PersonErased, Refused
from banen_kit.core.text import Phone, ShortText
from banen_kit.crypto.personal_fields import Open
from banen_mediation.events import ClientErased, ClientEvent, ClientTakenOn


class TakeOnClient(Command, frozen=True):
    NAME: ClassVar[str] = "take-on-client"
    occurred_on: Day
    origin: Origin
    origin_ref: UUID | None = None
    name: ShortText = Field(repr=False)
    phone: Phone | None = Field(default=None, repr=False)


class EraseClient(Command, frozen=True):
    """Destroys the client's key, so that no personal data of the client can be read."""

    NAME: ClassVar[str] = "erase-client"
    occurred_on: Day
    reason: ErasureReason


ClientCommand: TypeAlias = TakeOnClient | EraseClient


@dataclass(frozen=True)
class NotTakenOn:
    pass


@dataclass(frozen=True)
class TakenOn:
    pass


@dataclass(frozen=True)
class Erased:
    pass


Client: TypeAlias = NotTakenOn | TakenOn | Erased


def decide(command: ClientCommand, state: Client, context: DecisionContext) -> Sequence[ClientEvent]:
    if isinstance(state, Erased):
        raise PersonErased
    match command:
        case TakeOnClient():
            return take_on(command, state, context)
        case EraseClient():
            return erase(command, state, context)
        case _:
            assert_never(command)


def take_on(
    command: TakeOnClient, state: NotTakenOn | TakenOn, context: DecisionContext
) -> Sequence[ClientEvent]:
    if isinstance(state, TakenOn):
        raise Refused("client-exists", "This client was taken on already.")
    check_origin(command)
    return [
        ClientTakenOn(
            client_ref=UUID(context.ref),
            occurred_on=command.occurred_on,
            origin=command.origin,
            origin_ref=command.origin_ref,
            name=Open(command.name),
            phone=Open(command.phone) if command.phone else None,
        )
    ]


def check_origin(command: TakeOnClient) -> None:
    is_walk_in = command.origin is Origin.WALK_IN
    if is_walk_in and command.origin_ref:
        raise Refused("origin-not-expected", "Somebody who walked in has no origin to refer to.", "originRef")
    if not is_walk_in and not command.origin_ref:
        raise Refused(
            "origin-missing", "Say which candidate or handover this client comes from.", "originRef"
        )


def erase(
    command: EraseClient, state: NotTakenOn | TakenOn, context: DecisionContext
) -> Sequence[ClientEvent]:
    if isinstance(state, NotTakenOn):
        raise Refused("client-unknown", "There is no such client.")
    return [
        ClientErased(client_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason)
    ]


def evolve(state: Client, event: ClientEvent) -> Client:
    match event, state:
        case ClientTakenOn(), NotTakenOn():
            return TakenOn()
        case ClientErased(), TakenOn():
            return Erased()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


CLIENT: Decider[ClientCommand, Client, ClientEvent] = Decider(NotTakenOn(), decide, evolve)
