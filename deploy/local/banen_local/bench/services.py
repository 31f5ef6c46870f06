"""What a service costs before it does any work: start time, and memory at rest."""

import asyncio
import os
import sys
import time
from pathlib import Path
from signal import SIGTERM

from banen_local.bench.rows import Row
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor

PARTNERS = """
[bureau]
services = ["reporting"]
[emplooi]
services = ["intake", "mediation", "employers"]
"""
LIBRARIES = (
    "import asyncpg, cryptography, fastapi, faststream.nats, httpx2, joserfc, prometheus_client, uvicorn"
)
"""The third-party libraries that every service imports."""


async def service_rows(folder: Path) -> list[Row]:
    """Restarts each service while the others are idle. The floor is a process that only imports the libraries."""
    partners = folder / "services.toml"
    partners.write_text(PARTNERS)
    least_seconds, least_memory = await libraries_alone()
    rows: list[Row] = []
    async with Supervisor(folder / "services") as supervisor:
        programme = Programme(folder / "services", partners)
        await programme.start(supervisor)
        for running in programme.services:
            before = supervisor.pid(running.name)
            os.kill(before, SIGTERM)
            pid = await supervisor.restarted(running.name, before)
            took, memory = age(pid), resident(pid)
            rows += [
                beside(f"start of {running.service}", "s", took, least_seconds),
                beside(f"memory of {running.service}", "MiB", memory, least_memory),
            ]
    return rows


async def libraries_alone() -> tuple[float, float]:
    """Seconds and MiB."""
    code = f"{LIBRARIES}; print(flush=True); input()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    found = age(process.pid), resident(process.pid)
    await process.communicate(b"\n")
    return found


def age(pid: int) -> float:
    """Seconds since a process began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """MiB of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def beside(name: str, unit: str, figure: float, floor: float) -> Row:
    return Row(name, round(figure, 1), unit, round(floor, 1), round(figure / floor, 2))
