"""Row readers see what is theirs on any date, aggregate readers month-ends without rows, and openings are audited."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from banen_contracts.intake import Channel, ContactKind, ContactMade
from banen_contracts.reporting import PartnerAdmitted
from banen_contracts.roles import ROLES, Role
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.audit.log import Entry
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.identity import Principal
from banen_kit.postgres.connection import Pool
from banen_kit.security.sessions import COOKIE
from banen_kit.security.strength import Strength
from banen_kit.web.authentication import Authentication
from banen_reporting.queries.access import Programme

Reader = Callable[..., httpx2.AsyncClient]
UNTIL = "happenedUntil=2008-12-31"
MONTH_END = "knownOn=2008-12-31"
LATER = datetime(2008, 6, 5, 12, tzinfo=UTC)
ROWS = ("/v1/placements", "/nl/plaatsingen")
WIDE = [("bureau", Role.PROJECT_BUREAU, {}), ("bureau", Role.STEERING_GROUP, {}),
        ("bureau", Role.AUDITOR, {"Purpose": "AUDIT-2009-1"})]  # fmt: skip
NARROW = [("ministry", Role.MINISTRY_OBSERVER), ("uaf", Role.MINISTRY_OBSERVER), ("uaf", Role.INTEGRATOR),
          ("stranger", Role.MEDIATOR), ("bureau", Role.MEDIATOR), ("bureau", Role.INTEGRATOR)]  # fmt: skip


async def get(client: httpx2.AsyncClient, address: str, status: int = 200) -> dict[str, Any]:
    answer = await client.get(address)
    assert answer.status_code == status, answer.text
    return answer.json()


async def all_rows(client: httpx2.AsyncClient, query: str) -> list[dict[str, Any]]:
    """Every row of a list, page by page of two; each page must say the same count."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = await get(client, f"/v1/placements?limit=2&{query}{cursor and f'&cursor={cursor}'}")
        rows += page["placements"]
        cursor = page["next"]
        if cursor is None:
            assert page["count"] == len(rows)
    return rows


async def audited(pool: Pool, *actions: str) -> list[dict[str, Any]]:
    rows = await pool.fetch(
        "select subject, action, outcome, target, purpose, detail from audit"
        " where target is null or action not in ('placements', 'page-placements') order by number"
    )
    return [{**row, "detail": json.loads(row["detail"])} for row in rows if row["action"] in actions]


@pytest.mark.parametrize(("principal", "sees"), [
    (Principal("x", "bureau", frozenset({Role.PROJECT_BUREAU})), "all"),
    (Principal("x", "bureau", frozenset({Role.AUDITOR, Role.OPS})), "all"),
    (Principal("x", "bureau", frozenset({Role.MINISTRY_OBSERVER})), "month-ends"),
    (Principal("x", "uaf", frozenset({Role.MEDIATOR})), "own"),
    (Principal("x", "uaf", frozenset({Role.PROJECT_BUREAU})), "own"),
    (Principal("x", "uaf", frozenset({Role.MEDIATOR, Role.MINISTRY_OBSERVER})), "month-ends"),
    (Principal("x", "uaf", frozenset({Role.INTEGRATOR})), "month-ends"),
    (Principal("x", "ministry", frozenset({Role.PROJECT_BUREAU})), "month-ends"),
])  # fmt: skip
def test_what_somebody_sees_follows_from_partner_and_roles(principal: Principal, sees: str):
    assert Programme("bureau", frozenset({"uaf"})).sees(principal) == sees


@pytest.mark.parametrize(("partner", "role", "headers"), WIDE)
async def test_row_readers_of_the_programme_see_everything_on_any_date(
    reader: Reader, partner: str, role: Role, headers: dict[str, str]
):
    async with reader(partner, role, **headers) as client:
        targets = await get(client, f"/v1/targets?knownOn=2007-03-04&{UNTIL}")
        rows = await all_rows(client, f"knownOn=2007-03-04&{UNTIL}")

    assert [unit["id"] for unit in targets["units"]] == ["uaf", "goed-werk", "uwv"]
    assert targets["national"]["total"]["counted"] == 6
    assert len(rows) == 9


