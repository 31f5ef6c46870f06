"""One row of the table of speeds: a figure, and the raw floor that it is held against."""

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
"""Each pair of figure and floor is taken this often, in turn; the median ratio stands."""

Work = Callable[[], Awaitable[float]]
"""Runs once and gives a figure."""


@dataclass(frozen=True)
class Row:
    """One line of the table. `aim` is for the ratio, or for the figure where it says so."""

    name: str
    figure: float
    unit: str
    floor: float
    ratio: float
    aim: str = "none"
    met: bool = True


async def paired(name: str, unit: str, aim: float | None, figure: Work, floor: Work) -> Row:
    """Take figure and floor in turn."""
    pairs = [(await figure(), await floor()) for _ in range(RUNS)]
    return compared(name, unit, aim, pairs)


def compared(name: str, unit: str, aim: float | None, pairs: Sequence[tuple[float, float]]) -> Row:
    """Pairs of figure and floor, higher is better: the aim is a least ratio."""
    figures, floors = zip(*pairs, strict=True)
    ratio = statistics.median(figure / floor for figure, floor in pairs)
    row = Row(
        name, round(statistics.median(figures)), unit, round(statistics.median(floors)), round(ratio, 2)
    )
    return row if aim is None else replace(row, aim=f"ratio ≥ {aim}", met=ratio >= aim)


async def rate(count: int, work: Awaitable[Any]) -> float:
    """How many a second."""
    start = time.perf_counter()
    await work
    return count / (time.perf_counter() - start)


@asynccontextmanager
async def schema(server: Postgres, name: str, *packages: str) -> AsyncGenerator[Pool]:
    owner = await asyncpg.connect(server.url())
    await migrate(owner, name, migrations(packages or ["banen_kit"]))
    await index_types(owner, name, ["client-taken-on"])  # what is appended, and asked for by its type
    await owner.close()
    pool = await connect(server.url(), name, min_size=8)
    try:
        yield pool
    finally:
        await pool.close()


def percentile(values: Sequence[float], share: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]
