"""What staff see of a record: public events as published, others without personal fields."""

from datetime import UTC, date, datetime
from uuid import UUID

from banen_contracts.consent import Consent, ConsentScope
from banen_contracts.intake import EducationBand
from banen_contracts.mediation import EffortRole
from banen_intake import events
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.definition import Service
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.repository import RecordedEvent
from banen_kit.web.records import RecordEvent, record_event
from banen_mediation.events import EffortRecorded
from banen_mediation.service import SERVICE as MEDIATION

REF = UUID(int=1, version=4)
DAY = date(2006, 3, 1)
NOON = datetime(2006, 3, 2, 12, tzinfo=UTC)


def shown(event: DomainEvent, service: Service = INTAKE) -> RecordEvent:
    record = StoredRecord(1, f"candidate-{REF}", 3, REF, event.TYPE, event.VERSION, "{}", "{}", NOON, NOON)
    return record_event(service, RecordedEvent(event, record), {})


def test_a_public_event_is_shown_as_published():
    registered = events.CandidateRegistered(
        candidate_ref=REF,
        occurred_on=DAY,
        education_band=EducationBand.HIGH,
        consents=(Consent(scope=ConsentScope.HANDOVER, to_partner="emplooi"),),
        name=Open("Synthetica Voorbeeld"),
    )
    found = shown(registered)
    assert found.event == "intake.candidate-registered.v1"
    assert found.data["educationBand"] == "unknown"
    assert found.data["consents"] == [{"scope": "handover", "toPartner": "emplooi"}]
    assert "Synthetica" not in found.model_dump_json()


def test_own_people_see_what_a_public_event_leaves_out_for_others():
    hours = EffortRecorded(occurred_on=DAY, month="2006-02", role=EffortRole.COACH, hours=9, people=1)
    found = shown(hours, MEDIATION)
    assert found.event == "mediation.effort-recorded.v1"
    assert (found.data["hours"], found.data["people"]) == (9, 1)


def test_a_private_event_is_shown_without_its_personal_fields():
    agreed = events.PlanAgreed(
        candidate_ref=REF, occurred_on=DAY, plan=Open("Synthetica leert Nederlands."), review_on=None
    )
    found = shown(agreed)
    assert found.event == "intake.plan-agreed"
    assert found.data == {"candidateRef": str(REF), "occurredOn": "2006-03-01", "reviewOn": None}
