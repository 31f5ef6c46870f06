"""Types for days in commands that must lie in the past, optionally not too long ago."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from banen_contracts.base import Day


@dataclass(frozen=True)
class Past:
    """Marks a day that must not be in the future, nor more than `years` ago. `application/edge.py` checks it."""

    years: int | None = None

    def fault(self, day: date, today: date) -> str | None:
        if day > today:
            return "lies in the future"
        ago = today.year - day.year - ((today.month, today.day) <= (day.month, day.day))
        if self.years is not None and ago >= self.years:
            return f"lies more than {self.years} years back"
        return None


BirthDay = Annotated[Day, Past(120)]
RequestDay = Annotated[Day, Past(10)]
"""A day in the course of a person's request, which must be answered within three months."""
