"""`banen bench`: speed, each row beside its own raw floor from the same run, since machines differ and are noisy."""

import asyncio
import json
import logging
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import typer
from nats.aio.client import Client
from prometheus_client import CollectorRegistry
from rich.console import Console
from rich.table import Table

from banen_contracts import Envelope
from banen_contracts.base import source_of
from banen_contracts.mediation import ClientTakenOn
from banen_kit.bus import EVT_ALL, WATERMARKS, connected, jetstream, publish_batch, stream_name
from banen_kit.inbox import Inbox
from banen_kit.journal import Codec, Journal
from banen_kit.keys import MemoryKeys
from banen_kit.metrics import Metrics
from banen_kit.postgres import Pool, connect, migrate, migrations
from banen_kit.postgres_store import PostgresStore
from banen_kit.relay import Relay
from banen_kit.store import Append, NewEvent
from banen_kit.topology import Partner, apply_consumer, apply_stream, reporting_consumer, streams
from banen_local.nats import Nats
from banen_local.postgres import Postgres
from banen_local.programme import Programme
from banen_local.supervisor import Supervisor
from banen_mediation.events import HandoverAccepted
from banen_mediation.service import SERVICE
from banen_reporting.view import View

RESULT = Path("build/bench.json")
PAYLOAD = json.dumps({"client_ref": str(uuid4()), "origin": "walk_in", "origin_ref": None, "note": "x" * 100})
METADATA = json.dumps({"commandId": str(uuid4()), "correlationId": str(uuid4()), "causationId": str(uuid4())})
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
    aim: str
    met: bool


async def paired(name: str, unit: str, aim: float, figure: Work, floor: Work) -> Row:
    """Higher is better: the aim is a least ratio."""
    pairs = [(await figure(), await floor()) for _ in range(RUNS)]
    figures, floors = zip(*pairs, strict=True)
    ratio = statistics.median(f / b for f, b in pairs)
    return Row(
        name,
        round(statistics.median(figures)),
        unit,
        round(statistics.median(floors)),
        round(ratio, 2),
        f"≥ {aim}",
        ratio >= aim,
    )


async def rate(count: int, work: Awaitable[Any]) -> float:
    """How many a second."""
    start = time.perf_counter()
    await work
    return count / (time.perf_counter() - start)


def event() -> NewEvent:
    return NewEvent(uuid4(), "client-taken-on", 1, PAYLOAD)


def new_stream() -> Append:
    return Append(f"client-{uuid4()}", (event(),), 0, METADATA)


