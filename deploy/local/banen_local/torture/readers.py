"""What a reader of the store has seen, and what it missed."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Position = tuple[int, str, int]
"""Position, stream and version of an event."""


@dataclass
class Reader:
    """The events one reader was given, in its order."""

    positions: "array[int]" = field(default_factory=lambda: array("q"))
    order_violations: int = 0
    cursor: int = 0
    _versions: dict[str, int] = field(default_factory=dict[str, int])

    def take(self, events: Iterable[Position]) -> None:
        """An event is out of order if its position does not rise, or its version is not the next in its stream."""
        for position, stream, version in events:
            if position <= self.cursor or version != self._versions.get(stream, 0) + 1:
                self.order_violations += 1
            self.positions.append(position)
            self._versions[stream] = version
            self.cursor = max(self.cursor, position)


def compare(written: Sequence[int], seen: Sequence[int]) -> tuple[int, int]:
    """How many written positions were missed, and how many extra times positions were seen."""
    was_seen = bytearray(max(max(written, default=0), max(seen, default=0)) + 1)
    for position in seen:
        was_seen[position] = 1
    missed = sum(1 for position in written if not was_seen[position])
    return missed, len(seen) - (len(written) - missed)
