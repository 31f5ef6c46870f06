"""Receives all events from the bus into an append-only table, before they are interpreted.

Only a message with an invalid envelope becomes a dead letter. Duplicates and changes of order have no effect: rows
are keyed by source and gapless sequence.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from nats.aio.client import Client
from nats.aio.msg import Msg

from banen_contracts import Envelope
from banen_kit.core.faults import Faults, Loop, end_if_cancelled
from banen_kit.messaging.attend import attend
from banen_kit.messaging.jetstream import BrokenMessage, dead_letter, read_envelope
from banen_kit.messaging.pull import acknowledge, pulling, refuse
from banen_kit.postgres.connection import Connection, Pool, reachable

log = logging.getLogger(__name__)

INSERT = """
insert into inbox (source, sequence, event_id, type, ref, recorded_at, known_at, imported, correlation_id, body)
select * from unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
                     $7::timestamptz[], $8::boolean[], $9::uuid[], $10::text[])
on conflict do nothing
"""


@dataclass(frozen=True)
class Arrived:
    message: Msg
    envelope: Envelope


class Inbox:
    """Fills the table `inbox` from a durable consumer, and adds new sources to `projected`."""

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
        """Receives until cancelled. Messages that could not be stored are not acknowledged, and are delivered again."""
        loop = Loop("inbox", self._faults)
        await loop.forever(lambda: attend(client, [self._declared], lambda: self._read(client), loop))

    async def _read(self, client: Client) -> None:
        async with pulling(client, self._consumer) as pull:
            while True:
                messages = await pull.take()
                if messages is not None:
                    self.last_fetch = asyncio.get_running_loop().time()
                if messages:
                    await self._store(client, messages)
                end_if_cancelled()

    async def _store(self, client: Client, messages: Sequence[Msg]) -> None:
        try:
            await self.receive(client, messages)
        except Exception:
            await refuse(client, messages)
            raise
        await acknowledge(client, messages)

    async def receive(self, client: Client, messages: Sequence[Msg]) -> None:
        """Stores a batch in one transaction; invalid messages become dead letters. Raises if any part fails."""
        arrived: list[Arrived] = []
        broken: list[tuple[Msg, str]] = []
        for message in messages:
            try:
                arrived.append(Arrived(message, read_envelope(message)))
            except BrokenMessage as found:
                broken.append((message, found.reason))
        await asyncio.gather(*(self._set_aside(client, message, reason) for message, reason in broken))
        if not arrived:
            return
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            fresh = await self._insert(connection, arrived)
            if fresh < len(arrived):
                for one in await self._conflicting(connection, arrived):
                    await self._set_aside(client, one.message, "sequence-conflict")
        self._metrics.consumed.labels(self._consumer, "received").inc(fresh)
        self._metrics.consumed.labels(self._consumer, "repeated").inc(len(arrived) - fresh)
        self.grown.set()

    async def _insert(self, connection: Connection, arrived: Sequence[Arrived]) -> int:
        """Returns how many were new."""
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
            "insert into projected (source, sequence) select source, 0 from unnest($1::text[]) as source"
            " on conflict do nothing",
            sorted({one.envelope.source for one in arrived}),
        )
        done = await connection.execute(INSERT, *map(list, columns))
        return int(done.rsplit(" ", 1)[1])

    async def _conflicting(self, connection: Connection, arrived: Sequence[Arrived]) -> list[Arrived]:
        """Returns messages that were not stored: another event has their sequence, or the event has another sequence."""
        rows = await connection.fetch(
            "select source, sequence, event_id from inbox where event_id = any ($1)",
            [one.envelope.id for one in arrived],
        )
        known = {(row["source"], row["sequence"], row["event_id"]) for row in rows}
        return [
            one
            for one in arrived
            if (one.envelope.source, one.envelope.sequence, one.envelope.id) not in known
        ]

    async def _set_aside(self, client: Client, message: Msg, reason: str) -> None:
        await dead_letter(client, self._consumer, message, reason)
        self._metrics.dead_letters.labels(self._consumer, reason).inc()
        log.warning("set aside a message on %s: %s", self._consumer, reason)
