"""What is wrong with how a page stands on the screen."""

from typing import Any

from pages.devtools import Tab

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
HEADS_SHOWN = """
    [...document.querySelectorAll('.stack thead')].filter(one => {
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        const right = style.overflowX === 'visible' ? box.left + one.scrollWidth : box.right;
        return style.position === 'absolute' && right > 0;
    }).map(one => one.textContent.trim().slice(0, 40))
"""
"""Heads that are for readers of the screen alone and stick out over the rows."""
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


async def faults(tab: Tab) -> list[Any]:
    wide = await tab.look(TOO_WIDE)
    found = [
        await tab.look(query)
        for query in (CUT_OFF, CUT_IN_CHART, OVERLAPPING, SPILT, HEADS_SHOWN, UNREACHABLE, UNNAMED, DOUBLED)
    ]
    return [*([wide] if wide > 0 else []), *(one for one in found if one)]
