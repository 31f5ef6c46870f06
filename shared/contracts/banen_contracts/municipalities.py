"""Which municipality codes existed on which days, and what became of those that are over.

The table beside this module was taken from the national table of municipalities of the Dutch population register
(Landelijke Tabel 33, RvIG), whose codes are those of Statistics Netherlands (CBS). It has every municipality of the
years covered, and those in which they were merged on 1 January 2019. A first day that is not given lies before.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

FIRST_DAY: Final = date(2004, 1, 1)
LAST_DAY: Final = date(2018, 12, 31)
"""Between these days the table is complete. On other days every code is taken."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality under one code. One that was given another name has another code from then on."""

    code: str
    name: str
    first_day: date | None
    last_day: date | None
    successor: str | None
    """The one that the source names; a municipality that was divided has more."""

    def existed_on(self, day: date) -> bool:
        return (self.first_day or date.min) <= day <= (self.last_day or date.max)


@cache
def municipalities() -> Mapping[str, Municipality]:
    """Returns those of the table by their code."""
    text = files("banen_contracts").joinpath("municipalities.csv").read_text("utf-8")
    return {
        row["code"]: Municipality(
            row["code"],
            row["name"],
            _day(row["first_day"]),
            _day(row["last_day"]),
            row["successor"] or None,
        )
        for row in csv.DictReader(text.splitlines(), delimiter=";")
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def fault_of_municipality(code: str | None, day: date) -> tuple[str, str] | None:
    """Why nothing may be recorded of a municipality on a day, if so: a code and a sentence."""
    if code is None or not FIRST_DAY <= day <= LAST_DAY:
        return None
    found = municipalities().get(code)
    if found is None:
        return "municipality-unknown", "Statistics Netherlands has no such municipality code."
    if found.existed_on(day):
        return None
    if found.last_day and found.last_day < day:
        after = municipalities()[found.successor] if found.successor else None
        rest = f"; it went into {after.code} {after.name}" if after else ""
        return "municipality-over", f"{found.name} ended on {found.last_day}{rest}."
    return "municipality-unknown", f"{found.name} exists since {found.first_day}."
