"""What employers does by itself when others publish."""

from datetime import UTC, date, datetime
from uuid import UUID

from banen_contracts import Envelope
from banen_contracts.base import source_of
from banen_contracts.reporting import SourceDeclaredLive
from banen_employers.service import SERVICE
from banen_kit.application.definition import Dispatch
from banen_kit.application.source_live import GO_LIVE, GoLive

DAY = date(2006, 3, 1)


def test_takes_note_when_the_bureau_declares_it_live():
    live = SourceDeclaredLive(partner_id="emplooi", service="employers", occurred_on=DAY)
    envelope = Envelope(
        id=UUID(int=9),
        source=source_of("bureau", "reporting"),
        type=f"nl.banenoffensief.{live.NAME}",
        subject=live.ref,
        time=datetime(2006, 3, 1, 12, tzinfo=UTC),
        partner="bureau",
        sequence=1,
        correlationid=UUID(int=9),
        causationid=UUID(int=9),
    )
    sent = [send for policy in SERVICE.reactors if (send := policy.react(envelope, live, "emplooi"))]
    assert sent == [Dispatch(GO_LIVE, "live", GoLive(occurred_on=DAY))]
