"""Errors of a store, as everybody above it sees them."""

from typing import ClassVar


class WrongVersion(Exception):
    """Somebody else appended to the stream first."""


class StoreUnavailable(Exception):
    """The store cannot be reached now; nothing was written, or it cannot be known whether it was. Try again."""

    code: ClassVar[str] = "store-unavailable"
    """For callers, stable."""
    advice: ClassVar[str] = (
        "The store cannot be reached now; repeat the request with the same Idempotency-Key."
    )


class StoreFull(StoreUnavailable):
    """The database has no space left on its disk; nothing was written."""

    code = "store-full"
    advice = "The disk of the database is full; nothing was recorded. Free space, then repeat the request."


class StoreReadOnly(StoreUnavailable):
    """The database takes no changes now; nothing was written."""

    code = "store-read-only"
    advice = "The database is read-only now; nothing was recorded. Repeat the request later."


class StoreRefusesToStart(Exception):
    """The store, as it is set up, could lose events; the message says what to change."""


class StreamTooLong(Exception):
    """More events at once than a store takes in one command, or none."""


class SettingsInvalid(Exception):
    """What is wrong with the settings, a line each; never a value."""
