"""One row of the table of speeds: a figure, and the floor (the same work without our code) with which it is compared."""

import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from banen_kit.postgres.connection import Pool, connect, migrate, migrations
from banen_kit.runtime.provision import index_types
from banen_local.cluster.postgres import Postgres

RUNS = 3
"""How often each pair of figure and floor is measured, alternately. The median ratio is reported."""

Work = Callable[[], Awaitable[float]]
"""Runs once and gives a figure."""


@dataclass(frozen=True)
class Row:
    """One row of the table. `aim` applies to the ratio, or to the figure if it says so."""

    name: str
    figure: float
    unit: str
    floor: float
    ratio: float
    aim: str = "none"
    met: bool = True


async def paired(name: str, unit: str, aim: float | None, figure: Work, floor: Work) -> Row:
    """Measures figure and floor alternately."""
    pairs = [(await figure(), await floor()) for _ in range(RUNS)]
    return compared(name, unit, aim, pairs)


def compared(name: str, unit: str, aim: float | None, pairs: Sequence[tuple[float, float]]) -> Row:
    """Compares pairs of figure and floor where higher is better; `aim` is the lowest acceptable ratio."""
    figures, floors = zip(*pairs, strict=True)
    ratio = statistics.median(figure / floor for figure, floor in pairs)
    row = Row(
        name, round(statistics.median(figures)), unit, round(statistics.median(floors)), round(ratio, 2)
    )
    return row if aim is None else replace(row, aim=f"ratio ≥ {aim}", met=ratio >= aim)


async def rate(count: int, work: Awaitable[Any]) -> float:
    """How many per second."""
    start = time.perf_counter()
    await work
    return count / (time.perf_counter() - start)


@asynccontextmanager
async def schema(server: Postgres, name: str, *packages: str) -> AsyncGenerator[Pool]:
    owner = await asyncpg.connect(server.url())
    await migrate(owner, name, migrations(packages or ["banen_kit"]))
    await index_types(owner, name, ["client-taken-on"])  # the type that is appended and read by type
    await owner.close()
    pool = await connect(server.url(), name, min_size=8)
    try:
        yield pool
    finally:
        await pool.close()


def percentile(values: Sequence[float], share: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]
