"""Reads a workbook as a spreadsheet does: the values of its sheets, row by row."""

import re
from datetime import date, timedelta
from io import BytesIO
from string import ascii_uppercase
from xml.etree import ElementTree as xml  # noqa: N813 - the documented way to name it
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Value = str | float | date | None


def rows_of(workbook: bytes) -> list[list[Value]]:
    """Of its only sheet."""
    (rows,) = sheets_of(workbook).values()
    return rows


def sheets_of(workbook: bytes) -> dict[str, list[list[Value]]]:
    with ZipFile(BytesIO(workbook)) as file:
        assert file.testzip() is None
        book = xml.fromstring(file.read("xl/workbook.xml"))  # noqa: S314 - we wrote it ourselves
        names = [sheet.attrib["name"] for sheet in book.iter(f"{MAIN}sheet")]
        sheets = [file.read(f"xl/worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)]
    return {name: read(xml.fromstring(sheet)) for name, sheet in zip(names, sheets, strict=True)}  # noqa: S314


def read(sheet: xml.Element) -> list[list[Value]]:
    found: list[list[Value]] = []
    for row in sheet.iter(f"{MAIN}row"):
        found += [[] for _ in range(len(found) + 1, int(row.attrib["r"]))]  # an empty row is not written
        cells = {"".join(filter(str.isalpha, cell.attrib["r"])): value_of(cell) for cell in row}
        names = ascii_uppercase[: ascii_uppercase.index(max(cells)) + 1] if cells else ""
        found.append([cells.get(name) for name in names])
    return found


def value_of(cell: xml.Element) -> Value:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    number = cell.findtext(f"{MAIN}v")
    if number is None:
        return None
    if cell.get("s") not in (None, "0"):
        return date(1899, 12, 30) + timedelta(days=int(number))
    return float(number) if "." in number else int(number)


def check_same(workbook: bytes, other: list[list[str]]) -> None:
    """It must say what another file says; it has no cells for what is empty at the end of a row, and no `.0`."""
    check_rows(rows_of(workbook), other)


def check_rows(rows: list[list[Value]], other: list[list[str]]) -> None:
    written = [["" if one is None else str(one) for one in row] for row in rows]
    there = [[re.sub(r"^(-?[0-9]+)\.0$", r"\1", one) for one in row] for row in other]
    assert written == [row[: max((at for at, one in enumerate(row, 1) if one), default=0)] for row in there]
