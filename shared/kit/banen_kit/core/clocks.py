"""The clock of this machine, and the zone in which its moments become days."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""The programme's days are those of Amsterdam."""


def utc_now() -> datetime:
    return datetime.now(UTC)
