"""What of intake becomes public, and that nothing else does."""

from typing import Any, get_args
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, intake
from banen_contracts.base import ErasureReason, Precision
from banen_contracts.consent import Consent, ConsentScope
from banen_contracts.intake import (
    ActivityKind,
    ActivityOutcome,
    AttendanceBand,
    Channel,
    ContactKind,
    EducationBand,
    HandoverOutcome,
    OutreachKind,
    ReachSource,
)
from banen_intake import events
from banen_intake.publish import PRIVATE, SAME, to_public_event
from banen_intake.service import SERVICE
from banen_kit.application.learned import Heard
from banen_kit.application.source_live import WentLive
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open, persons_of
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.requests import RequestAnswered, RequestExtended, RequestReceived
from banen_kit.testing import NOW
from support import candidate as file
from support.candidate import (
    ACTIVITY,
    AFTER,
    DAY,
    PORTRAIT,
    REF as CANDIDATE,
    STATISTICS,
    TO_EMPLOOI,
    allowed,
    no_longer,
)

REF, CONTACT = UUID(int=7), UUID(int=8)
OF: dict[str, Any] = {"candidate_ref": CANDIDATE, "occurred_on": DAY}
OFFER: dict[str, Any] = {**OF, "handover_ref": REF, "to_partner": "emplooi"}
PLACE: dict[str, Any] = {"region_id": "noord", "municipality_code": "GM0363"}
MET: dict[str, Any] = {
    **PLACE, "contact_ref": CONTACT, "occurred_on": DAY, "channel": Channel.INFO_SESSION, "kind": ContactKind.CONTACT,
    "outreach_ref": REF,
}  # fmt: skip
HELD: dict[str, Any] = {
    **PLACE, "outreach_ref": REF, "occurred_on": DAY, "kind": OutreachKind.JOB_FAIR,
    "attendance": AttendanceBand.FROM_50, "self_organisation_involved": False,
}  # fmt: skip
ENTERED: dict[str, Any] = {
    **OF, **PLACE, "contact_ref": CONTACT, "education_band": EducationBand.HIGH, "consents": (STATISTICS, TO_EMPLOOI),
}  # fmt: skip
PERSON: dict[str, Any] = {
    "name": Open("Sanne Voorbeeld"), "birth_date": Open("1970-01-01"), "phone": Open("0600000000"),
    "email": Open("sanne@example.org"), "address": Open("Voorbeeldstraat 1"), "v_number": Open("1234567890"),
}  # fmt: skip
NOTED: dict[str, Any] = {"notes": Open("Belt liever niet.")}
LEARNS: dict[str, Any] = {**OF, "activity_ref": ACTIVITY, "kind": ActivityKind.LANGUAGE}
LEARNT: dict[str, Any] = {**OF, "activity_ref": ACTIVITY, "outcome": ActivityOutcome.COMPLETED}
ASSESSED: dict[str, Any] = {**OF, "distance_phase": 3, "assessor": "uaf"}
ROUTED: dict[str, Any] = {**OF, "route": "B", "reason_code": "far-from-work"}
OFFERED: dict[str, Any] = {**OFFER, "expires_on": AFTER, "dossier_hash": "a" * 64}
ENDED: dict[str, Any] = {**OFFER, "outcome": HandoverOutcome.DECLINED, "reason_code": "no-vacancies"}
TO_UWV: dict[str, Any] = {"scope": ConsentScope.HANDOVER, "to_partner": "uwv"}
FROM: dict[str, Any] = {**OF, "available_from": "2006-04"}

