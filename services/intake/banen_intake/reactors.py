"""What intake does by itself: it settles the handovers that it offered."""

from banen_contracts import Envelope, PublicEvent
from banen_contracts.consent import ConsentScope
from banen_contracts.intake import CandidateClosed, CandidateErased, ConsentWithdrawn, HandoverOffered
from banen_contracts.mediation import HandoverAccepted, HandoverDeclined
from banen_intake.domain.handover import (
    CONSENT_WITHDRAWN,
    HANDOVER,
    CheckConsent,
    CompleteHandover,
    EndOffers,
    SettleDeclined,
)
from banen_kit.application.definition import CommandRoute, Dispatch, Reactor

# Not in the table of commands, since no caller may give these.
COMPLETE_HANDOVER = CommandRoute("/handovers/{ref}/complete", CompleteHandover, "handover", HANDOVER)
SETTLE_DECLINED = CommandRoute("/handovers/{ref}/settle-declined", SettleDeclined, "handover", HANDOVER)
CHECK_CONSENT = CommandRoute(
    "/handovers/{ref}/check-consent",
    CheckConsent,
    "handover",
    HANDOVER,
    related=("candidate", "candidate_ref"),
)
END_OFFERS = CommandRoute("/handovers/{ref}/end-offers", EndOffers, "handover", HANDOVER)


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


def check_offer(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    """Whoever offers reads the consent first; this looks again, since it may have been withdrawn at that moment."""
    if not isinstance(event, HandoverOffered) or not _is_own(envelope, partner) or envelope.imported:
        return None
    command = CheckConsent(occurred_on=event.occurred_on, candidate_ref=event.candidate_ref)
    return Dispatch(CHECK_CONSENT, event.ref, command)


def end_offers(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    """Nobody is offered any longer who does not allow it, or whose file is closed or erased."""
    if not _is_own(envelope, partner):
        return None
    to_partner, reason = None, "candidate-closed"
    match event:
        case ConsentWithdrawn(scope=ConsentScope.HANDOVER):
            to_partner, reason = event.to_partner, CONSENT_WITHDRAWN
        case CandidateClosed() | CandidateErased():
            pass
        case _:
            return None
    command = EndOffers(occurred_on=event.occurred_on, to_partner=to_partner, reason_code=reason)
    return Dispatch(END_OFFERS, event.ref, command, to_all_about=True)


def _is_own(envelope: Envelope, partner: str) -> bool:
    return (envelope.partner, envelope.service) == (partner, "intake")


REACTORS = (
    Reactor("complete-handover", (HandoverAccepted,), settle),
    Reactor("settle-declined", (HandoverDeclined,), settle),
    Reactor("check-offer", (HandoverOffered,), check_offer, only_own=True),
    Reactor("end-offers", (ConsentWithdrawn, CandidateClosed, CandidateErased), end_offers, only_own=True),
)
