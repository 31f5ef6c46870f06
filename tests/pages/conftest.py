"""The small programme of the reporting tests, served to a real browser."""

import asyncio
import importlib.util
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from banen_kit.identity import Principal, Role
from banen_kit.login import set_cookie
from banen_kit.sessions import COOKIE, Sessions

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


BUREAU = Principal("somebody", "bureau", frozenset({Role.PROJECT_BUREAU}))
MINISTRY = Principal("an-observer", "ministry", frozenset({Role.MINISTRY_OBSERVER}))
PARTNER = Principal("a-mediator", "uaf", frozenset({Role.MEDIATOR}))
AUDITOR = Principal("an-auditor", "bureau", frozenset({Role.AUDITOR}))
PEOPLE = {"bureau": BUREAU, "ministry": MINISTRY, "uaf": PARTNER, "auditor": AUDITOR}


def add_way_in(app: FastAPI) -> None:
    """Only in these tests: `/enter/bureau?path=/` is as good as signing in, since no test types at an issuer."""
    sessions: Sessions = app.state.sessions

    async def enter(request: Request) -> Response:
        answer = RedirectResponse(request.query_params["path"], 303)
        person = PEOPLE[request.path_params["who"]]
        set_cookie(answer, COOKIE, await sessions.open(person, request.headers["User-Agent"]))
        return answer

    app.add_route("/enter/{who}", enter)


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    add_way_in(app)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving
