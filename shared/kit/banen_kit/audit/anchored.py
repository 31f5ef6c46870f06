"""An audit log that anchors its newest entries (see `banen_kit.audit.chain`) before the most sensitive answers are sent.

If anchored rows are cut off later, `banen audit verify` reports it.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from banen_kit.audit.chain import AnchorRefused, head_of, write_anchor
from banen_kit.audit.log import Audit, Entry, Kept, Outcome
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults, Loop
from banen_kit.postgres.batching import Batcher
from banen_kit.postgres.connection import Pool

ANCHOR_SECONDS: Final = 60.0
PACE_SECONDS: Final = 1.0
"""Refusals trigger at most one anchor in this time, so that refused callers cannot cause much work."""
OPENED: Final = frozenset({"export-person", "erasure-certificate"})
"""Views that are anchored at once, besides erasures."""


class AuditNotTrusted(StoreUnavailable):
    """The log disagrees with its anchors. Exports, certificates and erasures fail until somebody has investigated."""

    code = "audit-not-trusted"
    advice = "The audit log does not agree with its anchors; ops looks at banen audit verify."


class Anchors:
    """Anchors one service's log, one anchor at a time. Calls that arrive during one share the next one."""

    def __init__(self, store: Pool, keys: Pool, service: str) -> None:
        self._store, self._keys, self._service = store, keys, service
        self._anchored: tuple[int, bytes] | None = None
        self._callers = Batcher[object, None](self._anchor, key=id, workers=1)
        self.woken = asyncio.Event()

    async def now(self) -> None:
        """Returns when all rows written before this call are anchored. Raises `AnchorRefused`, `StoreUnavailable`."""
        await self._callers.ask(object())

    async def _anchor(self, callers: Sequence[object]) -> list[None]:
        head = await head_of(self._store)
        if head is not None and head != self._anchored:
            await write_anchor(self._store, self._keys, self._service, *head)
            self._anchored = head
        return [None] * len(callers)

    async def forever(self, faults: Faults, *, every: float = ANCHOR_SECONDS) -> NoReturn:
        """Anchors every `every` seconds, and soon after a refusal. A log that cannot be trusted is a fault."""

        async def work() -> None:
            self.woken.clear()
            await self.now()
            loop.got_through()
            pace = min(PACE_SECONDS, every)
            await asyncio.sleep(pace)
            try:
                async with asyncio.timeout(every - pace):
                    await self.woken.wait()
            except TimeoutError:
                return

        loop = Loop("audit", faults, still_ready=True)
        await loop.forever(work)


@dataclass(frozen=True)
class AnchoredAudit:
    """Wraps `audit`: exports, certificates and erasures wait until they are anchored; a refusal triggers an anchor."""

    audit: Audit
    anchors: Anchors
    erasures: Collection[str] = field(default=())
    """The names of the commands that erase somebody."""

    async def record(self, entries: Sequence[Entry]) -> None:
        await self.audit.record(entries)
        if any(self._cannot_wait(entry) for entry in entries):
            try:
                await self.anchors.now()
            except AnchorRefused as error:
                raise AuditNotTrusted(str(error)) from error
        elif any(entry.outcome is Outcome.REFUSED for entry in entries):
            self.anchors.woken.set()

    async def about(self, targets: Collection[str]) -> list[Kept]:
        return await self.audit.about(targets)

    def _cannot_wait(self, entry: Entry) -> bool:
        if entry.action in OPENED:
            return entry.outcome is Outcome.SHOWN
        return entry.action in self.erasures and entry.outcome in (Outcome.ACCEPTED, Outcome.REPEATED)
