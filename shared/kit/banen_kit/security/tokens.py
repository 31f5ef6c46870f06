"""Verifies tokens of an OpenID issuer: access tokens of people and machines, ID tokens of logins, logout tokens.

Type, signature, issuer, audience and times are checked (RFC 9068 §4, OpenID Connect Core §3.1.3.7, Back-Channel Logout
§2.6). Only asymmetric algorithms are accepted. A token of one type is refused where another type is expected, and so is a
token valid for more than an hour (RFC 8725 §3.11). The issuer's keys are cached, and fetched again when a token names an
unknown key, so the issuer can change its keys without a restart here.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx2
from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from banen_contracts.base import PartnerId
from banen_kit.core.identity import Principal, SignIn

ALGORITHMS = ("ES256", "RS256", "PS256")
LEEWAY_SECONDS = 30
KEYS_FRESH_SECONDS = 300.0
KEYS_USABLE_SECONDS = 3600.0
"""How long keys are used while the issuer cannot be reached."""
ASK_AGAIN_SECONDS = 10.0
"""The shortest time between two fetches: strangers can send tokens with unknown keys, and an issuer may be slow to fail."""
TIMEOUT_SECONDS = 5.0
MOST_BYTES = 16 * 1024
LONGEST_SECONDS = 3600
"""From `iat` to `exp`. It limits the use of a stolen token, and of tokens of somebody removed since."""

Types = Collection[str]
"""Accepted values of `typ` (RFC 7515 §4.1.9), in lower case and without `application/`; a missing `typ` is `jwt`."""
ACCESS: Types = ("at+jwt",)
IDENTITY: Types = ("jwt",)
LOGOUT: Types = ("logout+jwt",)
EVENTS, NONCE = "events", "nonce"
Said = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,255}$", strict=True)]
"""A value defined by the issuer, which we only compare."""


class TokenRefused(Exception):
    """The token does not prove who is asking. `reason` is a short code; nothing from the token is repeated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IssuerUnavailable(Exception):
    """The issuer cannot be reached now, or does not answer as an issuer."""


