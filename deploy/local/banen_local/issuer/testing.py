"""For tests: the issuer as a process, and a login as browser and client go through it."""

import asyncio
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx2

from banen_local.cluster.process import LOADING, until_answers
from banen_local.issuer.exchange import challenge_of

CALLBACK = "http://127.0.0.1:5999/login/callback"
"""Nothing listens there: a test reads the address itself."""


@dataclass
class Dance:
    """One client's login. Each step can be changed to an invalid one; None leaves a field out."""

    http: httpx2.AsyncClient
    url: str
    client_id: str
    secret: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    async def authorize(self, **other: str | None) -> httpx2.Response:
        asked = {
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        return await self.http.get(f"{self.url}/authorize", params=_without_none(asked | other))

    async def choose(self, person: str, token: str | None) -> httpx2.Response:
        form = _without_none({"token": token, "person": person})
        return await self.http.post(f"{self.url}/login", data=form)

    async def code(self, person: str = "demo-emplooi-adviser") -> str:
        return told(await self.choose(person, form_token(await self.authorize())))["code"]

    async def exchange(self, code: str, /, **other: str | None) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        }
        return await self.http.post(
            f"{self.url}/token",
            data=_without_none(form | other),
            auth=httpx2.BasicAuth(self.client_id, self.secret),
        )


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


async def log_in(http: httpx2.AsyncClient, address: str, person: str) -> str:
    """From the address to which a service sends a browser, to the one with which the browser comes back."""
    page = await http.get(address)
    form = {"token": form_token(page), "person": person}
    answer = await http.post(str(page.url.join("/login")), data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def form_token(page: httpx2.Response) -> str:
    """The one-time token in the login page."""
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def told(answer: httpx2.Response) -> dict[str, str]:
    """What a redirect tells the client."""
    assert answer.status_code == 303, answer.text
    address, _, query = answer.headers["Location"].partition("?")
    assert address == CALLBACK
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def running(folder: Path, port: int, partners_file: Path) -> Generator[str]:
    """Runs the issuer as a process and yields its address; ends it in any case."""
    url = f"http://127.0.0.1:{port}"
    with (folder / "issuer.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "banen_local.issuer"],
            env=environment(folder / "issuer", port, partners_file),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            assert asyncio.run(until_answers(process, f"{url}/.well-known/openid-configuration", 60))
            yield url
        finally:
            process.terminate()
            process.wait(20)


def environment(folder: Path, port: int, partners_file: Path) -> dict[str, str]:
    """The settings of an issuer."""
    return {name: os.environ[name] for name in LOADING if name in os.environ} | {
        "BANEN_PROFILE": "local",
        "BANEN_ISSUER_FOLDER": str(folder),
        "BANEN_ISSUER_PORT": str(port),
        "BANEN_PARTNERS_FILE": str(partners_file),
        "PATH": os.environ.get("PATH", ""),
    }


def _without_none(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
