"""What of employers becomes public, and that nothing else does."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, employers
from banen_contracts.base import ErasureReason, Precision
from banen_contracts.employers import (
    LegalKind,
    PartyKind,
    SizeBand,
    VacancyClosing,
)
from banen_employers import events
from banen_employers.publish import to_public_event
from banen_employers.service import SERVICE
from banen_kit.application.learned import Heard
from banen_kit.application.source_live import WentLive
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.requests import RequestAnswered, RequestExtended, RequestReceived
from banen_kit.testing import NOW

REF = UUID(int=1)
EMPLOYER = UUID(int=2)
DAY = date(2006, 3, 1)

with_public_name = events.EmployerRegistered(
    employer_ref=EMPLOYER,
    occurred_on=DAY,
    legal_kind=LegalKind.COMPANY,
    sector_code="C",
    size_band=SizeBand.FROM_100,
    municipality_code="GM0363",
    name=Open("Voorbeeld & Zonen"),
    public_name="Voorbeeld & Zonen",
    contact_name=Open("Sanne Voorbeeld"),
    contact_phone=Open("0600000000"),
    contact_email=Open("sanne@example.org"),
)
without_public_name = with_public_name.model_copy(update={"public_name": None})


def both(
    private: type[DomainEvent], public: type[PublicEvent], kept: dict[str, Any] | None = None, **fields: Any
) -> tuple[DomainEvent, PublicEvent]:
    """A stored event, and the public one with the same fields but for what is kept."""
    said = {"occurred_on": DAY, **fields}
    return private.model_validate({**said, **(kept or {})}), public.model_validate(said)


PUBLISHED: list[tuple[DomainEvent, PublicEvent]] = [
    (
        events.EmployerErased(employer_ref=EMPLOYER, occurred_on=DAY, reason=ErasureReason.REQUEST),
        employers.EmployerErased(employer_ref=EMPLOYER, occurred_on=DAY),
    ),
    (
        with_public_name,
        employers.EmployerRegistered(
            employer_ref=EMPLOYER,
            occurred_on=DAY,
            legal_kind=LegalKind.COMPANY,
            sector_code="C",
            size_band=SizeBand.FROM_100,
            municipality_code="GM0363",
            name="Voorbeeld & Zonen",
        ),
    ),
    (
        without_public_name,
        employers.EmployerRegistered(
            employer_ref=EMPLOYER,
            occurred_on=DAY,
            legal_kind=LegalKind.COMPANY,
            sector_code="C",
            size_band=SizeBand.FROM_100,
            municipality_code="GM0363",
        ),
    ),
    (
        events.AgreementSigned(
            agreement_ref=REF,
            occurred_on=DAY,
            party_kind=PartyKind.EMPLOYER,
            party_ref=EMPLOYER,
            places_promised=20,
            routes=("B",),
            valid_from=DAY,
            valid_to=date(2007, 3, 1),
            document_ref="SZW/2006/12",
        ),
        employers.AgreementSigned(
            agreement_ref=REF,
            occurred_on=DAY,
            party_kind=PartyKind.EMPLOYER,
            party_ref=EMPLOYER,
            places_promised=20,
            routes=("B",),
            valid_from=DAY,
            valid_to=date(2007, 3, 1),
            document_ref="SZW/2006/12",
        ),
    ),
    (
        events.GroupPlanned(
            group_ref=REF,
            occurred_on=DAY,
            employer_ref=EMPLOYER,
            kind="learn_work",
            seasonal=True,
            in_guidance=50,
            places_planned=12,
        ),
        employers.GroupPlacementPlanned(
            group_ref=REF,
            occurred_on=DAY,
            employer_ref=EMPLOYER,
            kind="learn_work",
            seasonal=True,
            in_guidance=50,
            places_planned=12,
        ),
    ),
    (
        events.GroupClosed(group_ref=REF, occurred_on=DAY, placed=10, precision=Precision.APPROX),
        employers.GroupPlacementClosed(group_ref=REF, occurred_on=DAY, placed=10, precision=Precision.APPROX),
    ),
    (
        events.EmployerRenamed(
            employer_ref=EMPLOYER,
            occurred_on=DAY,
            reason_code="merged",
            name=Open("Ander Voorbeeld"),
            public_name="Ander Voorbeeld",
        ),
        employers.EmployerRenamed(
            employer_ref=EMPLOYER, occurred_on=DAY, reason_code="merged", name="Ander Voorbeeld"
        ),
    ),
    (
        events.EmployerRenamed(
            employer_ref=EMPLOYER, occurred_on=DAY, reason_code="merged", name=Open("Ander Voorbeeld")
        ),
        employers.EmployerRenamed(employer_ref=EMPLOYER, occurred_on=DAY, reason_code="merged"),
    ),
    both(events.EmployerClosed, employers.EmployerClosed, employer_ref=EMPLOYER, reason_code="moved-abroad"),
    both(events.EmployerReopened, employers.EmployerReopened, employer_ref=EMPLOYER, reason_code="returned"),
    both(
        events.PlatformMembershipChanged,
        employers.PlatformMembershipChanged,
        employer_ref=EMPLOYER,
        joined=False,
    ),
    both(
        events.EmployerApproached,
        employers.EmployerApproached,
        {"notes": Open("Belt terug.")},
        approach_ref=REF,
        employer_ref=EMPLOYER,
        channel="ambassador",
        level="board",
    ),
    both(
        events.AgreementAmended,
        employers.AgreementAmended,
        agreement_ref=REF,
        places_promised=3,
        routes=("A",),
        valid_from=DAY,
        valid_to=date(2007, 3, 1),
        document_ref="SZW/2006/13",
        reason_code="fewer-places",
    ),
    both(
        events.AgreementRenewed,
        employers.AgreementRenewed,
        agreement_ref=REF,
        valid_to=date(2008, 2, 29),
        document_ref="SZW/2007/1",
    ),
    both(events.AgreementEnded, employers.AgreementEnded, agreement_ref=REF, reason_code="bankruptcy"),
    both(events.AgreementExpired, employers.AgreementExpired, agreement_ref=REF),
    both(events.ReferralReceived, employers.ReferralReceived, agreement_ref=REF, number=2),
    both(
        events.VacancyOpened,
        employers.VacancyOpened,
        {"text": Open("Drie plaatsen."), "contact": Open("Sanne Voorbeeld")},
        vacancy_ref=REF,
        employer_ref=EMPLOYER,
        places=3,
        kind="employment",
        profession_group="51",
        route="A",
        open_until=date(2006, 6, 30),
    ),
    both(
        events.VacancyClosed,
        employers.VacancyClosed,
        vacancy_ref=REF,
        reason_code=VacancyClosing.FILLED,
        places_filled=3,
    ),
    both(
        events.UnmetDemandReported,
        employers.UnmetDemandReported,
        {"employer_ref": EMPLOYER, "notes": Open("Te ver weg.")},
        vacancy_ref=REF,
        reason_code="no-candidates",
    ),
    both(
        events.GroupUpdated, employers.GroupPlacementUpdated, group_ref=REF, in_guidance=9, places_planned=6
    ),
]
REQUESTS: list[DomainEvent] = [
    RequestReceived(
        request_ref=REF, person_ref=EMPLOYER, kind="access", received_on=DAY, answer_by=date(2006, 4, 1)
    ),
    RequestExtended(
        request_ref=REF, extended_on=DAY, reason_code="many-requests", answer_by=date(2006, 6, 1)
    ),
    RequestAnswered(request_ref=REF, answered_on=DAY, answer="granted", reason_code="copy-sent"),
]
corrected = events.EmployerDetailsCorrected(
    employer_ref=UUID(int=1), occurred_on=DAY, reason_code="typing-error", removed=("contactPhone",)
)
place = {"occurred_on": DAY, "places_ref": REF, "placement_ref": UUID(int=3)}
PLACES: list[DomainEvent] = [
    events.PlacementGrouped(placement_ref=UUID(int=3), occurred_on=DAY, group_ref=REF, sequence=7),
    events.PlaceFilled.model_validate({**place, "places_filled": 1}),
    events.PlaceFreed.model_validate({**place, "places_filled": 0}),
]
KEPT = [corrected, *PLACES, *REQUESTS, WentLive(occurred_on=DAY), Heard(sequence=1, body="{}")]


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