async def test_a_partner_sees_its_own_units_on_any_date_and_no_total_of_all(reader: Reader):
    async with reader("uaf", Role.PARTNER_MANAGER) as client:
        targets = await get(client, f"/v1/targets?knownOn=2007-03-04&{UNTIL}")
        results = await get(client, f"/v1/results?{UNTIL}")

    assert [unit["id"] for unit in targets["units"]] == ["uaf"]
    assert targets["units"][0]["total"]["counted"] == 4
    assert (targets["national"], targets["outsideUnits"]) == (None, None)
    assert [(unit["id"], unit["programme"]["value"]) for unit in results["units"]] == [("uaf", 3)]
    assert (results["national"], results["costs"], results["funnel"]) == (None, None, None)


@pytest.mark.parametrize("rule_set", ["published", "each", "with-regular", "without-uwv"])
@pytest.mark.parametrize("partner", ["uaf", "goed-werk", "uwv"])
async def test_a_partner_sees_the_rows_of_its_units_and_as_many_as_are_counted(
    reader: Reader, partner: str, rule_set: str
):
    async with reader(partner, Role.MEDIATOR) as client:
        (unit,) = (await get(client, f"/v1/targets?ruleSet={rule_set}&{UNTIL}"))["units"]
        rows = await all_rows(client, f"ruleSet={rule_set}&{UNTIL}")
        compared = (await get(client, f"/v1/rule-sets?{UNTIL}"))["ruleSets"]

    assert {row["unit"] for row in rows} == {partner}
    outcomes = [row["verdict"] for row in rows]
    assert {name: outcomes.count(name) for name in ("counted", "pending", "excluded")} == {
        name: unit["total"][name] for name in ("counted", "pending", "excluded")
    }
    (shown,) = [row for row in compared if row["id"] == rule_set]
    assert shown["count"] == outcomes.count("counted")
    assert list(shown["routes"].values()) == [
        [(row["route"], row["verdict"]) for row in rows].count((route, "counted")) for route in ("A", "B")
    ]
    assert shown["euroPerPlacement"] is None


async def test_a_partner_gets_no_rows_of_others_by_asking_for_them(reader: Reader):
    async with reader("uwv", Role.MEDIATOR) as client:
        for unit in ("uaf", "goed-werk", "none", "duplicates", "nobody"):
            answer = await client.get(f"/v1/placements?unit={unit}&ruleSet=each&{UNTIL}")
            assert (answer.status_code, answer.json()["code"]) == (404, "unit-unknown")


async def test_a_cursor_of_a_wider_reader_gives_a_partner_no_more(reader: Reader):
    async with reader("bureau", Role.PROJECT_BUREAU) as wide, reader("uwv", Role.MEDIATOR) as narrow:
        cursor = (await get(wide, f"/v1/placements?limit=1&{UNTIL}"))["next"]
        found = await get(narrow, f"/v1/placements?{UNTIL}&cursor={cursor}")

    assert found["count"] == 1
    assert {row["unit"] for row in found["placements"]} <= {"uwv"}


@pytest.mark.parametrize("query", ["", "ruleSet=each&"])
@pytest.mark.parametrize("partner", ["uaf", "goed-werk"])
async def test_every_figure_on_a_partners_page_opens_that_many_rows(reader: Reader, partner: str, query: str):
    async with reader(partner, Role.MEDIATOR) as client:
        page = (await client.get(f"/nl/overzicht?{query}{UNTIL}")).text
        links = re.findall(r'<a href="(/nl/plaatsingen\?[^"]+)">([\d.]+)</a>', page)
        assert len(links) > 10
        for address, figure in links:
            opened = (await client.get(address.replace("&amp;", "&"))).text
            assert opened.count('href="/nl/plaatsingen/') == int(figure), address


