"""What mediation does by itself: it records handovers offered to it and how they were settled, notes what employers say of
what it may name, and ends a placement that another replaces.
"""

from collections.abc import Mapping
from datetime import timedelta

from banen_contracts import Envelope, PublicEvent, employers
from banen_contracts.intake import HandoverCompleted, HandoverEnded, HandoverOffered
from banen_contracts.mediation import PlacementCorrected, PlacementStarted, PlacementTerms
from banen_kit.application.definition import CommandRoute, Dispatch, Reactor
from banen_mediation.domain.ending import EndAsConverted
from banen_mediation.domain.handover import HANDOVER, ReceiveHandover, SettleHandover
from banen_mediation.domain.placement import PLACEMENT
from banen_mediation.domain.reference import REFERENCE, NoteReference
from banen_mediation.events import ReferenceKind, ReferenceState

# Not in the table of commands, since no caller may give these.
RECEIVE_HANDOVER = CommandRoute("/handovers/{ref}/receive", ReceiveHandover, "handover", HANDOVER)
SETTLE_HANDOVER = CommandRoute("/handovers/{ref}/settle", SettleHandover, "handover", HANDOVER)
NOTE_REFERENCE = CommandRoute("/references/{ref}/note", NoteReference, "reference", REFERENCE)
END_AS_CONVERTED = CommandRoute("/placements/{ref}/end-as-converted", EndAsConverted, "placement", PLACEMENT)


def receive(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    if not isinstance(event, HandoverOffered) or envelope.service != "intake":
        return None
    if event.to_partner != partner:
        return None
    command = ReceiveHandover(
        occurred_on=event.occurred_on,
        from_partner=envelope.partner,
        candidate_ref=event.candidate_ref,
        expires_on=event.expires_on,
        dossier_hash=event.dossier_hash,
    )
    return Dispatch(RECEIVE_HANDOVER, event.ref, command)


def settle(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    if envelope.service != "intake" or not isinstance(event, HandoverCompleted | HandoverEnded):
        return None
    if event.to_partner != partner:
        return None
    outcome = event.outcome if isinstance(event, HandoverEnded) else None
    command = SettleHandover(occurred_on=event.occurred_on, from_partner=envelope.partner, outcome=outcome)
    return Dispatch(SETTLE_HANDOVER, event.ref, command)


SAYS: Mapping[type[PublicEvent], tuple[ReferenceKind, ReferenceState]] = {
    employers.EmployerRegistered: (ReferenceKind.EMPLOYER, ReferenceState.OPEN),
    employers.EmployerReopened: (ReferenceKind.EMPLOYER, ReferenceState.OPEN),
    employers.EmployerClosed: (ReferenceKind.EMPLOYER, ReferenceState.CLOSED),
    employers.EmployerErased: (ReferenceKind.EMPLOYER, ReferenceState.ERASED),
    employers.GroupPlacementPlanned: (ReferenceKind.GROUP, ReferenceState.OPEN),
    employers.GroupPlacementClosed: (ReferenceKind.GROUP, ReferenceState.CLOSED),
    employers.AgreementSigned: (ReferenceKind.AGREEMENT, ReferenceState.OPEN),
    employers.AgreementAmended: (ReferenceKind.AGREEMENT, ReferenceState.OPEN),
    employers.AgreementRenewed: (ReferenceKind.AGREEMENT, ReferenceState.OPEN),
    employers.AgreementEnded: (ReferenceKind.AGREEMENT, ReferenceState.CLOSED),
    employers.AgreementExpired: (ReferenceKind.AGREEMENT, ReferenceState.CLOSED),
    employers.VacancyOpened: (ReferenceKind.VACANCY, ReferenceState.OPEN),
    employers.VacancyClosed: (ReferenceKind.VACANCY, ReferenceState.CLOSED),
}
"""What each event says of the thing that it is about."""


def note_reference(envelope: Envelope, event: PublicEvent, _: str) -> Dispatch | None:
    """Of every partner: a placement may name the employer of another one."""
    if envelope.service != "employers" or type(event) not in SAYS:
        return None
    kind, state = SAYS[type(event)]
    command = NoteReference(
        occurred_on=event.occurred_on,
        kind=kind,
        state=state,
        of_partner=envelope.partner,
        sequence=envelope.sequence,
    )
    return Dispatch(NOTE_REFERENCE, event.ref, command)


def end_converted(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    if not isinstance(event, PlacementTerms) or event.converted_from is None:
        return None
    if (envelope.partner, envelope.service) != (partner, "mediation"):
        return None
    # The old placement's last day is the day before the new one starts.
    command = EndAsConverted(end_date=event.start_date - timedelta(days=1))
    return Dispatch(END_AS_CONVERTED, str(event.converted_from), command)


REACTORS = (
    Reactor("receive-handover", (HandoverOffered,), receive),
    Reactor("settle-handover", (HandoverCompleted, HandoverEnded), settle),
    Reactor("note-reference", tuple(SAYS), note_reference),
    Reactor("end-converted", (PlacementStarted, PlacementCorrected), end_converted, only_own=True),
)
