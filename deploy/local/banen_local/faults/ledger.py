"""What was asked of the services and acknowledged, written down beside them and synced to the disk."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO


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


def recounted(lines: Iterable[Line], months: int = 6) -> tuple[int, int]:
    """Placements that count and that do not, by an arithmetic of its own: open-ended ones, some of them ended."""
    starts = {
        line.stream: date.fromisoformat(line.start) for line in lines if line.command == "start-placement"
    }
    ends = {line.stream: date.fromisoformat(line.end) for line in lines if line.command == "end-placement"}
    early = sum(_months(starts[stream], end + timedelta(days=1)) < months for stream, end in ends.items())
    return len(starts) - early, early


def _months(start: date, after: date) -> int:
    """Whole months from a day up to another."""
    return (after.year - start.year) * 12 + after.month - start.month - (after.day < start.day)
