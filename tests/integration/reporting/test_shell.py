"""The frame of the pages: languages, menu, ways back, a home for every role, and refusals in it."""

import re
from collections.abc import Callable

import httpx2
import pytest

from banen_contracts.roles import Role

Reader = Callable[..., httpx2.AsyncClient]
DATES = "happenedUntil=2008-12-31"


def link_to(page: str, language: str) -> str:
    found = re.search(rf'<a href="([^"]+)" lang="{language}"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize(
    ("address", "other"),
    [
        (f"/nl/overzicht?ruleSet=each&{DATES}", f"/en/overview?ruleSet=each&{DATES}"),
        (
            f"/nl/plaatsingen?unit=uaf&verdict=excluded&{DATES}",
            f"/en/placements?unit=uaf&verdict=excluded&{DATES}",
        ),
        (f"/nl/partners/uaf?{DATES}", f"/en/partners/uaf?{DATES}"),
        ("/nl/vergelijken?knownOn=2008-01-01", "/en/compare?knownOn=2008-01-01"),
        (f"/nl/trechter?route=A&{DATES}", f"/en/funnel?route=A&{DATES}"),
        (f"/nl/werkgevers?{DATES}", f"/en/employers?{DATES}"),
        (f"/nl/regios?{DATES}", f"/en/regions?{DATES}"),
        (f"/nl/bereik?{DATES}", f"/en/reach?{DATES}"),
        (f"/nl/gegevens?{DATES}", f"/en/data-quality?{DATES}"),
        (f"/nl/opvolging?{DATES}", f"/en/follow-up?{DATES}"),
    ],
)
async def test_the_other_language_shows_the_same_page_with_the_same_filters(
    browser: httpx2.AsyncClient, address: str, other: str
):
    dutch = (await browser.get(address)).text
    assert ('<html lang="nl">' in dutch, link_to(dutch, "en")) == (True, other)

    english = (await browser.get(other)).text
    assert ('<html lang="en">' in english, link_to(english, "nl")) == (True, address)


@pytest.mark.parametrize(
    ("takes", "gets"), [("gzip, br", "gzip"), ("br", None), ("br, gzip;q=0", None), ("", None)]
)
async def test_a_page_comes_compressed_to_whoever_takes_that(
    browser: httpx2.AsyncClient, takes: str, gets: str | None
):
    for address in (f"/en/overview?{DATES}", "/static/style.css", "/en/overview?knownOn=never"):
        answer = await browser.get(address, headers={"Accept-Encoding": takes})
        assert answer.headers.get("Content-Encoding") == gets
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.text.startswith(("<!doctype html>", "/* One look"))


@pytest.mark.parametrize(
    ("cookie", "accepted", "home"),
    [
        (None, None, "/nl"),
        (None, "en-GB,en;q=0.8", "/en"),
        (None, "nl,en;q=0.5", "/nl"),
        ("en", "nl", "/en"),
        ("nl", "en", "/nl"),
        ("xx", "nl", "/nl"),
    ],
)
async def test_the_language_of_the_last_visit_stays(
    browser: httpx2.AsyncClient, cookie: str | None, accepted: str | None, home: str
):
    headers = {"Accept-Language": accepted or ""}
    if cookie is not None:
        headers["Cookie"] = f"__Host-language={cookie}"
    answer = await browser.get("/", headers=headers)

    assert (answer.status_code, answer.headers["Location"]) == (303, home)


async def test_a_page_remembers_its_language(browser: httpx2.AsyncClient):
    kept = (await browser.get(f"/en/overview?{DATES}")).headers["Set-Cookie"]

    assert kept.startswith("__Host-language=en;")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(kept.split("; "))


@pytest.mark.parametrize(
    ("partner", "role", "address"),
    [
        ("bureau", Role.PROJECT_BUREAU, "/nl/overzicht"),
        ("uaf", Role.ADVISER, "/nl/overzicht"),
        ("ministry", Role.MINISTRY_OBSERVER, "/nl/overzicht"),
        ("uaf", Role.COACH, None),
        ("bureau", Role.OPS, None),
        ("uaf", Role.PRIVACY_OFFICER, None),
        ("uaf", Role.CANDIDATE, None),
    ],
)
async def test_every_role_that_can_sign_in_has_a_home(
    reader: Reader, partner: str, role: Role, address: str | None
):
    async with reader(partner, role) as client:
        answer = await client.get("/nl")

    if address is None:
        assert answer.status_code == 200
        assert "U bent ingelogd" in answer.text
        assert 'class="menu"' not in answer.text
    else:
        assert (answer.status_code, answer.headers["Location"]) == (303, address)


