"""Reads stores, bus and reporting from outside, for the oracle, and waits until everything is counted."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import asyncpg
import httpx2

from banen_contracts.base import source_of
from banen_kit.messaging.bus_users import OPERATOR
from banen_kit.messaging.jetstream import api, connected, headers_of, jetstream, stream_name
from banen_kit.postgres.connection import Connection
from banen_kit.runtime.settings import keys_schema_of, schema_of
from banen_local.cluster.folder import LocalError
from banen_local.cluster.postgres import Postgres
from banen_local.cluster.prepare import database_of
from banen_local.cluster.programme import Programme
from banen_local.faults.ledger import Line
from banen_local.faults.oracle import NEVER_PUBLISHED, Evidence, Numbered, Stored
from banen_reporting.queries.schemas import Answer, Placements, Targets
from banen_reporting.queries.state import SetAside

Asked = TypeVar("Asked", bound=Answer)

INACTIVE = 30_000_000_000
"""Nanoseconds after which NATS removes an unused consumer."""


@dataclass(frozen=True)
class Collector:
    """Reads what the services hold directly from databases and bus; only the figures are requested from a service."""

    programme: Programme
    http: httpx2.AsyncClient

    async def until_counted(self) -> None:
        """Returns when reporting has counted everything recorded now."""
        heads = await self._heads()
        async with self._owner("bureau") as owner:

            async def are_counted() -> bool:
                found = await owner.fetchval(
                    "select count(*) from bureau_reporting.inbox i join bureau_reporting.projected p using (source)"
                    " where i.event_id = any ($1) and p.sequence >= i.sequence",
                    heads,
                )
                return found == len(heads)

            await _until(are_counted)

    async def until_followed(self, lines: Sequence[Line]) -> None:
        """Returns when reactors have recorded what follows from these commands."""
        expected = [one for line in lines for one in line.follows]
        for one in self.programme.services:
            schema = schema_of(one.partner, one.service)
            streams = [stream for where, stream, _ in expected if where == schema]
            versions = [version for where, _, version in expected if where == schema]
            query = (
                "select count(*) from unnest($1::text[], $2::bigint[]) u (stream, version)"
                f' join "{schema}".events using (stream, version)'
            )
            async with self._owner(one.partner) as owner:

                async def are_recorded(
                    owner: Connection = owner,
                    query: str = query,
                    streams: list[str] = streams,
                    versions: list[int] = versions,
                ) -> bool:
                    return await owner.fetchval(query, streams, versions) == len(streams)

                await _until(are_recorded)

    async def evidence(self, lines: Sequence[Line]) -> Evidence:
        stored: list[Stored] = []
        published: list[Numbered] = []
        for one in self.programme.services:
            schema, source = schema_of(one.partner, one.service), source_of(one.partner, one.service)
            async with self._owner(one.partner) as owner:
                for row in await owner.fetch(
                    f'select position, stream, version, type, id from "{schema}".events'
                ):
                    stored.append(
                        Stored(
                            schema,
                            row["position"],
                            row["stream"],
                            row["version"],
                            row["type"],
                            str(row["id"]),
                        )
                    )
                rows = await owner.fetch(f'select sequence, event_id from "{schema}".publications')
                published += [Numbered(source, row["sequence"], str(row["event_id"])) for row in rows]
        async with self._owner("bureau") as owner:
            rows = await owner.fetch("select source, sequence, event_id from bureau_reporting.inbox")
            received = [Numbered(row["source"], row["sequence"], str(row["event_id"])) for row in rows]
        national = (await self._ask(Targets, "targets")).national
        if national is None:
            raise LocalError("reporting shows nothing of the nation.")
        return Evidence(
            list(lines),
            stored,
            published,
            await self._streams(),
            received,
            tombstones=await self._tombstones(),
            counted=national.total.counted or 0,
            excluded=national.total.excluded or 0,
            verdicts=await self._verdicts(),
            set_aside=(await self._ask(SetAside, "set-aside")).count,
        )

    async def _heads(self) -> list[UUID]:
        """The last public event that each service has recorded."""
        heads: list[UUID] = []
        for one in self.programme.services:
            async with self._owner(one.partner) as owner:
                rows = await owner.fetch(
                    f'select id from "{schema_of(one.partner, one.service)}".events'
                    " where type <> all ($1) order by position desc limit 1",
                    sorted(NEVER_PUBLISHED),
                )
            heads += [row["id"] for row in rows]
        return heads

    async def _tombstones(self) -> int:
        found = 0
        for partner in self.programme.partners:
            query = f'select count(*) from "{keys_schema_of(partner.id)}".keys where wrapped is null'
            async with _connected(self.programme.keys, partner.id) as owner:
                found += await owner.fetchval(query)
        return found

    def _owner(self, partner: str) -> AbstractAsyncContextManager[Connection]:
        return _connected(self.programme.database, partner)

    async def _verdicts(self) -> dict[str, str]:
        """The verdict on every placement, from the rows behind the national figure."""
        verdicts: dict[str, str] = {}
        cursor: str | None = ""
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            page = await self._ask(Placements, "placements", limit="200", **more)
            verdicts |= {row.ref: row.verdict for row in page.placements}
            cursor = page.next
        return verdicts

    async def _ask(self, model: type[Asked], path: str, **params: str) -> Asked:
        """Raises `LocalError`."""
        url = f"{self.programme.url('bureau', 'reporting')}/v1/{path}"
        answer = await self.http.get(url, params=params)
        if answer.status_code != 200:
            raise LocalError(f"reporting answers {answer.status_code} to /v1/{path}.")
        return model.model_validate_json(answer.content)

    async def _streams(self) -> list[Numbered]:
        """What is on each service's stream, in order."""
        found: list[Numbered] = []
        async with connected(self.programme.bus_url(OPERATOR), "faults") as client:
            for one in self.programme.services:
                name = stream_name(one.partner, one.service)
                left = (await api(client, f"STREAM.INFO.{name}"))["state"]["messages"]
                config = {"deliver_policy": "all", "ack_policy": "none", "inactive_threshold": INACTIVE}
                made = await api(client, f"CONSUMER.CREATE.{name}", {"stream_name": name, "config": config})
                subscription = await jetstream(client).pull_subscribe_bind(made["name"], stream=name)
                while left > 0:
                    for message in await subscription.fetch(min(500, left), timeout=5):
                        headers = headers_of(message)
                        number = int(headers.get("ce-sequence", 0))
                        found.append(Numbered(headers.get("ce-source", ""), number, headers.get("ce-id", "")))
                        left -= 1
        return found


@asynccontextmanager
async def _connected(server: Postgres, partner: str) -> AsyncGenerator[Connection]:
    owner = await asyncpg.connect(server.url(database_of(partner)))
    try:
        yield owner
    finally:
        await owner.close()


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await condition():
            return
        await asyncio.sleep(0.1)
