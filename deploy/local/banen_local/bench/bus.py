"""Speed from the store to the bus, and from the bus to facts. The floor moves the same messages without other work."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import nats
from nats.aio.client import Client
from prometheus_client import CollectorRegistry

from banen_contracts import Envelope
from banen_contracts.base import source_of
from banen_contracts.mediation import ClientTakenOn
from banen_kit.application.publishable import Publisher
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.eventstore.port import Append, NewEvent, ServiceStore
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.inbox import Inbox
from banen_kit.messaging.jetstream import (
    EVT_ALL,
    WATERMARKS,
    api,
    connected,
    inbox_of,
    jetstream,
    publish_batch,
    stream_name,
)
from banen_kit.messaging.outbox_relay import Relay
from banen_kit.messaging.topology import Partner, apply_consumer, apply_stream, inbox_consumer, streams
from banen_kit.messaging.wire import headers_in
from banen_kit.postgres.connection import Pool
from banen_local.bench.rows import RUNS, Row, compared, rate, schema
from banen_local.bench.store import METADATA
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres
from banen_mediation.events import HandoverAccepted
from banen_mediation.service import SERVICE
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore


async def bus_rows(server: Postgres, bus: Nats) -> list[Row]:
    count = 20_000
    async with connected(bus.url, "bench") as client, plain(bus.url) as floor:
        pairs: list[tuple[float, float]] = []
        for run in range(RUNS):
            partner = await declare(client, f"bench{run}")
            async with schema(server, f"bench_relay{run}") as pool:
                relayed = await relay_rate(PostgresStore(pool), client, partner, count)
                pairs.append((relayed, await bare_rate(pool, floor, count)))
        return [
            compared("relay, store to bus", "events/s", 0.75, pairs),
            await facts_row(server, client, floor, count),
        ]


@asynccontextmanager
async def plain(url: str) -> AsyncGenerator[Client]:
    """A plain nats-py client, without our code, for measuring the floors."""
    client = await nats.connect(url, inbox_prefix=inbox_of(url).encode())  # pyright: ignore[reportUnknownMemberType]
    try:
        yield client
    finally:
        await client.close()


async def declare(client: Client, partner_id: str) -> Partner:
    """A partner with mediation alone, and what its relay publishes to."""
    partner = Partner(partner_id, ("mediation",))
    for declared in streams([partner], 2**30):
        if declared["name"] in (stream_name(partner.id, "mediation"), WATERMARKS):
            await apply_stream(client, declared, change=False)
    return partner


async def relay_rate(store: ServiceStore, client: Client, partner: Partner, count: int) -> float:
    body = HandoverAccepted(
        handover_ref=uuid4(), client_ref=uuid4(), from_partner="uaf", occurred_on=date(2026, 1, 1)
    ).model_dump_json()
    commands = [
        Append(f"handover-{uuid4()}", (NewEvent(uuid4(), HandoverAccepted.TYPE, 1, body),), 0, METADATA)
        for _ in range(count)
    ]
    for start in range(0, count, 1000):
        await store.append_many(commands[start : start + 1000])
    publisher = Publisher(partner.id, "mediation", SERVICE.to_public_event)
    faults = Faults(Metrics.create(CollectorRegistry()))
    relay = Relay(publisher, EventSerializer(SERVICE.events), store, client, faults)

    async def work() -> None:
        async with relay.ownership() as connection:
            await relay.step(connection)

    return await rate(count, work())


async def bare_rate(pool: Pool, client: Client, count: int) -> float:
    """The floor: the same messages in the same batches, published with nats-py."""
    rows = await pool.fetch("select subject, headers, body from publications order by sequence")
    messages = [(row["subject"], row["body"].encode(), headers_in(row["headers"])) for row in rows]

    async def work() -> None:
        last = count
        for start in range(0, count, 500):
            last = await bare_batch(client, messages[start : start + 500], last)

    return await rate(count, work())


async def bare_batch(
    client: Client, messages: Sequence[tuple[str, bytes, dict[str, str]]], expected_last: int
) -> int:
    """Publishes one atomic batch without our code; returns the stream's new last sequence."""
    batch = uuid4().hex
    for number, (subject, body, headers) in enumerate(messages, 1):
        sent = {**headers, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        if number == 1:
            sent["Nats-Expected-Last-Sequence"] = str(expected_last)
            await client.request(subject, body, headers=sent, timeout=10)
        elif number < len(messages):
            await client.publish(subject, body, headers=sent)
        else:
            sent["Nats-Batch-Commit"] = "1"
            reply = await client.request(subject, body, headers=sent, timeout=10)
            return int(json.loads(reply.data)["seq"])
    raise ValueError("a batch has two messages or more")


async def facts_row(server: Postgres, client: Client, floor: Client, count: int) -> Row:
    """From EVT_ALL to facts. The floor only fetches and acknowledges the same messages."""
    partner = Partner("facts", ("mediation",))
    for declared in streams([partner], 2**30):
        await apply_stream(client, declared, change=False)
    await publish_clients(client, partner.id, count)
    pairs: list[tuple[float, float]] = []
    for run in range(RUNS):
        name = f"bench{run}"
        for kind in ("a", "b"):
            await apply_consumer(client, inbox_consumer(f"{name}{kind}", "reporting"), change=False)
        async with schema(server, f"bench_facts{run}", "banen_kit", "banen_reporting") as pool:
            admitted = {"mediation": "2020-01-01T00:00:00Z"}
            await pool.execute(
                "insert into facts (kind, source, ref, known_from, imported, sequence, change, data)"
                " values ('partner', 'bureau', 'facts', '2020-01-01', false, 1, 1, $1)",
                json.dumps({"name": "Facts", "services": ["mediation"], "admitted": admitted}),
            )
            folded = await rate(count, receive_and_fold(pool, client, f"{name}a", count))
        pairs.append((folded, await rate(count, fetch_only(floor, f"{name}b-reporting", count))))
    return compared("bus to facts", "events/s", 0.6, pairs)


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
        state = (await api(client, f"STREAM.INFO.{EVT_ALL}"))["state"]


async def receive_and_fold(pool: Pool, client: Client, partner: str, count: int) -> None:
    inbox = Inbox(pool, inbox_consumer(partner, "reporting"), Faults(Metrics.create(CollectorRegistry())))
    view = FactStore(pool)
    task = asyncio.create_task(inbox.run(client))
    folded = 0
    while folded < count:
        inbox.grown.clear()
        folded += await project(view)
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
