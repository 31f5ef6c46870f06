"""One candidate's way through the programme, over HTTP only, each step by whoever takes it: from an information session to
an erasure. After each part, what its users see: the record, the other partner's side of a handover, and reporting.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from banen_contracts.roles import Role
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
    candidate = f"/candidates/{uuid4()}"
    await is_found_and_registered(site, candidate)
    await site.all_is_reported()
    await is_prepared(site, candidate)
    await site.all_is_reported()
    await takes_a_consent_back(site, candidate)
    await is_declined_and_then_accepted(site, candidate)
    await site.all_is_reported()
    await is_lost_found_closed_and_taken_up_again(site, candidate)
    await site.all_is_reported()
    await has_a_name_corrected(site, candidate)
    await is_erased(site, candidate)
    await site.all_is_reported()


async def is_found_and_registered(site: Site, candidate: str) -> None:
    session, contact = uuid4(), uuid4()
    worker = partial(site.give, VWN, Role.INTAKE_WORKER)
    held = {"kind": "info_session", "attendance": "25_to_49", "selfOrganisationInvolved": True}
    await worker(f"/outreach/{session}/record", {**on(1, 10), **held, "regionId": "rotterdam"})
    met = {
        "channel": "self_organisation",
        "kind": "conversation",
        "outreachRef": str(session),
        "name": MISSPELT,
    }
    await site.give(VWN, Role.COACH, f"/contacts/{contact}/record", {**on(1, 10), **met})

    person = {
        **on(1, 20), "contactRef": str(contact), "educationBand": "mid", "name": MISSPELT, "phone": PHONE,
        "birthDate": "1980-01-01", "consents": [{"scope": "statistics"}],
    }  # fmt: skip
    register = f"{candidate}/register"
    await site.give(VWN, Role.COACH, register, person, refused="not-allowed")
    await site.give("uwv", Role.INTAKE_WORKER, register, person, at=VWN, refused="not-found")
    await worker(register, person)
    await worker(register, person, refused="candidate-exists")
    await site.give(
        VWN, Role.PARTNER_MANAGER, f"{candidate}/assign-worker", {**on(1, 20), "worker": "worker-7"}
    )
    await site.give(VWN, Role.COACH, f"{candidate}/log-conversation", {**on(1, 21), "notes": PLAN})

    assert await site.names(VWN, f"/outreach/{session}") == ["intake.outreach-held.v1"]
    assert await site.names(VWN, f"/contacts/{contact}") == ["intake.contact-made.v1"]
    private = ["intake.worker-assigned", "intake.conversation-logged"]
    assert await site.names(VWN, candidate) == ["intake.candidate-registered.v1", *private]
    stranger = await site.ask("uwv", Role.INTAKE_WORKER, "GET", candidate, at=VWN)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not-found")


async def is_prepared(site: Site, candidate: str) -> None:
    async def give(verb: str, body: dict[str, Any], refused: str | None = None) -> None:
        await site.give(VWN, Role.INTAKE_WORKER, f"{candidate}/{verb}", body, refused=refused)

    ready = {**on(5, 1), "availableFrom": "2026-06", "professionGroup": "52"}
    language, internship = str(uuid4()), str(uuid4())
    await give("declare-ready", ready, refused="intake-not-completed")
    await give("start-intake", on(1, 25))
    await give("complete-intake", {**on(1, 30), "methodVersion": "star-1", "notes": PLAN})
    await give("agree-plan", {**on(1, 30), "plan": PLAN})
    await give("assess-distance", {**on(1, 30), "distancePhase": 3})
    await give("assign-route", {**on(1, 30), "route": "B", "reasonCode": "distance"})
    await give("start-activity", {**on(2, 1), "activityRef": language, "kind": "language"})
    await give("start-activity", {**on(2, 15), "activityRef": internship, "kind": "internship"})
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


async def offer(
    site: Site, candidate: str, to_partner: str, day: dict[str, str], refused: str | None = None
) -> str:
    """The handover's path, which is the same at both sides."""
    handover = f"/handovers/{uuid4()}"
    body = {**day, "candidateRef": candidate.rsplit("/", 1)[1], "toPartner": to_partner, "expiresOn": EXPIRES}
    await site.give(VWN, Role.INTAKE_WORKER, f"{handover}/offer", body, refused=refused)
    return handover


async def has_ended(site: Site, handover: str, partner: str, **data: Any) -> None:
    """Both sides see that the offer ended, and how."""
    await eventually(partial(site.is_on_record, VWN, handover, "intake.handover-ended.v1", **data))
    settled = {"outcome": data["outcome"], "fromPartner": VWN}
    await eventually(partial(site.is_on_record, partner, handover, "mediation.handover-settled", **settled))


