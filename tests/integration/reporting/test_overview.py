"""The overview, its files, the course of the figures, and two states compared."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import httpx2
import pytest

from banen_contracts.reporting import CountingPermissionGranted, CountingPermissionRevoked
from banen_contracts.roles import Role
from banen_reporting.web.words import LANGUAGES
from support.workbooks import check_same

Reader = Callable[..., httpx2.AsyncClient]
DATES = "happenedUntil=2008-12-31"
TABLES = ("targets", "results", "documents", "course", "rule-sets")


async def read(client: httpx2.AsyncClient, address: str) -> list[list[str]]:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))


def parts(lines: list[list[str]]) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """What it is a table of, its heads and its rows."""
    at = lines.index([])
    return dict(lines[:at]), lines[at + 1], lines[at + 2 :]  # pyright: ignore[reportArgumentType]


def cells(page: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, as text."""
    table = re.search(rf'id="{heading}".*?<table.*?</table>', page, re.DOTALL)
    assert table is not None
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table[0], re.DOTALL)
    return [
        [unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split())) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]  # fmt: skip


async def test_the_key_sentence_says_what_the_table_says(browser: httpx2.AsyncClient):
    page = (await browser.get(f"/en/overview?{DATES}")).text

    total = cells(page, "targets")[-1]
    assert total[:5] == ["Total", "", "9", "5", "55.6%"]
    key = re.search(r'<p class="key">(.*?)</p>', page)
    assert key is not None
    assert re.sub("<[^>]+>", "", key[1]).startswith("5 of 9 placements: 55.6%.")


async def test_a_file_says_what_the_table_on_the_page_says(browser: httpx2.AsyncClient):
    page = (await browser.get(f"/en/overview?ruleSet=each&{DATES}")).text
    _, _, rows = parts(await read(browser, f"/en/overview?ruleSet=each&{DATES}&file=targets.csv"))

    on_page = [row for row in cells(page, "targets")[1:] if len(row) > 1]
    assert len(rows) == len(on_page)
    say = LANGUAGES["en"]
    for line, row in zip(rows, on_page, strict=True):
        share = say.percentage(float(line[4])) if line[4] else ""
        gap = say.signed(int(line[5])) if line[5] else ""
        assert row == [line[1], "", line[2], line[3], share, gap, line[6], line[7]]


@pytest.mark.parametrize("table", TABLES)
async def test_a_file_says_what_it_is_a_table_of(browser: httpx2.AsyncClient, table: str):
    about, heads, rows = parts(await read(browser, f"/en/overview?ruleSet=each&{DATES}&file={table}.csv"))

    position = (await browser.get("/v1/targets")).json()["position"]
    assert about == {
        "Counting rules": "each", "version": "1", "Known on": "2009-02-01", "Happened until": "2008-12-31",
        "State": "provisional", "Position": str(position),
    }  # fmt: skip
    assert rows
    assert {len(row) for row in rows} == {len(heads)}


@pytest.mark.parametrize("table", TABLES)
async def test_a_workbook_says_what_the_other_file_says(browser: httpx2.AsyncClient, table: str):
    address = f"/en/overview?ruleSet=each&{DATES}&file={table}"
    answer = await browser.get(f"{address}.xlsx")

    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    check_same(answer.content, await read(browser, f"{address}.csv"))


async def test_a_file_of_placements_has_every_row_of_the_figure(browser: httpx2.AsyncClient):
    query = f"verdict=excluded&{DATES}"
    about, _, rows = parts(await read(browser, f"/nl/plaatsingen?{query}&file=placements.csv"))
    listed = (await browser.get(f"/v1/placements?{query}")).json()

    assert about["Gekozen"] == "telt niet mee"
    assert [row[0] for row in rows] == [row["ref"] for row in listed["placements"]]


async def test_a_file_of_placements_is_in_the_audit_log(browser: httpx2.AsyncClient, pool: Any):
    await browser.get(f"/nl/plaatsingen?verdict=excluded&{DATES}&file=placements.csv")

    assert (
        await pool.fetchval(
            "select count(*) from audit where action = 'page-placements' and target is not null"
        )
        == 3
    )


@pytest.mark.usefixtures("month_ends")
@pytest.mark.parametrize("table", [*TABLES, "reasons"])
async def test_a_file_for_an_aggregate_reader_has_the_signs_of_the_page(reader: Reader, table: str):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        about, _, rows = parts(await read(client, f"/en/overview?month=2008-12&file={table}.csv"))
        if table == "targets":
            page = (await client.get("/en/overview?month=2008-12")).text
            shown = [row[3] for row in cells(page, "targets")[1:] if len(row) > 1]
            assert [row[3] for row in rows] == shown
        refused = await client.get(f"/nl/plaatsingen?{DATES}&file=placements.csv")

    assert about["State"] == "final"
    assert refused.status_code == 403


async def test_the_course_ends_at_the_figure(browser: httpx2.AsyncClient):
    for query in ("", "&unit=uaf"):
        course = (await browser.get(f"/v1/course?{DATES}{query}")).json()
        targets = (await browser.get(f"/v1/targets?{DATES}")).json()
        routes = targets["units"][0]["routes"] if query else targets["national"]["routes"]
        last = course["months"][-1]
        assert (len(course["months"]), last["lastDay"]) == (37, "2008-12-31")
        assert {route: point["counted"] for route, point in last["routes"].items()} == {
            route: cell["counted"] for route, cell in routes.items()
        }
        assert {route: point["planned"] for route, point in last["routes"].items()} == {
            route: cell["target"] for route, cell in routes.items()
        }
        assert course["isOver"] is True


