"""An employer's way through the programme, over HTTP only: approached, agreed with, with a vacancy and a group whose places
are filled by placements. Each step finds what was recorded before by lists, search and files. After that, what its users
see: the records, and reporting.
"""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from banen_contracts.roles import Role
from support.desk import Desk, ref_of
from support.site import Site
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

US = "emplooi"
CONTACT, NOTES, FIRM = "Sanne Voorbeeld", "Belt liever niet.", "Naaiatelier Voorbeeld"
PHONES = [f"061230000{number}" for number in range(6)]
"""Of each client, since one name is like another."""
TERMS: dict[str, Any] = {
    "kind": "employment", "contract": "fixed", "startDate": "2026-03-02", "plannedEndDate": "2027-02-28", "paid": True,
    "programmeTag": "programme", "primaryPartner": US,
}  # fmt: skip


def on(month: int, day: int) -> dict[str, str]:
    return {"occurredOn": date(2026, month, day).isoformat()}


async def test_an_employers_way(running: Site):
    site = replace(running, personal=(CONTACT, NOTES, *PHONES))
    await is_approached(site)
    await signs_renews_and_ends(site)
    await has_a_vacancy(site)
    await site.all_is_reported()
    await has_a_group_that_placements_fill(site)
    await is_renamed_and_closed(site)
    await site.all_is_reported()


def desks(site: Site) -> tuple[Desk, Desk]:
    return Desk(site, US, Role.EMPLOYER_RELATIONS), Desk(site, US, Role.MEDIATOR)


async def found(site: Site) -> str:
    """The path of the employer's file, for somebody who knows its name."""
    return await Desk(site, US, Role.EMPLOYER_RELATIONS).path("employers", q=FIRM)


async def is_approached(site: Site) -> None:
    relations, _ = desks(site)
    # No list has an employer before it is registered, and what is refused leaves nothing under either reference.
    employer, approach = f"/employers/{uuid4()}", f"/approaches/{uuid4()}"
    asked = {"employerRef": ref_of(employer), "channel": "ambassador", "level": "board", "notes": NOTES}
    await relations.give(f"{approach}/record", {**on(1, 10), **asked}, refused="employer-unknown")
    registered = {"legalKind": "company", "sectorCode": "C", "name": FIRM, "contactName": CONTACT}
    await relations.give(f"{employer}/register", {**on(1, 9), **registered})
    await relations.give(f"{approach}/record", {**on(1, 10), **asked})

    file = await relations.file(await found(site))
    (approached,) = [one["ref"] for one in file["related"] if one["kind"] == "approach"]
    assert await site.names(US, f"/approaches/{approached}") == ["employers.employer-approached.v1"]
    await relations.give(f"{await found(site)}/join-platform", on(1, 12))


async def signs_renews_and_ends(site: Site) -> None:
    relations, _ = desks(site)
    give, employer = relations.give, ref_of(await found(site))
    terms = {"routes": ["A"], "validFrom": "2026-01-15", "validTo": "2026-03-31"}
    unsigned = f"/agreements/{uuid4()}"  # on no list yet: a refusal leaves nothing under it
    await give(f"{unsigned}/record-referral", on(2, 1), refused="agreement-unknown")
    party = {"partyKind": "employer", "partyRef": employer}
    await give(f"{unsigned}/sign", {**on(1, 15), **terms, **party, "placesPromised": 5})
    agreement = await relations.path("agreements", partyRef=employer)
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


async def has_a_vacancy(site: Site) -> None:
    relations, _ = desks(site)
    give, employer = relations.give, ref_of(await found(site))
    offered = {"employerRef": employer, "places": 2, "kind": "employment", "text": NOTES, "contact": CONTACT}
    await relations.record("vacancies", "open", {**on(2, 1), **offered})
    vacancy = await relations.path("vacancies", employerRef=employer, state="open")
    await is_named_by_mediation(site, ref_of(vacancy))
    await give(f"{vacancy}/report-unmet-demand", {**on(3, 1), "reasonCode": "no-candidates", "notes": NOTES})
    closing = {**on(3, 10), "reasonCode": "withdrawn", "placesFilled": 3}
    await give(f"{vacancy}/close", closing, refused="places-exceeded")
    await give(f"{vacancy}/close", {**closing, "placesFilled": 1})
    closed = await relations.find("vacancies", employerRef=employer, state="closed")
    await mediation_knows(site, closed["ref"], "closed")
    await proposes(site, PHONES[2], "2026-03-10", closed["ref"], refused="vacancy-closed")
    assert await site.names(US, vacancy) == [
        "employers.vacancy-opened.v1", "employers.unmet-demand-reported.v1", "employers.vacancy-closed.v1",
    ]  # fmt: skip


async def mediation_knows(site: Site, ref: str, state: str) -> None:
    known = partial(site.is_on_record, US, f"/references/{ref}", "mediation.reference-noted", state=state)
    await eventually(known)


