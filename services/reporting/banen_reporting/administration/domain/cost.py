"""Costs of the programme: one record per amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Day, Euro, Precision
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_kit.core.text import Mark
from banen_reporting.administration.events import CostRecorded


class RecordCost(Command, frozen=True):
    NAME: ClassVar[str] = "record-cost"
    occurred_on: Day
    amount_euro: Euro
    precision: Precision
    document_ref: Mark | None = None


@dataclass(frozen=True)
class Cost:
    is_recorded: bool = False


def decide(c: RecordCost, state: Cost, context: DecisionContext) -> Sequence[CostRecorded]:
    if state.is_recorded:
        raise Refused("cost-exists", "This amount was recorded before.")
    return [
        CostRecorded(
            cost_ref=UUID(context.ref),
            occurred_on=c.occurred_on,
            amount_euro=c.amount_euro,
            precision=c.precision,
            document_ref=c.document_ref,
        )
    ]


def evolve(state: Cost, event: CostRecorded) -> Cost:
    if state.is_recorded:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return Cost(is_recorded=True)


COST: Decider[RecordCost, Cost, CostRecorded] = Decider(Cost(), decide, evolve)
