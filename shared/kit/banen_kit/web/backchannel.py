"""Ends sessions when the issuer says so, because somebody signed out there or was removed.

OpenID Connect Back-Channel Logout 1.0. The issuer sends a logout token; anybody may try to forge one.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import Counter
from pydantic import BaseModel, ValidationError

from banen_kit.audit.log import Outcome, entry_of
from banen_kit.core.problem import Problem
from banen_kit.security.sessions import LOGOUT_GOOD, Logout, Sessions
from banen_kit.security.tokens import LEEWAY_SECONDS, LOGOUT, NONCE, IssuerUnavailable, Said, TokenRefused
from banen_kit.web.authentication import MOST_FORM_BYTES, Authentication, issuer_away
from banen_kit.web.body import limited_body
from banen_kit.web.request_head import pairs_of

EVENT = "http://schemas.openid.net/event/backchannel-logout"
ACTION = "backchannel-logout"


class _Claims(BaseModel, frozen=True, extra="ignore"):
    """The claims that only a logout token has."""

    sub: Said | None = None
    sid: Said | None = None
    events: dict[str, Any]


@dataclass(frozen=True)
class Backchannel:
    """Ends sessions on request of the issuer."""

    client_id: str
    authentication: Authentication
    refused: Counter
    """Counts refused logout tokens, by reason."""
    one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Each logout holds a database connection while the audit log waits for another one."""

    @property
    def sessions(self) -> Sessions:
        assert self.authentication.sessions is not None, "a service with pages has sessions"
        return self.authentication.sessions

    async def obey(self, token: str) -> int:
        """Ends the sessions named by a token and returns their number. Raises `Problem`, `StoreUnavailable`."""
        try:
            claims = await self.authentication.issuer.claims(token, self.client_id, LOGOUT)
            logout = logout_of(token, claims, self.sessions.clock())
        except IssuerUnavailable:
            raise issuer_away() from None
        except TokenRefused as error:
            self.refused.labels(error.reason).inc()
            raise Problem(400, error.reason, "The logout token is not accepted.", "logout_token") from None
        async with self.one_by_one, self.sessions.ending(logout) as ended:
            # Before they end: if this cannot be recorded, nothing ends, and the issuer will try again.
            together = uuid4()
            entries = [entry_of(person, ACTION, None, Outcome.ACCEPTED, together) for person in ended]
            if entries:
                await self.authentication.audit.record(entries)
        return len(ended)


def logout_of(token: str, claims: Mapping[str, Any], now: datetime) -> Logout:
    """The checks of §2.6 that apply only to logout tokens. Raises `TokenRefused`."""
    try:
        said = _Claims.model_validate(dict(claims))
    except ValidationError as error:
        raise TokenRefused(f"token-{error.errors()[0]['loc'][0]}-wrong") from None
    if not isinstance(said.events.get(EVENT), dict):
        raise TokenRefused("token-events-wrong")
    if NONCE in claims:
        raise TokenRefused("token-nonce-wrong")
    if said.sub is None and said.sid is None:
        raise TokenRefused("token-names-nobody")
    at = datetime.fromtimestamp(claims["iat"], UTC)
    if at < now - LOGOUT_GOOD:
        raise TokenRefused("token-too-old")
    # Hash only the signed part: the same signature can be encoded in several ways.
    signed = sha256(token.rpartition(".")[0].encode()).digest()
    return Logout(signed, said.sub, said.sid, at + timedelta(seconds=LEEWAY_SECONDS))


def routes(backchannel: Backchannel) -> APIRouter:
    """`/logout/backchannel`; the route's name is the one in the table of permissions."""
    router = APIRouter(include_in_schema=False)

    @router.post("/logout/backchannel", name=ACTION)
    async def told(request: Request) -> Response:
        form = pairs_of(await limited_body(request, MOST_FORM_BYTES))
        try:
            await backchannel.obey(form.get("logout_token", ""))
        except Problem as problem:
            backchannel.authentication.turned_away(request, problem)
            raise
        return Response(status_code=200)

    return router
