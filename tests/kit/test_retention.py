"""What is kept long enough is erased by itself: only what is kept under that reference, and nothing half done."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from banen_contracts.base import ErasureReason
from banen_employers.service import SERVICE as EMPLOYERS
from banen_intake.domain.candidate import CloseCandidate, EraseCandidate, RegisterCandidate
from banen_intake.domain.contact import RecordContact
from banen_intake.service import SERVICE as INTAKE
from banen_kit import retention
from banen_kit.audit import MemoryAudit
from banen_kit.decider import Command
from banen_kit.desk import Desk, Request
from banen_kit.identity import Principal, Role
from banen_kit.journal import Codec, Journal
from banen_kit.keys import Destroyed, MemoryKeys
from banen_kit.memory_store import MemoryStore
from banen_kit.metrics import Metrics
from banen_kit.personal import Open
from banen_kit.requests import RecordRequest
from banen_kit.retention import Retention, read_months
from banen_kit.service import Service
from banen_kit.settings import SettingsInvalid
from banen_kit.store import StoreUnavailable
from banen_mediation.service import SERVICE as MEDIATION

CONTACT, CANDIDATE, CLIENT, PLACEMENT, EMPLOYER, GROUP = (str(UUID(int=n)) for n in range(1, 7))
STAFF = Principal("somebody", "uaf", frozenset(Role))
MONTHS = {"contact": 12, "candidate": 24}


class Clock:
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class AwayKeys(MemoryKeys):
    is_away = False

    refused: str | None = None

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        persons = list(persons)
        if self.is_away or self.refused in persons:
            raise StoreUnavailable("the keys are away")
        for _ in range(3):
            await asyncio.sleep(0)  # whoever is refused is told before others are done
        return await super().destroy(persons, alone=alone)


class Office:
    """One service, whose clock and whose keys a test holds."""

    def __init__(self, service: Service) -> None:
        self.clock = Clock()
        self.keys = AwayKeys()
        self.audit = MemoryAudit(self.clock)
        self.store = MemoryStore(self.clock)
        self.journal: Journal[Any] = Journal(self.store, Codec(service.events), self.keys)
        self.metrics = Metrics.create(CollectorRegistry())
        self.desk = Desk(
            service, self.journal, "uaf", frozenset({"uaf"}), self.audit, self.metrics, self.clock
        )
        self.given = 0

    async def give(self, ref: str, command: str, /, **body: Any) -> None:
        operation = next(one for one in self.desk.service.operations if one.name == command)
        self.given += 1
        await self.desk.execute(Request(operation, STAFF, ref, body, UUID(int=1000 + self.given)))

    async def types(self, stream: str) -> list[str]:
        return [record.type for record in await self.store.read(stream)]

    def overdue(self, kind: str) -> float | None:
        return self.metrics.registry.get_sample_value("banen_retention_overdue_persons", {"kind": kind})


@pytest.fixture
def intake() -> Office:
    return Office(INTAKE)


async def record_both(intake: Office) -> None:
    """A contact on 31 January, from which a candidate is registered on 15 February."""
    said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "conversation"}
    await intake.give(CONTACT, RecordContact.NAME, **said, name="Synthetica Voorbeeld")
    intake.clock.now = datetime(2026, 2, 15, 12, tzinfo=UTC)
    registered: dict[str, Any] = {"occurredOn": "2026-02-01", "educationBand": "low", "contactRef": CONTACT}
    await intake.give(CANDIDATE, RegisterCandidate.NAME, **registered, name="Synthetica Voorbeeld")


async def due_on(office: Office, months: dict[str, int], *day: int) -> list[tuple[str, str]]:
    office.clock.now = datetime(day[0], day[1], day[2], 12, tzinfo=UTC)
    return await Retention(office.desk, months).due()


async def test_a_period_runs_from_the_last_fact_about_that_reference(intake: Office):
    await record_both(intake)
    assert await due_on(intake, MONTHS, 2027, 1, 30) == []
    assert await due_on(intake, MONTHS, 2027, 1, 31) == [("contact", CONTACT)]
    assert await due_on(intake, MONTHS, 2028, 2, 14) == [("contact", CONTACT)]
    assert await due_on(intake, MONTHS, 2028, 2, 15) == [("contact", CONTACT), ("candidate", CANDIDATE)]


async def test_a_fact_in_a_stream_that_named_the_person_at_its_start_counts():
    mediation = Office(MEDIATION)
    taken: dict[str, Any] = {"occurredOn": "2026-01-01", "origin": "walk_in", "name": "Synthetica Voorbeeld"}
    await mediation.give(CLIENT, "take-on-client", **taken)
    started: dict[str, Any] = {
        "clientRef": CLIENT, "kind": "employment", "contract": "open_ended", "startDate": "2026-01-05",
        "paid": True, "programmeTag": "programme", "primaryPartner": "uaf",
    }  # fmt: skip
    await mediation.give(PLACEMENT, "start-placement", **started)
    mediation.clock.now = datetime(2026, 9, 1, 12, tzinfo=UTC)
    await mediation.give(PLACEMENT, "end-placement", endDate="2026-08-31", reasonCode="completed")
    assert await due_on(mediation, {"client": 12}, 2027, 8, 31) == []
    assert await due_on(mediation, {"client": 12}, 2027, 9, 1) == [("client", CLIENT)]


async def test_an_employer_is_kept_for_as_long_as_something_is_agreed_with_them():
    relations = Office(EMPLOYERS)
    registered: dict[str, Any] = {"occurredOn": "2026-01-01", "legalKind": "company", "sectorCode": "A"}
    await relations.give(EMPLOYER, "register-employer", **registered, name="Bedrijf Voorbeeld")
    planned: dict[str, Any] = {"occurredOn": "2026-01-05", "employerRef": EMPLOYER, "kind": "employment"}
    await relations.give(GROUP, "plan-group", **planned, seasonal=False)
    relations.clock.now = datetime(2026, 9, 1, 12, tzinfo=UTC)
    await relations.give(GROUP, "close-group", occurredOn="2026-08-31", precision="exact", placed=3)
    assert await due_on(relations, {"employer": 12}, 2027, 8, 31) == []
    assert await due_on(relations, {"employer": 12}, 2027, 9, 1) == [("employer", EMPLOYER)]


async def test_who_asked_for_something_is_kept_from_then_on(intake: Office):
    await record_both(intake)
    intake.clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    asked: dict[str, Any] = {"personRef": CONTACT, "kind": "access", "receivedOn": "2026-12-01"}
    await intake.give(str(UUID(int=9)), RecordRequest.NAME, **asked)
    assert await due_on(intake, MONTHS, 2027, 11, 30) == []
    assert await due_on(intake, MONTHS, 2027, 12, 1) == [("contact", CONTACT)]


async def test_a_candidates_file_does_not_keep_the_contact_from_which_it_began(intake: Office):
    await record_both(intake)
    intake.clock.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    await intake.give(CANDIDATE, CloseCandidate.NAME, occurredOn="2026-12-01", reasonCode="moved")
    assert await due_on(intake, MONTHS, 2027, 1, 31) == [("contact", CONTACT)]


async def test_a_run_erases_who_is_due_once_and_says_so_in_the_audit_log(intake: Office):
    await record_both(intake)
    intake.clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    job = Retention(intake.desk, MONTHS)
    assert await job.apply() == 1
    assert await intake.types(f"contact-{CONTACT}") == ["contact-made", "contact-erased"]
    last = intake.audit.kept[-1].entry
    assert (last.subject, last.action, last.target, last.outcome) == (
        "retention", "erase-contact", CONTACT, "accepted",
    )  # fmt: skip
    assert await job.apply() == 0
    assert await intake.types(f"contact-{CONTACT}") == ["contact-made", "contact-erased"]


async def test_only_that_reference_is_erased_and_the_same_persons_file_still_opens(intake: Office):
    await record_both(intake)
    intake.clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    await Retention(intake.desk, MONTHS).apply()
    assert (await intake.keys.find_keys([CONTACT]))[CONTACT] is None
    (registered,) = await intake.journal.read(f"candidate-{CANDIDATE}")
    assert await intake.journal.reveal(registered.event.name) == Open("Synthetica Voorbeeld")
    await intake.give(CANDIDATE, CloseCandidate.NAME, occurredOn="2027-03-01", reasonCode="moved")


async def test_who_asked_for_it_is_erased_under_every_reference(intake: Office):
    await record_both(intake)
    await intake.give(CANDIDATE, EraseCandidate.NAME, occurredOn="2026-02-02", reason=ErasureReason.REQUEST)
    assert await intake.keys.find_keys([CONTACT, CANDIDATE]) == {CONTACT: None, CANDIDATE: None}


async def test_what_could_not_be_erased_stays_overdue_and_is_erased_by_the_next_run(intake: Office):
    await record_both(intake)
    intake.clock.now = datetime(2028, 3, 1, 12, tzinfo=UTC)
    intake.keys.is_away = True
    job = Retention(intake.desk, MONTHS)
    with pytest.raises(StoreUnavailable):
        await job.apply()
    assert (intake.overdue("contact"), intake.overdue("candidate")) == (1, 1)
    assert (await intake.keys.find_keys([CONTACT]))[CONTACT] is not None

    intake.keys.is_away = False
    await job.apply()
    assert (intake.overdue("contact"), intake.overdue("candidate")) == (0, 0)
    assert await intake.keys.find_keys([CONTACT, CANDIDATE]) == {CONTACT: None, CANDIDATE: None}


async def test_whoever_cannot_be_erased_stands_in_nobody_elses_way(intake: Office):
    people = [str(UUID(int=100 + number)) for number in range(5)]
    for ref in people:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "contact"}
        await intake.give(ref, RecordContact.NAME, **said, name="Synthetica Voorbeeld")
    intake.clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    intake.keys.refused = people[1]
    with pytest.raises(StoreUnavailable):
        await Retention(intake.desk, MONTHS).apply()
    assert intake.overdue("contact") == 1
    assert [ref for ref in people if (await intake.keys.find_keys([ref]))[ref]] == [people[1]]
    intake.keys.refused = None
    assert await Retention(intake.desk, MONTHS).apply() == 0
    assert intake.overdue("contact") == 0
    assert (await intake.keys.find_keys([people[1]]))[people[1]] is None


async def test_more_than_are_erased_at_once_are_all_erased(intake: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    people = [str(UUID(int=100 + number)) for number in range(5)]
    for ref in people:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "contact"}
        await intake.give(ref, RecordContact.NAME, **said, name="Synthetica Voorbeeld")
    intake.clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert await Retention(intake.desk, MONTHS).apply() == 5
    assert set((await intake.keys.find_keys(people)).values()) == {None}
    assert intake.overdue("contact") == 0


async def test_requests_that_wait_too_long_are_counted(intake: Office):
    asked: dict[str, Any] = {"personRef": CANDIDATE, "kind": "access", "receivedOn": "2026-01-31"}
    await intake.give(str(UUID(int=9)), RecordRequest.NAME, **asked)
    for month, day, overdue in ((2, 28, 0), (3, 1, 1)):
        intake.clock.now = datetime(2026, month, day, 12, tzinfo=UTC)
        await Retention(intake.desk, MONTHS).look_at_requests()
        assert intake.metrics.registry.get_sample_value("banen_requests_overdue") == overdue


def test_every_kind_that_a_service_keeps_needs_a_period():
    kept = INTAKE.kept
    assert read_months("contact=12 candidate=60", kept) == {"contact": 12, "candidate": 60}
    for text in ("", "contact=12", "contact=12 candidate=60 client=1"):
        with pytest.raises(SettingsInvalid, match="must name contact, candidate"):
            read_months(text, kept)
    for text in ("contact", "contact=year candidate=1", "contact=0 candidate=1", "contact=1201 candidate=1"):
        with pytest.raises(SettingsInvalid, match="BANEN_RETENTION"):
            read_months(text, kept)


def test_every_command_that_erases_can_be_given_by_itself():
    for service in (INTAKE, MEDIATION):
        for operation in service.kept.values():
            command: type[Command] = operation.command
            assert {"occurred_on", "reason"} == set(command.model_fields)