async def test_anothers_placement_is_not_found_and_one_that_it_helped_with_is(reader: Reader, facts: Any):
    found: dict[tuple[str, str], list[int]] = {}
    for partner in ("uaf", "uwv"):
        async with reader(partner, Role.MEDIATOR) as client:
            for name in ("job", "uwv-job", "temp"):
                address = facts.address(name)
                addresses = (address, f"/v1/placements/{address.rpartition('/')[2]}")
                found[partner, name] = [(await client.get(one)).status_code for one in addresses]
            unknown = await client.get("/v1/placements/00000000-0000-4000-8000-00000000dead")
            foreign_ref = facts.address("job" if partner == "uwv" else "uwv-job").rpartition("/")[2]
            foreign = await client.get(f"/v1/placements/{foreign_ref}")
            assert foreign.text == unknown.text

    yes, no = [200, 200], [404, 404]
    assert found == {
        ("uaf", "job"): yes, ("uaf", "uwv-job"): no, ("uaf", "temp"): yes,
        ("uwv", "job"): no, ("uwv", "uwv-job"): yes, ("uwv", "temp"): no,
    }  # fmt: skip


@pytest.mark.parametrize(("partner", "role"), NARROW)
async def test_aggregate_readers_see_no_rows(reader: Reader, facts: Any, partner: str, role: Role):
    async with reader(partner, role) as client:
        for address in (
            *ROWS,
            facts.address("job"),
            "/v1" + facts.address("job").replace("/nl/plaatsingen", "/placements"),
        ):
            answer = await client.get(f"{address}?{MONTH_END}")
            assert answer.status_code == 403
            assert "rows-not-yours" in answer.text or "niet voor uw rol" in answer.text


@pytest.mark.usefixtures("month_ends")
@pytest.mark.parametrize("path", ["/v1/targets", "/v1/results", "/v1/rule-sets", "/nl/overzicht"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("knownOn=2008-12-31", 200),
        ("happenedUntil=2008-12-31", 200),
        ("knownOn=2008-12-31&happenedUntil=2008-12-31", 200),
        ("knownOn=2009-01-31", 200),
        ("knownOn=2008-12-30", 403),
        ("happenedUntil=2008-12-30", 403),
        ("knownOn=2008-12-31&happenedUntil=2008-11-30", 403),
        ("knownOn=2008-12-31&happenedUntil=2008-12-30", 403),
        ("knownOn=2009-02-01", 403),
        ("knownOn=2009-02-28", 403),
        ("happenedUntil=2100-12-31", 403),
    ],
)
async def test_aggregate_readers_see_ends_of_months_that_are_over(
    reader: Reader, path: str, query: str, status: int
):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        answer = await client.get(f"{path}?{query}")

    assert answer.status_code == status
    if status == 403:
        assert "dates-not-yours" in answer.text or "per einde van een maand" in answer.text


