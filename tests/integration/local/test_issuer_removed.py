"""Whoever is on the issuer's list of removed people signs in nowhere, and has no session left at any service."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Receive, Scope, Send

from banen_contracts.roles import ROLES, Role
from banen_kit.application import problems
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.clocks import utc_now
from banen_kit.core.metrics import Metrics
from banen_kit.postgres.connection import Pool, connect
from banen_kit.security.permissions import ANYONE, every_partner
from banen_kit.security.sessions import Sessions
from banen_kit.security.strength import Strength
from banen_kit.security.tokens import Issuer
from banen_kit.web import backchannel, login
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.backchannel import Backchannel
from banen_kit.web.login import Logins, RelyingParty
from banen_kit.web.server import http_server
from banen_local.cluster.folder import LocalError, free_port
from banen_local.cluster.programme import PARTNERS_FILE
from banen_local.demo.visit import sign_in
from banen_local.issuer.clients import register_client
from banen_local.issuer.keys import ensure_key, read_keys
from banen_local.issuer.provider import Provider
from banen_local.issuer.removed import read_removed
from banen_local.issuer.telling import tell
from banen_local.issuer.testing import CALLBACK, Clock, Dance, form_token, running
from banen_local.issuer.tokens import logout_token
from support.waiting import eventually

CLIENT = "bureau-reporting"
LEAVER, COLLEAGUE = "demo-emplooi-adviser", "demo-bureau-project-bureau"
PERMISSIONS = {
    "login": ANYONE,
    "login-answer": ANYONE,
    backchannel.ACTION: ANYONE,
    "page": every_partner(*Role),
}


@dataclass
class Desk:
    """An issuer's folder and where the issuer will be; it may be started, stopped and started again."""

    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def own(self) -> Path:
        return self.folder / "issuer"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        process = running(self.folder, self.port, PARTNERS_FILE)
        await asyncio.to_thread(process.__enter__)
        try:
            yield
        finally:
            await asyncio.to_thread(process.__exit__, None, None, None)

    def remove(self, *subjects: str) -> None:
        (self.own / "removed.json").write_text(json.dumps(subjects))

    @property
    def log(self) -> str:
        return (self.folder / "issuer.log").read_text()


@dataclass
class Service:
    """A client of the issuer: signs people in, keeps their sessions in PostgreSQL, and counts what it is told."""

    command_service: Desk
    pool: Pool
    client_id: str = CLIENT
    port: int = field(default_factory=free_port)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    told: list[int] = field(default_factory=list[int])
    """What it answered to each logout token."""
    is_failing: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def app(self, http: httpx2.AsyncClient) -> ASGIApp:
        secret = register_client(
            self.command_service.own,
            self.client_id,
            f"{self.url}/login/answer",
            f"{self.url}/logout/backchannel",
        )
        issuer = Issuer(self.command_service.url, http, ROLES.known)
        authentication = Authentication(
            "bureau",
            "urn:x",
            PERMISSIONS,
            issuer,
            self.audit,
            Sessions(self.pool, utc_now),
            strength=Strength(ROLES.strong),
        )
        app = FastAPI(dependencies=[Depends(authentication)], openapi_url=None)
        problems.install(app)
        app.include_router(
            login.routes(Logins(RelyingParty(self.client_id, secret, self.url), authentication))
        )
        metrics = Metrics.create(CollectorRegistry())
        app.include_router(
            backchannel.routes(Backchannel(self.client_id, authentication, metrics.logouts_refused))
        )

        @app.get("/page", name="page")
        async def page(request: Request) -> Response:
            return JSONResponse(who(request).principal.subject)

        return self._watched(app)

    def _watched(self, app: ASGIApp) -> ASGIApp:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] != "/logout/backchannel":
                return await app(scope, receive, send)
            if self.is_failing:
                self.told.append(500)
                return await Response(status_code=500)(scope, receive, send)

            async def sent(message: Any) -> None:
                if message["type"] == "http.response.start":
                    self.told.append(message["status"])
                await send(message)

            return await app(scope, receive, sent)

        return watched

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        async with httpx2.AsyncClient() as http:
            server = http_server(self.app(http))  # pyright: ignore[reportArgumentType]
            listening = socket.create_server((server.config.host, self.port))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield
            finally:
                server.should_exit = True
                await serving


@dataclass
class Person:
    """Somebody with a browser, signed in."""

    http: httpx2.AsyncClient
    service: Service
    cookie: str

    async def sees(self) -> int:
        answer = await self.http.get(f"{self.service.url}/page", headers={"Cookie": self.cookie})
        return answer.status_code


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient() as http:
        yield http


