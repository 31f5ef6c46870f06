"""The small programme of the reporting tests, served to a real browser that is signed in as whoever it says."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.routing import Route

from banen_contracts.roles import Role
from banen_kit.core.identity import Principal
from banen_kit.security.sessions import COOKIE
from banen_kit.web.login import set_cookie
from support.npm import install
from support.programme import answers, app, authentication, facts, month_ends, pool, released
from support.servers import database, new_schema


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    app.router.routes.append(Route("/sign-in-for-a-test", sign_in))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


async def sign_in(request: Request) -> Response:
    """Instead of an issuer; Starlette's own kind of route, so that it need not pass the gate."""
    asked = request.query_params
    principal = Principal("somebody", asked["partner"], frozenset({Role(asked["role"])}))
    cookie = await request.app.state.sessions.open(principal, request.headers["User-Agent"])
    answer = RedirectResponse(asked["path"], 303)
    set_cookie(answer, COOKIE, cookie)
    return answer


@pytest.fixture
def address_for(address: str) -> Callable[..., str]:
    """Where a browser becomes somebody, by default of the bureau, and goes on to a path."""

    def make(path: str, partner: str = "bureau", role: Role = Role.PROJECT_BUREAU) -> str:
        return f"{address}/sign-in-for-a-test?{urlencode({'partner': partner, 'role': role, 'path': path})}"

    return make


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, which looks for what keeps people from using a page."""
    place = tmp_path_factory.mktemp("axe")
    install(Path(__file__).parent / "axe", place)
    return (place / "node_modules/axe-core/axe.min.js").read_text()


NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "Chromium is missing: install the package chromium, then run make test-pages.", pytrace=False
        )
    return found
