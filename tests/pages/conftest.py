"""The small programme of the reporting tests, served to a real browser."""

import asyncio
import importlib.util
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from banen_kit.identity import Principal, Role
from banen_kit.login import set_cookie
from banen_kit.sessions import COOKIE

# Test folders are not packages, so its fixtures are taken over by path.
_spec = importlib.util.spec_from_file_location(
    "small_programme", Path(__file__).parents[1] / "reporting" / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_programme = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_programme)
pool, facts, answers = _programme.pool, _programme.facts, _programme.answers
gate, app = _programme.gate, _programme.app


@dataclass(frozen=True)
class Site:
    """The application at an address of its own."""

    url: str

    def address(self, path: str, partner: str = "bureau", role: Role = Role.PROJECT_BUREAU) -> str:
        """Signs the browser that opens it in, and leads it to a page."""
        return f"{self.url}/sign-in?{urlencode({'partner': partner, 'role': role, 'path': path})}"


@pytest.fixture
async def site(app: FastAPI) -> AsyncIterator[Site]:
    async def sign_in(request: Request) -> Response:
        """What only these tests have: a session for whoever asks."""
        asked = request.query_params
        principal = Principal("somebody", asked["partner"], frozenset({Role(asked["role"])}))
        cookie = await app.state.sessions.open(principal, request.headers["User-Agent"])
        answer = RedirectResponse(asked["path"], 303)
        set_cookie(answer, COOKIE, cookie)
        return answer

    app.add_route("/sign-in", sign_in)  # one of Starlette's own, which the gate does not see
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server.should_exit = True
        await serving
