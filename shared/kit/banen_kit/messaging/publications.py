"""Public events of one source, numbered for the bus (table `publications`)."""

from typing import NamedTuple
from uuid import UUID


class Publication(NamedTuple):
    """A row of `publications`: exactly what is sent to the bus."""

    sequence: int
    position: int
    event_id: UUID
    subject: str
    headers: str
    """As lines, in the form sent over the wire."""
    body: str
