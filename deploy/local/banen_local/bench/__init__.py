"""`banen bench`: measures speed; each row stands beside a floor from the same run, as machines differ."""

import asyncio
import json
import logging
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from banen_local.bench.bus import bus_rows
from banen_local.bench.kurrentdb import URL, kurrentdb_rows
from banen_local.bench.lists import list_rows
from banen_local.bench.pages import page_rows
from banen_local.bench.placements import placement_rows
from banen_local.bench.rows import Row
from banen_local.bench.services import service_rows
from banen_local.bench.store import store_rows
from banen_local.bench.visible import visible_rows
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres

RESULT = Path("build/bench.json")
EVENTS = 1_000_000


async def bench(folder: Path, console: Console, events: int) -> list[Row]:
    server, bus = Postgres(folder / "postgres"), Nats(folder / "nats", max_file_store=16 * 2**30)
    await server.start()
    await bus.start()
    try:
        rows = await store_rows(server, console, events)
        rows += await bus_rows(server, bus)
        rows += await kurrentdb_rows(server, bus)
        rows += await list_rows(server)
        rows += await placement_rows(server)
    finally:
        await bus.stop()
        await server.stop()
    rows += await visible_rows(folder)
    rows += await page_rows(folder)
    return rows + await service_rows(folder)


def command(
    events: Annotated[int, typer.Option(help="How large a store appending is measured in.")] = EVENTS,
    result: Annotated[Path, typer.Option(help="Where the figures are written as JSON.")] = RESULT,
) -> None:
    """Measure store, relay, bus, figures and services, each beside its own floor. Takes some minutes."""
    logging.basicConfig(level=logging.ERROR)
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="banen-bench-") as folder:
        rows = asyncio.run(bench(Path(folder), console, events))
    table = Table("row", "figure", "unit", "floor", "ratio", "aim", "")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.figure:,}",
            row.unit,
            f"{row.floor:,}",
            str(row.ratio),
            row.aim,
            "met" if row.met else "missed",
        )
    Console().print(table)
    if URL is None:
        Console().print("KurrentDB was not measured: KURRENTDB_TEST_URL names no server.")
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
