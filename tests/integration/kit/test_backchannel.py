"""A session ends when the issuer says so (OpenID Connect Back-Channel Logout 1.0), and on nobody else's word."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import Depends, FastAPI
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from prometheus_client import CollectorRegistry

from banen_contracts.roles import ROLES, Role
from banen_kit.application import problems
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.audit.log import Entry
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.identity import Principal, SignIn
from banen_kit.core.metrics import Metrics
from banen_kit.postgres.connection import Pool, connect
from banen_kit.security.permissions import ANYONE
from banen_kit.security.sessions import LOGOUT_GOOD, Logout, Sessions
from banen_kit.security.strength import Strength
from banen_kit.security.tokens import Issuer
from banen_kit.testing import FakeIssuer
from banen_kit.web import backchannel
from banen_kit.web.authentication import Authentication
from banen_kit.web.backchannel import EVENT, Backchannel

CLIENT, AGENT = "bureau-reporting", "a browser"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MINUTE = timedelta(minutes=1)
LEFT: dict[str, Any] = {"events": {EVENT: {}}, "banen_partner": None, "banen_roles": None}


class Log(MemoryAudit):
    """An audit log that may be away, and that looks whether the sessions are still there."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.sessions_meanwhile: int | None = None
        self.pool: Pool | None = None

    async def record(self, entries: Sequence[Entry]) -> None:
        if self.is_away:
            raise StoreUnavailable("away")
        if self.pool is not None:
            self.sessions_meanwhile = await self.pool.fetchval("select count(*) from sessions")
        await super().record(entries)


class Place:
    """A service with pages, and what it has noted."""

    def __init__(self, pool: Pool) -> None:
        self.now = datetime.now(UTC)
        self.pool, self.fake, self.audit = pool, FakeIssuer(), Log()
        self.sessions = Sessions(pool, lambda: self.now)
        issuer = Issuer(self.fake.url, self.fake.http(), ROLES.known, lambda: self.now.timestamp())
        permissions = {backchannel.ACTION: ANYONE}
        self.authentication = Authentication(
            "bureau", "urn:x", permissions, issuer, self.audit, self.sessions, strength=Strength(ROLES.strong)
        )
        self.metrics = Metrics.create(CollectorRegistry())
        app = FastAPI(dependencies=[Depends(self.authentication)], openapi_url=None)
        problems.install(app)
        told = Backchannel(CLIENT, self.authentication, self.metrics.logouts_refused)
        app.include_router(backchannel.routes(told))
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://bureau")

    async def open(self, subject: str, before: timedelta = timedelta(), sid: str | None = None) -> str:
        now, self.now = self.now, self.now - before
        roles = frozenset({Role.PROJECT_BUREAU})
        cookie = await self.sessions.open(Principal(subject, "bureau", roles, SignIn(session=sid)), AGENT)
        self.now = now
        return cookie

    async def open_ones(self, *cookies: str) -> list[bool]:
        return [await self.sessions.find(cookie, AGENT) is not None for cookie in cookies]

    def token(self, **claims: Any) -> str:
        ends = int(datetime.now(UTC).timestamp()) + 300
        given: dict[str, Any] = {"typ": "logout+jwt", "audience": CLIENT, "subject": "leaver", "exp": ends}
        given |= LEFT
        return self.fake.token(partner="bureau", **{**given, **claims})

    async def say(self, token: str) -> httpx2.Response:
        return await self.http.post("/logout/backchannel", data={"logout_token": token})

    def refused(self) -> dict[str, float]:
        """How often a token was refused, by reason."""
        samples = [one for metric in self.metrics.logouts_refused.collect() for one in metric.samples]
        return {one.labels["reason"]: one.value for one in samples if one.name.endswith("_total")}


@pytest.fixture
async def place(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Place]:
    pool = await connect(database.service_url, await new_schema())
    place = Place(pool)
    yield place
    await place.http.aclose()
    await pool.close()


# Whose sessions end.


async def test_every_session_of_whoever_left_ends_and_nobody_elses(place: Place):
    first, second = await place.open("leaver"), await place.open("leaver", 5 * MINUTE)
    other = await place.open("colleague")

    assert (await place.say(place.token())).status_code == 200

    assert await place.open_ones(first, second, other) == [False, False, True]


