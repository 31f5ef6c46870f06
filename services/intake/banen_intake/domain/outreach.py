"""Recording what was held to reach people of the target group."""

from typing import ClassVar
from uuid import UUID

from banen_contracts.base import Day, MunicipalityCode
from banen_contracts.intake import AttendanceBand, OutreachKind
from banen_intake.domain.place import check_place
from banen_intake.events import OutreachHeld
from banen_kit.core.decider import Command, DecisionContext
from banen_kit.core.records import recorded_once
from banen_kit.core.text import Region


class RecordOutreach(Command, frozen=True):
    NAME: ClassVar[str] = "record-outreach"
    occurred_on: Day
    kind: OutreachKind
    attendance: AttendanceBand
    self_organisation_involved: bool
    region_id: Region | None = None
    municipality_code: MunicipalityCode | None = None


def record(command: RecordOutreach, context: DecisionContext) -> OutreachHeld:
    check_place(command.region_id, command.municipality_code, command.occurred_on, context)
    return OutreachHeld(
        outreach_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        kind=command.kind,
        attendance=command.attendance,
        self_organisation_involved=command.self_organisation_involved,
        region_id=command.region_id,
        municipality_code=command.municipality_code,
    )


OUTREACH = recorded_once("outreach", "This event was recorded already.", record)
