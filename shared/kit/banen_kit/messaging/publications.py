"""Public events of one source, numbered for the bus: a row of the table `publications` each."""

import json
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record


class Publication(NamedTuple):
    """A row of `publications`: what goes on the bus, byte for byte."""

    sequence: int
    position: int
    event_id: UUID
    subject: str
    headers: dict[str, str]
    body: str


def publication(row: Record) -> Publication:
    return Publication(
        row["sequence"],
        row["position"],
        row["event_id"],
        row["subject"],
        json.loads(row["headers"]),
        row["body"],
    )
