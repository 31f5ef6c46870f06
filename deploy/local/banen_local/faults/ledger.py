"""What was asked of the services and acknowledged, written down beside them and synced to the disk."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO, TypeAlias

Recorded: TypeAlias = tuple[str, str, int]
"""Where a fact must stand: schema of the store, stream, version."""
MONTHS = 6
"""What a placement must reach to count, under the rule set of the faults."""


@dataclass(frozen=True)
class Line:
    """One acknowledged command."""

    schema: str
    """Of the store that took it."""
    stream: str
    version: int
    command: str
    start: str = ""
    end: str = ""
    """The days of a placement, for the recount."""
    follows: Recorded | None = None
    """What another partner's policy must record because of it."""

    @property
    def recorded(self) -> Recorded:
        return self.schema, self.stream, self.version


class Ledger:
    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("a", encoding="utf-8")
        self.lines: list[Line] = []

    def write(self, line: Line) -> None:
        """On the disk when this comes back: the oracle must not forget what a service may not."""
        self._file.write(json.dumps(asdict(line)) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.lines.append(line)

    def close(self) -> None:
        self._file.close()


def recounted(lines: Iterable[Line]) -> Mapping[str, str]:
    """The verdict on each placement, by its reference, from an arithmetic of its own.

    Placements of the faults are open-ended, and some were ended.
    """
    lines = list(lines)
    starts = {
        line.stream: date.fromisoformat(line.start) for line in lines if line.command == "start-placement"
    }
    ends = {line.stream: date.fromisoformat(line.end) for line in lines if line.command == "end-placement"}
    early = {
        stream for stream, end in ends.items() if _months(starts[stream], end + timedelta(days=1)) < MONTHS
    }
    return {
        stream.removeprefix("placement-"): "excluded" if stream in early else "counted" for stream in starts
    }


def _months(start: date, after: date) -> int:
    """Whole months from a day up to another."""
    return (after.year - start.year) * 12 + after.month - start.month - (after.day < start.day)
