"""What intake does by itself: settle a handover that another partner accepted."""

from banen_contracts import Contract, Envelope
from banen_contracts.mediation import HandoverAccepted
from banen_intake.domain.handover import HANDOVER, CompleteHandover
from banen_kit.application.definition import Operation, Policy, Send

# Nobody outside may give this one, so it is not in the table of operations.
COMPLETE_HANDOVER = Operation("/handovers/{ref}/complete", CompleteHandover, "handover", HANDOVER)


def complete(envelope: Envelope, event: Contract, partner: str) -> Send | None:
    if not isinstance(event, HandoverAccepted) or envelope.service != "mediation":
        return None
    if event.from_partner != partner:
        return None
    command = CompleteHandover(occurred_on=event.occurred_on, accepted_by=envelope.partner)
    return Send(COMPLETE_HANDOVER, event.ref, command)


HANDOVER_ACCEPTED = Policy("complete-handover", (HandoverAccepted,), complete)
