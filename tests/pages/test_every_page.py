"""Every page, for every kind of reader, in both languages, light and dark, from a small phone to a wide screen.

Nothing is wider than the screen, no text is cut off, and pages need no JavaScript: it is switched off.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from banen_contracts.roles import Role
from pages.devtools import browser
from pages.faults import faults

pytestmark = [pytest.mark.pages, pytest.mark.usefixtures("month_ends")]

DATES = "happenedUntil=2008-12-31"
WIDTHS = (320, 375, 1280)
READERS = (
    ("bureau", Role.PROJECT_BUREAU),
    ("uaf", Role.PARTNER_MANAGER),
    ("ministry", Role.MINISTRY_OBSERVER),
)
VIEWS = {
    "nl": (
        "trechter",
        "werkgevers",
        "opvolging",
        "vraag-en-aanbod",
        "inzet",
        "geld",
        "feiten",
        "gegevens",
        "wat-als",
        "regios",
        "bereik",
    ),
    "en": (
        "funnel",
        "employers",
        "follow-up",
        "supply-and-demand",
        "effort",
        "money",
        "facts",
        "data-quality",
        "what-if",
        "regions",
        "reach",
    ),
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
        f"/{code}/{VIEWS[code][-1]}?minMonths=2&permissions=except&exceptUnits=uwv&{DATES}",
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


INVITING = """
    [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]')]
        .filter(one => one.checkVisibility() && !one.disabled).length
"""
AT = """
    (() => {
        const one = document.activeElement;
        if (one === document.body) return null;
        const box = one.getBoundingClientRect(), style = getComputedStyle(one);
        const is_seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        const all = [...document.querySelectorAll('*')];
        return {at: all.indexOf(one), named: one.outerHTML.slice(0, 80), is_seen,
                is_marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2};
    })()
"""


@pytest.mark.parametrize("width", [375, 1280])
async def test_whoever_has_only_a_keyboard_gets_to_everything_and_sees_where_they_are(
    chromium: str, address_for: Callable[..., str], tmp_path: Path, facts: Any, width: int
):
    wrong: list[str] = []
    placement = facts.address("broken").rpartition("/")[2]
    async with browser(chromium, tmp_path / "profile") as tab:
        for address, partner, role in visits("nl", placement):
            await tab.shape(width)
            await tab.go(address_for(address, partner, role))
            inviting, reached = await tab.look(INVITING), dict[int, Any]()
            for _ in range(inviting):
                await tab.press("Tab")
                at = await tab.look(AT)
                if at is None:
                    break
                reached[at["at"]] = at
                wrong += [f"{address} as {role}: {at}" for fine in ("is_seen", "is_marked") if not at[fine]]
            if len(reached) < inviting:
                wrong.append(f"{address} as {role}: {len(reached)} of {inviting} reached")
    assert not wrong, "\n".join(dict.fromkeys(wrong))


async def test_dark_pages_are_dark(chromium: str, address_for: Callable[..., str], tmp_path: Path):
    async with browser(chromium, tmp_path / "profile") as tab:
        grounds: list[str] = []
        for dark in (False, True):
            await tab.shape(375, dark=dark)
            await tab.go(address_for(f"/nl/overzicht?{DATES}"))
            grounds.append(await tab.look("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 24, 28)"]
