"""An employer's way through the programme, over HTTP only: approached, agreed with, with a vacancy and a group whose places
are filled by placements. After that, what its users see: the records, and reporting.
"""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from banen_contracts.roles import Role
from support.site import Site
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

US = "emplooi"
CONTACT, NOTES = "Sanne Voorbeeld", "Belt liever niet."
TERMS: dict[str, Any] = {
    "kind": "employment", "contract": "fixed", "startDate": "2026-03-02", "plannedEndDate": "2027-02-28", "paid": True,
    "programmeTag": "programme", "primaryPartner": US,
}  # fmt: skip


def on(month: int, day: int) -> dict[str, str]:
    return {"occurredOn": date(2026, month, day).isoformat()}


async def test_an_employers_way(running: Site):
    site = replace(running, personal=(CONTACT, NOTES))
    employer = str(uuid4())
    await is_approached(site, employer)
    await signs_renews_and_ends(site, employer)
    await has_a_vacancy(site, employer)
    await site.all_is_reported()
    await has_a_group_that_placements_fill(site, employer)
    await is_renamed_and_closed(site, employer)
    await site.all_is_reported()


async def is_approached(site: Site, employer: str) -> None:
    give = partial(site.give, US, Role.EMPLOYER_RELATIONS)
    asked = {**on(1, 10), "employerRef": employer, "channel": "ambassador", "level": "board", "notes": NOTES}
    approach = f"/approaches/{uuid4()}"
    await give(f"{approach}/record", asked, refused="employer-unknown")
    registered = {"legalKind": "company", "sectorCode": "C", "name": "Voorbeeld BV", "contactName": CONTACT}
    await give(f"/employers/{employer}/register", {**on(1, 9), **registered})
    await give(f"{approach}/record", asked)
    assert await site.names(US, approach) == ["employers.employer-approached.v1"]
    await give(f"/employers/{employer}/join-platform", on(1, 12))


async def signs_renews_and_ends(site: Site, employer: str) -> None:
    give = partial(site.give, US, Role.EMPLOYER_RELATIONS)
    agreement = f"/agreements/{uuid4()}"
    terms = {"routes": ["A"], "validFrom": "2026-01-15", "validTo": "2026-03-31"}
    await give(f"{agreement}/record-referral", on(2, 1), refused="agreement-unknown")
    party = {"partyKind": "employer", "partyRef": employer}
    await give(f"{agreement}/sign", {**on(1, 15), **terms, **party, "placesPromised": 5})
    await give(f"{agreement}/record-referral", on(2, 1))
    await give(f"{agreement}/record-referral", on(4, 1), refused="agreement-expired")
    await give(f"{agreement}/renew", {**on(4, 1), "validTo": "2026-06-30"})
    await give(f"{agreement}/record-referral", on(4, 1))
    assert await site.is_on_record(US, agreement, "employers.referral-received.v1", number=2)
    amended = {**on(5, 1), **terms, "validTo": None, "reasonCode": "fewer-places"}
    await give(f"{agreement}/amend", amended, seen=1, refused="wrong-version")
    await give(f"{agreement}/amend", amended, seen=4)
    await give(f"{agreement}/end", {**on(6, 1), "reasonCode": "bankruptcy"})
    await give(f"{agreement}/renew", {**on(6, 2), "validTo": "2026-12-31"}, refused="agreement-ended")


async def has_a_vacancy(site: Site, employer: str) -> None:
    give = partial(site.give, US, Role.EMPLOYER_RELATIONS)
    vacancy = f"/vacancies/{uuid4()}"
    offered = {"employerRef": employer, "places": 2, "kind": "employment", "text": NOTES, "contact": CONTACT}
    await give(f"{vacancy}/open", {**on(2, 1), **offered})
    await is_named_by_mediation(site, vacancy.rsplit("/", 1)[1])
    await give(f"{vacancy}/report-unmet-demand", {**on(3, 1), "reasonCode": "no-candidates", "notes": NOTES})
    closing = {**on(3, 10), "reasonCode": "withdrawn", "placesFilled": 3}
    await give(f"{vacancy}/close", closing, refused="places-exceeded")
    await give(f"{vacancy}/close", {**closing, "placesFilled": 1})
    await mediation_knows(site, vacancy.rsplit("/", 1)[1], "closed")
    await proposes(site, "2026-03-10", vacancy.rsplit("/", 1)[1], refused="vacancy-closed")
    assert await site.names(US, vacancy) == [
        "employers.vacancy-opened.v1", "employers.unmet-demand-reported.v1", "employers.vacancy-closed.v1",
    ]  # fmt: skip


async def mediation_knows(site: Site, ref: str, state: str) -> None:
    known = partial(site.is_on_record, US, f"/references/{ref}", "mediation.reference-noted", state=state)
    await eventually(known)


