"""Only what the configured issuer signed, for us and for now, says who asks; whatever else a token holds is refused."""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from banen_contracts.roles import ROLES, Role
from banen_kit.core.identity import Principal, SignIn
from banen_kit.security.tokens import (
    ACCESS,
    ASK_AGAIN_SECONDS,
    IDENTITY,
    KEYS_FRESH_SECONDS,
    KEYS_USABLE_SECONDS,
    LEEWAY_SECONDS,
    LOGOUT,
    LONGEST_SECONDS,
    MOST_BYTES,
    Issuer,
    IssuerUnavailable,
    TokenRefused,
    Types,
)
from banen_kit.testing import FakeIssuer

AUDIENCE = "urn:nl:banenoffensief:uaf:mediation"
ADVISER = Principal("somebody", "uaf", frozenset({Role.ADVISER}))
MANY_SECONDS = 60 + LEEWAY_SECONDS


class Monotonic:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def fake() -> FakeIssuer:
    return FakeIssuer()


@pytest.fixture
def clock() -> Monotonic:
    return Monotonic()


@pytest.fixture
def issuer(fake: FakeIssuer, clock: Monotonic) -> Issuer:
    return Issuer(fake.url, fake.http(), ROLES.known, clock)


def token(fake: FakeIssuer, *roles: Role, **claims: Any) -> str:
    return fake.token(*roles or (Role.ADVISER,), **{"partner": "uaf", "audience": AUDIENCE} | claims)


async def refusal(issuer: Issuer, text: str) -> str:
    """Why it is refused; nothing of it is in what is raised."""
    with pytest.raises(TokenRefused) as refused:
        await issuer.principal(text, AUDIENCE)
    said = f"{refused.value!r} {refused.value.__cause__!r}"
    for part in text.split("."):
        assert not part or part not in said
    return refused.value.reason


def encoded(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def decoded(part: str) -> dict[str, Any]:
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def test_says_who_asks_in_which_roles_for_which_partner(issuer: Issuer, fake: FakeIssuer):
    text = token(fake, Role.ADVISER, Role.MEDIATOR, subject="auth0|5f7c8ec7")

    found = await issuer.principal(text, AUDIENCE)

    assert found == Principal("auth0|5f7c8ec7", "uaf", frozenset({Role.ADVISER, Role.MEDIATOR}))


# What it tells of a sign-in.


async def test_says_how_somebody_signed_in_as_far_as_the_issuer_tells(issuer: Issuer, fake: FakeIssuer):
    at = int(time.time()) - 60
    told = token(fake, acr="mfa", auth_time=at, sid="s-1")
    assert (await issuer.principal(told, AUDIENCE)).sign_in == SignIn(
        "mfa", datetime.fromtimestamp(at, UTC), "s-1"
    )
    assert (await issuer.principal(token(fake), AUDIENCE)).sign_in == SignIn()


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("auth_time", -1),
        ("auth_time", "1700000000"),
        ("auth_time", True),
        ("auth_time", [1_700_000_000]),
        ("auth_time", 4_000_000_000),  # 2096; a moment near to now would be past when this comes to its turn
        ("auth_time", 10**300),
        ("auth_time", float("inf")),
        ("auth_time", float("nan")),
        ("acr", 1),
        ("acr", ["mfa"]),
        ("acr", "mfa\x00"),
        ("acr", "x" * 256),
        ("sid", ""),
        ("sid", {"s": 1}),
    ],
)
async def test_refuses_a_token_that_tells_nonsense_of_it(
    issuer: Issuer, fake: FakeIssuer, claim: str, value: Any
):
    assert await refusal(issuer, token(fake, **{claim: value})) == f"token-{claim}-wrong"


# What a token claims.


@pytest.mark.parametrize("audience", [AUDIENCE, [AUDIENCE], ["urn:other", AUDIENCE]])
async def test_takes_an_audience_alone_or_in_a_list(issuer: Issuer, fake: FakeIssuer, audience: Any):
    assert await issuer.principal(token(fake, aud=audience), AUDIENCE) == ADVISER


