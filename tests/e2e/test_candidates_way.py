"""One candidate's way through the programme, over HTTP only, each step by whoever takes it: from an information session to
an erasure. Each step finds what was recorded before by lists, search and files. After each part, what its users see: the
record, the other partner's side of a handover, and reporting.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from banen_contracts.roles import Role
from support.desk import Desk, ref_of
from support.site import Site
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

VWN = "vluchtelingenwerk"
MISSPELT, NAME, PHONE, PLAN = (
    "Anima Vorbeeld",
    "Amina Voorbeeld",
    "0612345678",
    "Eerst Nederlands, dan een stage.",
)
PERSONAL = (MISSPELT, NAME, PHONE, PLAN)
TODAY = datetime.now(UTC).date()
EXPIRES = (TODAY + timedelta(days=60)).isoformat()


def on(month: int, day: int) -> dict[str, str]:
    return {"occurredOn": date(2026, month, day).isoformat()}


async def test_a_candidates_way(running: Site):
    site = replace(running, personal=PERSONAL)
    await is_found_and_registered(site)
    await site.all_is_reported()
    await is_prepared(site)
    await site.all_is_reported()
    await takes_a_consent_back(site)
    await is_declined_and_then_accepted(site)
    await site.all_is_reported()
    await is_lost_found_closed_and_taken_up_again(site)
    await site.all_is_reported()
    await has_a_name_corrected(site)
    await is_erased(site)
    await site.all_is_reported()


async def found(site: Site) -> str:
    """The path of the candidate's file, for somebody who knows the telephone number."""
    return await Desk(site, VWN, Role.INTAKE_WORKER).path("candidates", q=PHONE)


async def is_found_and_registered(site: Site) -> None:
    worker, coach = Desk(site, VWN, Role.INTAKE_WORKER), Desk(site, VWN, Role.COACH)
    held = {"kind": "info_session", "attendance": "25_to_49", "selfOrganisationInvolved": True}
    await worker.record("outreach", "record", {**on(1, 10), **held, "regionId": "rotterdam"})
    session = await worker.find("outreach", kind="info_session", heldOnFrom="2026-01-10")
    met = {"channel": "self_organisation", "kind": "conversation", "outreachRef": session["ref"]}
    await coach.record("contacts", "record", {**on(1, 10), **met, "name": MISSPELT})
    contact = await worker.find("contacts", q=MISSPELT)
    person = {
        **on(1, 20), "contactRef": contact["ref"], "educationBand": "mid", "name": MISSPELT, "phone": PHONE,
        "birthDate": "1980-01-01", "consents": [{"scope": "statistics"}],
    }  # fmt: skip
    register = f"/candidates/{uuid4()}/register"  # one reference: a refusal leaves nothing under it
    await coach.give(register, person, refused="not-allowed")
    await site.give("uwv", Role.INTAKE_WORKER, register, person, at=VWN, refused="not-found")
    await worker.give(register, person)
    candidate = await found(site)
    await worker.give(f"{candidate}/register", person, refused="candidate-exists")
    manager = Desk(site, VWN, Role.PARTNER_MANAGER)
    await manager.give(f"{candidate}/assign-worker", {**on(1, 20), "worker": "worker-7"})
    await worker.find("candidates", worker="worker-7")
    await coach.give(f"{candidate}/log-conversation", {**on(1, 21), "notes": PLAN})

    assert await site.names(VWN, f"/outreach/{session['ref']}") == ["intake.outreach-held.v1"]
    assert await site.names(VWN, f"/contacts/{contact['ref']}") == ["intake.contact-made.v1"]
    private = ["intake.worker-assigned", "intake.conversation-logged"]
    assert await site.names(VWN, candidate) == ["intake.candidate-registered.v1", *private]
    stranger = await site.ask("uwv", Role.INTAKE_WORKER, "GET", candidate, at=VWN)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not-found")


