"""Signing in at a provider that is not ours, and signing out: only the browser that set out comes back as somebody."""

import asyncio
import hashlib
import json
import re
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from joserfc.jwk import KeySet

from banen_contracts.roles import ROLES, Role
from banen_kit.application import problems
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.postgres.connection import Pool, connect
from banen_kit.security.login_cookie import LOGIN, LOGIN_COOKIE
from banen_kit.security.permissions import ANYONE, Permissions, every_partner, own_partner
from banen_kit.security.sessions import COOKIE, Sessions, digest
from banen_kit.security.strength import Strength
from banen_kit.security.tokens import Issuer
from banen_kit.testing import FakeIssuer
from banen_kit.web import login
from banen_kit.web.authentication import FORM_TOKEN, Authentication, who
from banen_kit.web.login import MOST_AT_ONCE, Logins, RelyingParty, own_path
from banen_kit.web.middleware import Guard
from banen_kit.web.server import http_server
from banen_local.cluster.folder import free_port
from banen_local.cluster.process import until_answers
from support.problems import is_problem
from support.waiting import DEADLINE

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
OURS = "https://pages.test"
CLIENT = "uaf-pages"
SECRET = "only-for-tests"
PERMISSIONS: Permissions = {
    "login": ANYONE,
    "login-answer": ANYONE,
    "logout": every_partner(*Role),
    "page": own_partner(Role.ADVISER),
}
USERS = (
    {"sub": "adviser-1", "banen_partner": "uaf", "banen_roles": ["adviser", "offline_access"]},
    {"sub": "steward-1", "banen_partner": "uaf", "banen_roles": ["partner_data_steward"]},
    {"sub": "foreign-1", "banen_partner": "emplooi", "banen_roles": ["adviser"]},
    {"sub": "no-role", "banen_partner": "uaf", "banen_roles": []},
    {"sub": "no-partner", "banen_roles": ["adviser"]},
    {"sub": "odd one", "banen_partner": "uaf", "banen_roles": ["adviser"]},
)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pool(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    pool = await connect(database.service_url, await new_schema())
    yield pool
    await pool.close()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """oidc-provider-mock, in a process of its own: written by others, signs with RSA, knows nothing of us."""
    port = free_port()
    users = [part for user in USERS for part in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", *users]
    with (tmp_path_factory.mktemp("provider") / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            configuration = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
            assert asyncio.run(until_answers(process, configuration, DEADLINE)), "the provider did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


@dataclass
class Place:
    """Our service: what it is made of, and what it has noted."""

    app: FastAPI
    audit: MemoryAudit
    issuer: Issuer
    authentication: Authentication


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """With it the service asks the provider, and the tests walk its pages."""
    async with httpx2.AsyncClient() as http:
        yield http


@pytest.fixture
def make_place(pool: Pool, http: httpx2.AsyncClient, clock: Clock) -> Callable[[str], Place]:
    def make(issuer_url: str) -> Place:
        audit, sessions = MemoryAudit(lambda: NOW), Sessions(pool, clock)
        issuer = Issuer(issuer_url, http, ROLES.known)
        authentication = Authentication(
            "uaf",
            "urn:nl:banenoffensief:uaf:mediation",
            PERMISSIONS,
            issuer,
            audit,
            sessions,
            strength=Strength(ROLES.strong),
        )
        app = FastAPI(dependencies=[Depends(authentication)], openapi_url=None)
        app.add_middleware(Guard)
        problems.install(app)
        app.include_router(login.routes(Logins(RelyingParty(CLIENT, SECRET, OURS), authentication)))

        @app.get("/page", name="page")
        async def page(request: Request) -> Response:
            found = who(request)
            assert found.session is not None
            return JSONResponse({"subject": found.principal.subject, FORM_TOKEN: found.session.form_token})

        return Place(app, audit, issuer, authentication)

    return make


@pytest.fixture
def place(make_place: Callable[[str], Place], provider: str) -> Place:
    return make_place(provider)


@dataclass
class Browser:
    """Keeps cookies as a browser does that takes this machine for as good as https."""

    place: Place
    agent: str = "Firefox"
    cookies: dict[str, str] = field(default_factory=dict[str, str])

    async def ask(self, method: str, address: str, **more: Any) -> httpx2.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"User-Agent": self.agent} | ({"Cookie": cookie} if cookie else {})
        transport = httpx2.ASGITransport(self.place.app)
        async with httpx2.AsyncClient(transport=transport, base_url=OURS, headers=headers) as client:
            answer = await client.request(method, address, **more)
        for name, attributes in cookies_set(answer).items():
            self.cookies[name] = attributes["value"]
            if attributes.get("max-age") == "0":
                del self.cookies[name]
        return answer

    async def get(self, address: str) -> httpx2.Response:
        return await self.ask("GET", address)

    async def set_out(self, path: str = "/page") -> str:
        """Where at the provider it is sent."""
        answer = await self.get(f"/login?{urlencode({'path': path})}")
        assert answer.status_code == 303
        return answer.headers["Location"]

    async def sign_in(self, http: httpx2.AsyncClient, sub: str, path: str = "/page") -> httpx2.Response:
        return await self.get(await chosen(http, await self.set_out(path), sub))

    async def form_token(self) -> str:
        return (await self.get("/page")).json()[FORM_TOKEN]


@pytest.fixture
def browser(place: Place) -> Browser:
    return Browser(place)


def cookies_set(answer: httpx2.Response) -> dict[str, dict[str, str]]:
    """What the answer sets, with all attributes that are given."""
    found: dict[str, dict[str, str]] = {}
    for line in answer.headers.get_list("Set-Cookie"):
        for name, morsel in SimpleCookie(line).items():
            given = {key: str(value) for key, value in morsel.items() if value not in ("", False)}
            found[name] = given | {"value": morsel.value}
    return found


async def chosen(http: httpx2.AsyncClient, address: str, sub: str) -> str:
    """Somebody signs in at the provider, which sends the browser back to us."""
    assert (await http.get(address)).status_code == 200
    answer = await http.post(address, data={"sub": sub})
    assert answer.status_code == 302
    back = answer.headers["Location"]
    assert back.startswith(f"{OURS}/login/answer?")
    return back


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def altered(address: str, **values: str) -> str:
    parts = urlsplit(address)
    return parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | values)).geturl()


