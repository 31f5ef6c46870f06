"""The pages in headless Chromium: the text is there, the style sheet applies, and nothing sticks out on a phone."""

import asyncio
import os
import re
import shutil
import struct
import zlib
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.pages

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DATES = "happenedUntil=2008-12-31"
DEADLINE_SECONDS = 60
WIDTHS = (1280, 390)
HEIGHT = 700
MARGIN = 8
"""Pixels at the right that stay empty."""
WHITE, BAND = bytes.fromhex("ffffff"), bytes.fromhex("eef2f6")
"""The paper, and a colour that only the style sheet knows."""


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "Chromium is missing: install the package chromium, then run make test-pages.", pytrace=False
        )
    return found


def entering(address: str, path: str, who: str = "bureau") -> str:
    return f"{address}/enter/{who}?{urlencode({'path': path})}"


async def browse(chromium: str, profile: Path, *arguments: str) -> str:
    """Run it headless, to its end; returns what it printed."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    flags = [
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--hide-scrollbars",
        "--no-first-run",
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
        (f"/?{DATES}", "geen taakstelling"),
        (f"/plaatsingen?unit=uaf&verdict=excluded&{DATES}", "2 plaatsingen"),
        ("/?ruleSet=nope", "Deze pagina kan niet worden getoond"),
    ],
)
async def test_a_page_shows_its_text(chromium: str, address: str, tmp_path: Path, path: str, said: str):
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", entering(address, path))

    assert said in text_of(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("bureau", f"/?{DATES}"),
        ("bureau", f"/plaatsingen?{DATES}"),
        ("uaf", f"/?{DATES}"),
        ("ministry", "/?month=2008-12"),
        ("auditor", "/doel?path=/plaatsingen"),
    ],
)
async def test_a_page_has_its_style_and_keeps_its_margin(
    chromium: str, address: str, tmp_path: Path, width: int, who: str, path: str
):
    picture = tmp_path / "page.png"
    await browse(
        chromium,
        tmp_path / "profile",
        f"--window-size={width},{HEIGHT}",
        f"--screenshot={picture}",
        entering(address, path, who),
    )

    rows = rows_of(picture)

    assert (len(rows[0]), len(rows)) == (width, HEIGHT)
    assert any(BAND in row for row in rows)
    assert {pixel for row in rows for pixel in row[-MARGIN:]} == {WHITE}


async def test_a_page_says_who_is_signed_in_and_how_to_leave(chromium: str, address: str, tmp_path: Path):
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", entering(address, "/"))

    assert "Ingelogd als projectbureau (bureau)" in text_of(page)
    assert 'action="/logout" method="post"' in page


async def test_a_partner_sees_its_own_units_alone(chromium: str, address: str, tmp_path: Path):
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", entering(address, f"/?{DATES}", "uaf"))

    assert "Ingelogd als bemiddelaar (uaf)" in text_of(page)
    assert "Goed &amp; Werk" not in page


async def test_the_ministry_sees_the_end_of_a_month_and_no_way_to_the_placements(
    chromium: str, address: str, tmp_path: Path
):
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", entering(address, "/", "ministry"))

    text = text_of(page)
    assert "Ingelogd als waarnemer van het ministerie (ministry)" in text
    assert "31 januari 2009" in text
    assert "&lt;5" in page
    assert "/plaatsingen" not in page


async def test_somebody_who_is_not_signed_in_sees_nothing(chromium: str, address: str, tmp_path: Path):
    page = await browse(chromium, tmp_path / "profile", "--dump-dom", f"{address}/?{DATES}")

    assert "UAF" not in page
