"""The expensive requests of a load test: bodies full of errors, questions about past days, half-open connections.

A separate process (`main`) sends them, so that sending does not slow down the measuring process. It reads an `Order` as
a line of JSON, writes a line when it begins, sends until it reads another line, and then writes the results as a line
of JSON.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2

PAST_AT_ONCE, HALF_OPEN, BODIES_AT_ONCE = 16, 600, 4
EVERY_SECONDS = 0.05
NICE = 10
"""Attackers use machines of their own, so sending must not take CPU time from the services."""
LINES = {"Content-Type": "application/x-ndjson"}


@dataclass(frozen=True)
class Order:
    """What to send to which services, and the access tokens for them."""

    throws: Sequence[str]
    mediation: str
    reporting: str
    mediators_token: str
    bureaus_token: str


@dataclass
class Target:
    """The running services, and how to reach them."""

    mediation: str
    reporting: str
    costly: httpx2.AsyncClient


Throw = Callable[[Target, Counter[str], asyncio.Event], Coroutine[Any, Any, None]]
"""Sends one kind of expensive request until the event is set; counts the results."""


class Thrower:
    """The sending process, as an async context: it has begun on entry, and `thrown` is filled on exit."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.thrown: Counter[str] = Counter()
        """The results of the expensive requests: statuses and errors."""

    async def __aenter__(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", f"from {__name__} import main; main()", stdin=pipe, stdout=pipe
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(asdict(self._order)).encode() + b"\n")
        await stdout.readline()

    async def __aexit__(self, *_: object) -> None:
        out, _err = await self._process.communicate(b"\n")
        self.thrown.update(json.loads(out))


async def throw_all(order: Order) -> Counter[str]:
    thrown, done = Counter[str](), asyncio.Event()

    def sign(request: httpx2.Request) -> httpx2.Request:
        is_reporting = str(request.url).startswith(order.reporting)
        token = order.bureaus_token if is_reporting else order.mediators_token
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(timeout=120, auth=sign, limits=limits) as costly:
        target = Target(order.mediation, order.reporting, costly)
        throwing = [asyncio.create_task(THROWS[name](target, thrown, done)) for name in order.throws]
        sys.stdout.write("throwing\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        done.set()
        for task in throwing:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*throwing)
    return thrown


def unknown_fields(count: int) -> dict[str, int]:
    return {f"unknown{number}": number for number in range(count)}


def costly_bodies() -> list[tuple[str, bytes]]:
    """Bodies at the size limits in which everything is wrong."""
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
    """Each asks about another day, so that no answer can be cached."""
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
    """Connections that begin a request and never finish it, opened again whenever the service closes one."""
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


THROWS: dict[str, Throw] = {
    "bodies": throw_bodies,
    "past dates": throw_past_dates,
    "half-open": throw_half_open,
}


def main() -> None:
    """The main function of that process."""
    os.nice(NICE)
    sys.stdout.write(json.dumps(asyncio.run(throw_all(Order(**json.loads(sys.stdin.readline()))))))
