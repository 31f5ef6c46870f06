"""Publishes public events from the store to the bus: numbered once, in order, in atomic batches.

The table `publications` is written before anything is sent; its gapless `sequence` never changes. The last message on
the stream tells what to send next, and the stream's expected last sequence keeps a second relay from publishing.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from nats.aio.client import Client
from nats.js.errors import APIError, NotFoundError

from banen_kit.application.publishable import Publisher
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults, Loop, end_if_cancelled
from banen_kit.eventstore.port import ServiceStore
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.blocked import RELAY, CannotPublish, Outbound
from banen_kit.messaging.jetstream import (
    MOST_IN_BATCH,
    UNREACHABLE,
    BusUnavailable,
    LastMessage,
    WrongLastSequence,
    jetstream,
    last_message,
    publish_batch,
    stream_name,
    watermark_subject,
)
from banen_kit.messaging.publications import Publication
from banen_kit.postgres.connection import Connection, reachable

WATERMARK_SECONDS = 2.0
FAULT_SECONDS = 5.0
"""How long publishing may fail before it is a fault. A restart of the bus takes less."""
UNSENT = """
select (select count(*) from (select from publications where sequence > $1 limit 100000) p) as count,
       (select headers from publications where sequence > $1 order by sequence limit 1) as first
"""
RECORDED_AT = re.compile(r"^ce-time: (.+)\r$", re.MULTILINE)

# One statement, so that a batch costs one round trip and one commit.
SAVE = """
with moved as (
  update checkpoints set position = $1, updated_at = clock_timestamp()
   where consumer = $2 and position = $3 and fence = $4 returning true
), written as (
  insert into publications select new.* from moved,
    unnest($5::bigint[], $6::bigint[], $7::uuid[], $8::text[], $9::text[], $10::text[]) as new)
