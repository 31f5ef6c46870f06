"""What intake does by itself when others publish."""

from datetime import UTC, date, datetime
from uuid import UUID

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of
from banen_contracts.mediation import HandoverAccepted
from banen_contracts.reporting import SourceDeclaredLive
from banen_intake.domain.handover import CompleteHandover
from banen_intake.reactors import COMPLETE_HANDOVER, HANDOVER_ACCEPTED
from banen_intake.service import SERVICE
from banen_kit.application.definition import Dispatch
from banen_kit.application.source_live import GO_LIVE, GoLive

HANDOVER = UUID(int=1)
DAY = date(2006, 3, 1)

accepted = HandoverAccepted(
    handover_ref=HANDOVER, occurred_on=DAY, client_ref=UUID(int=2), from_partner="vluchtelingenwerk"
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


def test_completes_our_handover_in_the_name_of_who_accepted():
    sent = HANDOVER_ACCEPTED.react(envelope("emplooi", "mediation", accepted), accepted, "vluchtelingenwerk")
    assert sent == Dispatch(
        COMPLETE_HANDOVER, str(HANDOVER), CompleteHandover(occurred_on=DAY, accepted_by="emplooi")
    )


def test_leaves_a_handover_of_another_partner_alone():
    assert HANDOVER_ACCEPTED.react(envelope("emplooi", "mediation", accepted), accepted, "uaf") is None


def test_ignores_an_acceptance_that_does_not_come_from_a_mediation():
    forged = envelope("emplooi", "employers", accepted)
    assert HANDOVER_ACCEPTED.react(forged, accepted, "vluchtelingenwerk") is None


def test_takes_note_when_the_bureau_declares_it_live():
    live = SourceDeclaredLive(partner_id="uaf", service="intake", occurred_on=DAY)
    sent = [
        send
        for policy in SERVICE.reactors
        if (send := policy.react(envelope("bureau", "reporting", live), live, "uaf"))
    ]
    assert sent == [Dispatch(GO_LIVE, "live", GoLive(occurred_on=DAY))]


def test_listens_to_everything_that_it_reacts_to():
    heard = {event for policy in SERVICE.reactors for event in policy.listens_to}
    assert heard == {HandoverAccepted, SourceDeclaredLive}


def test_nobody_outside_may_complete_a_handover():
    assert COMPLETE_HANDOVER.name not in {operation.name for operation in SERVICE.commands}
