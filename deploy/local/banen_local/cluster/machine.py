"""How programs of the local programme sign in: as machines, with access tokens of the local issuer."""

import time
from collections.abc import Callable, Generator

import httpx2

from banen_contracts.roles import STAFF, Role

SECONDS = 900
RENEW_SECONDS = 120

Mint = Callable[[str, Role, int], str]
"""Makes a token for a partner and a role, valid for a number of seconds."""
Find = Callable[[httpx2.URL], tuple[str, str]]
"""Finds the partner and the service at an address."""


class Machine(httpx2.Auth):
    """Adds a valid token to each request, and renews it before it expires."""

    def __init__(self, find: Find, mint: Mint) -> None:
        self._find = find
        self._mint = mint
        self._tokens: dict[tuple[str, str], tuple[float, str]] = {}

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token(*self._find(request.url))}"
        yield request

    def _token(self, partner: str, service: str) -> str:
        until, token = self._tokens.get((partner, service), (0.0, ""))
        now = time.monotonic()
        if until < now + RENEW_SECONDS:
            token = self._mint(partner, STAFF[service][0], SECONDS)
            self._tokens[partner, service] = now + SECONDS, token
        return token
