"""Counts failed authentications, since the callers are unknown and may try without end."""

from collections import Counter
from uuid import uuid4

from banen_kit.audit.log import Audit, Entry, Outcome

SUBJECT = "unknown"
"""The subject of these entries in the audit log. Unlike a known subject, it has no roles."""
WRITE_SECONDS = 10.0


class Strangers:
    """Failed logins and refused tokens by route and reason; each pair becomes one audit entry, whatever its count."""

    def __init__(self, audit: Audit, partner: str) -> None:
        self._audit = audit
        self._partner = partner
        self._waiting: Counter[tuple[str, str]] = Counter()

    def count(self, action: str, code: str) -> None:
        """`code` is the stable code of the refusal."""
        self._waiting[action, code] += 1

    async def write(self) -> None:
        """Records what was counted since the last time. Raises `StoreUnavailable`; the counts are then kept."""
        taken = self._waiting.copy()
        await self._audit.record([self._entry(*key, number) for key, number in taken.items()])
        self._waiting -= taken

    def _entry(self, action: str, code: str, number: int) -> Entry:
        detail = {"code": code, "count": number}
        return Entry(SUBJECT, self._partner, (), action, None, Outcome.REFUSED, uuid4(), detail=detail)
