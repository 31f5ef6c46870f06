"""Costs of the programme: one record per amount."""

from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Day, Euro, Precision
from banen_kit.core.decider import Command, DecisionContext
from banen_kit.core.records import recorded_once
from banen_kit.core.text import Mark
from banen_reporting.administration.events import CostRecorded


class RecordCost(Command, frozen=True):
    NAME: ClassVar[str] = "record-cost"
    occurred_on: Day
    amount_euro: Euro
    precision: Precision
    document_ref: Mark | None = None


def record(command: RecordCost, context: DecisionContext) -> CostRecorded:
    return CostRecorded(
        cost_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        amount_euro=command.amount_euro,
        precision=command.precision,
        document_ref=command.document_ref,
    )


COST = recorded_once("cost", "This amount was recorded before.", record)
