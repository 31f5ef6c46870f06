"""The formal report as PDF says what the overview says, as text that is never read as markup."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from pypdf import PdfReader

from banen_contracts.reporting import TargetUnitAmended
from banen_contracts.roles import Role
from support.programme import DAY, Facts

DATES = "happenedUntil=2008-12-31"
HOSTILE = "Werk _nadruk_ & Co. -- (1/2)"
"""An emphasis and a dash, were it read as markup."""


def text_of(pdf: bytes) -> str:
    assert pdf.startswith(b"%PDF-")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def test_the_report_has_the_numbers_of_the_overview(browser: httpx2.AsyncClient):
    answer = await browser.get(f"/en/report?{DATES}")
    page = (await browser.get(f"/en/overview?{DATES}")).text
    said = text_of(answer.content)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert b"pdfuaid:part" in answer.content, "it is tagged for screen readers"
    key = re.search(r'<p class="key">(.*?)</p>', page, re.DOTALL)
    assert key is not None
    assert " ".join(re.sub("<[^>]+>", "", key[1]).split()) in said
    for name in ("targets", "results", "rule-sets"):
        text = (await browser.get(f"/en/overview?{DATES}&file={name}.csv")).text.partition("\r\n\r\n")[2]
        heads, *rows = csv.reader(io.StringIO(text))
        for value in [*heads, *(cell for row in rows for cell in row)]:
            assert re.sub(r"\.0+$", "", value) in said.replace(",", ""), (name, value)
    assert "published" in said
    assert "assumed for example a quota taken as result" in said


async def test_the_report_is_in_the_readers_language(browser: httpx2.AsyncClient):
    said = text_of((await browser.get(f"/nl/rapport?{DATES}")).content)
    assert "Rapport over taakstelling en resultaat" in said
    assert "gemeten geteld uit vastgelegde plaatsingen" in said


async def test_the_same_state_gives_the_same_file(browser: httpx2.AsyncClient):
    one, other = [(await browser.get(f"/en/report?{DATES}")).content for _ in range(2)]
    assert one == other


@pytest.mark.usefixtures("month_ends")
async def test_the_ministry_gets_the_report_of_a_month_end_with_what_it_may_see(reader: Callable[..., Any]):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        said = text_of((await client.get("/en/report?month=2008-12")).content)
        text = (await client.get("/en/overview?month=2008-12&file=targets.csv")).text.partition("\r\n\r\n")[2]
    cells = {cell for row in csv.reader(io.StringIO(text)) for cell in row}
    assert "<5" in cells, "something is kept back"
    assert {cell for cell in cells if re.sub(r"\.0+$", "", cell) not in said.replace(",", "")} == set()


class TestNames:
    @pytest.fixture
    def facts(self, facts: Facts) -> Facts:
        facts.bureau(TargetUnitAmended(unit_id="uaf", label=HOSTILE, reason_code="new-name", occurred_on=DAY))
        return facts

    async def test_a_name_with_signs_of_markup_comes_out_as_it_is(self, browser: httpx2.AsyncClient):
        said = text_of((await browser.get(f"/en/report?{DATES}")).content)
        assert HOSTILE in said
