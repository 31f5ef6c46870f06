"""Taking a person on as a client, correcting what is known of that person, and erasing it."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day
from banen_contracts.mediation import Origin
from banen_kit.core.days import BirthDay
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_kit.core.records import CorrectDetails, ErasePerson, Names, person_recorded_once
from banen_kit.core.text import Phone, ShortText
from banen_kit.crypto.personal_fields import Open, opened
from banen_mediation.events import ClientDetail, ClientDetailsCorrected, ClientErased, ClientTakenOn


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


class CorrectClient(CorrectDetails, frozen=True):
    NAME: ClassVar[str] = "correct-client"
    name: ShortText | None = Field(default=None, repr=False)
    phone: Phone | None = Field(default=None, repr=False)
    email: ShortText | None = Field(default=None, repr=False)
    address: ShortText | None = Field(default=None, repr=False)
    birth_date: BirthDay | None = Field(default=None, repr=False)
    remove: Names[ClientDetail] = ()


class EraseClient(ErasePerson, frozen=True):
    """Destroys the client's key, so that no personal data of the client can be read."""

    NAME: ClassVar[str] = "erase-client"


def take_on(command: TakeOnClient, context: DecisionContext) -> ClientTakenOn:
    check_origin(command)
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


CLIENT = person_recorded_once("client", "This client was taken on already.", take_on, correct, erase)
