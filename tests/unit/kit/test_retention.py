"""What is kept long enough is erased by itself: only what is kept under that reference, and nothing half done."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from banen_contracts.base import ErasureReason
from banen_contracts.roles import Role
from banen_employers.service import SERVICE as EMPLOYERS
from banen_intake.domain.candidate import CloseCandidate, EraseCandidate, RegisterCandidate
from banen_intake.domain.contact import RecordContact
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Service
from banen_kit.application.request import Request
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.decider import Command
from banen_kit.core.errors import SettingsInvalid, StoreUnavailable
from banen_kit.core.faults import Faults
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.keys import Destroyed
from banen_kit.crypto.personal_fields import Open
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy import retention
from banen_kit.privacy.due_list import MemoryDueList
from banen_kit.privacy.requests import RecordRequest
from banen_kit.privacy.retention import Retention, TooMany, read_months
from banen_kit.runtime.database_clock import ClockUntrusted
from banen_mediation.service import SERVICE as MEDIATION
from support.definition import learned
from support.waiting import eventually

CONTACT, CANDIDATE, CLIENT, PLACEMENT, EMPLOYER, GROUP = (str(UUID(int=n, version=4)) for n in range(1, 7))
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
        self.edge = self.clock
        """The process's own clock, which agrees with the database's unless a test parts them."""
        self.listing = MemoryDueList()
        self.keys = AwayKeys()
        self.audit = MemoryAudit(self.clock)
        self.store = MemoryStore(self.clock)
        self.repository: EventRepository[Any] = EventRepository(
            self.store, EventSerializer(service.events), self.keys, self.edge
        )
        self.metrics = Metrics.create(CollectorRegistry())
        self.command_service = CommandService(
            service,
            self.repository,
            "uaf",
            frozenset({"uaf"}),
            self.audit,
            self.metrics,
            self.clock,
            learned(),
        )
        self.given = 0
        self.untrusted = ""

    def retention(self, months: dict[str, int], wait: int = 0) -> Retention:
        """Clocks are trusted, unless `untrusted` says why not."""
        return Retention(
            self.command_service, months, self.listing, wait, self.refuse_untrusted, Faults(self.metrics)
        )

    async def refuse_untrusted(self) -> None:
        if self.untrusted:
            raise ClockUntrusted(self.untrusted)

    async def give(self, ref: str, command: str, /, **body: Any) -> None:
        operation = next(one for one in self.command_service.service.commands if one.name == command)
        self.given += 1
        await self.command_service.execute(
            Request(operation, STAFF, ref, body, UUID(int=1000 + self.given, version=4))
        )

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
    return await office.retention(months).due()


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
    await intake.give(str(UUID(int=9, version=4)), RecordRequest.NAME, **asked)
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
    job = intake.retention(MONTHS)
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
    await intake.retention(MONTHS).apply()
    assert (await intake.keys.find_keys([CONTACT]))[CONTACT] is None
    (registered,) = await intake.repository.read(f"candidate-{CANDIDATE}")
    assert await intake.repository.reveal(registered.event.name) == Open("Synthetica Voorbeeld")
    await intake.give(CANDIDATE, CloseCandidate.NAME, occurredOn="2027-03-01", reasonCode="moved")


async def test_who_asked_for_it_is_erased_under_every_reference(intake: Office):
    await record_both(intake)
    await intake.give(CANDIDATE, EraseCandidate.NAME, occurredOn="2026-02-02", reason=ErasureReason.REQUEST)
    assert await intake.keys.find_keys([CONTACT, CANDIDATE]) == {CONTACT: None, CANDIDATE: None}


async def test_what_could_not_be_erased_stays_overdue_and_is_erased_by_the_next_run(intake: Office):
    await record_both(intake)
    intake.clock.now = datetime(2028, 3, 1, 12, tzinfo=UTC)
    intake.keys.is_away = True
    job = intake.retention(MONTHS)
    with pytest.raises(StoreUnavailable):
        await job.apply()
    assert (intake.overdue("contact"), intake.overdue("candidate")) == (1, 1)
    assert (await intake.keys.find_keys([CONTACT]))[CONTACT] is not None

    intake.keys.is_away = False
    await job.apply()
    assert (intake.overdue("contact"), intake.overdue("candidate")) == (0, 0)
    assert await intake.keys.find_keys([CONTACT, CANDIDATE]) == {CONTACT: None, CANDIDATE: None}


async def test_whoever_cannot_be_erased_stands_in_nobody_elses_way(intake: Office):
    people = [str(UUID(int=100 + number, version=4)) for number in range(5)]
    for ref in people:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "contact"}
        await intake.give(ref, RecordContact.NAME, **said, name="Synthetica Voorbeeld")
    intake.clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    intake.keys.refused = people[1]
    with pytest.raises(StoreUnavailable):
        await intake.retention(MONTHS).apply()
    assert intake.overdue("contact") == 1
    assert [ref for ref in people if (await intake.keys.find_keys([ref]))[ref]] == [people[1]]
    intake.keys.refused = None
    assert await intake.retention(MONTHS).apply() == 0
    assert intake.overdue("contact") == 0
    assert (await intake.keys.find_keys([people[1]]))[people[1]] is None


async def test_more_than_are_erased_at_once_are_all_erased(intake: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    people = [str(UUID(int=100 + number, version=4)) for number in range(5)]
    for ref in people:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "contact"}
        await intake.give(ref, RecordContact.NAME, **said, name="Synthetica Voorbeeld")
    intake.clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert await intake.retention(MONTHS).apply() == 5
    assert set((await intake.keys.find_keys(people)).values()) == {None}
    assert intake.overdue("contact") == 0


async def test_requests_that_wait_too_long_are_counted(intake: Office):
    asked: dict[str, Any] = {"personRef": CANDIDATE, "kind": "access", "receivedOn": "2026-01-31"}
    await intake.give(str(UUID(int=9, version=4)), RecordRequest.NAME, **asked)
    for month, day, overdue in ((2, 28, 0), (3, 1, 1)):
        intake.clock.now = datetime(2026, month, day, 12, tzinfo=UTC)
        await intake.retention(MONTHS).look_at_requests()
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


async def people(intake: Office, count: int, first: int = 100) -> list[str]:
    refs = [str(UUID(int=first + number, version=4)) for number in range(count)]
    for ref in refs:
        said: dict[str, Any] = {"occurredOn": "2026-01-30", "channel": "municipality", "kind": "contact"}
        await intake.give(ref, RecordContact.NAME, **said, name="Synthetica Voorbeeld")
    return refs


async def erased(intake: Office, refs: list[str]) -> int:
    return list((await intake.keys.find_keys(refs)).values()).count(None)


async def pass_on(intake: Office, job: Retention, *day: int) -> int:
    intake.clock.now = datetime(day[0], day[1], day[2], 12, tzinfo=UTC)
    return await job.apply()


async def test_who_is_due_is_listed_for_so_many_days_before_anything_is_erased(intake: Office):
    refs = await people(intake, 2)
    job = intake.retention(MONTHS, wait=3)
    for day in (1, 1, 2, 3):
        assert await pass_on(intake, job, 2027, 3, day) == 0
    assert [(one.kind, one.since.isoformat(), one.days) for one in await intake.listing.listed()] == [
        ("contact", "2027-03-01", 2)
    ] * 2
    assert await erased(intake, refs) == 0
    assert await pass_on(intake, job, 2027, 3, 4) == 2
    assert await erased(intake, refs) == 2


async def test_a_clock_that_jumps_does_not_shorten_the_wait(intake: Office):
    refs = await people(intake, 2)
    job = intake.retention(MONTHS, wait=14)
    assert await pass_on(intake, job, 2032, 1, 1) == 0
    assert await pass_on(intake, job, 2038, 1, 1) == 0
    assert await pass_on(intake, job, 2026, 2, 1) == 0
    assert await intake.listing.listed() == []
    assert await erased(intake, refs) == 0


async def test_a_new_fact_takes_somebody_off_the_list(intake: Office):
    await record_both(intake)
    job = intake.retention({"contact": 12, "candidate": 12}, wait=2)
    await pass_on(intake, job, 2027, 3, 1)
    assert len(await intake.listing.listed()) == 2
    await intake.give(CANDIDATE, "complete-intake", occurredOn="2027-03-01", methodVersion="star-1")
    await pass_on(intake, job, 2027, 3, 2)
    assert [one.kind for one in await intake.listing.listed()] == ["contact"]


async def test_nothing_is_erased_while_a_clock_cannot_be_trusted(intake: Office):
    refs = await people(intake, 2)
    intake.untrusted = "this process's clock is 6 years ahead"
    with pytest.raises(ClockUntrusted):
        await pass_on(intake, intake.retention(MONTHS), 2032, 3, 1)
    assert await intake.listing.listed() == []
    assert await erased(intake, refs) == 0


async def test_both_clocks_must_say_that_it_is_old(intake: Office):
    """What was recorded while the database's clock stood in 2000 is not due at once."""
    now = intake.clock.now
    intake.edge = Clock()
    intake.repository.edge = intake.edge
    intake.clock.now = datetime(2000, 1, 31, 12, tzinfo=UTC)
    said: dict[str, Any] = {"occurredOn": "1999-12-31", "channel": "municipality", "kind": "contact"}
    await intake.give(CONTACT, RecordContact.NAME, **said, name="Synthetica Voorbeeld")
    intake.clock.now = now
    assert await intake.retention(MONTHS).due() == []
    assert await due_on(intake, MONTHS, 2027, 1, 31) == [("contact", CONTACT)]