async def is_prepared(site: Site) -> None:
    candidate = await found(site)

    async def give(verb: str, body: dict[str, Any], refused: str | None = None) -> None:
        await site.give(VWN, Role.INTAKE_WORKER, f"{candidate}/{verb}", body, refused=refused)

    ready = {**on(5, 1), "availableFrom": "2026-06", "professionGroup": "52"}
    await give("declare-ready", ready, refused="intake-not-completed")
    await give("start-intake", on(1, 25))
    await give("complete-intake", {**on(1, 30), "methodVersion": "star-1", "notes": PLAN})
    await give("agree-plan", {**on(1, 30), "plan": PLAN})
    await give("assess-distance", {**on(1, 30), "distancePhase": 3})
    await give("assign-route", {**on(1, 30), "route": "B", "reasonCode": "distance"})
    await give("start-activity", {**on(2, 1), "activityRef": str(uuid4()), "kind": "language"})
    await give("start-activity", {**on(2, 15), "activityRef": str(uuid4()), "kind": "internship"})
    language, internship = [await activity(site, candidate, kind) for kind in ("language", "internship")]
    await give("end-activity", {**on(4, 1), "activityRef": language, "outcome": "completed"})
    await give(
        "end-activity", {**on(4, 20), "activityRef": internship, "outcome": "completed", "result": PLAN}
    )
    await give("assess-distance", {**on(4, 25), "distancePhase": 2})
    await give("assign-route", {**on(4, 25), "route": "A", "reasonCode": "progress"})
    await give("declare-ready", ready)

    events = await site.events(VWN, candidate)
    routes = [one["data"]["route"] for one in events if one["event"] == "intake.route-assigned.v1"]
    assert routes == ["B", "A"]
    ended = [one for one in events if one["event"] == "intake.development-activity-ended.v1"]
    assert [one["data"]["activityRef"] for one in ended] == [language, internship]
    assert await site.is_on_record(
        VWN, candidate, "intake.candidate-ready-for-mediation.v1", professionGroup="52"
    )


async def activity(site: Site, candidate: str, kind: str) -> str:
    """The only activity of that kind in the candidate's file."""
    started = "intake.development-activity-started.v1"
    events = (await Desk(site, VWN, Role.INTAKE_WORKER).file(candidate))["events"]
    data = [one["data"] for one in events if one["event"] == started]
    (ref,) = [one["activityRef"] for one in data if one["kind"] == kind]
    return ref


async def offer(
    site: Site, candidate: str, to_partner: str, day: dict[str, str], refused: str | None = None
) -> None:
    body = {**day, "candidateRef": ref_of(candidate), "toPartner": to_partner, "expiresOn": EXPIRES}
    await Desk(site, VWN, Role.INTAKE_WORKER).record("handovers", "offer", body, refused=refused)


async def offered(site: Site, candidate: str, to_partner: str, state: str = "open") -> str:
    """The handover's path in the list of who offered it."""
    asked = {"candidateRef": ref_of(candidate), "toPartner": to_partner, "state": state}
    return await Desk(site, VWN, Role.INTAKE_WORKER).path("handovers", **asked)


async def received(site: Site, partner: str, state: str = "open") -> str:
    """The handover's path in the list of who may accept it."""
    return await Desk(site, partner, Role.ADVISER).path("handovers", fromPartner=VWN, state=state)


async def arrived(site: Site, candidate: str, partner: str) -> str:
    """The handover's path, which is the same at both sides."""
    handover = await received(site, partner)
    assert handover == await offered(site, candidate, partner)
    assert await site.is_on_record(partner, handover, "mediation.handover-received")
    return handover


async def has_ended(site: Site, candidate: str, partner: str, **data: Any) -> None:
    """Both sides see that the offer ended, and how."""
    handover = await offered(site, candidate, partner, data["outcome"])
    await eventually(partial(site.is_on_record, VWN, handover, "intake.handover-ended.v1", **data))
    assert handover == await received(site, partner, data["outcome"])
    settled = {"outcome": data["outcome"], "fromPartner": VWN}
    await eventually(partial(site.is_on_record, partner, handover, "mediation.handover-settled", **settled))