@pytest.mark.usefixtures("month_ends")
async def test_the_newest_month_end_is_what_they_see_unasked(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        targets = await get(client, "/v1/targets")

    assert (targets["knownOn"], targets["happenedUntil"]) == ("2009-01-31", "2009-01-31")


def numbers_in(part: Any) -> list[int]:
    """Every whole number in an answer that counts placements."""
    if isinstance(part, dict):
        counts = ("counted", "pending", "excluded", "recorded", "count", "routes", "value")
        found = [n for name, n in part.items() if name in counts and isinstance(n, int)]
        return found + [n for one in part.values() for n in numbers_in(one)]
    return [n for one in part for n in numbers_in(one)] if isinstance(part, list) else []


@pytest.mark.usefixtures("month_ends")
@pytest.mark.parametrize("rule_set", ["published", "each", "with-regular", "without-uwv"])
async def test_a_small_programme_shows_them_no_handful_of_people(reader: Reader, rule_set: str):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        answers = [
            await get(client, f"/v1/{name}{MONTH_END}")
            for name in (f"targets?ruleSet={rule_set}&", f"results?ruleSet={rule_set}&", "rule-sets?")
        ]

    shown = numbers_in(answers)
    assert shown
    assert [n for n in shown if n in range(1, 5)] == []


@pytest.fixture
def many(facts: Any) -> None:
    """Large figures for UAF and UWV, long after what changed by a few; Goed & Werk stays small."""
    for number in range(40):
        facts.place(f"many {number}", "uwv", "employment", known_at=LATER)
    for number in range(60):
        facts.place(f"more {number}", "uaf", "employment", known_at=LATER)
    for number in range(10):
        facts.place(f"intern {number}", "uaf", "internship", known_at=LATER)


@pytest.fixture
def all_large(many: None, facts: Any) -> None:
    for number in range(10):
        facts.place(f"work {number}", "goed-werk", "employment", known_at=LATER)


@pytest.mark.usefixtures("all_large", "month_ends")
async def test_large_figures_are_shown_to_them_as_they_are(reader: Reader):
    async with (
        reader("ministry", Role.MINISTRY_OBSERVER) as client,
        reader("bureau", Role.STEERING_GROUP) as wide,
    ):
        targets = await get(client, f"/v1/targets?{MONTH_END}")
        results = await get(client, f"/v1/results?{MONTH_END}")
        rule_sets = (await get(client, f"/v1/rule-sets?{MONTH_END}"))["ruleSets"]
        true = await get(wide, f"/v1/targets?{MONTH_END}&{UNTIL}")
        true_results = await get(wide, f"/v1/results?{MONTH_END}&{UNTIL}")

    assert [unit["total"]["counted"] for unit in targets["units"]] == [73, 11, 41]
    for shown, whole in zip(targets["units"], true["units"], strict=True):
        for route in ("A", "B"):
            cell, true_cell = shown["routes"][route], whole["routes"][route]
            assert (cell["counted"], cell["attainment"]) == (true_cell["counted"], true_cell["attainment"])
    assert results["national"] == true_results["national"]
    assert results["costs"] == true_results["costs"]
    assert {row["id"]: row["count"] for row in rule_sets}["published"] == true["national"]["total"]["counted"]


@pytest.mark.usefixtures("many", "month_ends")
async def test_what_they_are_shown_is_the_figure_itself(reader: Reader):
    async with (
        reader("ministry", Role.MINISTRY_OBSERVER) as client,
        reader("bureau", Role.STEERING_GROUP) as wide,
    ):
        targets = await get(client, f"/v1/targets?{MONTH_END}")
        results = await get(client, f"/v1/results?{MONTH_END}")
        true = await get(wide, f"/v1/targets?{MONTH_END}&{UNTIL}")
        true_results = await get(wide, f"/v1/results?{MONTH_END}&{UNTIL}")

    shown = [
        (cell[outcome], real[outcome])
        for part, truth in zip([*targets["units"], targets["national"]], [*true["units"], true["national"]], strict=True)
        for cell, real in [(part["routes"][r], truth["routes"][r]) for r in "AB"] + [(part["total"], truth["total"])]
        for outcome in ("counted", "pending", "excluded")
        if cell[outcome] is not None
    ]  # fmt: skip
    assert [pair for pair in shown if pair[0] != pair[1]] == []
    assert max(count for count, _ in shown) == true["national"]["total"]["counted"] > 100
    assert results["national"] == true_results["national"]
    assert results["costs"] == true_results["costs"]


@pytest.mark.usefixtures("many", "month_ends")
async def test_what_one_answer_keeps_back_no_other_answer_tells(reader: Reader):
    """UAF's figure and that of Goed & Werk hide each other: also in the results, the comparison and on the page."""
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        targets = await get(client, f"/v1/targets?{MONTH_END}")
        results = await get(client, f"/v1/results?{MONTH_END}")
        compared = (await get(client, f"/v1/rule-sets?{MONTH_END}"))["ruleSets"]
        others = {
            row["id"]: await get(client, f"/v1/targets?ruleSet={row['id']}&{MONTH_END}") for row in compared
        }

    for unit, part in zip(targets["units"], results["units"], strict=True):
        counted = unit["total"]["counted"]
        assert part["programme"]["value"] == counted
        assert part["total"] == (None if counted is None else counted + (part["regular"]["value"] or 0))
    assert results["units"][1]["programme"]["value"] is None, "the fixture has a small unit"
    for row in compared:
        nation = others[row["id"]]["national"]
        assert row["parts"]["counted"] == nation["total"]["counted"]
        assert list(row["routes"].values()) == [nation["routes"][route]["counted"] for route in ("A", "B")]
        if row["parts"]["counted"] is None:
            assert (row["count"], row["percentOfTarget"], row["euroPerPlacement"]) == (None, None, None)


@pytest.fixture
def conversations(facts: Any, request: pytest.FixtureRequest) -> None:
    """So many held before December 2008, and so many in it."""
    earlier, in_december = request.param
    both = ("intake", "mediation")
    facts.bureau(PartnerAdmitted(partner_id="uaf", name="UAF", services=both, occurred_on=date(2007, 1, 1)))
    for number in range(earlier + in_december):
        day = date(2007, 1, 1) if number < earlier else date(2008, 12, 15)
        kept = {"channel": Channel.OTHER, "kind": ContactKind.CONVERSATION, "occurred_on": day}
        talk = ContactMade(contact_ref=UUID(int=number), **kept)
        facts.say("uaf", talk, known_at=datetime.combine(day, time(12), UTC))


@pytest.mark.parametrize(
    ("conversations", "shown"),
    [((0, 0), 0), ((3, 0), None), ((20, 0), 20), ((20, 2), None), ((20, 5), 25), ((0, 5), 5)],
    indirect=["conversations"],
)
@pytest.mark.usefixtures("many", "conversations", "month_ends")
async def test_a_handful_of_conversations_is_kept_back(reader: Reader, shown: int | None):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        funnel = (await get(client, f"/v1/results?{MONTH_END}"))["funnel"]

    assert (funnel and funnel["conversations"]) == shown


@pytest.mark.usefixtures("month_ends")
@pytest.mark.parametrize("rule_set", ["published", "each", "without-uwv"])
async def test_their_page_links_to_no_rows_and_shows_signs(reader: Reader, rule_set: str):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        page = (await client.get(f"/nl/overzicht?ruleSet={rule_set}&month=2008-12")).text

    assert "/nl/plaatsingen" not in page
    assert '<td class="n">&lt;5</td>' in page
    assert '<input id="month" name="month" class="w8" value="2008-12"' in page
    assert len(re.findall(r"<option", page)) == 4, "every rule set can be chosen"


@pytest.mark.usefixtures("many", "month_ends")
async def test_their_page_promises_no_rows_and_leaves_nothing_blank_that_is_kept_back(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        page = (await client.get("/nl/overzicht?month=2008-12")).text

    assert "opent de plaatsingen" not in page
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page)
    assert "&lt;5" in cells
    assert "." in cells


async def test_a_partners_page_names_other_units_and_prices_nothing(reader: Reader):
    async with reader("goed-werk", Role.MEDIATOR) as client:
        page = (await client.get(f"/nl/overzicht?{UNTIL}")).text

    assert "zonder de toestemming voor UWV" in page
    assert "€" not in page


async def test_an_auditor_says_first_what_for(reader: Reader, facts: Any, pool: Pool):
    async with reader("bureau", Role.AUDITOR) as client:
        targets = await client.get("/v1/targets")
        refused = await client.get("/v1/placements")
        page = await client.get(facts.address("job"))
        form = await client.get(page.headers["location"])

    assert targets.status_code == 200
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        403,
        "purpose-missing",
        "Purpose",
    )
    assert page.status_code == 303
    assert parse_qs(urlsplit(page.headers["location"]).query) == {"path": [facts.address("job")]}
    assert form.status_code == 200
    assert 'name="document"' in form.text
    assert [entry["outcome"] for entry in await audited(pool, "placements", "page-placement")] == [
        "refused"
    ] * 2