async def takes_a_consent_back(site: Site, candidate: str) -> None:
    await offer(site, candidate, "uwv", on(5, 2), refused="consent-missing")
    to_uwv = {"scope": "handover", "toPartner": "uwv"}
    await site.give(VWN, Role.INTAKE_WORKER, f"{candidate}/grant-consent", {**on(5, 2), **to_uwv})
    handover = await offer(site, candidate, "uwv", on(5, 3))
    await eventually(partial(site.is_on_record, "uwv", handover, "mediation.handover-received"))
    await site.give(VWN, Role.PARTNER_DATA_STEWARD, f"{candidate}/withdraw-consent", {**on(5, 4), **to_uwv})
    await has_ended(site, handover, "uwv", outcome="withdrawn", reasonCode="consent-withdrawn")
    late = {**on(5, 5), "reasonCode": "no-vacancies"}
    await site.give("uwv", Role.ADVISER, f"{handover}/decline", late, refused="handover-withdrawn")
    await offer(site, candidate, "uwv", on(5, 6), refused="consent-missing")


async def is_declined_and_then_accepted(site: Site, candidate: str) -> None:
    to_emplooi = {**on(5, 7), "scope": "handover", "toPartner": "emplooi"}
    await site.give(VWN, Role.INTAKE_WORKER, f"{candidate}/grant-consent", to_emplooi)
    with site.standing_still("nats"):
        first = await offer(site, candidate, "emplooi", on(5, 8))
        assert await site.is_on_record(VWN, first, "intake.handover-offered.v1", toPartner="emplooi")
        assert await site.events("emplooi", first) == []
    await eventually(partial(site.is_on_record, "emplooi", first, "mediation.handover-received"))
    declined = {**on(5, 10), "reasonCode": "no-vacancies"}
    await site.give("emplooi", Role.ADVISER, f"{first}/decline", declined)
    await has_ended(site, first, "emplooi", outcome="declined", reasonCode="no-vacancies")

    with site.standing_still("emplooi-mediation"):
        second = await offer(site, candidate, "emplooi", on(5, 20))
        await site.give(VWN, Role.COACH, f"{candidate}/log-conversation", on(5, 21))
    await eventually(partial(site.is_on_record, "emplooi", second, "mediation.handover-received"))
    client = uuid4()
    accepted = {**on(5, 25), "clientRef": str(client)}
    await site.give("emplooi", Role.MEDIATOR, f"{second}/accept", accepted, refused="client-unknown")
    came = {**on(5, 25), "origin": "handover", "originRef": second.rsplit("/", 1)[1], "name": MISSPELT}
    await site.give("emplooi", Role.MEDIATOR, f"/clients/{client}/take-on", came)
    await site.give("emplooi", Role.MEDIATOR, f"{second}/accept", accepted)
    await eventually(
        partial(site.is_on_record, VWN, second, "intake.handover-completed.v1", toPartner="emplooi")
    )
    settled = partial(site.is_on_record, "emplooi", second, "mediation.handover-settled", outcome=None)
    await eventually(settled)


async def is_lost_found_closed_and_taken_up_again(site: Site, candidate: str) -> None:
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


async def has_a_name_corrected(site: Site, candidate: str) -> None:
    ref, request = candidate.rsplit("/", 1)[1], f"/requests/{uuid4()}"
    officer = partial(site.give, VWN, Role.PRIVACY_OFFICER)
    asked = {"personRef": ref, "kind": "rectification", "receivedOn": TODAY.isoformat()}
    await officer(f"{request}/receive", asked)
    seen = len(await site.events(VWN, candidate))
    await site.give(VWN, Role.COACH, f"{candidate}/log-conversation", on(9, 2))
    right = {**on(9, 3), "reasonCode": "typing-error", "name": NAME}
    correct = partial(site.give, VWN, Role.INTAKE_WORKER, f"{candidate}/correct", right)
    stale = await correct(seen=seen, refused="wrong-version")
    assert stale["changes"] == [{"version": seen + 1, "event": "conversation-logged"}]
    await correct(seen=seen + 1)

    answer = {"answeredOn": TODAY.isoformat(), "answer": "granted", "reasonCode": "corrected"}
    await officer(f"{request}/answer", answer, refused="correction-missing")
    other = {"kind": "candidate", "ref": ref, "version": seen + 1}
    await officer(f"{request}/answer", {**answer, "correction": other}, refused="correction-unknown")
    await officer(f"{request}/answer", {**answer, "correction": {**other, "version": seen + 2}})
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


async def is_erased(site: Site, candidate: str) -> None:
    ref = candidate.rsplit("/", 1)[1]
    worker, steward = (
        partial(site.give, VWN, role) for role in (Role.INTAKE_WORKER, Role.PARTNER_DATA_STEWARD)
    )
    handover = await offer(site, candidate, "emplooi", on(9, 10))
    await eventually(partial(site.is_on_record, "emplooi", handover, "mediation.handover-received"))
    gone = {**on(9, 12), "reason": "request"}
    await worker(f"{candidate}/erase", gone, refused="not-allowed")
    await steward(f"{candidate}/erase", gone)
    await has_ended(site, handover, "emplooi", outcome="withdrawn", reasonCode="candidate-closed")
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