async def test_the_menu_says_where_somebody_is(browser: httpx2.AsyncClient):
    page = (await browser.get(f"/en/overview?{DATES}")).text

    assert '<a href="/en/overview" aria-current="page">Overview</a>' in page
    assert '<a href="/en/compare">Compare</a>' in page


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/nl/nergens", 404, "Deze pagina is er niet"),
        ("/en/nowhere", 404, "There is no such page"),
        ("/en/overview?ruleSet=nope", 404, "There is no such page"),
        ("/nl/overzicht?knownOn=2009-02-02", 400, "Die dag moet nog komen"),
        ("/en/overview?happenedUntil=2-2-2009", 400, "That day is still to come"),
        ("/nl/overzicht?regelset=published", 400, "Deze pagina kan niet worden getoond"),
        ("/en/placements?unit=nobody", 404, "There is no such partner"),
        ("/nl/plaatsingen?route=Z", 400, "Het programma heeft deze route niet"),
        ("/nl/plaatsingen?clause=R99", 400, "Deze reden is er niet"),
        ("/nl/plaatsingen?verdict=counted&clause=R1", 400, "hoort niet bij wat meetelt"),
        ("/nl/plaatsingen?sort=name", 400, "kan niet worden gesorteerd"),
        ("/nl/partners/nobody", 404, "Er is geen partner"),
        ("/nl/overzicht?file=nope", 400, "heeft die tabel niet"),
    ],
)
async def test_a_refusal_stands_in_the_frame_in_the_readers_language(
    browser: httpx2.AsyncClient, address: str, status: int, said: str
):
    answer = await browser.get(address)

    assert answer.status_code == status
    assert said in answer.text
    assert 'class="menu"' in answer.text
    assert "<table" not in answer.text


async def test_another_partners_unit_is_as_if_it_were_not_there(reader: Reader):
    async with reader("uwv", Role.MEDIATOR) as client:
        for address in ("/nl/partners/{}", "/nl/plaatsingen?unit={}"):
            theirs, nobodys = [await client.get(address.format(unit)) for unit in ("uaf", "nobody")]
            assert (theirs.status_code, theirs.text) == (404, nobodys.text)


async def test_days_may_be_written_as_people_do(browser: httpx2.AsyncClient):
    written = await browser.get("/nl/overzicht?knownOn=4-3-2007&happenedUntil=31-12-2008")
    stated = await browser.get("/nl/overzicht?knownOn=2007-03-04&happenedUntil=2008-12-31")

    assert written.text.count("4 maart 2007") == stated.text.count("4 maart 2007") > 0


async def test_a_placement_leads_back_to_the_list_it_was_opened_from(browser: httpx2.AsyncClient):
    address = f"/nl/plaatsingen?unit=uaf&verdict=excluded&sort=-start&{DATES}"
    listed = (await browser.get(address)).text
    opened = next(one for one in re.findall(r'href="(/nl/plaatsingen/[^"]+)"', listed))
    page = (await browser.get(opened.replace("&amp;", "&"))).text
    crumbs = re.findall(r'<li><a href="([^"]+)">([^<]+)</a></li>', page[page.index('class="crumbs"') :])
    back = await browser.get(crumbs[1][0].replace("&amp;", "&"))

    assert crumbs[0][1] == "Overzicht"
    assert crumbs[1][1] == "UAF, telt niet mee"
    assert re.findall(r'href="(/nl/plaatsingen/[^"]+)"', back.text) == re.findall(
        r'href="(/nl/plaatsingen/[^"]+)"', listed
    )


async def test_a_list_says_when_more_was_recorded_since_its_number_was_seen(browser: httpx2.AsyncClient):
    position = (await browser.get("/v1/targets")).json()["position"]

    same = await browser.get(f"/nl/plaatsingen?position={position}&{DATES}")
    moved = await browser.get(f"/nl/plaatsingen?position={position - 1}&{DATES}")

    assert ("intussen meer vastgelegd" in same.text, "intussen meer vastgelegd" in moved.text) == (
        False,
        True,
    )


async def test_rows_are_sorted_by_a_column_and_back(browser: httpx2.AsyncClient):
    found: dict[str, list[str]] = {}
    for sort, direction in (("unit", "ascending"), ("-unit", "descending")):
        page = (await browser.get(f"/nl/plaatsingen?verdict=counted&sort={sort}&{DATES}")).text
        assert page.count("aria-sort=") == 1
        assert f'aria-sort="{direction}"' in page
        found[sort] = re.findall(r'data-label="Partner">([^<]+)</td>', page)

    assert found["unit"] == ["Goed &amp; Werk", "UAF", "UAF", "UAF", "UWV"]
    assert found["-unit"] == found["unit"][::-1]
