"""Adds calendar months, as the programme and the law count them."""

from calendar import monthrange
from datetime import MAXYEAR, date


def add_months(day: date, months: int) -> date:
    """The same day of the month, a number of months later; clipped to the end of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > MAXYEAR:  # one absurd date must not stop the count of all others
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
