"""Funding that a funder planned, committed or paid: one record per amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from banen_contracts.base import Code, Day, Euro, Precision
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
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


@dataclass(frozen=True)
class Funding:
    is_recorded: bool = False


def decide(c: RecordFunding, state: Funding, context: DecisionContext) -> Sequence[FundingRecorded]:
    if state.is_recorded:
        raise Refused("funding-exists", "This amount was recorded before.")
    if definition_in(context.related).funder(c.funder) is None:
        raise Refused("funder-unknown", "The programme has no such funder.", "funder")
    return [
        FundingRecorded(
            funding_ref=UUID(context.ref),
            occurred_on=c.occurred_on,
            funder=c.funder,
            status=c.status,
            amount_euro=c.amount_euro,
            precision=c.precision,
            document_ref=c.document_ref,
        )
    ]


def evolve(state: Funding, event: FundingRecorded) -> Funding:
    if state.is_recorded:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return Funding(is_recorded=True)


FUNDING: Decider[RecordFunding, Funding, FundingRecorded] = Decider(Funding(), decide, evolve)
