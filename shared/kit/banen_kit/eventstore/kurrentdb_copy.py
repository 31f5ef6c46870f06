"""KurrentDB as one of the two stores of a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from kurrentdbclient import AsyncKurrentDBClient, StreamState
from kurrentdbclient.exceptions import WrongCurrentVersionError

from banen_kit.eventstore.copying import CopyRefused, Entry
from banen_kit.eventstore.kurrentdb import KurrentStore
from banen_kit.eventstore.kurrentdb_connection import SECONDS, answering
from banen_kit.eventstore.kurrentdb_records import to_copied_event


@dataclass(frozen=True)
class KurrentSide:
    """`service` is the name of the service's schema."""

    store: KurrentStore
    client: AsyncKurrentDBClient
    service: str
    name: ClassVar[str] = "KurrentDB"

    async def after(self, position: int, limit: int) -> list[Entry]:
        return [Entry(kept.record, kept.refs) for kept in await self.store.kept_after(position, limit)]

    async def add(self, entries: Sequence[Entry]) -> None:
        """One by one: only so they come in the order of the whole store."""
        for record, refs in entries:
            before = record.version - 2 if record.version > 1 else StreamState.NO_STREAM
            event = to_copied_event(record, refs)
            stream = f"{self.service}.{record.stream}"
            async with answering():
                try:
                    await self.client.append_to_stream(
                        stream, events=event, current_version=before, timeout=SECONDS
                    )
                except WrongCurrentVersionError:
                    raise CopyRefused(
                        f"the stream {record.stream} holds something else in KurrentDB"
                    ) from None