def is_refused(answer: httpx2.Response, status: int, code: str, field: str | None = None) -> None:
    is_problem(answer, status, code, field)
    assert COOKIE not in cookies_set(answer)


# Signing in.


async def test_signs_in_at_a_foreign_provider(browser: Browser, http: httpx2.AsyncClient):
    assert (await browser.get("/page")).status_code == 401
    answer = await browser.sign_in(http, "adviser-1", "/page?unit=uaf")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/page?unit=uaf")
    assert (await browser.get("/page")).json()["subject"] == "adviser-1"
    assert [(kept.entry.subject, kept.entry.action) for kept in browser.place.audit.kept] == [
        ("adviser-1", "login")
    ]


async def test_asks_the_provider_for_a_code_and_proves_that_it_asked(browser: Browser, provider: str):
    address = await browser.set_out()
    asked = query_of(address)
    assert address.startswith(f"{provider}/oauth2/authorize?")
    fixed = {
        name: asked.pop(name) for name in list(asked) if name not in ("state", "nonce", "code_challenge")
    }
    assert fixed == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": f"{OURS}/login/answer",
        "scope": "openid",
        "code_challenge_method": "S256",
    }
    assert {len(value) for value in asked.values()} == {43}
    again = query_of(await browser.set_out())
    assert all(again[name] != value for name, value in asked.items())


