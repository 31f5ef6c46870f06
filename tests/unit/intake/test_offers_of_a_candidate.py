"""What becomes of a candidate's offers when a consent is withdrawn, or the file is closed or erased."""

from typing import Any
from uuid import UUID

import pytest

from banen_contracts import Envelope
from banen_contracts.base import source_of
from banen_intake.domain.handover import CompleteHandover
from banen_intake.reactors import COMPLETE_HANDOVER, REACTORS
from banen_intake.service import SERVICE
from banen_kit.application.definition import Dispatch
from support.commands import NOW, ON, Office

CANDIDATE, OTHER, TO_UWV, TO_BUREAU, OF_OTHER = (str(UUID(int=number, version=4)) for number in range(1, 6))
ALLOWED = [{"scope": "handover", "toPartner": partner} for partner in ("uwv", "bureau")]
PERSON = {**ON, "educationBand": "low", "name": "Synthetica Voorbeeld", "consents": ALLOWED}


@pytest.fixture
async def office() -> Office:
    """One candidate is offered to two partners, another to one of them."""
    office = Office(SERVICE)
    for candidate in (CANDIDATE, OTHER):
        await office.give("register-candidate", PERSON, thing=candidate)
    for ref, candidate, partner in (
        (TO_UWV, CANDIDATE, "uwv"),
        (TO_BUREAU, CANDIDATE, "bureau"),
        (OF_OTHER, OTHER, "uwv"),
    ):
        offer = {**ON, "candidateRef": candidate, "toPartner": partner, "expiresOn": "2006-06-01"}
        await office.give("offer-handover", offer, thing=ref)
    return office


async def react(office: Office) -> None:
    """Gives the service what it published last, as the bus would."""
    [record] = (await office.store.read_all(0, 100))[-1:]
    event = office.command_service.publisher.public(office.command_service.repository.fact(record).event)
    assert event is not None
    envelope = cause(record.id, "intake", event.NAME, event.ref)
    for reactor in REACTORS:
        sent = reactor.react(envelope, event, "uaf") if type(event) in reactor.listens_to else None
        if sent is not None:
            await office.command_service.send(sent, envelope, reactor.name)


def cause(id_: UUID, service: str, name: str, subject: str) -> Envelope:
    return Envelope(
        id=id_, source=source_of("uaf", service), type=f"nl.banenoffensief.{name}", subject=subject, time=NOW,
        partner="uaf", sequence=1, correlationid=id_, causationid=id_,
    )  # fmt: skip


async def ended(office: Office) -> dict[str, str]:
    """The offers that have ended, with the reason."""
    found: dict[str, str] = {}
    for ref in (TO_UWV, TO_BUREAU, OF_OTHER):
        for record in await office.store.read(f"handover-{ref}"):
            event: Any = office.command_service.repository.fact(record).event
            if event.TYPE == "handover-ended":
                found[ref] = event.reason_code
    return found


async def test_withdrawing_consent_to_a_partner_ends_the_offers_to_it(office: Office):
    await office.give("withdraw-consent", {**ON, "scope": "handover", "toPartner": "uwv"}, thing=CANDIDATE)
    await react(office)
    assert await ended(office) == {TO_UWV: "consent-withdrawn"}


@pytest.mark.parametrize(
    ("command", "body"),
    [("close-candidate", {**ON, "reasonCode": "moved"}), ("erase-candidate", {**ON, "reason": "request"})],
)
async def test_closing_or_erasing_a_candidate_ends_all_their_offers(
    office: Office, command: str, body: dict[str, Any]
):
    await office.give(command, body, thing=CANDIDATE)
    await react(office)
    assert await ended(office) == dict.fromkeys((TO_UWV, TO_BUREAU), "candidate-closed")


async def test_an_offer_that_stands_is_left_alone(office: Office):
    await react(office)
    assert await ended(office) == {}


async def test_an_accepted_offer_is_completed_also_after_an_erasure(office: Office):
    await office.give("erase-candidate", {**ON, "reason": "request"}, thing=CANDIDATE)
    command = CompleteHandover.model_validate({**ON, "acceptedBy": "uwv"})
    accepted = cause(UUID(int=99, version=4), "mediation", "mediation.handover-accepted.v1", TO_UWV)
    answer = await office.command_service.send(
        Dispatch(COMPLETE_HANDOVER, TO_UWV, command), accepted, "complete"
    )
    assert answer.events == ("handover-completed",)