async def takes_on(site: Site, phone: str, day: dict[str, str]) -> str:
    """Somebody new, of whom the telephone number is known."""
    _, mediator = desks(site)
    person = {**day, "origin": "walk_in", "name": CONTACT, "phone": phone}
    await mediator.record("clients", "take-on", person)
    return (await mediator.find("clients", q=phone))["ref"]


async def proposes(
    site: Site, phone: str, day: str, vacancy: str, refused: str | None = None
) -> dict[str, Any]:
    """A new client, to a vacancy."""
    _, mediator = desks(site)
    client = await takes_on(site, phone, on(1, 12))
    match = {"occurredOn": day, "clientRef": client, "vacancyRef": vacancy}
    return await mediator.record("matches", "propose", match, refused=refused)


async def is_named_by_mediation(site: Site, vacancy: str) -> None:
    """Also before it is known there; the answer and the record say so. A placement fills a place."""
    _, mediator = desks(site)
    await mediation_knows(site, vacancy, "open")
    assert (await proposes(site, PHONES[0], "2026-02-02", vacancy))["notYetKnown"] == []
    unknown = await proposes(site, PHONES[1], "2026-02-02", str(uuid4()))
    assert unknown["notYetKnown"] == ["vacancyRef"]
    client = await takes_on(site, PHONES[3], on(2, 1))
    named = {"clientRef": client, "vacancyRef": vacancy, "employerRef": str(uuid4())}
    started = await mediator.record("placements", "start", {**TERMS, **named})
    assert started["notYetKnown"] == ["employerRef"]
    placement = await mediator.path("placements", vacancyRef=vacancy)
    assert [one["notYetKnown"] for one in await site.events(US, placement)] == [["employerRef"]]
    filled = partial(site.is_on_record, US, f"/places/{vacancy}", "employers.place-filled", placesFilled=1)
    await eventually(filled)


async def has_a_group_that_placements_fill(site: Site) -> None:
    relations, mediator = desks(site)
    employer = ref_of(await found(site))
    planned = {"employerRef": employer, "kind": "employment", "placesPlanned": 4}
    await relations.record("groups", "plan", {**on(2, 1), **planned})
    group = (await relations.find("groups", employerRef=employer))["ref"]
    await relations.give(f"/groups/{group}/update", {**on(2, 15), "inGuidance": 6, "placesPlanned": 5})
    client = await takes_on(site, PHONES[4], on(2, 1))
    for _ in range(2):
        await mediator.record("placements", "start", {**TERMS, "clientRef": client, "groupRef": group})

    filled = partial(site.is_on_record, US, f"/places/{group}")
    await eventually(partial(filled, "employers.place-filled", placesFilled=2))
    first, _ = await mediator.listed("placements", 2, groupRef=group)
    never = {**on(3, 3), "reasonCode": "never-was"}
    await mediator.give(f"/placements/{first['ref']}/void", never, seen=1)
    await eventually(partial(filled, "employers.place-freed", placesFilled=1))
    elsewhere = {**TERMS, **on(3, 4), "clientRef": client, "reasonCode": "typing-error"}
    second = await mediator.path("placements", groupRef=group, state="running")
    await mediator.give(f"{second}/correct", elsewhere, seen=1)
    await eventually(partial(filled, "employers.place-freed", placesFilled=0))
    await relations.give(f"/groups/{group}/close", {**on(3, 31), "precision": "exact", "placed": 0})


async def is_renamed_and_closed(site: Site) -> None:
    relations, mediator = desks(site)
    give, record = relations.give, await found(site)
    employer = ref_of(record)
    name = f"Ander {FIRM}"
    await give(f"{record}/rename", {**on(6, 1), "reasonCode": "merged", "name": name, "publishName": True})
    assert await site.is_on_record(US, record, "employers.employer-renamed.v1", name=name)
    offered = {"employerRef": employer, "places": 1, "kind": "employment"}
    await relations.record("vacancies", "open", {**on(6, 1), **offered})
    vacancy = await relations.path("vacancies", employerRef=employer, state="open")
    await give(f"{record}/close", {**on(7, 1), "reasonCode": "moved-abroad"})
    closed = {"reasonCode": "withdrawn", "occurredOn": "2026-07-01"}
    await eventually(partial(site.is_on_record, US, vacancy, "employers.vacancy-closed.v1", **closed))
    await mediation_knows(site, employer, "closed")
    client = await takes_on(site, PHONES[5], on(2, 1))
    placed = {**TERMS, "clientRef": client, "employerRef": employer}
    await mediator.record("placements", "start", placed)
    after = {**placed, "startDate": "2026-07-01"}
    await mediator.record("placements", "start", after, refused="employer-closed")
    late = {**on(7, 1), "employerRef": employer, "kind": "employment"}
    await relations.record("groups", "plan", late, refused="employer-closed")
    await give(f"{record}/join-platform", on(7, 2), refused="employer-closed")
    await give(f"{record}/reopen", {**on(9, 1), "reasonCode": "returned"})
    await give(f"{record}/leave-platform", on(9, 2))
    assert (await site.names(US, record))[-2:] == [
        "employers.employer-reopened.v1", "employers.platform-membership-changed.v1",
    ]  # fmt: skip