class StoreBench:
    """Appending and reading, against the same rows written and read without a store."""

    def __init__(self, pool: Pool, floor: Pool) -> None:
        self._store = PostgresStore(pool)
        self._pool = pool
        self._floor = floor

    async def append(self, callers: int, count: int) -> float:
        async def call() -> None:
            for _ in range(count // callers):
                await self._store.append(new_stream())

        return await rate(count, asyncio.gather(*(call() for _ in range(callers))))

    async def insert(self, callers: int, count: int) -> float:
        """The floor: one plain INSERT and commit per event, each caller on a connection of its own."""

        async def call() -> None:
            async with self._floor.acquire() as connection:
                for number in range(count // callers):
                    await connection.execute(
                        "insert into floor values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                        number, f"client-{uuid4()}", 1, uuid4(), "client-taken-on", 1, PAYLOAD, METADATA,
                        datetime.now(UTC),
                    )  # fmt: skip

        return await rate(count, asyncio.gather(*(call() for _ in range(callers))))

    async def read(self, count: int) -> float:
        async def work() -> None:
            after = 0
            while records := await self._store.read_all(after, 1000):
                for record in records:
                    json.loads(record.data)
                after = records[-1].position
                if after >= count:
                    break

        return await rate(count, work())

    async def select(self, count: int) -> float:
        async def work() -> None:
            after = 0
            while after < count:
                rows = await self._pool.fetch(
                    "select * from events where position > $1 order by position limit 1000", after
                )
                after = rows[-1]["position"]

        return await rate(count, work())

    async def fill(self, total: int) -> None:
        """Bring the store to this many events, quickly."""
        have = await self._pool.fetchval("select count(*) from events")
        while have < total:
            commands = [
                Append(f"client-{uuid4()}", tuple(event() for _ in range(20)), 0, METADATA)
                for _ in range(200)
            ]
            await self._store.append_many(commands)
            have += 4000


async def store_rows(server: Postgres, console: Console) -> list[Row]:
    async with schema(server, "bench_store") as pool:
        floor = await asyncpg.create_pool(server.url(), min_size=16, max_size=16)
        await floor.execute(
            "create table floor (position bigint, stream text, version bigint, id uuid, type text, schema_version int,"
            " data text, metadata text, at timestamptz, primary key (stream, version))"
        )
        await floor.execute("create unique index on floor (id)")
        bench = StoreBench(pool, floor)
        await bench.append(16, 1600)
        await bench.insert(16, 1600)
        rows = [
            await paired(
                "append, 16 callers",
                "events/s",
                0.9,
                lambda: bench.append(16, 8000),
                lambda: bench.insert(16, 8000),
            ),
            await paired(
                "append, 256 callers",
                "events/s",
                2.0,
                lambda: bench.append(256, 25600),
                lambda: bench.insert(16, 8000),
            ),
            await paired(
                "read_all, decoded",
                "events/s",
                0.35,
                lambda: bench.read(50_000),
                lambda: bench.select(50_000),
            ),
        ]
        await floor.close()
    console.print("[dim]filling a store with a million events …[/dim]")
    async with schema(server, "bench_million") as pool:
        bench = StoreBench(pool, pool)
        await bench.fill(10_000)
        small = statistics.median([await bench.append(256, 12800) for _ in range(RUNS)])
        await bench.fill(1_000_000)
        large = statistics.median([await bench.append(256, 12800) for _ in range(RUNS)])
        cost = small / large
        rows.append(
            Row(
                "append at 1,000,000 events, cost",
                round(large),
                "events/s",
                round(small),
                round(cost, 2),
                "≤ 1.5",
                cost <= 1.5,
            )
        )
    return rows


@asynccontextmanager
async def schema(server: Postgres, name: str, *packages: str) -> AsyncGenerator[Pool]:
    owner = await asyncpg.connect(server.url())
    await migrate(owner, name, migrations(packages or ["banen_kit"]))
    await owner.close()
    pool = await connect(server.url(), name, min_size=8)
    try:
        yield pool
    finally:
        await pool.close()


async def bus_rows(server: Postgres, bus: Nats) -> list[Row]:
    count = 20_000
    async with connected(bus.url, "bench") as client:
        rows: list[Row] = []
        relayed: list[float] = []
        bare: list[float] = []
        for run in range(RUNS):
            partner = Partner(f"bench{run}", ("mediation",))
            for declared in streams([partner], 2**30):
                if declared["name"] in (stream_name(partner.id, "mediation"), WATERMARKS):
                    await apply_stream(client, declared, change=False)
            async with schema(server, f"bench_relay{run}") as pool:
                relayed.append(await relay_rate(pool, client, partner, count))
                bare.append(await bare_rate(pool, client, partner, count))
        ratio = statistics.median(a / b for a, b in zip(relayed, bare, strict=True))
        rows.append(
            Row(
                "relay, store to bus",
                round(statistics.median(relayed)),
                "events/s",
                round(statistics.median(bare)),
                round(ratio, 2),
                "≥ 0.7",
                ratio >= 0.7,
            )
        )
        rows.append(await facts_row(server, client, count))
        return rows


async def relay_rate(pool: Pool, client: Client, partner: Partner, count: int) -> float:

    store = PostgresStore(pool)
    journal: Journal[Any] = Journal(store, Codec(SERVICE.events), MemoryKeys())

    body = HandoverAccepted(
        handover_ref=uuid4(), client_ref=uuid4(), from_partner="uaf", occurred_on=date(2026, 1, 1)
    ).model_dump_json()
    commands = [
        Append(f"handover-{uuid4()}", (NewEvent(uuid4(), HandoverAccepted.TYPE, 1, body),), 0, METADATA)
        for _ in range(count)
    ]
    for start in range(0, count, 1000):
        await store.append_many(commands[start : start + 1000])
    relay = Relay(
        partner.id,
        "mediation",
        journal,
        store,
        SERVICE.to_contract,
        client,
        Metrics.create(CollectorRegistry()),
    )

    async def work() -> None:
        async with relay._ownership() as connection:  # pyright: ignore[reportPrivateUsage]
            await relay.step(connection)

    return await rate(count, work())


async def bare_rate(pool: Pool, client: Client, partner: Partner, count: int) -> float:
    """The floor: the very same messages, sent in bare batches."""
    rows = await pool.fetch("select subject, headers, body from publications order by sequence")
    messages = [(row["subject"], row["body"].encode(), json.loads(row["headers"])) for row in rows]

    async def work() -> None:
        last = count
        for start in range(0, count, 500):
            last = await publish_batch(client, messages[start : start + 500], last)

    return await rate(count, work())


async def facts_row(server: Postgres, client: Client, count: int) -> Row:
    """From EVT_ALL to facts, against fetching and acknowledging the same messages and doing nothing."""
    partner = Partner("facts", ("mediation",))
    for declared in streams([partner], 2**30):
        await apply_stream(client, declared, change=False)
    await publish_clients(client, partner.id, count)
    folded: list[float] = []
    empty: list[float] = []
    for run in range(RUNS):
        name = f"bench{run}"
        for kind in ("a", "b"):
            await apply_consumer(client, reporting_consumer(f"{name}{kind}"), change=False)
        async with schema(server, f"bench_facts{run}", "banen_kit", "banen_reporting") as pool:
            await pool.execute(
                "insert into facts (kind, source, ref, known_from, imported, sequence, change, data)"
                " values ('partner', 'bureau', 'facts', '2020-01-01', false, 1, 1, $1)",
                json.dumps({"name": "Facts", "services": ["mediation"]}),
            )
            folded.append(await rate(count, receive_and_fold(pool, client, f"{name}a-reporting", count)))
        empty.append(await rate(count, fetch_only(client, f"{name}b-reporting", count)))
    ratio = statistics.median(a / b for a, b in zip(folded, empty, strict=True))
    return Row(
        "bus to facts",
        round(statistics.median(folded)),
        "events/s",
        round(statistics.median(empty)),
        round(ratio, 2),
        "≥ 0.5",
        ratio >= 0.5,
    )


async def publish_clients(client: Client, partner: str, count: int) -> None:
    last = 0
    for start in range(0, count, 500):
        batch: list[tuple[str, bytes, dict[str, str]]] = []
        for sequence in range(start + 1, start + 501):
            body = ClientTakenOn.model_validate(
                {"clientRef": uuid4(), "origin": "walk_in", "occurredOn": "2026-01-01"}
            )
            envelope = Envelope(
                id=uuid4(),
                source=source_of(partner, "mediation"),
                type=f"nl.banenoffensief.{body.NAME}",
                subject=body.ref,
                time=datetime.now(UTC),
                partner=partner,
                sequence=sequence,
                correlationid=UUID(int=1),
                causationid=UUID(int=1),
            )
            batch.append((f"evt.{partner}.{body.NAME}", body.to_json(), envelope.headers()))
        last = await publish_batch(client, batch, last)
    state: dict[str, Any] = {"messages": 0}
    while state["messages"] < count:
        info = await client.jetstream().stream_info(EVT_ALL)  # pyright: ignore[reportUnknownMemberType]
        state["messages"] = info.state.messages


async def receive_and_fold(pool: Pool, client: Client, consumer: str, count: int) -> None:
    inbox = Inbox(pool, client, consumer, Metrics.create(CollectorRegistry()))
    view = View(pool)
    task = asyncio.create_task(inbox.run())
    folded = 0
    while folded < count:
        inbox.grown.clear()
        folded += await view.project()
        if folded < count:
            await inbox.grown.wait()
    task.cancel()


async def fetch_only(client: Client, consumer: str, count: int) -> None:
    subscription = await jetstream(client).pull_subscribe_bind(consumer, stream=EVT_ALL)
    seen = 0
    while seen < count:
        messages = await subscription.fetch(500, timeout=1)
        for message in messages:
            await message.ack()
        seen += len(messages)


PARTNERS = """
[bureau]
services = ["reporting"]
[emplooi]
services = ["mediation"]
"""
PER_SECOND = 100
COMMANDS = 1500


async def visible_rows(folder: Path) -> list[Row]:
    """From an HTTP command to the figure that shows it, at 100 commands a second, against a command alone."""
    partners = folder / "partners.toml"
    partners.write_text(PARTNERS)
    alone: list[float] = []
    delays: list[float] = []
    async with Supervisor(folder / "programme") as supervisor, httpx2.AsyncClient(timeout=30) as http:
        programme = Programme(folder / "programme", partners)
        await programme.start(supervisor)
        mediation, reporting = programme.url("emplooi", "mediation"), programme.url("bureau", "reporting")
        await define_programme(http, reporting)
        alone = await commands_alone(http, mediation)
        await until_counted(http, reporting, len(alone))
        delays = await commands_seen(http, mediation, reporting, len(alone))
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
    return rows


def percentile(values: Sequence[float], share: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


async def define_programme(http: httpx2.AsyncClient, reporting: str) -> None:
    window = {"windowFrom": "2020-01-01", "windowTo": "2030-12-31"}
    for path, body in (
        ("partners/bureau/admit", {"name": "Bureau", "services": ["reporting"]}),
        ("partners/emplooi/admit", {"name": "Emplooi", "services": ["mediation"]}),
        ("units/chain/define", {"label": "Chain", "members": ["emplooi"]}),
        ("units/chain/set-target", {"route": "A", "value": 100_000, "decidedBy": "bench"}),
        ("rule-sets/published/publish", {"params": window, "approvedBy": "bench"}),
    ):
        answer = await http.post(
            f"{reporting}/v1/programme/{path}",
            json={"occurredOn": "2026-01-01", **body},
            headers={"Idempotency-Key": str(uuid4())},
        )
        answer.raise_for_status()


async def start_placement(http: httpx2.AsyncClient, mediation: str) -> None:
    body = {
        "clientRef": str(uuid4()),
        "kind": "employment",
        "contract": "open_ended",
        "startDate": "2026-01-05",
        "paid": True,
        "programmeTag": "programme",
        "primaryPartner": "emplooi",
    }
    answer = await http.post(
        f"{mediation}/v1/placements/{uuid4()}/start", json=body, headers={"Idempotency-Key": str(uuid4())}
    )
    answer.raise_for_status()


async def paced(count: int, work: Callable[[], Awaitable[None]]) -> list[float]:
    """Start `work` every hundredth of a second; when each was started, on the clock of `perf_counter`."""
    begin = time.perf_counter()
    started: list[float] = []
    running: list[asyncio.Task[None]] = []
    for number in range(count):
        await asyncio.sleep(max(0.0, begin + number / PER_SECOND - time.perf_counter()))
        started.append(time.perf_counter())
        running.append(asyncio.ensure_future(work()))
    await asyncio.gather(*running)
    return started


async def commands_alone(http: httpx2.AsyncClient, mediation: str) -> list[float]:
    """The floor: the time until each command is answered."""
    took: list[float] = []

    async def one() -> None:
        start = time.perf_counter()
        await start_placement(http, mediation)
        took.append(1000 * (time.perf_counter() - start))

    await paced(PER_SECOND * 5, one)
    return took


async def counted(http: httpx2.AsyncClient, reporting: str) -> int:
    answer = await http.get(f"{reporting}/v1/targets")
    if answer.status_code == 404:
        return 0
    answer.raise_for_status()
    return int(answer.json()["national"]["total"]["counted"])


async def until_counted(http: httpx2.AsyncClient, reporting: str, count: int) -> None:
    while await counted(http, reporting) < count:  # noqa: ASYNC110 - the service cannot tell us
        await asyncio.sleep(0.01)


async def commands_seen(http: httpx2.AsyncClient, mediation: str, reporting: str, before: int) -> list[float]:
    """Until the national figure shows each; the n-th command is seen when the figure reaches n more."""
    seen: list[float] = []

    async def watch() -> None:
        while len(seen) < COMMANDS:
            found = await counted(http, reporting) - before
            seen.extend([time.perf_counter()] * (found - len(seen)))
            await asyncio.sleep(0.002)

    watcher = asyncio.create_task(watch())
    started = await paced(COMMANDS, lambda: start_placement(http, mediation))
    await watcher
    return [1000 * (at - start) for start, at in zip(started, seen, strict=True)]


async def bench(folder: Path, console: Console) -> list[Row]:
    server, bus = Postgres(folder / "postgres"), Nats(folder / "nats", max_file_store=16 * 2**30)
    await server.start()
    await bus.start()
    try:
        rows = await store_rows(server, console)
        rows += await bus_rows(server, bus)
    finally:
        await bus.stop()
        await server.stop()
    return rows + await visible_rows(folder)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("bench")(command)


def command(
    result: Annotated[Path, typer.Option(help="Where the figures are written as JSON.")] = RESULT,
) -> None:
    """Measure store, relay, bus and figures, each beside its own raw floor. Takes some minutes."""
    logging.basicConfig(level=logging.ERROR)
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="banen-bench-") as folder:
        rows = asyncio.run(bench(Path(folder), console))
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
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