async def takes_a_consent_back(site: Site) -> None:
    candidate = await found(site)
    await offer(site, candidate, "uwv", on(5, 2), refused="consent-missing")
    to_uwv = {"scope": "handover", "toPartner": "uwv"}
    await site.give(VWN, Role.INTAKE_WORKER, f"{candidate}/grant-consent", {**on(5, 2), **to_uwv})
    await offer(site, candidate, "uwv", on(5, 3))
    await arrived(site, candidate, "uwv")
    await site.give(VWN, Role.PARTNER_DATA_STEWARD, f"{candidate}/withdraw-consent", {**on(5, 4), **to_uwv})
    await has_ended(site, candidate, "uwv", outcome="withdrawn", reasonCode="consent-withdrawn")
    late = {**on(5, 5), "reasonCode": "no-vacancies"}
    withdrawn = await received(site, "uwv", "withdrawn")
    await site.give("uwv", Role.ADVISER, f"{withdrawn}/decline", late, refused="handover-withdrawn")
    await offer(site, candidate, "uwv", on(5, 6), refused="consent-missing")


async def is_declined_and_then_accepted(site: Site) -> None:
    candidate = await found(site)
    to_emplooi = {**on(5, 7), "scope": "handover", "toPartner": "emplooi"}
    await site.give(VWN, Role.INTAKE_WORKER, f"{candidate}/grant-consent", to_emplooi)
    with site.standing_still("nats"):
        await offer(site, candidate, "emplooi", on(5, 8))
        first = await offered(site, candidate, "emplooi")
        assert await site.is_on_record(VWN, first, "intake.handover-offered.v1", toPartner="emplooi")
        assert await site.events("emplooi", first) == []
    first = await arrived(site, candidate, "emplooi")
    declined = {**on(5, 10), "reasonCode": "no-vacancies"}
    await site.give("emplooi", Role.ADVISER, f"{first}/decline", declined)
    await has_ended(site, candidate, "emplooi", outcome="declined", reasonCode="no-vacancies")

    with site.standing_still("emplooi-mediation"):
        await offer(site, candidate, "emplooi", on(5, 20))
        await site.give(VWN, Role.COACH, f"{candidate}/log-conversation", on(5, 21))
    mediator, second = Desk(site, "emplooi", Role.MEDIATOR), await arrived(site, candidate, "emplooi")
    client = str(uuid4())  # named before it is on any list: refused, until it is taken on
    accepted = {**on(5, 25), "clientRef": client}
    await mediator.give(f"{second}/accept", accepted, refused="client-unknown")
    came = {**on(5, 25), "origin": "handover", "originRef": ref_of(second), "name": MISSPELT}
    await mediator.give(f"/clients/{client}/take-on", came)
    found_client = await mediator.find("clients", originRef=ref_of(second))
    await mediator.give(f"{second}/accept", {**on(5, 25), "clientRef": found_client["ref"]})
    await eventually(
        partial(site.is_on_record, VWN, second, "intake.handover-completed.v1", toPartner="emplooi")
    )
    settled = partial(site.is_on_record, "emplooi", second, "mediation.handover-settled", outcome=None)
    await eventually(settled)


async def is_lost_found_closed_and_taken_up_again(site: Site) -> None:
    candidate = await found(site)
    worker = partial(site.give, VWN, Role.INTAKE_WORKER)
    await worker(f"{candidate}/mark-lost", on(6, 1))
    await worker(f"{candidate}/assess-distance", {**on(6, 2), "distancePhase": 1}, refused="candidate-lost")
    await site.give(VWN, Role.COACH, f"{candidate}/log-conversation", on(6, 10))
    assert (await site.names(VWN, candidate))[-3:] == [
        "intake.candidate-lost.v1", "intake.candidate-found.v1", "intake.conversation-logged",
    ]  # fmt: skip
    await worker(f"{candidate}/close", {**on(6, 20), "reasonCode": "moved", "notes": PLAN})
    await worker(
        f"{candidate}/assess-distance", {**on(6, 21), "distancePhase": 1}, refused="candidate-closed"
    )
    await worker(f"{candidate}/reenter", {**on(9, 1), "reasonCode": "returned"})
    assert await site.is_on_record(VWN, candidate, "intake.candidate-reentered.v1", spell=2)
    assert (await site.names(VWN, candidate)).count("intake.candidate-registered.v1") == 1


