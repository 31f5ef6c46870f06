"""A client's way through mediation, with the employer who has the places, over HTTP only: from an accepted handover to a job
that lasts a year. Time passes, and the bus, the bureau and the other partner are away for a while. Each step finds what was
recorded before by lists and search. After each step: what reporting counts, under which clause.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from banen_contracts.roles import Role
from banen_local.cluster.define import define
from banen_local.cluster.supervisor import Supervisor
from support.desk import Desk, ref_of
from support.passing_time import Calendar, DatedProgramme
from support.site import Site
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PARTNERS = """
[bureau]
services = ["reporting"]
[vluchtelingenwerk]
services = ["intake"]
[emplooi]
services = ["mediation", "employers"]
"""
SOURCES = {
    "vluchtelingenwerk-intake": "intake",
    "emplooi-mediation": "mediation",
    "emplooi-employers": "employers",
}
VWN, US = "vluchtelingenwerk", "emplooi"
NAME, FIRM, HEALTH, CONTACT = "Amina Voorbeeld", "Naaiatelier Voorbeeld", "Geopereerd.", "Sanne Voorbeeld"
YEAR = datetime.now(UTC).year + 1
"""Clocks are only put forward."""
BASIS = {"story": "contract_at_start", "realised": "realised", "confirmed": "confirmed"}
COUNTED = ("counted", None)
Decided = tuple[str, str | None]
Job = tuple[str, str]
"""A placement, as people know it: whose, by telephone number, and from which day."""


def day(month: int, day: int, year: int = 0) -> str:
    return date(YEAR + year, month, day).isoformat()


def on(month: int, at: int, year: int = 0) -> dict[str, str]:
    return {"occurredOn": day(month, at, year)}


PHONE, TRAINEE, FOUNDER, *MEMBERS = [f"06123010{number:02}" for number in range(13)]
"""The client, others, and ten of a group: all have the same name."""
FIRST, TEMP, JOB = (PHONE, day(1, 12)), (PHONE, day(2, 1)), (PHONE, day(2, 8))
INTERNSHIP, AFTER_INTERNSHIP = (TRAINEE, day(1, 12)), (TRAINEE, day(7, 20))
OWN_FIRM, GROUP = (FOUNDER, day(2, 1)), [(phone, day(2, 1)) for phone in MEMBERS]


def open_ended(client: str, kind: str, start: str, **more: Any) -> dict[str, Any]:
    return {
        "clientRef": client, "kind": kind, "contract": "open_ended", "startDate": start, "paid": kind != "internship",
        "programmeTag": "programme", "primaryPartner": US, **more,
    }  # fmt: skip


def fixed(client: str, kind: str, start: str, last: str, **more: Any) -> dict[str, Any]:
    return {**open_ended(client, kind, start, **more), "contract": "fixed", "plannedEndDate": last}


@dataclass
class Story:
    site: Site
    calendar: Calendar
    expected: dict[str, dict[Job, Decided]] = field(
        default_factory=lambda: {rule_set: {} for rule_set in BASIS}
    )
    """By rule set, what reporting says of each placement."""

    def __post_init__(self) -> None:
        self.mediator, self.adviser = Desk(self.site, US, Role.MEDIATOR), Desk(self.site, US, Role.ADVISER)
        self.relations = Desk(self.site, US, Role.EMPLOYER_RELATIONS)

    async def takes_on(self, phone: str) -> str:
        person = {**on(1, 5), "origin": "walk_in", "name": NAME, "phone": phone}
        await self.mediator.record("clients", "take-on", person)
        return await self.client(phone)

    async def client(self, phone: str) -> str:
        return (await self.mediator.find("clients", q=phone))["ref"]

    async def employer(self) -> str:
        return (await self.relations.find("employers", q="Voorbeeld BV"))["ref"]

    async def agreement(self) -> str:
        return await self.relations.path("agreements", partyRef=await self.employer())

    async def vacancy(self) -> str:
        return await self.relations.path("vacancies", employerRef=await self.employer())

    async def group(self) -> str:
        return (await self.relations.find("groups", employerRef=await self.employer()))["ref"]

    async def placement(self, job: Job) -> str:
        """Where its record is."""
        phone, start = job
        asked = {"clientRef": await self.client(phone), "startDateFrom": start, "startDateUntil": start}
        return await self.mediator.path("placements", **asked)

    async def jobs(self) -> dict[str, Job]:
        """Every placement on the list, by its reference."""
        rows = await self.mediator.listed("placements", len(self.expected["story"]), limit="200")
        phones = {one["ref"]: one["phone"] for one in await self.mediator.rows("clients", limit="200")}
        return {one["ref"]: (phones[one["clientRef"]], one["startDate"]) for one in rows}

    async def it_becomes(self, month: int, at: int, year: int = 0) -> None:
        await self.calendar.turn_to(date(YEAR + year, month, at), self.site.programme, self.site.supervisor)

    def counts(self, job: Job, **by_rule_set: Decided) -> None:
        """From now on reporting must say this; under a rule set that is not named it says the same as before."""
        for rule_set, decided in by_rule_set.items():
            self.expected[rule_set][job] = decided

    async def is_counted(self) -> None:
        """Everything arrived, nothing was set aside, and each rule set says what is expected of all placements."""
        await self.site.all_is_reported()
        jobs = await self.jobs()
        for rule_set, expected in self.expected.items():
            query = {"ruleSet": rule_set, "limit": "200"}
            answer = await self.site.ask("bureau", Role.PROJECT_BUREAU, "GET", "/placements", params=query)
            said = {jobs[one["ref"]]: (one["verdict"], one["clause"]) for one in answer.json()["placements"]}
            assert said == expected, rule_set

    async def reminded(self, job: Job) -> list[tuple[int, str]]:
        events = await self.site.events(US, await self.placement(job))
        return [
            (one["data"]["months"], one["data"]["occurredOn"])
            for one in events
            if one["event"] == "mediation.milestone-due"
        ]

    async def is_reminded(self, job: Job, *milestones: tuple[int, str]) -> None:
        async def said() -> bool:
            return await self.reminded(job) == list(milestones)

        await eventually(said)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    folder = tmp_path_factory.mktemp("client")
    partners = folder / "partners.toml"
    partners.write_text(PARTNERS)
    calendar = Calendar(folder)
    async with Supervisor(folder / "data") as supervisor, httpx2.AsyncClient(timeout=60) as http:
        programme = DatedProgramme(folder / "data", partners, calendar, date(YEAR, 2, 10))
        await programme.start(supervisor)
        async with httpx2.AsyncClient(auth=programme.machine(), timeout=60) as bureau:
            await define(programme, bureau, "banenoffensief-2005-2008")
        site = Site(
            programme, supervisor, http, (NAME, FIRM, HEALTH, CONTACT, PHONE, TRAINEE, FOUNDER, *MEMBERS)
        )
        await decides(site)
        yield Story(site, calendar)


async def decides(site: Site) -> None:
    """The bureau publishes rules for these years, and declares that everybody records facts as they happen."""
    bureau = partial(site.ask, "bureau", Role.PROJECT_BUREAU, "POST")
    window = {"windowFrom": day(1, 1), "windowTo": day(12, 31)}
    bodies = [
        (f"/programme/rule-sets/{name}/publish", {"params": {**window, "durationBasis": basis}, "approvedBy": "steering-group"})
        for name, basis in BASIS.items()
    ]  # fmt: skip
    bodies += [
        (f"/programme/partners/{source.rsplit('-', 1)[0]}/declare-live", {"service": service})
        for source, service in SOURCES.items()
    ]
    for path, body in bodies:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await bureau(path, json={**on(2, 10), **body}, headers=headers)
        assert answer.is_success, answer.text


async def test_a_clients_way(story: Story):
    await the_employer_is_found(story)
    await the_handover_is_accepted_while_the_other_partner_is_away(story)
    await two_matches_and_a_placement_while_the_bus_is_away(story)
    await it_ends_early_while_the_bureau_is_away(story)
    await a_temp_job_becomes_employment(story)
    await a_group_is_placed(story)
    await an_internship_begins(story)
    await somebody_else_begins_a_firm(story)
    await three_months_later(story)
    await six_months_later(story)
    await a_year_later(story)


async def the_employer_is_found(story: Story) -> None:
    relations = story.relations
    # Both are on no list yet: what is refused leaves nothing under either reference.
    employer, approach = str(uuid4()), f"/approaches/{uuid4()}"
    asked = {**on(1, 8), "channel": "job_fair", "level": "hr", "notes": CONTACT, "employerRef": employer}
    await relations.give(f"{approach}/record", asked, refused="employer-unknown")
    registered = {"legalKind": "company", "sectorCode": "C", "name": "Voorbeeld BV", "contactName": CONTACT}
    await relations.give(f"/employers/{employer}/register", {**on(1, 8), **registered})
    await relations.give(f"{approach}/record", asked)
    us = await story.employer()
    terms = {"partyKind": "employer", "partyRef": us, "routes": ["A", "B"], "placesPromised": 12}
    signed = {**on(1, 9), **terms, "validFrom": day(1, 9), "validTo": day(4, 30)}
    await relations.record("agreements", "sign", signed)
    await relations.give(f"{await story.agreement()}/record-referral", on(1, 12))
    offered = {"employerRef": us, "places": 3, "kind": "temp", "openUntil": day(4, 15), "contact": CONTACT}
    await relations.record("vacancies", "open", {**on(1, 12), **offered})
    planned = {"employerRef": us, "kind": "employment", "inGuidance": 50, "placesPlanned": 12}
    await relations.record("groups", "plan", {**on(1, 12), **planned})
    unmet = {"reasonCode": "no-candidates", "notes": CONTACT}
    await relations.give(f"{await story.vacancy()}/report-unmet-demand", {**on(2, 8), **unmet})
    await story.is_counted()


async def the_handover_is_accepted_while_the_other_partner_is_away(story: Story) -> None:
    site, mediator, worker = story.site, story.mediator, Desk(story.site, VWN, Role.INTAKE_WORKER)
    consents = [{"scope": "handover", "toPartner": US}]
    person = {"educationBand": "mid", "name": NAME, "phone": PHONE, "consents": consents}
    await worker.record("candidates", "register", {**on(1, 4), **person})
    candidate = await worker.path("candidates", q=PHONE)
    await worker.give(f"{candidate}/assess-distance", {**on(1, 4), "distancePhase": 2})
    await worker.give(f"{candidate}/complete-intake", {**on(1, 4), "methodVersion": "star-1"})
    ready = {**on(1, 5), "availableFrom": day(1, 5)[:7], "professionGroup": "52"}
    await worker.give(f"{candidate}/declare-ready", ready)
    offer = {"candidateRef": ref_of(candidate), "toPartner": US, "expiresOn": day(3, 1)}
    await worker.record("handovers", "offer", {**on(1, 6), **offer})
    handover = await mediator.path("handovers", fromPartner=VWN, state="open")
    assert await site.is_on_record(US, handover, "mediation.handover-received")

    async with site.supervisor.down("vluchtelingenwerk-intake"):
        came = {"origin": "handover", "originRef": ref_of(handover), "name": NAME, "phone": PHONE}
        await mediator.record("clients", "take-on", {**on(1, 7), **came})
        await mediator.give(f"{handover}/accept", {**on(1, 7), "clientRef": await story.client(PHONE)})
        assert await site.is_on_record(US, handover, "mediation.handover-accepted.v1")
    assert handover == await worker.path("handovers", candidateRef=ref_of(candidate))
    completed = partial(site.is_on_record, VWN, handover, "intake.handover-completed.v1", toPartner=US)
    await eventually(completed)
    await eventually(partial(site.is_on_record, US, handover, "mediation.handover-settled", outcome=None))
    await story.is_counted()


async def two_matches_and_a_placement_while_the_bus_is_away(story: Story) -> None:
    mediator = story.mediator
    async with story.site.supervisor.down("nats"):
        client, employer, vacancy = await story.client(PHONE), await story.employer(), await story.vacancy()
        proposed = {**on(1, 8), "clientRef": client, "vacancyRef": ref_of(vacancy), "letter": NAME}
        await mediator.record("matches", "propose", proposed)
        refused = await mediator.path("matches", vacancyRef=ref_of(vacancy))
        await mediator.give(f"{refused}/record-interview", {**on(1, 9), "outcome": "rejected"})
        again = {**on(1, 10), "outcome": "another_interview"}
        await mediator.give(f"{refused}/record-interview", again, refused="match-settled")
        other = {**on(1, 9), "clientRef": client, "employerRef": employer}
        await mediator.record("matches", "propose", other)
        hired = await mediator.path("matches", employerRef=employer)
        await mediator.give(f"{hired}/record-interview", {**again, "feedback": NAME})
        await mediator.give(f"{hired}/record-interview", {**on(1, 11), "outcome": "hired"})
        terms = fixed(client, "employment", day(1, 12), day(12, 31), employerRef=employer)
        await mediator.record("placements", "start", {**terms, "workplace": CONTACT})
        started = await story.placement(FIRST)
        assert await story.site.is_on_record(US, started, "mediation.placement-started.v1")
    story.counts(FIRST, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
    await story.is_counted()


async def it_ends_early_while_the_bureau_is_away(story: Story) -> None:
    async with story.site.supervisor.down("bureau-reporting"):
        ended = {"endDate": day(1, 30), "reasonCode": "employer_ended"}
        first = await story.placement(FIRST)
        await story.mediator.give(f"{first}/end", ended)
        await story.mediator.give(f"{first}/end", ended, refused="placement-ended")
    early = ("excluded", "R3")
    story.counts(FIRST, story=early, realised=early, confirmed=early)
    await story.is_counted()


async def a_temp_job_becomes_employment(story: Story) -> None:
    client, employer = await story.client(PHONE), await story.employer()
    lent = {"employerRef": str(uuid4()), "hiringEmployerRef": employer}
    await story.mediator.record("placements", "start", fixed(client, "temp", day(2, 1), day(4, 30), **lent))
    story.counts(TEMP, story=("excluded", "R1"), realised=("excluded", "R1"), confirmed=("pending", "R3"))
    await story.is_counted()

    temp = await story.placement(TEMP)
    named = {"employerRef": employer, "convertedFrom": ref_of(temp)}
    await story.mediator.record("placements", "start", open_ended(client, "employment", day(2, 8), **named))
    ended = partial(story.site.is_on_record, US, temp, "mediation.placement-ended.v1")
    await eventually(partial(ended, endDate=day(2, 7), reasonCode="converted"))
    # Where the duration is that which was realised, both are one spell, which counts as the temp job.
    story.counts(JOB, story=COUNTED, realised=("excluded", "R4"), confirmed=("pending", "R3"))
    story.counts(TEMP, story=("excluded", "R9-conversion"), realised=("pending", "R3"), confirmed=("excluded", "R3"))  # fmt: skip
    await story.is_counted()


async def a_group_is_placed(story: Story) -> None:
    """Fifty in guidance, ten of them placed."""
    group, employer = await story.group(), await story.employer()
    for job in GROUP:
        client = await story.takes_on(job[0])
        terms = fixed(client, "employment", day(2, 1), day(12, 31), groupRef=group, employerRef=employer)
        await story.mediator.record("placements", "start", terms)
        story.counts(job, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
    await story.mediator.listed("placements", 10, groupRef=group)
    filled = partial(story.site.is_on_record, US, f"/places/{group}")
    await eventually(partial(filled, "employers.place-filled", placesFilled=10))
    await story.is_counted()


async def somebody_else_begins_a_firm(story: Story) -> None:
    adviser, began = story.adviser, {**on(1, 5), "supportSource": "knowledge_team", "firmName": FIRM}
    begin = f"/enterprises/{uuid4()}/start-track"  # on no list yet: a refusal leaves nothing under it
    unknown = {**began, "clientRef": str(uuid4())}
    await adviser.give(begin, unknown, refused="client-unknown")
    client = await story.takes_on(FOUNDER)
    await adviser.give(begin, {**began, "clientRef": client})
    track = await adviser.path("enterprises", clientRef=client)
    await adviser.give(f"{track}/record-microcredit", {**on(1, 20), "granted": True, "amountEuro": 5000})
    terms = open_ended(client, "self_employment", day(2, 1))
    person = {**terms, "employerRef": await story.employer()}
    await adviser.record("placements", "start", person, refused="employer-is-person")
    await adviser.record("placements", "start", terms)
    firm = await story.placement(OWN_FIRM)
    await adviser.give(f"{track}/start", {**on(2, 1), "placementRef": ref_of(firm), "firmName": FIRM})
    story.counts(OWN_FIRM, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
    await story.is_counted()


async def an_internship_begins(story: Story) -> None:
    client = await story.takes_on(TRAINEE)
    terms = fixed(client, "internship", day(1, 12), day(12, 31), benefitRetained=True)
    await story.mediator.record("placements", "start", terms)
    story.counts(INTERNSHIP, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
    await story.is_counted()


async def three_months_later(story: Story) -> None:
    await story.it_becomes(5, 10)
    site, job, agreement = story.site, await story.placement(JOB), await story.agreement()
    await story.is_reminded(JOB, (3, day(5, 7)))
    await story.is_reminded(INTERNSHIP, (3, day(4, 11)))
    assert await story.reminded(FIRST) == []
    expired = partial(site.is_on_record, US, agreement, "employers.agreement-expired.v1")
    await eventually(partial(expired, occurredOn=day(5, 1)))
    closed = partial(site.is_on_record, US, await story.vacancy(), "employers.vacancy-closed.v1")
    await eventually(partial(closed, occurredOn=day(4, 16), reasonCode="expired"))
    await story.relations.give(f"{agreement}/record-referral", on(5, 2), refused="agreement-expired")
    await story.relations.give(f"{agreement}/record-referral", on(4, 20))

    await story.mediator.give(f"{job}/pause", {**on(3, 1), "reason": HEALTH})
    await story.mediator.give(f"{job}/resume", on(3, 15))
    await story.is_counted()
    await an_end_is_taken_back(story)
    confirmed = {**on(5, 8), "method": "employer_confirmation"}
    await story.mediator.give(
        f"{job}/confirm-retention", {**confirmed, "months": 6}, refused="confirmed-too-early"
    )
    await story.mediator.give(f"{job}/confirm-retention", {**confirmed, "months": 3})
    await story.is_counted()


async def an_end_is_taken_back(story: Story) -> None:
    job, early = await story.placement(JOB), ("excluded", "R3")
    await story.mediator.give(f"{job}/end", {"endDate": day(4, 15), "reasonCode": "candidate_ended"})
    story.counts(JOB, story=early, realised=early, confirmed=early)
    story.counts(TEMP, story=("excluded", "R1"), realised=("excluded", "R1"))
    await story.is_counted()

    seen = len(await story.site.events(US, job))
    await story.adviser.give(f"{job}/log-aftercare", {**on(4, 20), "dueMonth": 3, "done": True})
    runs_on = partial(story.mediator.give, f"{job}/correct-end", {**on(5, 9), "reasonCode": "typing-error"})
    stale = await runs_on(seen=seen, refused="wrong-version")
    assert stale["changes"] == [{"version": seen + 1, "event": "aftercare-contact-logged"}]
    await runs_on(seen=seen + 1)
    story.counts(JOB, story=COUNTED, realised=("excluded", "R4"), confirmed=("pending", "R3"))
    story.counts(TEMP, story=("excluded", "R9-conversion"), realised=("pending", "R3"))
    await story.is_counted()


async def six_months_later(story: Story) -> None:
    await story.it_becomes(8, 10)
    await story.is_reminded(JOB, (3, day(5, 7)), (6, day(8, 7)))
    for job in (JOB, OWN_FIRM, INTERNSHIP, *GROUP):
        story.counts(job, realised=COUNTED)
    story.counts(TEMP, realised=("excluded", "R9-conversion"))
    await story.is_counted()

    six = {"months": 6, "method": "employer_confirmation"}
    await story.mediator.give(f"{await story.placement(JOB)}/confirm-retention", {**on(8, 9), **six})
    story.counts(JOB, confirmed=COUNTED)
    story.counts(TEMP, confirmed=("excluded", "R9-conversion"))
    await an_internship_becomes_a_job(story)
    internship = await story.placement(INTERNSHIP)
    await story.mediator.give(f"{internship}/confirm-retention", {**on(7, 15), **six})
    story.counts(INTERNSHIP, confirmed=COUNTED)
    story.counts(AFTER_INTERNSHIP, confirmed=("excluded", "R9-conversion"))
    closing = {**on(8, 1), "placed": 10, "precision": "exact"}
    await story.relations.give(f"/groups/{await story.group()}/close", closing)
    await story.is_counted()


async def an_internship_becomes_a_job(story: Story) -> None:
    """It had lasted six months by then, so it goes on to count, on its own route, and the job does not."""
    internship, client = await story.placement(INTERNSHIP), await story.client(TRAINEE)
    terms = open_ended(client, "employment", day(7, 20), convertedFrom=ref_of(internship))
    await story.mediator.record("placements", "start", terms)
    ended = partial(story.site.is_on_record, US, internship, "mediation.placement-ended.v1")
    await eventually(partial(ended, endDate=day(7, 19), reasonCode="converted"))
    again = ("excluded", "R9-conversion")
    story.counts(AFTER_INTERNSHIP, story=again, realised=again, confirmed=("pending", "R3"))
    await story.is_counted()


async def a_year_later(story: Story) -> None:
    await story.it_becomes(2, 10, 1)
    job = await story.placement(JOB)
    await story.is_reminded(JOB, (3, day(5, 7)), (6, day(8, 7)), (12, day(2, 7, 1)))
    twelve = {**on(2, 9, 1), "months": 12}
    await story.mediator.give(f"{job}/confirm-retention", {**twelve, "method": "register"})
    await story.mediator.give(f"{job}/deny-retention", twelve, refused="retention-confirmed")
    story.counts(AFTER_INTERNSHIP, realised=("excluded", "R9-conversion"))
    await story.is_counted()
    await an_end_is_corrected(story)
    await story.mediator.give(
        f"/clients/{await story.client(PHONE)}/close", {**on(2, 10, 1), "reasonCode": "placed"}
    )
    await story.is_counted()
    await the_targets_agree(story)


async def an_end_is_corrected(story: Story) -> None:
    """Of one of the group."""
    placed = await story.placement(GROUP[0])
    await story.mediator.give(f"{placed}/end", {"endDate": day(7, 13), "reasonCode": "completed"})
    early = ("excluded", "R3")
    story.counts(GROUP[0], story=early, realised=early, confirmed=early)
    await story.is_counted()
    right = {"endDate": day(12, 31), "endReason": "completed", "reasonCode": "typing-error"}
    seen = len(await story.site.events(US, placed))
    await story.mediator.give(f"{placed}/correct-end", {**on(2, 10, 1), **right}, seen=seen)
    story.counts(GROUP[0], story=COUNTED, realised=COUNTED, confirmed=("pending", "R3"))
    await story.is_counted()


async def the_targets_agree(story: Story) -> None:
    query = {"ruleSet": "story"}
    answer = await story.site.ask("bureau", Role.PROJECT_BUREAU, "GET", "/targets", params=query)
    counted = {
        (unit["id"], route): cell["counted"]
        for unit in answer.json()["units"]
        for route, cell in unit["routes"].items()
        if cell["counted"]
    }
    assert counted == {("chain", "A"): 12, ("chain", "B"): 1}
