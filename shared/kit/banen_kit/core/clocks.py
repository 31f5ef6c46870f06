"""The clock of this machine, and the zone in which moments become days: one per process, as a process serves one programme."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""The zone until another is set."""
_current = [AMSTERDAM]


def utc_now() -> datetime:
    return datetime.now(UTC)


def use_zone(name: str) -> None:
    """Days are those of this zone from now on. Raises `ValueError` if there is no such zone."""
    try:
        _current[0] = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"BANEN_ZONE: there is no zone {name}") from error


def zone() -> ZoneInfo:
    return _current[0]


def day_of(moment: datetime) -> date:
    return moment.astimezone(zone()).date()


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time.min, zone())


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return start_of(day + timedelta(days=1))
