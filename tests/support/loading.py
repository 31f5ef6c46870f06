"""Follows a demo while it loads, and says what its figures must be."""

import asyncio
from collections.abc import Iterable, Sequence

from banen_local.demo.history.plan import Cell
from banen_local.demo.published import PUBLISHED
from banen_local.demo.run import Outcome


class Heard:
    """Progress that tells when such parts of the lines were taken."""

    def __init__(self, total: int, parts: Iterable[float]) -> None:
        self.lines = 0
        self.enough = {part: (part * total, asyncio.Event()) for part in parts}

    def phase(self, name: str, total: int) -> None:
        pass

    def advance(self, count: int) -> None:
        self.lines += count
        for lines, event in self.enough.values():
            if self.lines >= lines:
                event.set()

    async def reached(self, part: float, demo: asyncio.Task[Outcome]) -> None:
        """Returns when that part was taken; the demo must not have ended before."""
        enough = asyncio.create_task(self.enough[part][1].wait())
        await asyncio.wait({demo, enough}, return_when=asyncio.FIRST_COMPLETED)
        assert not demo.done(), await demo


def counted(outcome: Outcome) -> dict[tuple[str, str], int | None]:
    """What counts at the end, by unit and route."""
    return {
        (unit.id, route): cell.counted
        for unit in outcome.targets.units
        for route, cell in unit.routes.items()
    }


def published(cells: Sequence[Cell]) -> dict[tuple[str, str], int]:
    """The published results of the cells that are loaded; 0 of the others."""
    loaded = {(cell.unit, cell.route) for cell in cells}
    return {
        (unit.id, route): unit.result[route] if (unit.id, route) in loaded else 0
        for unit in PUBLISHED.units
        for route in unit.result
    }
