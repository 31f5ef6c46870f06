"""Taking somebody on for mediation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.mediation import Origin
from banen_kit.decider import Command, Context, Decider, Refused
from banen_kit.personal import Open
from banen_kit.text import Phone, ShortText
from banen_mediation.events import ClientTakenOn


class TakeOnClient(Command, frozen=True):
    NAME: ClassVar[str] = "take-on-client"
    occurred_on: date
    origin: Origin
    origin_ref: UUID | None = None
    name: ShortText = Field(repr=False)
    phone: Phone | None = Field(default=None, repr=False)


@dataclass(frozen=True)
class Client:
    is_taken_on: bool = False


def decide(command: TakeOnClient, state: Client, context: Context) -> Sequence[ClientTakenOn]:
    if state.is_taken_on:
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


def evolve(state: Client, event: ClientTakenOn) -> Client:
    if state.is_taken_on:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return Client(is_taken_on=True)


CLIENT: Decider[TakeOnClient, Client, ClientTakenOn] = Decider(Client(), decide, evolve)