@pytest.mark.parametrize("step", ["out", "back"])
async def test_cookies_are_for_this_host_over_https_and_not_for_scripts(
    browser: Browser, http: httpx2.AsyncClient, step: str
):
    answer = await browser.get("/login")
    if step == "back":
        answer = await browser.get(await chosen(http, answer.headers["Location"], "adviser-1"))
        gone = cookies_set(answer).pop(LOGIN_COOKIE)
        assert (gone["value"], gone["max-age"], gone["path"], gone["secure"]) == ("", "0", "/", "True")
    found = cookies_set(answer)[COOKIE if step == "back" else LOGIN_COOKIE]
    assert re.fullmatch(r"[\w-]{43}" if step == "back" else r"[\w-]{200,400}", found.pop("value"))
    assert found == {"path": "/", "secure": "True", "httponly": "True", "samesite": "lax"}
    assert (COOKIE, LOGIN_COOKIE) == ("__Host-banen", "__Host-banen-login")


async def test_no_token_and_no_secret_reaches_the_browser(browser: Browser, http: httpx2.AsyncClient):
    out = await browser.get("/login")
    back = await browser.get(await chosen(http, out.headers["Location"], "adviser-1"))
    page = await browser.get("/page")
    for answer in (out, back, page):
        said = f"{answer.headers!r} {answer.text}"
        assert not re.search(r"eyJ[\w-]+\.", said)
        assert "access_token" not in said
        assert SECRET not in said


async def test_a_role_may_at_the_pages_what_it_may(browser: Browser, http: httpx2.AsyncClient):
    await browser.sign_in(http, "steward-1")
    is_refused(await browser.get("/page"), 403, "not-allowed")
    await browser.sign_in(http, "foreign-1")
    is_refused(await browser.get("/page"), 404, "not-found")


@pytest.mark.parametrize("sub", ["no-role", "no-partner", "odd one", "stranger-1"])
async def test_an_account_that_is_not_of_the_programme_is_not_let_in(
    browser: Browser, http: httpx2.AsyncClient, sub: str, caplog: pytest.LogCaptureFixture
):
    answer = await browser.sign_in(http, sub)
    is_refused(answer, 403, "account-incomplete")
    assert sub not in answer.text
    assert browser.place.audit.kept == []
    assert "login-answer refused: account-incomplete" in caplog.messages
    assert sub not in caplog.text


async def test_a_new_session_takes_the_place_of_what_the_browser_had(
    browser: Browser, http: httpx2.AsyncClient
):
    planted = "p" * 43
    browser.cookies[COOKIE] = planted
    await browser.sign_in(http, "adviser-1")
    first = browser.cookies[COOKIE]
    assert first != planted
    await browser.sign_in(http, "adviser-1")
    assert browser.cookies[COOKIE] != first
    assert (await browser.get("/page")).status_code == 200
    for cookie in (planted, first):
        is_refused(await Browser(browser.place, cookies={COOKIE: cookie}).get("/page"), 401, "session-ended")


async def test_a_stolen_cookie_is_refused_and_ends_the_session(browser: Browser, http: httpx2.AsyncClient):
    await browser.sign_in(http, "adviser-1")
    thief = Browser(browser.place, "curl", dict(browser.cookies))
    is_refused(await thief.get("/page"), 401, "session-ended")
    is_refused(await browser.get("/page"), 401, "session-ended")


# An answer that is not for us.


async def test_an_answer_in_another_browser_is_refused(browser: Browser, http: httpx2.AsyncClient):
    """Somebody sends a victim the end of a login of their own."""
    back = await chosen(http, await browser.set_out(), "adviser-1")
    stranger = Browser(browser.place)
    is_refused(await stranger.get(back), 401, "login-expired")
    await stranger.set_out()
    is_refused(await stranger.get(back), 401, "login-expired")
    assert (await browser.get(back)).status_code == 303


async def test_an_answer_works_once(browser: Browser, http: httpx2.AsyncClient):
    await browser.set_out()
    login_cookie = browser.cookies[LOGIN_COOKIE]
    back = await chosen(http, await browser.set_out(), "adviser-1")
    browser.cookies[LOGIN_COOKIE] = again = browser.cookies[LOGIN_COOKIE]
    assert login_cookie != again
    assert (await browser.get(back)).status_code == 303
    is_refused(await browser.get(back), 401, "login-expired")
    browser.cookies[LOGIN_COOKIE] = again
    is_refused(await browser.get(back), 401, "login-refused")


