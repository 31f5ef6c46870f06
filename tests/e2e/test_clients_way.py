"""A client's way through mediation, with the employer who has the places, over HTTP only: from an accepted handover to a job
that lasts a year. Time passes, and the bus, the bureau and the other partner are away for a while. After each step: what
reporting counts, under which clause.
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


def day(month: int, day: int, year: int = 0) -> str:
    return date(YEAR + year, month, day).isoformat()


def on(month: int, at: int, year: int = 0) -> dict[str, str]:
    return {"occurredOn": day(month, at, year)}


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
    employer: str = field(default_factory=lambda: str(uuid4()))
    group: str = field(default_factory=lambda: str(uuid4()))
    agreement: str = field(default_factory=lambda: f"/agreements/{uuid4()}")
    vacancy: str = field(default_factory=lambda: f"/vacancies/{uuid4()}")
    client: str = field(default_factory=lambda: str(uuid4()))
    first: str = field(default_factory=lambda: str(uuid4()))
    temp: str = field(default_factory=lambda: str(uuid4()))
    job: str = field(default_factory=lambda: str(uuid4()))
    """The client's placements, one after the other."""
    placed: str = field(default_factory=lambda: str(uuid4()))
    """Somebody of the group."""
    group_placements: list[str] = field(default_factory=list[str])
    internship: str = field(default_factory=lambda: str(uuid4()))
    after_internship: str = field(default_factory=lambda: str(uuid4()))
    trainee: str = field(default_factory=lambda: str(uuid4()))
    firm: str = field(default_factory=lambda: str(uuid4()))
    expected: dict[str, dict[str, Decided]] = field(
        default_factory=lambda: {rule_set: {} for rule_set in BASIS}
    )
    """By rule set, what reporting says of each placement."""

    async def mediator(self, path: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        return await self.site.give(US, Role.MEDIATOR, path, body, **more)

    async def relations(self, path: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        return await self.site.give(US, Role.EMPLOYER_RELATIONS, path, body, **more)

    async def takes_on(self, client: str) -> None:
        await self.mediator(f"/clients/{client}/take-on", {**on(1, 5), "origin": "walk_in", "name": NAME})

    async def it_becomes(self, month: int, at: int, year: int = 0) -> None:
        await self.calendar.turn_to(date(YEAR + year, month, at), self.site.programme, self.site.supervisor)

    def counts(self, placement: str, **by_rule_set: Decided) -> None:
        """From now on reporting must say this; under a rule set that is not named it says the same as before."""
        for rule_set, decided in by_rule_set.items():
            self.expected[rule_set][placement] = decided

    async def is_counted(self) -> None:
        """Everything arrived, nothing was set aside, and each rule set says what is expected of all placements."""
        await self.site.all_is_reported()
        for rule_set, expected in self.expected.items():
            query = {"ruleSet": rule_set, "limit": "200"}
            answer = await self.site.ask("bureau", Role.PROJECT_BUREAU, "GET", "/placements", params=query)
            said = {one["ref"]: (one["verdict"], one["clause"]) for one in answer.json()["placements"]}
            assert said == expected, rule_set

    async def reminded(self, placement: str) -> list[tuple[int, str]]:
        events = await self.site.events(US, f"/placements/{placement}")
        return [
            (one["data"]["months"], one["data"]["occurredOn"])
            for one in events
            if one["event"] == "mediation.milestone-due"
        ]

    async def is_reminded(self, placement: str, *milestones: tuple[int, str]) -> None:
        async def said() -> bool:
            return await self.reminded(placement) == list(milestones)

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
        site = Site(programme, supervisor, http, (NAME, FIRM, HEALTH, CONTACT))
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
    approach, us = f"/approaches/{uuid4()}", story.employer
    asked = {**on(1, 8), "employerRef": us, "channel": "job_fair", "level": "hr", "notes": CONTACT}
    await story.relations(f"{approach}/record", asked, refused="employer-unknown")
    registered = {"legalKind": "company", "sectorCode": "C", "name": "Voorbeeld BV", "contactName": CONTACT}
    await story.relations(f"/employers/{us}/register", {**on(1, 8), **registered})
    await story.relations(f"{approach}/record", asked)
    terms = {"partyKind": "employer", "partyRef": us, "routes": ["A", "B"], "placesPromised": 12}
    signed = {**on(1, 9), **terms, "validFrom": day(1, 9), "validTo": day(4, 30)}
    await story.relations(f"{story.agreement}/sign", signed)
    await story.relations(f"{story.agreement}/record-referral", on(1, 12))
    offered = {"employerRef": us, "places": 3, "kind": "temp", "openUntil": day(4, 15), "contact": CONTACT}
    await story.relations(f"{story.vacancy}/open", {**on(1, 12), **offered})
    planned = {"employerRef": us, "kind": "employment", "inGuidance": 50, "placesPlanned": 12}
    await story.relations(f"/groups/{story.group}/plan", {**on(1, 12), **planned})
    unmet = {"reasonCode": "no-candidates", "notes": CONTACT}
    await story.relations(f"{story.vacancy}/report-unmet-demand", {**on(2, 8), **unmet})
    await story.is_counted()


async def the_handover_is_accepted_while_the_other_partner_is_away(story: Story) -> None:
    site, candidate, handover = story.site, str(uuid4()), f"/handovers/{uuid4()}"
    worker = partial(site.give, VWN, Role.INTAKE_WORKER)
    consents = [{"scope": "handover", "toPartner": US}]
    registered = {**on(1, 4), "educationBand": "mid", "name": NAME, "consents": consents}
    await worker(f"/candidates/{candidate}/register", registered)
    await worker(f"/candidates/{candidate}/assess-distance", {**on(1, 4), "distancePhase": 2})
    await worker(f"/candidates/{candidate}/complete-intake", {**on(1, 4), "methodVersion": "star-1"})
    ready = {**on(1, 5), "availableFrom": day(1, 5)[:7], "professionGroup": "52"}
    await worker(f"/candidates/{candidate}/declare-ready", ready)
    offer = {"candidateRef": candidate, "toPartner": US, "expiresOn": day(3, 1)}
    await worker(f"{handover}/offer", {**on(1, 6), **offer})
    await eventually(partial(site.is_on_record, US, handover, "mediation.handover-received"))

    async with site.supervisor.down("vluchtelingenwerk-intake"):
        came = {"origin": "handover", "originRef": handover.rsplit("/", 1)[1], "name": NAME}
        await story.mediator(f"/clients/{story.client}/take-on", {**on(1, 7), **came})
        await story.mediator(f"{handover}/accept", {**on(1, 7), "clientRef": story.client})
        assert await site.is_on_record(US, handover, "mediation.handover-accepted.v1")
    completed = partial(site.is_on_record, VWN, handover, "intake.handover-completed.v1", toPartner=US)
    await eventually(completed)
    await eventually(partial(site.is_on_record, US, handover, "mediation.handover-settled", outcome=None))
    await story.is_counted()


async def two_matches_and_a_placement_while_the_bus_is_away(story: Story) -> None:
    refused, hired = f"/matches/{uuid4()}", f"/matches/{uuid4()}"
    async with story.site.supervisor.down("nats"):
        proposed = {"clientRef": story.client, "vacancyRef": story.vacancy.rsplit("/", 1)[1]}
        await story.mediator(f"{refused}/propose", {**on(1, 8), **proposed, "letter": NAME})
        await story.mediator(f"{refused}/record-interview", {**on(1, 9), "outcome": "rejected"})
        again = {**on(1, 10), "outcome": "another_interview"}
        await story.mediator(f"{refused}/record-interview", again, refused="match-settled")
        other = {"clientRef": story.client, "employerRef": story.employer}
        await story.mediator(f"{hired}/propose", {**on(1, 9), **other})
        await story.mediator(f"{hired}/record-interview", {**again, "feedback": NAME})
        await story.mediator(f"{hired}/record-interview", {**on(1, 11), "outcome": "hired"})
        terms = fixed(story.client, "employment", day(1, 12), day(12, 31), employerRef=story.employer)
        started = f"/placements/{story.first}"
        await story.mediator(f"{started}/start", {**terms, "workplace": CONTACT})
        assert await story.site.is_on_record(US, started, "mediation.placement-started.v1")
    story.counts(story.first, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
    await story.is_counted()


async def it_ends_early_while_the_bureau_is_away(story: Story) -> None:
    async with story.site.supervisor.down("bureau-reporting"):
        ended = {"endDate": day(1, 30), "reasonCode": "employer_ended"}
        await story.mediator(f"/placements/{story.first}/end", ended)
        await story.mediator(f"/placements/{story.first}/end", ended, refused="placement-ended")
    early = ("excluded", "R3")
    story.counts(story.first, story=early, realised=early, confirmed=early)
    await story.is_counted()


async def a_temp_job_becomes_employment(story: Story) -> None:
    temp = story.temp
    lent = {"employerRef": str(uuid4()), "hiringEmployerRef": story.employer}
    terms = fixed(story.client, "temp", day(2, 1), day(4, 30), **lent)
    await story.mediator(f"/placements/{temp}/start", terms)
    story.counts(temp, story=("excluded", "R1"), realised=("excluded", "R1"), confirmed=("pending", "R3"))
    await story.is_counted()

    terms = open_ended(story.client, "employment", day(2, 8), employerRef=story.employer, convertedFrom=temp)
    await story.mediator(f"/placements/{story.job}/start", terms)
    ended = partial(story.site.is_on_record, US, f"/placements/{temp}", "mediation.placement-ended.v1")
    await eventually(partial(ended, endDate=day(2, 7), reasonCode="converted"))
    # Where the duration is that which was realised, both are one spell, which counts as the temp job.
    story.counts(story.job, story=COUNTED, realised=("excluded", "R4"), confirmed=("pending", "R3"))
    story.counts(temp, story=("excluded", "R9-conversion"), realised=("pending", "R3"), confirmed=("excluded", "R3"))  # fmt: skip
    await story.is_counted()


async def a_group_is_placed(story: Story) -> None:
    """Fifty in guidance, ten of them placed."""
    for placement in (story.placed, *(str(uuid4()) for _ in range(9))):
        client = str(uuid4())
        await story.takes_on(client)
        terms = fixed(client, "employment", day(2, 1), day(12, 31), groupRef=story.group)
        await story.mediator(f"/placements/{placement}/start", {**terms, "employerRef": story.employer})
        story.counts(placement, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
        story.group_placements.append(placement)
    filled = partial(story.site.is_on_record, US, f"/places/{story.group}")
    await eventually(partial(filled, "employers.place-filled", placesFilled=10))
    await story.is_counted()


async def somebody_else_begins_a_firm(story: Story) -> None:
    client, firm, track = str(uuid4()), story.firm, f"/enterprises/{uuid4()}"
    give = partial(story.site.give, US, Role.ADVISER)
    began = {**on(1, 5), "clientRef": client, "supportSource": "knowledge_team", "firmName": FIRM}
    await give(f"{track}/start-track", began, refused="client-unknown")
    await story.takes_on(client)
    await give(f"{track}/start-track", began)
    await give(f"{track}/record-microcredit", {**on(1, 20), "granted": True, "amountEuro": 5000})
    terms = open_ended(client, "self_employment", day(2, 1))
    person = {**terms, "employerRef": story.employer}
    await give(f"/placements/{firm}/start", person, refused="employer-is-person")
    await give(f"/placements/{firm}/start", terms)
    await give(f"{track}/start", {**on(2, 1), "placementRef": firm, "firmName": FIRM})
    story.counts(firm, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
    await story.is_counted()


async def an_internship_begins(story: Story) -> None:
    await story.takes_on(story.trainee)
    terms = fixed(story.trainee, "internship", day(1, 12), day(12, 31), benefitRetained=True)
    await story.mediator(f"/placements/{story.internship}/start", terms)
    story.counts(story.internship, story=COUNTED, realised=("pending", "R3"), confirmed=("pending", "R3"))
    await story.is_counted()


async def three_months_later(story: Story) -> None:
    site, job = story.site, f"/placements/{story.job}"
    await story.it_becomes(5, 10)
    await story.is_reminded(story.job, (3, day(5, 7)))
    await story.is_reminded(story.internship, (3, day(4, 11)))
    assert await story.reminded(story.first) == []
    expired = partial(site.is_on_record, US, story.agreement, "employers.agreement-expired.v1")
    await eventually(partial(expired, occurredOn=day(5, 1)))
    closed = partial(site.is_on_record, US, story.vacancy, "employers.vacancy-closed.v1")
    await eventually(partial(closed, occurredOn=day(4, 16), reasonCode="expired"))
    await story.relations(f"{story.agreement}/record-referral", on(5, 2), refused="agreement-expired")
    await story.relations(f"{story.agreement}/record-referral", on(4, 20))

    await story.mediator(f"{job}/pause", {**on(3, 1), "reason": HEALTH})
    await story.mediator(f"{job}/resume", on(3, 15))
    await story.is_counted()
    await an_end_is_taken_back(story)
    confirmed = {**on(5, 8), "method": "employer_confirmation"}
    await story.mediator(
        f"{job}/confirm-retention", {**confirmed, "months": 6}, refused="confirmed-too-early"
    )
    await story.mediator(f"{job}/confirm-retention", {**confirmed, "months": 3})
    await story.is_counted()


async def an_end_is_taken_back(story: Story) -> None:
    job, early = f"/placements/{story.job}", ("excluded", "R3")
    await story.mediator(f"{job}/end", {"endDate": day(4, 15), "reasonCode": "candidate_ended"})
    story.counts(story.job, story=early, realised=early, confirmed=early)
    story.counts(story.temp, story=("excluded", "R1"), realised=("excluded", "R1"))
    await story.is_counted()

    seen = len(await story.site.events(US, job))
    await story.site.give(
        US, Role.ADVISER, f"{job}/log-aftercare", {**on(4, 20), "dueMonth": 3, "done": True}
    )
    runs_on = partial(story.mediator, f"{job}/correct-end", {**on(5, 9), "reasonCode": "typing-error"})
    stale = await runs_on(seen=seen, refused="wrong-version")
    assert stale["changes"] == [{"version": seen + 1, "event": "aftercare-contact-logged"}]
    await runs_on(seen=seen + 1)
    story.counts(story.job, story=COUNTED, realised=("excluded", "R4"), confirmed=("pending", "R3"))
    story.counts(story.temp, story=("excluded", "R9-conversion"), realised=("pending", "R3"))
    await story.is_counted()


async def six_months_later(story: Story) -> None:
    await story.it_becomes(8, 10)
    await story.is_reminded(story.job, (3, day(5, 7)), (6, day(8, 7)))
    for placement in (story.job, story.firm, story.internship, *story.group_placements):
        story.counts(placement, realised=COUNTED)
    story.counts(story.temp, realised=("excluded", "R9-conversion"))
    await story.is_counted()

    six = {"months": 6, "method": "employer_confirmation"}
    await story.mediator(f"/placements/{story.job}/confirm-retention", {**on(8, 9), **six})
    story.counts(story.job, confirmed=COUNTED)
    story.counts(story.temp, confirmed=("excluded", "R9-conversion"))
    await an_internship_becomes_a_job(story)
    await story.mediator(f"/placements/{story.internship}/confirm-retention", {**on(7, 15), **six})
    story.counts(story.internship, confirmed=COUNTED)
    story.counts(story.after_internship, confirmed=("excluded", "R9-conversion"))
    closing = {**on(8, 1), "placed": 10, "precision": "exact"}
    await story.relations(f"/groups/{story.group}/close", closing)
    await story.is_counted()


async def an_internship_becomes_a_job(story: Story) -> None:
    """It had lasted six months by then, so it goes on to count, on its own route, and the job does not."""
    terms = open_ended(story.trainee, "employment", day(7, 20), convertedFrom=story.internship)
    await story.mediator(f"/placements/{story.after_internship}/start", terms)
    ended = partial(
        story.site.is_on_record, US, f"/placements/{story.internship}", "mediation.placement-ended.v1"
    )
    await eventually(partial(ended, endDate=day(7, 19), reasonCode="converted"))
    again = ("excluded", "R9-conversion")
    story.counts(story.after_internship, story=again, realised=again, confirmed=("pending", "R3"))
    await story.is_counted()


async def a_year_later(story: Story) -> None:
    job, placed = f"/placements/{story.job}", f"/placements/{story.placed}"
    await story.it_becomes(2, 10, 1)
    await story.is_reminded(story.job, (3, day(5, 7)), (6, day(8, 7)), (12, day(2, 7, 1)))
    twelve = {**on(2, 9, 1), "months": 12}
    await story.mediator(f"{job}/confirm-retention", {**twelve, "method": "register"})
    await story.mediator(f"{job}/deny-retention", twelve, refused="retention-confirmed")
    story.counts(story.after_internship, realised=("excluded", "R9-conversion"))
    await story.is_counted()
    await an_end_is_corrected(story, placed)
    await story.mediator(f"/clients/{story.client}/close", {**on(2, 10, 1), "reasonCode": "placed"})
    await story.is_counted()
    await the_targets_agree(story)


async def an_end_is_corrected(story: Story, placed: str) -> None:
    await story.mediator(f"{placed}/end", {"endDate": day(7, 13), "reasonCode": "completed"})
    early = ("excluded", "R3")
    story.counts(story.placed, story=early, realised=early, confirmed=early)
    await story.is_counted()
    right = {"endDate": day(12, 31), "endReason": "completed", "reasonCode": "typing-error"}
    seen = len(await story.site.events(US, placed))
    await story.mediator(f"{placed}/correct-end", {**on(2, 10, 1), **right}, seen=seen)
    story.counts(story.placed, story=COUNTED, realised=COUNTED, confirmed=("pending", "R3"))
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