async def test_what_an_auditor_opens_is_recorded_with_the_purpose(reader: Reader, facts: Any, pool: Pool):
    async with reader("bureau", Role.AUDITOR, Purpose="AUDIT-2009-1") as client:
        await get(client, f"/v1/placements?unit=uaf&verdict=counted&{UNTIL}")
        assert (await client.get(facts.address("job"))).status_code == 200

    detail = {"ruleSet": "published", "count": 3, "rows": 3, "unit": "uaf", "verdict": "counted"}
    shared = {"subject": "somebody", "outcome": "shown", "purpose": "AUDIT-2009-1"}
    assert await audited(pool, "placements", "page-placement") == [
        {**shared, "action": "placements", "target": None, "detail": detail},
        {**shared, "action": "page-placement", "target": facts.address("job").rpartition("/")[2], "detail": {"count": 1}},
    ]  # fmt: skip


@pytest.mark.parametrize("purpose", ["", "two words", "x" * 62, "<script>"])
async def test_a_purpose_is_the_mark_of_a_document(reader: Reader, purpose: str):
    async with reader("bureau", Role.AUDITOR, Purpose=purpose) as client:
        answer = await client.get("/v1/placements")

    assert (answer.status_code, answer.json()["field"]) == (400, "Purpose")


async def browser_of(app: FastAPI, partner: str, *roles: Role) -> httpx2.AsyncClient:
    """Somebody who signed in with a browser."""
    principal = Principal("somebody", partner, frozenset(roles))
    cookie = await app.state.sessions.open(principal, "Browser")
    headers = {"Cookie": f"{COOKIE}={cookie}", "User-Agent": "Browser"}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://bureau", headers=headers)


