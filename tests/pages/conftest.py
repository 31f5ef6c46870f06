"""The small programme of the reporting tests, served to a real browser."""

import asyncio
import importlib.util
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

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


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving
