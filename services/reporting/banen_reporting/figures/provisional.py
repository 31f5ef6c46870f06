"""Whether figures of a day may still change, as a pure function of what was said about the sources and received of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from banen_reporting.facts.sources import TakingPart


@dataclass(frozen=True)
class Progress:
    """How far a source is received."""

    counted: int
    """All events up to this one."""
    published: int | None
    """By its last watermark; None: it never sent one."""
    through: datetime | None
    """The moment until which that holds; None: it was not believed."""


NOTHING = Progress(0, None, None)


def is_final(moment: datetime, parts: Mapping[str, TakingPart], progress: Mapping[str, Progress]) -> bool:
    """Whether everything that was known before a moment is counted."""
    return all(is_complete(moment, part, progress.get(source, NOTHING)) for source, part in parts.items())


def is_complete(moment: datetime, part: TakingPart, so_far: Progress) -> bool:
    after, since = part.since[-1]
    if since >= moment:
        # It was not known before that moment that it takes part, or does so again: nothing later can belong there.
        return so_far.counted >= after
    if part.until is not None:
        return so_far.counted == part.until
    return (
        part.is_live
        and so_far.through is not None
        and so_far.published is not None
        and so_far.counted >= so_far.published
        and so_far.through >= moment
    )
