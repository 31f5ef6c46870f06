"""The audit log in memory, for unit tests."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from banen_kit.audit.log import Entry, Kept, refuse_unfit
from banen_kit.core.clocks import utc_now


class MemoryAudit:
    """The log in a list. `clock` stands in for the database's clock."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self.kept: list[Kept] = []

    async def record(self, entries: Sequence[Entry]) -> None:
        refuse_unfit(entries)
        at = self._clock()
        self.kept += [Kept(number, at, entry) for number, entry in enumerate(entries, len(self.kept) + 1)]

    async def about(self, targets: Collection[str]) -> list[Kept]:
        return [kept for kept in self.kept if kept.entry.target in targets]
