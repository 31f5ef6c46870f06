"""The handovers that other partners offered to this one: by whom, until when, and how each was settled."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from banen_contracts.base import PartnerId, ReasonCode
from banen_contracts.intake import HandoverOutcome
from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.decider import DomainEvent
from banen_mediation.events import HandoverAccepted, HandoverDeclined, HandoverReceived, HandoverSettled


class HandoverState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    """By this partner; the other one has not said yet that it is completed."""
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class HandoverRow(Row, frozen=True):
    state: HandoverState = HandoverState.OPEN
    from_partner: PartnerId
    candidate_ref: UUID
    """At the partner that offered."""
    client_ref: UUID | None = None
    received_on: date
    """The day of the offer."""
    expires_on: date
    """The last day on which it may be accepted."""
    settled_on: date | None = None
    reason_code: ReasonCode | None = None


SETTLED = {
    None: HandoverState.COMPLETED,
    HandoverOutcome.DECLINED: HandoverState.DECLINED,
    HandoverOutcome.EXPIRED: HandoverState.EXPIRED,
    HandoverOutcome.WITHDRAWN: HandoverState.WITHDRAWN,
}


def evolve(row: HandoverRow | None, event: DomainEvent, _: date) -> HandoverRow | None:
    match event:
        case HandoverReceived():
            return HandoverRow(
                ref=str(event.handover_ref),
                from_partner=event.from_partner,
                candidate_ref=event.candidate_ref,
                received_on=event.occurred_on,
                expires_on=event.expires_on,
            )
        case _ if row is None:
            return None
        case HandoverAccepted():
            accepted = {"state": HandoverState.ACCEPTED, "client_ref": event.client_ref}
            return row.model_copy(update={**accepted, "settled_on": event.occurred_on})
        case HandoverDeclined():
            declined = {"state": HandoverState.DECLINED, "reason_code": event.reason_code}
            return row.model_copy(update={**declined, "settled_on": event.occurred_on})
        case HandoverSettled():
            return row.model_copy(update={"state": SETTLED[event.outcome], "settled_on": event.occurred_on})
        case _:
            return row


HANDOVERS = ReadModel(
    name="handovers",
    category="handover",
    row=HandoverRow,
    evolve=evolve,
    filters=("state", "from_partner", "candidate_ref", "expires_on"),
    sorts=("expires_on", "received_on"),
)
