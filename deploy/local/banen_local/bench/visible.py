"""Time from an HTTP command to the figure that shows it, at 100 commands a second."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from banen_local.bench.rows import RUNS, Row, paired, percentile, rate
from banen_local.cluster.define import define
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_reporting.queries.schemas import Targets

PARTNERS = """
[bureau]
services = ["reporting"]
[emplooi]
services = ["mediation"]
"""
PER_SECOND = 100
COMMANDS = 1500
OVER_HTTP = 640
ALONE = PER_SECOND * 5
CLIENTS_AT_ONCE = (1, 16, 64)
LINES = {"Content-Type": "application/x-ndjson"}
CLIENT = {"occurredOn": "2026-01-05", "origin": "walk_in", "name": "Synthetica Voorbeeld"}
PLACEMENT: dict[str, Any] = {
    "kind": "employment", "contract": "open_ended", "startDate": "2026-01-05", "paid": True,
    "programmeTag": "programme", "primaryPartner": "emplooi",
}  # fmt: skip


async def given(http: httpx2.AsyncClient, service: str, lines: list[dict[str, Any]]) -> None:
    """Bulk loads of these commands, each of which must be accepted."""
    for start in range(0, len(lines), 1000):
        keyed = [json.dumps({**line, "key": str(uuid4())}) for line in lines[start : start + 1000]]
        answer = await http.post(f"{service}/v1/bulk", content="\n".join(keyed).encode(), headers=LINES)
        answer.raise_for_status()
        assert all(json.loads(line)["status"] == 201 for line in answer.text.splitlines())


async def taken_on(http: httpx2.AsyncClient, mediation: str, count: int) -> list[str]:
    """The references of so many new clients."""
    refs = [str(uuid4()) for _ in range(count)]
    await given(http, mediation, [{"command": "take-on-client", "ref": ref, "body": CLIENT} for ref in refs])
    return refs


async def visible_rows(folder: Path) -> list[Row]:
    """Time until a command shows in the figures, at 100 commands a second. The floor is the command alone."""
    partners = folder / "partners.toml"
    partners.write_text(PARTNERS)
    alone: list[float] = []
    delays: list[float] = []
    over_http: list[Row] = []
    async with Supervisor(folder / "programme") as supervisor, httpx2.AsyncClient(timeout=30) as http:
        programme = Programme(folder / "programme", partners)
        await programme.start(supervisor)
        http.auth = programme.machine()
        mediation, reporting = programme.url("emplooi", "mediation"), programme.url("bureau", "reporting")
        await define(programme, http, "one-partner")
        refs = iter(
            await taken_on(http, mediation, ALONE + COMMANDS + RUNS * OVER_HTTP * len(CLIENTS_AT_ONCE))
        )
        alone = await commands_alone(http, mediation, refs)
        await until_counted(http, reporting, len(alone))
        delays = await commands_seen(http, mediation, reporting, len(alone), refs)
        over_http = [await commands_row(http, mediation, clients, refs) for clients in CLIENTS_AT_ONCE]
    rows: list[Row] = []
    for name, share, aim in (("p50", 50, None), ("p99", 99, 150.0)):
        figure, floor = percentile(delays, share), percentile(alone, share)
        rows.append(
            Row(
                f"command to visible figure, {name}",
                round(figure, 1),
                "ms",
                round(floor, 1),
                round(figure / floor, 2),
                "figure ≤ 150 ms" if aim else "none",
                aim is None or figure <= aim,
            )
        )
    return rows + over_http


async def commands_row(http: httpx2.AsyncClient, mediation: str, clients: int, refs: Iterator[str]) -> Row:
    """Each client sends its next command after its last was answered. The floor is a request that does nothing."""

    async def requests(request: Callable[[], Awaitable[None]]) -> float:
        async def client() -> None:
            for _ in range(OVER_HTTP // clients):
                await request()

        return await rate(OVER_HTTP, asyncio.gather(*(client() for _ in range(clients))))

    async def livez() -> None:
        (await http.get(f"{mediation}/livez")).raise_for_status()

    return await paired(
        f"commands over HTTP, {clients} clients",
        "commands/s",
        None,
        lambda: requests(lambda: start_placement(http, mediation, next(refs))),
        lambda: requests(livez),
    )


async def start_placement(http: httpx2.AsyncClient, mediation: str, client: str) -> None:
    answer = await http.post(
        f"{mediation}/v1/placements/{uuid4()}/start",
        json={"clientRef": client, **PLACEMENT},
        headers={"Idempotency-Key": str(uuid4())},
    )
    answer.raise_for_status()


async def paced(count: int, work: Callable[[], Awaitable[None]]) -> list[float]:
    """Starts `work` every hundredth of a second; returns when each was started, on the clock `perf_counter`."""
    begin = time.perf_counter()
    started: list[float] = []
    running: list[asyncio.Task[None]] = []
    for number in range(count):
        await asyncio.sleep(max(0.0, begin + number / PER_SECOND - time.perf_counter()))
        started.append(time.perf_counter())
        running.append(asyncio.ensure_future(work()))
    await asyncio.gather(*running)
    return started


async def commands_alone(http: httpx2.AsyncClient, mediation: str, refs: Iterator[str]) -> list[float]:
    """The floor: the time until each command is answered."""
    took: list[float] = []

    async def one() -> None:
        start = time.perf_counter()
        await start_placement(http, mediation, next(refs))
        took.append(1000 * (time.perf_counter() - start))

    await paced(ALONE, one)
    return took


async def counted(http: httpx2.AsyncClient, reporting: str) -> int:
    answer = await http.get(f"{reporting}/v1/targets")
    if answer.status_code == 404:
        return 0
    answer.raise_for_status()
    national = Targets.model_validate_json(answer.content).national
    return (national and national.total.counted) or 0


async def until_counted(http: httpx2.AsyncClient, reporting: str, count: int) -> None:
    while await counted(http, reporting) < count:  # noqa: ASYNC110 - the service cannot tell us
        await asyncio.sleep(0.01)


async def commands_seen(
    http: httpx2.AsyncClient, mediation: str, reporting: str, before: int, refs: Iterator[str]
) -> list[float]:
    """The time until the national figure shows each command: the n-th when the figure has grown by n."""
    seen: list[float] = []

    async def watch() -> None:
        while len(seen) < COMMANDS:
            found = await counted(http, reporting) - before
            seen.extend([time.perf_counter()] * (found - len(seen)))
            await asyncio.sleep(0.004)

    watcher = asyncio.create_task(watch())
    started = await paced(COMMANDS, lambda: start_placement(http, mediation, next(refs)))
    await watcher
    return [1000 * (at - start) for start, at in zip(started, seen, strict=True)]