@pytest.mark.parametrize("url", [FakeIssuer.url, f"{FakeIssuer.url}/"])
async def test_an_issuer_is_the_same_with_a_slash_at_its_end(fake: FakeIssuer, url: str):
    assert await Issuer(url, fake.http(), ROLES.known).principal(token(fake, iss=url), AUDIENCE) == ADVISER


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "exp", "iat"])
async def test_refuses_a_token_that_lacks_a_claim(issuer: Issuer, fake: FakeIssuer, claim: str):
    assert await refusal(issuer, token(fake, **{claim: None})) == f"token-{claim}-wrong"


async def test_names_the_first_of_several_claims_that_lack(issuer: Issuer, fake: FakeIssuer):
    assert await refusal(issuer, token(fake, exp=None, aud=None)) == "token-aud-wrong"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://other.test"),
        ("iss", "https://issuer.test/realms/other"),
        ("iss", "https://issuer.test.evil.test"),
        ("iss", ["https://issuer.test"]),
        ("aud", "urn:nl:banenoffensief:uaf:intake"),
        ("aud", "urn:nl:banenoffensief:emplooi:mediation"),
        ("aud", AUDIENCE.upper()),
        ("aud", f"{AUDIENCE} "),
        ("aud", ["urn:nl:banenoffensief:uaf:intake"]),
        ("aud", []),
        ("aud", ""),
        ("aud", {AUDIENCE: 1}),
        ("sub", ""),
        ("sub", 17),
        ("exp", "tomorrow"),
        ("exp", True),
        ("exp", float("nan")),
        ("iat", "today"),
        ("nbf", "today"),
    ],
)
async def test_refuses_another_claim_than_it_needs(issuer: Issuer, fake: FakeIssuer, claim: str, value: Any):
    assert await refusal(issuer, token(fake, **{claim: value})) == f"token-{claim}-wrong"


async def test_refuses_an_expired_token(issuer: Issuer, fake: FakeIssuer):
    assert await refusal(issuer, token(fake, exp=int(time.time()) - MANY_SECONDS)) == "token-expired"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_refuses_a_token_of_the_future(issuer: Issuer, fake: FakeIssuer, claim: str):
    text = token(fake, **{claim: int(time.time()) + MANY_SECONDS})
    assert await refusal(issuer, text) == f"token-{claim}-wrong"


async def test_clocks_may_differ_a_little(issuer: Issuer, fake: FakeIssuer):
    now = int(time.time())
    text = token(fake, exp=now - LEEWAY_SECONDS // 2, iat=now + LEEWAY_SECONDS, nbf=now + LEEWAY_SECONDS)
    assert await issuer.principal(text, AUDIENCE) == ADVISER


# What a token is for.

TYPES = (
    "JWT",
    "jwt",
    None,
    "",
    "at",
    "at+jwt ",
    "logout+jwt",
    "banen-erasure+jwt",
    "id+at+jwt",
    "secevent+jwt",
)


@pytest.mark.parametrize("typ", [*TYPES, "application/JWT"])
async def test_refuses_what_does_not_say_that_it_is_an_access_token(
    issuer: Issuer, fake: FakeIssuer, typ: str | None
):
    assert await refusal(issuer, token(fake, typ=typ)) == "token-typ-wrong"


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_takes_what_says_that_it_is_an_access_token(issuer: Issuer, fake: FakeIssuer, typ: str):
    assert await issuer.principal(token(fake, typ=typ), AUDIENCE) == ADVISER


@pytest.mark.parametrize("typ", ["JWT", None, "application/jwt", "at+jwt"])
async def test_an_issuer_without_types_is_believed_where_that_was_set(fake: FakeIssuer, typ: str | None):
    issuer = Issuer(fake.url, fake.http(), ROLES.known, access=("at+jwt", "jwt"))
    assert await issuer.principal(token(fake, typ=typ), AUDIENCE) == ADVISER


@pytest.mark.parametrize(
    "claims",
    [
        {"typ": "logout+jwt"},
        {"typ": "secevent+jwt"},
        {"typ": "JWT", "nonce": "n"},
        {"typ": None, "nonce": "n"},
        {"typ": "JWT", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
    ],
)
async def test_nor_is_a_token_for_something_else_an_access_token_at_an_issuer_without_types(
    fake: FakeIssuer, claims: dict[str, Any]
):
    issuer = Issuer(fake.url, fake.http(), ROLES.known, access=("at+jwt", "jwt"))
    assert await refusal(issuer, token(fake, **claims)) == "token-typ-wrong"


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "banen-erasure+jwt", "application/at+jwt"])
async def test_only_an_id_token_says_who_signed_in(issuer: Issuer, fake: FakeIssuer, typ: str):
    with pytest.raises(TokenRefused, match=r"^token-typ-wrong$"):
        await issuer.claims(token(fake, typ=typ), AUDIENCE, IDENTITY)
    assert (await issuer.claims(token(fake, typ="JWT"), AUDIENCE, IDENTITY))["sub"] == "somebody"
    assert (await issuer.claims(token(fake, typ=None), AUDIENCE, IDENTITY))["sub"] == "somebody"


