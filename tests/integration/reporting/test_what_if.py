"""Rules are tried without publishing them: what would count, and which placements change sides."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from banen_contracts.roles import Role
from support.programme import ref_of

Reader = Callable[..., httpx2.AsyncClient]
DATES = "happenedUntil=2008-12-31"


async def tried(client: httpx2.AsyncClient, changes: str, status: int = 200) -> dict[str, Any]:
    answer = await client.get(f"/v1/what-if?{DATES}&{changes}")
    assert answer.status_code == status, answer.text
    return answer.json()


def counted(answer: dict[str, Any]) -> dict[tuple[str, str], int]:
    """What is counted per unit and route, where anything is."""
    units = [(unit["id"], unit["routes"]) for unit in answer["units"]]
    return {
        (unit, route): cell["counted"]
        for unit, routes in units
        for route, cell in routes.items()
        if cell["counted"]
    }


@pytest.mark.parametrize(
    ("rule_set", "changes"),
    [("each", "credit=each"), ("without-uwv", "permissions=except&exceptUnits=uwv"), ("published", "credit=primary")],
)  # fmt: skip
async def test_what_is_tried_counts_as_if_it_were_published(
    browser: httpx2.AsyncClient, rule_set: str, changes: str
):
    published = (await browser.get(f"/v1/targets?{DATES}&ruleSet={rule_set}")).json()
    found = await tried(browser, changes)
    shown = {(cell["unit"], cell["route"]): cell["after"] for cell in found["cells"][:-1] if cell["after"]}
    assert shown == counted(published)
    assert found["cells"][-1]["after"] == published["national"]["total"]["counted"]


async def test_the_rules_of_a_published_set_can_be_undone(browser: httpx2.AsyncClient):
    before, after = await tried(browser, ""), await tried(browser, "ruleSet=without-uwv&permissions=honoured")
    assert after["changed"] == ["permissions", "exceptUnits"]
    assert [cell["after"] for cell in after["cells"]] == [cell["before"] for cell in before["cells"]]


async def test_each_placement_that_changes_sides_is_named_with_what_it_is_and_what_it_would_be(
    browser: httpx2.AsyncClient,
):
    found = await tried(browser, "minMonths=2")
    assert found["changed"] == ["minMonths"]
    flips = {
        one["placement"]["ref"]: (one["was"], one["wasClause"], one["placement"]["verdict"])
        for one in found["flips"]
    }
    assert flips == {
        str(ref_of("short")): ("excluded", "R1", "counted"),
        str(ref_of("trial")): ("excluded", "R1", "counted"),
        str(ref_of("broken")): ("excluded", "R3", "counted"),
    }
    assert (found["gained"], found["lost"]) == (3, 0)
    assert found["cells"][-1]["after"] - found["cells"][-1]["before"] == 3


async def test_nothing_is_decided_by_it(browser: httpx2.AsyncClient):
    addresses = [f"/v1/rule-sets?{DATES}", f"/v1/targets?{DATES}"]
    before = [(await browser.get(address)).text for address in addresses]
    await tried(browser, "minMonths=0&credit=each")
    assert [(await browser.get(address)).text for address in addresses] == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ("minMonths=37", "minMonths"),
        ("boundary=about", "boundary"),
        ("windowFrom=yesterday", "windowFrom"),
        ("windowTo=2001-01-01", "windowTo"),
        ("gapDays=7", "gapDays"),
        ("permissions=except", "exceptUnits"),
        ("minMonth=5", "minMonth"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/what-if", "/nl/wat-als", "/en/what-if"])
async def test_rules_that_cannot_be_are_refused(
    browser: httpx2.AsyncClient, path: str, changes: str, field: str
):
    answer = await browser.get(f"{path}?{DATES}&{changes}")
    assert answer.status_code == 400
    if path.startswith("/v1"):
        problem = answer.json()
        assert field in (problem.get("field"), *(one["field"] for one in problem.get("errors", ())))


async def test_a_partner_sees_its_own_placements_alone(reader: Reader):
    async with reader("goed-werk", Role.PARTNER_MANAGER) as client:
        found = await tried(client, "minMonths=2")
    assert [one["placement"]["ref"] for one in found["flips"]] == [str(ref_of("trial"))]
    assert {cell["unit"] for cell in found["cells"]} == {"goed-werk", None}
    assert found["cells"][-1]["after"] == 2


async def test_a_partner_sees_what_would_count_for_it_as_well(reader: Reader):
    """It helped with a placement of another partner."""
    async with reader("uaf", Role.PARTNER_MANAGER) as client:
        found = await tried(client, "credit=each")
    flips = [(one["placement"]["ref"], one["was"], one["placement"]["verdict"]) for one in found["flips"]]
    assert flips == [(str(ref_of("temp")), "excluded", "counted")]
    total = found["cells"][-1]
    assert (found["gained"], found["lost"], total["after"] - total["before"]) == (1, 0, 1)


async def test_boxes_that_are_no_longer_ticked_leave_nobody_out(browser: httpx2.AsyncClient):
    kept = await tried(browser, "ruleSet=without-uwv&minMonths=6")
    assert kept["rules"]["exceptUnits"] == ["uwv"]
    refused = await tried(browser, "ruleSet=without-uwv&permissions=except", 400)
    assert (refused["code"], refused["field"]) == ("except-units-missing", "exceptUnits")


async def test_the_page_calls_units_by_their_names(browser: httpx2.AsyncClient):
    page = (await browser.get(f"/nl/wat-als?{DATES}&permissions=except&exceptUnits=uwv")).text
    assert "Niet voor deze partners: UWV" in page


async def test_who_sees_no_rows_tries_nothing(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        assert (await tried(client, "minMonths=2", 403))["code"] == "rows-not-yours"
    async with reader("bureau", Role.AUDITOR) as client:
        assert (await tried(client, "minMonths=2", 403))["code"] == "purpose-missing"


@pytest.mark.parametrize(
    ("path", "lead", "clause"),
    [
        ("/nl/wat-als", "tellen er 8 in plaats van 5: 3 komen erbij en 0 vallen af", "Telt niet"),
        ("/en/what-if", "8 count instead of 5: 3 are added and 0 drop out", "Does not count"),
    ],
)
async def test_the_page_says_what_the_answer_says(
    browser: httpx2.AsyncClient, path: str, lead: str, clause: str
):
    page = (await browser.get(f"{path}?{DATES}&minMonths=2")).text
    assert lead in page
    for name in ("short", "trial", "broken"):
        assert f">{str(ref_of(name))[:8]}</a>" in page
    assert 'value="2"' in page
    assert clause.lower() in page.lower()
