"""Numbers about the programme that no event counts: one record per number, with its source."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, Precision, ReasonCode
from banen_contracts.programme import Labels
from banen_contracts.reporting import FactTopic
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_kit.core.records import recorded_once
from banen_kit.core.text import Mark, refuse_bsn
from banen_reporting.administration.events import ProgrammeFactRecorded


class RecordProgrammeFact(Command, frozen=True):
    """Replaces what was recorded under the same code for the same period."""

    NAME: ClassVar[str] = "record-programme-fact"
    occurred_on: Day
    topic: FactTopic
    code: ReasonCode
    label: Labels
    value: Annotated[int, Field(ge=0, le=1_000_000_000)]
    precision: Precision
    period_from: Day | None = None
    period_until: Day
    document_ref: Mark


def record(command: RecordProgrammeFact, context: DecisionContext) -> ProgrammeFactRecorded:
    if not command.label.in_language("nl"):
        raise Refused("label-unfit", "The label is empty in both languages.", "label")
    for language, text in command.label:
        try:
            refuse_bsn(text or "")
        except ValueError as error:
            raise Refused("label-unfit", f"The label {error}", f"label.{language}") from None
    if command.period_from is not None and command.period_from > command.period_until:
        raise Refused("period-reversed", "The period ends before it begins.", "periodUntil")
    return ProgrammeFactRecorded(fact_ref=UUID(context.ref), **dict(command))


PROGRAMME_FACT = recorded_once("programme-fact", "This fact was recorded before.", record)