async def test_a_token_that_names_a_session_of_the_issuer_ends_what_was_begun_in_that(place: Place):
    there, also_there = await place.open("leaver", sid="s-1"), await place.open("leaver", sid="s-1")
    elsewhere, unknown = await place.open("leaver", sid="s-2"), await place.open("leaver")

    assert (await place.say(place.token(subject=None, sid="s-1"))).status_code == 200

    assert await place.open_ones(there, also_there, elsewhere, unknown) == [False, False, True, True]


async def test_a_token_that_names_somebody_and_anothers_session_ends_nothing_of_the_other(place: Place):
    own, others = await place.open("leaver", sid="s-1"), await place.open("colleague", sid="s-2")

    assert (await place.say(place.token(sid="s-2"))).status_code == 200

    assert await place.open_ones(own, others) == [False, True]


async def test_there_is_an_entry_for_each_session_before_it_ends(place: Place):
    await place.open("leaver", sid="s-1")
    await place.open("leaver", sid="s-1")
    place.audit.pool = place.pool

    await place.say(place.token(subject=None, sid="s-1"))

    entries = [kept.entry for kept in place.audit.kept]
    assert [(one.subject, one.partner, one.roles, one.action) for one in entries] == [
        ("leaver", "bureau", ("project_bureau",), "backchannel-logout")
    ] * 2
    assert len({one.correlation_id for one in entries}) == 1
    assert place.audit.sessions_meanwhile == 2


async def test_where_nothing_ends_there_is_no_entry(place: Place):
    await place.open("colleague")
    assert (await place.say(place.token())).status_code == 200
    assert (await place.say(place.token(subject=None, sid="unknown"))).status_code == 200
    assert place.audit.kept == []


async def test_what_cannot_be_recorded_does_not_end_and_the_same_token_ends_it_later(place: Place):
    cookie, token = await place.open("leaver"), place.token()
    place.audit.is_away = True
    assert (await place.say(token)).status_code == 503
    assert await place.open_ones(cookie) == [True]

    place.audit.is_away = False
    assert (await place.say(token)).status_code == 200
    assert await place.open_ones(cookie) == [False]
    assert len(place.audit.kept) == 1


async def test_many_tokens_about_one_person_at_once_end_each_session_once(place: Place):
    cookies = [await place.open("leaver", sid=f"s-{number}") for number in range(5)]
    tokens = [place.token(jti=str(number)) for number in range(20)]

    answers = await asyncio.gather(*(place.say(token) for token in tokens))

    assert {answer.status_code for answer in answers} == {200}
    assert await place.open_ones(*cookies) == [False] * 5
    assert len(place.audit.kept) == 5


# A token that comes again.


async def test_a_token_that_comes_again_ends_nothing_that_was_begun_since(place: Place):
    await place.open("leaver")
    token = place.token()
    assert (await place.say(token)).status_code == 200

    again = await place.open("leaver")

    assert (await place.say(token)).status_code == 200
    assert (await place.say(with_other_signature(token))).status_code == 200
    assert await place.open_ones(again) == [True]
    assert len(place.audit.kept) == 1


async def test_also_one_that_comes_late_ends_nothing_that_was_begun_after_it_was_made(place: Place):
    token = place.token(iat=int(place.now.timestamp()) - 120)
    before, after = await place.open("leaver", 3 * MINUTE), await place.open("leaver", MINUTE)

    assert (await place.say(token)).status_code == 200

    assert await place.open_ones(before, after) == [False, True]


async def test_what_was_obeyed_is_kept_for_longer_than_a_token_is_good_and_not_for_ever(place: Place):
    await place.say(place.token())
    for passed, kept in ((LOGOUT_GOOD + MINUTE, 2), (60 * MINUTE, 2), (120 * MINUTE, 1)):
        place.now += passed
        async with place.sessions.ending(Logout(repr(passed).encode(), "nobody", None, place.now)):
            pass
        assert await place.pool.fetchval("select count(*) from obeyed_logouts") == kept


def with_other_signature(token: str) -> str:
    """The same token with the other signature that ECDSA has for it: nobody needs the key for that."""
    signed, _, signature = token.rpartition(".")
    raw = urlsafe_b64decode(signature.encode())
    other = P256_ORDER - int.from_bytes(raw[32:], "big")
    return f"{signed}.{urlsafe_b64encode(raw[:32] + other.to_bytes(32, 'big')).decode()}"