async def test_the_course_stops_at_the_day_until_which_things_happened(browser: httpx2.AsyncClient):
    course = (await browser.get("/v1/course?happenedUntil=2007-06-15")).json()

    counted = [month["lastDay"] for month in course["months"] if month["routes"]["A"]["counted"] is not None]
    assert counted[-1] == "2007-06-30"
    assert course["isOver"] is False


@pytest.mark.usefixtures("month_ends")
async def test_the_course_of_an_aggregate_reader_is_what_was_shown(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        course = (await client.get("/v1/course?knownOn=2008-12-31")).json()
        for month in course["months"]:
            shown = await client.get(f"/v1/targets?knownOn={month['lastDay']}")
            if shown.status_code == 200:
                cell = shown.json()["national"]["routes"]["A"]
                assert month["routes"]["A"]["counted"] == cell["counted"]


async def test_a_partners_course_is_of_its_own_units(reader: Reader):
    async with reader("uwv", Role.MEDIATOR) as client:
        course = (await client.get(f"/v1/course?{DATES}")).json()
        others = await client.get(f"/v1/course?unit=uaf&{DATES}")

    assert course["months"][-1]["routes"]["A"]["counted"] == 1
    assert others.status_code == 404


@pytest.fixture
def permitted_late(facts: Any) -> None:
    """UWV's permission is withdrawn and granted again, known a month later."""
    revoked = CountingPermissionRevoked(
        unit_id="uwv", reason_code="by-mistake", occurred_on=date(2008, 1, 10)
    )
    granted = CountingPermissionGranted(
        unit_id="uwv", counts_starts_from=date(2005, 12, 1), grantor="ministry", document_ref="SZW/2008-1",
        occurred_on=date(2008, 2, 10),
    )  # fmt: skip
    facts.say("bureau", revoked, known_at=datetime(2008, 1, 10, 12, tzinfo=UTC))
    facts.say("bureau", granted, known_at=datetime(2008, 2, 10, 12, tzinfo=UTC))


@pytest.mark.usefixtures("permitted_late")
async def test_a_permission_tells_what_moved_the_figure(browser: httpx2.AsyncClient):
    query = f"knownOn=2008-01-20&otherKnownOn=2008-02-20&{DATES}"
    found = (await browser.get(f"/v1/comparison?{query}")).json()
    page = (await browser.get(f"/nl/vergelijken?{query}")).text

    decision = {
        "knownOn": "2008-02-10", "countsFrom": "2005-12-01", "grantor": "ministry", "document": "SZW/2008-1",
    }  # fmt: skip
    assert found["causes"] == [
        {"kind": "permission", "unit": "uwv", "clause": None, "gained": 1, "lost": 0, "decisions": [decision]}
    ]
    assert "<h1>Van 44,4% naar 55,6%</h1>" in page
    assert "1 besluit maakte dat 1 bestaande plaatsingen gingen meetellen" in page
    assert "UWV mag meetellen: +1" in page
    assert "Document SZW/2008-1." in page


@pytest.fixture
def known_late(facts: Any) -> None:
    facts.place("late", "uaf", "employment", known_at=datetime(2008, 2, 10, 12, tzinfo=UTC))


@pytest.mark.usefixtures("known_late")
@pytest.mark.parametrize(
    ("query", "kind", "gained", "lost"),
    [
        ("knownOn=2007-03-04&otherKnownOn=2007-03-05", "changed", 0, 1),
        ("knownOn=2008-01-20&otherKnownOn=2008-02-20", "new", 1, 0),
        ("otherRuleSet=without-uwv", "rule", 0, 1),
        ("ruleSet=without-uwv&otherRuleSet=published", "rule", 1, 0),
    ],
)
async def test_what_moved_the_figure_adds_up_to_the_difference(
    browser: httpx2.AsyncClient, query: str, kind: str, gained: int, lost: int
):
    found = (await browser.get(f"/v1/comparison?{query}&{DATES}")).json()

    assert [(one["kind"], one["gained"], one["lost"]) for one in found["causes"]] == [(kind, gained, lost)]
    total = found["cells"][-1]
    assert (total["unit"], total["route"]) == (None, None)
    assert total["after"] - total["before"] == gained - lost


async def test_the_same_state_twice_shows_no_difference(browser: httpx2.AsyncClient):
    page = (await browser.get(f"/nl/vergelijken?knownOn=2008-01-20&otherKnownOn=2008-01-20&{DATES}")).text

    assert "geen verschil" in page


async def test_a_partner_compares_its_own_units(reader: Reader):
    async with reader("goed-werk", Role.MEDIATOR) as client:
        found = (await client.get(f"/v1/comparison?otherRuleSet=without-uwv&{DATES}")).json()

    assert found["causes"] == []
    assert {cell["unit"] for cell in found["cells"]} == {"goed-werk"}


@pytest.mark.usefixtures("month_ends")
async def test_an_aggregate_reader_compares_what_was_shown_and_gets_no_causes(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        answer = await client.get("/v1/comparison?knownOn=2008-11-30&otherKnownOn=2008-12-31")
        free = await client.get("/v1/comparison?knownOn=2008-11-29&otherKnownOn=2008-12-31")
        page = await client.get("/nl/vergelijken")

    assert answer.json()["causes"] is None
    assert free.status_code == 403
    assert page.status_code == 200
