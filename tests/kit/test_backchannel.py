"""A session ends when the issuer says that its person has left (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import Depends, FastAPI

from banen_kit import login, problem
from banen_kit.audit import MemoryAudit
from banen_kit.gate import Gate
from banen_kit.identity import Principal, Role
from banen_kit.login import BACKCHANNEL, Logins, RelyingParty
from banen_kit.postgres import Pool, connect
from banen_kit.rights import ANYONE, every_partner
from banen_kit.sessions import Sessions
from banen_kit.testing import FakeIssuer
from banen_kit.tokens import Issuer

CLIENT, AGENT = "bureau-reporting", "a browser"
RIGHTS = {
    "backchannel-logout": ANYONE,
    "login": ANYONE,
    "login-answer": ANYONE,
    "logout": every_partner(*Role),
}
LEFT: dict[str, Any] = {"events": {BACKCHANNEL: {}}, "banen_partner": None, "banen_roles": None}


class Place:
    """A service with pages, and what it has noted."""

    def __init__(self, pool: Pool) -> None:
        self.now = datetime.now(UTC)
        self.fake, self.audit = FakeIssuer(), MemoryAudit()
        self.sessions = Sessions(pool, lambda: self.now)
        issuer = Issuer(self.fake.url, self.fake.http())
        gate = Gate("bureau", "urn:x", RIGHTS, issuer, self.audit, self.sessions)
        app = FastAPI(dependencies=[Depends(gate)], openapi_url=None)
        problem.install(app)
        party = RelyingParty(CLIENT, "only-for-tests", "https://bureau")
        app.include_router(login.routes(Logins(party, gate)))
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://bureau")

    async def open(self, subject: str, before: timedelta = timedelta()) -> str:
        self.now = datetime.now(UTC) - before
        cookie = await self.sessions.open(
            Principal(subject, "bureau", frozenset({Role.PROJECT_BUREAU})), AGENT
        )
        self.now = datetime.now(UTC)
        return cookie

    async def is_open(self, cookie: str) -> bool:
        return await self.sessions.find(cookie, AGENT) is not None

    def token(self, **claims: Any) -> str:
        given: dict[str, Any] = {
            "typ": "logout+jwt",
            "audience": CLIENT,
            "subject": "leaver",
            **LEFT,
            **claims,
        }
        return self.fake.token(partner="bureau", **given)

    async def say(self, token: str) -> httpx2.Response:
        return await self.http.post("/logout/backchannel", data={"logout_token": token})


@pytest.fixture
async def place(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Place]:
    pool = await connect(database.service_url, await new_schema())
    place = Place(pool)
    yield place
    await place.http.aclose()
    await pool.close()


async def test_every_session_of_whoever_left_ends_and_nobody_elses(place: Place):
    first, second = await place.open("leaver"), await place.open("leaver", timedelta(minutes=5))
    other = await place.open("colleague")

    answer = await place.say(place.token())

    assert answer.status_code == 200
    assert [await place.is_open(one) for one in (first, second, other)] == [False, False, True]
    [kept] = place.audit.kept
    assert (kept.entry.subject, kept.entry.action, kept.entry.detail) == (
        "leaver", "backchannel-logout", {"sessions": 2},
    )  # fmt: skip


async def test_a_token_that_comes_again_ends_nothing_that_began_after_it(place: Place):
    now = int(datetime.now(UTC).timestamp())
    token = place.token(iat=now - 600, exp=now + 600)
    again = await place.open("leaver")

    assert (await place.say(token)).status_code == 200
    assert await place.is_open(again)


@pytest.mark.parametrize(
    "claims",
    [
        {"typ": "at+jwt", "events": None},
        {"typ": "at+jwt"},
        {"typ": None},
        {"events": None},
        {"events": {"http://example.org/something-else": {}}},
        {"nonce": "n"},
        {"subject": None},
        {"audience": "another-client"},
        {"iss": "https://elsewhere.test"},
        {"exp": 1},
    ],
    ids=["access-token", "typ-of-access", "no-typ", "no-event", "other-event", "nonce", "nobody", "for-others", "issuer", "expired"],
)  # fmt: skip
async def test_nothing_else_ends_a_session(place: Place, claims: dict[str, Any]):
    cookie = await place.open("leaver")

    answer = await place.say(place.token(**claims))

    assert (answer.status_code, answer.json().get("field")) == (400, "logout_token")
    assert await place.is_open(cookie)
    assert place.audit.kept == []


async def test_a_token_that_somebody_else_signed_ends_nothing(place: Place):
    cookie = await place.open("leaver")
    place.fake.key = place.fake.new_key()

    assert (await place.say(place.token())).status_code == 400
    assert (await place.say("")).status_code == 400
    assert await place.is_open(cookie)