class Metadata(BaseModel, frozen=True, extra="ignore"):
    """The parts that we use of the issuer's discovery document (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


class _Vouched(BaseModel, frozen=True, extra="ignore"):
    """The claims that identify a principal."""

    sub: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
    banen_partner: PartnerId
    banen_roles: frozenset[str]
    banen_programme: str | None = None


class _SignedIn(BaseModel, frozen=True, extra="ignore"):
    """The claims about a sign-in."""

    acr: Said | None = None
    auth_time: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None
    sid: Said | None = None


class Issuer:
    """One OpenID issuer, asked over HTTP. Tests inject `monotonic`."""

    def __init__(
        self,
        url: str,
        http: httpx2.AsyncClient,
        roles: frozenset[str],
        monotonic: Callable[[], float] = time.monotonic,
        *,
        access: Types = ACCESS,
        programme: str | None = None,
    ) -> None:
        """`roles` are the roles that it can give; `access` the types that its access tokens have.

        `programme` is what a token must say in `banen_programme`. If it is None, a token that has this claim is refused:
        it is for another programme.
        """
        self.url = url.rstrip("/")
        self._roles = roles
        self._access = access
        self._programme = programme
        self._http = http
        self._monotonic = monotonic
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._asked: float | None = None
        self._fault: str | None = None
        self._lock = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """Raises `IssuerUnavailable`."""
        if self._metadata is None:
            found = await self._get(f"{self.url}/.well-known/openid-configuration")
            try:
                metadata = Metadata.model_validate(found)
            except ValidationError:
                raise IssuerUnavailable("the issuer's discovery document is not one") from None
            if metadata.issuer.rstrip("/") != self.url:
                raise IssuerUnavailable("the discovery document is of another issuer")
            addresses = (
                metadata.authorization_endpoint,
                metadata.token_endpoint,
                metadata.jwks_uri,
                metadata.end_session_endpoint or self.url,
            )
            # If the issuer uses https, nobody on the way may change what it says, so its addresses need https too.
            schemes = ("https://",) if self.url.startswith("https://") else ("https://", "http://")
            if not all(address.startswith(schemes) for address in addresses):
                raise IssuerUnavailable("the issuer names an address without https")
            self._metadata = metadata
        return self._metadata

    async def claims(self, token: str, audience: str, types: Types) -> Mapping[str, Any]:
        """Verifies a token of one of these types, made for `audience`, and returns its claims.

        Raises `TokenRefused`, `IssuerUnavailable`.
        """
        if len(token) > MOST_BYTES:
            raise TokenRefused("token-too-long")
        keys = await self._keys_for(kid_of(token))
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "values": [self.url, f"{self.url}/"]},
                aud={"essential": True, "value": audience},
                sub={"essential": types is not LOGOUT},  # a logout token may name a session instead
                exp={"essential": True},
                iat={"essential": True},
            ).validate(decoded.claims)
        except ExpiredTokenError:
            raise TokenRefused("token-expired") from None
        except ClaimError as error:
            # Names the claim (the first one if several are missing), never its value.
            raise TokenRefused(f"token-{error.claim.partition(',')[0]}-wrong") from None
        except (JoseError, ValueError, TypeError):
            raise TokenRefused("token-invalid") from None
        claims = decoded.claims
        # Some issuers set no `typ`; then `events` shows that it is a logout token (Back-Channel Logout §2.4).
        if type_of(decoded.header) not in types or (EVENTS in claims) != (types is LOGOUT):
            raise TokenRefused("token-typ-wrong")
        if claims["exp"] - claims["iat"] > LONGEST_SECONDS:
            raise TokenRefused("token-life-too-long")
        return claims

    async def principal(self, token: str, audience: str) -> Principal:
        """Returns who is asking with an access token. Raises `TokenRefused`, `IssuerUnavailable`."""
        claims = await self.claims(token, audience, self._access)
        if NONCE in claims:
            raise TokenRefused("token-typ-wrong")  # an ID token from an issuer that sets no `typ`
        return self.principal_of(claims)

    def principal_of(self, claims: Mapping[str, Any]) -> Principal:
        """Returns the person or machine in verified claims. Roles that we do not know are left out.

        Raises `TokenRefused` if partner or role is missing, if it is for another programme, or if the claims about the
        sign-in are invalid.
        """
        try:
            vouched = _Vouched.model_validate(dict(claims))
        except ValidationError:
            raise TokenRefused("account-incomplete") from None
        if vouched.banen_programme != self._programme:
            raise TokenRefused("token-banen_programme-wrong")
        roles = vouched.banen_roles & self._roles
        if not roles:
            raise TokenRefused("account-incomplete")
        return Principal(vouched.sub, vouched.banen_partner, roles, sign_in_of(claims))

    async def _keys_for(self, kid: str | None) -> KeySet:
        if self._lock.locked() and (kept := self._kept(kid, KEYS_USABLE_SECONDS)):
            return kept  # another request is fetching keys; do not wait for it
        async with self._lock:
            if kept := self._kept(kid, KEYS_FRESH_SECONDS):
                return kept
            if self._asked is None or self._monotonic() - self._asked >= ASK_AGAIN_SECONDS:
                await self._ask()
            if kept := self._kept(kid, KEYS_USABLE_SECONDS):
                return kept
            if self._fault is not None:
                raise IssuerUnavailable(self._fault)
            raise TokenRefused("token-key-unknown")

    def _kept(self, kid: str | None, seconds: float) -> KeySet | None:
        """Returns the cached keys if they are recent enough and contain the wanted key."""
        if self._keys is None or self._monotonic() - self._fetched >= seconds:
            return None
        return self._keys if kid is None or kid in {key.kid for key in self._keys.keys} else None

    async def _ask(self) -> None:
        self._asked = self._monotonic()
        self._fault = "the issuer did not answer in time"  # remains set if we are cancelled
        try:
            self._keys = await self._fetch_keys()
        except IssuerUnavailable as error:
            self._fault = str(error)
        else:
            self._fetched, self._fault = self._asked, None

    async def _fetch_keys(self) -> KeySet:
        found = await self._get((await self.metadata()).jwks_uri)
        try:
            return KeySet.import_key_set(found)  # pyright: ignore[reportArgumentType]
        except (JoseError, ValueError, KeyError, TypeError):
            raise IssuerUnavailable("the issuer's keys cannot be read") from None

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(url, timeout=TIMEOUT_SECONDS, follow_redirects=False)
            if answer.status_code != 200:
                raise IssuerUnavailable(f"the issuer answers {answer.status_code}")
            found = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise IssuerUnavailable(f"the issuer cannot be asked: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise IssuerUnavailable("the issuer answers something else than an object")
        return found  # pyright: ignore[reportUnknownVariableType]


def type_of(header: Mapping[str, Any]) -> str:
    """Returns the token's type as its header states it."""
    return str(header.get("typ", "jwt")).lower().removeprefix("application/")


def kid_of(token: str) -> str | None:
    """Returns the id of the key with which the token says it was signed. Raises `TokenRefused`."""
    try:
        header: Mapping[str, Any] = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, TypeError):
        raise TokenRefused("token-invalid") from None
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def sign_in_of(claims: Mapping[str, Any]) -> SignIn:
    """Reads from verified claims how somebody signed in. Raises `TokenRefused` if they are invalid."""
    try:
        told = _SignedIn.model_validate(dict(claims))
    except ValidationError as error:
        raise TokenRefused(f"token-{error.errors()[0]['loc'][0]}-wrong") from None
    if told.auth_time is None:
        return SignIn(told.acr, None, told.sid)
    # A sign-in cannot be later than the token that mentions it.
    if told.auth_time > claims["iat"] + LEEWAY_SECONDS:
        raise TokenRefused("token-auth_time-wrong")
    return SignIn(told.acr, datetime.fromtimestamp(told.auth_time, UTC), told.sid)