@pytest.mark.parametrize("partner", ["bureau", "uaf"])
async def test_an_auditor_states_the_purpose_once_in_a_form(
    app: FastAPI, facts: Any, pool: Pool, partner: str
):
    async with await browser_of(app, partner, Role.AUDITOR) as client:
        form = await client.get((await client.get("/nl/plaatsingen")).headers["location"])
        (token,) = re.findall(r'action="/nl/doel".*?name="formToken" value="([^"]+)"', form.text, re.DOTALL)
        said = {"formToken": token, "path": "/nl/plaatsingen", "document": "AUDIT-2009-2"}
        stated = await client.post("/nl/doel", data=said)
        opened = await client.get(stated.headers["location"])
        again = await client.post("/nl/doel", data=said)

    assert (stated.status_code, stated.headers["location"]) == (303, "/nl/plaatsingen")
    assert opened.status_code == 200
    assert again.status_code == 403
    assert [(entry["action"], entry["outcome"], entry["purpose"]) for entry in await audited(pool, "state-purpose", "page-placements")] == [
        ("page-placements", "refused", None),
        ("state-purpose", "accepted", "AUDIT-2009-2"),
        ("page-placements", "shown", "AUDIT-2009-2"),
        ("state-purpose", "refused", "AUDIT-2009-2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("partner", "role", "path", "status"),
    [
        ("bureau", Role.PROJECT_BUREAU, "/nl/overzicht", 200),
        ("bureau", Role.PROJECT_BUREAU, "/nl/plaatsingen", 200),
        ("bureau", Role.PROJECT_BUREAU, "/nl/overzicht?ruleSet=nope", 404),
        ("bureau", Role.AUDITOR, "/nl/doel", 200),
        ("ministry", Role.MINISTRY_OBSERVER, "/nl/plaatsingen", 403),
        ("uaf", Role.COACH, "/nl/overzicht", 403),
    ],
)
async def test_every_page_has_a_way_out(app: FastAPI, partner: str, role: Role, path: str, status: int):
    async with await browser_of(app, partner, role) as client:
        page = await client.get(path)
        (token,) = re.findall(r'action="/logout".*?name="formToken" value="([^"]+)"', page.text, re.DOTALL)
        left = await client.post("/logout", data={"formToken": token})
        after = await client.get(path)

    assert page.status_code == status
    assert "form-action 'self' https://issuer.test;" in page.headers["Content-Security-Policy"]
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert after.headers["location"].startswith("/login?")


async def test_a_sign_in_that_does_not_suffice_for_the_role_is_done_again_and_stronger(
    app: FastAPI, authentication: Authentication
):
    authentication.strength = Strength(ROLES.strong, ("mfa",))
    async with await browser_of(app, "uaf", Role.PARTNER_DATA_STEWARD) as client:
        page = await client.get("/nl/overzicht?ruleSet=published-2009")
        sent = await client.get(page.headers["location"])
        data = await client.get("/v1/targets")

    assert page.headers["location"] == "/login?path=%2Fnl%2Foverzicht%3FruleSet%3Dpublished-2009&strong=true"
    asked = dict(parse_qsl(urlsplit(sent.headers["location"]).query))
    assert (asked["acr_values"], asked["max_age"]) == ("mfa", "43200")
    assert (data.status_code, data.json()["code"]) == (401, "sign-in-insufficient")
    async with await browser_of(app, "uaf", Role.PARTNER_MANAGER) as client:
        assert (await client.get("/nl/overzicht")).status_code == 200


async def test_after_a_form_a_page_offers_no_token_that_was_used_up(app: FastAPI):
    async with await browser_of(app, "bureau", Role.AUDITOR) as client:
        form = await client.get("/nl/doel")
        (token,) = re.findall(r'action="/nl/doel".*?name="formToken" value="([^"]+)"', form.text, re.DOTALL)
        refused = await client.post("/nl/doel", data={"formToken": token, "document": "two words"})

    assert refused.status_code == 400
    assert "formToken" not in refused.text


async def test_what_somebody_typed_is_not_in_the_audit_log(reader: Reader, pool: Pool):
    typed = "Synthetica-Voorbeeld"
    query = f"unit={typed}&route={typed}&clause={typed}"
    async with reader("bureau", Role.PROJECT_BUREAU) as client:
        assert (await client.get(f"/v1/placements?{query}")).status_code == 404
        assert (await client.get(f"/nl/plaatsingen?{query}")).status_code == 404
        assert (await client.get(f"/v1/placements/{typed}?source={typed}")).status_code == 404

    log = await audited(pool, "placements", "page-placements", "placement")
    assert [entry["outcome"] for entry in log] == ["not-found"]
    assert typed not in str(log)


async def test_words_of_ours_are_in_the_audit_log(reader: Reader, pool: Pool):
    async with reader("bureau", Role.PROJECT_BUREAU) as client:
        await get(
            client, f"/v1/placements?unit=goed-werk&route=B&verdict=excluded&clause=R1&ruleSet=each&{UNTIL}"
        )

    (entry,) = await audited(pool, "placements")
    rows = await pool.fetchval(
        "select count(*) from audit where action = 'placements' and target is not null"
    )
    assert rows == entry["detail"]["rows"] > 0, "an entry for each that was shown"
    assert entry["detail"] == {"ruleSet": "each", "count": 1, "rows": 1, "unit": "goed-werk", "route": "B", "verdict": "excluded", "clause": "R1"}  # fmt: skip


async def test_a_look_at_anothers_placement_is_recorded_as_refused(reader: Reader, facts: Any, pool: Pool):
    ref = facts.address("job").rpartition("/")[2]
    async with reader("uwv", Role.MEDIATOR) as client:
        await client.get(f"/v1/placements/{ref}")

    (entry,) = await audited(pool, "placement")
    assert (entry["outcome"], entry["target"]) == ("refused", ref)


class NoAudit(MemoryAudit):
    async def record(self, entries: Sequence[Entry]) -> None:
        raise StoreUnavailable("the audit log cannot be reached")


@pytest.mark.parametrize("address", ROWS)
async def test_rows_are_not_shown_when_that_cannot_be_recorded(
    app: FastAPI, reader: Reader, authentication: Authentication, address: str
):
    authentication.audit = NoAudit()
    async with reader("bureau", Role.PROJECT_BUREAU) as client:
        answer = await client.get(address)

    assert answer.status_code == 503
    assert "00000000" not in answer.text
