"""The costly requests of a load test: bodies full of mistakes, questions about past days, half-open connections."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2

from banen_local.programme import Programme

PAST_AT_ONCE, HALF_OPEN, BODIES_AT_ONCE = 16, 600, 4
EVERY_SECONDS = 0.05
LINES = {"Content-Type": "application/x-ndjson"}


@dataclass
class Target:
    """The running services, and how they are asked."""

    programme: Programme
    cheap: httpx2.AsyncClient
    costly: httpx2.AsyncClient

    @property
    def mediation(self) -> str:
        return self.programme.url("emplooi", "mediation")

    @property
    def reporting(self) -> str:
        return self.programme.url("bureau", "reporting")


Throw = Callable[[Target, Counter[str], asyncio.Event], Coroutine[Any, Any, None]]
"""Throws one kind of costly request until the event is set; counts what became of them."""


def unknown_fields(count: int) -> dict[str, int]:
    return {f"unknown{number}": number for number in range(count)}


def costly_bodies() -> list[tuple[str, bytes]]:
    """Bodies at the limits of size, in which everything is wrong."""
    line = {
        "command": "take-on-client",
        "ref": str(uuid4()),
        "key": str(uuid4()),
        "body": unknown_fields(400),
    }
    lines = json.dumps(line).encode() + b"\n"
    most = 8 * 1024 * 1024
    return [
        ("bulk", lines * min(1893, most // len(lines))),
        ("bulk", b"[" + b"[]," * ((most - 8) // 3) + b"[]]"),
        ("bulk", b'{"body":' * 150_000),
        (f"clients/{uuid4()}/take-on", json.dumps(unknown_fields(10_000)).encode()),
    ]


async def throw_bodies(target: Target, thrown: Counter[str], done: asyncio.Event) -> None:
    bodies = costly_bodies()

    async def throw(number: int) -> None:
        while not done.is_set():
            path, body = bodies[number % len(bodies)]
            headers = {"Idempotency-Key": str(uuid4())} | (
                LINES if path == "bulk" else {"Content-Type": "application/json"}
            )
            await _throw(target, thrown, "POST", f"{target.mediation}/v1/{path}", headers, body)
            number += 1

    await asyncio.gather(*(throw(number) for number in range(BODIES_AT_ONCE)))


async def throw_past_dates(target: Target, thrown: Counter[str], done: asyncio.Event) -> None:
    """Each until another day, so that nothing can be kept."""
    known_on = datetime.now(UTC).date()
    days = iter(known_on - timedelta(days=number) for number in range(10_000))

    async def throw() -> None:
        for day in days:
            if done.is_set():
                return
            url = f"{target.reporting}/v1/targets?knownOn={known_on}&happenedUntil={day}"
            await _throw(target, thrown, "GET", url, {}, b"")

    await asyncio.gather(*(throw() for _ in range(PAST_AT_ONCE)))


async def _throw(
    target: Target, thrown: Counter[str], method: str, url: str, headers: dict[str, str], body: bytes
) -> None:
    try:
        answer = await target.costly.request(method, url, content=body, headers=headers)
    except httpx2.HTTPError as error:
        thrown[type(error).__name__] += 1
    else:
        thrown[str(answer.status_code)] += 1
        if answer.status_code in (429, 503):
            await asyncio.sleep(EVERY_SECONDS)


async def throw_half_open(target: Target, thrown: Counter[str], done: asyncio.Event) -> None:
    """Connections that begin a request and never end it, opened again whenever the service ends one."""
    host, port = target.mediation.removeprefix("http://").split(":")

    async def hold() -> None:
        while not done.is_set():
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                thrown["not connected"] += 1
                await asyncio.sleep(EVERY_SECONDS)
                continue
            try:
                writer.write(b"GET /livez HTTP/1.1\r\nX-")
                with suppress(OSError):
                    await reader.read()
                thrown["ended"] += 1
            finally:
                writer.transport.abort()
            await asyncio.sleep(1)

    await asyncio.gather(*(hold() for _ in range(HALF_OPEN)))
