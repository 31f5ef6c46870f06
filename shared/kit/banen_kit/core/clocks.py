"""The clock of this machine, and the time zone that decides on which day a moment falls."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""The programme's days are those of Amsterdam."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def end_of(day: date) -> datetime:
    """Returns the first moment after a day in Amsterdam."""
    return datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM)