# What is refused.

NOT_OBEYED: dict[str, tuple[dict[str, Any], str]] = {
    "access-token": ({"typ": "at+jwt", "events": None}, "token-typ-wrong"),
    "typ-of-access": ({"typ": "at+jwt"}, "token-typ-wrong"),
    "no-typ": ({"typ": None}, "token-typ-wrong"),
    "no-events": ({"events": None}, "token-typ-wrong"),
    "other-event": ({"events": {"http://example.org/else": {}}}, "token-events-wrong"),
    "events-as-text": ({"events": EVENT}, "token-events-wrong"),
    "events-as-list": ({"events": [EVENT]}, "token-events-wrong"),
    "event-as-text": ({"events": {EVENT: "yes"}}, "token-events-wrong"),
    "nonce": ({"nonce": "n"}, "token-nonce-wrong"),
    "nobody": ({"subject": None}, "token-names-nobody"),
    "subject-as-number": ({"sub": 7}, "token-sub-wrong"),
    "subject-with-nul": ({"sub": "leaver\x00"}, "token-sub-wrong"),
    "session-as-list": ({"subject": None, "sid": ["s-1"]}, "token-sid-wrong"),
    "session-empty": ({"subject": None, "sid": ""}, "token-sid-wrong"),
    "for-others": ({"audience": "another-client"}, "token-aud-wrong"),
    "issuer": ({"iss": "https://elsewhere.test"}, "token-iss-wrong"),
    "expired": ({"exp": 1}, "token-expired"),
    "no-iat": ({"iat": None}, "token-iat-wrong"),
}  # fmt: skip


@pytest.mark.parametrize(("claims", "reason"), NOT_OBEYED.values(), ids=NOT_OBEYED)
async def test_nothing_else_ends_a_session(place: Place, claims: dict[str, Any], reason: str):
    cookie = await place.open("leaver", sid="s-1")

    answer = await place.say(place.token(**claims))

    assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (
        400,
        "logout_token",
        reason,
    )
    assert await place.open_ones(cookie) == [True]
    assert place.audit.kept == []
    assert place.refused() == {reason: 1}


async def test_a_token_is_good_for_ten_minutes(place: Place):
    now = int(place.now.timestamp())
    place.now = datetime.fromtimestamp(now, UTC)
    good = int(LOGOUT_GOOD.total_seconds())
    cookie = await place.open("leaver", 14 * MINUTE)

    answer = await place.say(place.token(iat=now - good - 1))
    assert (answer.status_code, answer.json()["code"]) == (400, "token-too-old")
    assert await place.open_ones(cookie) == [True]

    assert (await place.say(place.token(iat=now - good))).status_code == 200
    assert await place.open_ones(cookie) == [False]


async def test_a_token_that_somebody_else_signed_ends_nothing(place: Place):
    cookie, good = await place.open("leaver"), place.token()
    place.fake.key = place.fake.new_key()
    head, body, signature = good.split(".")
    none = urlsafe_b64encode(b'{"alg":"none","typ":"logout+jwt"}').decode()
    forged = [
        place.token(),
        "",
        "x",
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
    ]

    assert [(await place.say(token)).status_code for token in forged] == [400] * len(forged)

    assert await place.open_ones(cookie) == [True]
    assert sum(place.refused().values()) == len(forged)


async def test_who_tries_is_counted_in_the_audit_log_as_a_stranger(place: Place):
    for _ in range(3):
        await place.say("x")
    await place.authentication.strangers.write()
    [kept] = place.audit.kept
    assert (kept.entry.subject, kept.entry.action) == ("unknown", "backchannel-logout")
    assert kept.entry.detail == {"code": "token-invalid", "count": 3}


async def test_while_the_issuer_is_away_nothing_ends_and_it_is_asked_to_come_again(place: Place):
    cookie, token = await place.open("leaver"), place.token()
    place.fake.is_away = True
    answer = await place.say(token)
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer-unavailable")
    assert await place.open_ones(cookie) == [True]
    assert place.refused() == {}

    place.fake.is_away = False
    place.now += timedelta(seconds=11)
    assert (await place.say(token)).status_code == 200
    assert await place.open_ones(cookie) == [False]
