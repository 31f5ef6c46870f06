"""Receives everything on the bus into an append-only table, before anybody interprets it.

Only a broken envelope is a dead letter. Whatever arrives twice, or in another order, changes nothing: a row is keyed by
its source and its gapless sequence.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext

from banen_contracts import Envelope
from banen_kit.core.faults import Faults, Loop, end_if_cancelled
from banen_kit.messaging.attend import attend
from banen_kit.messaging.jetstream import EVT_ALL, BrokenMessage, dead_letter, jetstream, read_envelope
from banen_kit.postgres.connection import Connection, Pool, reachable

log = logging.getLogger(__name__)

FETCH = 500
INSERT = """
insert into inbox (source, sequence, event_id, type, ref, recorded_at, known_at, imported, correlation_id, body)
select * from unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
                     $7::timestamptz[], $8::boolean[], $9::uuid[], $10::text[])
on conflict do nothing
returning source, sequence, event_id
"""


Key: TypeAlias = tuple[str, int, UUID]
"""Source, sequence, event id."""


@dataclass(frozen=True)
class Arrived:
    message: Msg
    envelope: Envelope

    @property
    def key(self) -> Key:
        return self.envelope.source, self.envelope.sequence, self.envelope.id


class Inbox:
    """Feeds the table `inbox` from a durable consumer, and enters new sources in `projected`."""

    def __init__(self, pool: Pool, declared: Mapping[str, Any], faults: Faults) -> None:
        self._pool = pool
        self._declared = declared
        self._consumer: str = declared["durable_name"]
        self._faults = faults
        self._metrics = faults.metrics
        self.grown = asyncio.Event()
        """Set whenever something new was received."""
        self.last_fetch = 0.0
        """When the bus last answered, on the event loop's clock; for readiness."""

    async def run(self, client: Client) -> NoReturn:
        """Receive until cancelled. What could not be stored is not acknowledged, and comes again."""
        loop = Loop("inbox", self._faults)
        await loop.forever(lambda: attend(client, [self._declared], lambda: self._read(client), loop))

    async def _read(self, client: Client) -> None:
        subscription = await jetstream(client).pull_subscribe_bind(self._consumer, stream=EVT_ALL)
        while True:
            await self._fetch(client, subscription)
            end_if_cancelled()

    async def _fetch(self, client: Client, subscription: JetStreamContext.PullSubscription) -> None:
        loop = asyncio.get_running_loop()
        try:
            messages = await subscription.fetch(FETCH, timeout=1)
        except (
            TimeoutError
        ):  # also asyncio's own, where the deadline passes between the client's two requests
            messages = list[Msg]()
        self.last_fetch = loop.time()
        if not messages:
            return
        try:
            await self.receive(client, messages)
        except Exception:
            for message in messages:
                await message.nak(delay=1)
            raise
        for message in messages:
            await message.ack()

    async def receive(self, client: Client, messages: Sequence[Msg]) -> None:
        """Store a batch in one transaction; broken ones become dead letters. All of it, or an error."""
        arrived: list[Arrived] = []
        for message in messages:
            try:
                arrived.append(Arrived(message, read_envelope(message)))
            except BrokenMessage as broken:
                await self._set_aside(client, message, broken.reason)
        if not arrived:
            return
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            fresh = await self._insert(connection, arrived)
            stale = [one for one in arrived if one.key not in fresh]
            for one in await self._conflicting(connection, stale):
                await self._set_aside(client, one.message, "sequence-conflict")
        self._metrics.consumed.labels(self._consumer, "received").inc(len(fresh))
        self._metrics.consumed.labels(self._consumer, "repeated").inc(len(arrived) - len(fresh))
        self.grown.set()

    async def _insert(self, connection: Connection, arrived: Sequence[Arrived]) -> set[Key]:
        """Returns what is new."""
        columns = zip(
            *(
                (
                    one.envelope.source,
                    one.envelope.sequence,
                    one.envelope.id,
                    one.envelope.type,
                    one.envelope.subject,
                    one.envelope.time,
                    one.envelope.known_at,
                    one.envelope.imported,
                    one.envelope.correlationid,
                    one.message.data.decode("utf-8", "replace").replace("\0", "�"),
                )
                for one in arrived
            ),
            strict=True,
        )
        await connection.execute(
            "insert into projected (source, sequence) select distinct source, 0 from unnest($1::text[]) as source"
            " on conflict do nothing",
            [one.envelope.source for one in arrived],
        )
        rows = await connection.fetch(INSERT, *map(list, columns))
        return {(row["source"], row["sequence"], row["event_id"]) for row in rows}

    async def _conflicting(self, connection: Connection, stale: Sequence[Arrived]) -> list[Arrived]:
        """Those that are not simply repeats: another event under a known sequence, or under another sequence."""
        if not stale:
            return []
        rows = await connection.fetch(
            "select source, sequence, event_id from inbox where event_id = any ($1)",
            [one.envelope.id for one in stale],
        )
        known = {(row["source"], row["sequence"], row["event_id"]) for row in rows}
        return [one for one in stale if one.key not in known]

    async def _set_aside(self, client: Client, message: Msg, reason: str) -> None:
        await dead_letter(client, self._consumer, message, reason)
        self._metrics.dead_letters.labels(self._consumer, reason).inc()
        log.warning("set aside a message on %s: %s", self._consumer, reason)
