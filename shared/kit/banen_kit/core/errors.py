"""Errors of stores and settings that higher layers handle."""

from typing import ClassVar


class WrongVersion(Exception):
    """Another command appended to the stream first."""


class StoreUnavailable(Exception):
    """The store cannot be reached now. Nothing was written, or it is unknown whether it was. Try again."""

    code: ClassVar[str] = "store-unavailable"
    """Stable, for callers."""
    advice: ClassVar[str] = (
        "The store cannot be reached now; repeat the request with the same Idempotency-Key."
    )


class StoreFull(StoreUnavailable):
    """The database has no space left on its disk; nothing was written."""

    code = "store-full"
    advice = "The disk of the database is full; nothing was recorded. Free space, then repeat the request."


class StoreReadOnly(StoreUnavailable):
    """The database is read-only now; nothing was written."""

    code = "store-read-only"
    advice = "The database is read-only now; nothing was recorded. Repeat the request later."


class StoreRefusesToStart(Exception):
    """A store, the keys or their setup is not safe or not the right one; the message says what to change."""


class StreamTooLong(Exception):
    """A command has no events, or more than the store accepts at once."""


class SettingsInvalid(Exception):
    """What is wrong with the settings, one line each; never a value."""