PUBLISHED: list[tuple[DomainEvent, PublicEvent]] = [
    (events.OutreachHeld(**HELD), intake.OutreachHeld(**HELD)),
    (
        events.ContactMade(**MET, name=PERSON["name"], phone=PERSON["phone"], **NOTED),
        intake.ContactMade(**MET),
    ),
    (
        events.ContactErased(contact_ref=CONTACT, occurred_on=DAY, reason=ErasureReason.REQUEST),
        intake.ContactErased(contact_ref=CONTACT, occurred_on=DAY),
    ),
    (events.CandidateRegistered(**ENTERED, **PERSON), intake.CandidateRegistered(**ENTERED)),
    (file.started, intake.IntakeStarted(**OF)),
    (file.completed, intake.IntakeCompleted(**OF, method_version="star-1")),
    (events.DistanceAssessed(**ASSESSED, **NOTED), intake.DistanceAssessed(**ASSESSED)),
    (events.RouteAssigned(**ROUTED, **NOTED), intake.RouteAssigned(**ROUTED)),
    (
        events.ActivityStarted(**LEARNS, planned_end_date=AFTER, provider=Open("Taalschool"), **NOTED),
        intake.DevelopmentActivityStarted(**LEARNS),
    ),
    (
        events.ActivityEnded(**LEARNT, result=Open("Niveau B1.")),
        intake.DevelopmentActivityEnded(**LEARNT),
    ),
    (
        events.ReadyForMediation(**FROM, profession_group="52", is_profession_public=True),
        intake.CandidateReadyForMediation(**FROM, profession_group="52"),
    ),
    (
        events.ConsentGranted(**OF, **TO_UWV, document_ref="FORM-1"),
        intake.ConsentGranted(**OF, **TO_UWV),
    ),
    (
        no_longer(ConsentScope.PUBLICITY, portraits=(PORTRAIT,)),
        intake.ConsentWithdrawn(**OF, scope=ConsentScope.PUBLICITY),
    ),
    (file.lost, intake.CandidateLost(**OF)),
    (file.found, intake.CandidateFound(**OF)),
    (
        file.closed.model_copy(update=NOTED),
        intake.CandidateClosed(**OF, reason_code="moved-away"),
    ),
    (file.reentered, intake.CandidateReentered(**OF, spell=2)),
    (file.erased, intake.CandidateErased(**OF)),
    (events.HandoverOffered(**OFFERED), intake.HandoverOffered(**OFFERED)),
    (events.HandoverCompleted(**OFFER), intake.HandoverCompleted(**OFFER)),
    (events.HandoverEnded(**ENDED), intake.HandoverEnded(**ENDED)),
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
OWN: list[DomainEvent] = [file.worker, file.logged, file.planned, file.portrait, file.taken_down]
WHY: dict[str, Any] = {"occurred_on": DAY, "reason_code": "typing-error", "removed": ("birthDate",)}
KEPT = [
    *OWN,
    events.ContactDetailsCorrected(contact_ref=CONTACT, **WHY),
    events.CandidateDetailsCorrected(candidate_ref=CANDIDATE, **WHY),
    RequestReceived(request_ref=REF, person_ref=CANDIDATE, kind="access", received_on=DAY, answer_by=AFTER),
    RequestExtended(request_ref=REF, extended_on=DAY, reason_code="many-requests", answer_by=AFTER),
    RequestAnswered(request_ref=REF, answered_on=DAY, answer="granted", reason_code="copy-sent"),
    WentLive(occurred_on=DAY),
    Heard(sequence=1, body="{}"),
]
BY_HAND = {events.CandidateRegistered, events.ReadyForMediation}
"""Those of which it hangs on a consent what is public."""
by_name: dict[str, Any] = {"ids": lambda value: type(value).__name__}


@pytest.mark.parametrize(("event", "public"), PUBLISHED, **by_name)
def test_publishes_exactly(event: Any, public: PublicEvent):
    assert to_public_event(event) == public


@pytest.mark.parametrize(("event", "public"), PUBLISHED, **by_name)
def test_publishes_the_same_from_what_was_stored(event: Any, public: PublicEvent):
    assert to_public_event(stored(event)) == public


@pytest.mark.parametrize("event", KEPT, **by_name)
def test_keeps_to_itself(event: Any):
    assert SERVICE.to_public_event(event) is None


@pytest.mark.parametrize("event", [one for one in KEPT if not persons_of(type(one))], **by_name)
def test_reads_back_what_it_keeps(event: Any):
    assert stored(event) == event


@pytest.mark.parametrize("event", [one for one in KEPT if persons_of(type(one))], **by_name)
def test_reads_back_what_it_keeps_with_what_was_said_sealed(event: Any):
    sealed = {name: None for name in persons_of(type(event))}
    assert stored(event).model_copy(update=sealed) == event.model_copy(update=sealed)


def test_every_stored_event_is_published_or_kept_on_purpose():
    assert {type(event) for event, _ in PUBLISHED} | {type(event) for event in KEPT} == set(SERVICE.events)


def test_every_event_of_intake_has_one_way_to_the_public():
    ways = [*SAME, *PRIVATE, *BY_HAND]
    assert len(ways) == len(set(ways))
    assert set(ways) == set(get_args(events.IntakeEvent))
    assert {type(event) for event in OWN} == PRIVATE


@pytest.mark.parametrize(("event", "public"), SAME.items(), ids=lambda event: event.__name__)
def test_no_personal_field_has_its_like_in_the_public_event(
    event: type[DomainEvent], public: type[PublicEvent]
):
    assert persons_of(event).keys() & public.model_fields.keys() == set()
    assert all(hasattr(event, name) for name in public.model_fields.keys() - event.model_fields.keys())


def test_no_two_stored_events_share_a_name():
    assert len(SERVICE.events) == len({event.TYPE for event in SERVICE.events})


@pytest.mark.parametrize(
    "consents",
    [(), (TO_EMPLOOI,), (Consent(scope=ConsentScope.PUBLICITY),)],
    ids=["none", "handover", "publicity"],
)
def test_without_statistics_education_profession_and_municipality_stay_out_of_public_events(
    consents: tuple[Consent, ...],
):
    event = events.CandidateRegistered(**ENTERED | {"consents": consents}, **PERSON)
    hidden = {"education_band": EducationBand.UNKNOWN, "municipality_code": None, "consents": consents}
    assert to_public_event(event) == intake.CandidateRegistered(**ENTERED | hidden)
    ready = events.ReadyForMediation(**FROM, profession_group="52", is_profession_public=False)
    assert to_public_event(ready) == intake.CandidateReadyForMediation(**FROM)


def test_a_partner_that_is_told_of_a_consent_is_not_told_of_the_signed_form():
    with_form = allowed(ConsentScope.LINKAGE).model_copy(update={"document_ref": "FORM-1"})
    assert to_public_event(with_form) == to_public_event(allowed(ConsentScope.LINKAGE))


def stored(event: DomainEvent) -> Any:
    """The event as it comes out of the store, with its personal fields sealed."""
    serializer = EventSerializer(SERVICE.events)
    new = serializer.encode(event, UUID(int=7), dict.fromkeys(serializer.persons(event), bytes(32)))
    record = StoredRecord(1, "stream", 1, new.id, new.type, new.schema_version, new.data, "{}", NOW, NOW)
    return serializer.decode(record)
