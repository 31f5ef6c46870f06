"""Correcting what is on record of a person: what may be said, and that nobody outside hears of it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts import PublicEvent
from banen_contracts.base import ErasureReason
from banen_contracts.roles import ROLES
from banen_kit.application.definition import Service
from banen_kit.core.decider import Command, DecisionContext, DomainEvent, Refused
from banen_kit.core.records import (
    CorrectDetails,
    DetailsCorrected,
    ErasePerson,
    Erasure,
    Names,
    person_recorded_once,
)
from banen_kit.core.text import ShortText
from banen_kit.crypto.personal_fields import Of, Open, Personal, PersonRef, opened
from banen_kit.privacy.kit_features import with_kit_features
from banen_kit.testing import Scenario

REF = UUID(int=1)
DAY = date(2006, 3, 1)


class RecordGuest(Command, frozen=True):
    NAME: ClassVar[str] = "record-guest"


class CorrectGuest(CorrectDetails, frozen=True):
    NAME: ClassVar[str] = "correct-guest"
    name: ShortText | None = None
    home_town: ShortText | None = None
    remove: Names[Literal["homeTown"]] = ()


class EraseGuest(ErasePerson, frozen=True):
    NAME: ClassVar[str] = "erase-guest"


class GuestRecorded(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "guest-recorded"
    guest_ref: PersonRef


class GuestCorrected(DetailsCorrected, frozen=True):
    TYPE: ClassVar[str] = "guest-corrected"
    guest_ref: PersonRef
    name: Annotated[Personal[str] | None, Of("guest_ref")] = None
    home_town: Annotated[Personal[str] | None, Of("guest_ref")] = None


class GuestErased(Erasure, frozen=True):
    TYPE: ClassVar[str] = "guest-erased"
    guest_ref: UUID


def record(_: RecordGuest, context: DecisionContext) -> GuestRecorded:
    return GuestRecorded(guest_ref=UUID(context.ref))


def correct(command: CorrectGuest, context: DecisionContext) -> GuestCorrected:
    return GuestCorrected(
        guest_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        name=opened(command.name),
        home_town=opened(command.home_town),
        removed=command.remove,
    )


def erase(command: ErasePerson, context: DecisionContext) -> GuestErased:
    return GuestErased(guest_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason)


GUEST = person_recorded_once("guest", "This guest was recorded already.", record, correct, erase)

guest = Scenario(GUEST, str(REF))
recorded = GuestRecorded(guest_ref=REF)
erased = GuestErased(guest_ref=REF, occurred_on=DAY, reason=ErasureReason.REQUEST)
name = CorrectGuest(occurred_on=DAY, reason_code="typing-error", name="Voorbeeld")
removal = CorrectGuest(occurred_on=DAY, reason_code="of-somebody-else", remove=("homeTown",))
corrected = GuestCorrected(guest_ref=REF, occurred_on=DAY, reason_code="typing-error", name=Open("Voorbeeld"))
removed = GuestCorrected(
    guest_ref=REF, occurred_on=DAY, reason_code="of-somebody-else", removed=("homeTown",)
)


@pytest.mark.parametrize(
    ("past", "command", "event"),
    [
        ((recorded,), name, corrected),
        ((recorded,), removal, removed),
        ((recorded, corrected), name, corrected),
    ],
    ids=["corrects", "removes", "corrects-again"],
)
def test_corrects_what_is_on_record(
    past: Sequence[GuestRecorded | GuestCorrected], command: CorrectGuest, event: GuestCorrected
):
    guest.given(*past).when(command).then(event)


def test_erases_who_was_corrected():
    erasing = EraseGuest(occurred_on=DAY, reason=ErasureReason.REQUEST)
    guest.given(recorded, corrected).when(erasing).then(erased)


def test_refuses_to_correct_whom_nobody_recorded():
    guest.when(name).then_refused("guest-unknown")


def test_refuses_to_correct_after_an_erasure():
    guest.given(recorded, erased).when(name).then_refused("person-erased")


def test_refuses_a_correction_of_nothing():
    nothing = CorrectGuest(occurred_on=DAY, reason_code="typing-error")
    guest.given(recorded).when(nothing).then_refused("correction-empty")


@pytest.mark.parametrize(
    "twice",
    [{"home_town": "Voorbeeldstad", "remove": ("homeTown",)}, {"remove": ("homeTown", "homeTown")}],
    ids=["corrected-and-removed", "removed-twice"],
)
def test_refuses_two_things_about_one_detail(twice: dict[str, object]):
    command = CorrectGuest.model_validate({"occurred_on": DAY, "reason_code": "typing-error", **twice})
    guest.given(recorded).when(command).then_refused("field-twice", "remove")


def test_does_not_remove_what_must_be_there():
    body = {"occurredOn": "2006-03-01", "reasonCode": "typing-error", "remove": ["name"]}
    with pytest.raises(ValidationError, match=r"remove\.0"):
        CorrectGuest.model_validate(body)


def test_a_correction_follows_only_a_record():
    with pytest.raises(AssertionError, match="guest-corrected cannot follow nothing"):
        GUEST.replay([corrected])


def test_is_never_published_whatever_the_service_does():
    def to_public_event(_: DomainEvent) -> PublicEvent | None:
        raise Refused("published", "This must not be asked.")

    service = Service("guests", (GuestRecorded, GuestCorrected), to_public_event, (), {}, ROLES)
    assert with_kit_features(service).to_public_event(corrected) is None
