"""How far reporting is: events received and counted per source, and events that cannot be counted."""

from collections.abc import Mapping

from asyncpg import Record

from banen_reporting.administration.domain.partner import Received
from banen_reporting.facts.sources import TakingPart
from banen_reporting.facts.store import FactStore
from banen_reporting.queries.schemas import Answer, Moment


class SetAsideEvent(Answer, frozen=True):
    source: str
    sequence: int
    ref: str | None
    reason: str


class SetAside(Answer, frozen=True):
    """Events that were received and cannot be counted. `count` and `reasons` cover all, the rows only the first thousand."""

    count: int
    reasons: Mapping[str, int]
    set_aside: tuple[SetAsideEvent, ...]


class SourcePosition(Answer, frozen=True):
    """How far one source is received and counted. It has published everything that it recorded before `through`."""

    source: str
    received: int
    counted: int
    complete: bool
    through: Moment | None
    refused_watermark: Moment | None
    admitted: bool
    live: bool
    ends_after: int | None
    """The last event that counts of a source that has ended; what it says after that is set aside."""


class Position(Answer, frozen=True):
    position: int
    sources: tuple[SourcePosition, ...]


async def set_aside(view: FactStore) -> SetAside:
    _, _, reasons = await view.backlog()
    rows = tuple(SetAsideEvent.model_validate(dict(row)) for row in await view.set_aside())
    return SetAside(count=sum(reasons.values()), reasons=reasons, set_aside=rows)


async def position(view: FactStore) -> Position:
    parts = await view.admitted()
    rows = {row["source"]: row for row in await view.sources()}
    sources = tuple(
        _of_source(one, parts.get(one), rows.get(one)) for one in sorted(parts.keys() | rows.keys())
    )
    return Position(position=await view.position(), sources=sources)


def _of_source(source: str, part: TakingPart | None, row: Record | None) -> SourcePosition:
    return SourcePosition(
        source=source,
        received=row["head"] if row else 0,
        counted=row["projected"] if row else 0,
        complete=not (row and row["has_hole"]),
        through=row["through"] if row else None,
        refused_watermark=row["refused"] if row else None,
        admitted=part is not None,
        live=part is not None and part.is_live,
        ends_after=part.until if part else None,
    )


async def received(view: FactStore, source: str) -> Received:
    """What the decision needs whether a source has ended."""
    row = next((row for row in await view.sources() if row["source"] == source), None)
    if row is None:
        return Received()
    return Received(row["projected"], row["head"], row["watermark"] or 0, row["through"])
