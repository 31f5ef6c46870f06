"""What intake does by itself: it completes a handover that another partner accepted."""

from banen_contracts import Envelope, PublicEvent
from banen_contracts.mediation import HandoverAccepted
from banen_intake.domain.handover import HANDOVER, CompleteHandover
from banen_kit.application.definition import CommandRoute, Dispatch, Reactor

# Not in the table of commands, since no caller may give it.
COMPLETE_HANDOVER = CommandRoute("/handovers/{ref}/complete", CompleteHandover, "handover", HANDOVER)


def complete(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    if not isinstance(event, HandoverAccepted) or envelope.service != "mediation":
        return None
    if event.from_partner != partner:
        return None
    command = CompleteHandover(occurred_on=event.occurred_on, accepted_by=envelope.partner)
    return Dispatch(COMPLETE_HANDOVER, event.ref, command)


HANDOVER_ACCEPTED = Reactor("complete-handover", (HandoverAccepted,), complete)
