"""The clock of this machine, and the zone in which its moments become days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""The programme's days are those of Amsterdam."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a day in Amsterdam."""
    return datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM)
