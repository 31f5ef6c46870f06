"""Defines a programme by a file, as its bureau would, and waits until the partners' services have heard of it."""

import asyncio
from contextlib import suppress
from importlib.resources import files
from uuid import uuid4

import httpx2

from banen_cli.installed import services
from banen_cli.programme.file import ProgrammeFile, parse_programme
from banen_cli.programme.plan import InForce, make_plan
from banen_contracts.base import BUREAU
from banen_local.cluster.folder import LocalError
from banen_local.cluster.programme import Programme

HEARD_SECONDS = 60.0


def programme_file(name: str) -> ProgrammeFile:
    """One of those in `programmes`."""
    return parse_programme(files("banen_local").joinpath("programmes", f"{name}.yaml").read_bytes())


async def define(programme: Programme, http: httpx2.AsyncClient, name: str) -> None:
    """Raises `LocalError`."""
    reporting = programme.url(BUREAU, "reporting")
    for step in make_plan(programme_file(name), InForce()).steps:
        answer = await http.post(
            f"{reporting}/v1/programme/{step.path}",
            json=step.body,
            headers={"Idempotency-Key": str(uuid4())},
        )
        if not answer.is_success:
            raise LocalError(f"reporting answers {answer.status_code} to {step.path}: {answer.text[:200]}")
    try:
        async with asyncio.timeout(HEARD_SECONDS):
            for running in programme.services:
                await until_heard(http, running.url, running.service)
    except TimeoutError:
        raise LocalError(
            f"Not every service has heard of the programme after {HEARD_SECONDS:.0f} s."
        ) from None


async def until_heard(http: httpx2.AsyncClient, url: str, service: str) -> None:
    """Waits until a service has heard of everything that its decisions need."""
    for learns in services()[service].learns:
        address = f"{url}/v1/learned/{learns.event.NAME}"
        while not await _is_there(http, address):  # noqa: ASYNC110 - the service cannot tell us
            await asyncio.sleep(0.05)


async def _is_there(http: httpx2.AsyncClient, address: str) -> bool:
    with suppress(httpx2.HTTPError):  # it is being started again
        return (await http.get(address)).status_code == 200
    return False
