"""The KurrentDB that tests use: the stand-in, or a real server if `KURRENTDB_TEST_URL` names one."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest

from banen_kit.eventstore.kurrentdb import KurrentStore, open_kurrentdb
from banen_kit.postgres.connection import Pool
from support.kurrentdb.server import StandIn

REAL = os.environ.get("KURRENTDB_TEST_URL")
KURRENT = "kurrentdb-server" if REAL else "kurrentdb-standin"
"""Stands in the id of each test that used it."""


@dataclass
class Server:
    url: str
    standin: StandIn | None = None

    async def set_back(self, _: str) -> None:
        """What it recorded so far was recorded an hour later than its clock says now."""
        if self.standin is None:
            pytest.skip("the clock of a real server cannot be set back")
        log = self.standin.log
        later = [replace(one, created=one.created + timedelta(hours=1)) for one in log.events]
        log.events[:] = later
        for stream in log.by_stream:
            log.by_stream[stream] = [one for one in later if one.stream == stream]


@asynccontextmanager
async def kurrentdb() -> AsyncGenerator[Server]:
    if REAL:
        yield Server(REAL)
        return
    standin = StandIn()
    await standin.start()
    yield Server(standin.url, standin)
    await standin.stop()


@asynccontextmanager
async def opened(url: str, pool: Pool) -> AsyncGenerator[KurrentStore]:
    """A store of its own, also on a server that others used before: the name before its streams is new."""
    store = await open_kurrentdb(url, pool, f"test_{uuid4().hex}", lambda _: None)
    yield store
    await store.close()
