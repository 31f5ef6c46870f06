"""Recording what was held to reach people."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.intake import AttendanceBand, OutreachKind
from banen_intake.domain.outreach import OUTREACH, RecordOutreach
from banen_intake.events import OutreachHeld
from banen_kit.testing import Scenario
from support.definition import DEFINED, REGION, defined

REF = UUID(int=1)
DAY = date(2006, 3, 1)
FACTS: dict[str, Any] = {
    "occurred_on": DAY,
    "kind": OutreachKind.INFO_SESSION,
    "attendance": AttendanceBand.FROM_10_TO_24,
    "self_organisation_involved": True,
}
outreach = Scenario(OUTREACH, str(REF), partner="vluchtelingenwerk").knowing(DEFINED)
record = RecordOutreach(**FACTS)
held = OutreachHeld(outreach_ref=REF, **FACTS)


def test_records_what_was_held():
    outreach.when(record).then(held)


def test_records_where_it_was_held():
    place = {"region_id": "noord", "municipality_code": "GM0363"}
    outreach.when(record.model_copy(update=place)).then(held.model_copy(update=place))


def test_refuses_what_was_recorded():
    outreach.given(held).when(record).then_refused("outreach-exists")


def test_takes_only_regions_of_the_programme_where_it_has_some():
    there, here = {"region_id": "nowhere"}, {"region_id": "noord-holland"}
    with_regions = outreach.knowing(defined(regions=(REGION,)))
    with_regions.when(record.model_copy(update=there)).then_refused("region-unknown", "regionId")
    with_regions.when(record.model_copy(update=here)).then(held.model_copy(update=here))


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="outreach-held cannot follow"):
        OUTREACH.replay([held, held])
