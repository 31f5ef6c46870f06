"""Events of earlier versions are read as those of today."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from banen_cli.installed import services
from banen_kit.crypto.personal_fields import Open, Place, Sealed, seal, unseal
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer

PERSON, KEY = str(UUID(int=1)), bytes(32)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def read(service: str, kind: str, fields: dict[str, Any]) -> Any:
    """An event as version 1 stored it."""
    found = services()[service]
    record = StoredRecord(1, "stream", 1, UUID(int=7), kind, 1, json.dumps(fields), "{}", NOW, NOW)
    return EventSerializer(found.events, found.upcasters).decode(record)


def older() -> Iterator[tuple[str, str, int]]:
    for name, service in services().items():
        for event in service.events:
            yield from ((name, event.TYPE, version) for version in range(1, event.VERSION))


@pytest.mark.parametrize(("service", "kind", "version"), list(older()))
def test_every_earlier_version_has_its_upcaster(service: str, kind: str, version: int):
    assert (kind, version) in services()[service].upcasters


@pytest.mark.parametrize(
    ("service", "kind", "fields"),
    [
        ("intake", "contact-made", {"contact_ref": PERSON, "channel": "other", "kind": "contact"}),
        ("mediation", "client-taken-on", {"client_ref": PERSON, "origin": "walk_in"}),
    ],
)
def test_reads_a_person_recorded_before_there_were_addresses(service: str, kind: str, fields: dict[str, str]):
    place = Place(UUID(int=7), kind, 1, "name")
    name = seal("Sanne Voorbeeld", KEY, PERSON, place).to_json()
    event = read(service, kind, {**fields, "occurred_on": "2006-03-01", "name": name})
    assert isinstance(event.name, Sealed)
    assert unseal(event.name, KEY) == Open("Sanne Voorbeeld")
    assert (event.occurred_on, event.address, event.email) == (date(2006, 3, 1), None, None)


def test_reads_an_answer_from_before_it_named_a_correction():
    answer = {"answered_on": "2026-02-02", "answer": "granted", "reason_code": "done", "request_ref": PERSON}
    event = read("intake", "request-answered", answer)
    assert (event.answer, event.correction) == ("granted", None)


def test_reads_a_correction_from_before_a_sole_traders_name_could_be_corrected():
    stored = {
        "employer_ref": PERSON,
        "occurred_on": "2006-03-01",
        "reason_code": "left",
        "removed": ["contactName"],
    }
    event = read("employers", "employer-details-corrected", stored)
    assert (event.name, event.removed) == (None, ("contactName",))
