"""What of intake becomes public, and that nothing else does."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, intake
from banen_contracts.base import ErasureReason, Precision
from banen_contracts.intake import Channel, ContactKind, EducationBand, ReachSource
from banen_intake import events
from banen_intake.publish import to_public_event
from banen_intake.service import SERVICE
from banen_kit.application.learned import Heard
from banen_kit.application.source_live import WentLive
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.requests import RequestAnswered, RequestExtended, RequestReceived
from banen_kit.testing import NOW

REF = UUID(int=1)
CONTACT = UUID(int=2)
CANDIDATE = UUID(int=3)
DAY = date(2006, 3, 1)
LATER = date(2006, 3, 31)

PUBLISHED: list[tuple[DomainEvent, PublicEvent]] = [
    (
        events.ContactMade(
            contact_ref=CONTACT,
            occurred_on=DAY,
            channel=Channel.INFO_SESSION,
            kind=ContactKind.CONTACT,
            region_id="noord",
            municipality_code="GM0363",
            name=Open("Sanne Voorbeeld"),
            phone=Open("0600000000"),
            notes=Open("Belt liever niet."),
        ),
        intake.ContactMade(
            contact_ref=CONTACT,
            occurred_on=DAY,
            channel=Channel.INFO_SESSION,
            kind=ContactKind.CONTACT,
            region_id="noord",
            municipality_code="GM0363",
        ),
    ),
    (
        events.CandidateRegistered(
            candidate_ref=CANDIDATE,
            occurred_on=DAY,
            contact_ref=CONTACT,
            education_band=EducationBand.HIGH,
            region_id="noord",
            municipality_code="GM0363",
            name=Open("Sanne Voorbeeld"),
            birth_date=Open("1970-01-01"),
            phone=Open("0600000000"),
            email=Open("sanne@example.org"),
            v_number=Open("1234567890"),
        ),
        intake.CandidateRegistered(
            candidate_ref=CANDIDATE,
            occurred_on=DAY,
            contact_ref=CONTACT,
            education_band=EducationBand.HIGH,
            region_id="noord",
            municipality_code="GM0363",
        ),
    ),
    (
        events.IntakeCompleted(
            candidate_ref=CANDIDATE, occurred_on=DAY, method_version="star-1", notes=Open("Wil leren.")
        ),
        intake.IntakeCompleted(candidate_ref=CANDIDATE, occurred_on=DAY, method_version="star-1"),
    ),
    (
        events.DistanceAssessed(candidate_ref=CANDIDATE, occurred_on=DAY, distance_phase=3, assessor="uaf"),
        intake.DistanceAssessed(candidate_ref=CANDIDATE, occurred_on=DAY, distance_phase=3, assessor="uaf"),
    ),
    (
        events.RouteAssigned(
            candidate_ref=CANDIDATE, occurred_on=DAY, route="B", reason_code="far-from-work"
        ),
        intake.RouteAssigned(
            candidate_ref=CANDIDATE, occurred_on=DAY, route="B", reason_code="far-from-work"
        ),
    ),
    (
        events.CandidateClosed(candidate_ref=CANDIDATE, occurred_on=DAY, reason_code="moved-away"),
        intake.CandidateClosed(candidate_ref=CANDIDATE, occurred_on=DAY, reason_code="moved-away"),
    ),
    (
        events.ContactErased(contact_ref=CONTACT, occurred_on=LATER, reason=ErasureReason.REQUEST),
        intake.ContactErased(contact_ref=CONTACT, occurred_on=LATER),
    ),
    (
        events.CandidateErased(candidate_ref=CANDIDATE, occurred_on=LATER, reason=ErasureReason.REQUEST),
        intake.CandidateErased(candidate_ref=CANDIDATE, occurred_on=LATER),
    ),
    (
        events.HandoverOffered(
            handover_ref=REF,
            occurred_on=DAY,
            candidate_ref=CANDIDATE,
            to_partner="emplooi",
            expires_on=LATER,
            dossier_hash="a" * 64,
        ),
        intake.HandoverOffered(
            handover_ref=REF,
            occurred_on=DAY,
            candidate_ref=CANDIDATE,
            to_partner="emplooi",
            expires_on=LATER,
            dossier_hash="a" * 64,
        ),
    ),
    (
        events.HandoverCompleted(
            handover_ref=REF, occurred_on=DAY, candidate_ref=CANDIDATE, to_partner="emplooi"
        ),
        intake.HandoverCompleted(
            handover_ref=REF, occurred_on=DAY, candidate_ref=CANDIDATE, to_partner="emplooi"
        ),
    ),
    (
        events.ReachEstimateImported(
            occurred_on=DAY,
            municipality_code="GM0363",
            year=2006,
            estimate=1200,
            precision=Precision.APPROX,
            source=ReachSource.ASSUMED,
            method_version="synthetic-1",
        ),
        intake.ReachEstimateImported(
            reach_ref="gm0363-2006",
            occurred_on=DAY,
            municipality_code="GM0363",
            year=2006,
            estimate=1200,
            precision=Precision.APPROX,
            source=ReachSource.ASSUMED,
            method_version="synthetic-1",
        ),
    ),
]
REQUESTS: list[DomainEvent] = [
    RequestReceived(
        request_ref=REF, person_ref=CANDIDATE, kind="access", received_on=DAY, answer_by=date(2006, 4, 1)
    ),
    RequestExtended(
        request_ref=REF, extended_on=DAY, reason_code="many-requests", answer_by=date(2006, 6, 1)
    ),
    RequestAnswered(request_ref=REF, answered_on=DAY, answer="granted", reason_code="copy-sent"),
]
KEPT = [*REQUESTS, WentLive(occurred_on=DAY), Heard(sequence=1, body="{}")]


@pytest.mark.parametrize(("event", "public"), PUBLISHED, ids=lambda value: type(value).__name__)
def test_publishes_exactly(event: Any, public: PublicEvent):
    assert to_public_event(event) == public


@pytest.mark.parametrize(("event", "public"), PUBLISHED, ids=lambda value: type(value).__name__)
def test_publishes_the_same_from_what_was_stored(event: Any, public: PublicEvent):
    assert to_public_event(stored(event)) == public


@pytest.mark.parametrize("event", KEPT, ids=lambda value: type(value).__name__)
def test_keeps_to_itself(event: Any):
    assert SERVICE.to_public_event(event) is None


@pytest.mark.parametrize("event", KEPT, ids=lambda value: type(value).__name__)
def test_reads_back_what_it_keeps(event: Any):
    assert stored(event) == event


def test_every_stored_event_is_published_or_kept_on_purpose():
    assert {type(event) for event, _ in PUBLISHED} | {type(event) for event in KEPT} == set(SERVICE.events)


def test_no_two_stored_events_share_a_name():
    assert len(SERVICE.events) == len({event.TYPE for event in SERVICE.events})


def stored(event: DomainEvent) -> Any:
    """The event as it comes out of the store, with its personal fields sealed."""
    serializer = EventSerializer(SERVICE.events)
    new = serializer.encode(event, UUID(int=7), dict.fromkeys(serializer.persons(event), bytes(32)))
    record = StoredRecord(1, "stream", 1, new.id, new.type, new.schema_version, new.data, "{}", NOW, NOW)
    return serializer.decode(record)
