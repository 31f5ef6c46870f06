"""Staff find what they work on by lists, search and files: nobody keeps a reference from one step to the next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from banen_contracts.roles import Role
from support.desk import Desk
from support.site import Site
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

VWN, US = "vluchtelingenwerk", "emplooi"
NAME, TYPED, PHONE, FIRM = (
    "Zaynab Duizendschoon",
    "Zainab Duizendschon",
    "0612340099",
    "Duizendschoon Bouw BV",
)
EXPIRES = (datetime.now(UTC).date() + timedelta(days=60)).isoformat()


def on(month: int, day: int) -> dict[str, str]:
    return {"occurredOn": date(2026, month, day).isoformat()}


async def test_a_person_is_followed_from_a_meeting_to_an_erasure_by_lists_alone(running: Site):
    site = replace(running, personal=(NAME, TYPED, PHONE))
    await is_met_and_registered(site)
    await is_handed_over(site)
    await has_an_employer_with_an_agreement_and_a_group(site)
    await is_placed_at_an_employer_that_was_looked_up(site)
    await is_followed_up(site)
    await is_erased_everywhere(site)


async def is_met_and_registered(site: Site) -> None:
    coach, worker = Desk(site, VWN, Role.COACH), Desk(site, VWN, Role.INTAKE_WORKER)
    met = {**on(1, 10), "channel": "other", "kind": "conversation", "name": NAME, "phone": PHONE}
    await coach.record("contacts", "record", met)
    assert (await coach.find("contacts", q=TYPED))["phone"] == PHONE
    contact = await worker.find("contacts", q="duizendschoon zaynab")
    person = {
        **on(1, 20), "contactRef": contact["ref"], "educationBand": "mid", "name": contact["name"], "phone": PHONE,
        "consents": [{"scope": "handover", "toPartner": US}],
    }  # fmt: skip
    await worker.record("candidates", "register", person)
    candidate = await worker.find("candidates", q=PHONE)
    assert (candidate["name"], candidate["state"]) == (NAME, "registered")

    again = {**on(1, 21), "educationBand": "mid", "name": TYPED, "phone": PHONE}
    double = await worker.record("candidates", "register", again, refused="likely-double")
    assert double["references"] == [candidate["ref"]]
    await worker.go_on(candidate, "candidates", "complete-intake", **on(1, 30), methodVersion="star-1")
    await worker.find("candidates", q=NAME, state="intake_done")


async def is_handed_over(site: Site) -> None:
    worker, mediator = Desk(site, VWN, Role.INTAKE_WORKER), Desk(site, US, Role.MEDIATOR)
    candidate = await worker.find("candidates", q=NAME)
    offer = {**on(2, 1), "candidateRef": candidate["ref"], "toPartner": US, "expiresOn": EXPIRES}
    await worker.record("handovers", "offer", offer)
    await worker.find("candidates", q=NAME, state="handover_pending")
    handover = await worker.find("handovers", candidateRef=candidate["ref"])

    async def is_due() -> bool:
        due = await worker.rows("due", timer="handover-expiry")
        return handover["ref"] in [one["ref"] for one in due if one["dueOn"] > EXPIRES]

    await eventually(is_due)

    received = await mediator.find("handovers", candidateRef=candidate["ref"])
    assert (received["state"], received["fromPartner"], received["expiresOn"]) == ("open", VWN, EXPIRES)
    person = {**on(2, 3), "origin": "handover", "originRef": received["ref"], "name": NAME, "phone": PHONE}
    await mediator.record("clients", "take-on", person)
    client = await mediator.find("clients", originRef=received["ref"])
    walked_in = {**on(2, 3), "origin": "walk_in", "name": TYPED, "phone": PHONE}
    double = await mediator.record("clients", "take-on", walked_in, refused="likely-double")
    assert double["references"] == [client["ref"]]
    await mediator.go_on(received, "handovers", "accept", **on(2, 4), clientRef=client["ref"])
    await worker.find("candidates", q=NAME, state="handed_over")
    await mediator.find("handovers", candidateRef=candidate["ref"], state="completed")


async def has_an_employer_with_an_agreement_and_a_group(site: Site) -> None:
    relations = Desk(site, US, Role.EMPLOYER_RELATIONS)
    firm = {**on(2, 1), "legalKind": "company", "sectorCode": "F", "name": FIRM, "contactName": NAME}
    await relations.record("employers", "register", firm)
    employer = await relations.find("employers", q="bouw duizendschoon")
    asked = {**on(2, 2), "employerRef": employer["ref"], "channel": "job_fair", "level": "hr"}
    await relations.record("approaches", "record", asked)
    party = {"partyKind": "employer", "partyRef": employer["ref"], "routes": ["A"], "placesPromised": 12}
    await relations.record("agreements", "sign", {**on(2, 3), **party, "validFrom": "2026-02-03"})
    agreement = await relations.find("agreements", partyRef=employer["ref"], state="signed")
    await relations.go_on(agreement, "agreements", "record-referral", **on(2, 4))
    group = {**on(2, 5), "employerRef": employer["ref"], "kind": "employment", "inGuidance": 50}
    await relations.record("groups", "plan", group)
    planned = await relations.find("groups", employerRef=employer["ref"], state="planned")
    await relations.go_on(planned, "groups", "update", **on(2, 6), inGuidance=40, placesPlanned=10)

    async def is_shown() -> bool:
        signed = await relations.find("agreements", partyRef=employer["ref"])
        guided = await relations.find("groups", employerRef=employer["ref"])
        known = await relations.find("employers", q=FIRM)
        return (signed["referrals"], guided["inGuidance"], known["lastApproachedOn"]) == (1, 40, "2026-02-02")

    await eventually(is_shown)


async def is_placed_at_an_employer_that_was_looked_up(site: Site) -> None:
    relations, mediator = Desk(site, US, Role.EMPLOYER_RELATIONS), Desk(site, US, Role.MEDIATOR)
    employer = await relations.find("employers", q="bouw duizendschoon")
    vacancy = {**on(2, 5), "employerRef": employer["ref"], "places": 1, "kind": "employment"}
    await relations.record("vacancies", "open", vacancy)

    opened = await relations.find("vacancies", employerRef=employer["ref"], state="open")
    client = await mediator.find("clients", q=TYPED, state="open")
    match = {**on(2, 10), "clientRef": client["ref"], "vacancyRef": opened["ref"]}
    await mediator.record("matches", "propose", match)
    proposed = await mediator.find("matches", vacancyRef=opened["ref"], state="proposed")
    await mediator.go_on(proposed, "matches", "record-interview", **on(2, 12), outcome="hired")
    await mediator.find("matches", clientRef=client["ref"], state="hired")
    terms = {
        "clientRef": client["ref"], "vacancyRef": opened["ref"], "employerRef": employer["ref"], "kind": "employment",
        "contract": "open_ended", "startDate": "2026-03-01", "paid": True, "programmeTag": "programme", "primaryPartner": US,
    }  # fmt: skip
    await mediator.record("placements", "start", terms)
    placement = await mediator.find("placements", clientRef=client["ref"], state="running")
    assert (placement["employerRef"], placement["startDate"]) == (employer["ref"], "2026-03-01")

    async def place_is_filled() -> bool:
        return (await relations.find("vacancies", employerRef=employer["ref"]))["placesFilled"] == 1

    await eventually(place_is_filled)
    file = await mediator.file(f"/clients/{client['ref']}")
    assert {one["event"] for one in file["events"]} == {"mediation.client-taken-on.v1"}
    others = {one["event"] for one in file["related"]}
    assert others >= {"mediation.match-proposed.v1", "mediation.placement-started.v1"}


async def is_followed_up(site: Site) -> None:
    mediator = Desk(site, US, Role.MEDIATOR)
    client = await mediator.find("clients", q=NAME)
    placement = await mediator.find("placements", clientRef=client["ref"])
    lasted = {"occurredOn": "2026-09-01", "months": 6, "method": "employer_confirmation"}
    await mediator.go_on(placement, "placements", "confirm-retention", **lasted)
    await mediator.go_on(placement, "placements", "end", endDate="2026-09-30", reasonCode="completed")
    ended = await mediator.find("placements", clientRef=client["ref"], state="ended")
    assert (ended["confirmedMonths"], ended["endDate"]) == (6, "2026-09-30")
    file = await mediator.file(f"/placements/{ended['ref']}")
    assert [one["event"] for one in file["events"]][-1] == "mediation.placement-ended.v1"


async def is_erased_everywhere(site: Site) -> None:
    steward, mediators = Desk(site, VWN, Role.PARTNER_DATA_STEWARD), Desk(site, US, Role.PARTNER_DATA_STEWARD)
    worker, mediator = Desk(site, VWN, Role.INTAKE_WORKER), Desk(site, US, Role.MEDIATOR)
    candidate, contact = await worker.find("candidates", q=NAME), await worker.find("contacts", q=NAME)
    client = await mediator.find("clients", q=NAME)
    await steward.go_on(candidate, "candidates", "erase", **on(9, 1), reason="request")
    await mediators.go_on(client, "clients", "erase", **on(9, 1), reason="request")
    for asked in ({"q": NAME}, {"q": TYPED}, {"q": PHONE}):
        await worker.is_gone("candidates", **asked)
        await worker.is_gone("contacts", **asked)
        await mediator.is_gone("clients", **asked)
    for desk, row, things in ((worker, candidate, "candidates"), (worker, contact, "contacts"), (mediator, client, "clients")):  # fmt: skip
        file = str(await desk.file(f"/{things}/{row['ref']}"))
        assert [one for one in (NAME, PHONE) if one in file] == []
