"""What intake does by itself: it settles the handovers that it offered."""

from banen_contracts import Envelope, PublicEvent
from banen_contracts.consent import ConsentScope
from banen_contracts.intake import CandidateClosed, CandidateErased, ConsentWithdrawn, HandoverOffered
from banen_contracts.mediation import HandoverAccepted, HandoverDeclined
from banen_intake.domain.handover import HANDOVER, CheckConsent, CompleteHandover, SettleDeclined
from banen_kit.application.definition import CommandRoute, Dispatch, Reactor

# Not in the table of commands, since no caller may give these.
COMPLETE_HANDOVER = CommandRoute("/handovers/{ref}/complete", CompleteHandover, "handover", HANDOVER)
SETTLE_DECLINED = CommandRoute("/handovers/{ref}/settle-declined", SettleDeclined, "handover", HANDOVER)
CHECK_CONSENT = CommandRoute(
    "/handovers/{ref}/check-consent",
    CheckConsent,
    "handover",
    HANDOVER,
    related=(("candidate", "candidate_ref"),),
)


def settle(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    """What the other partner answered to an offer of this one."""
    if envelope.service != "mediation":
        return None
    match event:
        case HandoverAccepted() if event.from_partner == partner:
            complete = CompleteHandover(occurred_on=event.occurred_on, accepted_by=envelope.partner)
            return Dispatch(COMPLETE_HANDOVER, event.ref, complete)
        case HandoverDeclined() if event.from_partner == partner:
            decline = SettleDeclined(
                occurred_on=event.occurred_on, declined_by=envelope.partner, reason_code=event.reason_code
            )
            return Dispatch(SETTLE_DECLINED, event.ref, decline)
        case _:
            return None


def check(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    """Nobody is offered any longer who does not allow it, or whose file is closed or erased.

    A historic load is left alone: what the other partner answered may be loaded later.
    """
    if (envelope.partner, envelope.service) != (partner, "intake") or envelope.imported:
        return None
    match event:
        case HandoverOffered():
            command = CheckConsent(occurred_on=event.occurred_on, candidate_ref=event.candidate_ref)
            return Dispatch(CHECK_CONSENT, event.ref, command)
        case ConsentWithdrawn(scope=ConsentScope.HANDOVER) | CandidateClosed() | CandidateErased():
            command = CheckConsent(occurred_on=event.occurred_on, candidate_ref=event.candidate_ref)
            return Dispatch(CHECK_CONSENT, event.ref, command, to_all_about=True)
        case _:
            return None


REACTORS = (
    Reactor("complete-handover", (HandoverAccepted,), settle),
    Reactor("settle-declined", (HandoverDeclined,), settle),
    Reactor(
        "check-consent",
        (HandoverOffered, ConsentWithdrawn, CandidateClosed, CandidateErased),
        check,
        only_own=True,
    ),
)