async def proposes(site: Site, day: str, vacancy: str, refused: str | None = None) -> dict[str, Any]:
    """A new client, to a vacancy."""
    give, client = partial(site.give, US, Role.MEDIATOR), str(uuid4())
    await give(f"/clients/{client}/take-on", {**on(1, 12), "origin": "walk_in", "name": CONTACT})
    match = {"occurredOn": day, "clientRef": client, "vacancyRef": vacancy}
    return await give(f"/matches/{uuid4()}/propose", match, refused=refused)


async def is_named_by_mediation(site: Site, vacancy: str) -> None:
    """Also before it is known there; the answer and the record say so. A placement fills a place."""
    give, placement = partial(site.give, US, Role.MEDIATOR), f"/placements/{uuid4()}"
    await mediation_knows(site, vacancy, "open")
    assert (await proposes(site, "2026-02-02", vacancy))["notYetKnown"] == []
    assert (await proposes(site, "2026-02-02", str(uuid4())))["notYetKnown"] == ["vacancyRef"]
    client = str(uuid4())
    await give(f"/clients/{client}/take-on", {**on(2, 1), "origin": "walk_in", "name": CONTACT})
    named = {"clientRef": client, "vacancyRef": vacancy, "employerRef": str(uuid4())}
    started = await give(f"{placement}/start", {**TERMS, **named})
    assert started["notYetKnown"] == ["employerRef"]
    assert [one["notYetKnown"] for one in await site.events(US, placement)] == [["employerRef"]]
    filled = partial(site.is_on_record, US, f"/places/{vacancy}", "employers.place-filled", placesFilled=1)
    await eventually(filled)


async def has_a_group_that_placements_fill(site: Site, employer: str) -> None:
    give = partial(site.give, US, Role.EMPLOYER_RELATIONS)
    group, client = str(uuid4()), str(uuid4())
    planned = {"employerRef": employer, "kind": "employment", "placesPlanned": 4}
    await give(f"/groups/{group}/plan", {**on(2, 1), **planned})
    await give(f"/groups/{group}/update", {**on(2, 15), "inGuidance": 6, "placesPlanned": 5})
    mediator = partial(site.give, US, Role.MEDIATOR)
    await mediator(f"/clients/{client}/take-on", {**on(2, 1), "origin": "walk_in", "name": CONTACT})
    first, second = (f"/placements/{uuid4()}" for _ in range(2))
    for placement in (first, second):
        await mediator(f"{placement}/start", {**TERMS, "clientRef": client, "groupRef": group})

    filled = partial(site.is_on_record, US, f"/places/{group}")
    await eventually(partial(filled, "employers.place-filled", placesFilled=2))
    await mediator(f"{first}/void", {**on(3, 3), "reasonCode": "never-was"}, seen=1)
    await eventually(partial(filled, "employers.place-freed", placesFilled=1))
    elsewhere = {**TERMS, **on(3, 4), "clientRef": client, "reasonCode": "typing-error"}
    await mediator(f"{second}/correct", elsewhere, seen=1)
    await eventually(partial(filled, "employers.place-freed", placesFilled=0))
    await give(f"/groups/{group}/close", {**on(3, 31), "precision": "exact", "placed": 0})


async def is_renamed_and_closed(site: Site, employer: str) -> None:
    give = partial(site.give, US, Role.EMPLOYER_RELATIONS)
    record = f"/employers/{employer}"
    name = "Ander Voorbeeld BV"
    await give(f"{record}/rename", {**on(6, 1), "reasonCode": "merged", "name": name, "publishName": True})
    assert await site.is_on_record(US, record, "employers.employer-renamed.v1", name=name)
    vacancy = f"/vacancies/{uuid4()}"
    await give(f"{vacancy}/open", {**on(6, 1), "employerRef": employer, "places": 1, "kind": "employment"})
    await give(f"{record}/close", {**on(7, 1), "reasonCode": "moved-abroad"})
    closed = {"reasonCode": "withdrawn", "occurredOn": "2026-07-01"}
    await eventually(partial(site.is_on_record, US, vacancy, "employers.vacancy-closed.v1", **closed))
    await mediation_knows(site, employer, "closed")
    mediator, client = partial(site.give, US, Role.MEDIATOR), str(uuid4())
    await mediator(f"/clients/{client}/take-on", {**on(2, 1), "origin": "walk_in", "name": CONTACT})
    placed = {**TERMS, "clientRef": client, "employerRef": employer}
    await mediator(f"/placements/{uuid4()}/start", placed)
    after = {**placed, "startDate": "2026-07-01"}
    await mediator(f"/placements/{uuid4()}/start", after, refused="employer-closed")
    late = {**on(7, 1), "employerRef": employer, "kind": "employment"}
    await give(f"/groups/{uuid4()}/plan", late, refused="employer-closed")
    await give(f"{record}/join-platform", on(7, 2), refused="employer-closed")
    await give(f"{record}/reopen", {**on(9, 1), "reasonCode": "returned"})
    await give(f"{record}/leave-platform", on(9, 2))
    assert (await site.names(US, record))[-2:] == [
        "employers.employer-reopened.v1", "employers.platform-membership-changed.v1",
    ]  # fmt: skip
