"""What earlier versions stored is read, and published as it was then."""

import json
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, intake
from banen_contracts.intake import Channel, ContactKind, EducationBand
from banen_intake import events
from banen_intake.domain.candidate import CANDIDATE
from banen_intake.domain.file import File
from banen_intake.domain.handover import HANDOVER, CheckConsent
from banen_intake.publish import to_public_event
from banen_intake.service import SERVICE
from banen_kit.crypto.personal_fields import Place, Sealed, seal
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.testing import NOW, Scenario

REF, CONTACT, ID = str(UUID(int=1)), str(UUID(int=2)), UUID(int=7)
DAY = date(2006, 3, 1)
OF: dict[str, Any] = {"candidate_ref": REF, "occurred_on": "2006-03-01"}


def sealed(type_: str, field: str, person: str = REF) -> dict[str, Any]:
    return seal("Sanne Voorbeeld", bytes(32), person, Place(ID, type_, 1, field)).to_json()


VERSION_1: dict[str, dict[str, Any]] = {
    "contact-made": {
        "contact_ref": CONTACT, "occurred_on": "2006-03-01", "channel": "info_session", "kind": "contact",
        "region_id": "noord", "municipality_code": "GM0363", "name": sealed("contact-made", "name", CONTACT),
        "phone": None, "notes": None,
    },
    "candidate-registered": {
        **OF, "contact_ref": CONTACT, "education_band": "high", "region_id": "noord", "municipality_code": "GM0363",
        "birth_date": None, "phone": None, "email": None, "v_number": None,
        "name": sealed("candidate-registered", "name"),
    },
    "distance-assessed": {**OF, "distance_phase": 3, "assessor": "uaf"},
    "route-assigned": {**OF, "route": "B", "reason_code": "far-from-work"},
    "candidate-closed": {**OF, "reason_code": "moved-away"},
}  # fmt: skip
FILE: dict[str, Any] = {"candidate_ref": UUID(REF), "occurred_on": DAY}
PUBLIC: dict[str, PublicEvent] = {
    "contact-made": intake.ContactMade(
        contact_ref=UUID(CONTACT),
        occurred_on=DAY,
        channel=Channel.INFO_SESSION,
        kind=ContactKind.CONTACT,
        region_id="noord",
        municipality_code="GM0363",
    ),
    "candidate-registered": intake.CandidateRegistered(
        **FILE,
        contact_ref=UUID(CONTACT),
        education_band=EducationBand.HIGH,
        region_id="noord",
        municipality_code="GM0363",
    ),
    "distance-assessed": intake.DistanceAssessed(**FILE, distance_phase=3, assessor="uaf"),
    "route-assigned": intake.RouteAssigned(**FILE, route="B", reason_code="far-from-work"),
    "candidate-closed": intake.CandidateClosed(**FILE, reason_code="moved-away"),
}


def read(type_: str) -> Any:
    data = json.dumps(VERSION_1[type_])
    record = StoredRecord(1, f"candidate-{REF}", 1, ID, type_, 1, data, "{}", NOW, NOW)
    return EventSerializer(SERVICE.events, SERVICE.upcasters).decode(record)


@pytest.mark.parametrize("type_", VERSION_1)
def test_is_published_as_it_was(type_: str):
    assert to_public_event(read(type_)) == PUBLIC[type_]


def test_every_event_that_has_changed_has_its_first_version_here():
    changed = {event.TYPE for event in get_args(events.IntakeEvent) if event.VERSION > 1}
    assert changed == VERSION_1.keys()


def test_education_and_municipality_stay_public_of_whoever_was_never_asked():
    registered = read("candidate-registered")
    assert registered.consents is None
    public = to_public_event(registered)
    assert isinstance(public, intake.CandidateRegistered)
    assert (public.education_band, public.municipality_code) == (EducationBand.HIGH, "GM0363")


def test_whoever_was_never_asked_allows_nothing_else():
    assert CANDIDATE.replay([read("candidate-registered")]) == File(was_asked=False)


def test_an_open_offer_from_before_consents_stays_open():
    offered = events.HandoverOffered(
        handover_ref=ID, occurred_on=DAY, candidate_ref=UUID(REF), to_partner="uwv", expires_on=DAY
    )
    beside = Scenario(HANDOVER, str(ID)).given(offered).beside(read("candidate-registered"))
    beside.when(CheckConsent(occurred_on=DAY, candidate_ref=UUID(REF))).then_nothing()


@pytest.mark.parametrize("type_", ["distance-assessed", "route-assigned", "candidate-closed"])
def test_has_no_notes(type_: str):
    assert read(type_).notes is None


def test_what_was_sealed_stays_where_it_was_sealed():
    for type_ in ("contact-made", "candidate-registered"):
        name = read(type_).name
        assert isinstance(name, Sealed)
        assert name.place == Place(ID, type_, 1, "name")


def test_version_1_registration_decodes_to_the_fields_of_today():
    registered = read("candidate-registered")
    assert isinstance(registered, events.CandidateRegistered)
    assert (registered.address, registered.education_band) == (None, EducationBand.HIGH)