@pytest.mark.parametrize("state", ["", "x"])
async def test_an_answer_to_no_question_of_ours_is_refused(
    browser: Browser, http: httpx2.AsyncClient, state: str
):
    back = await chosen(http, await browser.set_out(), "adviser-1")
    is_refused(await browser.get(altered(back, state=state)), 401, "login-expired")


async def test_an_answer_that_comes_too_late_is_refused(
    browser: Browser, http: httpx2.AsyncClient, clock: Clock
):
    back = await chosen(http, await browser.set_out(), "adviser-1")
    clock.now += LOGIN + timedelta(seconds=1)
    is_refused(await browser.get(back), 401, "login-expired")


async def test_an_answer_with_another_nonce_is_refused(browser: Browser, http: httpx2.AsyncClient):
    """Somebody puts the code of another login into this one."""
    back = await chosen(http, altered(await browser.set_out(), nonce="another"), "adviser-1")
    is_refused(await browser.get(back), 401, "login-refused")


async def test_a_code_that_was_given_to_another_client_is_refused(browser: Browser, http: httpx2.AsyncClient):
    back = await chosen(http, altered(await browser.set_out(), client_id="other"), "adviser-1")
    is_refused(await browser.get(back), 401, "login-refused")


@pytest.mark.parametrize("code", ["x", "x" * 5000, "é"])
async def test_a_code_that_the_provider_did_not_give_is_refused(browser: Browser, code: str):
    state = query_of(await browser.set_out())["state"]
    answer = await browser.get(f"/login/answer?{urlencode({'state': state, 'code': code})}")
    is_refused(answer, 401, "login-refused")


async def test_who_is_refused_at_the_provider_is_not_let_in_and_may_try_again(
    browser: Browser, http: httpx2.AsyncClient
):
    state = query_of(await browser.set_out())["state"]
    said = {"error": "access_denied", "error_description": "Synthetica", "state": state}
    answer = await browser.get(f"/login/answer?{urlencode(said)}")
    is_refused(answer, 401, "login-refused")
    assert "Synthetica" not in answer.text
    assert (await browser.sign_in(http, "adviser-1")).status_code == 303


async def test_keeps_no_secret_of_a_login_longer_than_it_lasts(
    browser: Browser, http: httpx2.AsyncClient, pool: Pool
):
    await browser.sign_in(http, "adviser-1")
    kept = await pool.fetch("select * from finished_logins")
    assert [(len(row["state"]), row["at"]) for row in kept] == [(32, NOW)], "a hash and a day, and no secret"
    assert await pool.fetchval("select id from sessions") == digest(browser.cookies[COOKIE])


# Where it goes next.


@pytest.mark.parametrize(
    "path", ["/\t/evil.test/", "/\n/evil.test/", "\t//evil.test/", "/page\r\nSet-Cookie: x=y"]
)
async def test_a_path_with_a_control_character_is_refused(browser: Browser, path: str):
    assert own_path(path) == "/"
    answer = await browser.get(f"/login?{urlencode({'path': path})}")
    assert (answer.status_code, answer.json()["field"]) == (400, "path")
    assert not cookies_set(answer)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.test/",
        "//evil.test/",
        "///evil.test/",
        "/\\evil.test/",
        "\\\\evil.test/",
        "\\/evil.test/",
        " //evil.test/",
        "javascript:alert(1)",
        "evil.test",
        "/\u2028",
        "",
        "/" + "x" * 1000,
    ],
)
async def test_goes_to_a_path_of_ours_whatever_was_asked(
    browser: Browser, http: httpx2.AsyncClient, path: str
):
    assert own_path(path) == "/"
    answer = await browser.sign_in(http, "adviser-1", path)
    assert answer.headers["Location"] == "/"
    assert "x" not in cookies_set(answer)


@pytest.mark.parametrize(
    "path", ["/", "/page", "/page?unit=uaf&route=A", "/plaatsingen/1#x", "/%2F%2Fevil.test"]
)
def test_goes_back_to_where_somebody_was(path: str):
    assert own_path(path) == path


