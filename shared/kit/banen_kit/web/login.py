"""Signing in with a browser (OpenID Connect's authorization-code flow with PKCE), and signing out.

The browser never gets a token, only the cookie of a session that is kept here (RFC 9700; "backend for frontend" in
OAuth 2.0 for Browser-Based Applications).
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.client import OAuth2Client
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from banen_kit.audit.log import Outcome, entry_of
from banen_kit.core.identity import Principal
from banen_kit.core.problem import Problem
from banen_kit.security.login_cookie import LOGIN_COOKIE, Login, LoginCookies
from banen_kit.security.sessions import COOKIE, Sessions, digest
from banen_kit.security.tokens import (
    IDENTITY,
    Issuer,
    IssuerUnavailable,
    Metadata,
    TokenRefused,
)
from banen_kit.web.authentication import (
    SIGN_IN_INSUFFICIENT,
    Authentication,
    issuer_away,
    recorded_elsewhere,
    refused,
    who,
)

SCOPE = "openid"
TIMEOUT_SECONDS = 10.0
MOST_AT_ONCE = 20
"""How many logins may query the issuer at once: anybody can cause such queries."""
MOST_PATH_BYTES = 1000
"""The path is kept in a cookie, and browsers limit that to 4096 bytes."""


@dataclass(frozen=True)
class RelyingParty:
    """This service as it is registered with the issuer."""

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    """Where browsers find this service, without a slash at the end."""

    @property
    def redirect_uri(self) -> str:
        return f"{self.public_url}/login/answer"


@dataclass(frozen=True)
class Logins:
    """Sends people to the issuer and completes their logins."""

    client: RelyingParty
    authentication: Authentication
    cookies: LoginCookies = field(default_factory=LoginCookies)
    under_way: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    @property
    def issuer(self) -> Issuer:
        return self.authentication.issuer

    @property
    def sessions(self) -> Sessions:
        assert self.authentication.sessions is not None, "a service with pages has sessions"
        return self.authentication.sessions

    async def note(self, principal: Principal, action: str) -> None:
        await self.authentication.audit.record([entry_of(principal, action, None, Outcome.ACCEPTED, uuid4())])

    async def address(self, path: str, *, is_strong: bool = False) -> tuple[str, str]:
        """Returns the address at which to sign in, and the cookie for it; `path` is where to return. Raises `Problem`.

        `is_strong` asks the issuer for a sign-in that is sufficient for every role.
        """
        started = Login(random_text(), random_text(), random_text(), own_path(path), is_strong)
        metadata = await self._metadata()
        # Without an HTTP client: creating one takes 20 ms, and anybody may call this.
        client: Any = OAuth2Client(None, **self._parameters())
        address, _ = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=started.state,
            code_verifier=started.verifier,
            nonce=started.nonce,
            **(self.authentication.strength.wanted() if is_strong else {}),
        )
        return str(address), self.cookies.seal(started, self.sessions.clock())

    async def finish(self, cookie: str, state: str, code: str) -> tuple[Principal | None, str]:
        """Returns who signed in and where to go; nobody, if a stronger sign-in is needed. Raises `Problem`."""
        started = self.cookies.open(cookie, state, self.sessions.clock())
        if started is None:
            raise _expired()
        if not code:
            raise refused("login-refused", "The login service refused; sign in again.")
        if self.under_way.locked():
            raise _hurry()
        async with self.under_way:
            principal = await self.principal(started, code)
        # The issuer accepts a code once, but we do not rely on that.
        if not await self.sessions.finish(state):
            raise _expired()
        if not self.authentication.suffices(principal, is_person=True):
            if started.is_strong:
                raise _insufficient()
            return None, started.next
        await self.note(principal, "login")
        return principal, started.next

    async def principal(self, started: Login, code: str) -> Principal:
        """Exchanges the code and returns who signed in. Raises `Problem`."""
        metadata = await self._metadata()
        id_token = await self._exchange(metadata.token_endpoint, code, started.verifier)
        try:
            claims = await self.issuer.claims(id_token, self.client.client_id, IDENTITY)
            check_login(claims, self.client.client_id, started.nonce)
            return self.issuer.principal_of(claims)
        except TokenRefused as error:
            if error.reason == "account-incomplete":
                detail = "Your account has no partner or no role in this programme."
                raise Problem(403, "account-incomplete", detail) from None
            raise refused("login-refused", "The login service's answer cannot be trusted.") from None
        except IssuerUnavailable as error:
            raise issuer_away() from error

    async def farewell(self) -> str:
        """Returns where the issuer ends its own session (OpenID Connect RP-Initiated Logout 1.0), or else our front page.

        The address names the client but holds no token, since others could read it.
        """
        try:
            end = (await self.issuer.metadata()).end_session_endpoint
        except IssuerUnavailable:
            end = None
        if end is None:
            return "/"
        query = {
            "client_id": self.client.client_id,
            "post_logout_redirect_uri": f"{self.client.public_url}/",
        }
        return f"{end}?{urlencode(query)}"

    async def _metadata(self) -> Metadata:
        try:
            return await self.issuer.metadata()
        except IssuerUnavailable as error:
            raise issuer_away() from error

    def _parameters(self) -> dict[str, Any]:
        return {
            "client_id": self.client.client_id,
            "client_secret": self.client.client_secret,
            "scope": SCOPE,
            "redirect_uri": self.client.redirect_uri,
            "code_challenge_method": "S256",
        }

    async def _exchange(self, endpoint: str, code: str, verifier: str) -> str:
        try:
            client: Any = AsyncOAuth2Client(**self._parameters(), timeout=TIMEOUT_SECONDS)
            async with client as oauth:
                token = await oauth.fetch_token(endpoint, code=code, code_verifier=verifier)
        except OAuthError:
            raise refused("login-refused", "The login service refused; sign in again.") from None
        except (httpx2.HTTPError, ValueError):
            raise issuer_away() from None
        return str(token.get("id_token", ""))


def own_path(path: str) -> str:
    """Returns the path if it is one of this service, else `/`."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_own and len(path.encode()) <= MOST_PATH_BYTES else "/"