async def has_a_name_corrected(site: Site) -> None:
    candidate = await found(site)
    ref, officer = ref_of(candidate), Desk(site, VWN, Role.PRIVACY_OFFICER)
    asked = {"personRef": ref, "kind": "rectification", "receivedOn": TODAY.isoformat()}
    await officer.record("requests", "receive", asked)
    seen = len(await site.events(VWN, candidate))
    await site.give(VWN, Role.COACH, f"{candidate}/log-conversation", on(9, 2))
    right = {**on(9, 3), "reasonCode": "typing-error", "name": NAME}
    correct = partial(site.give, VWN, Role.INTAKE_WORKER, f"{candidate}/correct", right)
    stale = await correct(seen=seen, refused="wrong-version")
    assert stale["changes"] == [{"version": seen + 1, "event": "conversation-logged"}]
    await correct(seen=seen + 1)

    requests = (await officer.file("/requests"))["requests"]
    (request,) = [f"/requests/{one['ref']}" for one in requests if one["person"] == ref]
    answer = {"answeredOn": TODAY.isoformat(), "answer": "granted", "reasonCode": "corrected"}
    await officer.give(f"{request}/answer", answer, refused="correction-missing")
    other = {"kind": "candidate", "ref": ref, "version": seen + 1}
    await officer.give(f"{request}/answer", {**answer, "correction": other}, refused="correction-unknown")
    await officer.give(f"{request}/answer", {**answer, "correction": {**other, "version": seen + 2}})
    assert await site.names(VWN, request) == ["intake.request-received", "intake.request-answered"]

    export = await site.ask(VWN, Role.PARTNER_DATA_STEWARD, "GET", f"/persons/{ref}")
    held = [
        one
        for one in export.json()["events"]
        if "name" in one["data"] and one["record"].startswith("candidate-")
    ]
    assert [(one["data"]["name"], "name" in one["corrected"]) for one in held] == [
        (MISSPELT, True),
        (NAME, False),
    ]


async def is_erased(site: Site) -> None:
    candidate = await found(site)
    ref = ref_of(candidate)
    worker, steward = (
        partial(site.give, VWN, role) for role in (Role.INTAKE_WORKER, Role.PARTNER_DATA_STEWARD)
    )
    await offer(site, candidate, "emplooi", on(9, 10))
    await arrived(site, candidate, "emplooi")
    gone = {**on(9, 12), "reason": "request"}
    await worker(f"{candidate}/erase", gone, refused="not-allowed")
    await steward(f"{candidate}/erase", gone)
    await has_ended(site, candidate, "emplooi", outcome="withdrawn", reasonCode="candidate-closed")
    await worker(f"{candidate}/log-conversation", on(9, 13), refused="person-erased")
    await worker(f"{candidate}/reenter", {**on(9, 13), "reasonCode": "returned"}, refused="person-erased")
    await offer(site, candidate, "emplooi", on(9, 13), refused="person-erased")

    export = await site.ask(VWN, Role.PARTNER_DATA_STEWARD, "GET", f"/persons/{ref}")
    assert export.json()["events"]
    assert not [one for one in PERSONAL if one in export.text]
    certificate = partial(site.ask, VWN, Role.PRIVACY_OFFICER, "GET", f"/persons/{ref}/certificate")

    async def certified() -> bool:
        return (await certificate()).status_code == 200

    await eventually(certified)
    destroyed = {one["reference"] for one in (await certificate()).json()["destroyed"]}
    assert destroyed == set(export.json()["references"]) > {ref}, "the contact's too"
