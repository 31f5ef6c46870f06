"""Speed with the events in KurrentDB. Measured on a real server only: a stand-in says nothing about speed."""

import asyncio
import json
import os
from uuid import uuid4

from kurrentdbclient import AsyncKurrentDBClient, NewEvent, StreamState

from banen_kit.eventstore.kurrentdb import KurrentStore, open_kurrentdb
from banen_kit.eventstore.kurrentdb_connection import client_of
from banen_kit.messaging.jetstream import connected
from banen_local.bench.bus import bare_rate, declare, plain, relay_rate
from banen_local.bench.rows import Row, compared, paired, rate, schema
from banen_local.bench.store import METADATA, PAYLOAD, new_stream
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres

URL = os.environ.get("KURRENTDB_TEST_URL")
PARTNER = "kurrent"
EVENTS = 2000


class KurrentBench:
    """Measures appending and reading, and the floor: the same events through the client alone."""

    def __init__(self, store: KurrentStore, client: AsyncKurrentDBClient) -> None:
        self._store = store
        self._client = client
        self._floor = f"floor_{uuid4().hex}."

    async def append(self, callers: int) -> float:
        async def call() -> None:
            for _ in range(EVENTS // callers):
                await self._store.append(new_stream())

        return await rate(EVENTS, asyncio.gather(*(call() for _ in range(callers))))

    async def bare_append(self, callers: int) -> float:
        async def call() -> None:
            for _ in range(EVENTS // callers):
                await self._client.append_to_stream(
                    f"{self._floor}client-{uuid4()}",
                    events=NewEvent("client-taken-on", PAYLOAD.encode(), METADATA.encode()),
                    current_version=StreamState.NO_STREAM,
                )

        return await rate(EVENTS, asyncio.gather(*(call() for _ in range(callers))))

    async def read(self) -> float:
        """What was appended so far, in batches, as the relay reads it."""
        read, after, start = 0, 0, asyncio.get_running_loop().time()
        while records := await self._store.read_all(after, 500):
            for record in records:
                json.loads(record.data)
            after, read = records[-1].position, read + len(records)
        return read / (asyncio.get_running_loop().time() - start)

    async def bare_read(self) -> float:
        start = asyncio.get_running_loop().time()
        events = await self._client.read_all(
            filter_include=(self._floor,), filter_by_stream_name=True, filter_by_prefix=True
        )
        read = len([event async for event in events])
        return read / (asyncio.get_running_loop().time() - start)


async def kurrentdb_rows(server: Postgres, bus: Nats) -> list[Row]:
    """None, unless `KURRENTDB_TEST_URL` names a server."""
    if URL is None:
        return []
    async with schema(server, "bench_kurrentdb") as pool:
        client = client_of(URL)
        store = await open_kurrentdb(URL, pool, f"bench_{uuid4().hex}", print)
        try:
            await client.connect()
            bench = KurrentBench(store, client)
            rows = [
                await paired(
                    f"KurrentDB: append, {callers} callers",
                    "events/s",
                    None,
                    lambda callers=callers: bench.append(callers),
                    lambda callers=callers: bench.bare_append(callers),
                )
                for callers in (1, 16)
            ]
            rows.append(
                await paired("KurrentDB: read_all, decoded", "events/s", None, bench.read, bench.bare_read)
            )
        finally:
            await store.close()
            await client.close()
    return [*rows, await _relay_row(server, bus, URL)]


async def _relay_row(server: Postgres, bus: Nats, url: str) -> Row:
    async with (
        connected(bus.url, "bench") as client,
        plain(bus.url) as floor,
        schema(server, "bench_kurrentdb_relay") as pool,
    ):
        partner = await declare(client, PARTNER)
        store = await open_kurrentdb(url, pool, f"bench_{uuid4().hex}", print)
        try:
            relayed = await relay_rate(store, client, partner, EVENTS)
            pair = relayed, await bare_rate(pool, floor, EVENTS)
        finally:
            await store.close()
    return compared("KurrentDB: relay, store to bus", "events/s", None, [pair])
