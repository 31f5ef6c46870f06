"""An audit log whose newest rows cannot be cut unseen where it matters: they are anchored before anybody hears the answer."""

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
"""At most so often a refusal has the log anchored: else whoever is refused could make work."""
OPENED: Final = frozenset({"export-person", "erasure-certificate"})
"""What is anchored at once beside erasures."""


class AuditNotTrusted(StoreUnavailable):
    """The log does not agree with its anchors: nothing is opened or erased until somebody looked."""

    code = "audit-not-trusted"
    advice = "The audit log does not agree with its anchors; ops looks at banen audit verify."


class Anchors:
    """Anchors one service's log, one after the other: whoever asks while that is done shares the next one."""

    def __init__(self, store: Pool, keys: Pool, service: str) -> None:
        self._store, self._keys, self._service = store, keys, service
        self._anchored: tuple[int, bytes] | None = None
        self._callers = Batcher[object, None](self._anchor, key=id, workers=1)
        self.woken = asyncio.Event()

    async def now(self) -> None:
        """Comes back when every row of before is anchored. Raises `AnchorRefused`, `StoreUnavailable`."""
        await self._callers.ask(object())

    async def _anchor(self, callers: Sequence[object]) -> list[None]:
        head = await head_of(self._store)
        if head is not None and head != self._anchored:
            await write_anchor(self._store, self._keys, self._service, *head)
            self._anchored = head
        return [None] * len(callers)

    async def forever(self, faults: Faults, *, every: float = ANCHOR_SECONDS) -> NoReturn:
        """Every so many seconds, and soon after somebody was refused; a log that cannot be trusted is a fault."""

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
    """The log `audit`; exports, certificates and these erasures wait for their anchor, refusals bring one about."""

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
