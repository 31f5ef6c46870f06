"""The pages in headless Chromium: the text is there, the style sheet applies, and nothing sticks out on a phone."""

import asyncio
import os
import re
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from banen_contracts.roles import Role

pytestmark = pytest.mark.pages

AddressFor = Callable[..., str]
DATES = "happenedUntil=2008-12-31"
DEADLINE_SECONDS = 60
WIDTHS = (1280, 390)
HEIGHT = 700
MARGIN = 8
"""Pixels at the right that stay empty."""
WHITE, BAND = bytes.fromhex("ffffff"), bytes.fromhex("f2f5f8")
"""The paper, and a colour that only the style sheet knows."""
LINE = bytes.fromhex("d3dae1")


async def browse(chromium: str, profile: Path, *arguments: str) -> str:
    """Run it headless, to its end; returns what it printed."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    flags = [
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={profile}",
    ]
    process = await asyncio.create_subprocess_exec(
        chromium,
        *sandbox,
        *flags,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        printed, said = await asyncio.wait_for(process.communicate(), DEADLINE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 0, said.decode()
    return printed.decode()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def rows_of(picture: Path) -> list[list[bytes]]:
    """The pixels of a PNG, row by row, each as red, green and blue."""
    data = picture.read_bytes()
    width, height, depth, colours = struct.unpack(">IIBB", data[16:26])
    assert (depth, colours) in ((8, 2), (8, 6))
    size = 3 if colours == 2 else 4
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * size
    above, found = bytearray(stride), list[list[bytes]]()
    for start in range(0, height * (stride + 1), stride + 1):
        above = unfiltered(raw[start], raw[start + 1 : start + 1 + stride], above, size)
        found.append([bytes(above[x : x + 3]) for x in range(0, stride, size)])
    return found


def unfiltered(kind: int, line: bytes, above: bytearray, size: int) -> bytearray:
    """One row of a PNG as it was before it was filtered."""
    row = bytearray(line)
    for x, value in enumerate(line):
        left, up = row[x - size] if x >= size else 0, above[x]
        corner = above[x - size] if x >= size else 0
        nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
        row[x] = (value + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
    return row


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"/nl/overzicht?{DATES}", "geen taakstelling"),
        (f"/nl/plaatsingen?unit=uaf&verdict=excluded&{DATES}", "2 plaatsingen"),
        ("/nl/overzicht?ruleSet=nope", "Deze pagina is er niet"),
    ],
)
async def test_a_page_shows_its_text(
    chromium: str, address_for: AddressFor, tmp_path: Path, path: str, said: str
):
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", address_for(path))

    assert said in text_of(page)


async def test_a_page_says_who_is_signed_in_and_lets_them_out(
    chromium: str, address_for: AddressFor, tmp_path: Path
):
    address = address_for("/nl/overzicht", "uaf", Role.PARTNER_MANAGER)
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", address)

    header = re.search(r"<header.*?</header>", page, re.DOTALL)
    assert header is not None
    assert "Ingelogd als partnermanager, UAF Uitloggen" in text_of(header[0])


@pytest.mark.usefixtures("month_ends")
async def test_the_ministry_sees_the_end_of_a_month_and_nothing_of_a_few(
    chromium: str, address_for: AddressFor, tmp_path: Path
):
    address = address_for("/nl/overzicht?month=2008-12", "ministry", Role.MINISTRY_OBSERVER)
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", address)

    shown = text_of(page)
    assert "Stand op 31 december 2008 , telregels: zoals gepubliceerd (versie 1)." in shown
    assert re.search(r'<input id="month"[^>]* value="2008-12"', page)
    assert "/nl/plaatsingen" not in page
    assert "Route A 4 &lt;5" in shown


@pytest.mark.usefixtures("month_ends")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "visit",
    [
        (f"/nl/overzicht?{DATES}",),
        (f"/nl/plaatsingen?{DATES}",),
        ("/nl/overzicht?month=2008-12", "ministry", Role.MINISTRY_OBSERVER),
        (f"/nl/overzicht?{DATES}", "uaf", Role.PARTNER_MANAGER),
        ("/nl/doel?path=/nl/plaatsingen", "bureau", Role.AUDITOR),
    ],
    ids=["overview", "rows", "month-end", "partner", "purpose"],
)
async def test_a_page_has_its_style_and_keeps_its_margin(
    chromium: str, address_for: AddressFor, tmp_path: Path, width: int, visit: Sequence[str]
):
    picture = tmp_path / "page.png"
    await browse(
        chromium,
        tmp_path / "profile",
        f"--window-size={width},{HEIGHT}",
        f"--screenshot={picture}",
        address_for(*visit),
    )

    rows = rows_of(picture)

    assert (len(rows[0]), len(rows)) == (width, HEIGHT)
    assert any(BAND in row for row in rows)
    assert {pixel for row in rows for pixel in row[-MARGIN:]} <= {WHITE, BAND, LINE}
