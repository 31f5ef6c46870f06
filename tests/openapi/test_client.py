"""A client that openapi-python-client generates from the documents works against running services."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from banen_cli.installed import services
from banen_contracts.roles import Role
from banen_kit.testing import FakeIssuer

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".venv-tools/bin"
PATH = {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
REGISTERED = {"occurredOn": "2009-01-15", "educationBand": "mid", "name": "Synthetica Voorbeeld"}

pytestmark = pytest.mark.openapi


async def run(*command: str | Path, cwd: Path, given: object = None) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=PATH,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(json.dumps(given).encode())
    assert process.returncode == 0, said.decode()
    return said.decode()


async def generate(address: str, name: str, folder: Path) -> str:
    async with httpx2.AsyncClient() as http:
        (folder / f"{name}.json").write_bytes((await http.get(f"{address}/v1/openapi.json")).content)
    said = await run(
        TOOLS / "openapi-python-client",
        "generate",
        *("--path", f"{name}.json", "--config", HERE / "client.yml", "--meta", "none"),
        *("--output-path", f"{name}_client", "--fail-on-warning"),
        cwd=folder,
    )
    return said.strip()


async def test_a_generated_client_gives_a_command_and_asks_for_figures(
    address_of: Callable[[str], Awaitable[str]], issuer: FakeIssuer, tmp_path: Path
):
    intake, reporting = await address_of("intake"), await address_of("reporting")
    for name, address in (("intake", intake), ("reporting", reporting)):
        assert await generate(address, name, tmp_path) == f"Generating {name}_client"

    bearer = issuer.bearer(services()["intake"], "uaf", Role.INTAKE_WORKER)["Authorization"]
    other = issuer.bearer(services()["reporting"], "bureau", Role.PROJECT_BUREAU)["Authorization"]
    given = {
        "intake": intake,
        "intake_token": bearer.removeprefix("Bearer "),
        "reporting": reporting,
        "reporting_token": other.removeprefix("Bearer "),
        "registered": REGISTERED,
    }
    (tmp_path / "use_client.py").write_text((HERE / "use_client.py").read_text())
    found: dict[str, Any] = json.loads(
        await run(TOOLS / "python", "use_client.py", cwd=tmp_path, given=given)
    )

    done = {
        "ref": str(UUID(int=2, version=4)),
        "version": 1,
        "events": ["candidate-registered"],
        "repeated": False,
        "notYetKnown": [],
    }
    assert found["done"] == done
    assert found["again"] == done | {"repeated": True}
    assert found["refused"] == "candidate-exists"
    assert (found["loaded"]["status"], found["loaded"]["line"]) == (201, 1)
    assert found["knownOn"] == "2007-12-31"
    assert (found["units"]["uaf"], found["nation"]) == (3, 5)