select true from moved
"""


class StoreBehindBus(Exception):
    """The stream holds events that are not in this store, so this store must not publish."""


class Fenced(Exception):
    """Another relay has taken over."""


class Relay:
    """Publishes one store's events. Several relays may run; the one that holds the lock works, the others wait."""

    def __init__(
        self,
        publisher: Publisher,
        serializer: EventSerializer[Any],
        store: ServiceStore,
        client: Client,
        faults: Faults,
    ) -> None:
        self._publisher = publisher
        self._outbound = Outbound(store, serializer, publisher)
        self._store = store
        self._client = client
        self._faults = faults
        self._metrics = faults.metrics
        self._stream = stream_name(publisher.partner, publisher.service)
        self._position = 0
        self._fence = 0
        self._numbered = 0
        self._sent = 0
        self._marked = 0
        self._last: LastMessage | None = None
        self._watermark_due = 0.0

    async def run(self) -> None:
        """Publishes until cancelled. Measures the backlog after every failure."""
        loop = Loop("relay", self._faults, tolerance=FAULT_SECONDS)

        async def work() -> None:
            try:
                async with self.ownership(loop.got_through) as connection:
                    while True:
                        await self.step(connection)
                        loop.got_through()
                        end_if_cancelled()
                        await self._store.wait(self._position, WATERMARK_SECONDS)
            except Exception:
                await self._measure()
                raise

        await loop.forever(work)

    async def _measure(self) -> None:
        """Measures how many events are not on the bus yet, and the age of the oldest, if the store can be reached."""
        if not self._fence:  # never had the lock: another relay measures
            return
        try:
            async with reachable():
                unsent = await self._store.pool.fetchrow(UNSENT, self._sent)
            assert unsent is not None
            unnumbered = await self._store.count_after(self._position)
            moments = [record.recorded_at for record in await self._store.read_all(self._position, 1)]
        except StoreUnavailable:
            return
        if unsent["first"]:
            moments += map(datetime.fromisoformat, RECORDED_AT.findall(unsent["first"]))
        self._metrics.relay_lag.set(unsent["count"] + unnumbered)
        now = datetime.now(UTC)
        self._metrics.relay_oldest.set(max([(now - moment).total_seconds() for moment in moments], default=0))

    @asynccontextmanager
    async def ownership(self, stands_by: Callable[[], None] = lambda: None) -> AsyncGenerator[Connection]:
        """Holds the store's relay lock on one connection, and keeps a former holder from writing (a fence).

        Calls `stands_by` repeatedly while another relay has the lock.
        """
        async with reachable(), self._store.pool.acquire() as connection:
            try:
                while not await connection.fetchval("select own_relay()"):
                    stands_by()
                    await asyncio.sleep(1)
                await self._take_over(connection)
                yield connection
            finally:
                # Release the lock even if cancelled before we knew that we had it: the connection goes back to the pool.
                if not connection.is_closed():
                    await connection.execute("select pg_advisory_unlock_all()")

    async def _take_over(self, connection: Connection) -> None:
        row = await connection.fetchrow(
            "insert into checkpoints (consumer, fence) values ($1, 1)"
            " on conflict (consumer) do update set fence = checkpoints.fence + 1 returning position, fence",
            RELAY,
        )
        assert row is not None
        self._position, self._fence = row["position"], row["fence"]
        self._numbered = await connection.fetchval("select coalesce(max(sequence), 0) from publications")
        mark = await connection.fetchval("select position from checkpoints where consumer = 'sent'")
        self._sent = self._marked = int(mark or 0)
        self._last = None

    async def step(self, connection: Connection) -> None:
        """Numbers and sends all events that are there now. Then, if due, publishes a watermark."""
        async with reachable():
            horizon = await self._store.horizon()
            await self._resume(connection)
            numbered = await self._number(connection)
            while numbered is not None:
                # Number the next batch while this one is being sent.
                following = asyncio.ensure_future(self._number(connection))
                try:
                    await self._send(numbered)
                finally:
                    numbered = await following
            await self._mark_sent(connection)
        self._metrics.relay_lag.set(0)
        self._metrics.relay_oldest.set(0)
        now = asyncio.get_running_loop().time()
        if horizon.settled and now >= self._watermark_due:
            self._watermark_due = now + WATERMARK_SECONDS
            await self._say_through(horizon.at)

    async def _resume(self, connection: Connection) -> None:
        """Sends what was numbered earlier and is not on the stream."""
        if self._last is None:
            try:
                self._last = await last_message(self._client, self._stream)
            except NotFoundError:
                raise BusUnavailable(f"{self._stream} does not exist; run: banen bus apply") from None
            self._sent = await self._resume_after(connection, self._last)
        while self._sent < self._numbered:
            rows = await connection.fetch(
                "select sequence, position, event_id, subject, headers, body from publications"
                " where sequence > $1 order by sequence limit $2",
                self._sent,
                MOST_IN_BATCH,
            )
            await self._send(list(map(Publication._make, rows)))

    async def _number(self, connection: Connection) -> list[Publication] | None:
        """Stores the next events' publications; None if there are no more. Raises `Fenced`, `CannotPublish`."""
        records = await self._store.read_all(self._position, MOST_IN_BATCH)
        if not records:
            return None
        self._metrics.relay_lag.set(len(records))
        self._metrics.relay_oldest.set((datetime.now(UTC) - records[0].recorded_at).total_seconds())
        publications: list[Publication] = []
        position = self._position
        for record in records:
            sequence = self._numbered + len(publications) + 1
            try:
                message = self._outbound.message(record, sequence)
            except CannotPublish as blocked:
                if position > self._position:
                    break  # first publish the events before it
                message = await self._outbound.decided(blocked, sequence)
            if message is not None:
                publications.append(Publication(sequence, record.position, record.id, *message))
            position = record.position
        await self._save(connection, publications, position)
        self._numbered += len(publications)
        self._position = position
        return publications

    async def _save(self, connection: Connection, rows: list[Publication], position: int) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * 6
        moved = await connection.fetchval(SAVE, position, RELAY, self._position, self._fence, *columns)
        if not moved:
            raise Fenced("another relay moved the checkpoint")

    async def _send(self, publications: list[Publication]) -> None:
        """Sends one batch after the stream's last message. Raises `BusUnavailable`."""
        if not publications:
            return
        assert self._last is not None
        messages = [(one.subject, one.body.encode(), one.headers) for one in publications]
        try:
            stream_sequence = await publish_batch(self._client, messages, self._last.stream_sequence)
        except (BusUnavailable, WrongLastSequence) as error:
            self._last = None  # it may have arrived; read the stream again
            raise BusUnavailable(f"{self._stream}: {error}") from error
        self._sent = publications[-1].sequence
        self._last = LastMessage(stream_sequence, self._sent)
        self._metrics.relay_published.inc(len(publications))

    async def _resume_after(self, connection: Connection, last: LastMessage) -> int:
        """Returns the sequence after which to continue. Raises `StoreBehindBus` if the stream belongs to another store."""
        if last.sequence is None:
            if last.stream_sequence == 0:
                return 0
            return self._marked  # emptied after use: continue after the last mark that was saved
        ours = await connection.fetchval(
            "select event_id from publications where sequence = $1", last.sequence
        )
        if str(ours) != last.event_id:
            raise StoreBehindBus(
                f"{self._stream} holds event {last.sequence}, which this store does not have: it was restored from"
                " before, or it is another store. It must be adopted by hand (store-behind-bus)."
            )
        return last.sequence

    async def _mark_sent(self, connection: Connection) -> None:
        """Saves how far we have sent, for the one case that the stream itself cannot show: it was emptied."""
        if self._marked == self._sent:
            return
        self._marked = self._sent
        await connection.execute(
            "insert into checkpoints (consumer, position) values ('sent', $1)"
            " on conflict (consumer) do update set position = excluded.position",
            self._sent,
        )

    async def _say_through(self, at: datetime) -> None:
        """Publishes the watermark: everything recorded before `at` is on the bus, up to our last sequence."""
        body = json.dumps({"through": at.isoformat(), "sequence": self._sent}).encode()
        subject = watermark_subject(self._publisher.partner, self._publisher.service)
        try:
            await jetstream(self._client).publish(subject, body, timeout=5)
        except (*UNREACHABLE, APIError) as error:
            raise BusUnavailable(f"the watermark cannot be published: {type(error).__name__}") from error
