"""Reads a workbook as a spreadsheet does: the values of its only sheet, row by row."""

from datetime import date, timedelta
from io import BytesIO
from xml.etree import ElementTree as xml  # noqa: N813 - the documented way to name it
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Value = str | float | date | None


def rows_of(workbook: bytes) -> list[list[Value]]:
    with ZipFile(BytesIO(workbook)) as file:
        assert file.testzip() is None
        sheet = xml.fromstring(file.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - we wrote it ourselves
    return [[value_of(cell) for cell in row] for row in sheet.iter(f"{MAIN}row")]


def value_of(cell: xml.Element) -> Value:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    number = cell.findtext(f"{MAIN}v")
    if number is None:
        return None
    if cell.get("s") == "1":
        return date(1899, 12, 30) + timedelta(days=int(number))
    return float(number) if "." in number else int(number)
