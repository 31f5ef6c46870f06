"""A client's file: taken on, corrected, closed, taken up again, erased."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts.base import ErasureReason
from banen_contracts.mediation import Origin
from banen_kit.crypto.personal_fields import IsPerson, Open, persons_of
from banen_kit.testing import Scenario
from banen_mediation.domain.client import (
    CLIENT,
    CloseClient,
    CorrectClient,
    EraseClient,
    ReopenClient,
    TakeOnClient,
)
from banen_mediation.events import (
    ClientClosed,
    ClientDetailsCorrected,
    ClientErased,
    ClientReopened,
    ClientTakenOn,
    HandoverAccepted,
    HandoverReceived,
    PlacementCorrected,
    PlacementStarted,
)

REF = UUID(int=1)
CANDIDATE = UUID(int=2)
OTHER = UUID(int=3)
DAY = date(2006, 3, 1)

client = Scenario(CLIENT, str(REF))

take_on_walk_in = TakeOnClient(occurred_on=DAY, origin=Origin.WALK_IN, name="Sanne Voorbeeld")
walked_in = ClientTakenOn(
    client_ref=REF, occurred_on=DAY, origin=Origin.WALK_IN, name=Open("Sanne Voorbeeld"), phone=None
)
erase = EraseClient(occurred_on=DAY, reason=ErasureReason.REQUEST)
erased = ClientErased(client_ref=REF, occurred_on=DAY, reason=ErasureReason.REQUEST)
correct = CorrectClient(
    occurred_on=DAY,
    reason_code="rectification",
    name="Sanne Voorbeeld",
    phone="0600000000",
    email="sanne@example.org",
    address="Voorbeeldweg 1, Voorbeeldstad",
    birth_date=date(1980, 1, 2),
)
corrected = ClientDetailsCorrected(
    client_ref=REF,
    occurred_on=DAY,
    reason_code="rectification",
    name=Open("Sanne Voorbeeld"),
    phone=Open("0600000000"),
    email=Open("sanne@example.org"),
    address=Open("Voorbeeldweg 1, Voorbeeldstad"),
    birth_date=Open("1980-01-02"),
)
close = CloseClient(occurred_on=DAY, reason_code="withdrawn")
closed = ClientClosed(client_ref=REF, occurred_on=DAY, reason_code="withdrawn")
reopen = ReopenClient(occurred_on=DAY, reason_code="returned")
reopened = ClientReopened(client_ref=REF, occurred_on=DAY, reason_code="returned")


def test_takes_on_somebody_who_walked_in():
    client.when(take_on_walk_in).then(walked_in)


def test_takes_on_a_candidate_of_the_own_intake():
    command = take_on_walk_in.model_copy(
        update={"origin": Origin.OWN_INTAKE, "origin_ref": CANDIDATE, "phone": "0600000000"}
    )
    client.when(command).then(
        ClientTakenOn(
            client_ref=REF,
            occurred_on=DAY,
            origin=Origin.OWN_INTAKE,
            origin_ref=CANDIDATE,
            name=Open("Sanne Voorbeeld"),
            phone=Open("0600000000"),
        )
    )


def test_a_likely_double_who_walks_in_is_refused_unless_it_is_said_to_be_another_person():
    recorded = replace(client, doubles=(CANDIDATE, OTHER))
    recorded.when(take_on_walk_in).then_refused("likely-double", "notTheSameAs")
    some = recorded.when(take_on_walk_in.model_copy(update={"not_the_same_as": (OTHER,)}))
    assert some.refused is not None
    assert some.refused.references == [str(CANDIDATE)]
    every = {"not_the_same_as": (OTHER, CANDIDATE)}
    recorded.when(take_on_walk_in.model_copy(update=every)).then(walked_in.model_copy(update=every))


def test_in_the_load_of_a_history_it_is_noted():
    loaded = replace(client, doubles=(CANDIDATE, OTHER), is_historic=True)
    named = {"not_the_same_as": (OTHER,)}
    loaded.when(take_on_walk_in.model_copy(update=named)).then(
        walked_in.model_copy(update={**named, "likely_same_as": (CANDIDATE,)})
    )


@pytest.mark.parametrize("origin", [Origin.OWN_INTAKE, Origin.HANDOVER])
def test_nobody_is_asked_about_a_client_who_did_not_walk_in(origin: Origin):
    came = {"origin": origin, "origin_ref": CANDIDATE}
    replace(client, doubles=(OTHER,)).when(take_on_walk_in.model_copy(update=came)).then(
        walked_in.model_copy(update=came)
    )


def test_takes_on_with_everything_that_is_known():
    details = {
        "phone": "0600000000",
        "email": "sanne@example.org",
        "address": "Voorbeeldweg 1, Voorbeeldstad",
        "birth_date": date(1980, 1, 2),
    }
    sealed = {**details, "birth_date": "1980-01-02"}
    client.when(take_on_walk_in.model_copy(update=details)).then(
        walked_in.model_copy(update={name: Open(value) for name, value in sealed.items()})
    )


def test_corrects_everything_that_is_known():
    client.given(walked_in).when(correct).then(corrected)


@pytest.mark.parametrize("detail", ["phone", "email", "address", "birthDate"])
def test_removes_what_is_of_somebody_else(detail: Any):
    command = CorrectClient(occurred_on=DAY, reason_code="of-somebody-else", remove=(detail,))
    client.given(walked_in).when(command).then(
        ClientDetailsCorrected(
            client_ref=REF, occurred_on=DAY, reason_code="of-somebody-else", removed=(detail,)
        )
    )


def test_a_client_keeps_a_name():
    with pytest.raises(ValidationError, match=r"remove\.0"):
        CorrectClient.model_validate({"occurredOn": DAY, "reasonCode": "mistake", "remove": ["name"]})


def test_refuses_to_correct_a_client_who_was_not_taken_on():
    client.when(correct).then_refused("client-unknown")


def test_refuses_a_client_who_was_taken_on():
    client.given(walked_in).when(take_on_walk_in).then_refused("client-exists")


def test_refuses_a_handover_that_is_not_named():
    command = take_on_walk_in.model_copy(update={"origin": Origin.HANDOVER})
    client.when(command).then_refused("origin-missing", "originRef")


def test_refuses_an_origin_for_somebody_who_walked_in():
    command = take_on_walk_in.model_copy(update={"origin_ref": CANDIDATE})
    client.when(command).then_refused("origin-not-expected", "originRef")


def test_erases_the_person():
    client.given(walked_in).when(erase).then(erased)


def test_refuses_to_erase_a_client_who_was_not_taken_on():
    client.when(erase).then_refused("client-unknown")


@pytest.mark.parametrize("command", [take_on_walk_in, correct, close, reopen, erase], ids=lambda c: c.NAME)
def test_refuses_everything_after_an_erasure(command: Any):
    client.given(walked_in, erased).when(command).then_refused("person-erased")


def test_refuses_to_close_a_file_before_it_was_opened():
    early = close.model_copy(update={"occurred_on": walked_in.occurred_on - timedelta(days=1)})
    client.given(walked_in).when(early).then_refused("closing-before-opening", "occurredOn")
    client.given(walked_in, closed, reopened).when(early).then_refused("closing-before-opening", "occurredOn")


def test_closes_a_file_and_takes_it_up_again_more_than_once():
    client.given(walked_in).when(close).then(closed)
    client.given(walked_in, closed).when(reopen).then(reopened)
    client.given(walked_in, closed, reopened).when(close).then(closed)


@pytest.mark.parametrize("command", [close, reopen], ids=lambda c: c.NAME)
def test_refuses_to_close_or_take_up_a_client_who_was_not_taken_on(command: Any):
    client.when(command).then_refused("client-unknown")


def test_refuses_to_close_a_file_that_is_closed():
    client.given(walked_in, closed).when(close).then_refused("client-closed")


def test_refuses_to_take_up_a_file_that_is_open():
    client.given(walked_in).when(reopen).then_refused("client-open")


def test_refuses_to_take_a_file_up_before_it_was_closed():
    earlier = reopen.model_copy(update={"occurred_on": date(2006, 2, 28)})
    client.given(walked_in, closed).when(earlier).then_refused("reopening-before-closing", "occurredOn")


def test_a_closed_file_can_be_corrected_and_erased_and_is_not_taken_on_again():
    client.given(walked_in, closed).when(correct).then(corrected)
    client.given(walked_in, closed).when(erase).then(erased)
    client.given(walked_in, closed).when(take_on_walk_in).then_refused("client-exists")


def test_an_erasure_names_whose_key_goes_and_needs_none_itself():
    assert (erased.erased_person(), walked_in.erased_person()) == (REF, None)
    assert ClientErased.model_fields["client_ref"].metadata == []


def test_a_client_from_the_own_intake_is_one_person_with_that_candidate():
    own = walked_in.model_copy(update={"origin": Origin.OWN_INTAKE, "origin_ref": CANDIDATE})
    assert own.same_person() == (REF, CANDIDATE)


@pytest.mark.parametrize("origin", [Origin.HANDOVER, Origin.WALK_IN])
def test_nobody_elses_candidate_is_one_person_with_our_client(origin: Origin):
    other = walked_in.model_copy(update={"origin": origin, "origin_ref": CANDIDATE})
    assert other.same_person() is None


@pytest.mark.parametrize("event", [ClientTakenOn, HandoverAccepted, PlacementStarted, PlacementCorrected])
def test_what_names_a_client_concerns_a_person(event: Any):
    assert any(isinstance(mark, IsPerson) for mark in event.model_fields["client_ref"].metadata)


def test_another_partners_candidate_is_no_person_of_ours():
    assert HandoverReceived.model_fields["candidate_ref"].metadata == []


def test_stops_on_a_history_that_cannot_be():
    for event in (erased, closed, reopened):
        with pytest.raises(AssertionError, match=f"{event.TYPE} cannot follow"):
            CLIENT.replay([event])


def test_seals_what_is_personal_under_the_key_of_the_client():
    details = dict.fromkeys(("name", "phone", "email", "address", "birth_date"), "client_ref")
    assert persons_of(ClientTakenOn) == persons_of(ClientDetailsCorrected) == details


def test_a_command_never_shows_the_person_in_its_repr():
    assert "Voorbeeld" not in repr(take_on_walk_in)
    assert not any(word in repr(correct) for word in ("Voorbeeld", "0600000000", "example", "1980"))
