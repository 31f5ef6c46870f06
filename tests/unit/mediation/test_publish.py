"""What of mediation becomes public, and that nothing else does."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, mediation
from banen_contracts.base import ErasureReason
from banen_contracts.intake import HandoverOutcome
from banen_contracts.mediation import (
    ContractTerm,
    EndReason,
    JobLevel,
    Origin,
    ProgrammeTag,
    RetentionMethod,
)
from banen_kit.application.learned import Heard
from banen_kit.application.source_live import WentLive
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.requests import RequestAnswered, RequestExtended, RequestReceived
from banen_kit.testing import NOW
from banen_mediation import events
from banen_mediation.publish import to_public_event
from banen_mediation.service import SERVICE
from support import published_matching as matching

REF = UUID(int=1)
CLIENT = UUID(int=2)
OTHER = UUID(int=3)
DAY = date(2006, 3, 1)
START = date(2006, 1, 1)

TERMS: dict[str, Any] = {
    "client_ref": CLIENT,
    "kind": "employment",
    "contract": ContractTerm.FIXED,
    "start_date": START,
    "planned_end_date": date(2006, 6, 30),
    "seasonal": True,
    "paid": True,
    "benefit_retained": True,
    "hours_band": "24_to_32",
    "route_reported": "B",
    "programme_tag": ProgrammeTag.PROGRAMME,
    "primary_partner": "uaf",
    "assist_partners": ("emplooi",),
    "employer_ref": OTHER,
    "hiring_employer_ref": UUID(int=4),
    "group_ref": UUID(int=5),
    "vacancy_ref": UUID(int=8),
    "converted_from": UUID(int=6),
    "evidence_hash": "b" * 64,
    "level": JobLevel.HIGH,
    "employer_is_partner": True,
    "funding_source": "ministry",
    "benefit_agreement_ref": UUID(int=7),
}

WHY: dict[str, Any] = {"occurred_on": DAY, "reason_code": "wrong-date"}

client_taken_on = events.ClientTakenOn(
    client_ref=CLIENT,
    occurred_on=DAY,
    origin=Origin.HANDOVER,
    origin_ref=REF,
    name=Open("Sanne Voorbeeld"),
    phone=Open("0600000000"),
)
handover_accepted = events.HandoverAccepted(
    handover_ref=REF, occurred_on=DAY, client_ref=CLIENT, from_partner="vluchtelingenwerk"
)
placement_started = events.PlacementStarted(placement_ref=REF, workplace=Open("Hal 3"), **TERMS)
placement_corrected = events.PlacementCorrected(
    placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **TERMS
)
placement_extended = events.PlacementExtended(
    placement_ref=REF, occurred_on=DAY, contract=ContractTerm.FIXED, planned_end_date=date(2006, 12, 31)
)
placement_ended = events.PlacementEnded(placement_ref=REF, end_date=DAY, reason_code=EndReason.OTHER)
placement_voided = events.PlacementVoided(placement_ref=REF, occurred_on=DAY, reason_code="entered-twice")
retention_confirmed = events.RetentionConfirmed(
    placement_ref=REF, occurred_on=DAY, months=3, method=RetentionMethod.CONTRACT
)
handover_declined = events.HandoverDeclined(
    handover_ref=REF, occurred_on=DAY, from_partner="vluchtelingenwerk", reason_code="no-vacancies"
)
handover_settled = events.HandoverSettled(
    handover_ref=REF, occurred_on=DAY, from_partner="vluchtelingenwerk", outcome=HandoverOutcome.EXPIRED
)
handover_received = events.HandoverReceived(
    handover_ref=REF,
    occurred_on=DAY,
    from_partner="vluchtelingenwerk",
    candidate_ref=OTHER,
    expires_on=date(2006, 3, 31),
)

PUBLISHED: list[tuple[DomainEvent, PublicEvent]] = [
    (
        client_taken_on,
        mediation.ClientTakenOn(client_ref=CLIENT, occurred_on=DAY, origin=Origin.HANDOVER, origin_ref=REF),
    ),
    (
        handover_accepted,
        mediation.HandoverAccepted(
            handover_ref=REF, occurred_on=DAY, client_ref=CLIENT, from_partner="vluchtelingenwerk"
        ),
    ),
    (
        handover_declined,
        mediation.HandoverDeclined(
            handover_ref=REF, occurred_on=DAY, from_partner="vluchtelingenwerk", reason_code="no-vacancies"
        ),
    ),
    (
        events.ClientErased(client_ref=CLIENT, occurred_on=DAY, reason=ErasureReason.REQUEST),
        mediation.ClientErased(client_ref=CLIENT, occurred_on=DAY),
    ),
    (placement_started, mediation.PlacementStarted(placement_ref=REF, occurred_on=START, **TERMS)),
    (
        placement_corrected,
        mediation.PlacementCorrected(placement_ref=REF, occurred_on=DAY, reason_code="wrong-date", **TERMS),
    ),
    (
        placement_extended,
        mediation.PlacementExtended(
            placement_ref=REF,
            occurred_on=DAY,
            contract=ContractTerm.FIXED,
            planned_end_date=date(2006, 12, 31),
        ),
    ),
    (
        placement_ended,
        mediation.PlacementEnded(
            placement_ref=REF, occurred_on=DAY, end_date=DAY, reason_code=EndReason.OTHER
        ),
    ),
    (
        placement_voided,
        mediation.PlacementVoided(placement_ref=REF, occurred_on=DAY, reason_code="entered-twice"),
    ),
    (
        retention_confirmed,
        mediation.RetentionConfirmed(
            placement_ref=REF, occurred_on=DAY, months=3, method=RetentionMethod.CONTRACT
        ),
    ),
    (
        events.PlacementEndCorrected(
            placement_ref=REF, **WHY, end_date=DAY, end_reason=EndReason.OTHER, start_date=START
        ),
        mediation.PlacementEndCorrected(placement_ref=REF, **WHY, end_date=DAY, end_reason=EndReason.OTHER),
    ),
    (
        events.PlacementExtensionCorrected(
            placement_ref=REF, **WHY, is_withdrawn=False, contract=ContractTerm.OPEN_ENDED
        ),
        mediation.PlacementExtensionCorrected(placement_ref=REF, **WHY, contract=ContractTerm.OPEN_ENDED),
    ),
    (
        events.PlacementPaused(
            placement_ref=REF, occurred_on=DAY, client_ref=CLIENT, reason=Open("Onder behandeling.")
        ),
        mediation.PlacementPaused(placement_ref=REF, occurred_on=DAY),
    ),
    (
        events.PlacementResumed(placement_ref=REF, occurred_on=DAY),
        mediation.PlacementResumed(placement_ref=REF, occurred_on=DAY),
    ),
    (
        events.RetentionNotReached(placement_ref=REF, occurred_on=DAY, months=6),
        mediation.RetentionNotReached(placement_ref=REF, occurred_on=DAY, months=6),
    ),
    (
        events.AftercareContactLogged(
            placement_ref=REF,
            occurred_on=DAY,
            client_ref=CLIENT,
            due_month=3,
            done=True,
            notes=Open("Gaat goed."),
        ),
        mediation.AftercareContactLogged(placement_ref=REF, occurred_on=DAY, due_month=3, done=True),
    ),
]
PUBLISHED += matching.PUBLISHED
REQUESTS: list[DomainEvent] = [
    RequestReceived(
        request_ref=REF, person_ref=CLIENT, kind="access", received_on=DAY, answer_by=date(2006, 4, 1)
    ),
    RequestExtended(
        request_ref=REF, extended_on=DAY, reason_code="many-requests", answer_by=date(2006, 6, 1)
    ),
    RequestAnswered(request_ref=REF, answered_on=DAY, answer="granted", reason_code="copy-sent"),
]
corrected = events.ClientDetailsCorrected(
    client_ref=UUID(int=1), occurred_on=DAY, reason_code="typing-error", removed=("birthDate",)
)
KEPT = [
    corrected,
    handover_received,
    handover_settled,
    events.ReferenceNoted(
        reference_ref=REF, occurred_on=DAY, kind="employer", state="open", of_partner="uaf", sequence=7
    ),
    events.MilestoneDue(placement_ref=REF, occurred_on=DAY, months=6),
    events.AftercareDue(placement_ref=REF, occurred_on=DAY, due_month=3),
    matching.microcredit,
    *REQUESTS,
    WentLive(occurred_on=DAY),
    Heard(sequence=1, body="{}"),
]


@pytest.mark.parametrize(("event", "public"), PUBLISHED, ids=lambda value: type(value).__name__)
def test_publishes_exactly(event: Any, public: PublicEvent):
    assert to_public_event(event) == public


@pytest.mark.parametrize("event", KEPT, ids=lambda value: type(value).__name__)
def test_keeps_to_itself(event: Any):
    assert SERVICE.to_public_event(event) is None


def test_nothing_is_said_of_a_loan_that_is_taken_back():
    undone = matching.UNDONE | {"step": events.EnterpriseStep.MICROCREDIT}
    assert to_public_event(events.EnterpriseStepTakenBack(**undone)) is None


@pytest.mark.parametrize(
    ("hours", "people", "are_published"), [(0, 0, True), (9, 1, False), (0, 4, False), (40, 5, True)]
)
def test_the_hours_of_fewer_than_five_people_are_not_published(hours: int, people: int, are_published: bool):
    said: dict[str, Any] = {"occurred_on": DAY, "month": "2006-02", "role": "coach"}
    numbers = {"hours": hours, "people": people}
    recorded = events.EffortRecorded(**said, **numbers)
    public = mediation.EffortRecorded(
        **said, effort_ref="coach-2006-02", **(numbers if are_published else {})
    )
    assert to_public_event(recorded) == public


def test_every_term_of_the_contract_is_a_term_here():
    public = set(mediation.PlacementTerms.model_fields) - {"placement_ref", "occurred_on"}
    assert set(events.Terms.model_fields) == public == set(TERMS)


def test_every_stored_event_is_published_or_kept_on_purpose():
    assert {type(event) for event, _ in PUBLISHED} | {type(event) for event in KEPT} == set(SERVICE.events)


def test_no_two_stored_events_share_a_name():
    assert len(SERVICE.events) == len({event.TYPE for event in SERVICE.events})


@pytest.mark.parametrize(("event", "public"), PUBLISHED, ids=lambda value: type(value).__name__)
def test_publishes_the_same_from_what_was_stored(event: Any, public: PublicEvent):
    assert to_public_event(stored(event)) == public


@pytest.mark.parametrize("event", KEPT, ids=lambda value: type(value).__name__)
def test_reads_back_what_it_keeps(event: Any):
    assert stored(event) == event


def stored(event: DomainEvent) -> Any:
    """The event as it comes out of the store, with its personal fields sealed."""
    serializer = EventSerializer(SERVICE.events)
    new = serializer.encode(event, UUID(int=7), dict.fromkeys(serializer.persons(event), bytes(32)))
    record = StoredRecord(1, "stream", 1, new.id, new.type, new.schema_version, new.data, "{}", NOW, NOW)
    return serializer.decode(record)
