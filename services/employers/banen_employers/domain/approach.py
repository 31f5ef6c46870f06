"""Approaching an employer: asking whether it has places."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day
from banen_contracts.employers import ApproachChannel, ApproachLevel
from banen_employers.domain.employer import check_employer
from banen_employers.events import EmployerApproached
from banen_kit.core.decider import Command, DecisionContext
from banen_kit.core.records import recorded_once
from banen_kit.core.text import Text
from banen_kit.crypto.personal_fields import opened


class RecordApproach(Command, frozen=True):
    NAME: ClassVar[str] = "record-approach"
    occurred_on: Day
    employer_ref: UUID
    channel: ApproachChannel
    level: ApproachLevel = ApproachLevel.UNKNOWN
    notes: Text | None = Field(default=None, repr=False)


def record(command: RecordApproach, context: DecisionContext) -> EmployerApproached:
    check_employer(command.occurred_on, context)
    return EmployerApproached(
        approach_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        employer_ref=command.employer_ref,
        channel=command.channel,
        level=command.level,
        notes=opened(command.notes),
    )


APPROACH = recorded_once("approach", "This approach was recorded already.", record)
