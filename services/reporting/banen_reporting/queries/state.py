"""How far reporting is: events received and counted per source, and events that cannot be counted."""

from collections.abc import Mapping

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


class Position(Answer, frozen=True):
    position: int
    sources: tuple[SourcePosition, ...]


async def set_aside(view: FactStore) -> SetAside:
    _, _, reasons = await view.backlog()
    rows = tuple(SetAsideEvent.model_validate(dict(row)) for row in await view.set_aside())
    return SetAside(count=sum(reasons.values()), reasons=reasons, set_aside=rows)


async def position(view: FactStore) -> Position:
    sources = tuple(
        SourcePosition(
            source=row["source"],
            received=row["head"],
            counted=row["projected"],
            complete=not row["has_hole"],
            through=row["through"],
            refused_watermark=row["refused"],
        )
        for row in await view.sources()
    )
    return Position(position=await view.position(), sources=sources)
