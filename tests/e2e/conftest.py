"""One running programme for those who go their way through it, each with records of their own."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from banen_local.cluster.define import define
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from support.site import Site

PARTNERS = """
[bureau]
services = ["reporting"]
[vluchtelingenwerk]
services = ["intake"]
[emplooi]
services = ["mediation", "employers"]
[uwv]
services = ["mediation"]
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("way")
    partners = folder / "partners.toml"
    partners.write_text(PARTNERS)
    async with Supervisor(folder / "data") as supervisor, httpx2.AsyncClient(timeout=60) as http:
        programme = Programme(folder / "data", partners)
        await programme.start(supervisor)
        async with httpx2.AsyncClient(auth=programme.machine(), timeout=60) as bureau:
            await define(programme, bureau, "banenoffensief-2005-2008")
        yield Site(programme, supervisor, http, ())