@pytest.mark.parametrize("programme", ["work", None])
@pytest.mark.parametrize("said", ["other", "Work", "", None, "work"])
async def test_a_token_is_for_one_programme_of_its_issuer(
    fake: FakeIssuer, programme: str | None, said: str | None
):
    issuer = Issuer(fake.url, fake.http(), ROLES.known, programme=programme)
    text = token(fake, banen_programme=said)
    if said == programme:
        assert await issuer.principal(text, AUDIENCE) == ADVISER
    else:
        assert await refusal(issuer, text) == "token-banen_programme-wrong"


async def test_a_token_for_several_programmes_is_refused(fake: FakeIssuer):
    issuer = Issuer(fake.url, fake.http(), ROLES.known, programme="work")
    assert await refusal(issuer, token(fake, banen_programme=["work", "other"])) == "account-incomplete"


@pytest.mark.parametrize("types", [ACCESS, IDENTITY, LOGOUT])
async def test_no_token_lives_for_longer_than_an_hour(issuer: Issuer, fake: FakeIssuer, types: Types):
    now = int(time.time())
    said: dict[str, Any] = {"typ": next(iter(types))} | ({"events": {}} if types is LOGOUT else {})
    for seconds in (LONGEST_SECONDS + 1, 10 * 365 * 86_400):
        with pytest.raises(TokenRefused, match=r"^token-life-too-long$"):
            await issuer.claims(token(fake, **said, iat=now, exp=now + seconds), AUDIENCE, types)
    longest = token(fake, **said, iat=now, exp=now + LONGEST_SECONDS)
    assert (await issuer.claims(longest, AUDIENCE, types))["iat"] == now


async def test_an_id_token_is_no_access_token(issuer: Issuer, fake: FakeIssuer):
    assert await refusal(issuer, token(fake, aud="uaf-pages", nonce="n", typ="JWT")) == "token-aud-wrong"
    assert await refusal(issuer, token(fake, nonce="n", typ="JWT")) == "token-typ-wrong"


async def test_leaves_out_roles_that_it_does_not_know(issuer: Issuer, fake: FakeIssuer):
    text = token(fake, banen_roles=["adviser", "root", "ADVISER", "offline_access"])
    assert await issuer.principal(text, AUDIENCE) == ADVISER


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("banen_roles", None),
        ("banen_roles", []),
        ("banen_roles", ["root"]),
        ("banen_roles", "adviser"),
        ("banen_roles", [7]),
        ("banen_roles", {"adviser": True}),
        ("banen_partner", None),
        ("banen_partner", ""),
        ("banen_partner", ["uaf"]),
        ("banen_partner", "UAF"),
        ("banen_partner", "uaf\n"),
        ("banen_partner", "uaf/../emplooi"),
        ("sub", "Synthetica Voorbeeld"),
        ("sub", "somebody\n"),
        ("sub", "s\x00"),
        ("sub", "s" * 256),
        ("sub", "é"),
    ],
)
async def test_an_account_needs_a_partner_a_role_and_a_pseudonym(
    issuer: Issuer, fake: FakeIssuer, claim: str, value: Any
):
    assert await refusal(issuer, token(fake, **{claim: value})) == "account-incomplete"


# What a token is made of.


