"""What may be handed in once, and not for long: login forms and codes."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Clock = Callable[[], datetime]
T = TypeVar("T")

MOST = 1000
"""Whoever asks for more without handing in loses the oldest."""


class OneTime(Generic[T]):
    """Values behind a random token; kept in memory, so that a restart forgets them."""

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
        """None where it was never given, is too old, or was taken before."""
        until, value = self._kept.pop(token, (None, None))
        return value if until is not None and self._clock() < until else None
