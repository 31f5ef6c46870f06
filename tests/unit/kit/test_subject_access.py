"""What a data steward gets: all that is held on somebody, what they asked, and a proof of their erasure."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from prometheus_client import CollectorRegistry

from banen_contracts.roles import Role
from banen_employers.service import SERVICE as EMPLOYERS
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Service
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.clocks import AMSTERDAM
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.keys import Destroyed, NotDestroyed
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.privacy.subject_access import ALGORITHM, SubjectAccess, routes
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from banen_mediation.service import SERVICE as MEDIATION
from support.definition import learned

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
CONTACT, CANDIDATE, OTHER, EMPLOYER, PLACEMENT = (str(UUID(int=number, version=4)) for number in range(1, 6))
NAME = "Synthetica Voorbeeld"
CONTACTED = {"occurredOn": "2026-03-01", "channel": "municipality", "kind": "conversation", "name": NAME}
REGISTERED = {"occurredOn": "2026-03-02", "educationBand": "low", "contactRef": CONTACT, "name": NAME}
CLOSED = {"occurredOn": "2026-03-03", "reasonCode": "moved"}
BACKUP_DAYS = 30


class StubbornKeys(MemoryKeys):
    gives_in = True
    later = timedelta()
    """How long old copies stay."""

    async def destroyed(self, person: str, *, alone: bool) -> list[Destroyed]:
        found = await super().destroyed(person, alone=alone)
        return [replace(one, gone_at=one.at + self.later) for one in found]

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        if not self.gives_in:
            raise NotDestroyed("old copies are still there")
        return await super().destroy(persons, alone=alone)


class Steward:
    """A service, and its data steward, who asks it."""

    def __init__(self, service: Service = INTAKE) -> None:
        self.keys = StubbornKeys()
        self.now = NOW
        store = MemoryStore(lambda: self.now)
        repository: EventRepository[Any] = EventRepository(
            store, EventSerializer(service.events, service.upcasters), self.keys
        )
        audit, metrics = MemoryAudit(lambda: self.now), Metrics.create(CollectorRegistry())
        command_service = CommandService(
            service, repository, "uaf", frozenset({"uaf"}), audit, metrics, lambda: self.now, learned()
        )
        issuer = FakeIssuer()
        authentication = issuer.authentication(service, "uaf", audit)
        self.app: FastAPI = create_app(
            command_service,
            authentication,
            health_of(command_service),
            routes(SubjectAccess(command_service, BACKUP_DAYS), authentication),
        )
        roles = (Role.PARTNER_DATA_STEWARD, Role.INTAKE_WORKER, Role.MEDIATOR, Role.EMPLOYER_RELATIONS)
        self.headers = issuer.bearer(service, "uaf", *roles, subject="steward")
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url="http://uaf", headers=self.headers
        )
        self.given = 0

    async def post(self, path: str, body: dict[str, Any], seen: int | None = None) -> httpx2.Response:
        self.given += 1
        key = {"Idempotency-Key": str(UUID(int=100 + self.given, version=4))}
        if seen is not None:
            key["If-Match"] = f'"{seen}"'
        answer = await self.http.post(f"/v1/{path}", json=body, headers=key)
        assert answer.status_code in (200, 201, 409, 503), answer.text
        return answer

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self.http.get(f"/v1/{path}")
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
async def steward() -> AsyncIterator[Steward]:
    steward = Steward()
    await steward.post(f"contacts/{CONTACT}/record", CONTACTED)
    await steward.post(f"candidates/{CANDIDATE}/register", REGISTERED)
    await steward.post(f"candidates/{CANDIDATE}/close", CLOSED)
    await steward.post(f"contacts/{OTHER}/record", {**CONTACTED, "name": "Synthetica Anders"})
    yield steward
    await steward.http.aclose()


async def erase(steward: Steward, reason: str = "request", what: str = f"candidates/{CANDIDATE}") -> None:
    await steward.post(f"{what}/erase", {"occurredOn": "2026-03-10", "reason": reason})


async def test_an_export_holds_all_under_every_reference_opened(steward: Steward):
    for ref in (CONTACT, CANDIDATE):
        found = await steward.get(f"persons/{ref}")
        assert found["references"] == [CONTACT, CANDIDATE]
        assert [event["event"] for event in found["events"]] == [
            "contact-made", "candidate-registered", "candidate-closed",
        ]  # fmt: skip
        assert [event["data"].get("name") for event in found["events"]] == [NAME, NAME, None]


async def test_an_export_says_who_did_and_who_looked_at_what(steward: Steward):
    await steward.get(f"candidates/{CANDIDATE}")
    await steward.get(f"persons/{CANDIDATE}")
    access = (await steward.get(f"persons/{CANDIDATE}"))["access"]
    assert [(one["subject"], one["action"], one["outcome"]) for one in access] == [
        ("steward", "record-contact", "accepted"),
        ("steward", "register-candidate", "accepted"),
        ("steward", "close-candidate", "accepted"),
        *[("steward", "read-candidate", "shown")] * 2,  # and the contact, which is about the same person
        ("steward", "export-person", "shown"),
    ]


async def test_an_export_after_an_erasure_says_that_it_is_gone(steward: Steward):
    await erase(steward)
    found = await steward.get(f"persons/{CANDIDATE}")
    names = [event["data"].get("name") for event in found["events"]]
    assert names == [{"erased": True}, {"erased": True}, None, None]
    assert NAME not in str(found)


async def test_nobody_known_is_not_found(steward: Steward):
    assert (await steward.get(f"persons/{UUID(int=77, version=4)}", 404))["code"] == "person-unknown"
    assert (await steward.get("persons/Synthetica", 400))["field"] == "ref"
    assert (await steward.get(f"persons/{CANDIDATE}/certificate", 404))["code"] == "erasure-unknown"


async def test_a_certificate_names_what_was_destroyed_and_when_the_last_backup_is_gone(steward: Steward):
    await erase(steward)
    for ref in (CONTACT, CANDIDATE):
        found = await steward.get(f"persons/{ref}/certificate")
        assert (found["iss"], found["sub"]) == ("urn:nl:banenoffensief:uaf:intake", CANDIDATE)
        assert [one["reference"] for one in found["destroyed"]] == [CONTACT, CANDIDATE]
        at = datetime.fromisoformat(found["destroyed"][0]["destroyedAt"])
        until = datetime.fromisoformat(found["lastKeyBackupExpiresOn"])
        assert (until.date() - at.date()).days in (BACKUP_DAYS, BACKUP_DAYS + 1)
        assert found["reason"] == "request"
        assert NAME not in str(found)


async def test_a_certificate_is_signed_with_the_partners_key(steward: Steward):
    await erase(steward)
    found = await steward.get(f"persons/{CANDIDATE}/certificate")
    key = OKPKey.import_key(await steward.get("signing-key"))
    claims = jwt.decode(found["certificate"], key, algorithms=[ALGORITHM]).claims
    assert claims == {name: value for name, value in found.items() if name != "certificate"}
    head, body, signature = found["certificate"].split(".")
    for altered in (f"{head}.{body[:-2]}AA.{signature}", f"{head}.{body}.{'A' * len(signature)}"):
        with pytest.raises((JoseError, ValueError)):
            jwt.decode(altered, key, algorithms=[ALGORITHM])


async def test_retention_certifies_only_the_one_reference(steward: Steward):
    await erase(steward, "retention", f"contacts/{CONTACT}")
    found = await steward.get(f"persons/{CONTACT}/certificate")
    assert [one["reference"] for one in found["destroyed"]] == [CONTACT]
    assert (await steward.keys.find_keys([CANDIDATE]))[CANDIDATE] is not None


async def test_what_retention_erased_of_somebody_is_no_certificate_of_their_other_references(
    steward: Steward,
):
    await erase(steward, "retention", f"contacts/{CONTACT}")
    assert (await steward.get(f"persons/{CANDIDATE}/certificate", 404))["code"] == "erasure-unknown"
    await erase(steward)
    for ref in (CONTACT, CANDIDATE):
        found = await steward.get(f"persons/{ref}/certificate")
        assert (found["sub"], found["reason"]) == (CANDIDATE, "request")
        assert [one["reference"] for one in found["destroyed"]] == [CONTACT, CANDIDATE]


async def test_the_last_backup_is_one_from_before_the_last_copy_was_gone(steward: Steward):
    steward.keys.later = timedelta(days=3)
    await erase(steward)
    found = await steward.get(f"persons/{CANDIDATE}/certificate")
    at = datetime.fromisoformat(found["destroyed"][0]["destroyedAt"]).astimezone(AMSTERDAM).date()
    assert date.fromisoformat(found["lastKeyBackupExpiresOn"]) == at + timedelta(days=BACKUP_DAYS + 3)


async def test_there_is_no_certificate_before_the_keys_are_gone_and_asking_destroys_none(steward: Steward):
    steward.keys.gives_in = False
    await erase(steward)
    steward.keys.gives_in = True
    assert (await steward.get(f"persons/{CANDIDATE}/certificate", 503))["code"] == "store-unavailable"
    assert (await steward.keys.find_keys([CANDIDATE]))[CANDIDATE] is not None
    await steward.keys.destroy([CANDIDATE])
    assert (await steward.get(f"persons/{CANDIDATE}/certificate"))["sub"] == CANDIDATE


async def test_requests_are_listed_with_their_deadlines_open_ones_first(steward: Steward):
    asked = {"personRef": CANDIDATE, "kind": "erasure", "receivedOn": "2026-01-31"}
    first, second, third = (str(UUID(int=number, version=4)) for number in (50, 51, 52))
    await steward.post(f"requests/{first}/receive", asked)
    await steward.post(f"requests/{first}/answer", {"answeredOn": "2026-02-20", "answer": "granted", "reasonCode": "done"})  # fmt: skip
    await steward.post(f"requests/{second}/receive", asked | {"kind": "access"})
    await steward.post(f"requests/{second}/extend", {"extendedOn": "2026-02-20", "reasonCode": "complex"})
    await steward.post(f"requests/{third}/receive", asked | {"kind": "access"})
    found = await steward.get("requests")
    assert found["count"] == 3
    assert [(row["ref"], row["answerBy"], row["answer"], row["isOverdue"]) for row in found["requests"]] == [
        (third, "2026-02-28", None, True),
        (second, "2026-04-30", None, False),
        (first, "2026-02-28", "granted", False),
    ]


async def test_a_request_for_erasure_is_answered_after_the_erasure(steward: Steward):
    ref = UUID(int=60, version=4)
    await steward.post(f"requests/{ref}/receive", {"personRef": CANDIDATE, "kind": "erasure", "receivedOn": "2026-03-09"})  # fmt: skip
    await erase(steward)
    answered = {"answeredOn": "2026-03-11", "answer": "granted", "reasonCode": "done"}
    assert (await steward.post(f"requests/{ref}/answer", answered)).status_code == 200
    events = (await steward.get(f"persons/{CANDIDATE}"))["events"]
    assert [event["event"] for event in events][-3:] == [
        "request-received", "candidate-erased", "request-answered",
    ]  # fmt: skip


# Corrections

PHONED = {
    "occurredOn": "2026-03-04",
    "reasonCode": "typing-error",
    "name": "Synthetica Verbeterd",
    "phone": "0600000000",
}
REMOVED = {"occurredOn": "2026-03-05", "reasonCode": "rectification", "remove": ["phone"]}


@pytest.fixture
async def corrected(steward: Steward) -> Steward:
    """The name was put right, and a telephone number came with that which was then removed."""
    for version, body in enumerate((PHONED, REMOVED), 1):
        done = await steward.post(f"contacts/{CONTACT}/correct", body, seen=version)
        assert done.status_code == 200, done.text
    return steward


async def test_an_export_shows_every_value_that_was_kept_and_which_were_corrected(corrected: Steward):
    events = (await corrected.get(f"persons/{CANDIDATE}"))["events"]
    shown = [(one["data"].get("name"), one["data"].get("phone"), one["corrected"]) for one in events]
    assert shown == [
        (NAME, None, ["name"]),
        (NAME, None, []),
        (None, None, []),
        ("Synthetica Verbeterd", "0600000000", ["phone"]),
        (None, None, []),
    ]
    assert events[-1]["data"]["removed"] == ["phone"]


async def test_nobody_else_reads_what_was_corrected(corrected: Steward):
    found = await corrected.get(f"contacts/{CONTACT}")
    made, *corrections = found["events"]
    assert made["event"] == "intake.contact-made.v1"
    assert [event["event"] for event in corrections] == ["intake.contact-details-corrected"] * 2
    kept = {"contactRef", "occurredOn", "reasonCode", "removed"}
    assert all(event["data"].keys() == kept for event in corrections)
    shown = [event["personal"].get("name") for event in found["events"]]
    assert shown == [None, "Synthetica Verbeterd", None]
    assert {NAME, "0600000000"} & {
        str(value) for event in found["events"] for value in event["personal"].values()
    } == set()


async def test_corrected_values_go_with_the_person(corrected: Steward):
    await erase(corrected)
    found = await corrected.get(f"persons/{CONTACT}")
    assert {"Synthetica", "0600000000"} & set(str(found).replace("'", " ").split()) == set()
    again = await corrected.post(f"contacts/{CONTACT}/correct", PHONED, seen=3)
    assert (again.status_code, again.json()["code"]) == (409, "person-erased")


RECTIFY = {"personRef": CANDIDATE, "kind": "rectification", "receivedOn": "2026-03-06"}
REQUEST = f"requests/{UUID(int=70, version=4)}"


def granted(kind: str, ref: str, version: int) -> dict[str, Any]:
    correction = {"kind": kind, "ref": ref, "version": version}
    return {"answeredOn": "2026-03-07", "answer": "granted", "reasonCode": "done", "correction": correction}


async def test_a_request_names_a_correction_under_another_reference_of_the_person(corrected: Steward):
    await corrected.post(f"{REQUEST}/receive", RECTIFY)
    assert (await corrected.post(f"{REQUEST}/answer", granted("contact", CONTACT, 3))).status_code == 200
    [listed] = (await corrected.get("requests"))["requests"]
    assert listed["correction"] == {"kind": "contact", "ref": CONTACT, "version": 3}
    exported = (await corrected.get(f"persons/{CANDIDATE}"))["events"][-1]
    assert (exported["event"], exported["data"]["correction"]) == ("request-answered", listed["correction"])


@pytest.mark.parametrize(
    ("kind", "ref", "version", "code"),
    [
        ("contact", CONTACT, 1, "correction-unknown"),
        ("contact", CONTACT, 4, "correction-unknown"),
        ("candidate", CANDIDATE, 2, "correction-unknown"),
        ("nothing", CONTACT, 1, "correction-unknown"),
        ("contact", OTHER, 2, "correction-of-another"),
    ],
)
async def test_a_request_names_no_other_event(
    corrected: Steward, kind: str, ref: str, version: int, code: str
):
    await corrected.post(f"contacts/{OTHER}/correct", PHONED, seen=1)
    await corrected.post(f"{REQUEST}/receive", RECTIFY)
    refused = await corrected.post(f"{REQUEST}/answer", granted(kind, ref, version))
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert refused.json()["field"] == "correction"


async def test_a_correction_and_the_answer_that_names_it_come_in_one_load(steward: Steward):
    await steward.post(f"{REQUEST}/receive", RECTIFY)
    lines = [
        {"command": "correct-contact", "ref": CONTACT, "body": PHONED, "ifMatch": 1},
        {"command": "answer-request", "ref": REQUEST.split("/")[1], "body": granted("contact", CONTACT, 2)},
    ]
    keyed = [{**line, "key": str(UUID(int=200 + at, version=4))} for at, line in enumerate(lines)]
    content = "".join(json.dumps(line) + "\n" for line in keyed)
    answer = await steward.http.post(
        "/v1/bulk", content=content, headers={"Content-Type": "application/x-ndjson"}
    )
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [200, 200]


# An employer, who may be one person


@pytest.fixture
async def mediation() -> AsyncIterator[Steward]:
    """Somebody else was placed at the employer."""
    mediator = Steward(MEDIATION)
    taken = {"occurredOn": "2026-03-01", "origin": "walk_in", "name": NAME}
    await mediator.post(f"clients/{OTHER}/take-on", taken)
    started = {
        "clientRef": OTHER, "kind": "employment", "contract": "open_ended", "startDate": "2026-03-02",
        "paid": True, "programmeTag": "programme", "primaryPartner": "uaf", "employerRef": EMPLOYER,
        "workplace": "Voorbeeldkwekerij",
    }  # fmt: skip
    await mediator.post(f"placements/{PLACEMENT}/start", started)
    yield mediator
    await mediator.http.aclose()


async def test_who_was_placed_is_not_part_of_what_is_held_on_the_employer(mediation: Steward):
    assert (await mediation.get(f"persons/{EMPLOYER}", 404))["code"] == "person-unknown"
    events = (await mediation.get(f"persons/{OTHER}"))["events"]
    assert [event["event"] for event in events] == ["client-taken-on", "placement-started"]
    assert events[1]["data"]["workplace"] == "Voorbeeldkwekerij"


async def test_a_placement_that_was_corrected_answers_its_client(mediation: Steward):
    terms = {
        "clientRef": OTHER, "kind": "employment", "contract": "open_ended", "startDate": "2026-03-03",
        "paid": True, "programmeTag": "programme", "primaryPartner": "uaf", "employerRef": EMPLOYER,
    }  # fmt: skip
    why = {"occurredOn": "2026-03-04", "reasonCode": "rectification"}
    await mediation.post(f"placements/{PLACEMENT}/correct", {**terms, **why}, seen=1)
    await mediation.post(f"{REQUEST}/receive", {**RECTIFY, "personRef": EMPLOYER})
    refused = await mediation.post(f"{REQUEST}/answer", granted("placement", PLACEMENT, 2))
    assert refused.json()["code"] == "correction-of-another"
    of_client = f"requests/{UUID(int=71, version=4)}"
    await mediation.post(f"{of_client}/receive", {**RECTIFY, "personRef": OTHER})
    assert (
        await mediation.post(f"{of_client}/answer", granted("placement", PLACEMENT, 2))
    ).status_code == 200


async def test_what_was_agreed_is_part_of_what_is_held_on_the_employer():
    relations = Steward(EMPLOYERS)
    registered = {"occurredOn": "2026-03-01", "legalKind": "sole_trader", "sectorCode": "A", "name": NAME}
    await relations.post(f"employers/{EMPLOYER}/register", registered)
    planned = {"occurredOn": "2026-03-02", "employerRef": EMPLOYER, "kind": "employment", "seasonal": False}
    await relations.post(f"groups/{OTHER}/plan", planned)
    await relations.post(
        f"groups/{OTHER}/close", {"occurredOn": "2026-03-03", "precision": "exact", "placed": 1}
    )
    events = (await relations.get(f"persons/{EMPLOYER}"))["events"]
    assert [event["event"] for event in events] == ["employer-registered", "group-planned", "group-closed"]
    await relations.http.aclose()