async def test_a_path_cannot_be_taken_for_another_host(browser: Browser, http: httpx2.AsyncClient):
    answer = await browser.sign_in(http, "adviser-1", "/.\\/evil.test")
    assert "\\" not in answer.headers["Location"]
    assert urlsplit(answer.headers["Location"]).netloc == ""


# Signing out.


async def test_signs_out_here_and_at_the_provider(browser: Browser, http: httpx2.AsyncClient, provider: str):
    await browser.sign_in(http, "adviser-1")
    cookie = browser.cookies[COOKIE]
    answer = await browser.ask("POST", "/logout", data={FORM_TOKEN: await browser.form_token()})

    assert answer.status_code == 303
    address, _, _ = answer.headers["Location"].partition("?")
    assert address == f"{provider}/oauth2/end_session"
    assert query_of(answer.headers["Location"]) == {
        "client_id": CLIENT,
        "post_logout_redirect_uri": f"{OURS}/",
    }
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    gone = cookies_set(answer)[COOKIE]
    assert (gone["value"], gone["max-age"], gone["secure"], gone["path"]) == ("", "0", "True", "/")
    assert COOKIE not in browser.cookies
    is_refused(await Browser(browser.place, cookies={COOKIE: cookie}).get("/page"), 401, "session-ended")
    assert [kept.entry.action for kept in browser.place.audit.kept] == ["login", "logout"]
    assert (await http.get(answer.headers["Location"])).status_code == 200


@pytest.mark.parametrize("form", [{}, {FORM_TOKEN: "x"}])
async def test_another_site_cannot_sign_somebody_out(
    browser: Browser, http: httpx2.AsyncClient, form: dict[str, str]
):
    await browser.sign_in(http, "adviser-1")
    is_refused(await browser.ask("POST", "/logout", data=form), 403, "form-used", "formToken")
    assert (await browser.get("/logout")).status_code == 405
    assert (await browser.get("/page")).status_code == 200


async def test_who_is_not_signed_in_cannot_sign_out(browser: Browser):
    is_refused(await browser.ask("POST", "/logout"), 401, "not-signed-in")


# A provider that is away, or that cannot be trusted.


@dataclass
class Untrue:
    """A provider in this process whose token endpoint answers what a test wants."""

    fake: FakeIssuer
    url: str = ""
    is_without_logout: bool = False
    answer: Callable[[], Response] = field(default=Response)
    waits: Callable[[], Awaitable[Response]] | None = None
    asked: dict[str, str] = field(default_factory=dict[str, str])

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def about() -> dict[str, str]:
            end = {} if self.is_without_logout else {"end_session_endpoint": f"{self.url}/end"}
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
            } | end

        @app.get("/jwks")
        async def jwks() -> Response:
            return JSONResponse(KeySet(self.fake.published).as_dict(private=False))

        @app.post("/token")
        async def token(request: Request) -> Response:
            self.asked = dict(parse_qsl((await request.body()).decode()))
            self.asked["authorization"] = request.headers.get("Authorization", "")
            return self.answer() if self.waits is None else await self.waits()

        return app

    def says(self, **claims: Any) -> None:
        """Its next ID token is a good one, but for these claims."""
        said = {
            "partner": "uaf",
            "audience": CLIENT,
            "subject": "adviser-1",
            "iss": self.url,
            "typ": "JWT",
        } | claims
        token = self.fake.token(Role.ADVISER, **said)
        tokens = {"access_token": "x", "token_type": "Bearer", "id_token": token}
        self.answer = lambda: JSONResponse(tokens)


@pytest.fixture
async def untrue() -> AsyncIterator[Untrue]:
    provider = Untrue(FakeIssuer())
    server = http_server(provider.app())
    listening = socket.create_server((server.config.host, 0))
    provider.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield provider
    server.should_exit = True
    await serving


async def came_back(browser: Browser, untrue: Untrue, **claims: Any) -> httpx2.Response:
    """The provider says these claims in its ID token; a claim `nonce` of its own, or else the one asked for."""
    asked = query_of(await browser.set_out())
    untrue.says(**{"nonce": asked["nonce"]} | claims)
    return await browser.get(f"/login/answer?{urlencode({'state': asked['state'], 'code': 'c'})}")


