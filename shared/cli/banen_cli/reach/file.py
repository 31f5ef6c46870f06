"""A file of estimates in the layout of StatLine's CSV: read with every fault in it, and written."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pydantic import ValidationError

from banen_contracts.base import Precision
from banen_contracts.intake import ReachEstimateImported, ReachSource, reach_ref_of
from banen_contracts.municipalities import fault_of_municipality

MOST_BYTES = 2_000_000
REGION, PERIOD = "RegioS", "Perioden"
SAYS = {"Source": "source", "Precision": "precision", "MethodVersion": "method_version"}
"""The columns beside those of StatLine, with the fields that they hold."""
COLUMN_OF = {
    **{name: column for column, name in SAYS.items()},
    "municipality_code": REGION,
    "reach_ref": REGION,
    "year": PERIOD,
}


class LineFault(NamedTuple):
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.text}"


class FileFaulty(Exception):
    """Every fault that was found."""

    def __init__(self, faults: Iterable[LineFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults")


class Estimate(NamedTuple):
    line: int
    event: ReachEstimateImported


@dataclass
class Estimates:
    found: list[Estimate] = field(default_factory=list[Estimate])
    skipped: int = 0
    """Lines in which StatLine has a dot, or nothing, in place of a number."""


def parse(content: bytes, occurred_on: date) -> Estimates:
    """Raises `FileFaulty`."""
    if len(content) > MOST_BYTES:
        raise FileFaulty([LineFault(1, f"the file is larger than {MOST_BYTES} bytes")])
    try:
        reader = csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";", strict=True)
        rows = [(reader.line_num, row) for row in reader if row]
    except UnicodeDecodeError:
        raise FileFaulty([LineFault(1, "the file is not UTF-8")]) from None
    except csv.Error:
        raise FileFaulty([LineFault(1, "the file is no CSV: a quotation mark is out of place")]) from None
    measure = _measure(rows[0][1] if rows else [])
    header = rows[0][1]
    faults: list[LineFault] = []
    read, lines = Estimates(), dict[str, int]()
    for number, cells in rows[1:]:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        if len(cells) != len(header):
            faults.append(LineFault(number, f"has {len(cells)} columns, the first line has {len(header)}"))
        elif row[measure] in {"", "."}:
            read.skipped += 1
        elif isinstance(event := _event(row, measure, occurred_on), list):
            faults += (LineFault(number, text) for text in event)
        elif event.reach_ref in lines:
            faults.append(LineFault(number, f"repeats line {lines[event.reach_ref]}"))
        else:
            lines[event.reach_ref] = number
            read.found.append(Estimate(number, event))
    if faults:
        raise FileFaulty(faults)
    return read


def _measure(header: list[str]) -> str:
    """Returns the name of the column with the numbers. Raises `FileFaulty`."""
    missing = [name for name in (REGION, PERIOD, *SAYS) if name not in header]
    others = [name for name in header if name not in {"ID", REGION, PERIOD, *SAYS}]
    faults = [LineFault(1, f"there is no column {name}") for name in missing]
    if len(set(header)) < len(header):
        faults.append(LineFault(1, "a column stands there twice"))
    if len(others) != 1:
        faults.append(LineFault(1, f"one column must hold the numbers, here {len(others)} may"))
    if faults:
        raise FileFaulty(faults)
    return others[0]


def _event(row: Mapping[str, str], measure: str, occurred_on: date) -> ReachEstimateImported | list[str]:
    """What a line says, or everything that is wrong with it."""
    faults = list(_faults_of_shape(row, measure))
    if faults:
        return faults
    code, year = row[REGION], int(row[PERIOD][:4])
    said = {name: row[column] for column, name in SAYS.items()}
    try:
        event = ReachEstimateImported.model_validate({
            "reach_ref": reach_ref_of(code, year), "occurred_on": occurred_on, "municipality_code": code,
            "year": year, "estimate": int(row[measure]), **said,
        })  # fmt: skip
    except ValidationError as error:
        names = dict.fromkeys(str(one["loc"][0]) for one in error.errors(include_input=False))
        return [f"{COLUMN_OF.get(name, measure)}: is not as it should be" for name in names]
    fault = fault_of_municipality(code, date(year, 1, 1))
    return [f"{REGION}: {fault[1]} ({fault[0]})"] if fault else event


def _faults_of_shape(row: Mapping[str, str], measure: str) -> Iterator[str]:
    if not re.fullmatch(r"GM[0-9]{4}", row[REGION]):
        yield f"{REGION}: is no municipality, such as GM0363"
    if not re.fullmatch(r"[0-9]{4}JJ00", row[PERIOD]):
        yield f"{PERIOD}: is no year, such as 2007JJ00"
    if not re.fullmatch(r"[0-9]{1,8}", row[measure]):
        yield f"{measure}: is no whole number"
    for column, known in (("Source", ReachSource), ("Precision", Precision)):
        if row[column] not in list(known):
            yield f"{column}: is none of {', '.join(known)}"


def written(measure: str, events: Iterable[ReachEstimateImported]) -> str:
    """Returns the file that says these."""
    lines = [["ID", REGION, PERIOD, measure, *SAYS]]
    for number, one in enumerate(events):
        said = [one.source.value, one.precision.value, one.method_version]
        lines.append([str(number), one.municipality_code, f"{one.year}JJ00", str(one.estimate), *said])
    return "".join(";".join(f'"{cell}"' for cell in line) + "\n" for line in lines)
