"""What it costs to read figures: the pages of the programme 2005-2008, as known now and as known on a past day."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import repeat
from pathlib import Path

import httpx2

from banen_kit.core.clocks import AMSTERDAM
from banen_local.bench.rows import Row, percentile
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.history import make_history
from banen_local.demo.run import SEED, ShownProgress, run_demo
from banen_local.demo.visit import sign_in
from banen_reporting.web.addresses import ADDRESSES

ASKED = 40
FILES = ("page-report", "page-workbook")
UNMEASURED = ("page-start", "page-purpose", *FILES)
LAST_DAY = date(2008, 12, 31)
MOST_NOW, MOST_PAST, MOST_KB, MOST_FILE = 60, 300, 30, 3000
Dates = Iterator[str]
"""What a request asks for after the other: the part of its address with the dates."""


def now() -> Dates:
    return repeat(f"happenedUntil={LAST_DAY}")


def past() -> Dates:
    """Another day each time, so that nothing of it is kept from before."""
    for number in range(10**6):
        day = LAST_DAY - timedelta(days=number)
        yield f"knownOn={day}&happenedUntil={day}"


class Reader:
    """Somebody of the bureau, with a browser."""

    def __init__(self, http: httpx2.AsyncClient, reporting: str, cookie: str) -> None:
        self._http, self._reporting, self._headers = http, reporting, {"Cookie": cookie}

    async def get(self, address: str) -> httpx2.Response:
        answer = await self._http.get(f"{self._reporting}{address}", headers=self._headers)
        answer.raise_for_status()
        return answer

    async def slow(self, address: str, dates: Dates) -> float:
        """The 95th percentile of a page, in milliseconds."""
        took: list[float] = []
        for _ in range(ASKED):
            asked = f"{address}?{next(dates)}"
            start = time.perf_counter()
            await self.get(asked)
            took.append(1000 * (time.perf_counter() - start))
        return percentile(took, 95)

    async def addresses(self) -> Mapping[str, str]:
        """Of each page; those of one unit and of one placement take the first."""
        found = (await self.get(f"/v1/placements?limit=1&{next(now())}")).json()
        ref = found["placements"][0]["ref"]
        return {
            name: f"/nl{of['nl']}".format(unit="uaf", ref=ref)
            for name, of in ADDRESSES.items()
            if name not in UNMEASURED
        }


async def page_rows(folder: Path) -> list[Row]:
    """Of all pages the slowest and the longest. The floor of time is a request that does nothing, that of length the page before
    it was compressed.
    """
    rows: list[Row] = []
    async with Supervisor(folder / "figures") as supervisor, httpx2.AsyncClient(timeout=60) as http:
        programme = Programme(folder / "figures")
        await programme.start(supervisor)
        await run_demo(programme, make_history(SEED, datetime.now(AMSTERDAM).date()), ShownProgress())
        reporting = programme.url("bureau", "reporting")
        reader = Reader(http, reporting, await sign_in(http, reporting, "demo-bureau-project-bureau"))
        addresses = await reader.addresses()
        floor = await reader.slow("/livez", repeat(""))
        rows.append(await slowest(reader, addresses, "now", now, MOST_NOW, floor))
        rows.append(await slowest(reader, addresses, "a past day", past, MOST_PAST, floor))
        rows.append(await longest(reader, addresses))
        for name in FILES:
            figure = await reader.slow(f"/nl{ADDRESSES[name]['nl']}", past())
            rows.append(in_time(f"{name.removeprefix('page-')} of a past day, p95", figure, MOST_FILE, floor))
    return rows


async def slowest(
    reader: Reader,
    addresses: Mapping[str, str],
    when: str,
    dates: Callable[[], Dates],
    most: int,
    floor: float,
) -> Row:
    await reader.get(f"{addresses['page-overview']}?{next(dates())}")
    times = {name: await reader.slow(address, dates()) for name, address in addresses.items()}
    name = max(times, key=lambda one: times[one])
    return in_time(f"slowest page, {when}, p95 ({name.removeprefix('page-')})", times[name], most, floor)


def in_time(name: str, figure: float, most: int, floor: float) -> Row:
    ratio = round(figure / floor, 2)
    return Row(name, round(figure, 1), "ms", round(floor, 1), ratio, f"figure ≤ {most}", figure <= most)


async def longest(reader: Reader, addresses: Mapping[str, str]) -> Row:
    lengths: dict[str, tuple[int, int]] = {}
    for name, address in addresses.items():
        answer = await reader.get(f"{address}?{next(now())}")
        lengths[name] = int(answer.headers["Content-Length"]), len(answer.content)
    name = max(lengths, key=lambda one: lengths[one])
    sent, whole = (length / 1000 for length in lengths[name])
    row = f"longest page over the wire ({name.removeprefix('page-')})"
    return Row(
        row,
        round(sent, 1),
        "kB",
        round(whole, 1),
        round(sent / whole, 2),
        f"figure ≤ {MOST_KB}",
        sent <= MOST_KB,
    )
