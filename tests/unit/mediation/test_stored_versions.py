"""What earlier versions stored of a placement is read, and published as it was then."""

import json
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, mediation
from banen_contracts.mediation import ContractTerm, ProgrammeTag
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.testing import NOW
from banen_mediation import events
from banen_mediation.publish import to_public_event
from banen_mediation.service import SERVICE

REF, CLIENT, ID = str(UUID(int=1)), str(UUID(int=2)), UUID(int=7)
DAY = date(2006, 3, 1)
TERMS_1: dict[str, Any] = {
    "placement_ref": REF, "client_ref": CLIENT, "kind": "employment", "contract": "fixed", "start_date": "2006-03-01",
    "planned_end_date": "2006-08-31", "seasonal": False, "paid": True, "benefit_retained": True, "hours_band": "from_32",
    "route_reported": "A", "programme_tag": "programme", "primary_partner": "uaf", "assist_partners": ["uwv"],
    "employer_ref": None, "hiring_employer_ref": None, "group_ref": None, "converted_from": None, "evidence_hash": None,
}  # fmt: skip
VERSION_1: dict[str, dict[str, Any]] = {
    "placement-started": TERMS_1 | {"workplace": None},
    "placement-corrected": TERMS_1 | {"occurred_on": "2006-03-01", "reason_code": "wrong-date"},
}
TERMS: dict[str, Any] = {
    "placement_ref": UUID(REF),
    "occurred_on": DAY,
    "client_ref": UUID(CLIENT),
    "kind": "employment",
    "contract": ContractTerm.FIXED,
    "start_date": DAY,
    "planned_end_date": date(2006, 8, 31),
    "paid": True,
    "benefit_retained": True,
    "hours_band": mediation.HoursBand.FROM_32,
    "route_reported": "A",
    "programme_tag": ProgrammeTag.PROGRAMME,
    "primary_partner": "uaf",
    "assist_partners": ("uwv",),
}
PUBLIC: dict[str, PublicEvent] = {
    "placement-started": mediation.PlacementStarted(**TERMS),
    "placement-corrected": mediation.PlacementCorrected(**TERMS, reason_code="wrong-date"),
}


@pytest.mark.parametrize("type_", VERSION_1)
def test_is_published_as_it_was(type_: str):
    record = StoredRecord(
        1, f"placement-{REF}", 1, ID, type_, 1, json.dumps(VERSION_1[type_]), "{}", NOW, NOW
    )
    read: Any = EventSerializer(SERVICE.events, SERVICE.upcasters).decode(record)
    assert to_public_event(read) == PUBLIC[type_]


def test_every_event_of_a_placement_that_has_changed_has_its_first_version_here():
    changed = {(event.TYPE, event.VERSION) for event in get_args(events.PlacementEvent) if event.VERSION > 1}
    assert changed == {(type_, 3) for type_ in VERSION_1}
