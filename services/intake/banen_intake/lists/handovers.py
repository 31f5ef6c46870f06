"""The handovers that this partner offered: to whom, until when, and how each was settled."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from banen_contracts.base import PartnerId, ReasonCode
from banen_contracts.intake import HandoverOutcome
from banen_intake.events import HandoverCompleted, HandoverEnded, HandoverOffered
from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.decider import DomainEvent


class HandoverState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class HandoverRow(Row, frozen=True):
    state: HandoverState = HandoverState.OPEN
    candidate_ref: UUID
    to_partner: PartnerId
    offered_on: date
    expires_on: date
    """The last day on which the other partner may accept."""
    settled_on: date | None = None
    reason_code: ReasonCode | None = None


ENDED = {
    HandoverOutcome.DECLINED: HandoverState.DECLINED,
    HandoverOutcome.EXPIRED: HandoverState.EXPIRED,
    HandoverOutcome.WITHDRAWN: HandoverState.WITHDRAWN,
}


def evolve(row: HandoverRow | None, event: DomainEvent, _: date) -> HandoverRow | None:
    match event:
        case HandoverOffered():
            return HandoverRow(
                ref=str(event.handover_ref),
                candidate_ref=event.candidate_ref,
                to_partner=event.to_partner,
                offered_on=event.occurred_on,
                expires_on=event.expires_on,
            )
        case HandoverCompleted() if row is not None:
            return row.model_copy(update={"state": HandoverState.COMPLETED, "settled_on": event.occurred_on})
        case HandoverEnded() if row is not None:
            ended = {
                "state": ENDED[event.outcome],
                "settled_on": event.occurred_on,
                "reason_code": event.reason_code,
            }
            return row.model_copy(update=ended)
        case _:
            return row


HANDOVERS = ReadModel(
    name="handovers",
    category="handover",
    row=HandoverRow,
    evolve=evolve,
    filters=("state", "to_partner", "candidate_ref", "expires_on"),
    sorts=("expires_on", "offered_on"),
)
