"""Taking somebody on for mediation."""

from datetime import date
from uuid import UUID

from banen_contracts.mediation import Origin
from banen_kit.personal import Open, persons_of
from banen_kit.testing import Scenario
from banen_mediation.domain.client import CLIENT, TakeOnClient
from banen_mediation.events import ClientTakenOn

REF = UUID(int=1)
CANDIDATE = UUID(int=2)
DAY = date(2006, 3, 1)

client = Scenario(CLIENT, str(REF))

take_on_walk_in = TakeOnClient(occurred_on=DAY, origin=Origin.WALK_IN, name="Sanne Voorbeeld")
walked_in = ClientTakenOn(
    client_ref=REF, occurred_on=DAY, origin=Origin.WALK_IN, name=Open("Sanne Voorbeeld"), phone=None
)


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


def test_refuses_a_client_who_was_taken_on():
    client.given(walked_in).when(take_on_walk_in).then_refused("client-exists")


def test_refuses_a_handover_that_is_not_named():
    command = take_on_walk_in.model_copy(update={"origin": Origin.HANDOVER})
    client.when(command).then_refused("origin-missing", "originRef")


def test_refuses_an_origin_for_somebody_who_walked_in():
    command = take_on_walk_in.model_copy(update={"origin_ref": CANDIDATE})
    client.when(command).then_refused("origin-not-expected", "originRef")


def test_seals_name_and_phone_under_the_key_of_the_client():
    assert persons_of(ClientTakenOn) == {"name": "client_ref", "phone": "client_ref"}


def test_a_command_never_shows_the_person_in_its_repr():
    assert "Voorbeeld" not in repr(take_on_walk_in)
