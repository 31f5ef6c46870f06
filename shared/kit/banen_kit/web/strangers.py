"""Who was not recognised: counted, since nobody is known who could be named, and since strangers may try for ever."""

from collections import Counter
from uuid import uuid4

from banen_kit.audit.log import Audit, Entry, Outcome

SUBJECT = "unknown"
"""Who it was, in the audit log; an entry of somebody who is known has roles."""
WRITE_SECONDS = 10.0


class Strangers:
    """Failed logins and refused tokens, by the route and the reason: an entry each, however many they were."""

    def __init__(self, audit: Audit, partner: str) -> None:
        self._audit = audit
        self._partner = partner
        self._waiting: Counter[tuple[str, str]] = Counter()

    def count(self, action: str, code: str) -> None:
        """`code` is the stable one of the refusal."""
        self._waiting[action, code] += 1

    async def write(self) -> None:
        """Record what was counted since the last time. Raises `StoreUnavailable`; it is then kept for the next."""
        taken = self._waiting.copy()
        await self._audit.record([self._entry(*key, number) for key, number in taken.items()])
        self._waiting -= taken

    def _entry(self, action: str, code: str, number: int) -> Entry:
        detail = {"code": code, "count": number}
        return Entry(SUBJECT, self._partner, (), action, None, Outcome.REFUSED, uuid4(), detail=detail)