async def test_a_pass_that_would_erase_far_more_than_usual_stops_until_a_steward_confirms(intake: Office):
    refs = await people(intake, 21)
    job = intake.retention(MONTHS)
    with pytest.raises(TooMany, match="21 persons are due at once, more than 20"):
        await pass_on(intake, job, 2027, 3, 1)
    assert await erased(intake, refs) == 0
    stopped = intake.metrics.registry.get_sample_value("banen_retention_stopped_persons")
    assert (stopped, intake.overdue("contact")) == (21, 21)

    assert await job.confirm(20) is False
    assert await job.confirm(21) is True
    assert job.again.is_set()
    assert await pass_on(intake, job, 2027, 3, 1) == 21
    assert await erased(intake, refs) == 21
    assert intake.metrics.registry.get_sample_value("banen_retention_stopped_persons") == 0


async def test_three_times_the_largest_pass_of_90_days_is_still_usual(intake: Office):
    await intake.listing.note_pass(date(2027, 1, 1), 10)
    refs = await people(intake, 30)
    assert await pass_on(intake, intake.retention(MONTHS), 2027, 3, 1) == 30
    assert await erased(intake, refs) == 30
    intake.clock.now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    more = await people(intake, 91, first=500)
    with pytest.raises(TooMany, match="91 persons are due at once, more than 90"):
        await pass_on(intake, intake.retention(MONTHS), 2027, 3, 2)
    assert await erased(intake, more) == 0


async def test_the_loop_says_why_it_stopped_and_goes_on_once_it_may(intake: Office):
    refs = await people(intake, 21)
    intake.clock.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    job = intake.retention(MONTHS)
    loop = asyncio.create_task(job.run_forever())

    await eventually(lambda: "retention-stopped" in job.faults.open())
    fault = job.faults.open()["retention-stopped"]
    assert fault.still_ready
    assert "a steward looks at banen person retention" in fault.reason
    await job.confirm(21)
    await eventually(lambda: not job.faults.open())
    assert await erased(intake, refs) == 21
    loop.cancel()
