"""Every page, for every kind of reader, in both languages, light and dark, from a small phone to a wide screen.

Nothing is wider than the screen, no text is cut off, and pages need no JavaScript: it is switched off.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from banen_contracts.roles import Role
from pages.devtools import Tab, browser

pytestmark = [pytest.mark.pages, pytest.mark.usefixtures("month_ends")]

DATES = "happenedUntil=2008-12-31"
WIDTHS = (320, 375, 1280)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = """
    [...document.querySelectorAll('main *')].filter(one =>
        one.children.length === 0 && one.textContent.trim() && !one.closest('svg, .table, .hidden, option, thead')
        && (one.getBoundingClientRect().right > window.innerWidth + 1 || one.getBoundingClientRect().left < -1)
    ).map(one => one.textContent.trim().slice(0, 40))
"""
"""The texts that stick out, but for those of tables of figures, which may scroll, and of charts."""
CUT_IN_CHART = """
    [...document.querySelectorAll('svg[role=img] text')].filter(one => {
        const text = one.getBoundingClientRect(), box = one.ownerSVGElement.getBoundingClientRect();
        return text.left < box.left - 1 || text.right > box.right + 1 || text.bottom > box.bottom + 1;
    }).map(one => one.textContent)
"""
OVERLAPPING = """
    [...document.querySelectorAll('svg[role=img]')].flatMap(chart => {
        const texts = [...chart.querySelectorAll('text')].map(one => [one.textContent, one.getBoundingClientRect()]);
        return texts.flatMap(([one, a], at) => texts.slice(at + 1).filter(([, b]) =>
            a.left < b.right - 3 && b.left < a.right - 3 && a.top < b.bottom - 3 && b.top < a.bottom - 3
        ).map(([other]) => one + ' / ' + other));
    })
"""
SPILT = """
    [...document.querySelectorAll('td')].filter(one => one.scrollHeight > one.clientHeight + 1 && one.clientHeight)
        .map(one => one.dataset.label)
"""
"""Cells that their text or label is too high for: on a phone it would lie over the next one."""
UNREACHABLE = """
    [...document.querySelectorAll('.table')].filter(one => one.scrollWidth > one.clientWidth + 1
        && !one.querySelector('a') && one.tabIndex < 0).map(one => one.textContent.trim().slice(0, 40))
"""
"""Tables that scroll and cannot be reached with the keyboard."""
UNNAMED = """
    [...document.querySelectorAll('input:not([type=hidden]), select')].filter(one =>
        !one.labels || one.labels.length === 0).map(one => one.name)
"""
DOUBLED = """
    [...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at)
"""
READERS = (
    ("bureau", Role.PROJECT_BUREAU),
    ("uaf", Role.PARTNER_MANAGER),
    ("ministry", Role.MINISTRY_OBSERVER),
)
VIEWS = {
    "nl": ("trechter", "werkgevers", "opvolging", "vraag-en-aanbod", "geld", "gegevens", "wat-als"),
    "en": ("funnel", "employers", "follow-up", "supply-and-demand", "money", "data-quality", "what-if"),
}
"""The pages for row readers, but for those of placements."""
Visit = tuple[str, str, Role]


def visits(code: str, placement: str) -> Iterator[Visit]:
    """An address, and who opens it."""
    overview, placements, compare, purpose = {
        "nl": ("overzicht", "plaatsingen", "vergelijken", "doel"),
        "en": ("overview", "placements", "compare", "purpose"),
    }[code]
    for partner, role in READERS:
        dates = "month=2008-12" if partner == "ministry" else DATES
        yield f"/{code}/{overview}?{dates}", partner, role
        yield f"/{code}/{compare}?knownOn=2008-11-30&otherKnownOn=2008-12-31", partner, role
        yield f"/{code}/{placements}?{DATES}", partner, role
        yield f"/{code}/partners/uaf", partner, role
    for view in VIEWS[code]:
        yield f"/{code}/{view}?{DATES}", "bureau", Role.PROJECT_BUREAU
        yield f"/{code}/{view}?{DATES}", "uaf", Role.PARTNER_MANAGER
    yield f"/{code}/{VIEWS[code][0]}?route=A&{DATES}", "bureau", Role.PROJECT_BUREAU
    yield (
        f"/{code}/{VIEWS[code][3]}?minMonths=2&permissions=except&exceptUnits=uwv&{DATES}",
        "bureau",
        Role.PROJECT_BUREAU,
    )
    yield f"/{code}/{placements}?verdict=excluded&{DATES}", "bureau", Role.PROJECT_BUREAU
    yield f"/{code}/{placements}/{placement}?{DATES}", "bureau", Role.PROJECT_BUREAU
    yield f"/{code}/{purpose}", "bureau", Role.AUDITOR
    yield f"/{code}/nowhere", "bureau", Role.OPS
    yield f"/{code}", "uaf", Role.COACH


@pytest.mark.parametrize("code", ["nl", "en"])
async def test_no_page_is_wider_than_the_screen_and_no_text_is_cut_off(
    chromium: str, address_for: Callable[..., str], tmp_path: Path, facts: Any, code: str
):
    wrong: list[str] = []
    placement = facts.address("broken").rpartition("/")[2]
    async with browser(chromium, tmp_path / "profile") as tab:
        for address, partner, role in visits(code, placement):
            await tab.go(address_for(address, partner, role))
            assert await tab.look("document.documentElement.lang") == code, address
            assert await tab.look("document.querySelectorAll('script, [style]').length") == 0
            for width in WIDTHS:
                for dark in (False, True):
                    await tab.shape(width, dark=dark)
                    wrong += [f"{address} as {role} at {width}: {found}" for found in await faults(tab)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


VIOLATIONS = """
    axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one =>
        one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')))
"""


@pytest.mark.parametrize("code", ["nl", "en"])
async def test_no_page_keeps_anybody_from_using_it(
    chromium: str, address_for: Callable[..., str], axe: str, tmp_path: Path, facts: Any, code: str
):
    """By the rules of axe-core, which are those of WCAG and what its makers know beside them."""
    wrong: list[str] = []
    placement = facts.address("broken").rpartition("/")[2]
    async with browser(chromium, tmp_path / "profile") as tab:
        await tab.send(
            "Emulation.setScriptExecutionDisabled", value=False
        )  # axe-core waits for its own steps
        for address, partner, role in visits(code, placement):
            await tab.go(address_for(address, partner, role))
            await tab.look(axe)
            for width, dark in ((1280, False), (1280, True), (375, False)):
                await tab.shape(width, dark=dark)
                wrong += [f"{address} as {role} at {width}: {one}" for one in await tab.look(VIOLATIONS)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


async def faults(tab: Tab) -> list[Any]:
    wide = await tab.look(TOO_WIDE)
    found = [
        await tab.look(query)
        for query in (CUT_OFF, CUT_IN_CHART, OVERLAPPING, SPILT, UNREACHABLE, UNNAMED, DOUBLED)
    ]
    return [*([wide] if wide > 0 else []), *(one for one in found if one)]


async def test_dark_pages_are_dark(chromium: str, address_for: Callable[..., str], tmp_path: Path):
    async with browser(chromium, tmp_path / "profile") as tab:
        grounds: list[str] = []
        for dark in (False, True):
            await tab.shape(375, dark=dark)
            await tab.go(address_for(f"/nl/overzicht?{DATES}"))
            grounds.append(await tab.look("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 24, 28)"]
