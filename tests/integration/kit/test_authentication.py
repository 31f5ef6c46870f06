"""Nobody passes the gate but who may: whoever asks, whatever for, and before anything of the request is looked at."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from limits import RateLimitItemPerMinute
from prometheus_client import CollectorRegistry

from banen_contracts.roles import ROLES, Role
from banen_kit.application import problems
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.audit.log import Outcome
from banen_kit.core.identity import Principal, SignIn
from banen_kit.core.metrics import Metrics
from banen_kit.core.strict_json import MOST_BYTES
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import connect
from banen_kit.security.permissions import ANYONE, Permissions, every_partner, own_partner
from banen_kit.security.sessions import COOKIE, IDLE, Sessions
from banen_kit.security.strength import MAX_AGE, Strength
from banen_kit.security.tokens import Issuer
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from banen_kit.web.authentication import FORM_TOKEN, MOST_FORM_BYTES, REFUSED_PER_MINUTE, Authentication, who
from banen_kit.web.body import limited_body
from banen_kit.web.middleware import Guard
from banen_mediation.service import SERVICE as MEDIATION
from support.definition import learned
from support.problems import is_problem

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
AUDIENCE = "urn:nl:banenoffensief:uaf:mediation"
BROWSER = {"User-Agent": "Firefox"}
FORM = "application/x-www-form-urlencoded"
PERMISSIONS: Permissions = {
    "open": ANYONE,
    "view": own_partner(Role.ADVISER),
    "do": own_partner(Role.MEDIATOR),
    "figures": every_partner(Role.ADVISER, Role.MINISTRY_OBSERVER),
}
START = f"/v1/placements/{UUID(int=1, version=4)}/start"
READ = f"/v1/placements/{UUID(int=1, version=4)}"
ANY = Strength(ROLES.strong)
ISSUER = FakeIssuer()
FEW = RateLimitItemPerMinute(300)
"""So that asking too often takes no time."""


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sessions(
    database: Any, new_schema: Callable[..., Awaitable[str]], clock: Clock
) -> AsyncIterator[Sessions]:
    pool = await connect(database.service_url, await new_schema())
    yield Sessions(pool, clock)
    await pool.close()


@pytest.fixture
def audit() -> MemoryAudit:
    return MemoryAudit(lambda: NOW)


def make_app(
    audit: MemoryAudit,
    issuer: FakeIssuer = ISSUER,
    sessions: Sessions | None = None,
    strength: Strength = ANY,
) -> FastAPI:
    authentication = Authentication(
        "uaf",
        AUDIENCE,
        PERMISSIONS,
        Issuer(issuer.url, issuer.http(), ROLES.known),
        audit,
        sessions,
        FEW,
        strength=strength,
    )
    if sessions is not None:
        authentication.clock = sessions.clock
    app = FastAPI(dependencies=[Depends(authentication)], openapi_url=None)
    app.add_middleware(Guard)
    problems.install(app)

    @app.get("/open", name="open")
    async def is_open(request: Request) -> Response:
        return JSONResponse({"is_known": hasattr(request.state, "who")})

    @app.get("/view/{ref}", name="view")
    async def view(request: Request, ref: str) -> Response:
        await authentication.note(request, who(request), Outcome.SHOWN, ref)
        return JSONResponse({"subject": who(request).principal.subject, "purpose": who(request).purpose})

    @app.post("/do", name="do")
    async def do(request: Request) -> Response:
        body = await limited_body(request, MOST_BYTES)
        return JSONResponse({"form": dict(who(request).form), "body": body.decode()})

    @app.get("/figures", name="figures")
    async def figures() -> Response:
        return JSONResponse({})

    @app.get("/forgotten", name="forgotten")
    async def forgotten() -> Response:
        raise AssertionError("nobody said who may come here")

    return app


def client(app: FastAPI, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://uaf", headers=headers)


@pytest.fixture
async def http(audit: MemoryAudit) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(make_app(audit)) as http:
        yield http


def bearer(*roles: Role, partner: str = "uaf", **claims: Any) -> dict[str, str]:
    token = ISSUER.token(*roles, partner=partner, **{"audience": AUDIENCE} | claims)
    return {"Authorization": f"Bearer {token}"}


ADVISER = bearer(Role.ADVISER)
MEDIATOR = bearer(Role.MEDIATOR)


def attempts(audit: MemoryAudit) -> list[tuple[str, str, str, Outcome]]:
    entries = [kept.entry for kept in audit.kept]
    return [(entry.subject, entry.partner, entry.action, entry.outcome) for entry in entries]


# Who asks.


async def test_lets_in_who_shows_a_token(http: httpx2.AsyncClient):
    answer = await http.get("/view/p-1", headers=ADVISER)
    assert (answer.status_code, answer.json()) == (200, {"subject": "somebody", "purpose": None})


async def test_does_not_ask_anybody_for_what_is_open(http: httpx2.AsyncClient):
    assert (await http.get("/open")).json() == {"is_known": False}
    assert (await http.get("/open", headers={"Authorization": "Bearer x"})).json() == {"is_known": False}


async def test_who_says_nothing_is_told_how_to(http: httpx2.AsyncClient, audit: MemoryAudit):
    answer = await http.get("/view/p-1")
    is_problem(answer, 401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="banen"'
    assert audit.kept == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Basic c29tZWJvZHk6c2VjcmV0", "token-missing"),
        ("Bearer", "token-missing"),
        ("Bearer ", "token-missing"),
        ("", "token-missing"),
        ("Bearer x", "token-invalid"),
        ("Bearer a.b.c", "token-invalid"),
        (bearer(Role.ADVISER, exp=1)["Authorization"], "token-expired"),
        (
            bearer(Role.ADVISER, audience="urn:nl:banenoffensief:uaf:intake")["Authorization"],
            "token-aud-wrong",
        ),
    ],
)
async def test_a_token_that_proves_nothing_is_refused(http: httpx2.AsyncClient, header: str, code: str):
    answer = await http.get("/view/p-1", headers={"Authorization": header})
    is_problem(answer, 401, code)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="banen", error="invalid_token"'
    assert header.removeprefix("Bearer ").strip() in ("", "x", "Bearer") or header[7:] not in answer.text


async def test_an_account_without_role_is_refused(http: httpx2.AsyncClient):
    is_problem(await http.get("/view/p-1", headers=bearer()), 401, "account-incomplete")


async def test_the_name_of_the_scheme_is_in_any_case(http: httpx2.AsyncClient):
    header = ADVISER["Authorization"].replace("Bearer", "bEARER")
    assert (await http.get("/view/p-1", headers={"Authorization": header})).status_code == 200


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=x"])
async def test_a_bad_token_is_not_made_good_by_a_cookie(http: httpx2.AsyncClient, cookie: str):
    headers = {"Authorization": "Bearer x", "Cookie": cookie}
    is_problem(await http.get("/view/p-1", headers=headers), 401, "token-invalid")


async def test_a_token_in_the_address_or_in_a_cookie_is_not_seen(http: httpx2.AsyncClient):
    token = ADVISER["Authorization"].removeprefix("Bearer ")
    is_problem(await http.get(f"/view/p-1?access_token={token}"), 401, "not-signed-in")
    is_problem(await http.get("/view/p-1", headers={"Cookie": f"{COOKIE}={token}"}), 401, "not-signed-in")


async def test_nobody_is_recognised_while_the_issuer_is_away(audit: MemoryAudit):
    issuer = FakeIssuer()
    issuer.is_away = True
    async with client(make_app(audit, issuer)) as http:
        answer = await http.get("/view/p-1", headers=ADVISER)
    is_problem(answer, 503, "issuer-unavailable")
    assert answer.headers["Retry-After"] == "5"


async def test_tokens_stay_out_of_the_log(http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    for headers in (ADVISER, MEDIATOR, bearer(Role.ADVISER, exp=1)):
        await http.get("/view/p-1", headers=headers)
        assert all(part not in caplog.text for part in headers["Authorization"][7:].split("."))


async def test_who_is_not_recognised_is_logged_by_route_and_reason(
    http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
):
    await http.get("/view/p-1", headers={"Authorization": "Bearer a.b.c"})
    assert caplog.messages == ["view refused: token-invalid"]


# How they signed in.

STEWARD = (Role.ADVISER, Role.PARTNER_DATA_STEWARD)
"""An adviser who is the steward too, so that the route is theirs."""


@pytest.fixture
async def strict(audit: MemoryAudit) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(make_app(audit, strength=Strength(ROLES.strong, ("mfa", "hardware")))) as http:
        yield http


def ago(age: timedelta) -> int:
    return int((datetime.now(UTC) - age).timestamp())


@pytest.mark.parametrize(
    "said",
    [
        {"acr": "password"},
        {"auth_time": ago(timedelta())},
        {"acr": "mfa", "auth_time": ago(MAX_AGE + timedelta(minutes=1))},
    ],
    ids=["too weak", "strength not told", "too old"],
)
async def test_a_strong_role_is_told_how_to_sign_in_again(
    strict: httpx2.AsyncClient, audit: MemoryAudit, said: dict[str, Any]
):
    answer = await strict.get("/view/p-1", headers=bearer(*STEWARD, **said))
    is_problem(answer, 401, "sign-in-insufficient")
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="banen", error="insufficient_user_authentication",'
        ' acr_values="mfa hardware", max_age="43200"'
    )
    assert audit.kept == []
    assert (await strict.get("/view/p-1", headers=bearer(Role.ADVISER, **said))).status_code == 200


async def test_a_strong_role_that_signed_in_well_is_let_in(strict: httpx2.AsyncClient):
    headers = bearer(*STEWARD, acr="hardware", auth_time=ago(timedelta(hours=11)))
    assert (await strict.get("/view/p-1", headers=headers)).status_code == 200


async def test_a_machine_in_a_strong_role_is_let_in(strict: httpx2.AsyncClient):
    assert (await strict.get("/view/p-1", headers=bearer(*STEWARD))).status_code == 200


async def test_without_values_only_the_age_counts(http: httpx2.AsyncClient):
    young, old = (bearer(*STEWARD, auth_time=ago(timedelta(hours=hours))) for hours in (11, 13))
    assert (await http.get("/view/p-1", headers=young)).status_code == 200
    answer = await http.get("/view/p-1", headers=old)
    is_problem(answer, 401, "sign-in-insufficient")
    assert "acr_values" not in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("at", [ago(timedelta(hours=-1)), -1, "now"], ids=["later", "never", "text"])
async def test_a_token_that_tells_nonsense_of_the_sign_in_is_refused(http: httpx2.AsyncClient, at: Any):
    answer = await http.get("/view/p-1", headers=bearer(Role.ADVISER, auth_time=at))
    is_problem(answer, 401, "token-auth_time-wrong")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="banen", error="invalid_token"'


async def test_a_session_ages_and_one_that_tells_nothing_is_no_machine(
    audit: MemoryAudit, sessions: Sessions, clock: Clock
):
    async def session(acr: str | None, age: timedelta) -> dict[str, str]:
        person = Principal("s-1", "uaf", frozenset(STEWARD), SignIn(acr, clock.now - age))
        return {"Cookie": f"{COOKIE}={await sessions.open(person, BROWSER['User-Agent'])}"}

    app = make_app(audit, sessions=sessions, strength=Strength(ROLES.strong, ("mfa",)))
    async with client(app, **BROWSER) as http:
        good = await session("mfa", MAX_AGE - timedelta(minutes=5))
        assert (await http.get("/view/p-1", headers=good)).status_code == 200
        untold = await signed_in(sessions, *STEWARD)
        for bad in (await session("password", timedelta()), await session(None, timedelta()), untold):
            is_problem(await http.get("/view/p-1", headers=bad), 401, "sign-in-insufficient")
        clock.now += timedelta(minutes=6)
        is_problem(await http.get("/view/p-1", headers=good), 401, "sign-in-insufficient")


# What they may.


async def test_a_role_that_does_not_go_so_far_is_refused(http: httpx2.AsyncClient, audit: MemoryAudit):
    is_problem(await http.get("/view/p-1", headers=MEDIATOR), 403, "not-allowed")
    is_problem(await http.post("/do", headers=ADVISER), 403, "not-allowed")
    assert attempts(audit) == [
        ("somebody", "uaf", "view", Outcome.REFUSED),
        ("somebody", "uaf", "do", Outcome.REFUSED),
    ]


async def test_what_belongs_to_another_partner_looks_as_if_it_were_not_there(
    http: httpx2.AsyncClient, audit: MemoryAudit
):
    foreign = await http.get("/view/p-1", headers=bearer(Role.ADVISER, partner="emplooi"))
    nothing = await http.get("/nothing", headers=bearer(Role.ADVISER, partner="emplooi"))
    is_problem(foreign, 404, "not-found")
    assert (foreign.json(), foreign.headers) == (nothing.json(), nothing.headers)
    assert attempts(audit) == [("somebody", "emplooi", "view", Outcome.REFUSED)]


async def test_what_is_for_every_partner_is_for_the_roles_it_names(http: httpx2.AsyncClient):
    for partner in ("uaf", "emplooi", "ministry"):
        headers = bearer(Role.MINISTRY_OBSERVER, partner=partner)
        assert (await http.get("/figures", headers=headers)).status_code == 200
    is_problem(await http.get("/figures", headers=bearer(Role.COACH, partner="emplooi")), 403, "not-allowed")


@pytest.mark.parametrize("partner", ["uaf", "emplooi"])
async def test_what_is_not_in_the_table_is_refused_to_everybody(
    http: httpx2.AsyncClient, audit: MemoryAudit, partner: str
):
    is_problem(await http.get("/forgotten"), 401, "not-signed-in")
    is_problem(await http.get("/forgotten", headers=bearer(*Role, partner=partner)), 403, "not-allowed")
    assert attempts(audit) == [("somebody", partner, "forgotten", Outcome.REFUSED)]


async def test_a_refused_attempt_is_in_the_audit_log_under_its_correlation_id(
    http: httpx2.AsyncClient, audit: MemoryAudit
):
    correlation = UUID(int=17, version=4)
    await http.get("/view/p-1", headers=MEDIATOR | {"Correlation-Id": str(correlation)})
    (kept,) = audit.kept
    assert (kept.entry.correlation_id, kept.entry.roles) == (correlation, ("mediator",))


async def test_what_is_shown_and_what_is_asked_are_joined_by_one_id(
    http: httpx2.AsyncClient, audit: MemoryAudit
):
    await http.get("/view/p-1", headers=ADVISER | {"Correlation-Id": str(UUID(int=18, version=4))})
    await http.get("/view/p-1", headers=ADVISER)
    first, second = (kept.entry.correlation_id for kept in audit.kept)
    assert first == UUID(int=18, version=4) != second


@pytest.mark.parametrize("headers", [ADVISER, MEDIATOR])
async def test_a_correlation_id_is_a_uuid_whoever_sends_it(
    http: httpx2.AsyncClient, audit: MemoryAudit, headers: dict[str, str]
):
    """Else somebody could try what he may not, and leave no trace of it."""
    answer = await http.get("/view/p-1", headers=headers | {"Correlation-Id": "Synthetica"})
    is_problem(answer, 400, "invalid-input", "Correlation-Id")
    assert "Synthetica" not in answer.text
    assert audit.kept == []


async def test_says_why_an_auditor_looks(http: httpx2.AsyncClient, audit: MemoryAudit):
    answer = await http.get("/view/p-1", headers=ADVISER | {"Purpose": " AUDIT-2009-1 "})
    assert answer.json()["purpose"] == "AUDIT-2009-1"
    await http.get("/view/p-1", headers=MEDIATOR | {"Purpose": "AUDIT-2009-2"})
    assert [kept.entry.purpose for kept in audit.kept] == ["AUDIT-2009-1", "AUDIT-2009-2"]


@pytest.mark.parametrize("given", ["", "because I want to", "x" * 500, "AUDIT;2009"])
async def test_a_purpose_is_the_mark_of_a_document(http: httpx2.AsyncClient, audit: MemoryAudit, given: str):
    answer = await http.get("/view/p-1", headers=ADVISER | {"Purpose": given})
    is_problem(answer, 400, "invalid-input", "Purpose")
    assert audit.kept == []


# How often.


async def until_hurried(http: httpx2.AsyncClient, headers: dict[str, str], most: int) -> int:
    """How many requests were answered before one was told to wait; more than the limit where a minute ended."""
    for number in range(2 * most + 1):
        answer = await http.get("/view/p-1", headers=headers)
        if answer.status_code == 429:
            is_problem(answer, 429, "too-many-requests")
            assert answer.headers["Retry-After"] == "60"
            return number
    raise AssertionError("never told to wait")


async def test_who_guesses_has_to_wait_and_colleagues_at_the_same_address_do_not(http: httpx2.AsyncClient):
    bad = {"Authorization": "Bearer a.b.c"}
    assert await until_hurried(http, bad, REFUSED_PER_MINUTE.amount) >= REFUSED_PER_MINUTE.amount
    assert (await http.get("/view/p-1", headers=ADVISER)).status_code == 200


async def test_who_is_not_signed_in_is_told_so_however_many_guess(http: httpx2.AsyncClient):
    for _ in range(2 * REFUSED_PER_MINUTE.amount + 1):
        is_problem(await http.get("/view/p-1"), 401, "not-signed-in")
    await until_hurried(http, {"Authorization": "Bearer a.b.c"}, REFUSED_PER_MINUTE.amount)
    is_problem(await http.get("/view/p-1"), 401, "not-signed-in")


async def test_somebody_who_asks_too_often_has_to_wait_and_others_do_not(http: httpx2.AsyncClient):
    assert await until_hurried(http, ADVISER, FEW.amount) >= FEW.amount
    other = bearer(Role.ADVISER, subject="somebody-else")
    assert (await http.get("/view/p-1", headers=other)).status_code == 200


async def test_who_is_refused_too_often_fills_no_audit_log(http: httpx2.AsyncClient, audit: MemoryAudit):
    refused = await until_hurried(http, MEDIATOR, FEW.amount)
    for _ in range(10):
        await http.get("/view/p-1", headers=MEDIATOR)
    assert refused <= len(audit.kept) <= refused + 1


# In which order, at a real service.


@pytest.fixture
async def mediation(audit: MemoryAudit) -> AsyncIterator[httpx2.AsyncClient]:
    repository: EventRepository[Any] = EventRepository(
        MemoryStore(lambda: NOW), EventSerializer(MEDIATION.events, MEDIATION.upcasters), MemoryKeys()
    )
    metrics = Metrics.create(CollectorRegistry())
    command_service = CommandService(
        MEDIATION, repository, "uaf", frozenset({"uaf", "bureau"}), audit, metrics, lambda: NOW, learned()
    )
    async with client(
        create_app(
            command_service, ISSUER.authentication(MEDIATION, "uaf", audit), health_of(command_service)
        )
    ) as http:
        yield http


BAD: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", START, {"content": b"no JSON"}),
    ("POST", START, {"content": b"x" * (MOST_BYTES + 1)}),
    ("POST", START, {"json": {"colour": "orange"}}),
    ("POST", "/v1/placements/somebody/start", {"json": {}}),
    ("POST", START, {"content": b"{}", "headers": {"Idempotency-Key": "mine"}}),
    ("POST", START, {"content": b"{}", "headers": {"If-Match": "x"}}),
    ("POST", "/v1/bulk", {"content": b"no JSON"}),
    ("POST", "/v1/bulk", {"content": b"no JSON", "headers": {"Content-Type": "application/x-ndjson"}}),
    ("GET", READ, {}),
    ("GET", "/v1/placements/somebody", {}),
]


def asked(http: httpx2.AsyncClient, bad: tuple[str, str, dict[str, Any]], given: dict[str, str]) -> Any:
    method, path, more = bad
    return http.request(method, path, **more | {"headers": more.get("headers", {}) | given})


@pytest.mark.parametrize("bad", BAD)
async def test_asks_who_somebody_is_before_looking_at_what_is_sent(
    mediation: httpx2.AsyncClient, bad: tuple[str, str, dict[str, Any]]
):
    is_problem(await asked(mediation, bad, {}), 401, "not-signed-in")
    is_problem(await asked(mediation, bad, {"Authorization": "Bearer a.b.c"}), 401, "token-invalid")


@pytest.mark.parametrize("bad", BAD)
async def test_looks_at_rights_before_looking_at_what_is_sent(
    mediation: httpx2.AsyncClient, audit: MemoryAudit, bad: tuple[str, str, dict[str, Any]]
):
    coach = ISSUER.bearer(MEDIATION, "uaf", Role.COACH)
    is_problem(await asked(mediation, bad, coach), 403, "not-allowed")
    foreign = ISSUER.bearer(MEDIATION, "uaf", *Role, partner="emplooi")
    is_problem(await asked(mediation, bad, foreign), 404, "not-found")
    assert [kept.entry.outcome for kept in audit.kept] == [Outcome.REFUSED] * 2


async def test_a_token_of_another_service_of_the_same_partner_is_refused(mediation: httpx2.AsyncClient):
    other = bearer(*Role, audience="urn:nl:banenoffensief:uaf:intake")
    is_problem(await mediation.get(READ, headers=other), 401, "token-aud-wrong")


# With a browser's cookie.


@pytest.fixture
async def browser(audit: MemoryAudit, sessions: Sessions) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(make_app(audit, sessions=sessions), **BROWSER) as http:
        yield http


async def signed_in(sessions: Sessions, *roles: Role, partner: str = "uaf") -> dict[str, str]:
    cookie = await sessions.open(Principal("s-1", partner, frozenset(roles)), BROWSER["User-Agent"])
    return {"Cookie": f"{COOKIE}={cookie}"}


async def form_token(sessions: Sessions, cookie: dict[str, str]) -> str:
    session = await sessions.find(cookie["Cookie"].partition("=")[2], BROWSER["User-Agent"])
    assert session is not None
    return session.form_token


async def test_lets_in_a_browser_whose_session_is_kept(browser: httpx2.AsyncClient, sessions: Sessions):
    cookie = await signed_in(sessions, Role.ADVISER)
    assert (await browser.get("/view/p-1", headers=cookie)).json()["subject"] == "s-1"


async def test_a_browser_may_no_more_than_its_session(
    browser: httpx2.AsyncClient, sessions: Sessions, audit: MemoryAudit
):
    is_problem(
        await browser.get("/view/p-1", headers=await signed_in(sessions, Role.COACH)), 403, "not-allowed"
    )
    foreign = await signed_in(sessions, Role.ADVISER, partner="emplooi")
    is_problem(await browser.get("/view/p-1", headers=foreign), 404, "not-found")
    assert [entry[1:] for entry in attempts(audit)] == [
        ("uaf", "view", Outcome.REFUSED),
        ("emplooi", "view", Outcome.REFUSED),
    ]


async def test_a_session_that_ended_is_refused(browser: httpx2.AsyncClient, sessions: Sessions, clock: Clock):
    cookie = await signed_in(sessions, Role.ADVISER)
    clock.now += IDLE + timedelta(seconds=1)
    answer = await browser.get("/view/p-1", headers=cookie)
    is_problem(answer, 401, "session-ended")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="banen"'


async def test_a_stolen_cookie_is_refused_and_ends_the_session(
    browser: httpx2.AsyncClient, sessions: Sessions
):
    cookie = await signed_in(sessions, Role.ADVISER)
    thief = cookie | {"User-Agent": "curl"}
    is_problem(await browser.get("/view/p-1", headers=thief), 401, "session-ended")
    is_problem(await browser.get("/view/p-1", headers=cookie), 401, "session-ended")


async def test_a_session_states_its_purpose_itself(browser: httpx2.AsyncClient, sessions: Sessions):
    cookie = await signed_in(sessions, Role.ADVISER)
    session = await sessions.find(cookie["Cookie"].partition("=")[2], BROWSER["User-Agent"])
    assert session is not None
    await sessions.state_purpose(session, "AUDIT-2009-1")
    answer = await browser.get("/view/p-1", headers=cookie | {"Purpose": "AUDIT-2009-2"})
    assert answer.json()["purpose"] == "AUDIT-2009-1"


async def test_takes_a_form_with_its_token_once(browser: httpx2.AsyncClient, sessions: Sessions):
    cookie = await signed_in(sessions, Role.MEDIATOR)
    form = {FORM_TOKEN: await form_token(sessions, cookie), "colour": "orange"}
    first = await browser.post("/do", data=form, headers=cookie)
    assert (first.status_code, first.json()["form"]) == (200, {"colour": "orange"})
    is_problem(await browser.post("/do", data=form, headers=cookie), 403, "form-used", FORM_TOKEN)


async def test_a_form_that_is_refused_is_in_the_audit_log(
    browser: httpx2.AsyncClient, sessions: Sessions, audit: MemoryAudit
):
    cookie = await signed_in(sessions, Role.MEDIATOR)
    await browser.post("/do", data={FORM_TOKEN: "x"}, headers=cookie)
    assert attempts(audit) == [("s-1", "uaf", "do", Outcome.REFUSED)]


@pytest.mark.parametrize("token", [None, "", "x", "é", "\ufffd"])
async def test_refuses_a_form_that_another_site_made_up(
    browser: httpx2.AsyncClient, sessions: Sessions, token: str | None
):
    cookie = await signed_in(sessions, Role.MEDIATOR)
    form = {"colour": "orange"} | ({} if token is None else {FORM_TOKEN: token})
    is_problem(await browser.post("/do", data=form, headers=cookie), 403, "form-used", FORM_TOKEN)
    good = {FORM_TOKEN: await form_token(sessions, cookie)}
    assert (await browser.post("/do", data=good, headers=cookie)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("formToken={token}&formToken={token}", FORM_TOKEN),
        ("formToken={token}&colour=a&colour=b", "colour"),
        ("formToken={token}&colour=%00", "colour"),
        ("formToken={token}&colour=%ff", "query"),
        ("formToken={token}" + "&x{token}" * 60, "query"),
    ],
    ids=["token twice", "field twice", "control character", "no UTF-8", "many fields"],
)
async def test_refuses_a_form_that_can_be_read_in_two_ways(
    browser: httpx2.AsyncClient, sessions: Sessions, body: str, field: str
):
    cookie = await signed_in(sessions, Role.MEDIATOR)
    token = await form_token(sessions, cookie)
    written = body.format(token=token)
    headers = cookie | {"Content-Type": FORM}
    is_problem(await browser.post("/do", content=written, headers=headers), 400, "invalid-input", field)
    assert (await browser.post("/do", data={FORM_TOKEN: token}, headers=cookie)).status_code == 200


async def test_refuses_a_form_with_the_token_of_another_session(
    browser: httpx2.AsyncClient, sessions: Sessions
):
    mine, other = await signed_in(sessions, Role.MEDIATOR), await signed_in(sessions, Role.MEDIATOR)
    form = {FORM_TOKEN: await form_token(sessions, mine)}
    is_problem(await browser.post("/do", data=form, headers=other), 403, "form-used", FORM_TOKEN)


async def test_a_token_in_the_address_or_in_json_is_no_forms_token(
    browser: httpx2.AsyncClient, sessions: Sessions
):
    cookie = await signed_in(sessions, Role.MEDIATOR)
    token = {FORM_TOKEN: await form_token(sessions, cookie)}
    in_address = await browser.post(f"/do?{urlencode(token)}", headers=cookie)
    is_problem(in_address, 400, "invalid-input", FORM_TOKEN)
    is_problem(await browser.post("/do", json=token, headers=cookie), 403, "form-used", FORM_TOKEN)


async def test_a_form_that_is_too_large_is_refused(browser: httpx2.AsyncClient, sessions: Sessions):
    cookie = await signed_in(sessions, Role.MEDIATOR) | {"Content-Type": FORM}
    answer = await browser.post("/do", content=b"x" * (MOST_FORM_BYTES + 1), headers=cookie)
    is_problem(answer, 413, "too-much")


async def test_a_route_behind_a_form_can_read_the_body_again(browser: httpx2.AsyncClient, sessions: Sessions):
    cookie = await signed_in(sessions, Role.MEDIATOR)
    body = urlencode({FORM_TOKEN: await form_token(sessions, cookie), "colour": "orange"})
    headers = cookie | {"Content-Type": FORM}
    assert (await browser.post("/do", content=body, headers=headers)).json()["body"] == body


async def test_who_shows_a_token_needs_no_forms_token(browser: httpx2.AsyncClient, sessions: Sessions):
    """A browser does not add that header to what other sites make it send."""
    answer = await browser.post("/do", content=json.dumps({}), headers=MEDIATOR)
    assert (answer.status_code, answer.json()) == (200, {"form": {}, "body": "{}"})


async def test_a_cookie_does_not_wear_out_who_a_token_speaks_for(
    browser: httpx2.AsyncClient, sessions: Sessions
):
    cookie = await signed_in(sessions, Role.MEDIATOR)
    token = await form_token(sessions, cookie)
    assert (await browser.post("/do", content=b"{}", headers=MEDIATOR | cookie)).status_code == 200
    assert (await browser.post("/do", data={FORM_TOKEN: token}, headers=cookie)).status_code == 200
