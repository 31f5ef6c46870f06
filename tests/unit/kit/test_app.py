"""What a service says over HTTP to requests that are fine, and to each kind that is not."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from banen_contracts.roles import Role
from banen_employers.service import SERVICE as EMPLOYERS
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Service
from banen_kit.application.source_live import LIVE_STREAM
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.metrics import Metrics
from banen_kit.core.strict_json import MOST_BYTES
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, Appended, NewEvent, Outcome, StoredRecord
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.testing import OPERATOR, FakeIssuer, health_of
from banen_kit.web.app import MOST_BULK_BYTES, MOST_BULK_LINES, Check, create_app
from banen_mediation.service import SERVICE as MEDIATION
from banen_reporting.service import SERVICE as REPORTING
from support.definition import DEFINITION, learned
from support.problems import is_problem

NOW = datetime(2007, 6, 15, 12, tzinfo=UTC)
ISSUER = FakeIssuer()
JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}
PARTNERS = frozenset({"uaf", "uwv", "bureau"})
PLACEMENT, OTHER, CLIENT, PLACED = (UUID(int=number, version=4) for number in (1, 2, 3, 4))
START = f"/v1/placements/{PLACEMENT}/start"
END = f"/v1/placements/{PLACEMENT}/end"
VOID = f"/v1/placements/{PLACEMENT}/void"
TAKE_ON = f"/v1/clients/{CLIENT}/take-on"
UNIT = "/v1/programme/units/uaf"
KEY = UUID(int=77, version=4)
STARTED: dict[str, Any] = {
    "clientRef": str(PLACED),
    "kind": "employment",
    "contract": "open_ended",
    "startDate": "2007-01-01",
    "paid": True,
    "programmeTag": "programme",
    "primaryPartner": "uaf",
}
ENDED = {"endDate": "2007-05-01", "reasonCode": "completed"}
VOIDED = {"occurredOn": "2007-05-01", "reasonCode": "by-mistake"}
UNIT_DEFINED = {"occurredOn": "2007-01-01", "label": "UAF"}
TARGET = {"occurredOn": "2007-01-01", "route": "A", "value": 10, "decidedBy": "steering-group"}
WALK_IN = {"occurredOn": "2007-01-01", "origin": "walk_in", "name": "Synthetica Voorbeeld"}


class FickleStore(MemoryStore):
    """Can be away, and can let others win every race."""

    is_away = False
    is_away_once = False
    is_raced = False

    async def read(self, stream: str) -> list[StoredRecord]:
        if self.is_away or self.is_away_once:
            self.is_away_once = False
            raise StoreUnavailable("PostgreSQL cannot be reached")
        return await super().read(stream)

    async def append(self, command: Append) -> Appended:
        return Appended(Outcome.CONFLICT) if self.is_raced else await super().append(command)


@dataclass
class Caller:
    """Sends requests to one service, each with a key of its own unless told."""

    http: httpx2.AsyncClient
    store: Any
    keys: int = 0
    known: int = 0
    """How many events were there before."""

    async def post(
        self, path: str, body: object = None, key: object = "new", **headers: object
    ) -> httpx2.Response:
        self.keys += 1
        given = JSON | {name.replace("_", "-"): str(value) for name, value in headers.items()}
        if key is not None:
            given["Idempotency-Key"] = str(UUID(int=self.keys, version=4) if key == "new" else key)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(path, content=content, headers=given)

    async def bulk(self, *lines: dict[str, Any] | str) -> list[dict[str, Any]]:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        answer = await self.http.post("/v1/bulk", content="\n".join(texts).encode(), headers=LINES)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
        return [json.loads(line) for line in answer.text.splitlines()]

    async def metrics(self) -> str:
        return (await self.http.get("/metrics", headers=OPERATOR)).text


def make_app(service: Service, partner: str, store: MemoryStore, checks: dict[str, Check]) -> FastAPI:
    repository: EventRepository[Any] = EventRepository(
        store, EventSerializer(service.events, service.upcasters), MemoryKeys()
    )
    metrics = Metrics.create(CollectorRegistry())
    audit = MemoryAudit(lambda: NOW)
    command_service = CommandService(
        service, repository, partner, PARTNERS, audit, metrics, lambda: NOW, learned()
    )
    return create_app(
        command_service, ISSUER.authentication(service, partner, audit), health_of(command_service, checks)
    )


def signed_in(app: FastAPI, service: Service, partner: str, role: Role) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url=f"http://{partner}",
        headers=ISSUER.bearer(service, partner, role),
    )


@pytest.fixture
def checks() -> dict[str, Check]:
    return {}


@pytest.fixture
async def mediation(checks: dict[str, Check]) -> AsyncIterator[Caller]:
    store = FickleStore(lambda: NOW)
    app = make_app(MEDIATION, "uaf", store, checks)
    async with signed_in(app, MEDIATION, "uaf", Role.MEDIATOR) as http:
        caller = Caller(http, store, 1000)
        assert (await caller.post(f"/v1/clients/{PLACED}/take-on", WALK_IN)).status_code == 201
        caller.keys, caller.known = 0, 1
        yield caller


@pytest.fixture
async def reporting() -> AsyncIterator[Caller]:
    store = FickleStore(lambda: NOW)
    app = make_app(REPORTING, "bureau", store, {})
    async with signed_in(app, REPORTING, "bureau", Role.PROJECT_BUREAU) as http:
        yield Caller(http, store)


async def recorded(caller: Caller) -> int:
    return len(await caller.store.read_all(0, 1000)) - caller.known


async def test_a_command_is_answered_with_its_events_and_version(mediation: Caller):
    answer = await mediation.post(START, STARTED)

    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.json() == {
        "ref": str(PLACEMENT),
        "version": 1,
        "events": ["placement-started"],
        "repeated": False,
        "notYetKnown": [],
    }


async def test_a_command_about_something_that_exists_is_answered_with_200(mediation: Caller):
    await mediation.post(START, STARTED)

    answer = await mediation.post(END, ENDED)

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')


async def test_a_request_without_a_key_is_refused(mediation: Caller):
    is_problem(
        await mediation.post(START, STARTED, key=None), 400, "idempotency-key-missing", "Idempotency-Key"
    )
    assert await recorded(mediation) == 0


async def test_a_key_that_is_no_uuid_is_refused(mediation: Caller):
    is_problem(await mediation.post(START, STARTED, key="my-key"), 400, "invalid-input", "Idempotency-Key")


async def test_a_repeated_request_gets_its_first_answer_again(mediation: Caller):
    key = KEY
    first = await mediation.post(START, STARTED, key=key)
    await mediation.post(END, ENDED)

    again = await mediation.post(START, dict(reversed(STARTED.items())), key=key)

    assert again.json() == first.json() | {"repeated": True}
    assert (again.status_code, again.headers["etag"]) == (first.status_code, first.headers["etag"])
    assert await recorded(mediation) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (START, STARTED | {"startDate": "2007-01-02"}),
        (f"/v1/placements/{OTHER}/start", STARTED),
        (END, ENDED),
        (TAKE_ON, WALK_IN),
    ],
)
async def test_a_key_used_for_another_request_is_refused(mediation: Caller, path: str, body: object):
    key = KEY
    await mediation.post(START, STARTED, key=key)

    is_problem(await mediation.post(path, body, key=key), 422, "key-reused", "Idempotency-Key")
    assert await recorded(mediation) == 1


async def test_a_refused_request_may_be_mended_under_the_same_key(mediation: Caller):
    key = KEY
    await mediation.post(START, STARTED | {"paid": "sometimes"}, key=key)

    assert (await mediation.post(START, STARTED, key=key)).status_code == 201


@pytest.mark.parametrize("version", ["0", '"2"', "17"])
async def test_another_version_than_the_one_seen_is_refused(mediation: Caller, version: str):
    await mediation.post(START, STARTED)

    is_problem(await mediation.post(END, ENDED, If_Match=version), 412, "wrong-version", "If-Match")
    assert await recorded(mediation) == 1


async def test_who_saw_an_older_version_learns_what_was_recorded_since(mediation: Caller):
    await mediation.post(START, STARTED)
    await mediation.post(END, ENDED)

    changes = {
        seen: (await mediation.post(VOID, VOIDED, If_Match=seen)).json().get("changes")
        for seen in ("0", "1", "17")
    }
    assert changes == {
        "0": [{"version": 1, "event": "placement-started"}, {"version": 2, "event": "placement-ended"}],
        "1": [{"version": 2, "event": "placement-ended"}],
        "17": None,
    }


@pytest.mark.parametrize("version", ["1", '"1"'])
async def test_the_version_that_was_seen_is_taken(mediation: Caller, version: str):
    await mediation.post(START, STARTED)

    assert (await mediation.post(VOID, VOIDED, If_Match=version)).status_code == 200


async def test_where_a_version_is_needed_it_must_be_said(mediation: Caller, reporting: Caller):
    await mediation.post(START, STARTED)
    is_problem(await mediation.post(VOID, VOIDED), 428, "version-required", "If-Match")

    await reporting.post(f"{UNIT}/define", UNIT_DEFINED)
    await reporting.post(f"{UNIT}/set-target", TARGET)
    revised = TARGET | {"value": 12, "reasonCode": "demand"}
    is_problem(await reporting.post(f"{UNIT}/revise-target", revised), 428, "version-required", "If-Match")


@pytest.mark.parametrize("version", ["W/1", "*", "one", '"-1"', "", "²", "9" * 5000])
async def test_a_version_that_is_no_number_is_refused(mediation: Caller, version: str):
    await mediation.post(START, STARTED)
    answer = await mediation.http.post(
        VOID,
        json=VOIDED,
        headers=[(b"Idempotency-Key", str(OTHER).encode()), (b"If-Match", version.encode("latin-1"))],
    )

    is_problem(answer, 400, "invalid-input", "If-Match")


async def test_a_correlation_id_that_is_no_uuid_is_refused(mediation: Caller):
    is_problem(
        await mediation.post(START, STARTED, Correlation_Id="mine"), 400, "invalid-input", "Correlation-Id"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("startDate", "2007-02-30"),
        ("startDate", "1899-12-31"),
        ("startDate", "01-02-2007"),
        ("startDate", None),
        ("startDate", 1167609600),
        ("startDate", "2007-01-01T00:00:00+14:00"),
        ("paid", 1),
        ("paid", "true"),
        ("kind", "no code"),
        ("paid", "sometimes"),
        ("clientRef", "somebody"),
        ("assistPartners.0", ["Not A Partner"]),
        ("plannedEndDate", "9999-12-31"),
        ("favouriteColour", "orange"),
        ("client_ref", str(CLIENT)),
    ],
)
async def test_a_field_of_the_wrong_shape_is_named(mediation: Caller, field: str, value: object):
    answer = await mediation.post(START, STARTED | {field.split(".")[0]: value})

    is_problem(answer, 400, "invalid-input", field)
    assert await recorded(mediation) == 0


async def test_every_field_at_fault_is_named(mediation: Caller):
    answer = await mediation.post(START, {"kind": "no code"} | {"paid": True})

    assert {error["field"] for error in answer.json()["errors"]} == {
        "clientRef", "kind", "contract", "startDate", "programmeTag", "primaryPartner",
    }  # fmt: skip


@pytest.mark.parametrize("value", [-1, 1.5, 10.0, "10", True, "ten", 10_000_001])
async def test_a_target_that_is_no_count_is_refused(reporting: Caller, value: object):
    await reporting.post(f"{UNIT}/define", UNIT_DEFINED)

    is_problem(
        await reporting.post(f"{UNIT}/set-target", TARGET | {"value": value}), 400, "invalid-input", "value"
    )


async def test_a_target_of_null_is_taken(reporting: Caller):
    defined = {"occurredOn": "2007-01-01", "definition": DEFINITION.model_dump(mode="json", by_alias=True)}
    await reporting.post("/v1/programme/bureau/define", defined)
    await reporting.post(f"{UNIT}/define", UNIT_DEFINED)

    assert (await reporting.post(f"{UNIT}/set-target", TARGET | {"value": None})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"{", b"no JSON", b"\xff\xfe", b"[]", b'"text"', b"null", b"7", b"[" * 10_000, b"9" * 5_000],
    ids=lambda body: repr(body[:8]),
)
async def test_a_body_that_is_no_json_object_is_refused(mediation: Caller, body: bytes):
    is_problem(await mediation.post(START, body), 400, "invalid-json")


@pytest.mark.parametrize(
    "said", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, LINES],
    ids=["none", "text", "form", "lines"],
)  # fmt: skip
async def test_a_body_that_does_not_say_that_it_is_json_is_refused(mediation: Caller, said: dict[str, str]):
    headers = {"Idempotency-Key": str(KEY), **said}
    answer = await mediation.http.post(START, content=json.dumps(STARTED).encode(), headers=headers)

    is_problem(answer, 415, "content-type-wrong", "Content-Type")
    assert await recorded(mediation) == 0


async def test_a_body_may_say_in_which_encoding_it_is_json(mediation: Caller):
    said = "Application/JSON; charset=utf-8"
    assert (await mediation.post(START, STARTED, Content_Type=said)).status_code == 201


async def test_a_name_that_stands_twice_is_refused(mediation: Caller):
    """Whoever checks a command on its way here may have read the other one."""
    body = json.dumps(STARTED).encode().replace(b'"paid": true', b'"paid": true, "paid": false')

    is_problem(await mediation.post(START, body), 400, "invalid-json", "paid")
    assert await recorded(mediation) == 0


async def test_many_fields_at_fault_are_counted_and_the_first_ten_named(mediation: Caller):
    answer = await mediation.post(START, STARTED | {f"field{number}": number for number in range(400)})

    body = answer.json()
    assert (answer.status_code, body["code"], len(body["errors"])) == (400, "invalid-input", 10)
    assert body["moreErrors"] == 390
    assert len(answer.content) < 2000


async def test_more_fields_than_any_command_has_are_refused(mediation: Caller):
    answer = await mediation.post(START, {f"f{number}": 1 for number in range(5000)})

    is_problem(answer, 413, "too-much")
    assert len(answer.content) < 500


async def test_a_text_that_is_no_unicode_is_refused(mediation: Caller):
    body = json.dumps(WALK_IN).replace("Voorbeeld", "\\ud800").encode()

    is_problem(await mediation.post(TAKE_ON, body), 400, "invalid-input", "name")
    assert await recorded(mediation) == 0


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999", b"-Infinity"])
async def test_a_number_that_is_none_is_refused(reporting: Caller, number: bytes):
    await reporting.post(f"{UNIT}/define", UNIT_DEFINED)
    body = json.dumps(TARGET).encode().replace(b"10", number)

    assert (await reporting.post(f"{UNIT}/set-target", body)).status_code == 400


async def test_what_happened_cannot_lie_in_the_future(mediation: Caller):
    body = WALK_IN | {"occurredOn": "2007-06-16"}

    is_problem(await mediation.post(TAKE_ON, body), 400, "invalid-input", "occurredOn")


async def test_what_happened_may_be_of_today(mediation: Caller):
    assert (await mediation.post(TAKE_ON, WALK_IN | {"occurredOn": "2007-06-15"})).status_code == 201


async def test_an_unknown_thing_is_not_found(mediation: Caller, reporting: Caller):
    is_problem(await mediation.post(END, ENDED), 404, "placement-unknown")
    is_problem(await reporting.post(f"{UNIT}/set-target", TARGET), 404, "unit-unknown")


async def test_an_unknown_thing_in_the_body_is_a_conflict(reporting: Caller):
    admitted = {"occurredOn": "2007-01-01", "name": "UAF", "services": ["mediation"]}
    await reporting.post("/v1/programme/partners/uaf/admit", admitted)
    assigned = {"occurredOn": "2007-01-01", "unitId": "nobody"}
    is_problem(
        await reporting.post("/v1/programme/partners/uaf/assign", assigned), 409, "unit-unknown", "unitId"
    )


async def test_a_thing_that_is_closed_takes_no_more(mediation: Caller):
    await mediation.post(START, STARTED)
    await mediation.post(END, ENDED)
    is_problem(await mediation.post(END, ENDED), 409, "placement-ended")

    await mediation.post(VOID, VOIDED, If_Match=2)
    is_problem(await mediation.post(END, ENDED), 409, "placement-voided")


async def test_an_end_before_the_start_names_its_field(mediation: Caller):
    await mediation.post(START, STARTED)

    is_problem(
        await mediation.post(END, ENDED | {"endDate": "2006-12-31"}), 409, "end-before-start", "endDate"
    )


@pytest.mark.parametrize("ref", ["1", "x" * 36, "%00"])
async def test_a_reference_that_is_no_uuid_is_refused(mediation: Caller, ref: str):
    is_problem(await mediation.post(f"/v1/placements/{ref}/start", STARTED), 400, "invalid-input", "ref")


NOT_RANDOM = [
    "00000000-0000-0000-0000-000111222333",  # a citizen service number, and no version
    "11122233-3000-1000-8000-000000000000",
    "11122233-3000-5000-8000-000000000000",
    "11122233-3000-8000-8000-000000000000",
    "6f2a9d1e-4c58-4d0b-0d37-0e1a7b5c9f42",  # version 4 of another variant
]
"""Version 1 and 8 say what one likes, and a hash (5) of a number is found by trying all numbers."""
UUID_7 = "0190163d-8694-739b-aea5-966c26f8ad91"


@pytest.mark.parametrize("ref", NOT_RANDOM)
async def test_a_reference_that_is_not_random_is_refused_wherever_it_stands(mediation: Caller, ref: str):
    is_problem(await mediation.post(f"/v1/placements/{ref}/start", STARTED), 400, "invalid-input", "ref")
    is_problem(await mediation.http.get(f"/v1/placements/{ref}"), 400, "invalid-input", "ref")
    in_body = STARTED | {"clientRef": ref}
    is_problem(await mediation.post(START, in_body), 400, "invalid-input", "clientRef")
    found = await mediation.bulk(line(OTHER, 1, ref=ref), line(OTHER, 2, body=in_body))
    assert [(one["status"], one["field"]) for one in found] == [(400, "ref"), (400, "clientRef")]
    assert await recorded(mediation) == 0
    assert "111222333" not in json.dumps(found)


async def test_a_reference_may_be_of_version_7(mediation: Caller):
    path = f"/v1/placements/{UUID_7}/start"
    assert (await mediation.post(path, STARTED | {"employerRef": UUID_7})).status_code == 201


@pytest.mark.parametrize("header", ["Idempotency-Key", "Correlation-Id"])
async def test_a_key_is_of_version_4_5_or_7(mediation: Caller, header: str):
    body = json.dumps(STARTED).encode()
    for given in (NOT_RANDOM[0], NOT_RANDOM[1], NOT_RANDOM[3], NOT_RANDOM[4]):
        headers = JSON | {"Idempotency-Key": str(KEY), header: given}
        is_problem(
            await mediation.http.post(START, content=body, headers=headers), 400, "invalid-input", header
        )
    found = await mediation.bulk(
        line(OTHER, 1) | {"key": NOT_RANDOM[0]}, line(OTHER, 2, correlationId=NOT_RANDOM[0])
    )
    assert [(one["status"], one["field"]) for one in found] == [(400, "key"), (400, "correlationId")]
    assert await recorded(mediation) == 0
    for number, given in enumerate((NOT_RANDOM[2], UUID_7, str(KEY))):
        headers = JSON | {"Idempotency-Key": str(OTHER), header: given}
        path = f"/v1/placements/{UUID(int=900 + number, version=4)}/start"
        if header == "Correlation-Id":
            headers["Idempotency-Key"] = str(UUID(int=800 + number, version=4))
        assert (await mediation.http.post(path, content=body, headers=headers)).status_code == 201


@pytest.mark.parametrize("ref", ["UAF", "u", "a_b", "a" * 70, "9lives"])
async def test_a_name_with_other_characters_is_refused(reporting: Caller, ref: str):
    is_problem(
        await reporting.post(f"/v1/programme/units/{ref}/define", UNIT_DEFINED), 400, "invalid-input", "ref"
    )


async def test_a_reference_has_one_spelling(mediation: Caller):
    """Otherwise one placement could be recorded twice."""
    ref = "abcdef00-0000-4000-8000-000000000000"
    await mediation.post(f"/v1/placements/{ref}/start", STARTED)

    for other in (ref.upper(), ref.replace("-", ""), f"{{{ref}}}", f"urn:uuid:{ref}"):
        is_problem(await mediation.post(f"/v1/placements/{other}/start", STARTED), 409, "placement-exists")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (TAKE_ON, WALK_IN | {"name": "x" * 201}, "invalid-input"),
        (TAKE_ON, WALK_IN | {"name": "Synthetica 111222333"}, "invalid-input"),
        (TAKE_ON, WALK_IN | {"phone": "Synthetica xxx"}, "invalid-input"),
        (TAKE_ON, WALK_IN | {"Synthetica": 1}, "invalid-input"),
        (START, STARTED | {"workplace": ["xxx"]}, "invalid-input"),
        (START, STARTED | {"clientRef": "Synthetica xxx"}, "invalid-input"),
        (TAKE_ON, b'{"name": "Synthetica xxx"', "invalid-json"),
        (TAKE_ON, WALK_IN | {"origin": "handover"}, "origin-missing"),
    ],
)
async def test_a_problem_never_repeats_what_was_sent(mediation: Caller, path: str, body: Any, code: str):
    answer = await mediation.post(path, body)

    assert answer.json()["code"] == code
    for text in ("xxx", "111222333", "Voorbeeld"):
        assert text not in answer.text


@pytest.mark.parametrize(
    "name", ["Synthetica Voorbeeld", "0612345678", "s.voorbeeld@example.test", "1985-03-14"]
)
async def test_what_stands_in_the_place_of_a_name_is_not_repeated(mediation: Caller, name: str):
    answer = await mediation.post(TAKE_ON, WALK_IN | {name: True})

    is_problem(answer, 400, "invalid-input", "(unknown)")
    assert name not in answer.text


async def test_an_address_with_a_slash_too_many_is_not_repeated_in_a_redirect(mediation: Caller):
    answer = await mediation.http.get("/v1/clients/Synthetica%20Voorbeeld/")

    is_problem(answer, 404, "not-found")
    assert "Synthetica" not in str(answer.headers)


async def test_a_store_that_is_away_asks_to_come_back(mediation: Caller):
    mediation.store.is_away = True

    answer = await mediation.post(START, STARTED)

    is_problem(answer, 503, "store-unavailable")
    assert answer.headers["retry-after"] == "1"
    assert 'outcome="unavailable"} 1.0' in await mediation.metrics()


async def test_who_loses_every_race_is_asked_to_come_back(mediation: Caller):
    mediation.store.is_raced = True

    answer = await mediation.post(START, STARTED)

    is_problem(answer, 503, "busy")
    assert answer.headers["retry-after"] == "1"


class BrokenStore(MemoryStore):
    async def read(self, stream: str) -> list[StoredRecord]:
        raise RuntimeError("Synthetica Voorbeeld")


async def test_a_fault_of_ours_says_nothing_about_itself():
    store = BrokenStore(lambda: NOW)
    # Starlette answers, and then raises again for the server's log.
    transport = httpx2.ASGITransport(make_app(MEDIATION, "uaf", store, {}), raise_app_exceptions=False)
    headers = ISSUER.bearer(MEDIATION, "uaf", Role.MEDIATOR)
    async with httpx2.AsyncClient(transport=transport, base_url="http://uaf", headers=headers) as http:
        answer = await Caller(http, store).post(START, STARTED)

    is_problem(answer, 500, "fault")
    assert "Synthetica" not in answer.text


async def test_a_body_that_is_too_large_is_refused(mediation: Caller):
    most = json.dumps(STARTED).encode()
    most += b" " * (MOST_BYTES - len(most))

    is_problem(await mediation.post(START, most + b" "), 413, "too-much")
    assert (await mediation.post(START, most)).status_code == 201


async def test_an_address_that_does_not_exist_is_a_problem_too(mediation: Caller):
    is_problem(await mediation.http.get("/v1/nothing"), 404, "not-found")
    is_problem(await mediation.http.get(START), 405, "method-not-allowed")


# Bulk.


def line(thing: UUID, key: int, command: str = "start-placement", **more: Any) -> dict[str, Any]:
    body = {"start-placement": STARTED, "end-placement": ENDED, "void-placement": VOIDED}[command]
    return {"command": command, "ref": str(thing), "key": str(UUID(int=key, version=4)), "body": body} | more


async def test_every_line_of_a_bulk_load_has_a_result(mediation: Caller):
    found = await mediation.bulk(line(PLACEMENT, 1), line(OTHER, 2))

    assert [(one["line"], one["status"], one["version"]) for one in found] == [(1, 201, 1), (2, 201, 1)]


async def test_bad_lines_do_not_stop_the_others(mediation: Caller):
    found = await mediation.bulk(
        line(PLACEMENT, 1),
        "no JSON",
        line(OTHER, 2, command="end-placement"),
        line(OTHER, 3, body=STARTED | {"startDate": "2007-02-30"}),
        line(OTHER, 4) | {"command": "fly"},
        line(OTHER, 5) | {"colour": "orange"},
        line(OTHER, 6) | {"ref": "somebody"},
        line(OTHER, 7) | {"key": "mine"},
        line(OTHER, 8, command="void-placement"),
        '{"command": "start-placement", "command": "end-placement"}',
        line(OTHER, 8) | {"body": STARTED | {"workplace": "x" * MOST_BYTES}},
        line(OTHER, 8, body={f"field{number}": 1 for number in range(100)}),
        line(OTHER, 9),
        line(OTHER, 9, body=STARTED | {"paid": False}),
    )

    assert [(one["line"], one["status"], one.get("code"), one.get("field")) for one in found] == [
        (1, 201, None, None),
        (2, 400, "invalid-json", None),
        (3, 404, "placement-unknown", None),
        (4, 400, "invalid-input", "startDate"),
        (5, 400, "invalid-input", "command"),
        (6, 400, "invalid-input", "colour"),
        (7, 400, "invalid-input", "ref"),
        (8, 400, "invalid-input", "key"),
        (9, 428, "version-required", "If-Match"),
        (10, 400, "invalid-json", "command"),
        (11, 413, "too-much", None),
        (12, 400, "invalid-input", "clientRef"),
        (13, 201, None, None),
        (14, 422, "key-reused", "Idempotency-Key"),
    ]


async def test_lines_about_one_thing_are_taken_in_their_order(mediation: Caller):
    found = await mediation.bulk(
        line(PLACEMENT, 1),
        line(OTHER, 2),
        line(PLACEMENT, 3, command="end-placement"),
        line(PLACEMENT, 4, command="void-placement", ifMatch=2),
    )

    assert [one["version"] for one in found] == [1, 1, 2, 3]


async def test_lines_about_one_thing_keep_their_order_in_any_spelling(mediation: Caller):
    found = await mediation.bulk(
        line(PLACEMENT, 1),
        line(PLACEMENT, 2, command="end-placement", ref=PLACEMENT.hex),
        line(PLACEMENT, 3, command="void-placement", ifMatch=2),
    )

    assert [one["version"] for one in found] == [1, 2, 3]


async def test_a_bulk_load_can_be_sent_again(mediation: Caller):
    lines = [line(PLACEMENT, 1), line(PLACEMENT, 2, command="end-placement")]
    first = await mediation.bulk(*lines)

    assert await mediation.bulk(*lines) == [one | {"repeated": True} for one in first]
    assert await recorded(mediation) == 2


async def test_a_bulk_load_may_state_when_a_fact_was_known(mediation: Caller):
    await mediation.bulk(line(PLACEMENT, 1, knownAt="2007-01-05T10:00:00+01:00"))

    (event,) = (await mediation.http.get(f"/v1/placements/{PLACEMENT}")).json()["events"]
    assert datetime.fromisoformat(event["knownAt"]) == datetime(2007, 1, 5, 9, tzinfo=UTC)
    assert datetime.fromisoformat(event["recordedAt"]) == NOW


@pytest.mark.parametrize(
    "known_at",
    [
        1167991200,
        "2007-01-05T10:00:00",
        "2007-02-30T10:00:00Z",
        "1850-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
async def test_a_moment_that_the_bus_could_not_carry_is_refused(mediation: Caller, known_at: object):
    """Without an offset, or beyond the bounds of an envelope: once recorded it would hold up all publishing."""
    found = await mediation.bulk(line(PLACEMENT, 1, knownAt=known_at), line(OTHER, 2))

    assert [(one["status"], one.get("field")) for one in found] == [(400, "knownAt"), (201, None)]


@pytest.mark.parametrize("known_at", ["2007-06-15T12:00:01Z", "2007-01-04T00:00:00Z"])
async def test_known_later_than_now_or_earlier_than_the_last_is_refused(mediation: Caller, known_at: str):
    await mediation.bulk(line(PLACEMENT, 1, knownAt="2007-01-05T00:00:00Z"))

    (found,) = await mediation.bulk(line(PLACEMENT, 2, command="end-placement", knownAt=known_at))

    assert (found["status"], found["code"], found["field"]) == (409, "known-at-refused", "knownAt")


async def test_a_live_source_cannot_state_when_a_fact_was_known(mediation: Caller):
    early = line(PLACEMENT, 1, knownAt="2007-01-05T00:00:00Z")
    first = await mediation.bulk(early)
    went_live = NewEvent(UUID(int=99, version=4), "source-went-live", 1, '{"occurred_on": "2007-06-01"}')
    await mediation.store.append(Append(LIVE_STREAM, (went_live,), 0, "{}"))

    found = await mediation.bulk(line(OTHER, 2, knownAt="2007-01-05T00:00:00Z"), early, line(OTHER, 3))

    assert (found[0]["status"], found[0]["code"], found[0]["field"]) == (409, "source-is-live", "knownAt")
    assert found[1] == first[0] | {"line": 2, "repeated": True}
    assert found[2]["status"] == 201


async def test_blank_lines_of_a_bulk_load_are_skipped(mediation: Caller):
    found = await mediation.bulk("", line(PLACEMENT, 1), "  ", line(OTHER, 2), "")

    assert [one["line"] for one in found] == [1, 2]


@pytest.mark.parametrize("one", [b"{}\n", b"\n"], ids=["lines", "blank lines"])
async def test_too_many_lines_are_refused(mediation: Caller, one: bytes):
    body = one * MOST_BULK_LINES + b"{}"

    is_problem(await mediation.http.post("/v1/bulk", content=body, headers=LINES), 413, "too-much")
    most = await mediation.http.post("/v1/bulk", content=one * MOST_BULK_LINES, headers=LINES)
    assert most.status_code == 200


async def test_a_bulk_load_that_is_too_large_is_refused(mediation: Caller):
    body = b" " * (MOST_BULK_BYTES + 1)

    is_problem(await mediation.http.post("/v1/bulk", content=body, headers=LINES), 413, "too-much")


async def test_a_store_that_is_away_fails_lines_one_by_one(mediation: Caller):
    mediation.store.is_away = True

    found = await mediation.bulk(line(PLACEMENT, 1), line(OTHER, 2))

    assert [(one["status"], one["code"]) for one in found] == [(503, "store-unavailable")] * 2


async def test_no_line_overtakes_one_about_the_same_thing_that_could_not_be_taken(mediation: Caller):
    await mediation.bulk(line(PLACEMENT, 1))
    mediation.store.is_away_once = True

    found = await mediation.bulk(
        line(PLACEMENT, 2, command="end-placement"),
        line(PLACEMENT, 3, command="void-placement", ifMatch=1),
        line(OTHER, 4),
    )

    assert [one["status"] for one in found] == [503, 503, 201]


# What is on record, health, metrics.


async def test_a_record_shows_public_data_and_personal_values_apart(mediation: Caller):
    await mediation.post(START, STARTED | {"workplace": "Synthetica bv"})
    await mediation.post(END, ENDED)

    answer = await mediation.http.get(f"/v1/placements/{PLACEMENT}")

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert [event["event"] for event in answer.json()["events"]] == [
        "mediation.placement-started.v1",
        "mediation.placement-ended.v1",
    ]
    assert [event["personal"] for event in answer.json()["events"]] == [{"workplace": "Synthetica bv"}, {}]
    assert "Synthetica" not in str([event["data"] for event in answer.json()["events"]])


async def test_what_is_not_on_record_is_not_found(mediation: Caller):
    is_problem(await mediation.http.get(f"/v1/placements/{OTHER}"), 404, "placement-unknown")


@pytest.fixture
def issuer_token() -> dict[str, str]:
    """That of somebody who may do much, but does not operate this service."""
    return ISSUER.bearer(MEDIATION, "uaf", Role.OPS)


async def test_is_alive_whatever_fails(mediation: Caller, checks: dict[str, Check]):
    async def fails() -> None:
        raise StoreUnavailable("away")

    checks["database"] = fails

    assert (await mediation.http.get("/livez")).status_code == 200


async def test_is_ready_when_every_check_passes(mediation: Caller, checks: dict[str, Check]):
    async def passes() -> None:
        pass

    checks["database"] = passes
    answer = await mediation.http.get("/readyz", headers=OPERATOR)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "failing": {}, "degraded": {}})


async def test_is_not_ready_while_a_check_fails_and_says_which(mediation: Caller, checks: dict[str, Check]):
    async def fails() -> None:
        raise StoreUnavailable("away")

    checks["database"] = fails
    answer = await mediation.http.get("/readyz", headers=OPERATOR)

    assert (answer.status_code, answer.json()["failing"]) == (503, {"database": "away"})


async def test_strangers_hear_no_more_than_whether_it_is_ready(
    mediation: Caller, checks: dict[str, Check], issuer_token: dict[str, str]
):
    async def fails() -> None:
        raise StoreUnavailable("away")

    checks["database"] = fails
    for headers in ({}, {"Authorization": "Bearer wrong"}, issuer_token):
        ready = await mediation.http.get("/readyz", headers=headers)
        assert (ready.status_code, ready.json()) == (503, {"status": "not ready"})
        is_problem(await mediation.http.get("/metrics", headers=headers), 401, "token-refused")


async def test_counts_commands_by_what_became_of_them(mediation: Caller):
    key = KEY
    await mediation.post(START, STARTED, key=key)
    await mediation.post(START, STARTED, key=key)
    await mediation.post(START, STARTED)

    text = await mediation.metrics()

    for outcome in ("accepted", "repeated", "refused"):
        assert f'banen_commands_total{{command="start-placement",outcome="{outcome}"}} 1.0' in text
    assert str(PLACEMENT) not in text


async def test_describes_every_command(mediation: Caller):
    paths = (await mediation.http.get("/v1/openapi.json")).json()["paths"]

    for operation in MEDIATION.commands:
        assert "requestBody" in paths[f"/v1{operation.path}"]["post"]


@pytest.mark.parametrize(
    ("name", "said"), [("colour", "colour"), ("Synthetica Voorbeeld", "(unknown)"), ("a" * 60, "(unknown)")]
)
async def test_a_field_that_does_not_exist_is_named_where_that_can_be_no_person(
    mediation: Caller, name: str, said: str
):
    answer = await mediation.post(START, STARTED | {name: "x"})
    is_problem(answer, 400, "invalid-input", said)


@pytest.mark.parametrize("service", [MEDIATION, EMPLOYERS], ids=lambda service: service.name)
async def test_what_is_not_on_record_is_unknown_by_the_name_of_its_kind(service: Service):
    app = make_app(service, "uaf", MemoryStore(lambda: NOW), {})
    records = {one.category: one for one in (*service.commands, *service.records)}
    del records["request"]  # only a privacy officer reads those
    async with signed_in(app, service, "uaf", Role.PARTNER_DATA_STEWARD) as http:
        for category, route in records.items():
            ref = str(OTHER) if route.ref == "uuid" else "adviser-2006-02"
            path = route.path[: route.path.index("{ref}")]
            is_problem(await http.get(f"/v1{path}{ref}"), 404, f"{category}-unknown")
