"""The pages say what the answers say, every figure opens its rows, and what is refused is refused readably."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from banen_contracts.base import source_of
from banen_contracts.reporting import PartnerAdmitted, SourceDeclaredLive
from banen_contracts.roles import Role
from banen_kit.postgres.connection import Pool
from banen_kit.testing import FakeIssuer
from banen_kit.web.middleware import HEADERS
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.web.words import LANGUAGES

DATES = "happenedUntil=2008-12-31"
DUTCH = LANGUAGES["nl"]
MINUS = "\N{MINUS SIGN}"
PARTNERS = ("uaf", "goed-werk", "uwv")
VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """What a reader finds on a page: rows of cells, links with their texts, and the places a link can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        self.rows = [[plain(cell) for cell in row] for row in self.rows]
        self.links = [(address, plain(text)) for address, text in self.links]
        self.words = plain(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.add(found["id"] or "")
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "a":
            self.links.append((found["href"] or "", ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.words += data
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data
        if "a" in self.open:
            address, text = self.links[-1]
            self.links[-1] = (address, text + data)

    def below(self, label: str) -> dict[str, list[str]]:
        """The rows of one unit in the table of targets, by their first cell."""
        start = next(at for at, row in enumerate(self.rows) if len(row) == 1 and row[0].startswith(label))
        found: dict[str, list[str]] = {}
        for row in self.rows[start + 1 :]:
            if len(row) == 1 or row[0] in found:
                break
            found[row[0]] = row[1:]
        return found


def plain(text: str) -> str:
    return " ".join(text.split())


async def get(browser: httpx2.AsyncClient, address: str, status: int = 200) -> Page:
    answer = await browser.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return Page(answer.text)


async def test_it_shows_targets_results_and_percentages(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?{DATES}")

    assert page.below("UAF") == {
        "Route A": ["", "4", "2", "50,0%", f"{MINUS}2", "1", "2"],
        "Route B": ["", "5", "1", "20,0%", f"{MINUS}4", "0", "0"],
        "Totaal": ["", "9", "3", "33,3%", f"{MINUS}6", "1", "2"],
    }
    assert page.below("Landelijk")["Totaal"] == ["", "9", "5", "55,6%", f"{MINUS}4", "1", "3"]


async def test_no_target_is_said_and_is_never_zero(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?{DATES}")

    assert page.below("Goed & Werk") == {
        "Route A": ["", "geen", "1", "", "", "0", "0"],
        "Route B": ["", "geen", "0", "", "", "0", "1"],
        "Totaal": ["", "geen", "1", "", "", "0", "1"],
    }


async def test_a_cell_is_blank_where_nothing_was_recorded_and_there_is_no_target(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?{DATES}")

    assert page.below("UWV")["Route B"] == ["", "geen", "", "", "", "", ""]


@pytest.mark.parametrize("query", ["", "ruleSet=each&", "ruleSet=without-uwv&knownOn=2007-03-04&"])
async def test_every_figure_opens_exactly_that_many_rows(browser: httpx2.AsyncClient, query: str):
    page = await get(browser, f"/nl/overzicht?{query}{DATES}")
    rows = [(address, text) for address, text in page.links if address.startswith("/nl/plaatsingen?")]
    figures = [(address, text) for address, text in rows if text.isdigit()]
    assert len(figures) > 30

    for address, text in figures:
        opened = await get(browser, address)
        listed = [to for to, _ in opened.links if to.startswith("/nl/plaatsingen/")]
        assert len(listed) == int(text), address
        expected = {"0": "Geen plaatsingen", "1": "1 plaatsing"}.get(text, f"{text} plaatsingen")
        assert expected in opened.words, address


async def position_of(browser: httpx2.AsyncClient) -> int:
    return (await browser.get("/v1/targets")).json()["position"]


async def test_links_keep_the_rule_set_and_the_dates(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?ruleSet=each&knownOn=2007-03-04&{DATES}")

    address = next(address for address, text in page.links if "unit=uaf&route=A&verdict=counted" in address)
    assert parse_qs(urlsplit(address).query) == {
        "unit": ["uaf"],
        "route": ["A"],
        "verdict": ["counted"],
        "ruleSet": ["each"],
        "knownOn": ["2007-03-04"],
        "happenedUntil": ["2008-12-31"],
        "position": [str(await position_of(browser))],
    }


async def test_every_figure_of_the_comparison_opens_under_its_own_rule_set(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?{DATES}")

    address, text = next(
        link for link in page.links if link[0].startswith("/nl/plaatsingen") and "without-uwv" in link[0]
    )
    opened = await get(browser, address)

    assert text == "4"
    assert "telregels: zonder de toestemming voor UWV (versie 1)" in opened.words


async def test_the_imported_part_leads_to_its_document_on_the_page(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?{DATES}")

    anchors = [(address[1:], text) for address, text in page.links if address.startswith("#")]
    assert ("document-uaf", "150") in anchors
    assert {anchor for anchor, _ in anchors} <= page.ids
    assert ["UAF", "2006", "ongeveer 150", "BOV/report-2009"] in page.rows


async def test_the_imported_part_says_where_it_comes_from(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?{DATES}")

    assert ["UAF", "3", "150 aangenomen", "153"] in page.rows
    assert ["UWV", "1", "geen cijfer", "1"] in page.rows


async def test_duplicates_have_a_line_only_where_there_are_any(browser: httpx2.AsyncClient):
    without, with_some = (
        await get(browser, f"/nl/overzicht?{DATES}"),
        await get(browser, f"/nl/overzicht?ruleSet=each&{DATES}"),
    )

    assert DUTCH.gettext("duplicates") not in without.below("Landelijk")
    assert with_some.below("Landelijk")[DUTCH.gettext("duplicates")][2] == "1"


async def test_the_comparison_says_in_words_what_a_rule_set_does(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?{DATES}")

    assert "zonder de toestemming voor UWV" in page.words


async def test_figures_of_now_are_provisional(browser: httpx2.AsyncClient):
    assert "voorlopig" in (await get(browser, "/nl/overzicht")).words


@pytest.fixture
def everybody_live(facts: Any) -> None:
    for partner in PARTNERS:
        facts.bureau(
            SourceDeclaredLive(partner_id=partner, service="mediation", occurred_on=date(2007, 1, 1))
        )
    bureau: dict[str, Any] = {"partner_id": "bureau", "occurred_on": date(2007, 1, 1)}
    facts.bureau(PartnerAdmitted(name="Projectbureau", services=("reporting",), **bureau))
    facts.bureau(SourceDeclaredLive(service="reporting", **bureau))


@pytest.mark.usefixtures("everybody_live")
async def test_figures_are_final_once_every_source_is_live_and_past_the_day(
    answers: FigureQueries, browser: httpx2.AsyncClient
):
    for partner in PARTNERS:
        await answers.view.save_watermark(
            source_of(partner, "mediation"), datetime(2009, 1, 1, 12, tzinfo=UTC), 1
        )
    await answers.view.save_watermark(
        source_of("bureau", "reporting"), datetime(2009, 1, 1, 12, tzinfo=UTC), 1
    )

    past, future = (
        await get(browser, "/nl/overzicht?knownOn=2008-12-30"),
        await get(browser, "/nl/overzicht?knownOn=2009-01-02"),
    )

    assert ("definitief" in past.words, "definitief" in future.words) == (True, False)


async def test_the_form_asks_again_with_what_was_asked(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/overzicht?ruleSet=each&knownOn=2008-01-01&{DATES}")

    inputs = {found["name"]: found.get("value") for tag, found in page.tags if tag == "input"}
    assert inputs == {"knownOn": "1-1-2008", "happenedUntil": "31-12-2008"}
    assert [found["value"] for tag, found in page.tags if tag == "option" and "selected" in found] == ["each"]


async def test_the_form_of_a_list_keeps_its_filters(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/plaatsingen?unit=uaf&verdict=excluded&{DATES}")

    hidden = {found["name"]: found["value"] for tag, found in page.tags if found.get("type") == "hidden"}
    assert hidden.items() >= {"unit": "uaf", "verdict": "excluded", "happenedUntil": "2008-12-31"}.items()


async def test_empty_fields_of_a_form_are_as_if_not_given(browser: httpx2.AsyncClient):
    page = await get(
        browser, f"/nl/plaatsingen?unit=&route=&verdict=&clause=&sort=&page=&ruleSet=&knownOn=&{DATES}"
    )

    assert "9 plaatsingen" in page.words


async def test_a_list_says_its_filters_in_words(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/plaatsingen?unit=goed-werk&route=B&verdict=excluded&clause=R1&{DATES}")

    assert "1 plaatsing telt niet mee" in page.words
    assert "Goed & Werk, Route B, het contract is te kort." in page.words


async def test_a_row_says_start_kind_contract_partner_route_and_why(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/plaatsingen?unit=goed-werk&route=B&{DATES}")

    assert page.rows[-1][1:] == [
        "01-01-2007",
        "werkervaringsplaats",
        "bepaalde tijd t/m 28-02-2007",
        "Goed & Werk",
        "Route B",
        "telt niet mee: het contract is te kort",
    ]


@pytest.fixture
def many(facts: Any) -> None:
    for number in range(150):
        facts.place(f"many {number}", "uwv", "internship")


@pytest.mark.usefixtures("many")
async def test_a_long_list_goes_on_at_the_next_page(browser: httpx2.AsyncClient):
    address: str | None = f"/nl/plaatsingen?unit=uwv&route=B&{DATES}"
    sizes: list[int] = []
    seen: set[str] = set()
    while address is not None:
        page = await get(browser, address)
        assert "150 plaatsingen" in page.words
        listed = {to for to, _ in page.links if to.startswith("/nl/plaatsingen/")}
        sizes.append(len(listed))
        seen |= listed
        address = next((to for to, text in page.links if text == "Volgende"), None)

    assert (sizes, len(seen)) == ([50, 50, 50], 150)


async def test_a_placement_shows_its_events_in_words_with_both_dates(browser: httpx2.AsyncClient, facts: Any):
    page = await get(browser, f"{facts.address('broken')}?{DATES}")

    assert "gebeurd op 1 maart 2007, vastgelegd op 1 februari 2009, bekend sinds 5 maart 2007" in page.words
    assert "Laatste dag: 1 maart 2007; Reden: beëindigd door de geplaatste" in page.words


async def test_a_placement_leaves_out_what_was_not_known_yet(browser: httpx2.AsyncClient, facts: Any):
    before = await get(browser, f"{facts.address('broken')}?knownOn=2007-03-04")
    after = await get(browser, f"{facts.address('broken')}?knownOn=2007-03-05")

    assert ("Plaatsing geëindigd" in before.words, "Plaatsing geëindigd" in after.words) == (False, True)


@pytest.fixture
def as_it_happened(facts: Any) -> None:
    facts.place("today", "uwv", "employment", imported=False)


@pytest.mark.usefixtures("as_it_happened")
async def test_only_what_was_imported_is_marked_as_such(browser: httpx2.AsyncClient, facts: Any):
    old, new = await get(browser, facts.address("job")), await get(browser, facts.address("today"))

    assert ("ingevoerd als historie" in old.words, "ingevoerd als historie" in new.words) == (True, False)


async def test_a_placement_has_a_verdict_of_every_rule_set(browser: httpx2.AsyncClient, facts: Any):
    page = await get(browser, f"{facts.address('uwv-job')}?{DATES}")

    no_permission = DUTCH.pgettext("excluded", "R6")
    assert page.rows[1:] == [
        ["elke partner die hielp telt", "UWV", "Route A", "telt mee"],
        ["zoals gepubliceerd", "UWV", "Route A", "telt mee"],
        ["regulier telt ook mee", "UWV", "Route A", "telt mee"],
        ["zonder de toestemming voor UWV", "UWV", "Route A", f"telt niet mee: {no_permission}"],
    ]


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/nl/overzicht?ruleSet=nope", 404, "geen telregels met deze naam"),
        ("/nl/overzicht?knownOn=2009-13-45", 400, "Bekend op moet een datum zijn"),
        ("/nl/overzicht?knownOn=9999-12-31", 400, "Bekend op moet een datum zijn"),
        ("/nl/plaatsingen?happenedUntil=soon", 400, "Gebeurd t/m moet een datum zijn"),
        ("/nl/plaatsingen?verdict=maybe", 400, "Het oordeel kan zijn"),
        ("/nl/plaatsingen?cursor=x", 400, "begin de lijst opnieuw"),
        ("/nl/plaatsingen/nope", 404, "geen plaatsing met dit kenmerk"),
    ],
)
async def test_a_refusal_is_a_readable_page(
    browser: httpx2.AsyncClient, address: str, status: int, said: str
):
    page = await get(browser, address, status)

    assert said in page.words


async def test_an_unreachable_store_is_a_readable_page_too(browser: httpx2.AsyncClient, pool: Pool):
    await pool.close()

    page = await get(browser, "/nl/overzicht", 503)

    assert "niet bereikbaar" in page.words


async def test_the_api_refuses_the_same_date_as_a_problem(browser: httpx2.AsyncClient):
    answer = await browser.get("/v1/targets?knownOn=9999-12-31")

    assert (answer.status_code, answer.json()["field"]) == (400, "knownOn")


@pytest.mark.parametrize("address", ["/nl/overzicht", "/nl/plaatsingen", "/nl/overzicht?ruleSet=nope"])
async def test_a_page_runs_nothing_and_is_kept_nowhere(browser: httpx2.AsyncClient, address: str):
    answer = await browser.get(address)

    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[:2] + policy[3:] == [
        "default-src 'none'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ]  # fmt: skip
    assert policy[2] in ("form-action 'self'", f"form-action 'self' {FakeIssuer.url}")
    without_policy = {name: value for name, value in HEADERS.items() if name != "Content-Security-Policy"}
    assert {name: answer.headers.get(name) for name in without_policy} == without_policy
    tags = Page(answer.text).tags
    assert not [tag for tag, found in tags if tag in ("script", "style") or "style" in found]
    assert not [name for _, found in tags for name in found if name.startswith("on")]


async def test_a_page_is_in_dutch_and_names_the_programme(browser: httpx2.AsyncClient):
    page = await get(browser, "/nl/overzicht")

    assert ("html", {"lang": "nl"}) in page.tags
    assert "Banenoffensief Vluchtelingen 2005-2008" in page.words


async def test_every_table_has_a_caption_and_every_heading_a_scope(browser: httpx2.AsyncClient, facts: Any):
    for address in ("/nl/overzicht", "/nl/plaatsingen", facts.address("job")):
        tags = (await get(browser, address)).tags
        names = [tag for tag, _ in tags]
        assert names.count("caption") == names.count("table") > 0
        assert all("scope" in found for tag, found in tags if tag == "th")


async def test_what_somebody_puts_in_the_address_is_only_text(browser: httpx2.AsyncClient):
    page = await get(browser, "/nl/overzicht?file=%3Cscript%3Ealert(1)%3C/script%3E", 400)

    assert "script" not in [tag for tag, _ in page.tags]
    assert "alert" not in page.words


REF = "7c0a3a36-4f0e-4d53-9d7e-3f0f5a5b6c11"


@pytest.mark.parametrize(
    "asked",
    [
        "/nl",
        "/nl/doel",
        f"/nl/plaatsingen/{REF}",
        f"/nl/plaatsingen/{REF}?ruleSet=published&knownOn=2009-01-15&happenedUntil=2008-12-31",
        "/nl/plaatsingen?unit=uaf&route=A&verdict=excluded&clause=R9-conversion",
        "/nl/overzicht?month=2008-12",
    ],
)
async def test_who_signs_in_comes_back_to_where_they_were(app: FastAPI, answers: FigureQueries, asked: str):
    await answers.figures.model(None)  # so that the routes of the programme are known
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://bureau") as stranger:
        answer = await stranger.get(asked)

    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {"path": [asked]}


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/nl/plaatsingen?unit=Synthetica+Voorbeeld&route=A", "/nl/plaatsingen?route=A"),
        ("/nl/plaatsingen?clause=%2B31612345678&verdict=0612345678&route=Voorbeeld", "/nl/plaatsingen"),
        ("/nl/plaatsingen?synthetica@voorbeeld.example", "/nl/plaatsingen"),
        ("/nl/plaatsingen?cursor=U3ludGhldGljYQ==&source=Voorbeeld", "/nl/plaatsingen"),
        ("/nl/plaatsingen/Synthetica%20Voorbeeld", "/"),
        ("/nl/plaatsingen/0612345678?unit=uaf", "/"),
    ],
)
async def test_what_no_link_of_ours_says_is_not_repeated_in_a_redirect(
    app: FastAPI, answers: FigureQueries, reader: Callable[..., httpx2.AsyncClient], asked: str, kept: str
):
    """It would stand in the history of the browser, and in the database while somebody signs in."""
    await answers.figures.model(None)  # so that the routes of the programme are known
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://bureau") as stranger:
        sent_to_sign_in = await stranger.get(asked)
    async with reader("bureau", Role.AUDITOR) as auditor:
        sent_to_state = await auditor.get(asked)
        form = Page((await auditor.get("/nl/doel", params={"path": asked})).text)

    assert parse_qs(urlsplit(sent_to_sign_in.headers["Location"]).query) == {"path": [kept]}
    assert parse_qs(urlsplit(sent_to_state.headers.get("Location", "?path=/")).query) in (
        {"path": [kept]},
        {"path": ["/"]},
    )
    assert [found["value"] for _, found in form.tags if found.get("name") == "path"] == [kept]


async def test_the_style_sheet_is_served(browser: httpx2.AsyncClient):
    answer = await browser.get("/static/style.css")

    assert answer.headers["content-type"].startswith("text/css")
    assert "@media print" in answer.text


async def test_a_database_that_takes_no_changes_shows_figures_and_refuses_what_is_audited(
    browser: httpx2.AsyncClient, pool: Pool
):
    before = await get(browser, f"/nl/overzicht?{DATES}")
    await pool.execute("set default_transaction_read_only = on")
    assert (await get(browser, f"/nl/overzicht?{DATES}")).rows == before.rows
    assert DUTCH.pgettext("fault", "store-read-only") in (await get(browser, "/nl/plaatsingen", 503)).words
