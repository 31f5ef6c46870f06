"""Schemathesis finds no answer of a running service that its document does not tell of."""

import asyncio
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from banen_cli.installed import services
from banen_contracts.roles import Role
from banen_kit.testing import FakeIssuer

HERE = Path(__file__).parent
SCHEMATHESIS = HERE.parents[1] / ".venv-tools/bin/schemathesis"
OWNERS = {"intake": "uaf", "mediation": "uaf", "employers": "uaf", "reporting": "bureau"}
SEED, EXAMPLES = 1, 12
"""The same requests each time, so that a run that fails can be repeated; Schemathesis prints the seed."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
)
AT_THE_EDGE = {400, 401, 403, 405, 413, 414, 415, 429, 431}
"""What is refused before anything is decided or looked up."""

pytestmark = pytest.mark.openapi
Served = Callable[[FastAPI], AbstractAsyncContextManager[str]]


async def try_out(address: str, bearer: str, folder: Path, *more: str) -> tuple[int | None, str]:
    """The exit code and what was said; every exchange is in `all.har` of the folder."""
    async with httpx2.AsyncClient() as http:
        document = await http.get(f"{address}/v1/openapi.json")
    # From a file: of the address that it loads a document from, Schemathesis asks nothing more.
    (folder / "openapi.json").write_bytes(document.content)
    process = await asyncio.create_subprocess_exec(
        SCHEMATHESIS,
        *("run", "openapi.json", "--url", address, "--header", f"Authorization: {bearer}"),
        *("--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES)),
        *("--seed", str(SEED), "--generation-database", "none", "--generation-codec", "ascii"),
        *("--report", "har", "--report-har-path", "all.har", "--no-color", "--warnings", "off", *more),
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_hooks.py")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


def answered(har: Path, document: dict[str, Any]) -> dict[str, Counter[int]]:
    """How often each operation gave each status."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    patterns = [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), method.upper(), operation["operationId"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for exchange in json.loads(har.read_text())["log"]["entries"]:
        asked = exchange["request"]
        for pattern, method, name in patterns:
            if method == asked["method"] and pattern.fullmatch(urlsplit(asked["url"]).path):
                found[name][exchange["response"]["status"]] += 1
    return found


@pytest.mark.parametrize("name", OWNERS)
async def test_every_answer_is_as_the_document_says(
    app_of: Callable[[str], FastAPI], served: Served, issuer: FakeIssuer, tmp_path: Path, name: str
):
    """As somebody in every role of the partner, so that nothing ends at the gate; and each operation was really reached."""
    app = app_of(name)
    bearer = issuer.bearer(services()[name], OWNERS[name], *Role)["Authorization"]
    async with served(app) as address:
        code, said = await try_out(address, bearer, tmp_path)

    assert code == 0, said.replace(bearer, "Bearer …")
    found = answered(tmp_path / "all.har", app.openapi())
    commands = {one["operationId"] for path in app.openapi()["paths"].values() for one in path.values()}
    assert {one for one in commands if not set(found[one]) - AT_THE_EDGE} == set(), found


async def test_an_answer_that_the_document_does_not_tell_of_is_found(
    app_of: Callable[[str], FastAPI], served: Served, issuer: FakeIssuer, tmp_path: Path
):
    """So that silence above means something."""
    app = app_of("intake")
    del app.openapi()["paths"]["/v1/candidates/{ref}/register"]["post"]["responses"]["409"]
    bearer = issuer.bearer(services()["intake"], "uaf", *Role)["Authorization"]
    async with served(app) as address:
        code, said = await try_out(address, bearer, tmp_path, "--include-operation-id", "register-candidate")

    assert code == 1, said.replace(bearer, "Bearer …")
    assert "Undocumented status code" in said
    assert "Received: 409" in said
