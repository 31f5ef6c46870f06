"""Funding that a funder planned, committed or paid: one record per amount."""

from typing import ClassVar, Literal
from uuid import UUID

from banen_contracts.base import Code, Day, Euro, Precision
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_kit.core.records import recorded_once
from banen_kit.core.text import Mark
from banen_reporting.administration.domain.programme import definition_in
from banen_reporting.administration.events import FundingRecorded


class RecordFunding(Command, frozen=True):
    NAME: ClassVar[str] = "record-funding"
    occurred_on: Day
    funder: Code
    status: Literal["planned", "committed", "received"]
    amount_euro: Euro
    precision: Precision
    document_ref: Mark | None = None


def record(command: RecordFunding, context: DecisionContext) -> FundingRecorded:
    if definition_in(context.related).funder(command.funder) is None:
        raise Refused("funder-unknown", "The programme has no such funder.", "funder")
    return FundingRecorded(
        funding_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        funder=command.funder,
        status=command.status,
        amount_euro=command.amount_euro,
        precision=command.precision,
        document_ref=command.document_ref,
    )


FUNDING = recorded_once("funding", "This amount was recorded before.", record)
