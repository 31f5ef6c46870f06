"""The language of refusals: Dutch for whoever prefers it, in every kind of answer; else English."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException

from banen_contracts.roles import Role
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.answer_language import answer_language, answering, dutch, prefers_dutch
from banen_kit.core.errors import StoreFull
from banen_kit.core.metrics import Metrics
from banen_kit.core.problem import Problem
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.security.permissions import ANYONE
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from banen_mediation.service import SERVICE
from support.definition import learned

NOW = datetime(2007, 6, 15, 12, tzinfo=UTC)
ISSUER = FakeIssuer()
PLACEMENT, CLIENT = UUID(int=1, version=4), UUID(int=3, version=4)
TAKE_ON = f"/v1/clients/{CLIENT}/take-on"
VOID = f"/v1/placements/{PLACEMENT}/void"
WALK_IN = {"occurredOn": "2007-01-01", "origin": "walk_in", "name": "Synthetica Voorbeeld"}
VOIDED = {"occurredOn": "2007-05-01", "reasonCode": "by-mistake"}
STARTED = {
    "clientRef": str(CLIENT),
    "kind": "employment",
    "contract": "open_ended",
    "startDate": "2007-01-01",
    "paid": True,
    "programmeTag": "programme",
    "primaryPartner": "uaf",
}
DUTCH, ENGLISH = {"Accept-Language": "nl"}, {"Accept-Language": "en"}
TEXTS = dutch(SERVICE.texts).sentences


class FullStore(MemoryStore):
    is_full = False

    async def read(self, stream: str) -> list[StoredRecord]:
        if self.is_full:
            raise StoreFull("the disk is full")
        return await super().read(stream)


@pytest.fixture
def store() -> FullStore:
    return FullStore(lambda: NOW)


@pytest.fixture
def app(store: FullStore) -> FastAPI:
    serializer = EventSerializer(SERVICE.events, SERVICE.upcasters)
    repository: EventRepository[Any] = EventRepository(store, serializer, MemoryKeys())
    audit, metrics = MemoryAudit(lambda: NOW), Metrics.create(CollectorRegistry())
    command_service = CommandService(
        SERVICE, repository, "uaf", frozenset({"uaf"}), audit, metrics, lambda: NOW, learned()
    )
    return create_app(
        command_service, ISSUER.authentication(SERVICE, "uaf", audit), health_of(command_service)
    )


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    signed_in = ISSUER.bearer(SERVICE, "uaf", Role.MEDIATOR)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://uaf", headers=signed_in) as client:
        yield client


async def post(
    http: httpx2.AsyncClient, path: str, body: object, headers: Mapping[str, str], key: int = 9
) -> httpx2.Response:
    return await http.post(
        path, json=body, headers={"Idempotency-Key": str(UUID(int=key, version=4)), **headers}
    )


async def refused(
    http: httpx2.AsyncClient, store: FullStore, status: int, headers: Mapping[str, str]
) -> httpx2.Response:
    """The answer to a request that is refused with this status."""
    await post(http, TAKE_ON, WALK_IN, {}, key=1)
    await post(http, f"/v1/placements/{PLACEMENT}/start", STARTED, {}, key=2)
    match status:
        case 400:
            return await post(http, TAKE_ON, WALK_IN | {"origin": "elsewhere"}, headers)
        case 401:
            return await post(http, TAKE_ON, WALK_IN, {"Authorization": "Bearer nonsense", **headers})
        case 403:
            viewer = ISSUER.bearer(SERVICE, "uaf", Role.AUDITOR)
            return await post(http, TAKE_ON, WALK_IN, {**viewer, **headers})
        case 404:
            return await http.get("/v1/nowhere", headers=headers)
        case 409:
            return await post(http, TAKE_ON, WALK_IN, headers)
        case 412:
            return await post(http, VOID, VOIDED, {"If-Match": "7", **headers})
        case 422:
            return await post(http, TAKE_ON, WALK_IN | {"occurredOn": "2007-01-02"}, headers, key=1)
        case 428:
            return await post(http, VOID, VOIDED, headers)
        case _:
            store.is_full = True
            return await post(http, VOID, VOIDED, {"If-Match": "1", **headers})


CODES = {
    400: "invalid-input",
    401: "token-invalid",
    403: "not-allowed",
    404: "not-found",
    409: "client-exists",
    412: "wrong-version",
    422: "key-reused",
    428: "version-required",
    503: "store-full",
}


@pytest.mark.parametrize("status", CODES)
async def test_a_refusal_is_dutch_for_whoever_prefers_that(
    http: httpx2.AsyncClient, store: FullStore, status: int
):
    english = (await refused(http, store, status, {})).json()
    store.is_full = False
    answer = await refused(http, store, status, DUTCH)

    assert (answer.status_code, answer.json()["code"]) == (status, CODES[status])
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("nl", "Accept-Language")
    assert answer.json() == {**english, "detail": TEXTS[CODES[status]]}
    assert english["detail"] != TEXTS[CODES[status]]


@pytest.mark.parametrize(
    "headers", [{}, ENGLISH, {"Accept-Language": "fr"}, {"Accept-Language": "nl;q=much"}]
)
@pytest.mark.parametrize("status", [400, 409, 503])
async def test_else_it_is_english(
    http: httpx2.AsyncClient, store: FullStore, status: int, headers: Mapping[str, str]
):
    answer = await refused(http, store, status, headers)

    assert answer.json()["detail"] != TEXTS[CODES[status]]
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("en", "Accept-Language")


async def test_what_is_wrong_with_a_field_is_said_in_english(http: httpx2.AsyncClient, store: FullStore):
    said = (await refused(http, store, 400, DUTCH)).json()

    assert said["detail"] == "De invoer klopt niet; bij elk veld staat in het Engels wat er mis is."
    assert [error["field"] for error in said["errors"]] == ["origin"]
    assert said["errors"][0]["detail"].startswith("Input should be")


@pytest.mark.parametrize(("accepted", "language"), [("nl-NL, en;q=0.5", "nl"), ("en", "en"), (None, "en")])
async def test_lines_of_a_bulk_load_are_refused_in_one_language(
    http: httpx2.AsyncClient, accepted: str | None, language: str
):
    await post(http, TAKE_ON, WALK_IN, {}, key=1)
    line = {
        "command": "take-on-client",
        "ref": str(CLIENT),
        "key": str(UUID(int=5, version=4)),
        "body": WALK_IN,
    }
    given = {"Content-Type": "application/x-ndjson"} | ({"Accept-Language": accepted} if accepted else {})
    answer = await http.post("/v1/bulk", content=f"{json.dumps(line)}\nnonsense", headers=given)

    said = [json.loads(one) for one in answer.text.splitlines()]
    assert [one["code"] for one in said] == ["client-exists", "invalid-json"]
    assert {one["detail"] == TEXTS[one["code"]] for one in said} == {language == "nl"}
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == (language, "Accept-Language")


async def test_requests_at_the_same_time_are_answered_each_in_its_language(http: httpx2.AsyncClient):
    one, other = await asyncio.gather(*(http.get("/v1/nowhere", headers=said) for said in (DUTCH, ENGLISH)))
    assert (one.json()["detail"], other.json()["detail"]) == (TEXTS["not-found"], "Not Found")
    assert answer_language().code == "en"


async def test_also_what_the_middleware_refuses_and_what_goes_wrong(app: FastAPI, http: httpx2.AsyncClient):
    router = APIRouter()

    @router.get("/broken", name="livez")
    async def broken() -> None:
        raise RuntimeError("Synthetica Voorbeeld")

    @router.get("/teapot", name="livez")
    async def teapot() -> None:
        raise HTTPException(418)

    assert SERVICE.permissions["livez"] is ANYONE
    app.include_router(router)
    for path, code in (("/%00", "invalid-input"), ("/broken", "fault"), ("/teapot", "refused")):
        answer = await http.get(path, headers=DUTCH)
        assert (answer.json()["code"], answer.json()["detail"]) == (code, TEXTS[code])
        assert answer.headers["Content-Language"] == "nl"


def test_a_code_without_a_dutch_sentence_keeps_its_english_one():
    with answering([(b"Accept-Language", b"nl")]):
        assert Problem(409, "of-a-test", "No.").to_json()["detail"] == "No."
        assert Problem(409, "busy", "No.").to_json()["detail"] == TEXTS["busy"]


@pytest.mark.parametrize(
    "accepted",
    ["nl", "NL", "nl-NL", "nl-BE", "nl, en", "nl,en;q=0.8", "en;q=0.8, nl", "fr, nl;q=0.1", "nl-BE;q=0, nl", "nl, *",
     "en;q=0, *", "de ; q=1 , nl;q=0.5\t", "nl;q=1.000", "nl;q=0.001", ",nl,,", "*;q=0.1, nl;q=0.2", "en;q=0.5,nl;Q=0.6"],
)  # fmt: skip
def test_prefers_dutch(accepted: str):
    assert prefers_dutch(accepted)


@pytest.mark.parametrize(
    "accepted",
    ["", "en", "en-GB", "fr", "*", "en, nl", "nl;q=0.5, en", "nl;q=0", "nl;q=0, *", "en;q=0, nl;q=0", "*, nl;q=0.5",
     "nld", "nl;q=2", "nl;q=1.1", "nl;q=0.1234", "nl;q=", "nl;q=-1", "nl;q=nan", "nl q=1", "nl;level=1", "nl/en",
     "nl\x00", "ñl", "nl;;q=1", "nl-", "nl-toolongpart", "nl;q=\N{SUPERSCRIPT TWO}", "nl," * 300, "nl;q=0.5;q=0.5"],
)  # fmt: skip
def test_prefers_english_or_cannot_be_read(accepted: str):
    assert not prefers_dutch(accepted)


@pytest.mark.parametrize(
    ("lines", "language"),
    [([b"fr", b"nl"], "nl"), ([b"en", b"nl"], "en"), ([b"nl", b"nl\xff"], "en"), ([], "en")],
)
def test_a_header_in_several_lines_is_one(lines: list[bytes], language: str):
    with answering([(b"Accept-Language", line) for line in lines]):
        assert answer_language().code == language
