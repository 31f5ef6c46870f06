"""Records each command sent to the services and acknowledged, in a file synced to disk."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO, TypeAlias

Recorded: TypeAlias = tuple[str, str, int]
"""Where an event must be: schema of the store, stream, version."""
MONTHS = 6
"""The months that a placement needs to count, under the rule set of the faults."""


@dataclass(frozen=True)
class Line:
    """One acknowledged command."""

    schema: str
    """The schema of the store that accepted it."""
    stream: str
    version: int
    command: str
    start: str = ""
    end: str = ""
    """Start and end of a placement, for the recount."""
    follows: tuple[Recorded, ...] = ()
    """What reactors must record because of it."""

    @property
    def recorded(self) -> Recorded:
        return self.schema, self.stream, self.version


class Ledger:
    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("a", encoding="utf-8")
        self.lines: list[Line] = []

    def write(self, line: Line) -> None:
        """Returns when the line is on disk: the oracle must not lose what a service may not lose."""
        self._file.write(json.dumps(asdict(line)) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.lines.append(line)

    def close(self) -> None:
        self._file.close()


def recounted(lines: Iterable[Line]) -> Mapping[str, str]:
    """The expected verdict on each placement by its reference, calculated independently of the services.

    The placements here are open-ended, and some have ended.
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
    """Returns whole months from one day to another."""
    return (after.year - start.year) * 12 + after.month - start.month - (after.day < start.day)
