"""Every answer carries what browsers must know, whatever it answers; no request takes for ever or more than it may."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from prometheus_client import CollectorRegistry

from banen_contracts.roles import Role
from banen_kit.application import problems
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core import problem
from banen_kit.core.metrics import Metrics
from banen_kit.core.problem import Problem
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from banen_kit.web.body import limited_body
from banen_kit.web.middleware import HEADERS, Guard
from banen_kit.web.server import http_server
from banen_mediation.service import SERVICE as MEDIATION

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ISSUER = FakeIssuer()
SHORT = 0.05


router = APIRouter()


@router.get("/fine")
async def fine() -> Response:
    return JSONResponse({})


@router.get("/own")
async def own() -> Response:
    return Response("", headers={"Content-Security-Policy": "default-src 'self'"})


@router.get("/same")
async def same() -> Response:
    return Response(status_code=304)


@router.get("/elsewhere")
async def elsewhere() -> Response:
    return RedirectResponse("/fine", 303)


@router.get("/refused")
async def refused() -> Response:
    raise Problem(401, "not-signed-in", "Sign in.")


@router.get("/fault")
async def fault() -> Response:
    raise RuntimeError("Synthetica Voorbeeld")


@router.get("/for-ever")
async def for_ever() -> Response:
    await asyncio.Event().wait()
    raise AssertionError


@router.get("/no-end")
async def no_end() -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"begun"
        await asyncio.Event().wait()

    return StreamingResponse(parts())


@router.get("/broken-off")
async def broken_off() -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"begun"
        raise RuntimeError("Synthetica Voorbeeld")

    return StreamingResponse(parts())


@router.post("/body")
async def body(request: Request) -> Response:
    return JSONResponse({"size": len(await limited_body(request, 1000))})


@router.get("/address")
async def address(request: Request) -> Response:
    assert request.client is not None
    return JSONResponse({"host": request.client.host, "url": str(request.url)})


def make_app(most_seconds: float = 60.0) -> FastAPI:
    app = FastAPI(openapi_url="/openapi.json", docs_url=None, redoc_url=None)
    app.add_middleware(Guard, most_seconds=most_seconds)
    problems.install(app)
    app.include_router(router)
    return app


def client(app: FastAPI, *, raises: bool = True) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=raises)
    return httpx2.AsyncClient(transport=transport, base_url="http://uaf")


def has_headers(answer: httpx2.Response) -> None:
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert all(len(answer.headers.get_list(name)) == 1 for name in HEADERS)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/fine", 200),
        ("GET", "/same", 304),
        ("GET", "/elsewhere", 303),
        ("GET", "/refused", 401),
        ("GET", "/nothing", 404),
        ("GET", "//", 404),
        ("POST", "/fine", 405),
        ("TRACE", "/fine", 405),
        ("OPTIONS", "/fine", 405),
        ("GET", "/openapi.json", 200),
        ("GET", "/fault", 500),
        ("GET", "/for-ever", 503),
    ],
)
async def test_every_answer_has_the_headers(method: str, path: str, status: int):
    async with client(make_app(SHORT), raises=False) as http:
        answer = await http.request(method, path)
    assert answer.status_code == status
    has_headers(answer)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("Content-Security-Policy", "default-src 'none'"),
        ("Content-Security-Policy", "frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_the_headers_forbid_what_they_should(name: str, holds: str):
    assert holds in HEADERS[name]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/livez", 200),
        ("/readyz", 200),
        ("/metrics", 401),
        ("/v1/openapi.json", 200),
        ("/v1/nothing", 404),
        ("/v1/bulk", 405),
        ("/v1/placements/00000000-0000-0000-0000-000000000001", 401),
    ],
)
async def test_every_answer_of_a_service_has_the_headers_and_says_its_type(path: str, status: int):
    audit = MemoryAudit()
    repository: EventRepository[Any] = EventRepository(
        MemoryStore(lambda: NOW), EventSerializer(MEDIATION.events, MEDIATION.upcasters), MemoryKeys()
    )
    metrics = Metrics.create(CollectorRegistry())
    command_service = CommandService(
        MEDIATION, repository, "uaf", frozenset({"uaf"}), audit, metrics, lambda: NOW
    )
    async with client(
        create_app(
            command_service, ISSUER.authentication(MEDIATION, "uaf", audit), health_of(command_service)
        )
    ) as http:
        answer = await http.get(path)
        refused = await http.get(path, headers=ISSUER.bearer(MEDIATION, "uaf", Role.COACH))
    assert answer.status_code == status
    for one in (answer, refused):
        has_headers(one)
        assert one.headers["Content-Type"].startswith(("application/json", problem.MEDIA_TYPE, "text/plain;"))


async def test_a_page_may_say_more_of_what_it_loads():
    async with client(make_app()) as http:
        answer = await http.get("/own")
    assert answer.headers.get_list("Content-Security-Policy") == ["default-src 'self'"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_fault_is_raised_for_the_log_and_says_nothing_to_the_caller():
    app = make_app()
    async with client(app, raises=False) as http:
        answer = await http.get("/fault")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert answer.headers["Content-Type"] == problem.MEDIA_TYPE
    assert "Synthetica" not in answer.text
    async with client(app) as http:
        with pytest.raises(RuntimeError, match="Synthetica"):
            await http.get("/fault")


async def test_a_request_that_takes_too_long_is_told_so():
    async with client(make_app(SHORT)) as http:
        answer = await http.get("/for-ever")
    assert (answer.status_code, answer.json()["code"]) == (503, "took-too-long")
    assert (answer.headers["Content-Type"], answer.headers["Retry-After"]) == (problem.MEDIA_TYPE, "5")


@pytest.mark.parametrize(("path", "error"), [("/no-end", TimeoutError), ("/broken-off", RuntimeError)])
async def test_an_answer_that_has_begun_is_broken_off(path: str, error: type[Exception]):
    """Else its end would look like part of it."""
    async with client(make_app(SHORT)) as http:
        with pytest.raises(error):
            await http.get(path)


async def test_who_sends_slowly_holds_nothing_for_ever():
    async def slowly() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    async with client(make_app(SHORT)) as http:
        answer = await http.post("/body", content=slowly())
    assert (answer.status_code, answer.json()["code"]) == (503, "took-too-long")


async def test_takes_a_body_up_to_its_limit():
    async with client(make_app()) as http:
        assert (await http.post("/body", content=b"x" * 1000)).json() == {"size": 1000}
        answer = await http.post("/body", content=b"x" * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-much")


async def test_reads_no_more_of_a_body_than_its_limit():
    """Whatever length it says it has, or none."""
    sent = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 400

    async with client(make_app()) as http:
        answer = await http.post("/body", content=without_end())
    assert (answer.status_code, sent) == (413, 3)


async def test_what_is_no_request_is_passed_on():
    passed: list[str] = []

    async def app(scope: Any, _: Any, __: Any) -> None:
        passed.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    await Guard(app)({"type": "lifespan"}, nothing, nothing)
    assert passed == ["lifespan"]


# Over the network, as a service serves it.


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    server = http_server(app)
    listening = socket.create_server((server.config.host, 0))
    host, port = listening.getsockname()
    assert host == "127.0.0.1"
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with httpx2.AsyncClient(base_url=f"http://{host}:{port}") as http:
            yield http
    finally:
        server.should_exit = True
        await serving


async def test_nobody_can_say_that_they_come_from_somewhere_else():
    claims = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=203.0.113.7",
        "X-Real-IP": "203.0.113.7",
    }
    async with served(make_app()) as http:
        answer = await http.get("/address", headers=claims)
    assert answer.json()["host"] == "127.0.0.1"
    assert answer.json()["url"].startswith("http://")


async def test_the_headers_come_over_the_network_also_when_something_fails():
    async with served(make_app(SHORT)) as http:
        for path, status in (("/fine", 200), ("/same", 304), ("/fault", 500), ("/for-ever", 503)):
            answer = await http.get(path)
            assert answer.status_code == status
            has_headers(answer)


async def test_trace_is_not_answered():
    async with served(make_app()) as http:
        traced = await http.request("TRACE", "/fine", headers={"X-Secret": "Synthetica"})
    assert traced.status_code == 405
    assert "Synthetica" not in traced.text