@pytest.fixture
async def pool(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    pool = await connect(database.service_url, await new_schema())
    yield pool
    await pool.close()


@pytest.fixture
def command_service(tmp_path: Path) -> Desk:
    ensure_key(tmp_path / "issuer")
    return Desk(tmp_path)


@pytest.fixture
def service(command_service: Desk, pool: Pool) -> Service:
    return Service(command_service, pool)


async def signed_in(http: httpx2.AsyncClient, service: Service, person: str) -> Person:
    return Person(http, service, await sign_in(http, service.url, person))


async def test_whoever_is_removed_loses_the_session_and_cannot_sign_in_again(
    command_service: Desk, service: Service, http: httpx2.AsyncClient
) -> None:
    async with command_service.open(), service.open():
        leaver, colleague = [await signed_in(http, service, one) for one in (LEAVER, COLLEAGUE)]
        assert [await leaver.sees(), await colleague.sees()] == [200, 200]

        command_service.remove(LEAVER, LEAVER)
        await eventually(lambda: service.told == [200])

        assert [await leaver.sees(), await colleague.sees()] == [401, 200]
        with pytest.raises(LocalError, match="stops at the issuer, with 400"):
            await signed_in(http, service, LEAVER)
        ended = [kept.entry.subject for kept in service.audit.kept if kept.entry.action != "login"]
        assert ended == [LEAVER]

        command_service.remove()
        assert await (await signed_in(http, service, LEAVER)).sees() == 200
        command_service.remove(LEAVER)
        await eventually(lambda: service.told == [200, 200])


async def test_a_service_that_is_away_or_fails_is_told_later_also_by_an_issuer_that_was_restarted(
    command_service: Desk, service: Service, http: httpx2.AsyncClient
) -> None:
    async with command_service.open():
        async with service.open():
            leaver = await signed_in(http, service, LEAVER)
        command_service.remove(LEAVER)
        await eventually(lambda: "does not know yet who was removed: ConnectError" in command_service.log)
    async with command_service.open():
        service.is_failing = True
        async with service.open():
            await eventually(lambda: bool(service.told))
            assert await leaver.sees() == 200
            service.is_failing = False
            await eventually(lambda: 200 in service.told)
            assert await leaver.sees() == 401
    assert command_service.log.count("ConnectError") <= 2, "said once for as long as it lasts"


async def test_a_service_that_is_away_does_not_keep_the_word_from_others(
    command_service: Desk, service: Service, http: httpx2.AsyncClient
) -> None:
    register_client(
        command_service.own, "away", CALLBACK, f"http://127.0.0.1:{free_port()}/logout/backchannel"
    )
    register_client(command_service.own, "without-pages", CALLBACK)
    async with command_service.open(), service.open():
        command_service.remove(LEAVER)
        await eventually(lambda: service.told == [200])
        await eventually(lambda: "away does not know yet" in command_service.log)
    assert "without-pages" not in command_service.log


async def test_a_token_that_the_issuer_made_is_not_good_for_another_service_and_ends_a_session_once(
    command_service: Desk, service: Service, http: httpx2.AsyncClient
) -> None:
    async def say(client: str, token: str | None = None) -> tuple[int, str]:
        token = token or logout_token(
            read_keys(command_service.own), command_service.url, LEAVER, client, utc_now()
        )
        answer = await http.post(f"{service.url}/logout/backchannel", data={"logout_token": token})
        return answer.status_code, token

    async with command_service.open(), service.open():
        leaver = await signed_in(http, service, LEAVER)
        assert (await say("uaf-reporting"))[0] == 400
        assert await leaver.sees() == 200
        status, token = await say(CLIENT)
        assert (status, await leaver.sees()) == (200, 401)
        again = await signed_in(http, service, LEAVER)
        assert (await say(CLIENT, token))[0] == 200
        assert await again.sees() == 200


# Without a network.


async def test_a_code_of_somebody_who_was_removed_since_is_worth_nothing(
    dance: Dance, tmp_path: Path
) -> None:
    code = await dance.code()
    (tmp_path / "issuer" / "removed.json").write_text(json.dumps([LEAVER]))
    answer = await dance.exchange(code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    chosen = await dance.choose(LEAVER, form_token(await dance.authorize()))
    assert (chosen.status_code, "mag niet meer inloggen" in chosen.text) == (400, True)


MALFORMED = [
    "",
    "{",
    '{"a": 1}',
    '"demo-uaf-adviser"',
    "[1]",
    '["a b"]',
    '[""]',
    '[["a"]]',
    "null",
    "\ufeff[]",
]


@pytest.mark.parametrize("text", MALFORMED)
async def test_while_the_list_cannot_be_read_nobody_signs_in_and_nobody_is_told(
    dance: Dance, tmp_path: Path, clock: Clock, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "issuer"
    code, token = await dance.code(), form_token(await dance.authorize())
    (folder / "removed.json").write_text(text)

    answers = [await dance.exchange(code), await dance.choose("demo-uaf-adviser", token)]

    assert [answer.status_code for answer in answers] == [503, 503]
    [fault] = await tell(Provider(folder, dance.url, [], clock), dance.http)
    assert "removed.json is no list of subjects" in fault
    assert "removed.json is no list of subjects" in caplog.text
    with pytest.raises(LocalError, match="no list of subjects"):
        read_removed(folder)


async def test_an_issuer_does_not_start_with_a_list_that_it_cannot_read(command_service: Desk) -> None:
    (command_service.own / "removed.json").write_text("[")
    with pytest.raises(AssertionError):
        async with command_service.open():
            pass
    assert "the issuer cannot run: " in command_service.log
    assert "no list of subjects" in command_service.log


@pytest.mark.parametrize("address", ["https://evil.example/out", "ftp://127.0.0.1/", "http://127.0.0.1/#x"])
def test_a_service_is_told_at_an_address_of_this_machine(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="backchannel_logout_uri: must be an address on this machine"):
        register_client(tmp_path / "issuer", CLIENT, CALLBACK, address)
