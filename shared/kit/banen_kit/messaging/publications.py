"""Public events of one source, numbered for the bus: a row of the table `publications` each."""

from typing import NamedTuple
from uuid import UUID


class Publication(NamedTuple):
    """A row of `publications`: what goes on the bus, byte for byte."""

    sequence: int
    position: int
    event_id: UUID
    subject: str
    headers: str
    """As lines, the way they go over the wire."""
    body: str
