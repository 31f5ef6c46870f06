"""A client of the local issuer: of its process, or of one inside the test that goes by the test's clock."""

from collections.abc import AsyncIterator, Generator
from pathlib import Path

import httpx2
import pytest

from banen_kit.messaging.topology import read_partners
from banen_local.cluster.folder import free_port
from banen_local.cluster.programme import PARTNERS_FILE
from banen_local.issuer.app import create_app
from banen_local.issuer.clients import register_client
from banen_local.issuer.keys import ensure_key
from banen_local.issuer.provider import Provider
from banen_local.issuer.testing import CALLBACK, Clock, Dance, running


@pytest.fixture(scope="module")
def issuer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer")


@pytest.fixture(scope="module")
def issuer_url(issuer_folder: Path) -> Generator[str]:
    with running(issuer_folder, free_port(), PARTNERS_FILE) as url:
        yield url


@pytest.fixture
async def process_dance(issuer_folder: Path, issuer_url: str) -> AsyncIterator[Dance]:
    secret = register_client(issuer_folder / "issuer", "bureau-reporting", CALLBACK)
    async with httpx2.AsyncClient() as http:
        yield Dance(http, issuer_url, "bureau-reporting", secret)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def dance(tmp_path: Path, clock: Clock) -> AsyncIterator[Dance]:
    folder, url = tmp_path / "issuer", "http://127.0.0.1:5998"
    ensure_key(folder)
    secret = register_client(folder, "emplooi-mediation", CALLBACK)
    app = create_app(Provider(folder, url, read_partners(PARTNERS_FILE), clock))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        yield Dance(http, url, "emplooi-mediation", secret)
