"""The real applications of all four services, as the tests of rights have them, with their events in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import pytest
from fastapi import FastAPI

from banen_kit.runtime.service_runner import bound
from banen_kit.web.server import http_server
from support.applications import app_of, audit, issuer, keys, pool_of
from support.programme import answers, facts, pool
from support.servers import database, new_schema, store


@pytest.fixture(name="served")
def given_served() -> Callable[[FastAPI], AbstractAsyncContextManager[str]]:
    return served


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    with bound(0) as listening:
        server = http_server(app)
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@pytest.fixture
async def address_of(app_of: Callable[[str], FastAPI]) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Serves a service as a process does, on a port of its own."""
    async with AsyncExitStack() as stack:

        async def serve(name: str) -> str:
            return await stack.enter_async_context(served(app_of(name)))

        yield serve