@pytest.fixture
def misled(make_place: Callable[[str], Place], untrue: Untrue) -> Browser:
    return Browser(make_place(untrue.url))


async def test_proves_to_the_provider_that_the_code_is_ours(misled: Browser, untrue: Untrue):
    asked = query_of(await misled.set_out())
    untrue.says(nonce=asked["nonce"])
    await misled.get(f"/login/answer?{urlencode({'state': asked['state'], 'code': 'c'})}")
    verifier = untrue.asked["code_verifier"]
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert challenge == asked["code_challenge"]
    assert untrue.asked["grant_type"] == "authorization_code"
    assert untrue.asked["redirect_uri"] == f"{OURS}/login/answer"
    assert untrue.asked["authorization"].startswith("Basic ")
    assert SECRET not in untrue.asked


@pytest.mark.parametrize("audience", [CLIENT, [CLIENT]])
async def test_believes_an_id_token_for_us(misled: Browser, untrue: Untrue, audience: Any):
    assert (await came_back(misled, untrue, aud=audience)).status_code == 303


async def test_believes_an_id_token_that_we_asked_for_though_others_may_read_it(
    misled: Browser, untrue: Untrue
):
    answer = await came_back(misled, untrue, aud=[CLIENT, "other"], azp=CLIENT)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"aud": "urn:nl:banenoffensief:uaf:mediation"},
        {"aud": ["other"]},
        {"aud": [CLIENT, "other"]},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"azp": "other"},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ""},
        {"nonce": 7},
        {"iss": "https://other.test"},
        {"exp": 1},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"typ": "at+jwt"},
        {"typ": "logout+jwt"},
        {"exp": int(time.time()) + 10 * 365 * 86_400},
    ],
)
async def test_an_id_token_for_another_login_is_refused(
    misled: Browser, untrue: Untrue, claims: dict[str, Any]
):
    is_refused(await came_back(misled, untrue, **claims), 401, "login-refused")
    assert misled.place.audit.kept == []


async def test_an_id_token_that_somebody_else_signed_is_refused(misled: Browser, untrue: Untrue):
    untrue.fake.key = FakeIssuer.new_key()
    is_refused(await came_back(misled, untrue), 401, "login-refused")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (JSONResponse({"access_token": "x", "token_type": "Bearer"}), 401),
        (JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": None}), 401),
        (JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": ["x"]}), 401),
        (JSONResponse({"error": "invalid_grant", "error_description": "Synthetica"}, 400), 401),
        (JSONResponse({"error": "Synthetica"}), 401),
        (JSONResponse({}), 401),
        (JSONResponse([]), 503),
        (JSONResponse("x"), 503),
        (PlainTextResponse("no JSON"), 503),
        (PlainTextResponse("\xff".encode("latin-1"), 200, media_type="application/json"), 503),
        (JSONResponse({}, 500), 503),
        (PlainTextResponse("Synthetica", 502), 503),
        (Response(status_code=302, headers={"Location": "https://evil.test/token"}), 503),
    ],
)
async def test_a_token_endpoint_that_answers_nonsense_lets_nobody_in(
    misled: Browser, untrue: Untrue, answer: Response, status: int
):
    state = query_of(await misled.set_out())["state"]
    untrue.answer = lambda: answer
    found = await misled.get(f"/login/answer?{urlencode({'state': state, 'code': 'c'})}")
    is_refused(found, status, "login-refused" if status == 401 else "issuer-unavailable")
    assert "Synthetica" not in found.text


async def test_who_was_refused_at_the_provider_is_not_asked_after_there(misled: Browser, untrue: Untrue):
    state = query_of(await misled.set_out())["state"]
    untrue.says()
    answer = await misled.get(f"/login/answer?{urlencode({'state': state, 'error': 'access_denied'})}")
    is_refused(answer, 401, "login-refused")
    assert untrue.asked == {}


async def test_a_provider_that_is_away_is_told_as_such(make_place: Callable[[str], Place]):
    browser = Browser(make_place(f"http://127.0.0.1:{free_port()}"))
    answer = await browser.get("/login")
    is_refused(answer, 503, "issuer-unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert browser.cookies == {}


async def test_a_provider_that_goes_away_meanwhile_is_told_as_such(
    make_place: Callable[[str], Place], http: httpx2.AsyncClient
):
    provider = Untrue(FakeIssuer())
    server = http_server(provider.app())
    listening = socket.create_server((server.config.host, 0))
    provider.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    browser = Browser(make_place(provider.url))
    state = query_of(await browser.set_out())["state"]
    server.should_exit = True
    await serving
    answer = await browser.get(f"/login/answer?{urlencode({'state': state, 'code': 'c'})}")
    is_refused(answer, 503, "issuer-unavailable")


async def test_without_a_logout_at_the_provider_it_goes_to_the_front_page(misled: Browser, untrue: Untrue):
    untrue.is_without_logout = True
    await came_back(misled, untrue)
    answer = await misled.ask("POST", "/logout", data={FORM_TOKEN: await misled.form_token()})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


async def test_an_answer_works_once_also_where_the_provider_takes_its_code_twice(
    misled: Browser, untrue: Untrue
):
    asked = query_of(await misled.set_out())
    login_cookie = misled.cookies[LOGIN_COOKIE]
    untrue.says(nonce=asked["nonce"])
    back = f"/login/answer?{urlencode({'state': asked['state'], 'code': 'c'})}"
    assert (await misled.get(back)).status_code == 303
    misled.cookies[LOGIN_COOKIE] = login_cookie
    is_refused(await misled.get(back), 401, "login-expired")


async def rows_in(pool: Pool) -> dict[str, int]:
    names = await pool.fetch("select relname from pg_stat_user_tables where schemaname = current_schema()")
    return {row["relname"]: await pool.fetchval(f'select count(*) from "{row["relname"]}"') for row in names}


async def test_nobody_writes_to_the_database_before_the_provider_knows_them(
    misled: Browser, untrue: Untrue, pool: Pool
):
    before = await rows_in(pool)
    untrue.answer = lambda: JSONResponse({"error": "invalid_grant"}, 400)
    for _ in range(3):
        state = query_of(await misled.set_out())["state"]
        assert await rows_in(pool) == before
        await misled.get(f"/login/answer?{urlencode({'state': state, 'code': 'c'})}")
        await misled.get(f"/login/answer?{urlencode({'state': 'x', 'code': 'c'})}")
    assert await rows_in(pool) == before


async def test_the_provider_is_asked_about_so_many_answers_together_and_no_more(
    misled: Browser, untrue: Untrue
):
    going_on, all_asked = asyncio.Event(), asyncio.Event()
    asked: list[int] = []

    async def waits() -> Response:
        asked.append(1)
        if len(asked) == MOST_AT_ONCE:
            all_asked.set()
        await going_on.wait()
        return JSONResponse({"error": "invalid_grant"}, 400)

    untrue.waits = waits
    browsers = [Browser(misled.place) for _ in range(MOST_AT_ONCE)]
    states = [query_of(await browser.set_out())["state"] for browser in browsers]
    first = [
        asyncio.create_task(browser.get(f"/login/answer?{urlencode({'state': state, 'code': 'c'})}"))
        for browser, state in zip(browsers, states, strict=True)
    ]
    await asyncio.wait_for(all_asked.wait(), 30)
    late = query_of(await misled.set_out())["state"]
    answer = await misled.get(f"/login/answer?{urlencode({'state': late, 'code': 'c'})}")
    is_refused(answer, 503, "busy")
    going_on.set()
    assert [found.status_code for found in await asyncio.gather(*first)] == [401] * MOST_AT_ONCE


async def test_failed_logins_are_in_the_audit_log_as_numbers_and_name_nobody(
    browser: Browser, http: httpx2.AsyncClient
):
    for _ in range(3):
        await browser.get("/login/answer?state=x&code=y")
    await browser.sign_in(http, "no-role")
    await browser.get("/page")  # without a cookie: nobody tried anything
    place = browser.place
    await place.authentication.strangers.write()
    await place.authentication.strangers.write()
    found = [(kept.entry.action, kept.entry.outcome, dict(kept.entry.detail)) for kept in place.audit.kept]
    assert found == [
        ("login-answer", "refused", {"code": "login-expired", "count": 3}),
        ("login-answer", "refused", {"code": "account-incomplete", "count": 1}),
    ]
    assert {(kept.entry.subject, kept.entry.roles) for kept in place.audit.kept} == {("unknown", ())}


def test_what_is_printed_of_us_holds_no_secret():
    assert SECRET not in repr(RelyingParty(CLIENT, SECRET, OURS))


# Signing in again, and stronger.


STEWARD_SAYS = {"subject": "steward-1", "banen_roles": ["adviser", "partner_data_steward"]}


@pytest.fixture
def strict(make_place: Callable[[str], Place], untrue: Untrue) -> Browser:
    place = make_place(untrue.url)
    place.authentication.strength = Strength(ROLES.strong, ("mfa", "hardware"))
    return Browser(place)


async def answered(browser: Browser, untrue: Untrue, address: str, **claims: Any) -> httpx2.Response:
    """The provider sends the browser back from this address, and says these claims."""
    asked = query_of(address)
    untrue.says(**{"nonce": asked["nonce"]} | claims)
    return await browser.get(f"/login/answer?{urlencode({'state': asked['state'], 'code': 'c'})}")


async def test_who_signed_in_too_weakly_for_the_role_is_sent_to_do_it_stronger(
    strict: Browser, untrue: Untrue
):
    address = await strict.set_out("/page?unit=uaf")
    assert {"acr_values", "max_age"} & query_of(address).keys() == set()

    again = await answered(strict, untrue, address, **STEWARD_SAYS, acr="password")

    assert again.status_code == 303
    assert COOKIE not in strict.cookies
    asked = query_of(again.headers["Location"])
    assert (asked["acr_values"], asked["max_age"]) == ("mfa hardware", "43200")

    done = await answered(strict, untrue, again.headers["Location"], **STEWARD_SAYS, acr="mfa")
    assert (done.status_code, done.headers["Location"]) == (303, "/page?unit=uaf")
    assert (await strict.get("/page")).status_code == 200
    assert [kept.entry.action for kept in strict.place.audit.kept] == ["login"]


@pytest.mark.parametrize(
    "said", [{"acr": "password"}, {}, {"acr": "mfa", "auth_time": int(NOW.timestamp()) - 13 * 3600}]
)
async def test_a_provider_that_gives_no_more_is_not_asked_for_ever(
    strict: Browser, untrue: Untrue, said: dict[str, Any]
):
    strict.place.authentication.clock = lambda: NOW
    address = (await strict.get("/login?strong=true")).headers["Location"]
    assert query_of(address)["max_age"] == "43200"

    answer = await answered(strict, untrue, address, **STEWARD_SAYS, **said)

    is_refused(answer, 403, "sign-in-insufficient")
    assert strict.place.audit.kept == []


async def test_another_role_is_let_in_however_it_signed_in(strict: Browser, untrue: Untrue):
    assert (await came_back(strict, untrue, acr="password")).status_code == 303
    assert COOKIE in strict.cookies


@pytest.mark.parametrize(
    ("claim", "value"), [("auth_time", "noon"), ("auth_time", -5), ("sid", 7), ("acr", {})]
)
async def test_a_provider_that_tells_nonsense_of_the_sign_in_is_not_believed(
    misled: Browser, untrue: Untrue, claim: str, value: Any
):
    is_refused(await came_back(misled, untrue, **{claim: value}), 401, "login-refused")


async def test_the_session_is_known_by_that_of_the_provider(misled: Browser, untrue: Untrue, pool: Pool):
    await came_back(misled, untrue, sid="of-the-provider", acr="mfa", auth_time=1_700_000_000)
    row = await pool.fetchrow("select issuer_session, acr, signed_in_at from sessions")
    assert row is not None
    assert tuple(row) == ("of-the-provider", "mfa", datetime.fromtimestamp(1_700_000_000, UTC))