def routes(
    logins: Logins, route_class: type[APIRoute] = APIRoute, landing: Callable[[str], str] = own_path
) -> APIRouter:
    """`/login`, `/login/answer` and `/logout`; the names are those in the table of permissions.

    `landing` turns the requested path into the one to return to.
    """
    router = APIRouter(route_class=route_class, include_in_schema=False)

    async def set_out(path: str, *, is_strong: bool) -> Response:
        address, cookie = await logins.address(path, is_strong=is_strong)
        answer = RedirectResponse(address, 303)
        set_cookie(answer, LOGIN_COOKIE, cookie)
        return answer

    @router.get("/login", name="login")
    async def login(path: str = "/", strong: bool = False) -> Response:
        return await set_out(landing(path), is_strong=strong)

    @router.get("/login/answer", name="login-answer")
    async def answered(request: Request, code: str = "", state: str = "") -> Response:
        try:
            principal, path = await logins.finish(request.cookies.get(LOGIN_COOKIE, ""), state, code)
        except Problem as problem:
            logins.authentication.turned_away(request, problem)
            raise
        if principal is None:
            return await set_out(path, is_strong=True)
        # Always a new cookie, so nobody can have planted it. The session of the old cookie ends.
        await logins.sessions.close(digest(request.cookies.get(COOKIE, "")))
        cookie = await logins.sessions.open(principal, request.headers.get("User-Agent", ""))
        answer = RedirectResponse(path, 303)
        drop_cookie(answer, LOGIN_COOKIE)
        set_cookie(answer, COOKIE, cookie)
        return answer

    @router.post("/logout", name="logout")
    async def logout(request: Request) -> Response:
        session = who(request).session
        if session is not None:
            recorded_elsewhere(request)
            await logins.note(session.principal, "logout")
            await logins.sessions.close(session.id)
        answer = RedirectResponse(await logins.farewell() if session else "/", 303)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        drop_cookie(answer, COOKIE)
        return answer

    return router


def random_text() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def set_cookie(answer: Response, name: str, value: str) -> None:
    """`__Host-` cookies are bound to this host and to https; browsers treat localhost like https."""
    answer.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def check_login(claims: Mapping[str, Any], client_id: str, nonce: str) -> None:
    """The checks of OpenID Connect Core §3.1.3.7 that apply only to ID tokens. Raises `TokenRefused`."""
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise TokenRefused("token-nonce-wrong")
    # A token that also names other audiences must say that we requested it.
    is_for_others = isinstance(claims["aud"], list) and claims["aud"] != [client_id]
    if claims.get("azp", None if is_for_others else client_id) != client_id:
        raise TokenRefused("token-azp-wrong")


def _expired() -> Problem:
    return refused("login-expired", "This login was not begun here, or took too long; sign in again.")


def _hurry() -> Problem:
    detail = "Too many people sign in at this moment; try again."
    return Problem(503, "busy", detail, headers={"Retry-After": "5"})


def _insufficient() -> Problem:
    """The issuer did not give the stronger sign-in that was requested: asking again could go on for ever."""
    detail = "Your role needs a stronger or more recent sign-in than the login service gave."
    return Problem(403, SIGN_IN_INSUFFICIENT, detail)
