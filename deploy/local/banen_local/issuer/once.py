"""Values that can be used once and expire soon: login forms and codes."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Clock = Callable[[], datetime]
T = TypeVar("T")

MOST = 1000
"""When there are more, the oldest is dropped."""


class OneTime(Generic[T]):
    """Values behind random tokens, kept in memory; a restart drops them."""

    def __init__(self, clock: Clock, lasts: timedelta) -> None:
        self._clock = clock
        self._lasts = lasts
        self._kept: dict[str, tuple[datetime, T]] = {}

    def keep(self, value: T) -> str:
        token = secrets.token_urlsafe(32)
        self._kept[token] = (self._clock() + self._lasts, value)
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]
        return token

    def take(self, token: str) -> T | None:
        """Returns None if the token is unknown, too old, or already used."""
        until, value = self._kept.pop(token, (None, None))
        return value if until is not None and self._clock() < until else None