def tampered(text: str, **claims: Any) -> str:
    header, payload, signature = text.split(".")
    return f"{header}.{encoded(decoded(payload) | claims)}.{signature}"


async def test_refuses_a_token_whose_claims_were_altered(issuer: Issuer, fake: FakeIssuer):
    assert await refusal(issuer, tampered(token(fake), banen_roles=["project_bureau"])) == "token-invalid"
    assert await refusal(issuer, tampered(token(fake), banen_partner="emplooi")) == "token-invalid"


async def test_refuses_a_token_whose_signature_was_altered(issuer: Issuer, fake: FakeIssuer):
    header, payload, signature = token(fake).split(".")
    other = token(fake, subject="other").split(".")[2]
    assert await refusal(issuer, f"{header}.{payload}.{other}") == "token-invalid"
    assert await refusal(issuer, f"{header}.{payload}.{signature[:-4]}") == "token-invalid"
    assert await refusal(issuer, f"{header}.{payload}.") == "token-invalid"


async def test_refuses_a_token_whose_header_was_altered(issuer: Issuer, fake: FakeIssuer):
    header, payload, signature = token(fake).split(".")
    altered = encoded(decoded(header) | {"typ": "application/at+jwt"})
    assert await refusal(issuer, f"{altered}.{payload}.{signature}") == "token-invalid"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
async def test_refuses_a_token_that_says_it_needs_no_signature(
    issuer: Issuer, fake: FakeIssuer, algorithm: str
):
    header, payload, _ = token(fake).split(".")
    unsigned = encoded(decoded(header) | {"alg": algorithm})
    assert await refusal(issuer, f"{unsigned}.{payload}.") == "token-invalid"


async def test_refuses_a_secret_made_of_the_public_key(issuer: Issuer, fake: FakeIssuer):
    """Whoever takes the algorithm from the token would check this with the key that everybody knows."""
    _, payload, _ = token(fake).split(".")
    for secret in (fake.key.as_pem(private=False), json.dumps(fake.key.as_dict(private=False)).encode()):
        signed = f"{encoded({'alg': 'HS256', 'kid': fake.key.kid})}.{payload}"
        signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        forged = f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"
        assert await refusal(issuer, forged) == "token-invalid"


async def test_refuses_another_algorithm_than_the_key_is_for(issuer: Issuer, fake: FakeIssuer):
    other = RSAKey.generate_key(2048)
    claims = decoded(token(fake).split(".")[1])
    forged = jwt.encode({"alg": "RS256", "kid": fake.key.kid, "typ": "at+jwt"}, claims, other)
    assert await refusal(issuer, forged) == "token-invalid"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
