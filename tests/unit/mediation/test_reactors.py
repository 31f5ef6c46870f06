"""What mediation does by itself when others publish."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from banen_contracts import EVENTS, Envelope, PublicEvent, employers
from banen_contracts.base import source_of
from banen_contracts.intake import HandoverCompleted, HandoverEnded, HandoverOffered, HandoverOutcome
from banen_contracts.mediation import (
    ContractTerm,
    PlacementCorrected,
    PlacementStarted,
    ProgrammeTag,
)
from banen_contracts.reporting import SourceDeclaredLive
from banen_kit.application.definition import Dispatch
from banen_kit.application.source_live import GO_LIVE, GoLive
from banen_mediation.domain.ending import EndAsConverted
from banen_mediation.domain.handover import ReceiveHandover, SettleHandover
from banen_mediation.domain.reference import NoteReference
from banen_mediation.reactors import (
    END_AS_CONVERTED,
    NOTE_REFERENCE,
    RECEIVE_HANDOVER,
    SAYS,
    SETTLE_HANDOVER,
    end_converted,
    note_reference,
    receive,
    settle,
)
from banen_mediation.service import SERVICE

GOLDEN = Path(__file__).parents[2] / "contracts/golden"
HANDOVER = UUID(int=1)
CANDIDATE = UUID(int=2)
OLD = UUID(int=3)
DAY = date(2006, 3, 1)

offered = HandoverOffered(
    handover_ref=HANDOVER,
    occurred_on=DAY,
    candidate_ref=CANDIDATE,
    to_partner="emplooi",
    expires_on=date(2006, 3, 31),
    dossier_hash="a" * 64,
)
COMPLETED = HandoverCompleted(
    handover_ref=HANDOVER, occurred_on=DAY, candidate_ref=CANDIDATE, to_partner="emplooi"
)
ENDED = [
    HandoverEnded(**COMPLETED.model_dump(), outcome=outcome, reason_code="no-more")
    for outcome in HandoverOutcome
]
replacing = PlacementStarted(
    placement_ref=UUID(int=4),
    occurred_on=DAY,
    client_ref=UUID(int=5),
    kind="employment",
    contract=ContractTerm.OPEN_ENDED,
    start_date=DAY,
    paid=True,
    programme_tag=ProgrammeTag.PROGRAMME,
    primary_partner="emplooi",
    converted_from=OLD,
)


def envelope(partner: str, service: str, event: PublicEvent) -> Envelope:
    return Envelope(
        id=UUID(int=9),
        source=source_of(partner, service),
        type=f"nl.banenoffensief.{event.NAME}",
        subject=event.ref,
        time=datetime(2006, 3, 1, 12, tzinfo=UTC),
        partner=partner,
        sequence=1,
        correlationid=UUID(int=9),
        causationid=UUID(int=9),
    )


def test_notes_a_handover_that_is_offered_to_us():
    sent = receive(envelope("vluchtelingenwerk", "intake", offered), offered, "emplooi")
    assert sent == Dispatch(
        RECEIVE_HANDOVER,
        str(HANDOVER),
        ReceiveHandover(
            occurred_on=DAY,
            from_partner="vluchtelingenwerk",
            candidate_ref=CANDIDATE,
            expires_on=date(2006, 3, 31),
            dossier_hash="a" * 64,
        ),
    )


def test_leaves_a_handover_to_another_partner_alone():
    assert receive(envelope("vluchtelingenwerk", "intake", offered), offered, "uwv") is None


def test_ignores_an_offer_that_does_not_come_from_an_intake():
    forged = envelope("vluchtelingenwerk", "employers", offered)
    assert receive(forged, offered, "emplooi") is None


each_settlement = pytest.mark.parametrize(
    ("event", "outcome"), [(COMPLETED, None), *((ended, ended.outcome) for ended in ENDED)]
)


@each_settlement
def test_notes_how_an_offer_to_us_was_settled(event: PublicEvent, outcome: HandoverOutcome | None):
    command = SettleHandover(occurred_on=DAY, from_partner="vluchtelingenwerk", outcome=outcome)
    sent = settle(envelope("vluchtelingenwerk", "intake", event), event, "emplooi")
    assert sent == Dispatch(SETTLE_HANDOVER, str(HANDOVER), command)


@each_settlement
def test_leaves_what_was_settled_between_others_alone(event: PublicEvent, outcome: HandoverOutcome | None):
    assert settle(envelope("vluchtelingenwerk", "intake", event), event, "uwv") is None


@each_settlement
def test_ignores_a_settlement_that_does_not_come_from_an_intake(
    event: PublicEvent, outcome: HandoverOutcome | None
):
    assert settle(envelope("vluchtelingenwerk", "employers", event), event, "emplooi") is None


def test_a_conversion_ends_the_old_placement_the_day_before_the_new_one_starts():
    sent = end_converted(envelope("emplooi", "mediation", replacing), replacing, "emplooi")
    assert sent == Dispatch(END_AS_CONVERTED, str(OLD), EndAsConverted(end_date=date(2006, 2, 28)))


def test_a_correction_that_names_the_old_placement_ends_it_too():
    corrected = PlacementCorrected(**replacing.model_dump(), reason_code="conversion-forgotten")
    sent = end_converted(envelope("emplooi", "mediation", corrected), corrected, "emplooi")
    assert sent == Dispatch(END_AS_CONVERTED, str(OLD), EndAsConverted(end_date=date(2006, 2, 28)))


def test_a_placement_that_replaces_nothing_ends_nothing():
    new = replacing.model_copy(update={"converted_from": None})
    assert end_converted(envelope("emplooi", "mediation", new), new, "emplooi") is None


def test_another_partner_cannot_end_our_placement():
    theirs = envelope("uwv", "mediation", replacing)
    assert end_converted(theirs, replacing, "emplooi") is None


def test_another_service_cannot_end_our_placement():
    forged = envelope("emplooi", "intake", replacing)
    assert end_converted(forged, replacing, "emplooi") is None


def test_takes_note_when_the_bureau_declares_it_live():
    live = SourceDeclaredLive(partner_id="emplooi", service="mediation", occurred_on=DAY)
    sent = [
        send
        for policy in SERVICE.reactors
        if (send := policy.react(envelope("bureau", "reporting", live), live, "emplooi"))
    ]
    assert sent == [Dispatch(GO_LIVE, "live", GoLive(occurred_on=DAY))]


def test_listens_to_everything_that_it_reacts_to():
    heard = {event for policy in SERVICE.reactors for event in policy.listens_to}
    handovers = {HandoverOffered, HandoverCompleted, HandoverEnded}
    placements = {PlacementStarted, PlacementCorrected}
    assert heard == handovers | placements | {SourceDeclaredLive} | SAYS.keys()


@pytest.mark.parametrize("type_", SAYS, ids=lambda type_: type_.__name__)
def test_notes_what_any_partner_says_of_employers_groups_agreements_and_vacancies(type_: type[PublicEvent]):
    example = json.loads((GOLDEN / f"{type_.NAME}.json").read_text())
    event = type_.model_validate(example)
    said = envelope("uwv", "employers", event)
    kind, state = SAYS[type_]
    command = NoteReference(
        occurred_on=event.occurred_on, kind=kind, state=state, of_partner="uwv", sequence=1
    )
    assert note_reference(said, event, "emplooi") == Dispatch(NOTE_REFERENCE, event.ref, command)
    forged = envelope("uwv", "mediation", event)
    assert note_reference(forged, event, "emplooi") is None


def test_notes_whatever_employers_says_of_the_four_but_their_names_and_numbers():
    """These change nothing about whether they may be named."""
    refs = {"employer_ref", "group_ref", "agreement_ref", "vacancy_ref"}
    said = {event for event in EVENTS if event.NAME.startswith("employers.") and event.REF in refs}
    unchanged = {
        employers.EmployerRenamed,
        employers.PlatformMembershipChanged,
        employers.ReferralReceived,
        employers.GroupPlacementUpdated,
        employers.UnmetDemandReported,
    }
    assert said - unchanged == set(SAYS)
    assert all(kind == type_.REF.removesuffix("_ref") for type_, (kind, _) in SAYS.items())


def test_nobody_outside_may_give_what_policies_give():
    by_reactors = {RECEIVE_HANDOVER.name, SETTLE_HANDOVER.name, NOTE_REFERENCE.name, END_AS_CONVERTED.name}
    assert by_reactors.isdisjoint(operation.name for operation in SERVICE.commands)
