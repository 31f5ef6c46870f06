"""The outreach: what was held to reach people, when and where."""

from datetime import date

from banen_contracts.base import MunicipalityCode, RegionId
from banen_contracts.intake import AttendanceBand, OutreachKind
from banen_intake.events import OutreachHeld
from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.decider import DomainEvent


class OutreachRow(Row, frozen=True):
    held_on: date
    kind: OutreachKind
    attendance: AttendanceBand
    self_organisation_involved: bool
    region_id: RegionId | None = None
    municipality_code: MunicipalityCode | None = None


SAME = ("kind", "attendance", "self_organisation_involved", "region_id", "municipality_code")


def evolve(row: OutreachRow | None, event: DomainEvent, _: date) -> OutreachRow | None:
    match event:
        case OutreachHeld():
            same = {name: getattr(event, name) for name in SAME}
            return OutreachRow(ref=str(event.outreach_ref), held_on=event.occurred_on, **same)
        case _:
            return row


OUTREACH = ReadModel(
    name="outreach",
    category="outreach",
    row=OutreachRow,
    evolve=evolve,
    filters=("kind", "region_id", "held_on"),
    sorts=("held_on",),
)