async def test_takes_tokens_signed_with_rsa(fake: FakeIssuer, algorithm: str):
    key = RSAKey.generate_key(2048)
    key.ensure_kid()
    fake.published = [fake.key, key]
    claims = decoded(token(fake).split(".")[1])
    signed = jwt.encode(
        {"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}, claims, key, algorithms=[algorithm]
    )
    assert await Issuer(fake.url, fake.http(), ROLES.known).principal(signed, AUDIENCE) == ADVISER


async def test_refuses_a_key_that_the_token_brings_along(issuer: Issuer, fake: FakeIssuer):
    own = FakeIssuer.new_key()
    claims = decoded(token(fake).split(".")[1])
    header = {"alg": "ES256", "kid": fake.key.kid, "jwk": own.as_dict(private=False)}
    assert await refusal(issuer, jwt.encode(header, claims, own)) == "token-invalid"
    assert fake.asked == ["/.well-known/openid-configuration", "/jwks"]


async def test_asks_nobody_whom_a_token_names(issuer: Issuer, fake: FakeIssuer):
    own = FakeIssuer.new_key()
    claims = decoded(token(fake, iss="https://evil.test").split(".")[1])
    header = {"alg": "ES256", "kid": "x", "jku": "https://evil.test/keys", "x5u": "https://evil.test/x5u"}
    assert await refusal(issuer, jwt.encode(header, claims, own)) == "token-key-unknown"
    assert fake.asked == ["/.well-known/openid-configuration", "/jwks"]


async def test_refuses_what_it_must_understand_and_does_not(issuer: Issuer, fake: FakeIssuer):
    header, payload, signature = token(fake).split(".")
    critical = encoded(decoded(header) | {"crit": ["x"], "x": 1})
    assert await refusal(issuer, f"{critical}.{payload}.{signature}") == "token-invalid"


@pytest.mark.parametrize(
    "text", ["x", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e", "..", "é.é.é", "\x00", "e30.e30.e30", "W10.e30.e30"]
)
async def test_refuses_what_is_no_token(issuer: Issuer, text: str):
    with pytest.raises(TokenRefused, match=r"^token-(invalid|key-unknown)$"):
        await issuer.principal(text, AUDIENCE)


async def test_refuses_claims_that_are_no_object(issuer: Issuer, fake: FakeIssuer):
    header = {"alg": "ES256", "kid": fake.key.kid}
    for payload in (b"[]", b"null", b"no JSON", b""):
        with pytest.raises(TokenRefused, match=r"^token-invalid$"):
            await issuer.principal(jws.serialize_compact(header, payload, fake.key), AUDIENCE)


async def test_reads_no_token_that_is_too_long(issuer: Issuer, fake: FakeIssuer):
    assert await refusal(issuer, token(fake, padding="x" * MOST_BYTES)) == "token-too-long"
    assert fake.asked == []


async def test_writes_nothing_of_a_token_to_the_log(
    issuer: Issuer, fake: FakeIssuer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    for text in (token(fake), token(fake, exp=1), token(fake, aud="other"), tampered(token(fake), sub="x")):
        with suppress(TokenRefused):
            await issuer.principal(text, AUDIENCE)
        assert all(part not in caplog.text for part in text.split("."))


# The issuer's keys.


async def test_asks_for_keys_once(issuer: Issuer, fake: FakeIssuer):
    await asyncio.gather(*(issuer.principal(token(fake), AUDIENCE) for _ in range(20)))
    assert fake.asked == ["/.well-known/openid-configuration", "/jwks"]


async def test_asks_again_when_its_keys_are_no_longer_fresh(
    issuer: Issuer, fake: FakeIssuer, clock: Monotonic
):
    await issuer.principal(token(fake), AUDIENCE)
    clock.now += KEYS_FRESH_SECONDS - 1
    await issuer.principal(token(fake), AUDIENCE)
    assert fake.asked.count("/jwks") == 1
    clock.now += 1
    await issuer.principal(token(fake), AUDIENCE)
    assert fake.asked.count("/jwks") == 2


async def test_takes_a_new_key_without_a_restart(issuer: Issuer, fake: FakeIssuer, clock: Monotonic):
    old = token(fake)
    await issuer.principal(old, AUDIENCE)
    clock.now += ASK_AGAIN_SECONDS
    fake.key = FakeIssuer.new_key()
    fake.published.append(fake.key)

    assert await issuer.principal(token(fake), AUDIENCE) == ADVISER
    assert await issuer.principal(old, AUDIENCE) == ADVISER


async def test_refuses_a_key_that_was_withdrawn(issuer: Issuer, fake: FakeIssuer, clock: Monotonic):
    old = token(fake)
    await issuer.principal(old, AUDIENCE)
    fake.key = FakeIssuer.new_key()
    fake.published = [fake.key]
    clock.now += KEYS_FRESH_SECONDS

    assert await refusal(issuer, old) == "token-key-unknown"


async def test_asks_for_unknown_keys_once_in_ten_seconds(issuer: Issuer, fake: FakeIssuer, clock: Monotonic):
    stranger = FakeIssuer()
    await issuer.principal(token(fake), AUDIENCE)
    clock.now += ASK_AGAIN_SECONDS
    for _ in range(20):
        assert await refusal(issuer, token(stranger)) == "token-key-unknown"
    assert fake.asked.count("/jwks") == 2
    clock.now += ASK_AGAIN_SECONDS
    assert await refusal(issuer, token(stranger)) == "token-key-unknown"
    assert fake.asked.count("/jwks") == 3


async def test_strangers_cannot_make_it_ask_the_issuer_at_first_either(issuer: Issuer, fake: FakeIssuer):
    for _ in range(20):
        await refusal(issuer, token(FakeIssuer()))
    assert fake.asked.count("/jwks") == 1


async def test_goes_on_for_an_hour_while_the_issuer_is_away(
    issuer: Issuer, fake: FakeIssuer, clock: Monotonic
):
    await issuer.principal(token(fake), AUDIENCE)
    fake.is_away = True
    clock.now += KEYS_USABLE_SECONDS - 1
    assert await issuer.principal(token(fake), AUDIENCE) == ADVISER
    clock.now += 1
    with pytest.raises(IssuerUnavailable):
        await issuer.principal(token(fake), AUDIENCE)


async def test_an_issuer_that_is_away_is_asked_once_in_ten_seconds(
    issuer: Issuer, fake: FakeIssuer, clock: Monotonic
):
    await issuer.principal(token(fake), AUDIENCE)
    fake.is_away = True
    clock.now += KEYS_FRESH_SECONDS
    for _ in range(20):
        assert await issuer.principal(token(fake), AUDIENCE) == ADVISER
    assert fake.asked.count("/jwks") == 2


async def test_while_the_issuer_is_away_an_unknown_key_is_not_held_against_the_token(
    issuer: Issuer, fake: FakeIssuer, clock: Monotonic
):
    await issuer.principal(token(fake), AUDIENCE)
    clock.now += ASK_AGAIN_SECONDS
    fake.key = FakeIssuer.new_key()
    fake.published.append(fake.key)
    fake.is_away = True
    for _ in range(3):
        with pytest.raises(IssuerUnavailable):
            await issuer.principal(token(fake), AUDIENCE)
    fake.is_away = False
    clock.now += ASK_AGAIN_SECONDS
    assert await issuer.principal(token(fake), AUDIENCE) == ADVISER


async def test_an_issuer_that_was_never_there_is_unavailable_until_it_comes(
    issuer: Issuer, fake: FakeIssuer, clock: Monotonic
):
    fake.is_away = True
    for _ in range(20):
        with pytest.raises(IssuerUnavailable):
            await issuer.principal(token(fake), AUDIENCE)
    assert fake.asked == ["/.well-known/openid-configuration"]
    fake.is_away = False
    clock.now += ASK_AGAIN_SECONDS
    assert await issuer.principal(token(fake), AUDIENCE) == ADVISER


async def test_nobody_with_a_known_key_waits_for_an_issuer_that_hangs(fake: FakeIssuer, clock: Monotonic):
    answers = asyncio.Event()
    is_asked = asyncio.Event()

    async def answer(request: httpx2.Request) -> httpx2.Response:
        if hangs:
            is_asked.set()
            await answers.wait()
        return fake._answer(request)  # pyright: ignore[reportPrivateUsage]

    hangs = False
    issuer = Issuer(fake.url, httpx2.AsyncClient(transport=httpx2.MockTransport(answer)), ROLES.known, clock)
    await issuer.principal(token(fake), AUDIENCE)
    hangs = True
    clock.now += KEYS_FRESH_SECONDS
    first = asyncio.create_task(issuer.principal(token(fake), AUDIENCE))
    await asyncio.wait_for(is_asked.wait(), 10)

    assert await asyncio.wait_for(issuer.principal(token(fake), AUDIENCE), 10) == ADVISER

    answers.set()
    assert await asyncio.wait_for(first, 10) == ADVISER


async def test_who_gives_up_waiting_leaves_it_able_to_ask_again(fake: FakeIssuer, clock: Monotonic):
    is_asked = asyncio.Event()

    async def hang(request: httpx2.Request) -> httpx2.Response:
        if not is_asked.is_set():
            is_asked.set()
            await asyncio.Event().wait()
        return fake._answer(request)  # pyright: ignore[reportPrivateUsage]

    issuer = Issuer(fake.url, httpx2.AsyncClient(transport=httpx2.MockTransport(hang)), ROLES.known, clock)
    waiting = asyncio.create_task(issuer.principal(token(fake), AUDIENCE))
    await asyncio.wait_for(is_asked.wait(), 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(IssuerUnavailable):
        await issuer.principal(token(fake), AUDIENCE)
    clock.now += ASK_AGAIN_SECONDS
    assert await issuer.principal(token(fake), AUDIENCE) == ADVISER


# What an issuer says of itself.


def saying(fake: FakeIssuer, answer: Callable[[str], httpx2.Response | None]) -> Issuer:
    """An issuer that answers what a test wants, and for the rest as usual."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        return answer(request.url.path) or fake._answer(request)  # pyright: ignore[reportPrivateUsage]

    return Issuer(fake.url, httpx2.AsyncClient(transport=httpx2.MockTransport(handle)), ROLES.known)


def discovery(url: str = FakeIssuer.url, **said: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/jwks",
    }
    return found | said


@pytest.mark.parametrize(
    "found",
    [
        discovery(issuer="https://other.test"),
        discovery(issuer="https://issuer.test/realms/other"),
        discovery(jwks_uri="http://issuer.test/jwks"),
        discovery(token_endpoint="http://issuer.test/token"),
        discovery(authorization_endpoint="http://issuer.test/authorize"),
        discovery(end_session_endpoint="http://issuer.test/logout"),
        discovery(end_session_endpoint="javascript:alert(1)"),
        {"issuer": FakeIssuer.url},
        [],
        "text",
    ],
)
async def test_believes_no_discovery_document_that_is_wrong(fake: FakeIssuer, found: Any):
    def answer(path: str) -> httpx2.Response | None:
        return httpx2.Response(200, json=found) if path.startswith("/.well-known/") else None

    with pytest.raises(IssuerUnavailable):
        await saying(fake, answer).principal(token(fake), AUDIENCE)
    assert fake.asked == []


async def test_an_issuer_on_this_machine_may_do_without_https(fake: FakeIssuer):
    url = "http://127.0.0.1:7999"

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/jwks":
            return httpx2.Response(200, json=KeySet([fake.key]).as_dict(private=False))
        return httpx2.Response(200, json=discovery(url))

    issuer = Issuer(url, httpx2.AsyncClient(transport=httpx2.MockTransport(handle)), ROLES.known)
    assert await issuer.principal(token(fake, iss=url), AUDIENCE) == ADVISER


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks"])
@pytest.mark.parametrize(
    "wrong",
    [
        httpx2.Response(500),
        httpx2.Response(404, json={"keys": []}),
        httpx2.Response(302, headers={"Location": "https://evil.test/"}),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(200, json={"keys": 7}),
        httpx2.Response(200, json={"keys": []}),
        httpx2.Response(200, json={"keys": [{"kty": "EC"}]}),
        httpx2.Response(200, json={"keys": ["EC"]}),
    ],
)
async def test_an_issuer_that_answers_nonsense_is_unavailable(
    fake: FakeIssuer, path: str, wrong: httpx2.Response
):
    issuer = saying(fake, lambda asked: wrong if asked == path else None)
    with pytest.raises(IssuerUnavailable):
        await issuer.principal(token(fake), AUDIENCE)


async def test_a_key_that_it_does_not_understand_hides_no_other(fake: FakeIssuer):
    odd = {"kty": "AKP", "kid": "later", "alg": "ML-DSA-44", "pub": "AA"}
    keys = {"keys": [odd, fake.key.as_dict(private=False)]}
    issuer = saying(fake, lambda path: httpx2.Response(200, json=keys) if path == "/jwks" else None)
    assert await issuer.principal(token(fake), AUDIENCE) == ADVISER


async def test_a_key_that_is_for_something_else_verifies_nothing(fake: FakeIssuer):
    key = ECKey.generate_key("P-256", {"use": "enc"})
    key.ensure_kid()
    fake.key = key
    fake.published = [key]
    claims = decoded(token(FakeIssuer()).split(".")[1])
    header = {"alg": "ES256", "kid": key.kid}
    plain = ECKey.import_key(
        {name: value for name, value in key.as_dict(private=True).items() if name != "use"}
    )
    signed = jwt.encode(header, claims, plain)
    assert await refusal(Issuer(fake.url, fake.http(), ROLES.known), signed) == "token-invalid"
